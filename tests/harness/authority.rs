//! An authority and an archive: a real OpenSSH server, and an S3 server within this process, both on loopback.

use super::PATIENCE;
use parking_lot::Mutex;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where it is on Debian.
const SSHD: &str = "/usr/sbin/sshd";

fn keygen(path: &Path, passphrase: &str) {
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]).arg(path).status();
    assert!(made.expect("ssh-keygen is installed").success());
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that takes files by SFTP, under `inbox`, as the user who runs the tests.
pub struct Authority {
    folder: TempDir,
    pub port: u16,
    child: Option<Child>,
    subsystem: &'static str,
}

impl Authority {
    pub fn start() -> Self {
        Self::start_with("internal-sftp")
    }

    pub fn start_with(subsystem: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        keygen(&folder.path().join("host_key"), "");
        keygen(&folder.path().join("client_key"), "open sesame");
        std::fs::create_dir(folder.path().join("inbox")).unwrap();
        let mut authority = Self { folder, port: free_port(), child: None, subsystem };
        authority.go_on();
        authority
    }

    /// Starts it (again), on the same port.
    pub fn go_on(&mut self) {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let config = format!(
            "ListenAddress 127.0.0.1:{}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nStrictModes no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nSubsystem sftp {}\nMaxStartups 100\nMaxSessions 100\n",
            self.port,
            at("host_key"),
            at("client_key.pub"),
            self.subsystem,
        );
        std::fs::write(self.folder.path().join("sshd_config"), config).unwrap();
        // As root it wants to separate its privileges there.
        let _ = std::fs::create_dir_all("/run/sshd");
        let log = std::fs::File::options().create(true).append(true).open(at("log")).unwrap();
        let child = Command::new(SSHD).args(["-D", "-e", "-f", &at("sshd_config")]).stdin(Stdio::null()).stderr(log).spawn();
        self.child = Some(child.expect("sshd is installed (openssh-server)"));
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "sshd: {}", std::fs::read_to_string(at("log")).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// From now on it is somebody else.
    pub fn change_host_key(&mut self) {
        self.stop();
        for name in ["host_key", "host_key.pub"] {
            std::fs::remove_file(self.folder.path().join(name)).unwrap();
        }
        keygen(&self.folder.path().join("host_key"), "");
        self.go_on();
    }

    /// A directory of its own for a test.
    pub fn inbox(&self, name: &str) -> PathBuf {
        let inbox = self.folder.path().join("inbox").join(name);
        std::fs::create_dir_all(&inbox).unwrap();
        inbox
    }

    /// The section of the settings.
    pub fn settings(&self, inbox: &Path) -> String {
        let host_key = std::fs::read_to_string(self.folder.path().join("host_key.pub")).unwrap();
        let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
        format!(
            "[report.sftp]\nhost = \"127.0.0.1\"\nport = {}\nuser = \"{user}\"\nkey = \"{}\"\nkey_passphrase = \"open sesame\"\n\
             host_key = \"{}\"\ndirectory = \"{}\"\ntimeout_s = 5\n",
            self.port,
            self.folder.path().join("client_key").display(),
            host_key.trim(),
            inbox.display(),
        )
    }

    pub fn known_hosts(&self, path: &Path) {
        let host_key = std::fs::read_to_string(self.folder.path().join("host_key.pub")).unwrap();
        std::fs::write(path, format!("[127.0.0.1]:{} {host_key}", self.port)).unwrap();
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the archive does to the next requests that write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Answers 503.
    Busy,
    /// Takes the connection, and says nothing.
    Hanging,
    /// Does what it is asked, and cuts the connection instead of saying so.
    Silent,
}

/// An S3 server over a folder.
pub struct Bucket {
    folder: TempDir,
    pub port: u16,
    mood: std::sync::Arc<Mutex<Mood>>,
    _runtime: tokio::runtime::Runtime,
}

impl Bucket {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("archive")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single("tafel", "archive secret"));
        let service = builder.build();
        let mood = std::sync::Arc::new(Mutex::new(Mood::Well));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), mood.clone());
        runtime.spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let (service, mood) = (service.clone(), *seen.lock());
                tokio::spawn(async move {
                    if mood == Mood::Busy {
                        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                        let mut some = [0; 4_096];
                        let _ = socket.read(&mut some).await;
                        let _ = socket.write_all(b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
                        return;
                    }
                    if mood == Mood::Hanging {
                        return tokio::time::sleep(Duration::from_mins(1)).await;
                    }
                    let socket = hyper_util::rt::TokioIo::new(Cut { socket, is_cut: mood == Mood::Silent });
                    let server = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                    // A client that goes away is no concern of the server's.
                    let _ = server.serve_connection(socket, service).await;
                });
            }
        });
        Self { folder, port, mood, _runtime: runtime }
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock() = mood;
    }

    pub fn settings(&self, prefix: &str) -> String {
        format!(
            "[report.archive]\nbucket = \"archive\"\nendpoint = \"http://127.0.0.1:{}\"\naccess_key_id = \"tafel\"\n\
             secret_access_key = \"archive secret\"\nallow_http = true\nprefix = \"{prefix}\"\ntimeout_s = 5\n",
            self.port
        )
    }

    /// Something that is there before anybody comes.
    pub fn place(&self, path: &str, content: &[u8]) {
        let path = self.folder.path().join("archive").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The objects under a prefix, by their paths.
    pub fn objects(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let root = self.folder.path().join("archive").join(prefix);
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap().display().to_string();
                    found.push((name, std::fs::read(&path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }
}

/// A connection on which nothing is answered.
struct Cut {
    socket: tokio::net::TcpStream,
    is_cut: bool,
}

impl tokio::io::AsyncRead for Cut {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl tokio::io::AsyncWrite for Cut {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        if self.is_cut {
            return std::task::Poll::Ready(Err(std::io::ErrorKind::ConnectionReset.into()));
        }
        std::pin::Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
