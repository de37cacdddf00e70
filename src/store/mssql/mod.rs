//! SQL Server: a pool of connections on a runtime of its own.

mod append;
mod connect;
mod desk;
mod open;
mod stream;

use super::runtime::Runtime;
use super::{Access, Columns, StoreError, migrations, warn_of};
use connect::Manager;
use deadpool::managed::{Object, Pool, PoolError};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tiberius::error::Error;
use tokio::net::TcpStream;
use tokio_util::compat::Compat;

/// Within this time a database that is there answers a small question.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// A key that is there already: of a constraint, and of a unique index.
const DUPLICATE_KEY: [u32; 2] = [2627, 2601];
/// Chosen as the victim of a deadlock; a lock was not free in time.
const PASSING: [u32; 2] = [1205, 1222];
/// From this class on, the server ends the connection.
const FATAL_CLASS: u8 = 20;

type Client = tiberius::Client<Compat<TcpStream>>;
/// Some work on a connection.
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>;

const BEFORE: Columns = Columns {
    hash: "CAST(NULL AS char(64))",
    envelope: "CAST(1 AS smallint), CAST(NULL AS uniqueidentifier), CAST(NULL AS nvarchar(64)), CAST(NULL AS uniqueidentifier), \
               CAST(NULL AS uniqueidentifier), CAST(NULL AS char(64)), CAST(NULL AS char(64))",
};

/// Who serves: the two differ in what they make of a text within JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Microsoft,
    Babelfish,
}

pub struct Mssql {
    runtime: Runtime,
    pool: Pool<Manager>,
    server: Server,
    columns: &'static Columns,
    risks: Vec<String>,
}

impl Mssql {
    /// Connects, and migrates the database to this program's version. Blocks its thread.
    ///
    /// # Errors
    /// The URL is not understood, nobody answers, the password is wrong, or the database is newer than the program.
    pub fn open(url: &str, access: Access) -> Result<Self, StoreError> {
        let runtime = Runtime::start("mssql")?;
        let (pool, shown) = connect::pool(url)?;
        let migrating = pool.clone();
        let (version, server, risks) = runtime.wait(async move {
            let version = open::migrate(&migrating, &shown, access).await?;
            let server = open::server(&migrating).await?;
            if server == Server::Microsoft {
                open::warn_of_blocking(&migrating).await;
            }
            Ok((version, server, open::risks(&migrating).await))
        })?;
        warn_of(&risks);
        Ok(Self { runtime, pool, server, columns: Columns::of(version, migrations::MSSQL_CHAIN, &BEFORE), risks })
    }

    /// Runs some work on a connection, and waits for it with the thread.
    fn run<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Client) -> Work<'c, T> + Clone + Send + 'static,
    {
        let pool = self.pool.clone();
        self.runtime.wait(async move { with_retry(&pool, work).await.map_err(unavailable) })
    }
}

/// Why some work on a connection has come to nothing.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{}", words(.0))]
    Database(Error),
    #[error("no connection: {0}")]
    Connect(std::io::Error),
    #[error("no connection became free in time")]
    Busy,
    #[error("no answer within {} s", .0.as_secs())]
    TooSlow(Duration),
    #[error(
        "the server insists on encryption ({0}): put encrypt=yes into the URL, and ca=FILE with the certificate that has signed the \
         server's, or trust=any on a machine of your own"
    )]
    InsistsOnEncryption(String),
    #[error("the server cannot be believed ({0}): put ca=FILE into the URL, with the certificate that has signed the server's")]
    Untrusted(String),
}

impl Fault {
    /// Whether the server only has to come back: it cannot be reached, or does not answer.
    fn is_away(&self) -> bool {
        matches!(self, Self::Connect(_) | Self::Busy | Self::TooSlow(_) | Self::Database(Error::Io { .. }))
    }

    /// Whether it was undone for others' sake, and is taken if it is asked for again.
    fn is_passing(&self) -> bool {
        matches!(self, Self::Database(error) if code(error).is_some_and(|code| PASSING.contains(&code)))
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::Server(said) => format!("{} ({})", said.message(), said.code()),
        error => error.to_string(),
    }
}

fn unavailable(fault: Fault) -> StoreError {
    StoreError::Unavailable(Arc::new(fault))
}

fn code(error: &Error) -> Option<u32> {
    match error {
        Error::Server(said) => Some(said.code()),
        _ => None,
    }
}

async fn connection(pool: &Pool<Manager>) -> Result<Object<Manager>, Fault> {
    // The driver's future for a new connection is large.
    Box::pin(pool.get()).await.map_err(|error| match error {
        PoolError::Backend(fault) => fault,
        _ => Fault::Busy,
    })
}

/// Does some work on a connection; once more if a deadlock or a lock came in between.
async fn with_retry<T, W>(pool: &Pool<Manager>, work: W) -> Result<T, Fault>
where
    W: for<'c> FnOnce(&'c mut Client) -> Work<'c, T> + Clone,
{
    match on_connection(pool, ANSWERS_WITHIN, work.clone()).await {
        Err(fault) if fault.is_passing() => on_connection(pool, ANSWERS_WITHIN, work).await,
        outcome => outcome,
    }
}

async fn on_connection<T, W>(pool: &Pool<Manager>, within: Duration, work: W) -> Result<T, Fault>
where
    W: for<'c> FnOnce(&'c mut Client) -> Work<'c, T>,
{
    let mut client = connection(pool).await?;
    let outcome = tokio::time::timeout(within, work(&mut client)).await;
    match &outcome {
        Ok(Ok(_)) => {}
        // Only what the server itself has answered leaves a connection that can be used again.
        Ok(Err(Error::Server(said))) if said.class() < FATAL_CLASS => {}
        // Where the host has vanished, or another has taken its place, the idle connections are dead, too.
        Ok(Err(Error::Io { .. })) | Err(_) => {
            drop(Object::take(client));
            pool.retain(|_, _| false);
        }
        Ok(Err(_)) => drop(Object::take(client)),
    }
    outcome.map_err(|_| Fault::TooSlow(within))?.map_err(Fault::Database)
}
