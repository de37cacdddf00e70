//! Replay: the stream into a plan, with bounded memory; the reading and the folding each on a thread of their own.

use super::history::{CHECKPOINT_EVENTS, History};
use super::recent::Recent;
use super::validity::Validity;
use crate::plan::event::Event;
use crate::plan::{BatchId, Plan, Position, apply};
use crate::store::codec::{CodecError, Decoder};
use crate::store::{RawEvent, Store, StoreError};
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

/// Events travel between the threads in boxes of this many.
const BOX_EVENTS: usize = 1_024;
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

/// [`fold`], many events at a time. Whoever wants to keep a box takes it.
pub(super) fn fold_boxed(
    store: &dyn Store,
    after: Position,
    until: Position,
    mut each: impl FnMut(&mut Vec<Event>),
) -> Result<(), ReplayError> {
    if until <= after {
        return Ok(());
    }
    if until.0 - after.0 <= ALONE_EVENTS {
        let mut events = Vec::new();
        read(store, after, until, |event| {
            events.push(event);
            ControlFlow::Continue(())
        })?;
        each(&mut events);
        return Ok(());
    }
    std::thread::scope(|scope| {
        let (boxes, opened) = sync_channel::<Vec<Event>>(BOXES);
        // Emptied boxes go back to be filled again: a new one for each would cost as much as reading its events.
        let (emptied, back) = sync_channel::<Vec<Event>>(2 * BOXES);
        let reading = scope.spawn(move || read_boxed(store, after, until, &boxes, &back));
        while let Ok(mut events) = opened.recv() {
            each(&mut events);
            events.clear();
            // With the reader gone, or with boxes enough, this one is not needed any more.
            if events.capacity() > 0 {
                let _ = emptied.try_send(events);
            }
        }
        reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn read_boxed(
    store: &dyn Store,
    after: Position,
    until: Position,
    boxes: &SyncSender<Vec<Event>>,
    back: &Receiver<Vec<Event>>,
) -> Result<(), ReplayError> {
    let mut filling = Vec::with_capacity(BOX_EVENTS);
    read(store, after, until, |event| {
        filling.push(event);
        if filling.len() < BOX_EVENTS {
            return ControlFlow::Continue(());
        }
        let next = back.try_recv().unwrap_or_else(|_| Vec::with_capacity(BOX_EVENTS));
        let full = std::mem::replace(&mut filling, next);
        if boxes.send(full).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    // The other side only goes away when it panics, which it will tell itself.
    let _ = boxes.send(filling);
    Ok(())
}

/// Reads, decodes and checks.
fn read(store: &dyn Store, after: Position, until: Position, mut each: impl FnMut(Event) -> ControlFlow<()>) -> Result<(), ReplayError> {
    let mut decoder = Decoder::default();
    let mut last = (after, i64::MIN);
    let mut broken: Option<ReplayError> = None;
    let mut left = false;
    store.scan(after, until, &mut |raw: RawEvent<'_>| match check(raw, last).and_then(|()| Ok(decoder.decode(raw)?)) {
        Ok(event) => {
            last = (event.position, event.recorded_at.0);
            let flow = each(event);
            left = flow.is_break();
            flow
        }
        Err(error) => {
            broken = Some(error);
            ControlFlow::Break(())
        }
    })?;
    match broken {
        Some(error) => Err(error),
        None if last.0 < until && !left => {
            Err(StoreError::Broken { position: last.0.next(), why: "the stream ends before it".to_owned() }.into())
        }
        None => Ok(()),
    }
}

fn check(raw: RawEvent<'_>, (last, recorded_at): (Position, i64)) -> Result<(), ReplayError> {
    let broken = |why: String| Err(StoreError::Broken { position: raw.position, why }.into());
    if raw.position != last.next() {
        return broken(format!("the event before it is at {last}: there is a gap"));
    }
    if raw.recorded_at.0 < recorded_at {
        return broken("it was recorded before the event before it".to_owned());
    }
    Ok(())
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
    let mut batches = Batches::expecting(last);
    let mut fold_one = |event: &Event| {
        batches.note(event.batch);
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
    fold_boxed(store, Position(0), last, |events: &mut Vec<Event>| {
        events.iter().for_each(&mut fold_one);
        if events.last().is_some_and(|event| Recent::keeps(event.position, last)) {
            history.remember(std::mem::take(events));
        }
    })?;
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

/// Which batches the stream has: "no" is certain, "yes" must be looked up. Eight bytes each, since streams are long.
#[derive(Default)]
pub(super) struct Batches {
    seen: HashSet<u64, BuildHasherDefault<Mixed>>,
    last: Option<BatchId>,
}

impl Batches {
    /// Room for a stream in which most batches are one click.
    fn expecting(last: Position) -> Self {
        let mut batches = Self::default();
        batches.seen.reserve(usize::try_from(last.0 / 2).unwrap_or(0));
        batches
    }

    pub(super) fn note(&mut self, batch: BatchId) {
        // The events of a batch follow one another.
        if self.last != Some(batch) {
            self.seen.insert(shortened(batch));
            self.last = Some(batch);
        }
    }

    pub(super) fn may_have(&self, batch: BatchId) -> bool {
        self.seen.contains(&shortened(batch))
    }
}

/// Ids are random for the most part, and chosen by clients: mixed, so that no choice makes the set slow by accident.
fn shortened(batch: BatchId) -> u64 {
    const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;
    let (high, low) = batch.0.as_u64_pair();
    let mixed = (low ^ high.rotate_left(32)).wrapping_mul(GOLDEN_RATIO);
    mixed ^ (mixed >> 32)
}

/// A hash of what is mixed already.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, mixed: u64) {
        self.0 = mixed;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
