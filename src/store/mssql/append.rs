//! Appending to SQL Server: the statements that write, and what they refuse.

use super::connect::Manager;
use super::stream::{COLUMNS, RECORDS_PAGE, end, hash, position, raw, there};
use super::{ANSWERS_WITHIN, Client, DUPLICATE_KEY, Fault, Server, Work, code, on_connection, unavailable, words};
use crate::plan::{Position, Timestamp};
use crate::store::{self, Append, AppendError, End, Hash, Origin, Overwrite, Window, bound};
use deadpool::managed::Pool;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tiberius::Query;
use tiberius::error::Error;
use uuid::Uuid;

/// One round trip: whoever has the lock reads where the stream ends, and inserts or not. What it answers is where the
/// stream ended. The key would settle a race, too; the lock spares the losers a rollback.
const APPEND: &str = "SET NOCOUNT ON; SET XACT_ABORT ON;
BEGIN TRY
    DECLARE @granted int, @last bigint, @hash char(64), @clock bigint;
    BEGIN TRANSACTION;
    EXEC @granted = sp_getapplock @Resource = N'tafel_append', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 4000;
    IF @granted < 0 THROW 51001, N'the stream is being appended to by somebody else, for too long', 1;
    SELECT TOP (1) @last = position, @hash = hash FROM event ORDER BY position DESC;
    SET @last = COALESCE(@last, 0);
    {long}
    SET @clock = DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME());
    IF @last = @P1 AND (@hash = @P3 OR @last = 0) AND @clock >= @P4 AND @clock < @P5
        INSERT INTO event (position, recorded_at, actor, batch, kind, payload, schema_version, request, cause, trace, salt, digest, hash)
        SELECT @P1 + new.n, t, a, b, k, {payload}, v, r, c, tr, s, d, h
        FROM OPENJSON(@P2) WITH (n bigint '$.n', t datetimeoffset(7) '$.t', a nvarchar(4000) '$.a', b uniqueidentifier '$.b', k nvarchar(4000) '$.k', p nvarchar(max) '$.p', v smallint '$.v', r uniqueidentifier '$.r', c nvarchar(64) '$.c', tr uniqueidentifier '$.tr', s uniqueidentifier '$.s', d char(64) '$.d', h char(64) '$.h') AS new {join};
    {overwrite}
    COMMIT TRANSACTION;
    SELECT @last, @hash, @clock;
END TRY
BEGIN CATCH
    IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH";
const OVERWRITE: &str = "IF @last = @P1 AND (@hash = @P3 OR @last = 0) AND @clock >= @P4 AND @clock < @P5
    BEGIN
        INSERT INTO erasure_gate (opened_by) VALUES (@P6);
        UPDATE event SET payload = {overwritten}, salt = NULL, digest = new.d FROM event JOIN OPENJSON(@P7) WITH (n bigint '$.n', p nvarchar(max) '$.p', d char(64) '$.d') AS new ON event.position = new.n {join};
        DELETE FROM erasure_gate;
    END";
/// Chains a page of events. Whoever chains holds the same lock as whoever appends.
const CHAIN: &str = "SET NOCOUNT ON;
UPDATE event SET salt = new.s, hash = new.h FROM event JOIN OPENJSON(@P1) WITH (n bigint '$.n', s uniqueidentifier '$.s', h char(64) '$.h') AS new ON event.position = new.n;";
/// An append takes a second longer for so many events.
const EVENTS_PER_SECOND: u64 = 4_000;
/// What the database says of events that it will never take: a constraint, a null, a text too long, no JSON, no date.
const REFUSALS: [u32; 8] = [547, 515, 8152, 2628, 13609, 241, 245, 8114];
/// With change data capture, texts over `max text repl size` (64 KiB, unless set) are refused.
const TOO_LONG_TO_CAPTURE: u32 = 7139;

fn append_error(fault: Fault, expected: Position) -> AppendError {
    match &fault {
        // Somebody else's event has the position; where the stream ends is asked next.
        Fault::Database(error) if code(error).is_some_and(|code| DUPLICATE_KEY.contains(&code)) => {
            AppendError::Conflict { expected, last: expected }
        }
        Fault::Database(error) if code(error).is_some_and(|code| REFUSALS.contains(&code)) => AppendError::Refused(words(error)),
        Fault::Database(error) if code(error) == Some(TOO_LONG_TO_CAPTURE) => AppendError::Refused(format!(
            "{}. Change data capture is on: let it take texts of any length with EXEC sp_configure 'max text repl size', -1; RECONFIGURE",
            words(error)
        )),
        _ => AppendError::Failed(unavailable(fault)),
    }
}

