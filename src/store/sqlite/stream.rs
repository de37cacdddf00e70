//! The event stream in SQLite.

use super::identity::Identity;
use super::tip::Tip;
use super::{Sqlite, unavailable};
use crate::clock::now;
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::{
    Append, AppendError, Columns, End, Envelope, Fut, Hash, Origin, Overwrite, RawEvent, Record, RecordSink, Sink, StoreError, StoredEvent,
    Stream, bound, chain,
};
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, TransactionBehavior, params};
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

/// The writer sends one append at a time; a second may be under way from an erasure.
const QUEUED_APPENDS: usize = 4;

/// The thread that appends.
pub(super) struct Appender {
    jobs: SyncSender<Job>,
}

enum Job {
    Append(AppendJob),
    Chain(SyncSender<Result<u64, StoreError>>),
    /// Takes the stream's end as it is.
    NoteTip(SyncSender<Result<(), StoreError>>),
    Probe(oneshot::Sender<Result<(), StoreError>>),
}

struct AppendJob {
    overwrite: Vec<Overwrite>,
    append: Arc<Append>,
    done: oneshot::Sender<Result<(), AppendError>>,
}

impl Appender {
    pub(super) fn start(mut connection: Connection, identity: Identity, mut tip: Tip) -> Self {
        let (jobs, queue) = sync_channel::<Job>(QUEUED_APPENDS);
        // The thread ends when the store is dropped, and with it the queue's other end.
        std::thread::spawn(move || {
            loop {
                let job = match tip.may_wait() {
                    None => queue.recv().map_err(RecvTimeoutError::from),
                    // However many come, one after the other.
                    Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
                    Some(wait) => queue.recv_timeout(wait),
                };
                let job = match job {
                    Ok(job) => job,
                    Err(RecvTimeoutError::Timeout) => {
                        tip.sync();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                // Where nobody waits any more, the outcome is in the stream all the same.
                match job {
                    Job::Append(job) => {
                        // Before the commit, so that nothing is written where it is lost; behind it, so that nothing of it is acknowledged.
                        let checked = || identity.check().map_err(AppendError::Failed);
                        let outcome = checked().and_then(|()| append(&mut connection, &job)).and_then(|()| checked());
                        if outcome.is_ok() {
                            tip.note(job.append.end());
                        }
                        let _ = job.done.send(outcome);
                    }
                    Job::NoteTip(done) => {
                        let noted = identity.check().and_then(|()| end(&connection).map_err(unavailable)).map(|end| tip.note(end));
                        tip.sync();
                        let _ = done.send(noted);
                    }
                    Job::Chain(done) => {
                        let _ = done.send(identity.check().and_then(|()| chain(&mut connection).map_err(unavailable)));
                    }
                    Job::Probe(done) => {
                        let _ = done.send(identity.check().and_then(|()| probe(&connection).map_err(unavailable)));
                    }
                }
            }
            tip.sync();
        });
        Self { jobs }
    }

    async fn run(&self, overwrite: Vec<Overwrite>, append: Arc<Append>) -> Result<(), AppendError> {
        let (done, outcome) = oneshot::channel();
        self.jobs.send(Job::Append(AppendJob { overwrite, append, done })).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }

    fn chain(&self) -> Result<u64, StoreError> {
        let (done, outcome) = sync_channel(1);
        self.jobs.send(Job::Chain(done)).map_err(|_| gone())?;
        outcome.recv().map_err(|_| gone())?
    }

    pub(super) fn note_tip(&self) -> Result<(), StoreError> {
        let (done, outcome) = sync_channel(1);
        self.jobs.send(Job::NoteTip(done)).map_err(|_| gone())?;
        outcome.recv().map_err(|_| gone())?
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        // Where so many wait already, the thread hangs, or has ended.
        self.jobs.try_send(Job::Probe(done)).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable(Arc::new(std::io::Error::other("the appending thread has ended")))
}

/// Writes the file's header anew, as it is: a commit like any other.
fn probe(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", version)
}

fn append(connection: &mut Connection, job: &AppendJob) -> Result<(), AppendError> {
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => AppendError::Refused(error.to_string()),
        _ => AppendError::Failed(unavailable(error)),
    };
    job.append.check()?;
    // IMMEDIATE: the check of the end and the insert see the same stream. Dropped without commit, it rolls back.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let (expected, end) = (job.append.behind(), end(&transaction).map_err(failed)?);
    if (end.position, end.hash) != (expected.position, expected.hash) {
        return Err(AppendError::Conflict { expected: expected.position, last: end.position });
    }
    // The stream's clock is this machine's.
    let clock = now();
    if !job.append.window().contains(clock) {
        return Err(AppendError::Untimely { clock });
    }
    overwrite(&transaction, job).map_err(failed)?;
    insert(&transaction, &job.append).map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn insert(connection: &Connection, append: &Append) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO event (position, recorded_at, actor, batch, kind, payload, schema_version, request, cause, trace, salt, digest, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for (event, envelope) in append.rows() {
        let origin = &envelope.origin;
        insert.execute(params![
            bound(event.position),
            event.recorded_at.0,
            &*event.actor,
            event.batch.0.as_bytes().as_slice(),
            &event.kind,
            &event.payload,
            envelope.schema_version,
            origin.request.as_ref().map(Uuid::as_bytes),
            origin.cause.as_deref(),
            origin.trace.as_ref().map(Uuid::as_bytes),
            envelope.salt.as_ref().map(Uuid::as_bytes),
            envelope.digest.map(|digest| digest.0),
            envelope.hash.0,
        ])?;
    }
    Ok(())
}

fn overwrite(connection: &Connection, job: &AppendJob) -> rusqlite::Result<()> {
    let Some((first, _)) = job.append.rows().next().filter(|_| !job.overwrite.is_empty()) else { return Ok(()) };
    connection.execute("INSERT INTO erasure_gate (opened_by) VALUES (?1)", [first.batch.0.as_bytes()])?;
    let mut update = connection.prepare_cached("UPDATE event SET payload = ?2, salt = NULL, digest = ?3 WHERE position = ?1")?;
    for Overwrite { position, payload, digest } in &job.overwrite {
        update.execute((bound(*position), payload, digest.0))?;
    }
    connection.execute("DELETE FROM erasure_gate", []).map(|_| ())
}

/// Chains what is at the end of the stream without a hash; answers how many events that were.
pub(super) fn chain(connection: &mut Connection) -> rusqlite::Result<u64> {
    if end(connection)?.hash.is_some() {
        return Ok(0);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (mut last, mut before) = last_chained(&transaction)?;
    let mut count = 0;
    {
        let mut update = transaction.prepare("UPDATE event SET salt = ?2, hash = ?3 WHERE position = ?1")?;
        loop {
            let mut links = Vec::new();
            scan(&transaction, &format!("{COLUMNS} WHERE position > ?1 ORDER BY position LIMIT {CHAINED}"), [bound(last)], &mut |raw| {
                let (salt, hash) = chain::link(before, raw);
                (last, before) = (raw.position, hash);
                links.push((raw.position, salt, hash));
                ControlFlow::Continue(())
            })?;
            if links.is_empty() {
                break;
            }
            for (position, salt, hash) in &links {
                update.execute((bound(*position), salt.as_bytes(), hash.0))?;
            }
            count += links.len() as u64;
        }
    }
    transaction.commit()?;
    Ok(count)
}

/// The hash of an event, and where the stream ends.
pub(super) fn hash_and_end(connection: &Connection, at: Position) -> rusqlite::Result<(Option<Hash>, Position)> {
    let sql = "SELECT hash FROM event WHERE position = ?1";
    let hash = connection.query_row(sql, [bound(at)], |row| row.get::<_, Option<[u8; 32]>>(0)).optional()?;
    Ok((hash.flatten().map(Hash), end(connection)?.position))
}

/// The last event that has a hash.
fn last_chained(connection: &Connection) -> rusqlite::Result<(Position, Hash)> {
    let sql = "SELECT position, hash FROM event WHERE hash IS NOT NULL ORDER BY position DESC LIMIT 1";
    let last = connection.query_row(sql, [], |row| Ok((Position(unsigned(row, 0)?), Hash(row.get(1)?)))).optional()?;
    Ok(last.unwrap_or((Position(0), Hash::NOTHING)))
}

fn end(connection: &Connection) -> rusqlite::Result<End> {
    end_with(connection, &Columns::CHAINED)
}

fn end_with(connection: &Connection, columns: &Columns) -> rusqlite::Result<End> {
    let last = |row: &Row<'_>| {
        let hash: Option<[u8; 32]> = row.get(2)?;
        Ok(End { position: Position(unsigned(row, 0)?), recorded_at: Timestamp(row.get(1)?), hash: hash.map(Hash) })
    };
    let sql = format!("SELECT position, recorded_at, {} FROM event ORDER BY position DESC LIMIT 1", columns.hash);
    Ok(connection.prepare_cached(&sql)?.query_row([], last).optional()?.unwrap_or(End::NOTHING))
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

const COLUMNS: &str = "SELECT position, recorded_at, actor, batch, kind, payload FROM event";
/// So many events are chained at a time.
const CHAINED: usize = 10_000;

/// The event under the cursor.
fn raw<'a>(row: &'a Row<'_>) -> rusqlite::Result<RawEvent<'a>> {
    let text = |column: usize| {
        row.get_ref(column)?.as_str().map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
    };
    let batch = row.get_ref(3)?;
    let batch = batch.as_blob().ok().and_then(|bytes| Uuid::from_slice(bytes).ok());
    let batch = batch.ok_or_else(|| rusqlite::Error::InvalidColumnType(3, "batch".to_owned(), Type::Blob))?;
    Ok(RawEvent {
        position: Position(unsigned(row, 0)?),
        recorded_at: Timestamp(row.get(1)?),
        actor: text(2)?,
        batch: BatchId(batch),
        kind: text(4)?,
        payload: text(5)?,
    })
}

/// The event under the cursor, with its envelope.
fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let id = |column: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<[u8; 16]>>(column)?.map(Uuid::from_bytes));
    let hash: Option<[u8; 32]> = row.get(12)?;
    let envelope = match hash {
        None => None,
        Some(hash) => Some(Envelope {
            schema_version: row.get(6)?,
            origin: Origin { request: id(7)?, cause: row.get::<_, Option<String>>(8)?.map(Cow::Owned), trace: id(9)? },
            salt: id(10)?,
            digest: row.get::<_, Option<[u8; 32]>>(11)?.map(Hash),
            hash: Hash(hash),
        }),
    };
    Ok(Record { event: raw(row)?.to_stored(), envelope })
}

fn scan(connection: &Connection, sql: &str, parameters: impl rusqlite::Params, sink: Sink<'_>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        if let ControlFlow::Break(()) = sink(raw(row)?) {
            break;
        }
    }
    Ok(())
}

