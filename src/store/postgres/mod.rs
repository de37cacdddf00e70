//! PostgreSQL: a pool of connections on a runtime of its own, so that both what awaits and what blocks can use it.

mod desk;
mod open;
mod stream;

use super::StoreError;
use deadpool_postgres::{Object, Pool, PoolError};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;
use tokio_postgres::Error;

/// Within this time a database that is there answers a small question.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

pub struct Postgres {
    /// Taken out when the store is dropped.
    runtime: Option<Runtime>,
    pool: Pool,
    /// The last position that the database has told of.
    appended: watch::Receiver<u64>,
}

impl Postgres {
    /// Connects, and migrates the database to this program's version. Blocks its thread.
    ///
    /// # Errors
    /// The URL is not understood, nobody answers, the password is wrong, or the database is newer than the program.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let builder = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name("postgres").enable_all().build();
        let runtime = builder.map_err(|error| StoreError::Unavailable(Arc::new(error)))?;
        let server = open::Server::parse(url)?;
        let pool = server.pool()?;
        let (migrating, shown) = (pool.clone(), server.shown.clone());
        wait(runtime.handle(), async move { open::migrate(&migrating, shown).await })?;
        let appended = server.listen(runtime.handle());
        Ok(Self { runtime: Some(runtime), pool, appended })
    }

    fn handle(&self) -> Result<&Handle, StoreError> {
        self.runtime.as_ref().map(Runtime::handle).ok_or_else(closed)
    }

    /// Runs some work on a connection, and waits for it with the thread.
    fn run<T, F>(&self, work: impl FnOnce(Object) -> F + Send + 'static) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send,
    {
        let pool = self.pool.clone();
        wait(self.handle()?, async move { on_connection(&pool, ANSWERS_WITHIN, work).await.map_err(unavailable) })
    }

    /// Runs some work on a connection, for somebody who awaits it on whichever runtime.
    async fn spawn<T, E, F>(&self, work: impl FnOnce(Pool) -> F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + From<StoreError> + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let task = self.handle()?.spawn(work(self.pool.clone()));
        task.await.map_err(|_| closed())?
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A runtime must not be dropped where somebody awaits, and nobody waits for its tasks any more.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
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

fn closed() -> StoreError {
    StoreError::Unavailable(Arc::new(std::io::Error::other("the store is closed")))
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

/// Waits with the thread for what the runtime does.
fn wait<T: Send + 'static>(handle: &Handle, work: impl Future<Output = Result<T, StoreError>> + Send + 'static) -> Result<T, StoreError> {
    let (done, outcome) = std::sync::mpsc::sync_channel(1);
    handle.spawn(async move { drop(done.send(work.await)) });
    outcome.recv().map_err(|_| closed())?
}
