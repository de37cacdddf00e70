//! Pages of the stream, for whoever reads on and on: what comes next is read many at a time, and handed out as asked.

use super::{RawEvent, Store, StoreError, StoredEvent};
use crate::plan::Position;
use std::ops::{ControlFlow, Deref, Range};
use std::sync::Arc;

/// So many events are read at a time, unless they are large.
const READ_EVENTS: u64 = 10_000;
const READ_BYTES: usize = 8 * 1024 * 1024;

/// What has been read, and not been asked for yet. Events never change, so it cannot be outdated.
#[derive(Debug, Default)]
pub struct Ahead {
    events: Arc<Vec<StoredEvent>>,
}

/// Events that follow one another.
#[derive(Debug, Default)]
pub struct Page {
    events: Arc<Vec<StoredEvent>>,
    range: Range<usize>,
}

impl Deref for Page {
    type Target = [StoredEvent];

    fn deref(&self) -> &[StoredEvent] {
        &self.events[self.range.clone()]
    }
}

impl Ahead {
    /// The events after `after`, up to and with `until`; at most `limit`, and at least one where there is any. Blocks its
    /// thread.
    ///
    /// # Errors
    /// The store fails.
    pub fn page(&mut self, store: &dyn Store, after: Position, until: Position, limit: u64) -> Result<Page, StoreError> {
        let wanted = limit.min(until.0.saturating_sub(after.0));
        if wanted == 0 {
            return Ok(Page::default());
        }
        let mut start = self.place_of(after);
        if start.is_none_or(|start| ((self.events.len() - start) as u64) < wanted) {
            self.events = Arc::new(read(store, after, until.min(Position(after.0 + limit.max(READ_EVENTS))))?);
            start = Some(0);
        }
        let start = start.unwrap_or(0);
        let end = self.events.len().min(start + usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(Page { events: self.events.clone(), range: start..end })
    }

    /// Where the event behind `after` is.
    fn place_of(&self, after: Position) -> Option<usize> {
        let first = self.events.first()?.position;
        let place = usize::try_from(after.next().0.checked_sub(first.0)?).ok()?;
        (place < self.events.len()).then_some(place)
    }
}

fn read(store: &dyn Store, after: Position, until: Position) -> Result<Vec<StoredEvent>, StoreError> {
    let (mut events, mut bytes) = (Vec::new(), 0);
    store.scan(after, until, &mut |raw: RawEvent<'_>| {
        bytes += raw.payload.len();
        events.push(raw.to_stored());
        if bytes < READ_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(events)
}
