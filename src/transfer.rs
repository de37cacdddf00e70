//! The stream as a file: JSON lines behind a header with checksums. A backup, and the way from one database to another.

use crate::ledger::{ReplayError, Snapshot, replay_only};
use crate::plan::document::digest;
use crate::plan::{BatchId, Position, Timestamp, broken_invariants};
use crate::store::codec::Decoder;
use crate::store::{AppendError, Chunk, End, RawEvent, Store, StoreError, StoredEvent};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const FORMAT: &str = "tafel-log/1";
/// Each so many events have a checksum.
const BLOCK: u64 = 10_000;
/// So many events are appended at a time.
const APPEND: usize = 5_000;

/// Told how much of how much is done.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Why a stream was not written, read, or believed.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("the stream cannot be appended: {0}")]
    Append(#[from] AppendError),
    #[error("the file cannot be read or written: {0}")]
    File(#[from] io::Error),
    #[error("line {line}: {why}")]
    Line { line: u64, why: String },
    #[error("the store ends at {found}, which is not in the file as it is there: it holds another stream, or goes on elsewhere")]
    OtherStream { found: Position },
    #[error("the file begins at {first}, and the store ends at {end}: what lies between is missing")]
    Gap { first: Position, end: Position },
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    stream: Option<Uuid>,
    title: Option<String>,
    first: Position,
    count: u64,
    /// Of the lines of each 10,000 events, in hexadecimal.
    sha256: Vec<String>,
}

/// Every other line: the event as the JSON interface shows it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    position: Position,
    recorded_at: Timestamp,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    batch: BatchId,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

fn line(raw: RawEvent<'_>) -> Result<String, StoreError> {
    let broken = |error: serde_json::Error| StoreError::Broken { position: raw.position, why: error.to_string() };
    let payload = serde_json::from_str(raw.payload).map_err(broken)?;
    let RawEvent { position, recorded_at, actor, batch, kind, .. } = raw;
    let line = Line { position, recorded_at, actor: actor.into(), batch, kind: kind.into(), payload };
    serde_json::to_string(&line).map(|line| line + "\n").map_err(broken)
}

/// Shows every line of the stream from `from` on.
fn lines(store: &dyn Store, from: Position, until: Position, mut each: impl FnMut(&str) -> io::Result<()>) -> Result<(), TransferError> {
    let (mut failed, mut expected) = (None, from);
    store.scan(Position(from.0.saturating_sub(1)), until, &mut |raw| {
        let shown = if raw.position == expected {
            line(raw).map_err(TransferError::from).and_then(|line| Ok(each(&line)?))
        } else {
            let why = format!("there should be {expected}: there is a gap");
            Err(StoreError::Broken { position: raw.position, why }.into())
        };
        expected = expected.next();
        match shown {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(()), Err)
}

/// Checksums of what is read, block by block.
#[derive(Default)]
struct Sums {
    hash: Sha256,
    in_block: u64,
    sha256: Vec<String>,
}

impl Sums {
    fn add(&mut self, line: &str) {
        self.hash.update(line.as_bytes());
        self.in_block += 1;
        if self.in_block == BLOCK {
            self.end_block();
        }
    }

    fn end_block(&mut self) {
        if self.in_block > 0 {
            self.sha256.push(HEXLOWER.encode(&self.hash.finalize_reset()));
            self.in_block = 0;
        }
    }
}

/// Writes the stream from `from` on; answers how many events. Blocks its thread.
///
/// # Errors
/// The store fails, has a gap, or the file cannot be written.
pub fn export(store: &dyn Store, from: Position, out: &mut dyn Write, progress: Progress<'_>) -> Result<u64, TransferError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let last = runtime.block_on(store.end())?.position;
    let first = from.max(Position(1));
    let count = last.next().0.saturating_sub(first.0);
    let (mut sums, mut done) = (Sums::default(), 0);
    let steps = 2 * count;
    lines(store, first, last, |line| {
        sums.add(line);
        done += 1;
        progress(done, steps);
        Ok(())
    })?;
    sums.end_block();
    let (stream, title) = about(store)?;
    let header = Header { format: FORMAT.to_owned(), stream, title, first, count, sha256: sums.sha256 };
    writeln!(out, "{}", serde_json::to_string(&header).map_err(io::Error::from)?)?;
    lines(store, first, last, |line| {
        done += 1;
        progress(done, steps);
        out.write_all(line.as_bytes())
    })?;
    out.flush()?;
    Ok(count)
}

/// The stream's id and first title, from its first event.
fn about(store: &dyn Store) -> Result<(Option<Uuid>, Option<String>), StoreError> {
    #[derive(Deserialize)]
    struct Created {
        stream: Option<Uuid>,
        title: Option<String>,
    }
    let mut about = (None, None);
    store.scan(Position(0), Position(1), &mut |raw| {
        if let Ok(Created { stream, title }) = serde_json::from_str(raw.payload) {
            about = (stream, title);
        }
        ControlFlow::Break(())
    })?;
    Ok(about)
}

/// A file that is read line by line, and believed only as far as its checksums go.
struct Reading {
    lines: BufReader<File>,
    number: u64,
    text: String,
}

impl Reading {
    fn open(path: &Path) -> Result<(Self, Header), TransferError> {
        let mut reading = Self { lines: BufReader::with_capacity(1 << 20, File::open(path)?), number: 0, text: String::new() };
        if !reading.next()? {
            return Err(reading.wrong("the file is empty"));
        }
        let header: Header = serde_json::from_str(&reading.text).map_err(|error| reading.wrong(format!("this is no header: {error}")))?;
        if header.format != FORMAT {
            return Err(reading.wrong(format!("the format is {:?}, and this program reads {FORMAT:?}", header.format)));
        }
        Ok((reading, header))
    }

    fn wrong(&self, why: impl Into<String>) -> TransferError {
        TransferError::Line { line: self.number, why: why.into() }
    }

    /// False at the end.
    fn next(&mut self) -> Result<bool, TransferError> {
        self.text.clear();
        let read = self.lines.read_line(&mut self.text);
        self.number += 1;
        let is_there = read.map_err(|error| self.wrong(error.to_string()))? > 0;
        if is_there && !self.text.ends_with('\n') {
            return Err(self.wrong("the file ends in the middle of the line: it is truncated"));
        }
        Ok(is_there)
    }

    fn event(&self, expected: Position, decoder: &mut Decoder) -> Result<StoredEvent, TransferError> {
        let line: Line<'_> = serde_json::from_str(&self.text).map_err(|error| self.wrong(error.to_string()))?;
        if line.position != expected {
            return Err(self.wrong(format!("the position is {}, and should be {expected}", line.position)));
        }
        let Line { position, recorded_at, actor, batch, kind, payload } = line;
        let raw = RawEvent { position, recorded_at, actor: &actor, batch, kind: &kind, payload: payload.get() };
        decoder.decode(raw).map_err(|error| self.wrong(error.to_string()))?;
        Ok(raw.to_stored())
    }
}

/// Whether the file is whole and unedited; answers its header. Nothing is written before this is known.
fn check(path: &Path, progress: Progress<'_>) -> Result<Header, TransferError> {
    let (mut reading, header) = Reading::open(path)?;
    let (mut sums, mut decoder, mut recorded_at) = (Sums::default(), Decoder::default(), Timestamp(i64::MIN));
    for done in 0..header.count {
        if !reading.next()? {
            return Err(reading.wrong(format!("the file ends after {done} of {} events: it is truncated", header.count)));
        }
        let event = reading.event(Position(header.first.0 + done), &mut decoder)?;
        if event.recorded_at < recorded_at {
            return Err(reading.wrong("it was recorded before the event before it"));
        }
        recorded_at = event.recorded_at;
        sums.add(&reading.text);
        let is_last = done + 1 == header.count;
        if is_last {
            sums.end_block();
        }
        if (sums.in_block == 0 || is_last) && sums.sha256.last() != header.sha256.get(sums.sha256.len() - 1) {
            let from = reading.number.saturating_sub(done % BLOCK);
            return Err(reading.wrong(format!("the checksum of the lines from {from} to here is another one: one of them was edited")));
        }
        progress(done + 1, 2 * header.count);
    }
    if reading.next()? {
        return Err(reading.wrong("there is more than the header says"));
    }
    Ok(header)
}

/// Appends what the file holds and the store has not; a store that is not empty must hold the beginning of the same
/// stream, as after an import that broke off. Answers how many events were appended, and how many there are. Blocks its
/// thread.
///
/// # Errors
/// The file is truncated, edited, or not understood (nothing is written then); it is of another stream; the store fails.
pub fn import(store: &dyn Store, path: &Path, progress: Progress<'_>) -> Result<(u64, u64), TransferError> {
    let header = check(path, progress)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let end = runtime.block_on(store.end())?;
    if header.first > end.position.next() {
        return Err(TransferError::Gap { first: header.first, end: end.position });
    }
    // A party that has as many events is not the same party.
    if end.position.0 > 0 && header.stream != about(store)?.0 {
        return Err(TransferError::OtherStream { found: end.position });
    }
    let (mut reading, _) = Reading::open(path)?;
    let (mut decoder, mut last, mut appended) = (Decoder::default(), end.position, 0);
    let mut filling: Vec<StoredEvent> = Vec::with_capacity(APPEND);
    for done in 0..header.count {
        reading.next()?;
        let event = reading.event(Position(header.first.0 + done), &mut decoder)?;
        if event.position < end.position {
            continue;
        }
        if event.position == end.position {
            let there = End { position: event.position, recorded_at: event.recorded_at, batch: event.batch };
            if there != end {
                return Err(TransferError::OtherStream { found: end.position });
            }
            continue;
        }
        if appended == 0 && event.recorded_at < end.recorded_at {
            return Err(reading.wrong(format!("it was recorded before the store's last event, at {}", end.position)));
        }
        filling.push(event);
        if filling.len() == APPEND || done + 1 == header.count {
            let chunk: Chunk = Arc::from(std::mem::take(&mut filling));
            runtime.block_on(store.append(last, vec![chunk.clone()]))?;
            last = Position(last.0 + chunk.len() as u64);
            appended += chunk.len() as u64;
        }
        progress(header.count + done + 1, 2 * header.count);
    }
    if end.position.0 >= header.first.0 + header.count {
        return Err(TransferError::OtherStream { found: end.position });
    }
    Ok((appended, last.0))
}

/// What reading a whole stream has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub position: Position,
    pub guests: usize,
    pub tables: usize,
    /// Batches that do not count.
    pub void: usize,
    /// Of the plan, as every instance of this version has it.
    pub sha256: String,
    /// What should hold and does not.
    pub broken: Vec<String>,
}

/// Reads the whole stream, folds it, and checks what must hold. Writes nothing. Blocks its thread.
///
/// # Errors
/// The store fails, or the stream is broken: a gap, a time that falls, an event that is not understood.
pub fn verify(store: &Arc<dyn Store>) -> Result<Verified, TransferError> {
    let Snapshot { plan, validity } = replay_only(store)?;
    Ok(Verified {
        position: plan.position,
        guests: plan.guests.len(),
        tables: plan.tables.len(),
        void: validity.voids().len(),
        sha256: digest(&plan),
        broken: broken_invariants(&plan),
    })
}
