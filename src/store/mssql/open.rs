//! Reaching SQL Server: URL, encryption, the pool, migrations.

use super::{Client, Fault, connection, words};
use crate::store::migrations::{self, Migrations};
use crate::store::{Access, StoreError, without_password};
use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Pool, RecycleResult};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tiberius::{AuthMethod, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_util::compat::TokioAsyncWriteCompatExt as _;
use url::Url;

const CONNECTIONS: usize = 8;
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const PORT: u16 = 1433;
/// The tables that there are after the migrations: the driver does not tell of every statement that failed.
const TABLES: [&str; 7] = ["event", "account", "api_token", "session", "pending_upload", "consumer", "report_file"];

/// Makes connections.
#[derive(Debug)]
pub(super) struct Manager {
    config: Config,
}

impl managed::Manager for Manager {
    type Type = Client;
    type Error = Fault;

    async fn create(&self) -> Result<Client, Fault> {
        let connecting = Box::pin(async {
            let stream = TcpStream::connect(self.config.get_addr()).await.map_err(Fault::Connect)?;
            stream.set_nodelay(true).map_err(Fault::Connect)?;
            let connected = Box::pin(Client::connect(self.config.clone(), stream.compat_write())).await;
            let mut client = connected.map_err(Fault::Database)?;
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

fn open_error(shown: &str, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Open { path: shown.to_owned(), source: Arc::new(source) }
}

fn not_understood(shown: &str, why: &str) -> StoreError {
    open_error(shown, std::io::Error::other(why.to_owned()))
}

/// The pool, and the URL without its password.
pub(super) fn pool(url: &str) -> Result<(Pool<Manager>, String), StoreError> {
    let shown = without_password(url);
    let config = config(url, &shown)?;
    let pool = Pool::builder(Manager { config }).max_size(CONNECTIONS).runtime(Runtime::Tokio1).wait_timeout(Some(CONNECT_WITHIN)).build();
    Ok((pool.map_err(|error| open_error(&shown, error))?, shown))
}

/// `mssql://USER:PASSWORD@HOST:PORT/DATABASE?encrypt=yes|no&ca=FILE&trust=any`
fn config(url: &str, shown: &str) -> Result<Config, StoreError> {
    let parsed = Url::parse(url).map_err(|error| open_error(shown, error))?;
    let decoded = |text: &str| {
        let pairs = format!("x={}", text.replace('+', "%2B"));
        form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let host = parsed.host_str().ok_or_else(|| not_understood(shown, "the URL names no host"))?.trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let mut config = Config::new();
    config.application_name("tafel");
    config.host(host);
    config.port(parsed.port().unwrap_or(PORT));
    config.database(decoded(parsed.path().trim_start_matches('/')));
    config.authentication(AuthMethod::sql_server(decoded(parsed.username()), decoded(parsed.password().unwrap_or_default())));
    // Between machines nothing travels in the clear, and nobody is believed unseen, unless the URL says so.
    config.encryption(if is_here { EncryptionLevel::NotSupported } else { EncryptionLevel::Required });
    for (name, value) in parsed.query_pairs() {
        match (&*name, &*value) {
            ("encrypt", "yes") => config.encryption(EncryptionLevel::Required),
            ("encrypt", "no") => config.encryption(EncryptionLevel::NotSupported),
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
    Ok(config)
}

/// Applies the migrations that are missing; answers the version that the schema has.
///
/// # Errors
/// Nobody answers, the database is newer than the program, or a migration fails.
pub(super) async fn migrate(pool: &Pool<Manager>, shown: &str, access: Access) -> Result<u32, StoreError> {
    let Migrations { runner, known } = Migrations::of(migrations::MSSQL)?;
    let opening = |fault: Fault| {
        if fault.is_away() {
            StoreError::Unavailable(Arc::new(std::io::Error::other(format!("{shown}: {fault}"))))
        } else {
            open_error(shown, fault)
        }
    };
    let mut client = connection(pool).await.map_err(opening)?;
    let found = version(&mut client, known).await?;
    if access == Access::Look {
        return Ok(found);
    }
    if found == known {
        return chain(&mut client).await.map(|()| known);
    }
    let lock = "DECLARE @granted int; EXEC @granted = sp_getapplock @Resource = N'tafel_migration', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 60000; SELECT @granted";
    if number(&mut client, lock).await? < 0 {
        return Err(failed("another instance is migrating the database, and has not ended within a minute"));
    }
    // Another instance may have done it while this one waited.
    let outcome = match version(&mut client, known).await {
        Ok(found) if found == known => Ok(None),
        Ok(_) => runner.run_async(&mut *client).await.map(Some).map_err(|error| StoreError::Migrate(Arc::new(error))),
        Err(error) => Err(error),
    };
    let missing = missing(&mut client).await;
    let unlock = "EXEC sp_releaseapplock @Resource = N'tafel_migration', @LockOwner = N'Session'; SELECT 0";
    number(&mut client, unlock).await?;
    for migration in outcome?.iter().flat_map(refinery_core::Report::applied_migrations) {
        tracing::info!(version = migration.version(), name = migration.name(), "migrated the database");
    }
    match missing? {
        Some(table) => Err(failed(&format!("the migrations ran, and there is no table {table}: empty the database, and start again"))),
        None => chain(&mut client).await.map(|()| known),
    }
}

/// Whether commits are acknowledged before they are on the disk, whatever a transaction asks for. A server that does not know the
/// setting does not have it.
pub(super) async fn risks(pool: &Pool<Manager>) -> Vec<String> {
    let forced = "SELECT COUNT(*) FROM sys.databases WHERE name = DB_NAME() AND delayed_durability_desc = 'FORCED'";
    let Ok(mut client) = connection(pool).await else { return Vec::new() };
    let is_forced = matches!(number(&mut client, forced).await, Ok(count) if count > 0);
    is_forced.then(|| "DELAYED_DURABILITY = FORCED".to_owned()).into_iter().collect()
}

fn failed(why: &str) -> StoreError {
    StoreError::Migrate(Arc::new(std::io::Error::other(why.to_owned())))
}

/// The first column of the first row.
async fn number(client: &mut Client, sql: &str) -> Result<i32, StoreError> {
    let asked = async { client.simple_query(sql).await?.into_row().await };
    let row = asked.await.map_err(|error| failed(&words(&error)))?;
    row.and_then(|row| row.get::<i32, _>(0)).ok_or_else(|| failed("the database answered nothing"))
}

async fn missing(client: &mut Client) -> Result<Option<&'static str>, StoreError> {
    for table in TABLES {
        if number(client, &format!("SELECT CASE WHEN OBJECT_ID(N'{table}', N'U') IS NULL THEN 0 ELSE 1 END")).await? == 0 {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

async fn chain(client: &mut Client) -> Result<(), StoreError> {
    let count = super::append::chain(client).await.map_err(|error| StoreError::Migrate(Arc::new(Fault::Database(error))))?;
    if count > 0 {
        tracing::info!(events = count, "chained the stream");
    }
    Ok(())
}

/// The version of the database's schema; an error if it is newer than what this program knows.
async fn version(client: &mut Client, known: u32) -> Result<u32, StoreError> {
    let exists = "SELECT CASE WHEN OBJECT_ID(N'refinery_schema_history', N'U') IS NULL THEN 0 ELSE 1 END";
    if number(client, exists).await? == 0 {
        return Ok(0);
    }
    let found = u32::try_from(number(client, "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history").await?).unwrap_or(0);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found)
}
