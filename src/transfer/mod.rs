//! The stream as a file: JSON lines behind a header with checksums. A backup, and the way from one database to another.

mod line;

use crate::ledger::{ReplayError, Snapshot, replay_only};
use crate::plan::document::digest;
use crate::plan::{Position, Timestamp, broken_invariants};
use crate::store::chain::hash_at;
use crate::store::codec::Decoder;
use crate::store::{Append, AppendError, Chain, Chunk, End, Hash, RawEvent, Record, Store, StoreError, new_incarnation};
use data_encoding::HEXLOWER;
use line::{EnvelopeLine, Header, Line, chained, line, unchained};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// What is written: events with their envelopes.
const FORMAT: &str = "tafel-log/2";
/// What was written before events had envelopes: they are chained as they are imported.
const FORMAT_UNCHAINED: &str = "tafel-log/1";
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
    let end = runtime.block_on(store.end())?;
    let last = end.position;
    let first = from.max(Position(1));
    let count = last.next().0.saturating_sub(first.0);
    let (mut sums, mut done) = (Sums::default(), 0);
    let steps = 2 * count;
    let after = Position(first.0 - 1);
    // A stream of an older program is written as that would have written it.
    let before = end.hash.map(|_| hash_at(store, after)).transpose()?.map(|hash| hash.unwrap_or(Hash::NOTHING));
    let read = |each: &mut dyn FnMut(&Record) -> Result<(), TransferError>| match before {
        Some(before) => chained(store, &mut Chain::behind_unread(after, before), last, each),
        None => unchained(store, after, last, each),
    };
    read(&mut |record| {
        sums.add(&line(record)?);
        done += 1;
        progress(done, steps);
        Ok(())
    })?;
    sums.end_block();
    let (stream, title) = about(store)?;
    let format = if before.is_some() { FORMAT } else { FORMAT_UNCHAINED };
    // The database of an older program does not say.
    let incarnation = store.incarnation().unwrap_or_default();
    let header = Header { format: format.to_owned(), stream, title, incarnation, first, before, count, sha256: sums.sha256 };
    writeln!(out, "{}", serde_json::to_string(&header).map_err(io::Error::from)?)?;
    read(&mut |record| {
        done += 1;
        progress(done, steps);
        Ok(out.write_all(line(record)?.as_bytes())?)
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
        if ![FORMAT, FORMAT_UNCHAINED].contains(&&*header.format) {
            let why = format!("the format is {:?}, and this program reads {FORMAT:?} and {FORMAT_UNCHAINED:?}", header.format);
            return Err(reading.wrong(why));
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

    fn record(&self, expected: Position, decoder: &mut Decoder) -> Result<Record, TransferError> {
        let line: Line<'_> = serde_json::from_str(&self.text).map_err(|error| self.wrong(error.to_string()))?;
        if line.position != expected {
            return Err(self.wrong(format!("the position is {}, and should be {expected}", line.position)));
        }
        let Line { position, recorded_at, actor, batch, kind, payload, envelope } = line;
        let raw = RawEvent { position, recorded_at, actor: &actor, batch, kind: &kind, payload: payload.get() };
        decoder.decode(raw).map_err(|error| self.wrong(error.to_string()))?;
        Ok(Record { event: raw.to_stored(), envelope: envelope.map(EnvelopeLine::read) })
    }
}

/// The chain of a file that has one, from before its first event.
fn chain_of(header: &Header) -> Option<Chain> {
    header.before.map(|before| Chain::behind_unread(Position(header.first.0.saturating_sub(1)), before))
}

/// Whether the file is whole and unedited; answers its header. Nothing is written before this is known.
fn check(path: &Path, progress: Progress<'_>) -> Result<Header, TransferError> {
    let (mut reading, header) = Reading::open(path)?;
    let (mut sums, mut decoder, mut recorded_at) = (Sums::default(), Decoder::default(), Timestamp(i64::MIN));
    let (mut chain, mut unchecked) = (chain_of(&header), Vec::new());
    if chain.is_none() && header.format == FORMAT {
        return Err(reading.wrong("the header lacks `before`, the hash of the event before the first"));
    }
    for done in 0..header.count {
        if !reading.next()? {
            return Err(reading.wrong(format!("the file ends after {done} of {} events: it is truncated", header.count)));
        }
        let record = reading.record(Position(header.first.0 + done), &mut decoder)?;
        if record.event.recorded_at < recorded_at {
            return Err(reading.wrong("it was recorded before the event before it"));
        }
        recorded_at = record.event.recorded_at;
        sums.add(&reading.text);
        let is_last = done + 1 == header.count;
        if is_last {
            sums.end_block();
        }
        if (sums.in_block == 0 || is_last) && sums.sha256.last() != header.sha256.get(sums.sha256.len() - 1) {
            let from = reading.number.saturating_sub(done % BLOCK);
            return Err(reading.wrong(format!("the checksum of the lines from {from} to here is another one: one of them was edited")));
        }
        // Behind the checksums, which say more plainly that a line was edited.
        unchecked.push(record);
        if is_last || sums.in_block == 0 {
            unchecked.drain(..).try_for_each(|record| chain.as_mut().map_or(Ok(()), |chain| chain.check(&record)))?;
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
    let (mut decoder, mut last, mut appended) = (Decoder::default(), end, 0);
    let mut filling: Vec<Record> = Vec::with_capacity(APPEND);
    for done in 0..header.count {
        reading.next()?;
        let record = reading.record(Position(header.first.0 + done), &mut decoder)?;
        let event = &record.event;
        if event.position < end.position {
            continue;
        }
        if event.position == end.position {
            if !is_at_end(store, &record, end)? {
                return Err(TransferError::OtherStream { found: end.position });
            }
            continue;
        }
        if appended == 0 && event.recorded_at < end.recorded_at {
            return Err(reading.wrong(format!("it was recorded before the store's last event, at {}", end.position)));
        }
        filling.push(record);
        if filling.len() == APPEND || done + 1 == header.count {
            let append = Arc::new(following(last, std::mem::take(&mut filling))?);
            runtime.block_on(store.append(append.clone()))?;
            last = append.end();
            appended += append.len() as u64;
        }
        progress(header.count + done + 1, 2 * header.count);
    }
    if end.position.0 >= header.first.0 + header.count {
        return Err(TransferError::OtherStream { found: end.position });
    }
    // What others have read of the stream they have read elsewhere.
    if end.position.0 == 0 && appended > 0 {
        store.begin_incarnation(&new_incarnation())?;
    }
    Ok((appended, last.position.0))
}

/// Whether the store ends with this event. What was written before events had hashes may have been chained twice, with different
/// salts: it is the same event all the same.
fn is_at_end(store: &dyn Store, record: &Record, end: End) -> Result<bool, StoreError> {
    if record.envelope.as_ref().is_some_and(|envelope| Some(envelope.hash) == end.hash) {
        return Ok(true);
    }
    let mut there = None;
    store.scan(Position(end.position.0 - 1), end.position, &mut |raw| {
        there = Some(raw.to_stored());
        ControlFlow::Break(())
    })?;
    Ok(there.as_ref() == Some(&record.event))
}

/// The records behind the store's end: with the chain that they have, if it joins there, and chained anew if not.
fn following(end: End, records: Vec<Record>) -> Result<Append, StoreError> {
    let joins = records.first().is_some_and(|record| Chain::behind(end).check(record).is_ok());
    if joins {
        return Append::copied(end, records);
    }
    let batches = records.into_iter().map(|Record { event, envelope }| {
        let origin = envelope.map(|envelope| envelope.origin).unwrap_or_default();
        (Chunk::from([event]), origin)
    });
    Ok(Append::new(end, batches).at_any_time())
}

/// What reading a whole stream has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub position: Position,
    /// The hash of the last event that has one: whoever has noted it elsewhere knows that the stream is still the same.
    pub hash: Hash,
    /// Events at the end that nobody has chained yet.
    pub unchained: u64,
    /// Events whose payload was erased.
    pub erased: u64,
    pub guests: usize,
    pub tables: usize,
    /// Batches that do not count.
    pub void: usize,
    /// Of the plan, as every instance of this version has it.
    pub sha256: String,
    /// What should hold and does not.
    pub broken: Vec<String>,
}

/// Reads the whole stream, follows its chain, folds it, and checks what must hold. Writes nothing. Blocks its thread.
///
/// # Errors
/// The store fails, or the stream is broken: a gap, a time that falls, an event that is not what was written or not understood.
pub fn verify(store: &Arc<dyn Store>) -> Result<Verified, TransferError> {
    let Snapshot { plan, validity } = replay_only(store)?;
    let (mut chain, mut erased, mut unchained) = (Chain::behind(End::NOTHING), 0, 0);
    let mut broken = None;
    store.scan_records(Position(0), plan.position, &mut |record| {
        match &record.envelope {
            // They are all at the end, as an older program leaves them.
            None => unchained += 1,
            Some(envelope) => {
                erased += u64::from(envelope.salt.is_none());
                broken = chain.check(&record).err();
            }
        }
        if broken.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    Ok(Verified {
        position: plan.position,
        hash: chain.end().hash.unwrap_or(Hash::NOTHING),
        unchained,
        erased,
        guests: plan.guests.len(),
        tables: plan.tables.len(),
        void: validity.voids().len(),
        sha256: digest(&plan),
        broken: broken_invariants(&plan),
    })
}
