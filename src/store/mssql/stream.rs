//! The event stream in SQL Server.

use super::connect::Manager;
use super::{ANSWERS_WITHIN, Client, Fault, Mssql, Work, connection, unavailable, with_retry};
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::pages::{BOX_ROWS, Boxes, Limit, Pages, drain, next_row, read_records};
use crate::store::{
    Append, AppendError, Columns, End, Envelope, Fut, Hash, Origin, Overwrite, RawEvent, Record, RecordSink, Rows, Sink, StoreError,
    StoredBatch, StoredEvent, Stream, bound,
};
use deadpool::managed::{Object, Pool};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tiberius::error::Error;
use tiberius::{Query, Row};
use time::OffsetDateTime;
use tokio::sync::watch;
use uuid::Uuid;

/// So many events are read with their envelopes, or chained, at a time.
pub(super) const RECORDS_PAGE: i64 = 2_000;
pub(super) const COLUMNS: &str = "position, recorded_at, actor, batch, kind, payload FROM event";
pub(super) fn instant(timestamp: Timestamp) -> OffsetDateTime {
    // Those of our own making are all within the calendar.
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(timestamp.0) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A value that the table says is there.
pub(super) fn there<T>(value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::Conversion("a column is NULL that must not be".into()))
}

pub(super) fn timestamp(row: &Row, column: usize) -> Result<Timestamp, Error> {
    let nanoseconds = there(row.try_get::<OffsetDateTime, _>(column)?)?.unix_timestamp_nanos();
    Ok(Timestamp(i64::try_from(nanoseconds.div_euclid(1_000)).unwrap_or(i64::MAX)))
}

pub(super) fn position(row: &Row, column: usize) -> Result<Position, Error> {
    Ok(Position(u64::try_from(there(row.try_get::<i64, _>(column)?)?).unwrap_or(0)))
}

pub(super) fn raw(row: &Row) -> Result<RawEvent<'_>, Error> {
    Ok(RawEvent {
        position: position(row, 0)?,
        recorded_at: timestamp(row, 1)?,
        actor: there(row.try_get(2)?)?,
        batch: BatchId(there(row.try_get(3)?)?),
        kind: there(row.try_get(4)?)?,
        payload: there(row.try_get(5)?)?,
    })
}

pub(super) fn hash(row: &Row, column: usize) -> Result<Option<Hash>, Error> {
    let text = row.try_get::<&str, _>(column)?;
    text.map(|text| Hash::parse(text).map_err(|why| Error::Conversion(why.into()))).transpose()
}

fn record(row: &Row) -> Result<Record, Error> {
    let envelope = match hash(row, 12)? {
        None => None,
        Some(hash_of_it) => Some(Envelope {
            schema_version: there(row.try_get::<i16, _>(6)?)?.unsigned_abs(),
            origin: Origin {
                request: row.try_get(7)?,
                cause: row.try_get::<&str, _>(8)?.map(|cause| Cow::Owned(cause.to_owned())),
                trace: row.try_get(9)?,
            },
            salt: row.try_get(10)?,
            digest: hash(row, 11)?,
            hash: hash_of_it,
        }),
    };
    Ok(Record { event: raw(row)?.to_stored(), envelope })
}

pub(super) async fn end(client: &mut Client) -> Result<End, Error> {
    end_with(client, &Columns::CHAINED).await
}

async fn end_with(client: &mut Client, columns: &Columns) -> Result<End, Error> {
    let sql = format!("SELECT TOP (1) position, recorded_at, {} FROM event ORDER BY position DESC", columns.hash);
    let row = Query::new(sql).query(client).await?.into_row().await?;
    let Some(row) = row else { return Ok(End::NOTHING) };
    Ok(End { position: position(&row, 0)?, recorded_at: timestamp(&row, 1)?, hash: hash(&row, 2)? })
}

fn sql(pages: Pages) -> String {
    let rest = match pages {
        Pages::Forward { .. } => "position > @P1 AND position <= @P2 ORDER BY position",
        Pages::Back { .. } => "position < @P1 AND position <= @P2 ORDER BY position DESC",
        Pages::Validity { .. } => {
            "kind IN (N'batch_retracted', N'batch_reinstated') AND position > @P1 AND position <= @P2 ORDER BY position"
        }
    };
    format!("SELECT TOP (@P3) {COLUMNS} WHERE {rest}")
}

/// A page may take longer than a small question.
const PAGE_WITHIN: Duration = Duration::from_secs(4 * ANSWERS_WITHIN.as_secs());

/// Sends the pages in boxes, until there is no more or nobody takes them.
async fn read(pool: Pool<Manager>, mut pages: Pages, boxes: &Boxes) -> Result<(), Fault> {
    let mut client = connection(&pool).await?;
    let mut limit = Limit::first(pages);
    loop {
        match read_page(&mut client, pages, limit.0, boxes).await {
            Ok(Some(last)) => pages.go_on_from(last),
            Ok(None) => return Ok(()),
            Err(fault) => {
                drop(Object::take(client));
                return Err(fault);
            }
        }
        limit.grow();
    }
}

