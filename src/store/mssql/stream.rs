//! The event stream in SQL Server.

use super::open::Manager;
use super::{ANSWERS_WITHIN, Client, DUPLICATE_KEY, Fault, Mssql, Work, code, connection, on_connection, unavailable, words};
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::pages::{BOX_ROWS, Boxes, Limit, Pages, drain};
use crate::store::{AppendError, Chunk, End, Fut, RawEvent, Rows, Sink, StoreError, StoredEvent, Stream, bound, has_nul};
use deadpool::managed::{Object, Pool};
use futures_util::TryStreamExt as _;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::time::Duration;
use tiberius::error::Error;
use tiberius::{Query, Row};
use time::OffsetDateTime;
use tokio::sync::watch;

/// One round trip: whoever has the lock reads where the stream ends, and inserts or not. What it answers is where the
/// stream ended. The key would settle a race, too; the lock spares the losers a rollback.
const APPEND: &str = "SET NOCOUNT ON; SET XACT_ABORT ON;
BEGIN TRY
    DECLARE @granted int, @last bigint;
    BEGIN TRANSACTION;
    EXEC @granted = sp_getapplock @Resource = N'tafel_append', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 4000;
    IF @granted < 0 THROW 51001, N'the stream is being appended to by somebody else, for too long', 1;
    SELECT @last = COALESCE(MAX(position), 0) FROM event;
    {long}
    IF @last = @P1
        INSERT INTO event (position, recorded_at, actor, batch, kind, payload)
        SELECT @P1 + new.n, t, a, b, k, {payload}
        FROM OPENJSON(@P2) WITH (n bigint '$.n', t datetimeoffset(7) '$.t', a nvarchar(4000) '$.a', b uniqueidentifier '$.b', k nvarchar(4000) '$.k', p nvarchar(max) '$.p' AS JSON) AS new {join};
    {overwrite}
    COMMIT TRANSACTION;
    SELECT @last;
END TRY
BEGIN CATCH
    IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH";
const OVERWRITE: &str = "IF @last = @P1
    BEGIN
        INSERT INTO erasure_gate (opened_by) VALUES (@P3);
        UPDATE event SET payload = {overwritten} FROM event JOIN OPENJSON(@P4) WITH (n bigint '$.n', p nvarchar(max) '$.p' AS JSON) AS new ON event.position = new.n {join};
        DELETE FROM erasure_gate;
    END";
const COLUMNS: &str = "position, recorded_at, actor, batch, kind, payload FROM event";
/// An append takes a second longer for so many events.
const EVENTS_PER_SECOND: u64 = 4_000;
/// What the database says of events that it will never take: a constraint, a null, a text too long, no JSON, no date.
const REFUSALS: [u32; 8] = [547, 515, 8152, 2628, 13609, 241, 245, 8114];

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

fn raw(row: &Row) -> Result<RawEvent<'_>, Error> {
    Ok(RawEvent {
        position: position(row, 0)?,
        recorded_at: timestamp(row, 1)?,
        actor: there(row.try_get(2)?)?,
        batch: BatchId(there(row.try_get(3)?)?),
        kind: there(row.try_get(4)?)?,
        payload: there(row.try_get(5)?)?,
    })
}

fn append_error(fault: Fault, expected: Position) -> AppendError {
    match &fault {
        // Somebody else's event has the position; where the stream ends is asked next.
        Fault::Database(error) if code(error).is_some_and(|code| DUPLICATE_KEY.contains(&code)) => {
            AppendError::Conflict { expected, last: expected }
        }
        Fault::Database(error) if code(error).is_some_and(|code| REFUSALS.contains(&code)) => AppendError::Refused(words(error)),
        _ => AppendError::Failed(unavailable(fault)),
    }
}

/// An event as the statement reads it.
#[derive(Serialize)]
struct New<'a> {
    n: u64,
    t: jiff::Timestamp,
    a: &'a str,
    b: uuid::Uuid,
    k: &'a str,
    p: &'a RawValue,
}

#[derive(Serialize)]
struct Old<'a> {
    n: u64,
    p: &'a RawValue,
}

/// What is longer travels beside the rows, in a JSON object of its own: Babelfish cuts a column of a JSON row off here.
const SHORT: usize = 4_000;

