//! The chain: each event carries a hash over itself and the event before it.
//!
//! So none can be changed, removed, inserted or moved unseen. The payload goes in as a salted digest: without its salt, the digest
//! says nothing of a payload that was erased.

use super::{AppendError, Chunk, End, RawEvent, Store, StoreError, StoredEvent, has_nul};
use crate::clock::TOLERANCE_US;
use crate::plan::{Position, Timestamp};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use uuid::Uuid;

/// The version of the payloads' shapes that this program writes.
pub const SCHEMA_VERSION: u16 = 1;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first event follows.
    pub const NOTHING: Self = Self([0; 32]);

    /// # Errors
    /// It is not 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| format!("{text:?} is not a SHA-256 in 64 hexadecimal digits"))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Cow::<'de, str>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Where a batch comes from. It stands with the batch's first event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The fingerprint of the request: another request under the same id is told apart by it.
    pub request: Option<Uuid>,
    /// The command, or the worker's step.
    pub cause: Option<Cow<'static, str>>,
    pub trace: Option<Uuid>,
}

/// What an event carries beside what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub schema_version: u16,
    pub origin: Origin,
    /// None once the payload was erased.
    pub salt: Option<Uuid>,
    /// Of salt and payload: kept where the payload was erased, and computed everywhere else.
    pub digest: Option<Hash>,
    pub hash: Hash,
}

/// An event with its envelope; without one where a program from before the chain has written it, and nobody has chained it yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub event: StoredEvent,
    pub envelope: Option<Envelope>,
}

/// The salted digest of a payload: SHA-256 of the salt's 16 bytes and the payload's text.
#[must_use]
pub fn digest(salt: Uuid, payload: &str) -> Hash {
    Hash(Sha256::new().chain_update(salt.as_bytes()).chain_update(payload).finalize().into())
}

/// The hash of an event: SHA-256 of the hash before it, then the position, the time in microseconds, the batch, the version of the
/// schema, and the digest of the payload; then actor, kind, request, cause and trace, each behind its length. Numbers are
/// big-endian, a length has four bytes, and what is not there has the length 0.
#[must_use]
pub fn hash(before: Hash, event: RawEvent<'_>, schema_version: u16, origin: &Origin, digest: Hash) -> Hash {
    // Put together first: a hash of one piece costs half of one of sixteen.
    let mut bytes = Vec::with_capacity(USUAL);
    bytes.extend_from_slice(&before.0);
    bytes.extend_from_slice(&event.position.0.to_be_bytes());
    bytes.extend_from_slice(&event.recorded_at.0.to_be_bytes());
    bytes.extend_from_slice(event.batch.0.as_bytes());
    bytes.extend_from_slice(&schema_version.to_be_bytes());
    bytes.extend_from_slice(&digest.0);
    let request = origin.request.as_ref().map_or(&[][..], |request| request.as_bytes());
    let trace = origin.trace.as_ref().map_or(&[][..], |trace| trace.as_bytes());
    for text in [event.actor.as_bytes(), event.kind.as_bytes(), request, origin.cause.as_deref().unwrap_or_default().as_bytes(), trace] {
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(text);
    }
    Hash(Sha256::digest(&bytes).into())
}

/// Few events have more to be hashed than this: see [`hash`].
const USUAL: usize = 256;

/// The link of an event that nobody has chained yet: a new salt, and the hash with it.
#[must_use]
pub fn link(before: Hash, event: RawEvent<'_>) -> (Uuid, Hash) {
    let salt = Uuid::new_v4();
    (salt, hash(before, event, SCHEMA_VERSION, &Origin::default(), digest(salt, event.payload)))
}

/// The hash of the event at a position, if there is one and it has one. Blocks its thread.
///
/// # Errors
/// The store fails.
pub fn hash_at(store: &dyn Store, position: Position) -> Result<Option<Hash>, StoreError> {
    let mut hash = None;
    store.scan_records(Position(position.0.saturating_sub(1)), position, &mut |record| {
        hash = record.envelope.map(|envelope| envelope.hash);
        ControlFlow::Break(())
    })?;
    Ok(hash)
}

/// The times between which the store's clock must be for an append to be in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The events are stamped with what is the future before this.
    pub from: Timestamp,
    /// Somebody who waits for them will have given up by then.
    pub until: Timestamp,
}

impl Window {
    pub const ALWAYS: Self = Self { from: Timestamp(i64::MIN), until: Timestamp(i64::MAX) };

    #[must_use]
    pub fn contains(self, clock: Timestamp) -> bool {
        self.from <= clock && clock < self.until
    }
}

