//! Replay: the stream into a plan, with bounded memory. One thread reads rows; the other decodes and folds them.

use super::batches::Batches;
use super::history::{CHECKPOINT_EVENTS, History};
use super::recent::Recent;
use super::validity::Validity;
use crate::plan::event::Event;
use crate::plan::{BatchId, Plan, Position, Timestamp, apply};
use crate::store::codec::{CodecError, Decoder};
use crate::store::{RawEvent, Rows, Store, StoreError};
use std::ops::ControlFlow;
use std::sync::mpsc::{TrySendError, sync_channel};
use std::time::Instant;

/// Rows travel between the threads in boxes of this many.
const BOX_EVENTS: usize = 1_024;
/// So many are decoded before they are folded: few enough to stay in the processor's nearest memory.
const DECODED_EVENTS: usize = 64;
/// So many boxes may wait: what bounds the memory.
const BOXES: usize = 8;
/// Short ranges are not worth a second thread.
const ALONE_EVENTS: u64 = 512;
/// A replay says how far it is every so many events.
const PROGRESS_EVENTS: u64 = 250_000;

/// Why a stream could not be replayed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Reads the events after `after`, up to and with `until`, and hands each to `each`, in order. Blocks its thread.
///
/// # Errors
/// The store fails, or the stream is broken: a gap, a time that falls, an event that is not understood.
pub fn fold(store: &dyn Store, after: Position, until: Position, mut each: impl FnMut(&Event)) -> Result<(), ReplayError> {
    fold_boxed(store, after, until, |events| events.iter().for_each(&mut each))
}

/// [`fold`], many events at a time. Whoever wants to keep a box of them takes it.
pub(super) fn fold_boxed(
    store: &dyn Store,
    after: Position,
    until: Position,
    each: impl FnMut(&mut Vec<Event>),
) -> Result<(), ReplayError> {
    fold_rows(store, after, until, |_| {}, each)
}

