//! A SQL Server, where there is one: `TAFEL_TEST_MSSQL` holds its URL, or it answers on this machine.

use parking_lot::Mutex;
use std::net::SocketAddr;
use std::time::Duration;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};
use url::Url;
use uuid::Uuid;

/// A server, as an admin reaches it.
pub fn server() -> Option<Url> {
    if let Ok(url) = std::env::var("TAFEL_TEST_MSSQL") {
        return Some(Url::parse(&url).expect("TAFEL_TEST_MSSQL is a URL"));
    }
    let here = SocketAddr::from(([127, 0, 0, 1], 1433));
    std::net::TcpStream::connect_timeout(&here, Duration::from_millis(300)).ok()?;
    // As in compose.yaml.
    Some(Url::parse("mssql://sa:Tafel-tests-1@127.0.0.1:1433/master?encrypt=yes&trust=any").unwrap())
}

/// Runs some SQL, whatever it answers.
pub fn execute(url: &Url, sql: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = connect(url).await.map_err(|error| error.to_string())?;
        let done = async { client.simple_query(sql).await?.into_results().await };
        done.await.map(|_| ()).map_err(|error| error.to_string())
    })
}

/// # Errors
/// The server does not let anybody in.
pub async fn connect(url: &Url) -> Result<Client<Compat<TcpStream>>, tiberius::error::Error> {
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
    let stream = TcpStream::connect(config.get_addr()).await.unwrap();
    Box::pin(Client::connect(config, stream.compat_write())).await
}

/// A database of its own, dropped at the end.
pub struct OnServer {
    server: Url,
    name: String,
    pub is_babelfish: bool,
}

impl OnServer {
    pub fn new(server: &Url) -> Self {
        // One after the other: Babelfish does not make two databases at once.
        static MADE: Mutex<usize> = Mutex::new(0);
        let mut made = MADE.lock();
        *made += 1;
        let name = format!("t{made}_{}", &Uuid::new_v4().simple().to_string()[..12]);
        execute(server, &format!("CREATE DATABASE {name}")).unwrap();
        // Only there is this a server property.
        let is_babelfish = execute(server, "IF SERVERPROPERTY('BabelfishVersion') IS NULL THROW 51000, N'no', 1").is_ok();
        Self { server: server.clone(), name, is_babelfish }
    }

    pub fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.to_string()
    }
}

impl Drop for OnServer {
    fn drop(&mut self) {
        // Whatever is left over is the server's to clean up.
        let _ = execute(&self.server, &format!("DROP DATABASE {}", self.name));
    }
}
