//! Work on a thread of its own, with a loop around it: it begins anew after a crash, and ends when it is told to.

use crate::ledger::{Ledger, blocking};
use crate::plan::{Plan, Position};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::sync::watch;

/// Clocks are set, and machines sleep: nobody waits for longer than this without looking again.
pub(crate) const LOOKED_AGAIN: Duration = Duration::from_secs(30);
/// After a crash, or a failure of the store.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);
/// A plan changes often; what is worked on does not.
pub(crate) const SETTLES: Duration = Duration::from_millis(100);
/// The end of the process waits for no longer than this.
pub(crate) const ENDS_WITHIN: Duration = Duration::from_secs(8);

/// Somebody at work.
pub struct Handle {
    stop: watch::Sender<bool>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Handle {
    /// Starts the work, which is to end when it is told to stop. What a crash was at is its own to find out.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(crate) fn start(
        name: &'static str,
        round: impl Fn(watch::Receiver<bool>) -> std::io::Result<()> + Send + 'static,
    ) -> Result<Self, String> {
        let (stop, stopped) = watch::channel(false);
        let run = move || {
            while !*stopped.borrow() {
                match catch_unwind(AssertUnwindSafe(|| round(stopped.clone()))) {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => tracing::error!(%error, name, "cannot be worked on"),
                    Err(_) => tracing::error!(name, "what works on it has crashed; it begins anew"),
                }
                std::thread::sleep(PAUSE);
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|error| error.to_string())?;
        Ok(Self { stop, thread: Mutex::new(Some(thread)) })
    }

    /// Lets what is at hand be brought to an end, gives back what is claimed, and ends.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            // It has logged its own crash. Whatever it is at, the end does not wait for long.
            let _ = tokio::time::timeout(ENDS_WITHIN, blocking(move || thread.join())).await;
        }
    }
}

/// Until the plan is another one in what matters here.
pub(crate) async fn until(ledger: &Ledger, positions: &mut watch::Receiver<Position>, is_other: impl Fn(&Plan) -> bool) {
    while positions.changed().await.is_ok() {
        if is_other(&ledger.snapshot().plan) {
            return;
        }
        tokio::time::sleep(SETTLES).await;
    }
    std::future::pending::<()>().await;
}
