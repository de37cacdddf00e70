//! The past: checkpoints of earlier plans, and the plan at any position under any set of void batches.

use super::recent::{Recent, part};
use super::replay::{ReplayError, fold_boxed};
use super::validity::{Voids, first_difference};
use crate::plan::event::{Body, Event};
use crate::plan::retract::Comparison;
use crate::plan::{BatchId, Plan, Position, apply};
use crate::store::Store;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A checkpoint is taken every so many events.
pub(super) const CHECKPOINT_EVENTS: u64 = 1_000;
/// Of what has just happened, so many events are told.
const TOLD_EVENTS: usize = 64;
/// Further back, checkpoints lie apart by this part of their age.
const SPACING: u64 = 8;

/// Earlier plans, and the store to fold on from them.
pub(crate) struct History {
    store: Arc<dyn Store>,
    checkpoints: Mutex<BTreeMap<Position, Checkpoint>>,
    recent: Recent,
}

#[derive(Clone)]
struct Checkpoint {
    plan: Plan,
    voids: Voids,
}

impl History {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, checkpoints: Mutex::new(BTreeMap::new()), recent: Recent::default() }
    }

    /// Keeps the plan, if the last checkpoint is long enough ago.
    pub(crate) fn offer(&self, plan: &Plan, voids: &Voids) {
        let mut checkpoints = self.checkpoints.lock();
        let last = checkpoints.last_key_value().map_or(0, |(position, _)| position.0);
        if plan.position.0 >= last + CHECKPOINT_EVENTS {
            checkpoints.insert(plan.position, Checkpoint { plan: plan.clone(), voids: voids.clone() });
            thin(&mut checkpoints, plan.position);
        }
    }

    /// Keeps the newest events as they were decided or read.
    pub(super) fn remember(&self, events: Vec<Event>) {
        self.recent.remember(events);
    }

    /// The events of the newest batch behind `after`: of a long upload its head, which says it all; of another long one none.
    pub(super) fn latest_batch(&self, after: Position, until: Position) -> Vec<Event> {
        let kept = self.recent.after(after);
        let newest_first = || kept.iter().rev().flat_map(|events| part(events, after, until).iter().rev());
        let Some(last) = newest_first().next() else { return Vec::new() };
        let batch: Vec<&Event> = newest_first().take_while(|event| event.batch == last.batch).collect();
        match batch.as_slice() {
            [.., head] if matches!(head.body, Body::UploadApplied(_)) => vec![(*head).clone()],
            few if few.len() <= TOLD_EVENTS => few.iter().rev().map(|event| (*event).clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// The events behind `after`, up to and with `until`, many at a time: from the store, then from what is kept.
    fn read(&self, after: Position, until: Position, mut each: impl FnMut(&[Event])) -> Result<(), ReplayError> {
        let kept = self.recent.after(after);
        let kept_from = kept.first().and_then(|events| events.first()).map_or(until, |first| Position(first.position.0 - 1));
        fold_boxed(&*self.store, after, kept_from.min(until), |events| each(events))?;
        let mut reached = after.max(kept_from);
        for events in &kept {
            let part = part(events, reached, until);
            if let Some(last) = part.last() {
                each(part);
                reached = last.position;
            }
        }
        // Whatever is durable, but not published yet.
        fold_boxed(&*self.store, reached, until, |events| each(events))
    }

    /// The newest plan that is not after `position` and that also holds under `voids`: a checkpoint, or the empty plan.
    fn base(&self, position: Position, voids: &Voids) -> Plan {
        let checkpoints = self.checkpoints.lock();
        let holds =
            |checkpoint: &Checkpoint| first_difference(&checkpoint.voids, voids).is_none_or(|first| first > checkpoint.plan.position);
        let base = checkpoints.range(..=position).rev().map(|(_, checkpoint)| checkpoint).find(|checkpoint| holds(checkpoint));
        base.map(|checkpoint| checkpoint.plan.clone()).unwrap_or_default()
    }

    /// The plan at a position, as it is without the void batches. Blocks its thread.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub(crate) fn plan_at(&self, position: Position, voids: &Voids) -> Result<Plan, ReplayError> {
        let mut plan = self.base(position, voids);
        self.read(plan.position, position, |events| {
            for event in events {
                if voids.contains_key(&event.batch) {
                    plan.skip(event);
                } else {
                    apply(&mut plan, event);
                }
            }
        })?;
        Ok(plan)
    }

    /// The plans under the two sets of void batches, which differ in `batch`, compared up to `until`. Blocks its thread.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub(crate) fn compare(&self, batch: BatchId, now: &Voids, then: &Voids, until: Position) -> Result<Comparison, ReplayError> {
        let first = first_difference(now, then).unwrap_or(until.next());
        let base = self.plan_at(Position(first.0 - 1), now)?;
        let mut comparison = Comparison::new(batch, base);
        self.catch_up(&mut comparison, now, then, until)?;
        Ok(comparison)
    }

    /// Folds into the comparison what came since. Blocks its thread.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub(crate) fn catch_up(&self, comparison: &mut Comparison, now: &Voids, then: &Voids, until: Position) -> Result<(), ReplayError> {
        let (counts_now, counts_then) = (|event: &Event| !now.contains_key(&event.batch), |event: &Event| !then.contains_key(&event.batch));
        self.read(comparison.position(), until, |events| comparison.fold(events, counts_now, counts_then))
    }
}

/// Drops checkpoints that lie too close together for their age.
fn thin(checkpoints: &mut BTreeMap<Position, Checkpoint>, head: Position) {
    let positions: Vec<u64> = checkpoints.keys().map(|position| position.0).collect();
    let mut newer = head.0;
    for pair in positions.windows(2).rev() {
        let [older, here] = pair else { continue };
        if *here == head.0 {
            continue;
        }
        // Without this one, its neighbours would still be close enough.
        if newer - older <= (CHECKPOINT_EVENTS * 3 / 2).max((head.0 - here) / SPACING) {
            checkpoints.remove(&Position(*here));
        } else {
            newer = *here;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_dense_near_the_head_and_few_in_all() {
        let mut checkpoints = BTreeMap::new();
        for head in (1..=1_000).map(|thousand| Position(thousand * 1_000)) {
            checkpoints.insert(head, Checkpoint { plan: Plan::default(), voids: Voids::new() });
            thin(&mut checkpoints, head);
        }
        assert!(checkpoints.len() < 80, "{} checkpoints", checkpoints.len());
        let positions: Vec<u64> = checkpoints.keys().map(|position| position.0).collect();
        for pair in positions.windows(2) {
            let age = 1_000_000 - pair[0];
            assert!(pair[1] - pair[0] <= (age / 4).max(2_000), "a gap of {} at an age of {age}", pair[1] - pair[0]);
        }
        assert!(positions[0] < 200_000, "the oldest is kept, at {}", positions[0]);
    }
}
