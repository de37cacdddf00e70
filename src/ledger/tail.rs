//! Tailing: what others have appended to the same stream, folded in; and taking turns with them.

use super::Snapshot;
use super::replay::{ReplayError, first_of};
use super::writer::Writer;
use crate::plan::{Position, apply};
use crate::store::codec::Decoder;
use crate::store::{Chain, End, Record, StoreError};
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often it is looked whether somebody else has appended: soon after something came, seldom while nothing does.
const LOOK_SOONEST: Duration = Duration::from_millis(20);
const LOOK_LATEST: Duration = Duration::from_millis(250);
/// The same where the database tells of what is appended, so that looking is for what it forgot to tell.
const LOOK_WHEN_TOLD: Duration = Duration::from_secs(1);
/// Others who have appended within this time are waited for after a commit of ours.
const OTHERS_ARE_AT_WORK: Duration = Duration::from_secs(1);
const TURN_SHORTEST: Duration = Duration::from_millis(1);
const TURN_LONGEST: Duration = Duration::from_millis(100);

/// When to look, and whose turn it is.
pub(super) struct Tail {
    told: Option<watch::Receiver<u64>>,
    /// What was told when it was looked last.
    looked_for: u64,
    next_look: Instant,
    pause: Duration,
    pub(super) clocks_compared: Option<Instant>,
    /// When somebody else's events were last seen.
    others_at: Option<Instant>,
    /// Until then others go first: who has just committed knows the newest plan, and would win every race.
    turn: Option<Instant>,
}

impl Tail {
    pub(super) fn new(told: Option<watch::Receiver<u64>>) -> Self {
        Self { told, looked_for: 0, next_look: Instant::now(), pause: LOOK_SOONEST, clocks_compared: None, others_at: None, turn: None }
    }

    /// Until it is time to look, or for the turn to come.
    pub(super) async fn wait(&mut self, ours: Position, wants_to_commit: bool) {
        let until = match self.turn.filter(|_| wants_to_commit) {
            Some(turn) => turn.min(self.next_look),
            None => self.next_look,
        };
        let slept = tokio::time::sleep_until(until);
        let news = ours.0.max(self.looked_for);
        let is_told = if let Some(told) = &mut self.told {
            tokio::select! {
                biased;
                () = slept => true,
                told = told.wait_for(|last| *last > news) => told.is_ok(),
            }
        } else {
            slept.await;
            false
        };
        // With the store's own task gone there is nothing more to be told.
        if !is_told {
            self.told = None;
        }
    }

    pub(super) fn is_our_turn(&self) -> bool {
        self.turn.is_none_or(|turn| turn <= Instant::now())
    }

    /// A commit of ours went through: whoever else is at work has the next turn.
    pub(super) fn have_committed(&mut self, took: Duration) {
        let at_work = self.others_at.is_some_and(|at| at.elapsed() < OTHERS_ARE_AT_WORK);
        self.turn = at_work.then(|| Instant::now() + (2 * took).clamp(TURN_SHORTEST, TURN_LONGEST));
    }

    fn have_looked(&mut self, found: bool) {
        self.looked_for = self.told.as_ref().map_or(0, |told| *told.borrow());
        let latest = if self.told.is_some() { LOOK_WHEN_TOLD } else { LOOK_LATEST };
        self.pause = if found { LOOK_SOONEST } else { (self.pause * 2).min(latest) };
        self.next_look = Instant::now() + self.pause;
        if found {
            (self.others_at, self.turn) = (Some(Instant::now()), None);
        }
    }
}

/// Why what others have appended was not folded in.
enum Behind {
    /// The store went away in between.
    Away(StoreError),
    /// The stream is not the one that was read, or cannot be read on: why, in words.
    Hindered(String),
}

impl Behind {
    fn of(error: impl Into<ReplayError>, what: &str) -> Self {
        match error.into() {
            ReplayError::Store(error @ StoreError::Unavailable(_)) => Self::Away(error),
            error => Self::Hindered(format!("{what}: {error}")),
        }
    }
}

impl Writer {
    /// Folds in what others have appended. While the store is away, this finds out when it is back.
    pub(super) async fn look_for_others(&mut self) {
        let before = self.committed.plan.position;
        self.look().await;
        self.tail.have_looked(self.committed.plan.position > before);
    }

    async fn look(&mut self) {
        let store = self.shared.store.clone();
        let end = match store.end().await {
            Ok(end) => end,
            Err(error) => {
                tracing::debug!(%error, "the store does not say where the stream ends");
                return self.shared.set_up(false);
            }
        };
        // A full disk can be read: back is who can write again.
        let is_back = !*self.shared.is_up.borrow();
        if is_back && store.probe().await.is_err() {
            return;
        }
        if let Err(why) = self.watch_the_clock(is_back).await {
            return self.shared.set_hindered(Some(why));
        }
        let hindered = match self.follow(end).await {
            Ok(()) => None,
            // That is the store's trouble, not this instance's: it is ready again as soon as the store is back.
            Err(Behind::Away(error)) => {
                tracing::debug!(%error, "what others have appended cannot be read now");
                return self.shared.set_up(false);
            }
            Err(Behind::Hindered(why)) => Some(why),
        };
        self.shared.set_hindered(hindered);
        self.shared.set_up(true);
    }

    async fn follow(&mut self, mut end: End) -> Result<(), Behind> {
        let tip = self.tip;
        if end.hash.is_none() {
            // An instance from before the chain is still at work: what it has written is chained for it.
            let store = self.shared.store.clone();
            let unchained = |error: StoreError| Behind::of(error, "what others have appended cannot be chained");
            store.chain().map_err(unchained)?;
            end = store.end().await.map_err(unchained)?;
        }
        if end == tip {
            return Ok(());
        }
        if end.position <= tip.position {
            return Err(Behind::Hindered(format!(
                "the database's stream ends at {} and ours at {}: was it restored from a backup? Start anew to serve what it holds",
                end.position, tip.position
            )));
        }
        self.catch_up(end.position).map_err(|error| Behind::of(error, "what others have appended cannot be read"))
    }

    fn catch_up(&mut self, last: Position) -> Result<(), ReplayError> {
        let store = self.shared.store.clone();
        let mut plan = self.committed.plan.clone();
        let mut validity = self.committed.validity.clone();
        let mut changes_validity = false;
        // Only what follows our last event may be folded in.
        let mut chain = Chain::behind(self.tip);
        let mut decoder = Decoder::default();
        let (batches, history) = (&mut self.batches, &self.shared.history);
        let mut take = |record: Record| -> Result<(), ReplayError> {
            chain.check(&record)?;
            let event = decoder.decode(record.event.raw())?;
            batches.note(event.batch);
            changes_validity |= validity.note(&event, |batch| first_of(&*store, batch))?;
            apply(&mut plan, &event);
            history.remember(vec![event]);
            Ok(())
        };
        let mut taken = Ok(());
        store.scan_records(self.tip.position, last, &mut |record| {
            taken = take(record);
            if taken.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        taken?;
        // What became void, or counts again, may lie anywhere behind.
        if changes_validity {
            plan = self.shared.history.plan_at(last, validity.voids())?;
        }
        self.tip = chain.end();
        self.publish(Snapshot { plan, validity });
        // What was being decided was decided on an older plan.
        self.decide_again(super::group::Group::after(self.committed.plan.clone()));
        Ok(())
    }
}