/// An event as the statement reads it. The payload is a text within the JSON, so that it comes out letter for letter.
#[derive(Serialize)]
struct New<'a> {
    n: u64,
    t: jiff::Timestamp,
    a: &'a str,
    b: Uuid,
    k: &'a str,
    p: &'a str,
    v: u16,
    r: Option<Uuid>,
    c: Option<&'a str>,
    tr: Option<Uuid>,
    s: Option<Uuid>,
    d: Option<Hash>,
    h: Hash,
}

#[derive(Serialize)]
struct Old<'a> {
    n: u64,
    p: &'a str,
    d: Hash,
}

/// The link of an event that is chained later.
#[derive(Serialize)]
struct Link {
    n: i64,
    s: Uuid,
    h: Hash,
}

/// Babelfish leaves the escapes in the texts that it reads out of JSON. There are two kinds of them in a payload, which is JSON itself:
/// backslash and quote. What stands for a backslash meanwhile is a control character, which JSON does not hold.
const UNESCAPED: &str = "REPLACE(REPLACE(REPLACE({column}, N'\\\\', NCHAR(1)), N'\\\"', N'\"'), NCHAR(1), N'\\')";

/// What is longer travels beside the rows, in a JSON object of its own: Babelfish cuts a column of a JSON row off here.
const SHORT: usize = 4_000;

/// Payloads too long for their rows, by the number of the row, as a table of the statement that is called `name`.
struct Long<'a> {
    name: &'static str,
    server: Server,
    texts: BTreeMap<u64, &'a str>,
}

impl<'a> Long<'a> {
    fn new(name: &'static str, server: Server) -> Self {
        Self { name, server, texts: BTreeMap::new() }
    }