/// Events on their way into the stream, chained to the event that they follow. What is sent again is the same to the last bit.
#[derive(Debug)]
pub struct Append {
    behind: End,
    chunks: Vec<Chunk>,
    /// One for each event.
    envelopes: Vec<Envelope>,
    window: Window,
}

impl Append {
    /// Chains batches to the stream's end.
    #[must_use]
    pub fn new(behind: End, batches: impl IntoIterator<Item = (Chunk, Origin)>) -> Self {
        let (mut chunks, mut envelopes) = (Vec::new(), Vec::new());
        let mut before = behind.hash.unwrap_or(Hash::NOTHING);
        for (chunk, mut origin) in batches {
            for event in chunk.iter() {
                let salt = Uuid::new_v4();
                let origin = std::mem::take(&mut origin);
                before = hash(before, event.raw(), SCHEMA_VERSION, &origin, digest(salt, &event.payload));
                envelopes.push(Envelope { schema_version: SCHEMA_VERSION, origin, salt: Some(salt), digest: None, hash: before });
            }
            chunks.push(chunk);
        }
        let mut append = Self { behind, chunks, envelopes, window: Window::ALWAYS };
        // A stream that is in the future already gets well by waiting, not by refusing everything until then.
        let stamped = append.end().recorded_at;
        if stamped > behind.recorded_at {
            append.window.from = Timestamp(stamped.0.saturating_sub(TOLERANCE_US));
        }
        append
    }

    /// Takes records as another store has them.
    ///
    /// # Errors
    /// One of them is not chained to the one before it.
    pub fn copied(behind: End, records: Vec<Record>) -> Result<Self, StoreError> {
        let mut chain = Chain::behind(behind);
        let (mut events, mut envelopes) = (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()));
        for record in records {
            chain.check(&record)?;
            events.push(record.event);
            envelopes.extend(record.envelope);
        }
        Ok(Self { behind, chunks: vec![Chunk::from(events)], envelopes, window: Window::ALWAYS })
    }

    /// Not to be appended from then on.
    #[must_use]
    pub fn until(mut self, expires_at: Option<Timestamp>) -> Self {
        self.window.until = expires_at.unwrap_or(Window::ALWAYS.until);
        self
    }

    /// It was stamped long ago, by another store's clock.
    #[must_use]
    pub fn at_any_time(self) -> Self {
        Self { window: Window::ALWAYS, ..self }
    }

    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    #[must_use]
    pub fn behind(&self) -> End {
        self.behind
    }

    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.envelopes.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.envelopes.is_empty()
    }

    pub fn rows(&self) -> impl Iterator<Item = (&StoredEvent, &Envelope)> {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).zip(&self.envelopes)
    }

    /// Where the stream ends once this is in it.
    #[must_use]
    pub fn end(&self) -> End {
        let last = self.chunks.iter().rev().find_map(|chunk| chunk.last()).zip(self.envelopes.last());
        last.map_or(self.behind, |(event, envelope)| End {
            position: event.position,
            recorded_at: event.recorded_at,
            hash: Some(envelope.hash),
        })
    }

    /// # Errors
    /// No database would keep these events as they are, or they follow an event that nobody has chained yet.
    pub(super) fn check(&self) -> Result<(), AppendError> {
        let expected = self.behind.position;
        if self.behind.hash.is_none() {
            return Err(AppendError::Conflict { expected, last: expected });
        }
        for ((event, _), place) in self.rows().zip(1..) {
            if event.position.0 != expected.0 + place {
                let why = format!("the event at {} does not follow {expected}: the stream has no gaps", event.position);
                return Err(AppendError::Refused(why));
            }
            if has_nul(event) {
                return Err(AppendError::Refused(format!("the event at {} holds U+0000, which no database keeps", event.position)));
            }
        }
        Ok(())
    }
}

/// Payloads to overwrite, with the digest of what stood there.
#[derive(Debug, Clone)]
pub struct Overwrite {
    pub position: Position,
    pub payload: String,
    pub digest: Hash,
}

/// Follows the chain, record by record.
pub struct Chain {
    last: Position,
    recorded_at: Timestamp,
    hash: Hash,
}

impl Chain {
    #[must_use]
    pub fn behind(end: End) -> Self {
        Self { last: end.position, recorded_at: end.recorded_at, hash: end.hash.unwrap_or(Hash::NOTHING) }
    }

    /// Behind the event at which a part of a stream begins: what came before it is believed.
    #[must_use]
    pub fn behind_unread(position: Position, hash: Hash) -> Self {
        Self { last: position, recorded_at: Timestamp(i64::MIN), hash }
    }

