//! The clock: what the time is, and whether it can be believed.
//!
//! The wall's clock is set by people and by programs. A second one, which only ever runs on, tells when it has jumped.

use crate::plan::Timestamp;
use parking_lot::Mutex;
use std::time::Duration;

/// Clocks that differ by more than this are not of one mind.
pub const TOLERANCE_US: i64 = 2_000_000;
/// A clock that is being set right is slowed down or hurried up by at most so many millionths; that is no jump.
const SLEWED_PPM: i64 = 1_000;

/// The present, as this machine has it.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// Where the time comes from; tests bring their own.
pub trait Time: Send + Sync {
    /// The time of day, which somebody may set.
    fn wall(&self) -> Timestamp;
    /// The time since some instant in the past. It runs on while the machine sleeps, and nobody can set it.
    fn running(&self) -> Duration;
}

/// This machine's.
#[derive(Debug)]
pub struct SystemTime;

impl Time for SystemTime {
    fn wall(&self) -> Timestamp {
        now()
    }

    #[cfg(target_os = "linux")]
    fn running(&self) -> Duration {
        // Neither part is negative: the clock starts at 0.
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    }

    /// Elsewhere it may stand still in a sleep, after which somebody is asked once.
    #[cfg(not(target_os = "linux"))]
    fn running(&self) -> Duration {
        static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
        BEGAN.elapsed()
    }
}

/// The wall's clock, watched by the one that runs on.
pub struct Clock {
    time: Box<dyn Time>,
    state: Mutex<State>,
}

struct State {
    /// How far the wall's clock is ahead of the running one, as far as it is believed.
    ahead_us: i64,
    /// When that was compared last, by the running clock.
    compared_us: i64,
    /// Whether anybody else has said that the time is right.
    is_confirmed: bool,
    /// Whether somebody waits for that, though nothing has jumped.
    is_awaited: bool,
}

impl Clock {
    #[must_use]
    pub fn new(time: impl Time + 'static) -> Self {
        let running_us = micros(time.running());
        let state = State { ahead_us: time.wall().0 - running_us, compared_us: running_us, is_confirmed: false, is_awaited: false };
        Self { time: Box::new(time), state: Mutex::new(state) }
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.time.wall()
    }

    /// By how many microseconds the wall's clock has jumped, if it has, and nobody has said that this is right.
    #[must_use]
    pub fn jump(&self) -> Option<i64> {
        let (running_us, wall) = (micros(self.time.running()), self.time.wall());
        let mut state = self.state.lock();
        let jump = wall.0 - running_us - state.ahead_us;
        if jump.abs() > TOLERANCE_US {
            return Some(jump);
        }
        // What is slewed is followed, so that it never adds up to a jump.
        let followed = (running_us - state.compared_us) / 1_000_000 * SLEWED_PPM;
        if followed > 0 {
            state.ahead_us += jump.clamp(-followed, followed);
            state.compared_us = running_us;
        }
        None
    }

    /// A second source agrees, or a person: the wall's clock is right as it is.
    pub fn confirm(&self) {
        let (running_us, wall) = (micros(self.time.running()), self.time.wall());
        let mut state = self.state.lock();
        (state.ahead_us, state.compared_us) = (wall.0 - running_us, running_us);
        (state.is_confirmed, state.is_awaited) = (true, false);
    }

    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.state.lock().is_confirmed
    }

    /// Something waits until the time is confirmed, though no jump was seen.
    pub fn await_confirmation(&self) {
        let mut state = self.state.lock();
        state.is_awaited = !state.is_confirmed;
    }

    /// Whether a person's word is wanted.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        let is_awaited = self.state.lock().is_awaited;
        is_awaited || self.jump().is_some()
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