    /// What the row is to hold of it.
    fn take(&mut self, n: u64, text: &'a str) -> &'a str {
        if text.len() <= SHORT || text.encode_utf16().count() <= SHORT {
            return text;
        }
        self.texts.insert(n, text);
        "{}"
    }

    /// Fills the table from a parameter; joins the rows with it; and the payload, wherever it is. All is plain where none is long.
    fn sql(&self, parameter: usize) -> (String, String, String) {
        let name = self.name;
        let text = |column: &str| match self.server {
            Server::Microsoft => column.to_owned(),
            Server::Babelfish => UNESCAPED.replace("{column}", column),
        };
        if self.texts.is_empty() {
            return (String::new(), String::new(), text("new.p"));
        }
        let filled = format!(
            "DECLARE @{name} TABLE (n bigint PRIMARY KEY, p nvarchar(max) NOT NULL);
    INSERT INTO @{name} (n, p) SELECT CAST([key] AS bigint), {} FROM OPENJSON(@P{parameter});",
            text("value")
        );
        (filled, format!("LEFT JOIN @{name} AS {name} ON {name}.n = new.n"), format!("COALESCE({name}.p, {})", text("new.p")))
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
    fn of(append: &Append, overwrite: &[Overwrite], server: Server) -> Result<Self, AppendError> {
        append.check()?;
        let refused = |why: String| AppendError::Refused(why);
        let (mut news, mut long_news, mut long_olds) = (Vec::new(), Long::new("long_new", server), Long::new("long_old", server));
        for (n, (event, envelope)) in (1..).zip(append.rows()) {
            let Origin { request, cause, trace } = &envelope.origin;
            news.push(New {
                n,
                t: jiff::Timestamp::from_microsecond(event.recorded_at.0).map_err(|error| refused(error.to_string()))?,
                a: &event.actor,
                b: event.batch.0,
                k: &event.kind,
                p: long_news.take(n, &event.payload),
                v: envelope.schema_version,
                r: *request,
                c: cause.as_deref(),
                tr: *trace,
                s: envelope.salt,
                d: envelope.digest,
                h: envelope.hash,
            });
        }
        let olds = overwrite.iter().map(|Overwrite { position, payload, digest }| Old {
            n: position.0,
            p: long_olds.take(position.0, payload),
            d: *digest,
        });
        let olds: Vec<Old<'_>> = olds.collect();
        let json = |json: serde_json::Result<String>| json.map_err(|error| refused(error.to_string()));
        let gate = append.rows().next().map(|(event, _)| event.batch.0).filter(|_| !overwrite.is_empty());
        let erasure = gate.map(|gate| Ok::<_, AppendError>((gate, json(serde_json::to_string(&olds))?))).transpose()?;
        let first = if erasure.is_some() { 8 } else { 6 };
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

    fn query(self, behind: End, window: Window) -> Query<'static> {
        let mut query = Query::new(self.sql);
        query.bind(bound(behind.position));
        query.bind(self.heads);
        query.bind(behind.hash.map(|hash| hash.to_string()));
        query.bind(window.from.0);
        query.bind(window.until.0);
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

pub(super) async fn append(pool: Pool<Manager>, server: Server, overwrite: Vec<Overwrite>, append: Arc<Append>) -> Result<(), AppendError> {
    let expected = append.behind();
    let within = ANSWERS_WITHIN + Duration::from_secs(append.len() as u64 / EVENTS_PER_SECOND);
    let query = Statement::of(&append, &overwrite, server)?.query(expected, append.window());
    let appended = on_connection(&pool, within, move |client| {
        Box::pin(async move {
            let row = there(query.query(client).await?.into_row().await?)?;
            Ok((position(&row, 0)?, hash(&row, 1)?, Timestamp(there(row.try_get(2)?)?)))
        }) as Work<'_, (Position, Option<Hash>, Timestamp)>
    });
    match appended.await.map_err(|fault| append_error(fault, expected.position)) {
        Ok((last, hash, clock)) if last == expected.position && (last.0 == 0 || hash == expected.hash) => {
            if append.window().contains(clock) { Ok(()) } else { Err(AppendError::Untimely { clock }) }
        }
        Ok((last, ..)) => Err(AppendError::Conflict { expected: expected.position, last }),
        Err(AppendError::Conflict { .. }) => {
            let end = on_connection(&pool, ANSWERS_WITHIN, |client| Box::pin(end(client))).await;
            let last = end.map_err(|fault| AppendError::Failed(unavailable(fault)))?.position;
            Err(AppendError::Conflict { expected: expected.position, last })
        }
        Err(error) => Err(error),
    }
}

/// Chains what is at the end of the stream without a hash; answers how many events that were.
pub(super) async fn chain(client: &mut Client) -> Result<u64, Error> {
    if end(client).await?.hash.is_some() {
        return Ok(0);
    }
    // Told of an error, the server takes all of it back.
    client.simple_query("SET XACT_ABORT ON; BEGIN TRANSACTION").await?.into_results().await?;
    let chained = chain_all(client).await;
    let ending = if chained.is_ok() { "COMMIT TRANSACTION" } else { "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION" };
    client.simple_query(ending).await?.into_results().await?;
    chained
}

async fn chain_all(client: &mut Client) -> Result<u64, Error> {
    let lock = "DECLARE @granted int;
        EXEC @granted = sp_getapplock @Resource = N'tafel_append', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 30000;
        IF @granted < 0 THROW 51001, N'the stream is being appended to by somebody else, for too long', 1;";
    client.simple_query(lock).await?.into_results().await?;
    let chained = "SELECT TOP (1) position, hash FROM event WHERE hash IS NOT NULL ORDER BY position DESC";
    let chained = Query::new(chained).query(client).await?.into_row().await?;
    let (mut last, mut before) = match &chained {
        Some(row) => (bound(position(row, 0)?), there(hash(row, 1)?)?),
        None => (0, Hash::NOTHING),
    };
    let mut count = 0;
    loop {
        let mut query = Query::new(format!("SELECT TOP (@P2) {COLUMNS} WHERE position > @P1 ORDER BY position"));
        query.bind(last);
        query.bind(RECORDS_PAGE);
        let mut links = Vec::new();
        for row in query.query(client).await?.into_first_result().await? {
            let raw = raw(&row)?;
            let (salt, hash) = store::chain::link(before, raw);
            (last, before) = (bound(raw.position), hash);
            links.push(Link { n: last, s: salt, h: hash });
        }
        if links.is_empty() {
            return Ok(count);
        }
        count += links.len() as u64;
        let mut update = Query::new(CHAIN);
        update.bind(serde_json::to_string(&links).map_err(|error| Error::Conversion(error.to_string().into()))?);
        update.query(client).await?.into_results().await?;
    }
}
