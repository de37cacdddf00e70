//! The event stream in PostgreSQL.

use super::scan::{WHOLE_EVENTS, read, whole};
use super::{ANSWERS_WITHIN, Fault, Postgres, connection, on_connection, unavailable};
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::pages::{Boxes, Pages, drain};
use crate::store::{AppendError, Chunk, End, Fut, RawEvent, Sink, StoreError, StoredEvent, Stream, bound, has_nul};
use deadpool_postgres::{Object, Pool};
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Error, Row};
use uuid::Uuid;

/// Positions follow from the row's place, so there can be no gap; the key settles who was first.
const APPEND: &str = "INSERT INTO event (position, recorded_at, actor, batch, kind, payload)
    SELECT $1 + place, recorded_at, actor, batch, kind, payload::json
    FROM UNNEST($2::timestamptz[], $3::text[], $4::uuid[], $5::text[], $6::text[]) WITH ORDINALITY
         AS event (recorded_at, actor, batch, kind, payload, place)
    WHERE $1 = (SELECT COALESCE(MAX(position), 0) FROM event)";
/// The same for many: what would be one large statement is streamed.
const COPY: &str = "COPY event (position, recorded_at, actor, batch, kind, payload) FROM STDIN BINARY";
/// From so many events on, streaming is faster.
const COPIED_EVENTS: u64 = 256;
const LAST: &str = "SELECT position, recorded_at, batch FROM event ORDER BY position DESC LIMIT 1";
pub(super) const COLUMNS: &str = "SELECT position, recorded_at, actor, batch, kind, payload FROM event";
/// An append takes a second longer for so many events.
const EVENTS_PER_SECOND: u64 = 5_000;

impl<'a> FromSql<'a> for Timestamp {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        jiff::Timestamp::from_sql(ty, raw).map(|instant| Self(instant.as_microsecond()))
    }

    fn accepts(ty: &Type) -> bool {
        <jiff::Timestamp as FromSql>::accepts(ty)
    }
}

/// # Errors
/// The year is beyond 9999.
pub(super) fn instant(timestamp: Timestamp) -> Result<jiff::Timestamp, jiff::Error> {
    jiff::Timestamp::from_microsecond(timestamp.0)
}

/// A value as its bytes: of json, whose text is all that is wanted of it.
struct Plain<'a>(&'a str);

impl<'a> FromSql<'a> for Plain<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::TEXT)
    }
}

pub(super) fn raw(row: &Row) -> Result<RawEvent<'_>, Error> {
    Ok(RawEvent {
        position: Position(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0)),
        recorded_at: row.try_get(1)?,
        actor: row.try_get(2)?,
        batch: BatchId(row.try_get(3)?),
        kind: row.try_get(4)?,
        payload: row.try_get::<_, Plain<'_>>(5)?.0,
    })
}

fn append_error(error: Error, expected: Position) -> AppendError {
    let refused = |code: &str| ["22", "23", "54"].iter().any(|class| code.starts_with(class));
    match error.code() {
        // Somebody else's event has the position; where the stream ends is asked next.
        Some(&SqlState::UNIQUE_VIOLATION) => AppendError::Conflict { expected, last: expected },
        Some(state) if refused(state.code()) => AppendError::Refused(super::words(&error)),
        _ => AppendError::Failed(unavailable(Fault::Database(error))),
    }
}

async fn end(client: &Object) -> Result<End, Error> {
    let row = client.query_opt(&client.prepare_cached(LAST).await?, &[]).await?;
    row.map_or(Ok(End::NOTHING), |row| {
        let position = Position(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0));
        Ok(End { position, recorded_at: row.try_get(1)?, batch: BatchId(row.try_get(2)?) })
    })
}

/// The values of an append, column by column.
#[derive(Default)]
struct Values<'a> {
    recorded_at: Vec<jiff::Timestamp>,
    actor: Vec<&'a str>,
    batch: Vec<Uuid>,
    kind: Vec<&'a str>,
    payload: Vec<&'a str>,
}