/// Payloads too long for their rows, by the number of the row, as a table of the statement that is called `name`.
struct Long<'a> {
    name: &'static str,
    texts: BTreeMap<u64, &'a RawValue>,
}

impl<'a> Long<'a> {
    fn new(name: &'static str) -> Self {
        Self { name, texts: BTreeMap::new() }
    }

    /// What the row is to hold of it.
    fn take(&mut self, n: u64, text: &'a str) -> Result<&'a RawValue, AppendError> {
        let refused = |error: serde_json::Error| AppendError::Refused(format!("the payload at {n} is no JSON: {error}"));
        let json = serde_json::from_str(text).map_err(refused)?;
        if text.len() <= SHORT || text.encode_utf16().count() <= SHORT {
            return Ok(json);
        }
        self.texts.insert(n, json);
        serde_json::from_str("{}").map_err(refused)
    }

    /// Fills the table from a parameter; joins the rows with it; and the payload, wherever it is. All is plain where none is long.
    fn sql(&self, parameter: usize) -> (String, String, String) {
        let name = self.name;
        if self.texts.is_empty() {
            return (String::new(), String::new(), "new.p".to_owned());
        }
        let filled = format!(
            "DECLARE @{name} TABLE (n bigint PRIMARY KEY, p nvarchar(max) NOT NULL);
    INSERT INTO @{name} (n, p) SELECT CAST([key] AS bigint), value FROM OPENJSON(@P{parameter});"
        );
        (filled, format!("LEFT JOIN @{name} AS {name} ON {name}.n = new.n"), format!("COALESCE({name}.p, new.p)"))
    }
}

/// A statement, and its parameters from the second on.
struct Statement {
    sql: String,
    heads: String,
    erasure: Option<(uuid::Uuid, String)>,
    long: Vec<String>,
}

impl Statement {
    fn of(events: &[Chunk], overwrite: &[(Position, String)]) -> Result<Self, AppendError> {
        let refused = |why: String| AppendError::Refused(why);
        let (mut news, mut long_news, mut long_olds) = (Vec::new(), Long::new("long_new"), Long::new("long_old"));
        for (n, event) in (1..).zip(events.iter().flat_map(|chunk| chunk.iter())) {
            if has_nul(event) {
                return Err(refused(format!("the event at {} holds U+0000, which no database keeps", event.position)));
            }
            let t = jiff::Timestamp::from_microsecond(event.recorded_at.0).map_err(|error| refused(error.to_string()))?;
            let p = long_news.take(n, &event.payload)?;
            news.push(New { n, t, a: &event.actor, b: event.batch.0, k: &event.kind, p });
        }
        let olds = overwrite.iter().map(|(position, text)| Ok(Old { n: position.0, p: long_olds.take(position.0, text)? }));
        let olds: Vec<Old<'_>> = olds.collect::<Result<_, AppendError>>()?;
        let json = |json: serde_json::Result<String>| json.map_err(|error| refused(error.to_string()));
        let gate = events.first().and_then(|chunk| chunk.first()).map(|event| event.batch.0).filter(|_| !overwrite.is_empty());
        let erasure = gate.map(|gate| Ok::<_, AppendError>((gate, json(serde_json::to_string(&olds))?))).transpose()?;
        let first = if erasure.is_some() { 5 } else { 3 };
        let (filled, join, payload) = long_news.sql(first);
        let (filled_olds, join_olds, overwritten) = long_olds.sql(first + usize::from(!long_news.texts.is_empty()));
        let overwriting = match erasure {
            Some(_) => OVERWRITE.replace("{overwritten}", &overwritten).replace("{join}", &join_olds),
            None => String::new(),
        };
        let sql = APPEND.replace("{long}", &(filled + &filled_olds)).replace("{payload}", &payload).replace("{join}", &join);
        let sql = sql.replace("{overwrite}", &overwriting);
        let long = [&long_news, &long_olds].into_iter().filter(|long| !long.texts.is_empty());
        let long = long.map(|long| json(serde_json::to_string(&long.texts))).collect::<Result<_, _>>()?;
        Ok(Self { sql, heads: json(serde_json::to_string(&news))?, erasure, long })
    }

