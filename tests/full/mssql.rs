//! SQL Server keeps the contract, where there is one: `TAFEL_TEST_MSSQL` holds its URL, or it answers on this machine.

use crate::harness::contract::{self, Database};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tafel::store::{self, Access};
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio_util::compat::TokioAsyncWriteCompatExt as _;
use url::Url;
use uuid::Uuid;

/// A server, as an admin reaches it.
fn server() -> Option<Url> {
    if let Ok(url) = std::env::var("TAFEL_TEST_MSSQL") {
        return Some(Url::parse(&url).expect("TAFEL_TEST_MSSQL is a URL"));
    }
    let here = SocketAddr::from(([127, 0, 0, 1], 1433));
    TcpStream::connect_timeout(&here, Duration::from_millis(300)).ok()?;
    // As in compose.yaml.
    Some(Url::parse("mssql://sa:Tafel-tests-1@127.0.0.1:1433/master?encrypt=yes&trust=any").unwrap())
}

fn execute(url: &Url, sql: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = Config::new();
        config.host(url.host_str().unwrap());
        config.port(url.port().unwrap_or(1433));
        config.database(url.path().trim_start_matches('/'));
        config.authentication(AuthMethod::sql_server(url.username(), url.password().unwrap_or_default()));
        config.encryption(if url.query().is_some_and(|query| query.contains("encrypt=yes")) {
            EncryptionLevel::Required
        } else {
            EncryptionLevel::NotSupported
        });
        config.trust_cert();
        let stream = tokio::net::TcpStream::connect(config.get_addr()).await.unwrap();
        let mut client = Box::pin(Client::connect(config, stream.compat_write())).await.map_err(|error| error.to_string())?;
        let done = async { client.simple_query(sql).await?.into_results().await };
        done.await.map(|_| ()).map_err(|error| error.to_string())
    })
}

/// A database of its own, dropped at the end.
struct OnServer {
    server: Url,
    name: String,
    is_babelfish: bool,
}

impl OnServer {
    fn new(server: &Url) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("t{}_{}", MADE.fetch_add(1, Ordering::Relaxed), &Uuid::new_v4().simple().to_string()[..12]);
        execute(server, &format!("CREATE DATABASE {name}")).unwrap();
        // Only there is this a server property.
        let is_babelfish = execute(server, "IF SERVERPROPERTY('BabelfishVersion') IS NULL THROW 51000, N'no', 1").is_ok();
        Self { server: server.clone(), name, is_babelfish }
    }
}

impl Drop for OnServer {
    fn drop(&mut self) {
        // Whatever is left over is the server's to clean up.
        let _ = execute(&self.server, &format!("DROP DATABASE {}", self.name));
    }
}

impl Database for OnServer {
    fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.to_string()
    }
    fn keeps_letters(&self) -> bool {
        !self.is_babelfish
    }
    fn statement(&self, sql: &str) -> Result<(), String> {
        execute(&Url::parse(&self.url()).unwrap(), sql)
    }
}

#[test]
fn sql_server_keeps_the_contract() {
    let Some(server) = server() else {
        println!("There is no SQL Server: set TAFEL_TEST_MSSQL, or start compose.yaml. NOTHING OF IT WAS TESTED.");
        return;
    };
    contract::holds(|| OnServer::new(&server));
    let mut wrong = server.clone();
    wrong.set_path("no_such_database");
    let error = store::open(wrong.as_str(), Access::Serve).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("no_such_database"), "{error}");
    let mut wrong = server;
    wrong.set_password(Some("secret")).unwrap();
    let error = store::open(wrong.as_str(), Access::Serve).map(|_| ()).unwrap_err().to_string();
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn what_is_wrong_in_a_url_is_said_in_words_and_without_the_password() {
    for (url, words) in [
        ("mssql://sa:secret@127.0.0.1:1/tafel", "refused"),
        ("mssql://sa:secret@127.0.0.1/tafel?encrypted=yes", "is not understood"),
        ("mssql:tafel", "names no host"),
    ] {
        let error = store::open(url, Access::Serve).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{url}: {error}");
    }
}
