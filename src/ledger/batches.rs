//! Which batches the stream has, in eight bytes each: streams are long.

use crate::plan::BatchId;
use std::collections::HashSet;

/// A set of which "no" is certain; a "yes" must be looked up.
#[derive(Default)]
pub(super) struct Batches {
    /// Those of the replay: sorted, as most of them came.
    replayed: Vec<u64>,
    since: HashSet<u64>,
}

impl Batches {
    /// Takes the batches of a stream, event by event; [`Batches::end_replay`] must follow.
    pub(super) fn replay(&mut self, batch: BatchId) {
        let short = shortened(batch);
        // The events of a batch follow one another.
        if self.replayed.last() != Some(&short) {
            self.replayed.push(short);
        }
    }

    pub(super) fn end_replay(&mut self) {
        self.replayed.sort_unstable();
        self.replayed.dedup();
        self.replayed.shrink_to_fit();
    }

    pub(super) fn note(&mut self, batch: BatchId) {
        self.since.insert(shortened(batch));
    }

    pub(super) fn may_have(&self, batch: BatchId) -> bool {
        let short = shortened(batch);
        // New ids are greater than all before them, as long as clients take ids with a time in front.
        let may_be_old = self.replayed.last().is_some_and(|last| short <= *last);
        self.since.contains(&short) || (may_be_old && self.replayed.binary_search(&short).is_ok())
    }
}

/// The half with the time, in ids that have one, so that they come sorted.
fn shortened(batch: BatchId) -> u64 {
    batch.0.as_u64_pair().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn it_has_what_it_was_given_in_whatever_order() {
        let id = |high: u64| BatchId(Uuid::from_u64_pair(high, 7));
        let mut batches = Batches::default();
        for high in [5, 5, 9, 3, 5] {
            batches.replay(id(high));
        }
        batches.end_replay();
        batches.note(id(4));
        let had: Vec<u64> = (0..12).filter(|high| batches.may_have(id(*high))).collect();
        assert_eq!(had, [3, 4, 5, 9]);
    }
}