impl Sqlite {
    fn of_batch(&self, batch: BatchId, limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        let mut keep = |raw: RawEvent<'_>| {
            events.push(raw.to_stored());
            ControlFlow::Continue(())
        };
        let sql = format!("{COLUMNS} WHERE batch = ?1 ORDER BY position LIMIT ?2");
        let batch: &[u8] = batch.0.as_bytes();
        self.reading(|connection| scan(connection, &sql, (batch, limit), &mut keep))?;
        Ok(events)
    }
}

impl Stream for Sqlite {
    fn append(&self, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.appender.run(Vec::new(), append))
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        // A few microseconds in the page cache: not worth a thread.
        Box::pin(async { self.reading(|connection| end_with(connection, self.columns)) })
    }

    fn scan(&self, after: Position, until: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        let sql = format!("{COLUMNS} WHERE position > ?1 AND position <= ?2 ORDER BY position");
        self.reading(|connection| scan(connection, &sql, (bound(after), bound(until)), sink))
    }

    fn scan_back(&self, before: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        let sql = format!("{COLUMNS} WHERE position < ?1 ORDER BY position DESC");
        self.reading(|connection| scan(connection, &sql, [bound(before)], sink))
    }

    fn scan_validity(&self, sink: Sink<'_>) -> Result<(), StoreError> {
        let sql = format!("{COLUMNS} WHERE kind IN ('batch_retracted', 'batch_reinstated') ORDER BY position");
        self.reading(|connection| scan(connection, &sql, [], sink))
    }

    fn batch(&self, batch: BatchId) -> Result<Vec<StoredEvent>, StoreError> {
        self.of_batch(batch, i64::MAX)
    }

    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.of_batch(batch, 1)?.pop())
    }

    fn scan_records(&self, after: Position, until: Position, sink: RecordSink<'_>) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT position, recorded_at, actor, batch, kind, payload, {} FROM event WHERE position > ?1 AND position <= ?2
             ORDER BY position",
            self.columns.envelope
        );
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([bound(after), bound(until)])?;
            while let Some(row) = rows.next()? {
                if sink(record(row)?).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn request_of(&self, batch: BatchId) -> Result<Option<Uuid>, StoreError> {
        let sql = "SELECT request FROM event WHERE batch = ?1 ORDER BY position LIMIT 1";
        let request = |row: &Row<'_>| row.get::<_, Option<[u8; 16]>>(0);
        let found = self.reading(|connection| connection.prepare_cached(sql)?.query_row([batch.0.as_bytes()], request).optional());
        Ok(found?.flatten().map(Uuid::from_bytes))
    }

    fn chain(&self) -> Result<u64, StoreError> {
        self.appender.chain()
    }

    fn erase(&self, overwrite: Vec<Overwrite>, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.appender.run(overwrite, append))
    }

    fn probe(&self) -> Fut<'_, Result<(), StoreError>> {
        Box::pin(self.appender.probe())
    }

    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn is_local(&self) -> bool {
        true
    }

    fn risks(&self) -> &[String] {
        &self.risks
    }

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    fn release(&self) {
        drop(self.lock.lock().take());
    }
}
