//! Rows of the stream, copied out from under the cursor: one piece of memory for many, to be handed to another thread.

use super::RawEvent;
use crate::plan::{BatchId, Position, Timestamp};

/// Events as the store holds them, in order.
#[derive(Default)]
pub struct Rows {
    heads: Vec<Head>,
    /// Actor, kind and payload of each row, one after the other.
    text: String,
}

struct Head {
    position: Position,
    recorded_at: Timestamp,
    batch: BatchId,
    /// Where each of the three ends in the text; the first begins where the row before it ends.
    actor_end: usize,
    kind_end: usize,
    payload_end: usize,
}

impl Rows {
    pub fn push(&mut self, raw: RawEvent<'_>) {
        self.text.push_str(raw.actor);
        let actor_end = self.text.len();
        self.text.push_str(raw.kind);
        let kind_end = self.text.len();
        self.text.push_str(raw.payload);
        let payload_end = self.text.len();
        let RawEvent { position, recorded_at, batch, .. } = raw;
        self.heads.push(Head { position, recorded_at, batch, actor_end, kind_end, payload_end });
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Empties it, and keeps the memory.
    pub fn clear(&mut self) {
        self.heads.clear();
        self.text.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = RawEvent<'_>> {
        let mut start = 0;
        self.heads.iter().map(move |head| {
            let from = std::mem::replace(&mut start, head.payload_end);
            RawEvent {
                position: head.position,
                recorded_at: head.recorded_at,
                actor: &self.text[from..head.actor_end],
                batch: head.batch,
                kind: &self.text[head.actor_end..head.kind_end],
                payload: &self.text[head.kind_end..head.payload_end],
            }
        })
    }
}
