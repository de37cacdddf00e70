//! The event stream in PostgreSQL.

use super::scan::{WHOLE_EVENTS, read, whole};
use super::{ANSWERS_WITHIN, Fault, Postgres, connection, on_connection, unavailable};
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::pages::{Boxes, Pages, drain, read_records};
use crate::store::{
    Append, AppendError, Columns, End, Envelope, Fut, Hash, Origin, Overwrite, RawEvent, Record, RecordSink, Sink, StoreError, StoredBatch,
    StoredEvent, Stream, bound, to_sha256,
};
use deadpool_postgres::{Object, Pool};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Error, Row};
use uuid::Uuid;

pub(super) const COLUMNS: &str = "SELECT position, recorded_at, actor, batch, kind, payload FROM event";
/// So many events are read with their envelopes, or chained, at a time.
pub(super) const RECORDS_PAGE: i64 = 5_000;
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

/// A hash out of the database, whose constraint says that it has that length.
pub(super) fn to_hash(bytes: &[u8]) -> Hash {
    Hash(to_sha256(bytes))
}

fn record(row: &Row) -> Result<Record, Error> {
    let event = raw(row)?.to_stored();
    let envelope = match row.try_get::<_, Option<&[u8]>>(12)? {
        None => None,
        Some(hash) => Some(Envelope {
            schema_version: row.try_get::<_, i16>(6)?.unsigned_abs(),
            origin: Origin {
                request: row.try_get(7)?,
                cause: row.try_get::<_, Option<String>>(8)?.map(Cow::Owned),
                trace: row.try_get(9)?,
            },
            salt: row.try_get(10)?,
            digest: row.try_get::<_, Option<&[u8]>>(11)?.map(to_hash),
            hash: to_hash(hash),
        }),
    };
    Ok(Record { event, envelope })
}

pub(super) async fn end(client: &Object) -> Result<End, Error> {
    end_with(client, &Columns::CHAINED).await
}

async fn end_with(client: &Object, columns: &Columns) -> Result<End, Error> {
    let sql = format!("SELECT position, recorded_at, {} FROM event ORDER BY position DESC LIMIT 1", columns.hash);
    let row = client.query_opt(&client.prepare_cached(&sql).await?, &[]).await?;
    row.map_or(Ok(End::NOTHING), |row| {
        let position = Position(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0));
        Ok(End { position, recorded_at: row.try_get(1)?, hash: row.try_get::<_, Option<&[u8]>>(2)?.map(to_hash) })
    })
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
    fn append(&self, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        self.erase(Vec::new(), append)
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        let columns = self.columns;
        let asking = move |pool: Pool| async move {
            let asked = on_connection(&pool, ANSWERS_WITHIN, |client| async move { end_with(&client, columns).await });
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

    fn batches(&self, batches: &[BatchId]) -> Result<HashMap<BatchId, StoredBatch>, StoreError> {
        let ids: Vec<Uuid> = batches.iter().map(|batch| batch.0).collect();
        let rows = self.run(move |client| async move {
            let sql =
                "SELECT position, recorded_at, actor, batch, kind, payload, request FROM event WHERE batch = ANY($1) ORDER BY position";
            let rows = client.query(&client.prepare_cached(sql).await?, &[&ids]).await?;
            rows.iter().map(|row| Ok((row.try_get(6)?, raw(row)?.to_stored()))).collect::<Result<Vec<_>, Error>>()
        })?;
        Ok(StoredBatch::gather(rows))
    }

    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.of_batch(batch, 1)?.pop())
    }

    fn scan_records(&self, after: Position, until: Position, sink: RecordSink<'_>) -> Result<(), StoreError> {
        let columns = self.columns;
        read_records(after, until, sink, |after, until| {
            self.run(move |client| async move {
                let sql = format!(
                    "SELECT position, recorded_at, actor, batch, kind, payload, {} FROM event
                     WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3",
                    columns.envelope
                );
                let rows = client.query(&client.prepare_cached(&sql).await?, &[&after, &until, &RECORDS_PAGE]).await?;
                rows.iter().map(record).collect()
            })
        })
    }

    fn request_of(&self, batch: BatchId) -> Result<Option<Uuid>, StoreError> {
        self.run(move |client| async move {
            let sql = "SELECT request FROM event WHERE batch = $1 ORDER BY position LIMIT 1";
            let row = client.query_opt(&client.prepare_cached(sql).await?, &[&batch.0]).await?;
            row.map_or(Ok(None), |row| row.try_get(0))
        })
    }

    fn chain(&self) -> Result<u64, StoreError> {
        let pool = self.pool.clone();
        self.runtime.wait(async move {
            let mut client = connection(&pool).await.map_err(unavailable)?;
            super::append::chain(&mut client).await.map_err(|error| unavailable(Fault::Database(error)))
        })
    }

    fn erase(&self, overwrite: Vec<Overwrite>, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.runtime.spawn(super::append::append(self.pool.clone(), self.tell.clone(), overwrite, append)))
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

    fn is_on_our_clock(&self) -> bool {
        self.server.is_here
    }

    fn risks(&self) -> &[String] {
        &self.risks
    }

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        Some(self.appended.clone())
    }

    fn release(&self) {}
}