/// [`fold_boxed`]; the thread that reads shows the rows to `note` before they are decoded.
fn fold_rows(
    store: &dyn Store,
    after: Position,
    until: Position,
    mut note: impl FnMut(&Rows) + Send,
    mut each: impl FnMut(&mut Vec<Event>),
) -> Result<(), ReplayError> {
    if until <= after {
        return Ok(());
    }
    let reading = Reading { last: after, recorded_at: Timestamp(i64::MIN) };
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    if until.0 - after.0 <= ALONE_EVENTS {
        reading.read(store, until, &mut Rows::default, |rows| {
            note(&rows);
            rows.iter().try_for_each(|raw| decoder.decode(raw).map(|event| events.push(event)))?;
            Ok(ControlFlow::Continue(()))
        })?;
        each(&mut events);
        return Ok(());
    }
    std::thread::scope(|scope| {
        let (boxes, opened) = sync_channel::<Filled>(BOXES);
        // Emptied boxes go back to be filled again: a new one for each would cost as much as reading its rows.
        let (emptied, back) = sync_channel::<Rows>(2 * BOXES);
        let reader = scope.spawn(move || {
            let mut decoder = Decoder::default();
            reading.read(store, until, &mut || back.try_recv().unwrap_or_default(), |rows| {
                note(&rows);
                // The folding is behind: whoever has the time decodes.
                let sent = match boxes.try_send(Filled::Rows(rows)) {
                    Err(TrySendError::Full(Filled::Rows(rows))) => {
                        let events = rows.iter().map(|raw| decoder.decode(raw)).collect::<Result<_, _>>()?;
                        boxes.send(Filled::Events(events)).is_ok()
                    }
                    sent => sent.is_ok(),
                };
                // Boxes are not wanted any more when the other side has found one that is broken.
                Ok(if sent { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
            })
        });
        let decoded = opened.iter().try_for_each(|filled| {
            let mut rows = match filled {
                Filled::Rows(rows) => rows,
                Filled::Events(mut events) => {
                    each(&mut events);
                    return Ok(());
                }
            };
            let mut raws = rows.iter().peekable();
            while raws.peek().is_some() {
                events.clear();
                raws.by_ref().take(DECODED_EVENTS).try_for_each(|raw| decoder.decode(raw).map(|event| events.push(event)))?;
                each(&mut events);
            }
            drop(raws);
            rows.clear();
            // With the reader gone, or with boxes enough, this one is not needed any more.
            let _ = emptied.try_send(rows);
            Ok::<(), ReplayError>(())
        });
        // A reader that is still at it notices that nobody opens its boxes any more.
        drop(opened);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        decoded.and(read)
    })
}

/// A box on its way from the thread that reads to the one that folds.
enum Filled {
    Rows(Rows),
    Events(Vec<Event>),
}

/// How far a stream has been read.
struct Reading {
    last: Position,
    recorded_at: Timestamp,
}

impl Reading {
    /// Reads up to and with `until`, checks that it is a stream, and hands it over in boxes that `empty` gives.
    fn read(
        mut self,
        store: &dyn Store,
        until: Position,
        empty: &mut dyn FnMut() -> Rows,
        mut hand_over: impl FnMut(Rows) -> Result<ControlFlow<()>, ReplayError>,
    ) -> Result<(), ReplayError> {
        let mut filling = empty();
        let mut ended = Ok(ControlFlow::Continue(()));
        store.scan(self.last, until, &mut |raw| {
            filling.push(raw);
            ended = self.check(raw);
            if filling.len() == BOX_EVENTS && matches!(ended, Ok(ControlFlow::Continue(()))) {
                ended = hand_over(std::mem::replace(&mut filling, empty()));
            }
            if matches!(ended, Ok(ControlFlow::Continue(()))) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if ended?.is_break() {
            return Ok(());
        }
        if self.last < until {
            return Err(StoreError::Broken { position: self.last.next(), why: "the stream ends before it".to_owned() }.into());
        }
        hand_over(filling).map(drop)
    }

    fn check(&mut self, raw: RawEvent<'_>) -> Result<ControlFlow<()>, ReplayError> {
        let broken = |why: String| Err(StoreError::Broken { position: raw.position, why }.into());
        if raw.position != self.last.next() {
            return broken(format!("the event before it is at {}: there is a gap", self.last));
        }
        if raw.recorded_at < self.recorded_at {
            return broken("it was recorded before the event before it".to_owned());
        }
        (self.last, self.recorded_at) = (raw.position, raw.recorded_at);
        Ok(ControlFlow::Continue(()))
    }
}

/// What a replay builds.
pub(super) struct Replayed {
    pub plan: Plan,
    pub validity: Validity,
    pub batches: Batches,
}

/// The stream up to its end. Which batches are void is read first, so that everything is folded once. Blocks its thread.
///
/// # Errors
/// As [`fold`].
pub(super) fn replay(store: &dyn Store, history: &History, last: Position) -> Result<Replayed, ReplayError> {
    let began = Instant::now();
    let validity = read_validity(store, last)?;
    let voids = validity.voids().clone();
    let mut plan = Plan::default();
    let mut batches = Batches::default();
    let mut fold_one = |event: &Event| {
        if voids.contains_key(&event.batch) {
            plan.skip(event);
        } else {
            apply(&mut plan, event);
        }
        // Checkpoints far behind the end would be thinned out again.
        if event.position.0.is_multiple_of(CHECKPOINT_EVENTS) && is_kept(event.position, last) {
            history.offer(&plan, &voids);
        }
        if event.position.0.is_multiple_of(PROGRESS_EVENTS) {
            tracing::info!(position = event.position.0, of = last.0, "replaying");
        }
    };
    let note = |rows: &Rows| rows.iter().for_each(|raw| batches.replay(raw.batch));
    fold_rows(store, Position(0), last, note, |events: &mut Vec<Event>| {
        events.iter().for_each(&mut fold_one);
        if events.last().is_some_and(|event| Recent::keeps(event.position, last)) {
            history.remember(std::mem::take(events));
        }
    })?;
    batches.end_replay();
    let elapsed = began.elapsed();
    metrics::gauge!("tafel_replay_seconds").set(elapsed.as_secs_f64());
    tracing::info!(
        position = plan.position.0,
        guests = plan.guests.len(),
        void = voids.len(),
        elapsed_ms = elapsed.as_millis(),
        "replayed"
    );
    Ok(Replayed { plan, validity, batches })
}

/// Whether a checkpoint here would still stand when the end is reached.
fn is_kept(position: Position, last: Position) -> bool {
    let age = last.0 - position.0;
    // A power-of-two step that grows with the age: 1,000 near the end, an eighth of the age far from it.
    let step = (age / (8 * CHECKPOINT_EVENTS)).max(1).next_power_of_two();
    (position.0 / CHECKPOINT_EVENTS).is_multiple_of(step)
}

fn read_validity(store: &dyn Store, last: Position) -> Result<Validity, ReplayError> {
    let mut decoder = Decoder::default();
    let mut doings = Vec::new();
    let mut broken = None;
    store.scan_validity(&mut |raw: RawEvent<'_>| {
        if raw.position > last {
            return ControlFlow::Break(());
        }
        match decoder.decode(raw) {
            Ok(event) => doings.push(event),
            Err(error) => {
                broken = Some(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    let mut validity = Validity::default();
    for event in &doings {
        validity.note(event, |batch| first_of(store, batch))?;
    }
    Ok(validity)
}

/// The position of a batch's first event.
///
/// # Errors
/// The store fails.
pub fn first_of(store: &dyn Store, batch: BatchId) -> Result<Option<Position>, StoreError> {
    Ok(store.head(batch)?.map(|event| event.position))
}