impl<'a> Values<'a> {
    fn of(events: &'a [Chunk]) -> Result<Self, AppendError> {
        let mut values = Self::default();
        for event in events.iter().flat_map(|chunk| chunk.iter()) {
            if has_nul(event) {
                return Err(AppendError::Refused(format!("the event at {} holds U+0000, which no database keeps", event.position)));
            }
            values.recorded_at.push(instant(event.recorded_at).map_err(|error| AppendError::Refused(error.to_string()))?);
            values.actor.push(&event.actor);
            values.batch.push(event.batch.0);
            values.kind.push(&event.kind);
            values.payload.push(&event.payload);
        }
        Ok(values)
    }
}

/// Streams the events into the table, behind a look at where it ends. Nothing is ever taken away from the end of a stream, and
/// what somebody else adds in between has the first of these positions: the key settles that as well.
async fn copy(client: &Object, expected: Position, events: &[Chunk]) -> Result<(), AppendError> {
    let failed = |error| append_error(error, expected);
    let values = Values::of(events)?;
    if end(client).await.map_err(failed)?.position != expected {
        return Err(AppendError::Conflict { expected, last: expected });
    }
    let statement = client.prepare_cached(COPY).await.map_err(failed)?;
    let sink = client.copy_in(&statement).await.map_err(failed)?;
    // Of json, the binary form is its text.
    let types = [Type::INT8, Type::TIMESTAMPTZ, Type::TEXT, Type::UUID, Type::TEXT, Type::TEXT];
    let mut rows = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    let mut position = bound(expected);
    for (at, recorded_at) in values.recorded_at.iter().enumerate() {
        position += 1;
        let row: [&(dyn ToSql + Sync); 6] =
            [&position, recorded_at, &values.actor[at], &values.batch[at], &values.kind[at], &values.payload[at]];
        rows.as_mut().write(&row).await.map_err(failed)?;
    }
    rows.finish().await.map_err(failed).map(drop)
}

/// Inserts, in whatever transaction the client is in.
async fn insert(client: &impl deadpool_postgres::GenericClient, expected: Position, events: &[Chunk]) -> Result<(), AppendError> {
    let values = Values::of(events)?;
    let Values { recorded_at, actor, batch, kind, payload } = &values;
    let parameters: [&(dyn ToSql + Sync); 6] = [&bound(expected), recorded_at, actor, batch, kind, payload];
    let failed = |error| append_error(error, expected);
    let statement = client.prepare_cached(APPEND).await.map_err(failed)?;
    match client.execute(&statement, &parameters).await.map_err(failed)? {
        0 if !recorded_at.is_empty() => Err(AppendError::Conflict { expected, last: expected }),
        _ => Ok(()),
    }
}

async fn append(
    pool: Pool,
    tell: watch::Sender<u64>,
    expected: Position,
    overwrite: Vec<(Position, String)>,
    events: Vec<Chunk>,
) -> Result<(), AppendError> {
    let count: u64 = events.iter().map(|chunk| chunk.len() as u64).sum();
    let within = ANSWERS_WITHIN + Duration::from_secs(count / EVENTS_PER_SECOND);
    let away = |fault| AppendError::Failed(unavailable(fault));
    let mut client = connection(&pool).await.map_err(away)?;
    let appending = async {
        if !overwrite.is_empty() {
            erase(&mut client, expected, &overwrite, &events).await
        } else if count < COPIED_EVENTS {
            insert(&client, expected, &events).await
        } else {
            copy(&client, expected, &events).await
        }
    };
    match tokio::time::timeout(within, appending).await {
        Ok(Ok(())) => {
            tell.send_replace(expected.0 + count);
            Ok(())
        }
        Ok(Err(AppendError::Conflict { .. })) => {
            let asked = tokio::time::timeout(ANSWERS_WITHIN, end(&client)).await;
            let last = asked.map_err(|_| away(Fault::TooSlow(ANSWERS_WITHIN)))?.map_err(|error| away(Fault::Database(error)))?;
            Err(AppendError::Conflict { expected, last: last.position })
        }
        Ok(Err(error)) => Err(error),
        Err(_) => {
            // Not used again: the statement may still be under way, and be carried out.
            drop(Object::take(client));
            Err(away(Fault::TooSlow(within)))
        }
    }
}

