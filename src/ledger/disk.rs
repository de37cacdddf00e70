//! Whether a local disk answers: one that hangs is found out before somebody's command hangs with it.

use super::Ledger;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What it has answered is good for so long.
const FRESH: Duration = Duration::from_secs(4);
/// Longer than this a disk that works takes for nothing.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
}

struct State {
    answered_at: Instant,
    is_asked: bool,
}

impl Default for Disk {
    fn default() -> Self {
        Self { state: Arc::new(Mutex::new(State { answered_at: Instant::now(), is_asked: false })) }
    }
}

impl Disk {
    /// It has just written something, or refused to.
    pub(super) fn have_answered(&self) {
        let mut state = self.state.lock();
        (state.answered_at, state.is_asked) = (Instant::now(), false);
    }
}

impl Ledger {
    /// Whether the disk on which the store is has answered lately; true where the store is on another machine.
    pub async fn disk_answers(&self) -> bool {
        let (store, disk) = (self.shared.store.clone(), self.shared.disk.clone());
        if !store.is_local() || disk.state.lock().answered_at.elapsed() < FRESH {
            return true;
        }
        let is_first = !std::mem::replace(&mut disk.state.lock().is_asked, true);
        if is_first {
            let disk = disk.clone();
            // A refusal is an answer, too: a full disk does not hang.
            tokio::spawn(async move {
                let _ = store.probe().await;
                disk.have_answered();
            });
        }
        let asked_at = Instant::now();
        while asked_at.elapsed() < PATIENCE {
            if disk.state.lock().answered_at.elapsed() < FRESH {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}