/// The position where the next page begins; `None` where there is none, or nobody wants it.
async fn read_page(client: &mut Client, pages: Pages, limit: i64, boxes: &Boxes) -> Result<Option<i64>, Fault> {
    let too_slow = |_| Fault::TooSlow(PAGE_WITHIN);
    let (from, until) = pages.bounds();
    let mut query = Query::new(sql(pages));
    query.bind(from);
    query.bind(until);
    query.bind(limit);
    let answered = tokio::time::timeout(PAGE_WITHIN, query.query(client)).await.map_err(too_slow)?;
    let mut rows = answered.map_err(Fault::Database)?.into_row_stream();
    let (mut filling, mut count, mut last, mut is_wanted) = (Rows::default(), 0, from, true);
    // Read to its end even where nobody wants the rest: the connection could not be used again otherwise.
    while let Some(row) = next_row(&mut rows, PAGE_WITHIN).await.map_err(too_slow)?.map_err(Fault::Database)? {
        let raw = raw(&row).map_err(Fault::Database)?;
        (count, last) = (count + 1, bound(raw.position));
        filling.push(raw);
        if filling.len() == BOX_ROWS {
            is_wanted = is_wanted && boxes.hand_over(std::mem::take(&mut filling));
        }
    }
    is_wanted = is_wanted && (filling.is_empty() || boxes.hand_over(filling));
    Ok((is_wanted && count == limit).then_some(last))
}

impl Mssql {
    fn scan_pages(&self, pages: Pages, sink: Sink<'_>) -> Result<(), StoreError> {
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
        self.run(move |client| {
            Box::pin(async move {
                let mut query = Query::new(format!("SELECT TOP (@P2) {COLUMNS} WHERE batch = @P1 ORDER BY position"));
                query.bind(batch.0);
                query.bind(limit);
                let rows = query.query(client).await?.into_first_result().await?;
                rows.iter().map(|row| raw(row).map(RawEvent::to_stored)).collect()
            })
        })
    }

    /// Asks something small, for somebody who awaits it.
    fn ask<T: Send + 'static>(&self, work: for<'c> fn(&'c mut Client) -> Work<'c, T>) -> Fut<'_, Result<T, StoreError>> {
        let pool = self.pool.clone();
        Box::pin(self.runtime.spawn(async move { with_retry(&pool, work).await.map_err(unavailable) }))
    }
}

impl Stream for Mssql {
    fn append(&self, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        self.erase(Vec::new(), append)
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        let (pool, columns) = (self.pool.clone(), self.columns);
        Box::pin(
            self.runtime
                .spawn(async move { with_retry(&pool, move |client| Box::pin(end_with(client, columns))).await.map_err(unavailable) }),
        )
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
        self.of_batch(batch, i64::from(i32::MAX))
    }

    fn batches(&self, batches: &[BatchId]) -> Result<HashMap<BatchId, StoredBatch>, StoreError> {
        let ids: Vec<Uuid> = batches.iter().map(|batch| batch.0).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        let rows = self.run(move |client| {
            Box::pin(async move {
                let mut query = Query::new(
                    "SELECT position, recorded_at, actor, batch, kind, payload, request FROM event
                     WHERE batch IN (SELECT CAST(value AS uniqueidentifier) FROM OPENJSON(@P1)) ORDER BY position",
                );
                query.bind(ids);
                let rows = query.query(client).await?.into_first_result().await?;
                rows.iter().map(|row| Ok((row.try_get(6)?, raw(row)?.to_stored()))).collect::<Result<Vec<_>, Error>>()
            })
        })?;
        Ok(StoredBatch::gather(rows))
    }

    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.of_batch(batch, 1)?.pop())
    }

    fn scan_records(&self, after: Position, until: Position, sink: RecordSink<'_>) -> Result<(), StoreError> {
        let columns = self.columns;
        read_records(after, until, sink, |after, until| {
            self.run(move |client| {
                Box::pin(async move {
                    let mut query = Query::new(format!(
                        "SELECT TOP (@P3) position, recorded_at, actor, batch, kind, payload, {} FROM event
                         WHERE position > @P1 AND position <= @P2 ORDER BY position",
                        columns.envelope
                    ));
                    query.bind(after);
                    query.bind(until);
                    query.bind(RECORDS_PAGE);
                    query.query(client).await?.into_first_result().await?.iter().map(record).collect()
                })
            })
        })
    }

    fn request_of(&self, batch: BatchId) -> Result<Option<Uuid>, StoreError> {
        self.run(move |client| {
            Box::pin(async move {
                let mut query = Query::new("SELECT TOP (1) request FROM event WHERE batch = @P1 ORDER BY position");
                query.bind(batch.0);
                let row = query.query(client).await?.into_row().await?;
                row.map_or(Ok(None), |row| row.try_get(0))
            })
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
        Box::pin(self.runtime.spawn(super::append::append(self.pool.clone(), self.server, overwrite, append)))
    }

    fn probe(&self) -> Fut<'_, Result<(), StoreError>> {
        self.ask(|client| {
            Box::pin(async move {
                // A database that cannot be written to refuses it, though there is nothing to delete.
                client.simple_query("DELETE FROM erasure_gate").await?.into_results().await.map(|_| ())
            })
        })
    }

    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>> {
        self.ask(|client| {
            Box::pin(async move {
                let row = client.simple_query("SELECT SYSDATETIMEOFFSET()").await?.into_row().await?;
                row.as_ref().map(|row| timestamp(row, 0)).transpose()
            })
        })
    }

    fn risks(&self) -> &[String] {
        &self.risks
    }

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    fn release(&self) {}
}