async fn erase(client: &mut Object, expected: Position, overwrite: &[(Position, String)], events: &[Chunk]) -> Result<(), AppendError> {
    let failed = |error| append_error(error, expected);
    let transaction = client.transaction().await.map_err(failed)?;
    insert(&transaction, expected, events).await?;
    let gate: Option<Uuid> = events.first().and_then(|chunk| chunk.first()).map(|event| event.batch.0);
    transaction.execute("INSERT INTO erasure_gate (opened_by) VALUES ($1)", &[&gate]).await.map_err(failed)?;
    let (positions, payloads): (Vec<i64>, Vec<&str>) =
        overwrite.iter().map(|(position, payload)| (bound(*position), payload.as_str())).unzip();
    let update = "UPDATE event SET payload = new.payload::json FROM UNNEST($1::bigint[], $2::text[]) AS new (position, payload)
                  WHERE event.position = new.position";
    transaction.execute(update, &[&positions, &payloads]).await.map_err(failed)?;
    transaction.execute("DELETE FROM erasure_gate", &[]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

impl Postgres {
    fn scan_pages(&self, pages: Pages, sink: Sink<'_>) -> Result<(), StoreError> {
        if let Pages::Forward { after, until } = pages
            && until.saturating_sub(after) > WHOLE_EVENTS
        {
            return whole(&self.server, after, until, sink);
        }
        let (boxes, filled) = Boxes::new();
        let pool = self.pool.clone();
        self.runtime.handle()?.spawn(async move {
            if let Err(fault) = read(pool, pages, &boxes).await {
                boxes.fail(unavailable(fault));
            }
        });
        drain(filled, sink)
    }

    fn of_batch(&self, batch: BatchId, limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
        self.run(move |client| async move {
            let sql = format!("{COLUMNS} WHERE batch = $1 ORDER BY position LIMIT $2");
            let rows = client.query(&client.prepare_cached(&sql).await?, &[&batch.0, &limit]).await?;
            rows.iter().map(|row| raw(row).map(RawEvent::to_stored)).collect()
        })
    }
}

impl Stream for Postgres {
    fn append(&self, expected: Position, events: Vec<Chunk>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.runtime.spawn(append(self.pool.clone(), self.tell.clone(), expected, Vec::new(), events)))
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        let asking = |pool: Pool| async move {
            let asked = on_connection(&pool, ANSWERS_WITHIN, |client| async move { end(&client).await });
            asked.await.map_err(unavailable)
        };
        Box::pin(self.runtime.spawn(asking(self.pool.clone())))
    }

    fn scan(&self, after: Position, until: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        self.scan_pages(Pages::Forward { after: bound(after), until: bound(until) }, sink)
    }

    fn scan_back(&self, before: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        self.scan_pages(Pages::Back { before: bound(before) }, sink)
    }

    fn scan_validity(&self, sink: Sink<'_>) -> Result<(), StoreError> {
        self.scan_pages(Pages::Validity { after: 0 }, sink)
    }

    fn batch(&self, batch: BatchId) -> Result<Vec<StoredEvent>, StoreError> {
        self.of_batch(batch, i64::MAX)
    }

    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.of_batch(batch, 1)?.pop())
    }

    fn erase(&self, expected: Position, overwrite: Vec<(Position, String)>, events: Chunk) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.runtime.spawn(append(self.pool.clone(), self.tell.clone(), expected, overwrite, vec![events])))
    }

    fn probe(&self) -> Fut<'_, Result<(), StoreError>> {
        // A transaction that has an id is written to the log.
        let sql = "WITH gate AS (DELETE FROM erasure_gate WHERE false) SELECT pg_current_xact_id()";
        let asking = move |pool: Pool| async move {
            on_connection(&pool, ANSWERS_WITHIN, |client| async move { client.batch_execute(sql).await }).await.map_err(unavailable)
        };
        Box::pin(self.runtime.spawn(asking(self.pool.clone())))
    }

    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>> {
        let asking = |pool: Pool| async move {
            let asked =
                on_connection(&pool, ANSWERS_WITHIN, |client| async move { client.query_one("SELECT clock_timestamp()", &[]).await });
            let row = asked.await.map_err(unavailable)?;
            row.try_get(0).map(Some).map_err(|error| unavailable(Fault::Database(error)))
        };
        Box::pin(self.runtime.spawn(asking(self.pool.clone())))
    }

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        Some(self.appended.clone())
    }

    fn release(&self) {}
}
