//! PostgreSQL servers of our own: each with a folder, a port and an end.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

pub struct Cluster {
    folder: TempDir,
    pub port: u16,
    /// A shell that ends the server when this process ends, however it ends.
    keeper: Option<Child>,
    made: AtomicUsize,
}

/// The newest PostgreSQL that is installed.
fn binaries() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect())
        .unwrap_or_default();
    found.sort();
    found.pop().expect("PostgreSQL is not installed: tests/run.sh installs it, or apt-get install postgresql")
}

fn is_root() -> bool {
    String::from_utf8_lossy(&Command::new("id").arg("-u").output().unwrap().stdout).trim() == "0"
}

/// PostgreSQL does not run as root.
fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

impl Cluster {
    /// With the settings added to its file.
    pub fn start(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        if is_root() {
            let own = |path: &Path| assert!(Command::new("chown").arg("postgres:postgres").arg(path).status().unwrap().success());
            own(folder.path());
            own(&data);
        }
        let made = as_nobody(&binaries().join("initdb"))
            .args(["--auth=trust", "--username=tafel", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ours = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 100\nlogging_collector = off\n{settings}\n"
        );
        let file = data.join("postgresql.conf");
        fs::write(&file, fs::read_to_string(&file).unwrap() + &ours).unwrap();
        let mut cluster = Self { folder, port, keeper: None, made: AtomicUsize::new(0) };
        cluster.go_on();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the server, which was stopped.
    pub fn go_on(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        // Its standard input ends with this process; then the server is ended, at once.
        let script = r#"exec 3<&0; "$@" </dev/null & server=$!; cat <&3 >/dev/null; kill -INT $server 2>/dev/null; wait $server"#;
        let mut keeper = as_nobody(Path::new("sh"));
        keeper.args(["-c", script, "keeper"]).arg(binaries().join("postgres")).arg("-D").arg(self.data());
        let keeper = keeper.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.keeper = Some(keeper);
        let began = Instant::now();
        while !self.control(&["status"]) || postgres(&self.url("postgres")).is_none() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_mins(4), "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn control(&self, arguments: &[&str]) -> bool {
        let mut command = as_nobody(&binaries().join("pg_ctl"));
        command.args(arguments).arg("-D").arg(self.data()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap().success()
    }

    /// Stops the server at once, cutting every connection.
    pub fn stop(&mut self) {
        assert!(self.control(&["stop", "-m", "immediate"]));
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            keeper.wait().unwrap();
        }
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://tafel@127.0.0.1:{}/{database}", self.port)
    }

    /// A new database; answers its URL.
    pub fn database(&self) -> String {
        let name = format!("t{}_{}", self.made.fetch_add(1, Ordering::Relaxed), Uuid::new_v4().simple());
        let mut client = postgres(&self.url("postgres")).expect("the server answers");
        client.execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

/// The server that the tests of this process share.
pub fn shared() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start("fsync = on"))
}

/// A client for whatever a test wants to do behind the program's back.
pub struct Client {
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
}

/// `None` where nobody answers.
pub fn postgres(url: &str) -> Option<Client> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (client, connection) = runtime.block_on(tokio_postgres::connect(url, tokio_postgres::NoTls)).ok()?;
    runtime.spawn(connection);
    Some(Client { runtime, client })
}

impl Client {
    pub fn execute(&mut self, sql: &str) -> Result<(), String> {
        let words = |error: tokio_postgres::Error| error.as_db_error().map_or(error.to_string(), |said| said.message().to_owned());
        self.runtime.block_on(self.client.batch_execute(sql)).map_err(words)
    }

    /// The first column of the first row, as text.
    pub fn text(&mut self, sql: &str) -> String {
        let messages = self.runtime.block_on(self.client.simple_query(sql)).unwrap();
        let row = messages.iter().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        });
        row.unwrap_or_default()
    }
}
