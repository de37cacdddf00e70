//! Which batches the stream has, in eight bytes each: streams are long.

use crate::plan::BatchId;
use std::collections::HashSet;

/// What follows the time in an id is shortened to so many bits.
const REST_BITS: u32 = 16;

/// A set of which "no" is certain; a "yes" must be looked up.
#[derive(Default)]
pub(super) struct Batches {
    /// Those of the replay: sorted, as most of them came.
    replayed: Vec<u64>,
    /// Where those of the last millisecond begin, which are not sorted yet.
    unsorted: usize,
    since: HashSet<u64>,
}

impl Batches {
    /// Takes the batches of a stream, event by event; [`Batches::end_replay`] must follow.
    pub(super) fn replay(&mut self, batch: BatchId) {
        let short = shortened(batch);
        let Some(last) = self.replayed.last() else { return self.replayed.push(short) };
        // The events of a batch follow one another.
        if *last == short {
            return;
        }
        if last >> REST_BITS != short >> REST_BITS {
            self.replayed[self.unsorted..].sort_unstable();
            self.unsorted = self.replayed.len();
        }
        self.replayed.push(short);
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

/// The time, in ids that have one, so that they come sorted; then sixteen bits of all the rest, since many ids have
/// the same millisecond.
fn shortened(batch: BatchId) -> u64 {
    const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    const REST: u64 = (1 << REST_BITS) - 1;
    let (high, low) = batch.0.as_u64_pair();
    let mixed = (low ^ (high & REST)).wrapping_mul(GOLDEN_RATIO) >> (64 - REST_BITS);
    (high & !REST) | mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn it_has_what_it_was_given_in_whatever_order() {
        let id = |time: u64| BatchId(Uuid::from_u64_pair(time << 16, 7));
        let mut batches = Batches::default();
        for high in [5, 5, 9, 3, 5] {
            batches.replay(id(high));
        }
        batches.end_replay();
        batches.note(id(4));
        let had: Vec<u64> = (0..12).filter(|high| batches.may_have(id(*high))).collect();
        assert_eq!(had, [3, 4, 5, 9]);
    }

    #[test]
    fn ids_of_the_same_millisecond_are_told_apart() {
        let mut batches = Batches::default();
        (0..1_000).for_each(|low| batches.note(BatchId(Uuid::from_u64_pair(77 << 16, low))));
        let mistaken = (1_000..11_000).filter(|low| batches.may_have(BatchId(Uuid::from_u64_pair(77 << 16, *low)))).count();
        assert!(mistaken < 300, "{mistaken} of 10,000 would be looked up");
    }
}
