//! A clock whose hands a test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tafel::clock::Time;
use tafel::plan::Timestamp;

/// A clock's hands, to be moved by a test.
#[derive(Clone, Default)]
pub struct Hands {
    wall_us: Arc<AtomicI64>,
    running_us: Arc<AtomicI64>,
}

impl Hands {
    pub fn run(&self, running_us: i64, wall_us: i64) {
        self.running_us.fetch_add(running_us, Ordering::Relaxed);
        self.wall_us.fetch_add(wall_us, Ordering::Relaxed);
    }
}

impl Time for Hands {
    fn wall(&self) -> Timestamp {
        Timestamp(self.wall_us.load(Ordering::Relaxed))
    }

    fn running(&self) -> Duration {
        Duration::from_micros(self.running_us.load(Ordering::Relaxed).unsigned_abs())
    }
}
