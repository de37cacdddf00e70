//! PostgreSQL: a pool of connections on a runtime of its own, so that both what awaits and what blocks can use it.

mod append;
mod desk;
mod open;
mod scan;
mod stream;

use super::runtime::Runtime;
use super::{Access, Columns, StoreError, migrations, warn_of};
use deadpool_postgres::{Object, Pool, PoolError};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Error;

/// Within this time a database that is there answers a small question.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

const BEFORE: Columns =
    Columns { hash: "NULL::bytea", envelope: "1::smallint, NULL::uuid, NULL::text, NULL::uuid, NULL::uuid, NULL::bytea, NULL::bytea" };

pub struct Postgres {
    runtime: Runtime,
    pool: Pool,
    columns: &'static Columns,
    risks: Vec<String>,
    server: Arc<open::Server>,
    /// The last position that the database has told of.
    appended: watch::Receiver<u64>,
    /// What others are to be told of.
    tell: watch::Sender<u64>,
}

impl Postgres {
    /// Connects, and migrates the database to this program's version. Blocks its thread.
    ///
    /// # Errors
    /// The URL is not understood, nobody answers, the password is wrong, or the database is newer than the program.
    pub fn open(url: &str, access: Access) -> Result<Self, StoreError> {
        let runtime = Runtime::start("postgres")?;
        let server = Arc::new(open::Server::parse(url)?);
        let pool = server.pool()?;
        let (migrating, shown) = (pool.clone(), server.shown.clone());
        let (version, risks) = runtime.wait(async move { open::migrate(&migrating, shown, access).await })?;
        warn_of(&risks);
        let tell = open::Server::tell(pool.clone(), runtime.handle()?);
        let appended = server.clone().listen(runtime.handle()?);
        let columns = Columns::of(version, migrations::POSTGRES_CHAIN, &BEFORE);
        let store = Self { runtime, pool, columns, risks, server, appended, tell };
        if access == Access::Serve {
            store.notice_another_place()?;
        }
        Ok(store)
    }

    /// Runs some work on a connection, and waits for it with the thread.
    fn run<T, F>(&self, work: impl FnOnce(Object) -> F + Send + 'static) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send,
    {
        let pool = self.pool.clone();
        self.runtime.wait(async move { on_connection(&pool, ANSWERS_WITHIN, work).await.map_err(unavailable) })
    }
}

/// Why some work on a connection has come to nothing.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{}", words(.0))]
    Database(Error),
    #[error("no connection: {0}")]
    Pool(PoolError),
    #[error("no answer within {} s", .0.as_secs())]
    TooSlow(Duration),
}

impl Fault {
    /// Whether the server only has to come back: it cannot be reached, does not answer, is starting or ending, or has no room.
    fn is_away(&self) -> bool {
        let Self::Database(error) = self else { return true };
        if let Some(said) = error.as_db_error() {
            let code = said.code().code();
            return code.starts_with("08") || code.starts_with("57P0") || code.starts_with("53");
        }
        // A wrong certificate, or settings that fit no server, stay wrong.
        let io = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
        error.is_closed() || io.is_some_and(|io| io.kind() != std::io::ErrorKind::InvalidData)
    }
}

/// What the database said, rather than that it said something.
fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} ({})", said.message(), said.code().code());
    }
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

fn unavailable(fault: Fault) -> StoreError {
    StoreError::Unavailable(Arc::new(fault))
}

async fn connection(pool: &Pool) -> Result<Object, Fault> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => Fault::Database(error),
        error => Fault::Pool(error),
    })
}

async fn on_connection<T, F>(pool: &Pool, within: Duration, work: impl FnOnce(Object) -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Error>>,
{
    let connection = connection(pool).await?;
    let Ok(outcome) = tokio::time::timeout(within, work(connection)).await else {
        // The connection went back with its statement under way: nothing that is open is used again.
        pool.retain(|_, _| false);
        return Err(Fault::TooSlow(within));
    };
    outcome.map_err(Fault::Database)
}
