//! A runtime of a store's own, so that both what awaits and what blocks can use a database that is asked asynchronously.

use super::StoreError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

pub(super) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(super) fn start(name: &str) -> Result<Self, StoreError> {
        let builder = tokio::runtime::Builder::new_multi_thread().worker_threads(1).thread_name(name).enable_all().build();
        Ok(Self(Some(builder.map_err(|error| StoreError::Unavailable(Arc::new(error)))?)))
    }

    pub(super) fn handle(&self) -> Result<&Handle, StoreError> {
        self.0.as_ref().map(tokio::runtime::Runtime::handle).ok_or_else(closed)
    }

    /// Waits with the thread for what the runtime does.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (done, outcome) = std::sync::mpsc::sync_channel(1);
        self.start_task(Box::pin(async move { drop(done.send(work.await)) }))?;
        outcome.recv().map_err(|_| closed())?
    }

    /// Has the runtime do it for somebody who awaits it, on whichever runtime.
    pub(super) async fn spawn<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + From<StoreError> + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let (done, outcome) = oneshot::channel();
        self.start_task(Box::pin(async move { drop(done.send(work.await)) }))?;
        outcome.await.map_err(|_| closed())?
    }

    /// Boxed, so that the runtime's part is compiled once, and not for each question to a database.
    fn start_task(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) -> Result<(), StoreError> {
        self.handle()?.spawn(task);
        Ok(())
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // A runtime must not be dropped where somebody awaits, and nobody waits for its tasks any more.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable(Arc::new(std::io::Error::other("the store is closed")))
}
