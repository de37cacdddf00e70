//! The lines of an export, and the reading of what they are written from.

use super::TransferError;
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::{Chain, Envelope, Hash, Origin, Record, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::ControlFlow;
use uuid::Uuid;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) stream: Option<Uuid>,
    pub(super) title: Option<String>,
    /// The life of the stream; not there in the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) incarnation: String,
    pub(super) first: Position,
    /// The hash of the event before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Hash>,
    pub(super) count: u64,
    /// Of the lines of each 10,000 events, in hexadecimal.
    pub(super) sha256: Vec<String>,
}

/// Every other line: the event as the JSON interface shows it, and its envelope.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'a> {
    pub(super) position: Position,
    pub(super) recorded_at: Timestamp,
    #[serde(borrow)]
    pub(super) actor: Cow<'a, str>,
    pub(super) batch: BatchId,
    #[serde(borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) payload: &'a RawValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) envelope: Option<EnvelopeLine<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvelopeLine<'a> {
    pub(super) schema_version: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Uuid>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trace: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) salt: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<Hash>,
    pub(super) hash: Hash,
}

impl<'a> EnvelopeLine<'a> {
    fn of(Envelope { schema_version, origin: Origin { request, cause, trace }, salt, digest, hash }: &'a Envelope) -> Self {
        let cause = cause.as_deref().map(Cow::Borrowed);
        Self { schema_version: *schema_version, request: *request, cause, trace: *trace, salt: *salt, digest: *digest, hash: *hash }
    }

    pub(super) fn read(self) -> Envelope {
        let cause = self.cause.map(|cause| Cow::Owned(cause.into_owned()));
        let origin = Origin { request: self.request, cause, trace: self.trace };
        Envelope { schema_version: self.schema_version, origin, salt: self.salt, digest: self.digest, hash: self.hash }
    }
}

pub(super) fn line(Record { event, envelope }: &Record) -> Result<String, StoreError> {
    let broken = |error: serde_json::Error| StoreError::Broken { position: event.position, why: error.to_string() };
    let line = Line {
        position: event.position,
        recorded_at: event.recorded_at,
        actor: Cow::Borrowed(&event.actor),
        batch: event.batch,
        kind: Cow::Borrowed(&event.kind),
        payload: serde_json::from_str(&event.payload).map_err(broken)?,
        envelope: envelope.as_ref().map(EnvelopeLine::of),
    };
    serde_json::to_string(&line).map(|line| line + "\n").map_err(broken)
}

/// Hands out every record after the start of the chain, up to and with `until`, as long as they are chained to one another.
pub(super) fn chained(
    store: &dyn Store,
    chain: &mut Chain,
    until: Position,
    mut each: impl FnMut(&Record) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut outcome = Ok(());
    store.scan_records(chain.end().position, until, &mut |record| {
        outcome = chain.check(&record).map_err(TransferError::from).and_then(|()| each(&record));
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    outcome
}

/// The same without a chain, of a stream that has none, or none to its end.
pub(super) fn unchained(
    store: &dyn Store,
    after: Position,
    until: Position,
    mut each: impl FnMut(&Record) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let (mut outcome, mut last) = (Ok(()), after);
    store.scan(after, until, &mut |raw| {
        outcome = if raw.position == last.next() {
            each(&Record { event: raw.to_stored(), envelope: None })
        } else {
            let why = format!("the event before it is at {last}: there is a gap");
            Err(StoreError::Broken { position: raw.position, why }.into())
        };
        last = raw.position;
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    outcome
}
