//! Appending to PostgreSQL: the statements that write, and what they refuse.

use super::stream::{COLUMNS, RECORDS_PAGE, end, instant, raw, to_hash};
use super::{ANSWERS_WITHIN, Fault, connection, unavailable};
use crate::plan::{Position, Timestamp};
use crate::store::{self, Append, AppendError, End, Hash, Overwrite, Window, bound};
use deadpool_postgres::{Object, Pool};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_postgres::Error;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

/// The values of an append, column by column behind the stream's end; the key settles who was first. The clock is read in a subquery
/// of its own, once: as a condition it would be read for each row, between the inserts.
const APPEND: &str = "INSERT INTO event
    (position, recorded_at, actor, batch, kind, payload, schema_version, request, cause, trace, salt, digest, hash)
    SELECT $1 + place, recorded_at, actor, batch, kind, payload::json, schema_version, request, cause, trace, salt, digest, hash
    FROM UNNEST($3::timestamptz[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::smallint[], $9::uuid[], $10::text[], $11::uuid[],
                $12::uuid[], $13::bytea[], $14::bytea[]) WITH ORDINALITY
         AS event (recorded_at, actor, batch, kind, payload, schema_version, request, cause, trace, salt, digest, hash, place)
    WHERE (($1, $2) = (SELECT position, hash FROM event ORDER BY position DESC LIMIT 1)
           OR ($1 = 0 AND NOT EXISTS (SELECT 1 FROM event)))
      AND (SELECT COALESCE(clock >= $15, true) AND COALESCE(clock < $16, true) FROM clock_timestamp() AS clock)";
/// Ends the transaction of a stream of rows, unless it is not the time for them: the division fails then.
const COMMIT_IN_TIME: &str = "SELECT 1 / (clock_timestamp() >= '{from}' AND clock_timestamp() < '{until}')::integer; COMMIT";
/// The same for many: what would be one large statement is streamed.
const COPY: &str = "COPY event (position, recorded_at, actor, batch, kind, payload, schema_version, request, cause, trace, salt, digest,
    hash) FROM STDIN BINARY";
/// From so many events on, streaming is faster.
const COPIED_EVENTS: u64 = 256;
/// Who chains holds this lock in its transaction: two would salt the same events differently.
const CHAIN_LOCK: i64 = 0x7461_6665_6c01;
/// An append takes a second longer for so many events.
const EVENTS_PER_SECOND: u64 = 5_000;

fn append_error(error: Error, expected: Position) -> AppendError {
    let refused = |code: &str| ["22", "23", "54"].iter().any(|class| code.starts_with(class));
    match error.code() {
        // Somebody else's event has the position, or it is not the time; where the stream ends is asked next.
        Some(&(SqlState::UNIQUE_VIOLATION | SqlState::DIVISION_BY_ZERO)) => AppendError::Conflict { expected, last: expected },
        Some(state) if refused(state.code()) => AppendError::Refused(super::words(&error)),
        _ => AppendError::Failed(unavailable(Fault::Database(error))),
    }
}

/// The values of an append, column by column.
#[derive(Default)]
struct Values<'a> {
    recorded_at: Vec<jiff::Timestamp>,
    actor: Vec<&'a str>,
    batch: Vec<Uuid>,
    kind: Vec<&'a str>,
    payload: Vec<&'a str>,
    schema_version: Vec<i16>,
    request: Vec<Option<Uuid>>,
    cause: Vec<Option<&'a str>>,
    trace: Vec<Option<Uuid>>,
    salt: Vec<Option<Uuid>>,
    digest: Vec<Option<&'a [u8]>>,
    hash: Vec<&'a [u8]>,
}

impl<'a> Values<'a> {
    fn of(append: &'a Append) -> Result<Self, AppendError> {
        append.check()?;
        let mut values = Self::default();
        for (event, envelope) in append.rows() {
            values.recorded_at.push(instant(event.recorded_at).map_err(|error| AppendError::Refused(error.to_string()))?);
            values.actor.push(&event.actor);
            values.batch.push(event.batch.0);
            values.kind.push(&event.kind);
            values.payload.push(&event.payload);
            values.schema_version.push(envelope.schema_version.cast_signed());
            values.request.push(envelope.origin.request);
            values.cause.push(envelope.origin.cause.as_deref());
            values.trace.push(envelope.origin.trace);
            values.salt.push(envelope.salt);
            values.digest.push(envelope.digest.as_ref().map(|digest| &digest.0[..]));
            values.hash.push(&envelope.hash.0);
        }
        Ok(values)
    }
}

