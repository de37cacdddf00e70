//! The whole server in this process, on a port and a store of its own, and a client of its JSON interface.

use super::PATIENCE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tafel::app;
use tafel::config::Settings;
use tafel::ledger::now;
use tafel::plan::Timestamp;
use tafel::plan::command::Role;
use tafel::store::{self, Access, Account, ApiToken, Session};
use tafel::web::new_token;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};
use uuid::Uuid;

pub struct Server {
    pub address: SocketAddr,
    pub folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    tokens: Vec<(Role, String)>,
    with_sample: bool,
    mail: Option<Box<tafel::mail::Settings>>,
    /// The key of the link that makes the first admin.
    pub setup: Option<String>,
}

impl Server {
    /// With an empty plan.
    pub fn start() -> Self {
        Self::with(false, None)
    }

    /// With the sample party.
    pub fn with_sample() -> Self {
        Self::with(true, None)
    }

    /// With an empty plan, and a mail server that nobody answers at.
    pub fn with_mail() -> Self {
        let settings = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nfrom = \"Ball <party@b.example>\"\n";
        Self::with(false, Some(Box::new(toml::from_str(settings).unwrap())))
    }

    fn with(with_sample: bool, mail: Option<Box<tafel::mail::Settings>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tokens = add_tokens(&store_url(&folder));
        let mut server = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
            stop: None,
            thread: None,
            tokens,
            with_sample,
            mail,
            setup: None,
        };
        server.run();
        server
    }

    pub fn store_url(&self) -> String {
        store_url(&self.folder)
    }

    fn run(&mut self) {
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            store: self.store_url(),
            staff_may_upload: false,
            reader_memory_mib: tafel::reader::MEMORY_MIB,
            reader: env!("CARGO_BIN_EXE_tafel").into(),
            workers: 2,
            zone: jiff::tz::TimeZone::UTC,
            report: None,
            mail: self.mail.clone(),
        };
        let (started, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let with_sample = self.with_sample;
        let thread = std::thread::spawn(move || {
            let stopped = async {
                let _ = stopped.await;
            };
            app::run(settings, with_sample, move |ready| started.send((ready.address, ready.setup)).unwrap(), stopped).unwrap();
        });
        (self.address, self.setup) = address.recv_timeout(PATIENCE).expect("the server starts");
        self.stop = Some(stop);
        self.thread = Some(thread);
    }

    /// Ends in order.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends in order");
        }
    }

    pub fn restart(&mut self) {
        self.stop();
        self.run();
    }

    pub fn client(&self, role: Role) -> Client {
        let token = self.tokens.iter().find(|(of, _)| *of == role).map(|(_, token)| token.clone());
        Client::new(self.address, token)
    }

    pub fn admin(&self) -> Client {
        self.client(Role::Admin)
    }

    pub fn staff(&self) -> Client {
        self.client(Role::Staff)
    }

    /// A browser without scripts, in which an account of that role, named after it, is signed in.
    pub fn browser(&self, role: Role) -> Browser {
        Browser { cookie: Some(add_session(&self.store_url(), role)), ..self.anonymous() }
    }

    /// A browser in which nobody is signed in.
    pub fn anonymous(&self) -> Browser {
        Browser::at(self.address, None)
    }

    pub fn nobody(&self) -> Client {
        Client::new(self.address, None)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

fn store_url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("tafel.db").display())
}

/// A token for each role, named after it.
pub fn add_tokens(url: &str) -> Vec<(Role, String)> {
    let store = store::open(url, Access::Beside).unwrap();
    let add = |role: Role| {
        let (token, sha256) = new_token().unwrap();
        store.add_token(&ApiToken { name: role.to_string(), role, sha256, created_at: now() }).unwrap();
        (role, token)
    };
    Role::ALL.into_iter().map(add).collect()
}

/// Signs an account of that role in, named after it; answers the cookie's secret.
pub fn add_session(url: &str, role: Role) -> String {
    let store = store::open(url, Access::Beside).unwrap();
    let account = Account { name: role.to_string(), role, password_hash: None, created_at: now(), disabled_at: None, language: None };
    if store.account(&account.name).unwrap().is_none() {
        store.add_account(&account).unwrap();
    }
    let secret = Uuid::new_v4().to_string();
    let expires_at = Timestamp(now().0 + 60_000_000_000);
    let session = Session { sha256: Sha256::digest(&secret).into(), account: account.name, created_at: now(), expires_at };
    store.add_session(&session, now()).unwrap();
    secret
}

/// A browser without scripts: it keeps one cookie, and follows no redirect by itself.
pub struct Browser {
    base: String,
    pub cookie: Option<String>,
    agent: ureq::Agent,
}

/// What a browser gets.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub text: String,
    pub bytes: Vec<u8>,
    pub headers: Vec<(String, String)>,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Where it is sent on to.
    #[track_caller]
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.header("location")
    }

    /// The value of the first field of that name.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let start = self.text.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no field {name} in {}", self.text));
        self.text[start..].split('"').nth(3).unwrap().to_owned()
    }

    #[track_caller]
    pub fn shows(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "{words:?} is not in {}", self.text);
        self
    }
}

