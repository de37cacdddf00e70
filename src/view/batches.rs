//! Batches as the history tells them.

use super::words::summary;
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

/// The batches that begin before the position and are asked for, newest first. Blocks its thread.
///
/// # Errors
/// The stream cannot be read.
pub fn read(
    store: &dyn Store,
    snapshot: &Snapshot,
    before: Position,
    limit: usize,
    is_wanted: impl Fn(&[Event]) -> bool,
) -> Result<Vec<Batch>, Failure> {
    let mut decoder = Decoder::default();
    let mut batches: Vec<Batch> = Vec::new();
    let before = behind_the_batch(store, before)?;
    // The events of the batch that is being read, newest first.
    let mut events: Vec<Event> = Vec::new();
    let mut broken = None;
    store.scan_back(before, &mut |raw: RawEvent<'_>| match decoder.decode(raw) {
        Ok(event) => {
            if events.last().is_some_and(|last| last.batch != event.batch) {
                batches.extend(described(&mut events, snapshot, &is_wanted));
            }
            if batches.len() == limit {
                return ControlFlow::Break(());
            }
            events.push(event);
            ControlFlow::Continue(())
        }
        Err(error) => {
            broken = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(error) = broken {
        return Err(ReplayError::from(error).into());
    }
    if batches.len() < limit {
        batches.extend(described(&mut events, snapshot, &is_wanted));
    }
    Ok(batches)
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
fn described(events: &mut Vec<Event>, snapshot: &Snapshot, is_wanted: &impl Fn(&[Event]) -> bool) -> Option<Batch> {
    events.reverse();
    if !is_wanted(events) {
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
    let retracted = snapshot.validity.retraction_of(head.batch).map(|doing| Retracted {
        position: doing.position,
        actor: doing.actor.clone(),
        reason: doing.reason.clone(),
    });
    let batch = Batch {
        batch: head.batch,
        first: head.position,
        last: last.position,
        recorded_at: head.recorded_at,
        actor: head.actor.clone(),
        summary: summary(&snapshot.plan, events),
        upload,
        retracted,
    };
    events.clear();
    Some(batch)
}