    #[must_use]
    pub fn end(&self) -> End {
        End { position: self.last, recorded_at: self.recorded_at, hash: Some(self.hash) }
    }

    /// # Errors
    /// The record does not follow the one before it: it was changed, or another one was removed, inserted or moved.
    pub fn check(&mut self, record: &Record) -> Result<(), StoreError> {
        let Record { event, envelope } = record;
        let broken = |why: String| Err(StoreError::Broken { position: event.position, why });
        if event.position != self.last.next() {
            return broken(format!("the event before it is at {}: there is a gap", self.last));
        }
        if event.recorded_at < self.recorded_at {
            return broken("it was recorded before the event before it".to_owned());
        }
        let Some(envelope) = envelope else { return broken("it has no hash".to_owned()) };
        let digest = match (envelope.salt, envelope.digest) {
            (Some(salt), _) => digest(salt, &event.payload),
            (None, Some(digest)) => digest,
            (None, None) => return broken("it has neither a salt nor the digest of an erased payload".to_owned()),
        };
        if hash(self.hash, event.raw(), envelope.schema_version, &envelope.origin, digest) != envelope.hash {
            return broken("its hash does not fit: it, or the event before it, is not what was written there".to_owned());
        }
        (self.last, self.recorded_at, self.hash) = (event.position, event.recorded_at, envelope.hash);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::BatchId;
    use std::sync::Arc;

    fn event(position: u64) -> StoredEvent {
        StoredEvent {
            position: Position(position),
            recorded_at: Timestamp(1_700_000_000_000_000),
            actor: Arc::from("berta"),
            batch: BatchId(Uuid::from_u128(7)),
            kind: Cow::Borrowed("guest_seated"),
            payload: r#"{"guest":12,"table":3}"#.to_owned(),
        }
    }

    /// What other programs compute, and what stands in streams for good: it must never come out differently.
    #[test]
    fn a_hash_is_what_it_has_always_been() {
        let digest = digest(Uuid::from_u128(1), &event(1).payload);
        assert_eq!(digest.to_string(), "63ccd55d4d37175a9597e21b155242516af48cc3e832a518d60798ede0209ed5");
        let origin = Origin { request: Some(Uuid::from_u128(2)), cause: Some(Cow::Borrowed("seat_guest")), trace: None };
        assert_eq!(
            hash(Hash::NOTHING, event(1).raw(), 1, &origin, digest).to_string(),
            "67f9a7c23be5189bf69c965e1153511ad2f80b5bd9c8fc5e92441680cba896cd"
        );
    }

    type Change = fn(&mut Record);

    #[test]
    fn whatever_is_changed_in_a_record_breaks_the_chain_there() {
        let append = Append::new(End::NOTHING, [(Chunk::from([event(1), event(2), event(3)]), Origin::default())]);
        let records: Vec<Record> =
            append.rows().map(|(event, envelope)| Record { event: event.clone(), envelope: Some(envelope.clone()) }).collect();
        let first_broken = |records: &[Record]| {
            let mut chain = Chain::behind(End::NOTHING);
            records.iter().find(|record| chain.check(record).is_err()).map(|record| record.event.position.0)
        };
        assert_eq!(first_broken(&records), None);
        assert_eq!(Chain::behind(append.end()).end(), append.end());
        let changes: [Change; 9] = [
            |record| record.event.payload.push(' '),
            |record| record.event.actor = Arc::from("anton"),
            |record| record.event.kind = Cow::Borrowed("guest_moved"),
            |record| record.event.recorded_at.0 += 1,
            |record| record.event.batch = BatchId(Uuid::from_u128(8)),
            |record| record.envelope.as_mut().unwrap().schema_version = 2,
            |record| record.envelope.as_mut().unwrap().origin.request = Some(Uuid::nil()),
            |record| record.envelope.as_mut().unwrap().salt = Some(Uuid::nil()),
            |record| record.envelope = None,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = records.clone();
            change(&mut changed[1]);
            assert_eq!(first_broken(&changed), Some(2), "change {number}");
        }
        assert_eq!(first_broken(&[records[0].clone(), records[2].clone()]), Some(3), "one was removed");
        // Of an erased payload the digest stays, and the chain with it.
        let mut erased = records;
        let envelope = erased[1].envelope.as_mut().unwrap();
        envelope.digest = envelope.salt.take().map(|salt| digest(salt, &event(2).payload));
        erased[1].event.payload = r#"{"guest":12}"#.to_owned();
        assert_eq!(first_broken(&erased), None);
    }
}
