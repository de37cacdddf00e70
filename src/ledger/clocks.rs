//! Whether this machine's clock may stamp the stream: it is watched, compared with the database server's, and people are asked.

use super::group::Group;
use super::writer::Writer;
use super::{Failure, Ledger, Shared, blocking};
use crate::clock::{Clock, TOLERANCE_US, now};
use crate::plan::Timestamp;
use crate::plan::command::Conditions;
use crate::store::{Append, Confirmation};
use std::time::Duration;
use tokio::time::Instant;

/// How often our clock is compared with the database server's.
const COMPARE_CLOCKS: Duration = Duration::from_secs(10);
/// Somebody's word for the clock is good for so long.
const CONFIRMED_WITHIN_US: i64 = 60_000_000;

impl Ledger {
    /// The clock that decides what may be stamped.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Whether what was not done by now will stay undone. A clock that has jumped cannot say so.
    #[must_use]
    pub fn is_final(&self, expires_at: Option<Timestamp>) -> bool {
        // In this order: a jump in between is seen.
        let is_over = Conditions::is_over(expires_at, self.clock().now());
        is_over && self.clock().jump().is_none()
    }

    /// Somebody says that this machine's clock is right.
    ///
    /// # Errors
    /// The store fails. Here the clock is believed all the same.
    pub async fn confirm_clock(&self, by: &str) -> Result<(), Failure> {
        self.shared.clock.confirm();
        let (store, confirmation) = (self.shared.store.clone(), Confirmation { at: self.shared.clock.now(), by: by.to_owned() });
        Ok(blocking(move || store.confirm_clock(&confirmation)).await??)
    }
}

impl Shared {
    /// Why nothing that was asked for then may be stamped: the clock has jumped, or had jumped then.
    pub(crate) fn doubt(&self, at: Timestamp) -> Option<String> {
        if let Some(jump) = self.clock.jump() {
            return Some(jumped(jump));
        }
        let ahead_us = at.0 - self.clock.now().0;
        (ahead_us > TOLERANCE_US)
            .then(|| format!("it was asked for in {} s from now: this machine's clock was wrong then", ahead_us / 1_000_000))
    }
}

impl Writer {
    /// # Errors
    /// Why nothing may be stamped here.
    pub(super) async fn watch_the_clock(&mut self, is_back: bool) -> Result<(), String> {
        let is_awaited = self.shared.clock.is_awaited();
        if self.tail.clocks_compared.is_none_or(|at| is_back || is_awaited || at.elapsed() > COMPARE_CLOCKS) {
            let compared = compare_clocks(&self.shared).await;
            // While it is off, it is looked at every time.
            self.tail.clocks_compared = (!matches!(compared, Compared::Off(_))).then(Instant::now);
            match compared {
                Compared::Off(why) => return Err(why),
                // A server on this machine has jumped with it.
                Compared::Agree if self.shared.clock.jump().is_none() || !self.shared.store.is_on_our_clock() => {
                    self.shared.clock.confirm();
                }
                Compared::Agree | Compared::NothingToCompare => {}
            }
            if self.shared.store.incarnation().is_ok_and(|life| life != self.shared.incarnation) {
                // That is so until it is started anew, so it is looked at every time, too.
                self.tail.clocks_compared = None;
                return Err("the stream has begun another life (its database was restored or promoted): start this server anew".to_owned());
            }
        }
        // Where there is no second clock, it takes a person.
        if is_awaited && self.is_confirmed_by_somebody() {
            self.shared.clock.confirm();
        }
        if let Some(jump) = self.shared.clock.jump() {
            return Err(jumped(jump));
        }
        Ok(())
    }

    /// Whether somebody has said just now that the clock is right: by the clock that it is about.
    fn is_confirmed_by_somebody(&self) -> bool {
        let Ok(Some(Confirmation { at, by })) = self.shared.store.clock_confirmation() else { return false };
        let is_new = (self.shared.clock.now().0 - at.0).abs() < CONFIRMED_WITHIN_US;
        if is_new {
            tracing::warn!(by, "the clock is believed, since somebody says that it is right");
        }
        is_new
    }

    /// For some of the group it is too late, or this machine's clock is ahead of the store's.
    pub(super) fn came_at_the_wrong_time(&mut self, mut group: Group, append: &Append, clock: Timestamp) {
        if clock < append.window().from {
            let ahead_s = (append.end().recorded_at.0 - clock.0) / 1_000_000;
            let why = format!("this machine's clock is {ahead_s} s ahead of the database's: set it right, and it goes on");
            self.shared.set_hindered(Some(why.clone()));
            return self.give_up(group, |why| Failure::NotDecided(why.to_owned()), &why);
        }
        // By the store's clock they are refused now; the others are not.
        for entry in &mut group.entries {
            entry.job.request.at = entry.job.request.at.max(clock);
        }
        // Committed one by one, so that a command with hardly any time left cannot hold the others up again.
        self.alone = group.entries.len();
        self.decide_again(group);
    }
}

/// This machine's clock beside the database server's.
enum Compared {
    Agree,
    /// Why nothing may be stamped here.
    Off(String),
    /// There is no server, or it does not answer now and is asked again soon.
    NothingToCompare,
}

async fn compare_clocks(shared: &Shared) -> Compared {
    let asked = shared.clock.now();
    let Ok(Some(theirs)) = shared.store.clock().await else { return Compared::NothingToCompare };
    let answered = shared.clock.now();
    let skew_us = i64::midpoint(asked.0, answered.0) - theirs.0;
    let certain_us = skew_us.abs() - (answered.0 - asked.0) / 2;
    metrics::gauge!("tafel_clock_skew_seconds").set(skew_us as f64 / 1e6);
    if certain_us > TOLERANCE_US {
        let seconds = skew_us as f64 / 1e6;
        return Compared::Off(format!("this machine's clock is {seconds:+.1} s off the database server's: set it right, and it goes on"));
    }
    // An answer that took long says little.
    if answered.0 - asked.0 < TOLERANCE_US { Compared::Agree } else { Compared::NothingToCompare }
}

/// Why nothing is decided behind a jump.
fn jumped(jump_us: i64) -> String {
    let seconds = jump_us as f64 / 1e6;
    format!(
        "this machine's clock has jumped by {seconds:+.1} s. Set it right, and it goes on; or say that it is right: tafel clock confirm, or \
         the button that admins see on every page"
    )
}

/// `recorded_at` never falls, so an event from the future would give every later one its own instant.
pub(super) fn warn_of_the_future(recorded_at: Timestamp) {
    let ahead_us = recorded_at.0.saturating_sub(now().0);
    #[allow(clippy::cast_precision_loss)] // A gauge in seconds.
    metrics::gauge!("tafel_clock_skew_seconds").set((ahead_us.max(0) as f64) / 1e6);
    if ahead_us > TOLERANCE_US {
        tracing::warn!(
            ahead_s = ahead_us / 1_000_000,
            %recorded_at,
            "the last event is in the future: this machine's clock, or the one that wrote it, is wrong. What happens until then gets that \
             same instant; once the clock has passed it, all is well again"
        );
    }
}
