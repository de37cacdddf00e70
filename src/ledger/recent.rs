//! The newest events, decoded: what a retraction or a look back needs is mostly there, and not read again.

use crate::plan::Position;
use crate::plan::event::Event;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// So many events are kept, and a box more.
const KEPT_EVENTS: usize = 16_384;
/// Single events are gathered in boxes of this many.
const BOX_EVENTS: usize = 1_024;

/// Boxes of events that follow one another without a gap, up to the stream's end as it is published.
#[derive(Default)]
pub(super) struct Recent {
    boxes: Mutex<Boxes>,
}

#[derive(Default)]
struct Boxes {
    boxes: VecDeque<Arc<Vec<Event>>>,
    events: usize,
}

impl Recent {
    /// Whether an event there would be kept, when the stream ends at `last`.
    pub(super) fn keeps(position: Position, last: Position) -> bool {
        last.0 - position.0 < KEPT_EVENTS as u64
    }

    /// Keeps events that follow on those kept; others are where it begins anew.
    pub(super) fn remember(&self, events: Vec<Event>) {
        let Some(first) = events.first().map(|event| event.position) else { return };
        let mut guard = self.boxes.lock();
        let Boxes { boxes, events: count } = &mut *guard;
        let last = boxes.back().and_then(|last| last.last()).map(|event| event.position);
        if last.is_some_and(|last| last.next() != first) {
            boxes.clear();
            *count = 0;
        }
        *count += events.len();
        // A box that somebody is reading is left to them.
        match boxes.back_mut().and_then(Arc::get_mut) {
            Some(last) if last.len() + events.len() <= BOX_EVENTS => last.extend(events),
            _ => boxes.push_back(Arc::new(events)),
        }
        while boxes.front().is_some_and(|oldest| *count - oldest.len() >= KEPT_EVENTS) {
            *count -= boxes.pop_front().map_or(0, |oldest| oldest.len());
        }
    }

    /// The boxes with events after `after`; what is before the first of them is only in the store.
    pub(super) fn after(&self, after: Position) -> Vec<Arc<Vec<Event>>> {
        let guard = self.boxes.lock();
        guard.boxes.iter().filter(|events| events.last().is_some_and(|last| last.position > after)).cloned().collect()
    }
}

/// The part of a box behind `after`, up to and with `until`.
pub(super) fn part(events: &[Event], after: Position, until: Position) -> &[Event] {
    let from = events.partition_point(|event| event.position <= after);
    let to = events.partition_point(|event| event.position <= until);
    events.get(from..to).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::event::Body;
    use crate::plan::{BatchId, GuestId, Timestamp};

    fn events(from: u64, to: u64) -> Vec<Event> {
        let event = |position| Event {
            position: Position(position),
            recorded_at: Timestamp(0),
            actor: Arc::from("berta"),
            batch: BatchId(uuid::Uuid::nil()),
            body: Body::GuestUnseated { guest: GuestId(1) },
        };
        (from..=to).map(event).collect()
    }

    fn positions(recent: &Recent, after: u64, until: u64) -> Vec<u64> {
        let boxes = recent.after(Position(after));
        boxes.iter().flat_map(|events| part(events, Position(after), Position(until))).map(|event| event.position.0).collect()
    }

    #[test]
    fn what_follows_on_is_kept_together_and_what_does_not_begins_anew() {
        let recent = Recent::default();
        recent.remember(events(5, 7));
        recent.remember(events(8, 8));
        assert_eq!(recent.after(Position(0)).len(), 1, "small ones share a box");
        assert_eq!(positions(&recent, 5, 7), [6, 7]);
        let held = recent.after(Position(0));
        recent.remember(events(9, 9));
        assert_eq!((held[0].len(), positions(&recent, 7, 99)), (4, vec![8, 9]), "a box that is read does not change");
        recent.remember(events(20, 21));
        assert_eq!(positions(&recent, 0, 99), [20, 21]);
    }

    #[test]
    fn the_oldest_go_first() {
        let recent = Recent::default();
        for start in (1..=40_000).step_by(500) {
            recent.remember(events(start, start + 499));
        }
        let kept = positions(&recent, 0, u64::MAX);
        assert_eq!(kept.last(), Some(&40_000));
        assert!((KEPT_EVENTS..KEPT_EVENTS + 2 * BOX_EVENTS).contains(&kept.len()), "{}", kept.len());
    }
}