/// Streams the events into the table, behind a look at where it ends. Nothing is ever taken away from the end of a stream, and
/// what somebody else adds in between has the first of these positions: the key settles that as well.
async fn copy(client: &Object, append: &Append) -> Result<(), AppendError> {
    let failed = |error| append_error(error, append.behind().position);
    if append.window() == Window::ALWAYS {
        return copy_rows(client, append).await;
    }
    let commit = commit_in_time(append.window())?;
    client.batch_execute("BEGIN").await.map_err(failed)?;
    let copied = match copy_rows(client, append).await {
        Ok(()) => client.batch_execute(&commit).await.map_err(failed),
        Err(error) => Err(error),
    };
    if copied.is_err() {
        client.batch_execute("ROLLBACK").await.map_err(failed)?;
    }
    copied
}

fn commit_in_time(window: Window) -> Result<String, AppendError> {
    let (from, until) = bounds(window)?;
    let or = |instant: Option<jiff::Timestamp>, infinity: &str| instant.map_or_else(|| infinity.to_owned(), |instant| instant.to_string());
    Ok(COMMIT_IN_TIME.replace("{from}", &or(from, "-infinity")).replace("{until}", &or(until, "infinity")))
}

/// The window's ends, as far as it has any.
fn bounds(window: Window) -> Result<(Option<jiff::Timestamp>, Option<jiff::Timestamp>), AppendError> {
    let bound = |end: Timestamp, none: Timestamp| {
        let end = (end != none).then(|| instant(end)).transpose();
        end.map_err(|error| AppendError::Refused(error.to_string()))
    };
    Ok((bound(window.from, Window::ALWAYS.from)?, bound(window.until, Window::ALWAYS.until)?))
}

async fn copy_rows(client: &Object, append: &Append) -> Result<(), AppendError> {
    let expected = append.behind();
    let failed = |error| append_error(error, expected.position);
    let values = Values::of(append)?;
    let end = end(client).await.map_err(failed)?;
    if (end.position, end.hash) != (expected.position, expected.hash) {
        return Err(AppendError::Conflict { expected: expected.position, last: end.position });
    }
    let statement = client.prepare_cached(COPY).await.map_err(failed)?;
    let sink = client.copy_in(&statement).await.map_err(failed)?;
    // Of json, the binary form is its text.
    let types = [
        Type::INT8,
        Type::TIMESTAMPTZ,
        Type::TEXT,
        Type::UUID,
        Type::TEXT,
        Type::TEXT,
        Type::INT2,
        Type::UUID,
        Type::TEXT,
        Type::UUID,
        Type::UUID,
        Type::BYTEA,
        Type::BYTEA,
    ];
    let mut rows = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    let mut position = bound(expected.position);
    for (at, recorded_at) in values.recorded_at.iter().enumerate() {
        position += 1;
        let row: [&(dyn ToSql + Sync); 13] = [
            &position,
            recorded_at,
            &values.actor[at],
            &values.batch[at],
            &values.kind[at],
            &values.payload[at],
            &values.schema_version[at],
            &values.request[at],
            &values.cause[at],
            &values.trace[at],
            &values.salt[at],
            &values.digest[at],
            &values.hash[at],
        ];
        rows.as_mut().write(&row).await.map_err(failed)?;
    }
    rows.finish().await.map_err(failed).map(drop)
}

/// Inserts, in whatever transaction the client is in.
async fn insert(client: &impl deadpool_postgres::GenericClient, append: &Append) -> Result<(), AppendError> {
    let values = Values::of(append)?;
    let expected = append.behind();
    let hash = expected.hash.as_ref().map(|hash| &hash.0[..]);
    let (from, until) = bounds(append.window())?;
    let parameters: [&(dyn ToSql + Sync); 16] = [
        &bound(expected.position),
        &hash,
        &values.recorded_at,
        &values.actor,
        &values.batch,
        &values.kind,
        &values.payload,
        &values.schema_version,
        &values.request,
        &values.cause,
        &values.trace,
        &values.salt,
        &values.digest,
        &values.hash,
        &from,
        &until,
    ];
    let failed = |error| append_error(error, expected.position);
    let statement = client.prepare_cached(APPEND).await.map_err(failed)?;
    // All or none: the subqueries are evaluated once.
    let written = client.execute(&statement, &parameters).await.map_err(failed)?;
    if written == append.len() as u64 {
        Ok(())
    } else {
        Err(AppendError::Conflict { expected: expected.position, last: expected.position })
    }
}

