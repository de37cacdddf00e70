//! Batches as the history tells them.

use super::words::summary;
use crate::lang::T;
use crate::ledger::{Failure, ReplayError, Snapshot};
use crate::plan::event::{Body, Event};
use crate::plan::upload::{Counts, UploadKind};
use crate::plan::{BatchId, Position, Text, Timestamp};
use crate::store::codec::Decoder;
use crate::store::{RawEvent, Store};
use serde::Serialize;
use std::ops::ControlFlow;
use std::sync::Arc;
use utoipa::ToSchema;

/// A batch: the events of one command.
#[derive(Serialize, ToSchema)]
pub struct Batch {
    pub batch: BatchId,
    pub first: Position,
    pub last: Position,
    pub recorded_at: Timestamp,
    #[schema(value_type = String)]
    pub actor: Arc<str>,
    /// What happened, in words.
    pub summary: String,
    pub upload: Option<UploadHead>,
    pub retracted: Option<Retracted>,
}

/// The file that the batch came from.
#[derive(Serialize, ToSchema)]
pub struct UploadHead {
    pub kind: UploadKind,
    pub file: Text,
    pub sha256: Text,
    pub counts: Counts,
}

/// The retraction that makes the batch void.
#[derive(Serialize, ToSchema)]
pub struct Retracted {
    pub position: Position,
    #[schema(value_type = String)]
    pub actor: Arc<str>,
    pub reason: String,
}

/// What is asked for.
pub struct Wanted<'a> {
    /// The language in which they are told.
    pub t: T,
    /// Only batches that begin before it.
    pub before: Position,
    pub limit: usize,
    /// So many events are looked at, at most.
    pub events: usize,
    /// Which batches. It sees the first and the last event of a long upload only, unless `is_whole`.
    pub is_wanted: &'a dyn Fn(&[Event]) -> bool,
    pub is_whole: bool,
}

/// Batches, newest first, and where to read on.
#[derive(Default)]
pub struct Told {
    pub batches: Vec<Batch>,
    /// `None` where there is nothing older.
    pub older: Option<Position>,
}

/// A batch of more events than these may be an upload, of which the first event says it all.
const LONG: usize = 64;

/// Reads backwards, batch by batch. Blocks its thread.
///
/// # Errors
/// The stream cannot be read.
pub fn read(store: &dyn Store, snapshot: &Snapshot, wanted: &Wanted<'_>) -> Result<Told, Failure> {
    let mut decoder = Decoder::default();
    let mut told = Told::default();
    let mut cursor = behind_the_batch(store, wanted.before)?;
    // The events of the batch that is being read, newest first.
    let mut events: Vec<Event> = Vec::new();
    let mut looked_at = 0;
    loop {
        let (mut broken, mut is_long) = (None, false);
        store.scan_back(cursor, &mut |raw: RawEvent<'_>| {
            let event = match decoder.decode(raw) {
                Ok(event) => event,
                Err(error) => {
                    broken = Some(error);
                    return ControlFlow::Break(());
                }
            };
            if events.last().is_some_and(|last| last.batch != event.batch) {
                told.batches.extend(described(&mut events, snapshot, wanted));
                if told.batches.len() == wanted.limit || looked_at >= wanted.events {
                    told.older = Some(event.position.next());
                    return ControlFlow::Break(());
                }
            }
            looked_at += 1;
            events.push(event);
            is_long = events.len() == LONG && !wanted.is_whole;
            if is_long { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if let Some(error) = broken {
            return Err(ReplayError::from(error).into());
        }
        let Some(last) = events.last().filter(|_| is_long) else { break };
        cursor = last.position;
        let head = store.head(last.batch)?.filter(|head| head.kind == "upload_applied" && head.position < cursor);
        if let Some(head) = head {
            let head = decoder.decode(head.raw()).map_err(ReplayError::from)?;
            cursor = head.position;
            events.truncate(1);
            events.push(head);
        }
    }
    if told.older.is_none() {
        told.batches.extend(described(&mut events, snapshot, wanted));
    }
    Ok(told)
}

/// The position may lie within a batch: it is shown whole, so read from behind its last event.
fn behind_the_batch(store: &dyn Store, before: Position) -> Result<Position, Failure> {
    let mut cut = None;
    store.scan_back(before, &mut |raw: RawEvent<'_>| {
        cut = Some(raw.batch);
        ControlFlow::Break(())
    })?;
    let last = cut.map(|batch| store.batch(batch)).transpose()?.and_then(|events| events.last().map(|event| event.position));
    Ok(last.map_or(before, |last| before.max(last.next())))
}

/// Describes the batch whose events were read backwards, and forgets them.
fn described(events: &mut Vec<Event>, snapshot: &Snapshot, wanted: &Wanted<'_>) -> Option<Batch> {
    events.reverse();
    if !(wanted.is_wanted)(events) {
        events.clear();
        return None;
    }
    let (head, last) = (events.first()?, events.last()?);
    let upload = match &head.body {
        Body::UploadApplied(upload) => {
            Some(UploadHead { kind: upload.kind, file: upload.file.clone(), sha256: upload.sha256.clone(), counts: upload.counts })
        }
        _ => None,
    };
    let known = snapshot.validity.retraction_of(head.batch).filter(|doing| doing.position <= snapshot.plan.position);
    let retracted = known.map(|doing| Retracted { position: doing.position, actor: doing.actor.clone(), reason: doing.reason.clone() });
    let batch = Batch {
        batch: head.batch,
        first: head.position,
        last: last.position,
        recorded_at: head.recorded_at,
        actor: head.actor.clone(),
        summary: summary(&snapshot.plan, wanted.t, events),
        upload,
        retracted,
    };
    events.clear();
    Some(batch)
}
