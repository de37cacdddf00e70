//! Reaching a SQL Server: its URL, its addresses, encryption, and the pool of connections.

use super::{Client, Fault};
use crate::store::{StoreError, without_password};
use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Pool, RecycleResult};
use rustix::net::sockopt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tiberius::error::Error;
use tiberius::{AuthMethod, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::compat::TokioAsyncWriteCompatExt as _;
use url::Url;

const CONNECTIONS: usize = 8;
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const PORT: u16 = 1433;
/// A listener of an availability group has one address for each subnet; SQL Server's own clients dial so many at once at most.
const ADDRESSES: usize = 64;
/// The driver's own time-out, for what has none of ours: longer than the wait for another instance's migration.
pub(super) const STATEMENT_WITHIN: Duration = Duration::from_secs(90);
/// A host that has vanished is noticed after so long without traffic, and so long with some.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
const KEEPALIVE_PROBES: u32 = 3;
const KEEPALIVE_BETWEEN: Duration = Duration::from_secs(5);
#[cfg(target_os = "linux")]
const UNANSWERED_MS: u32 = 10_000;

/// Makes connections.
#[derive(Debug)]
pub(super) struct Manager {
    config: Config,
    /// Where the URL asks for no encryption, what its reader is told if the server insists on it.
    is_plain: bool,
}

impl Manager {
    fn untrusted(&self, why: String) -> Fault {
        if self.is_plain { Fault::InsistsOnEncryption(why) } else { Fault::Untrusted(why) }
    }
}

impl managed::Manager for Manager {
    type Type = Client;
    type Error = Fault;

    async fn create(&self) -> Result<Client, Fault> {
        let connecting = Box::pin(async {
            let mut client = connect(&self.config).await.map_err(|fault| match fault {
                Fault::Database(Error::Tls(why)) => self.untrusted(why),
                // What a handshake fails of comes as bad data; a server that cannot be reached, as something else.
                Fault::Database(Error::Io { kind: io::ErrorKind::InvalidData, message }) => self.untrusted(message),
                fault => fault,
            })?;
            let settings = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 4000";
            client.simple_query(settings).await.map_err(Fault::Database)?.into_results().await.map_err(Fault::Database)?;
            Ok(client)
        });
        tokio::time::timeout(CONNECT_WITHIN, connecting).await.map_err(|_| Fault::TooSlow(CONNECT_WITHIN))?
    }

    async fn recycle(&self, _: &mut Client, _: &Metrics) -> RecycleResult<Fault> {
        Ok(())
    }
}

/// Connects; where the server names another address (Azure SQL's gateway does), there, once.
async fn connect(config: &Config) -> Result<Client, Fault> {
    match sign_in(config.clone()).await {
        Err(Fault::Database(Error::Routing { host, port })) => {
            tracing::debug!(host, port, "the server sends its clients on to another address");
            let mut there = config.clone();
            // The server's instance is part of the name that it gives; the port says which one it is.
            there.host(host.split('\\').next().unwrap_or(&host));
            there.port(port);
            sign_in(there).await
        }
        signed_in => signed_in,
    }
}

async fn sign_in(config: Config) -> Result<Client, Fault> {
    let stream = dial(&config.get_addr()).await.map_err(Fault::Connect)?;
    keep_alive(&stream).map_err(Fault::Connect)?;
    Box::pin(tiberius::Client::connect(config, stream.compat_write())).await.map_err(Fault::Database)
}

/// Dials all addresses of a name at once, and keeps the connection that is there first. Of an availability group's listener all
/// addresses but one are silent, and which one that is changes with each failover.
async fn dial(host_and_port: &str) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(host_and_port).await?.take(ADDRESSES).collect();
    let mut dialling: JoinSet<_> = addresses.into_iter().map(TcpStream::connect).collect();
    let mut failed = io::Error::new(io::ErrorKind::NotFound, format!("{host_and_port} has no address"));
    while let Some(dialled) = dialling.join_next().await {
        match dialled.map_err(io::Error::other).flatten() {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(stream, KEEPALIVE_BETWEEN)?;
    sockopt::set_tcp_keepcnt(stream, KEEPALIVE_PROBES)?;
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(stream, UNANSWERED_MS)?;
    Ok(())
}

pub(super) fn open_error(shown: &str, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Open { path: shown.to_owned(), source: Arc::new(source) }
}

fn not_understood(shown: &str, why: &str) -> StoreError {
    open_error(shown, io::Error::other(why.to_owned()))
}

/// The pool, and the URL without its password.
pub(super) fn pool(url: &str) -> Result<(Pool<Manager>, String), StoreError> {
    let shown = without_password(url);
    let manager = manager(url, &shown)?;
    let pool = Pool::builder(manager).max_size(CONNECTIONS).runtime(Runtime::Tokio1).wait_timeout(Some(CONNECT_WITHIN)).build();
    Ok((pool.map_err(|error| open_error(&shown, error))?, shown))
}

/// `mssql://USER:PASSWORD@HOST:PORT/DATABASE?encrypt=yes|no&ca=FILE&trust=any`
fn manager(url: &str, shown: &str) -> Result<Manager, StoreError> {
    let parsed = Url::parse(url).map_err(|error| open_error(shown, error))?;
    let decoded = |text: &str| {
        let pairs = format!("x={}", text.replace('+', "%2B"));
        form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let host = parsed.host_str().ok_or_else(|| not_understood(shown, "the URL names no host"))?.trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let mut config = Config::new();
    config.application_name("tafel");
    config.command_timeout(Some(STATEMENT_WITHIN));
    config.host(host);
    config.port(parsed.port().unwrap_or(PORT));
    config.database(decoded(parsed.path().trim_start_matches('/')));
    config.authentication(AuthMethod::sql_server(decoded(parsed.username()), decoded(parsed.password().unwrap_or_default())));
    // Between machines nothing travels in the clear, and nobody is believed unseen, unless the URL says so.
    let mut is_plain = is_here;
    for (name, value) in parsed.query_pairs() {
        match (&*name, &*value) {
            ("encrypt", "yes") => is_plain = false,
            ("encrypt", "no") => is_plain = true,
            ("ca", file) => config.trust_cert_ca(file),
            ("trust", "any") => config.trust_cert(),
            _ => {
                return Err(not_understood(
                    shown,
                    &format!("{name}={value} is not understood; there are encrypt=yes or no, ca=FILE, and trust=any"),
                ));
            }
        }
    }
    config.encryption(if is_plain { EncryptionLevel::NotSupported } else { EncryptionLevel::Required });
    Ok(Manager { config, is_plain })
}