impl Browser {
    pub fn at(address: SocketAddr, cookie: Option<String>) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(PATIENCE));
        Self { base: format!("http://{address}"), cookie, agent: config.build().into() }
    }

    /// The socket of a page, as its script opens it.
    pub fn socket(&self, page: &str, since: u64) -> Socket {
        let host = self.base.trim_start_matches("http://");
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("page", page).finish();
        let mut request = format!("ws://{host}/live?{query}&since={since}").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Origin", self.base.parse().unwrap());
        if let Some(cookie) = &self.cookie {
            headers.insert("Cookie", format!("__Host-tafel={cookie}").parse().unwrap());
        }
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Socket(tungstenite::client(request, stream).unwrap().0)
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<(&str, Vec<u8>)>) -> Page {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", format!("__Host-tafel={cookie}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some((content_type, body)) => self.agent.run(request.header("Content-Type", content_type).body(body).unwrap()).unwrap(),
            None => self.agent.run(request.body(()).unwrap()).unwrap(),
        };
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> =
            response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        let bytes = response.body_mut().with_config().limit(100 << 20).read_to_vec().unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let page = Page { status, text, bytes, headers };
        if let Some(cookie) = page.header("set-cookie").strip_prefix("__Host-tafel=") {
            self.cookie = cookie.split(';').next().map(str::to_owned).filter(|cookie| !cookie.is_empty());
        }
        page
    }

    pub fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, &[], None)
    }

    /// Posts a form.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &[], Some(("application/x-www-form-urlencoded", body.into_bytes())))
    }

    /// Chooses a file in a form, and sends it.
    pub fn upload(&mut self, kind: &str, name: &str) -> Page {
        const BOUNDARY: &str = "tafel-test-boundary";
        let mut body = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
        body.extend(super::workbook(name));
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        self.send("POST", &format!("/uploads/{kind}"), &[], Some((&format!("multipart/form-data; boundary={BOUNDARY}"), body)))
    }
}

/// What a page's script hears.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// The next push: the position in its head, and the blocks.
    #[track_caller]
    pub fn next(&mut self) -> (u64, String) {
        loop {
            match self.0.read().expect("a push within the time") {
                Message::Text(text) => {
                    let (head, blocks) = text.split_once('\n').unwrap();
                    let head: Value = serde_json::from_str(head).unwrap();
                    // The greeting has no blocks, and who is here has no position.
                    if let Some(position) = head["position"].as_u64() {
                        return (position, blocks.to_owned());
                    }
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Whether it is closed before anything else comes.
    pub fn ends(&mut self) -> bool {
        loop {
            match self.0.read() {
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(_)) => return true,
                // Others may come and go meanwhile, and the server says that it is there.
                Ok(Message::Text(text)) if !text.contains("\"position\"") => {}
                Ok(_) => return false,
                Err(error) => return !matches!(&error, tungstenite::Error::Io(error) if error.kind() == ErrorKind::WouldBlock),
            }
        }
    }

    /// The next push that shows the words.
    #[track_caller]
    pub fn until(&mut self, is_there: impl Fn(&str) -> bool) -> (u64, String) {
        loop {
            let (position, blocks) = self.next();
            if is_there(&blocks) {
                return (position, blocks);
            }
        }
    }
}

#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    agent: ureq::Agent,
}

/// A status, a JSON body, and headers.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(String, String)>,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// A body that is no JSON.
    #[track_caller]
    pub fn expect_text(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        self.body.as_str().unwrap().to_owned()
    }

    /// A problem, by the last part of its type.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["type"].as_str()), (status, Some(format!("/problems/{code}").as_str())), "{}", self.body);
        assert_eq!(self.body["status"], status);
        assert!(self.body["instance"].is_string() && self.body["title"].is_string() && self.body["detail"].is_string(), "{}", self.body);
        self.body
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self::waiting(address, token, PATIENCE)
    }

    /// A client that gives up after so long.
    pub fn waiting(address: SocketAddr, token: Option<String>, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(patience));
        Self { base: format!("http://{address}"), token, agent: config.build().into() }
    }

    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<(&str, Vec<u8>)>) -> Result<Answer, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some((content_type, body)) => self.agent.run(request.header("Content-Type", content_type).body(body).unwrap())?,
            None => self.agent.run(request.body(()).unwrap())?,
        };
        let status = response.status().as_u16();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        let text = response.body_mut().with_config().limit(100 << 20).read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body, headers })
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(("application/json", body.to_string().into_bytes()))).unwrap()
    }

    /// Gives a command under a fresh id.
    pub fn command(&self, command: Value) -> Answer {
        self.post("/api/v1/commands", &json!({"id": Uuid::now_v7(), "command": command}))
    }

    pub fn plan(&self) -> Value {
        self.get("/api/v1/plan").expect(200)
    }

    /// Uploads a file under its name.
    pub fn upload(&self, kind: &str, name: &str, content: &[u8]) -> Answer {
        self.upload_mapped(kind, name, content, None)
    }

    pub fn upload_mapped(&self, kind: &str, name: &str, content: &[u8], mapping: Option<&Value>) -> Answer {
        const BOUNDARY: &str = "tafel-test-boundary";
        let mut body = Vec::new();
        if let Some(mapping) = mapping {
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"mapping\"\r\n\r\n{mapping}\r\n").into_bytes());
        }
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send("POST", &format!("/api/v1/uploads/{kind}"), &[], Some((&content_type, body))).unwrap()
    }

    /// Uploads a workbook and applies it; answers the batch.
    #[track_caller]
    pub fn upload_and_apply(&self, kind: &str, name: &str, choices: &Value) -> String {
        let preview = self.upload(kind, name, &super::workbook(name)).expect(201);
        let id = preview["id"].as_str().unwrap().to_owned();
        self.post(&format!("/api/v1/uploads/{id}/apply"), choices).expect(200);
        id
    }
}
