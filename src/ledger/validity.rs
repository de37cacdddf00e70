//! Which batches count: every retraction and reinstatement, in order, and what is void at any position.

use crate::plan::event::{Body, Event};
use crate::plan::{BatchId, Position, Timestamp};
use imbl::{OrdMap, Vector};
use std::sync::Arc;

/// The batches that are void, with the position of the first event of each.
pub type Voids = OrdMap<BatchId, Position>;

/// A batch declared void, or valid again.
#[derive(Debug, Clone, PartialEq)]
pub struct Doing {
    pub position: Position,
    pub recorded_at: Timestamp,
    pub actor: Arc<str>,
    pub reason: String,
    pub batch: BatchId,
    /// The position of the batch's first event.
    pub first: Position,
    pub retracts: bool,
}

/// All retractions and reinstatements of the stream. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Validity {
    doings: Vector<Arc<Doing>>,
    voids: Voids,
}

impl Validity {
    /// Notes the event, if it is one that changes what counts. `first` finds a batch's first event.
    ///
    /// # Errors
    /// Whatever `first` fails with.
    pub fn note<E>(&mut self, event: &Event, first: impl FnOnce(BatchId) -> Result<Option<Position>, E>) -> Result<bool, E> {
        let (retraction, retracts) = match &event.body {
            Body::BatchRetracted(retraction) => (retraction, true),
            Body::BatchReinstated(retraction) => (retraction, false),
            _ => return Ok(false),
        };
        // A batch that the stream does not have has no events to make void.
        let first = first(retraction.batch)?.unwrap_or(event.position);
        let doing = Doing {
            position: event.position,
            recorded_at: event.recorded_at,
            actor: event.actor.clone(),
            reason: retraction.reason.to_string(),
            batch: retraction.batch,
            first,
            retracts,
        };
        apply(&mut self.voids, &doing);
        self.doings.push_back(Arc::new(doing));
        Ok(true)
    }

    /// What is void now.
    #[must_use]
    pub fn voids(&self) -> &Voids {
        &self.voids
    }

    /// What was void at that position.
    #[must_use]
    pub fn voids_at(&self, position: Position) -> Voids {
        let mut voids = Voids::new();
        for doing in self.doings.iter().take_while(|doing| doing.position <= position) {
            apply(&mut voids, doing);
        }
        voids
    }

    /// The retraction that makes the batch void, if it is void.
    #[must_use]
    pub fn retraction_of(&self, batch: BatchId) -> Option<&Doing> {
        if !self.voids.contains_key(&batch) {
            return None;
        }
        self.doings.iter().rev().find(|doing| doing.batch == batch).map(Arc::as_ref)
    }
}

fn apply(voids: &mut Voids, doing: &Doing) {
    if doing.retracts {
        voids.insert(doing.batch, doing.first);
    } else {
        voids.remove(&doing.batch);
    }
}

/// The position of the earliest event that counts under one of the two and not under the other.
#[must_use]
pub(super) fn first_difference(a: &Voids, b: &Voids) -> Option<Position> {
    let only = |x: &Voids, y: &Voids| x.iter().filter(|(batch, _)| !y.contains_key(*batch)).map(|(_, first)| *first).min();
    only(a, b).into_iter().chain(only(b, a)).min()
}
