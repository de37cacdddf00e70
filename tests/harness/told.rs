//! Who is told of alerts: a webhook within this process, and a mail server beside it.

use parking_lot::Mutex;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// A request to the webhook.
#[derive(Debug, Clone)]
pub struct Posted {
    pub signature: String,
    pub body: String,
}

/// Takes what is posted; the first request ever is answered 500.
pub struct Webhook {
    pub url: String,
    posted: Arc<Mutex<Vec<Posted>>>,
}

impl Webhook {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/alerts", listener.local_addr().unwrap());
        let posted: Arc<Mutex<Vec<Posted>>> = Arc::default();
        let seen = posted.clone();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut length, mut signature) = (0, String::new());
                for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
                    if let Some((name, value)) = line.split_once(": ") {
                        match name.to_lowercase().as_str() {
                            "content-length" => length = value.parse().unwrap(),
                            "x-tafel-signature" => value.clone_into(&mut signature),
                            _ => {}
                        }
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let status = if number == 0 { "500 Not Now" } else { "204 Taken" };
                write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
                if number > 0 {
                    seen.lock().push(Posted { signature, body: String::from_utf8(body).unwrap() });
                }
            }
        });
        Self { url, posted }
    }

    /// What was taken, by what it is about.
    pub fn about(&self, key: &str) -> Vec<Posted> {
        let is_about = |posted: &Posted| serde_json::from_str::<Value>(&posted.body).unwrap()["key"].as_str().unwrap().starts_with(key);
        self.posted.lock().iter().filter(|posted| is_about(posted)).cloned().collect()
    }
}

/// A mail server of aiosmtpd's.
pub struct Mailbox {
    child: Child,
    pub port: u16,
    path: PathBuf,
    rules: PathBuf,
    _folder: TempDir,
}

impl Mailbox {
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// With a certificate and its key it takes nothing in the clear.
    pub fn start_with(tls: Option<(&Path, &Path)>) -> Self {
        let python = std::env::var("TAFEL_TEST_PYTHON").expect("TAFEL_TEST_PYTHON names a Python with aiosmtpd; tests/run.sh makes one");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mails.jsonl");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mail/receive.py");
        let rules = folder.path().join("rules.json");
        std::fs::write(&rules, "[]").unwrap();
        let mut command = Command::new(python);
        command.arg(script).arg(port.to_string()).arg(&path).arg(&rules).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some((certificate, key)) = tls {
            command.arg(certificate).arg(key);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready");
        Self { child, port, path, rules, _folder: folder }
    }

    /// How it misbehaves from now on.
    pub fn misbehave(&self, rules: &Value) {
        // Written beside and renamed, so that nobody reads half of it.
        let beside = self.rules.with_extension("new");
        std::fs::write(&beside, rules.to_string()).unwrap();
        std::fs::rename(&beside, &self.rules).unwrap();
    }

    pub fn mails(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        // A line without its end is being written.
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole.map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