pub(super) async fn append(
    pool: Pool,
    tell: watch::Sender<u64>,
    overwrite: Vec<Overwrite>,
    append: Arc<Append>,
) -> Result<(), AppendError> {
    let (expected, count) = (append.behind().position, append.len() as u64);
    let within = ANSWERS_WITHIN + Duration::from_secs(count / EVENTS_PER_SECOND);
    let away = |fault| AppendError::Failed(unavailable(fault));
    let mut client = connection(&pool).await.map_err(away)?;
    let appending = async {
        if !overwrite.is_empty() {
            erase(&mut client, &overwrite, &append).await
        } else if count < COPIED_EVENTS {
            insert(&client, &append).await
        } else {
            copy(&client, &append).await
        }
    };
    match tokio::time::timeout(within, appending).await {
        Ok(Ok(())) => {
            tell.send_replace(expected.0 + count);
            Ok(())
        }
        Ok(Err(AppendError::Conflict { .. })) => {
            let asked = tokio::time::timeout(ANSWERS_WITHIN, why_not(&client, &append)).await;
            let Ok(asked) = asked else {
                // Not used again: it may be in a transaction.
                drop(Object::take(client));
                return Err(away(Fault::TooSlow(ANSWERS_WITHIN)));
            };
            Err(asked.map_err(|error| away(Fault::Database(error)))?)
        }
        Ok(Err(error)) => Err(error),
        Err(_) => {
            // Not used again: the statement may still be under way, and be carried out.
            drop(Object::take(client));
            Err(away(Fault::TooSlow(within)))
        }
    }
}

/// Why nothing was written: somebody was faster, or it is not the time.
async fn why_not(client: &Object, append: &Append) -> Result<AppendError, Error> {
    let behind = append.behind();
    let conflict = |end: End| AppendError::Conflict { expected: behind.position, last: end.position };
    let is_there = |end: End| end.hash.is_some() && (end.position, end.hash) == (behind.position, behind.hash);
    let found = end(client).await?;
    if !is_there(found) || append.window() == Window::ALWAYS {
        return Ok(conflict(found));
    }
    // An earlier try of ours may still be under way: only once nobody appends is it certain that it was the time.
    client.batch_execute("BEGIN; LOCK TABLE event IN SHARE MODE").await?;
    let found = async { Ok((end(client).await?, client.query_one("SELECT clock_timestamp()", &[]).await?.try_get(0)?)) }.await;
    client.batch_execute("ROLLBACK").await?;
    let (found, clock) = found?;
    Ok(if is_there(found) { AppendError::Untimely { clock } } else { conflict(found) })
}

async fn erase(client: &mut Object, overwrite: &[Overwrite], append: &Append) -> Result<(), AppendError> {
    let failed = |error| append_error(error, append.behind().position);
    let transaction = client.transaction().await.map_err(failed)?;
    insert(&transaction, append).await?;
    let gate: Option<Uuid> = append.rows().next().map(|(event, _)| event.batch.0);
    transaction.execute("INSERT INTO erasure_gate (opened_by) VALUES ($1)", &[&gate]).await.map_err(failed)?;
    let positions: Vec<i64> = overwrite.iter().map(|overwrite| bound(overwrite.position)).collect();
    let payloads: Vec<&str> = overwrite.iter().map(|overwrite| overwrite.payload.as_str()).collect();
    let digests: Vec<&[u8]> = overwrite.iter().map(|overwrite| &overwrite.digest.0[..]).collect();
    let update = "UPDATE event SET payload = new.payload::json, salt = NULL, digest = new.digest
                  FROM UNNEST($1::bigint[], $2::text[], $3::bytea[]) AS new (position, payload, digest)
                  WHERE event.position = new.position";
    transaction.execute(update, &[&positions, &payloads, &digests]).await.map_err(failed)?;
    transaction.execute("DELETE FROM erasure_gate", &[]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// Chains what is at the end of the stream without a hash; answers how many events that were.
pub(super) async fn chain(client: &mut Object) -> Result<u64, Error> {
    if end(client).await?.hash.is_some() {
        return Ok(0);
    }
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&CHAIN_LOCK]).await?;
    transaction.batch_execute("SET LOCAL statement_timeout = 0").await?;
    let chained = "SELECT position, hash FROM event WHERE hash IS NOT NULL ORDER BY position DESC LIMIT 1";
    let chained = transaction.query_opt(chained, &[]).await?;
    let (mut last, mut before) = match &chained {
        Some(row) => (row.try_get(0)?, to_hash(row.try_get(1)?)),
        None => (0_i64, Hash::NOTHING),
    };
    let page = transaction.prepare(&format!("{COLUMNS} WHERE position > $1 ORDER BY position LIMIT $2")).await?;
    let update = "UPDATE event SET salt = new.salt, hash = new.hash
                  FROM UNNEST($1::bigint[], $2::uuid[], $3::bytea[]) AS new (position, salt, hash) WHERE event.position = new.position";
    let update = transaction.prepare(update).await?;
    let mut count = 0;
    loop {
        let (mut positions, mut salts, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for row in transaction.query(&page, &[&last, &RECORDS_PAGE]).await? {
            let raw = raw(&row)?;
            let (salt, hash) = store::chain::link(before, raw);
            (last, before) = (bound(raw.position), hash);
            positions.push(last);
            salts.push(salt);
            hashes.push(hash.0.to_vec());
        }
        if positions.is_empty() {
            break;
        }
        count += transaction.execute(&update, &[&positions, &salts, &hashes]).await?;
    }
    transaction.commit().await?;
    Ok(count)
}