    fn query(self, expected: Position) -> Query<'static> {
        let mut query = Query::new(self.sql);
        query.bind(bound(expected));
        query.bind(self.heads);
        if let Some((gate, olds)) = self.erasure {
            query.bind(gate);
            query.bind(olds);
        }
        for text in self.long {
            query.bind(text);
        }
        query
    }
}

async fn append(
    pool: Pool<Manager>,
    expected: Position,
    overwrite: Vec<(Position, String)>,
    events: Vec<Chunk>,
) -> Result<(), AppendError> {
    let count: u64 = events.iter().map(|chunk| chunk.len() as u64).sum();
    let within = ANSWERS_WITHIN + Duration::from_secs(count / EVENTS_PER_SECOND);
    let query = Statement::of(&events, &overwrite)?.query(expected);
    let appended = on_connection(&pool, within, move |client| {
        Box::pin(async move {
            let row = query.query(client).await?.into_row().await?;
            there(row.as_ref().map(|row| position(row, 0)).transpose()?)
        }) as Work<'_, Position>
    });
    match appended.await.map_err(|fault| append_error(fault, expected)) {
        Ok(last) if last == expected => Ok(()),
        Ok(last) => Err(AppendError::Conflict { expected, last }),
        Err(AppendError::Conflict { .. }) => {
            let end = on_connection(&pool, ANSWERS_WITHIN, |client| Box::pin(end(client))).await;
            Err(AppendError::Conflict { expected, last: end.map_err(|fault| AppendError::Failed(unavailable(fault)))?.position })
        }
        Err(error) => Err(error),
    }
}

async fn end(client: &mut Client) -> Result<End, Error> {
    let row =
        Query::new("SELECT TOP (1) position, recorded_at, batch FROM event ORDER BY position DESC").query(client).await?.into_row().await?;
    let Some(row) = row else { return Ok(End::NOTHING) };
    Ok(End { position: position(&row, 0)?, recorded_at: timestamp(&row, 1)?, batch: BatchId(there(row.try_get(2)?)?) })
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

/// Sends the pages in boxes, until there is no more or nobody takes them.
async fn read(pool: Pool<Manager>, mut pages: Pages, boxes: &Boxes) -> Result<(), Fault> {
    let mut client = connection(&pool).await?;
    let mut limit = Limit::first(pages);
    loop {
        let within = ANSWERS_WITHIN * 4;
        let page = tokio::time::timeout(within, read_page(&mut client, pages, limit.0, boxes)).await;
        match page {
            Ok(Ok(Some(last))) => pages.go_on_from(last),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => {
                drop(Object::take(client));
                return Err(Fault::Database(error));
            }
            Err(_) => {
                drop(Object::take(client));
                return Err(Fault::TooSlow(within));
            }
        }
        limit.grow();
    }
}

/// The position where the next page begins; `None` where there is none, or nobody wants it.
async fn read_page(client: &mut Client, pages: Pages, limit: i64, boxes: &Boxes) -> Result<Option<i64>, Error> {
    let (from, until) = pages.bounds();
    let mut query = Query::new(sql(pages));
    query.bind(from);
    query.bind(until);
    query.bind(limit);
    let mut rows = query.query(client).await?.into_row_stream();
    let (mut filling, mut count, mut last, mut is_wanted) = (Rows::default(), 0, from, true);
    // Read to its end even where nobody wants the rest: the connection could not be used again otherwise.
    while let Some(row) = rows.try_next().await? {
        let raw = raw(&row)?;
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
        Box::pin(self.runtime.spawn(async move { on_connection(&pool, ANSWERS_WITHIN, work).await.map_err(unavailable) }))
    }
}

impl Stream for Mssql {
    fn append(&self, expected: Position, events: Vec<Chunk>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.runtime.spawn(append(self.pool.clone(), expected, Vec::new(), events)))
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        self.ask(|client| Box::pin(end(client)))
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

    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.of_batch(batch, 1)?.pop())
    }

    fn erase(&self, expected: Position, overwrite: Vec<(Position, String)>, events: Chunk) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(self.runtime.spawn(append(self.pool.clone(), expected, overwrite, vec![events])))
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

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    fn release(&self) {}
}
