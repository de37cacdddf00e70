//! Work that blocks, kept off the threads that must not wait.

use super::Failure;
use std::cell::Cell;
use tokio::sync::oneshot;
use uuid::Uuid;

thread_local! {
    static IS_SIMULATED: Cell<bool> = const { Cell::new(false) };
}

/// From now on, what blocks runs on this very thread, one after the other: in a simulation nothing may depend on which thread is faster.
pub fn simulate_on_this_thread() {
    IS_SIMULATED.set(true);
}

/// Runs what blocks on a thread of its own.
///
/// # Errors
/// It crashed.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    if IS_SIMULATED.get() {
        return Ok(work());
    }
    let (done, outcome) = oneshot::channel();
    // Boxed, so that the runtime's part is compiled once, and not for each of the many things that block.
    let work: Box<dyn FnOnce() + Send> = Box::new(move || drop(done.send(work())));
    let crashed = |error: &dyn std::fmt::Display| {
        let id = Uuid::now_v7();
        tracing::error!(%id, %error, "a task crashed");
        Failure::Crashed(id)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| crashed(&error))?;
    outcome.await.map_err(|error| crashed(&error))
}
