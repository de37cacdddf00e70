//! The event stream in SQLite.

use super::identity::Identity;
use super::{Sqlite, unavailable};
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::{AppendError, Chunk, End, Fut, RawEvent, Sink, StoreError, StoredEvent, Stream, bound, has_nul};
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, Row, TransactionBehavior};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

/// The writer sends one append at a time; a second may be under way from an erasure.
const QUEUED_APPENDS: usize = 4;

/// The thread that appends.
pub(super) struct Appender {
    jobs: SyncSender<Job>,
}

enum Job {
    Append(Append),
    Probe(oneshot::Sender<Result<(), StoreError>>),
}

struct Append {
    expected: Position,
    overwrite: Vec<(Position, String)>,
    events: Vec<Chunk>,
    done: oneshot::Sender<Result<(), AppendError>>,
}

impl Appender {
    pub(super) fn start(mut connection: Connection, identity: Identity) -> Self {
        let (jobs, queue) = sync_channel::<Job>(QUEUED_APPENDS);
        // The thread ends when the store is dropped, and with it the queue's other end.
        std::thread::spawn(move || {
            while let Ok(job) = queue.recv() {
                // Where nobody waits any more, the outcome is in the stream all the same.
                match job {
                    Job::Append(job) => {
                        // Before the commit, so that nothing is written where it is lost; behind it, so that nothing of it is acknowledged.
                        let checked = || identity.check().map_err(AppendError::Failed);
                        let outcome = checked().and_then(|()| append(&mut connection, &job)).and_then(|()| checked());
                        let _ = job.done.send(outcome);
                    }
                    Job::Probe(done) => {
                        let _ = done.send(identity.check().and_then(|()| probe(&connection).map_err(unavailable)));
                    }
                }
            }
        });
        Self { jobs }
    }

    async fn run(&self, expected: Position, overwrite: Vec<(Position, String)>, events: Vec<Chunk>) -> Result<(), AppendError> {
        let (done, outcome) = oneshot::channel();
        self.jobs.send(Job::Append(Append { expected, overwrite, events, done })).map_err(|_| gone())?;
        outcome.await.map_err(|_| gone())?
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let (done, outcome) = oneshot::channel();
        self.jobs.send(Job::Probe(done)).map_err(|_| gone())?;
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

fn append(connection: &mut Connection, job: &Append) -> Result<(), AppendError> {
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => AppendError::Refused(error.to_string()),
        _ => AppendError::Failed(unavailable(error)),
    };
    // IMMEDIATE: the check of the last position and the insert see the same stream. Dropped without commit, it rolls back.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let last = last_position(&transaction).map_err(failed)?;
    if last != job.expected {
        return Err(AppendError::Conflict { expected: job.expected, last });
    }
    overwrite(&transaction, job).map_err(failed)?;
    {
        let insert = "INSERT INTO event (position, recorded_at, actor, batch, kind, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut insert = transaction.prepare_cached(insert).map_err(failed)?;
        for event in job.events.iter().flat_map(|chunk| chunk.iter()) {
            if has_nul(event) {
                return Err(AppendError::Refused(format!("the event at {} holds U+0000, which no database keeps", event.position)));
            }
            let position = bound(event.position);
            let batch: &[u8] = event.batch.0.as_bytes();
            insert.execute((position, event.recorded_at.0, &*event.actor, batch, &event.kind, &event.payload)).map_err(failed)?;
        }
    }
    transaction.commit().map_err(failed)
}

fn overwrite(connection: &Connection, job: &Append) -> rusqlite::Result<()> {
    let Some(first) = job.events.first().and_then(|chunk| chunk.first()).filter(|_| !job.overwrite.is_empty()) else { return Ok(()) };
    connection.execute("INSERT INTO erasure_gate (opened_by) VALUES (?1)", [first.batch.0.as_bytes()])?;
    let mut update = connection.prepare_cached("UPDATE event SET payload = ?2 WHERE position = ?1")?;
    for (position, payload) in &job.overwrite {
        update.execute((bound(*position), payload))?;
    }
    connection.execute("DELETE FROM erasure_gate", []).map(|_| ())
}

fn last_position(connection: &Connection) -> rusqlite::Result<Position> {
    connection.prepare_cached("SELECT COALESCE(MAX(position), 0) FROM event")?.query_row([], |row| Ok(Position(unsigned(row, 0)?)))
}

fn end(connection: &Connection) -> rusqlite::Result<End> {
    let mut end = End::NOTHING;
    let sql = format!("{COLUMNS} ORDER BY position DESC LIMIT 1");
    scan(connection, &sql, [], &mut |last: RawEvent<'_>| {
        end = End { position: last.position, recorded_at: last.recorded_at, batch: last.batch };
        ControlFlow::Break(())
    })?;
    Ok(end)
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

const COLUMNS: &str = "SELECT position, recorded_at, actor, batch, kind, payload FROM event";

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
    fn append(&self, expected: Position, events: Vec<Chunk>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.appender.run(expected, Vec::new(), events))
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        // A few microseconds in the page cache: not worth a thread.
        Box::pin(async { self.reading(end) })
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

    fn erase(&self, expected: Position, overwrite: Vec<(Position, String)>, events: Chunk) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.appender.run(expected, overwrite, vec![events]))
    }

    fn probe(&self) -> Fut<'_, Result<(), StoreError>> {
        Box::pin(self.appender.probe())
    }

    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    fn release(&self) {
        drop(self.lock.lock().take());
    }
}
