//! Tailing: what others have appended to the same stream, folded in.

use super::Snapshot;
use super::replay::{ReplayError, first_of, fold};
use super::writer::Writer;
use crate::plan::{Position, apply};

impl Writer {
    /// Folds in what others have appended. While the store is away, this finds out when it is back.
    pub(super) async fn look_for_others(&mut self) {
        let last = match self.shared.store.last().await {
            Ok(last) => last,
            Err(error) => {
                tracing::debug!(%error, "the store does not say where the stream ends");
                return self.shared.set_up(false);
            }
        };
        // A full disk can be read: back is who can write again.
        if !*self.shared.is_up.borrow() && self.shared.store.probe().await.is_err() {
            return;
        }
        self.shared.set_up(true);
        if last <= self.committed.plan.position {
            return self.shared.set_behind(false);
        }
        match self.catch_up(last) {
            Ok(()) => self.shared.set_behind(false),
            Err(error) => {
                self.shared.set_behind(true);
                tracing::error!(%error, "what others have appended cannot be read: not ready, and nothing is decided until it can");
            }
        }
    }

    fn catch_up(&mut self, last: Position) -> Result<(), ReplayError> {
        let store = self.shared.store.clone();
        let mut plan = self.committed.plan.clone();
        let mut validity = self.committed.validity.clone();
        let (mut changes_validity, mut failed) = (false, None);
        let batches = &mut self.batches;
        let history = &self.shared.history;
        fold(&*store, plan.position, last, |event| {
            history.remember(vec![event.clone()]);
            batches.note(event.batch);
            match validity.note(event, |batch| first_of(&*store, batch)) {
                Ok(changes) => changes_validity |= changes,
                Err(error) => failed = Some(error),
            }
            apply(&mut plan, event);
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        // What became void, or counts again, may lie anywhere behind.
        if changes_validity {
            plan = self.shared.history.plan_at(last, validity.voids())?;
        }
        self.publish(Snapshot { plan, validity });
        if self.building.is_empty() {
            self.rebase();
        }
        Ok(())
    }
}
