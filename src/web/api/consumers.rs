//! Named consumers: other programs that read the stream, each from where it has come to.

use super::commands::EventJson;
use super::{json, parse};
use crate::ledger::{Failure, Ledger, blocking, now};
use crate::plan::{Position, Timestamp};
use crate::store::{Ahead, Consumer, Page};
use crate::web::auth::Caller;
use crate::web::problem::{Kind, Problem};
use crate::web::{App, Request as _};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use metrics::gauge;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const LIMIT: u64 = 1_000;
const LIMIT_MAX: u64 = 10_000;
const WAIT_SECONDS_MAX: u64 = 30;
/// How long it is waited for what another instance has appended.
const CATCHES_UP_WITHIN: Duration = Duration::from_secs(5);
/// For so many names it is remembered what was read ahead.
const READERS: usize = 64;

/// What was read ahead for whom.
#[derive(Default)]
pub(crate) struct Readers {
    ahead: Mutex<HashMap<String, Arc<Mutex<Ahead>>>>,
}

impl Readers {
    fn of(&self, name: &str) -> Arc<Mutex<Ahead>> {
        let mut ahead = self.ahead.lock();
        if ahead.len() >= READERS && !ahead.contains_key(name) {
            ahead.clear();
        }
        ahead.entry(name.to_owned()).or_default().clone()
    }
}

/// The events behind a consumer's position.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsumerPage<'a> {
    events: Vec<EventJson<'a>>,
    /// Where the stream ends by now.
    last: Position,
    /// Which life of the stream it is: empty in the first, another one after each restore.
    incarnation: &'a str,
}

/// How far a consumer has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsumerState {
    name: String,
    position: Position,
    /// Events that are still to be read.
    lag: u64,
    /// Who moved it there; null for a name that nobody has moved yet.
    moved_by: Option<String>,
    moved_at: Option<Timestamp>,
    /// The life of the stream in which it was moved last: where that is another one than `Tafel-Position` says, its position may mean
    /// another event by now.
    incarnation: String,
}

/// Where a consumer is to stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    position: u64,
    /// Where it must stand for that: one reader per name notices another.
    expected: Option<u64>,
}

fn name_in_path(name: String) -> Result<String, Problem> {
    let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if (1..=64).contains(&name.len()) && name.chars().all(is_known) {
        return Ok(name);
    }
    Err(Problem::bad_request("A consumer's name is of a to z, 0 to 9, _ and -, at most 64 of them."))
}

/// Moves the consumer, unless that is beyond the end or it stands elsewhere than expected.
async fn move_to(app: &App, caller: &Caller, name: &str, position: Position, expected: Option<Position>) -> Result<(), Problem> {
    let ledger = app.ledger()?;
    let mut last = ledger.snapshot().plan.position;
    if position > last {
        // What another instance has shown may not have been read here yet.
        let end = ledger.store().end().await.map_err(Failure::from)?;
        if position <= end.position {
            ledger.wait_for(position, CATCHES_UP_WITHIN).await;
        }
        last = ledger.snapshot().plan.position.max(end.position);
    }
    if position > last {
        let detail = format!("The stream ends at {last}; nobody has read {position}.");
        return Err(Problem::new(Kind::BeyondTheEnd, detail));
    }
    let to = Consumer {
        name: name.to_owned(),
        position,
        moved_by: caller.actor.to_string(),
        moved_at: now(),
        incarnation: ledger.incarnation().to_owned(),
    };
    let store = ledger.store().clone();
    let moved = blocking(move || store.move_consumer(&to, expected)).await?.map_err(Failure::from)?;
    if !moved {
        let detail = "Another reader of this name has moved it. Ask where it stands, and read on from there.";
        return Err(Problem::new(Kind::MovedElsewhere, detail));
    }
    show(name, position, last);
    Ok(())
}

fn show(name: &str, position: Position, last: Position) {
    gauge!("tafel_consumer_position", "name" => name.to_owned()).set(position.0 as f64);
    gauge!("tafel_consumer_lag", "name" => name.to_owned()).set(last.0.saturating_sub(position.0) as f64);
}

/// Shows how far all of them have come. A store that is away leaves what was shown last.
pub(crate) async fn show_all(ledger: &Ledger) {
    let store = ledger.store().clone();
    let last = ledger.snapshot().plan.position;
    if let Ok(Ok(consumers)) = blocking(move || store.consumers()).await {
        for consumer in &consumers {
            show(&consumer.name, consumer.position, last);
        }
    }
}

async fn stands_at(ledger: &Ledger, name: &str) -> Result<Option<Consumer>, Problem> {
    let (store, name) = (ledger.store().clone(), name.to_owned());
    Ok(blocking(move || store.consumer(&name)).await?.map_err(Failure::from)?)
}

/// What it has read, it may have read of another life of the stream.
fn is_of_this_life(ledger: &Ledger, consumer: &Consumer) -> Result<(), Problem> {
    if consumer.incarnation == ledger.incarnation() {
        return Ok(());
    }
    let detail = format!(
        "It was moved to {} before the restore: events up to there may be others by now. Compare what you have, then PUT the position from \
         which you read on.",
        consumer.position
    );
    Err(Problem::new(Kind::StreamRestored, detail))
}

/// The events behind the consumer's position, which stays where it is until it is moved.
#[utoipa::path(get, path = "/api/v1/consumers/{name}/events", tag = "stream", params(
    ("name" = String, Path, pattern = "^[a-z0-9_-]{1,64}$", description = "One of [a-z0-9_-]{1,64}; a new name stands at 0"),
    ("limit" = Option<u64>, Query, minimum = 1, maximum = 10_000, description = "At most so many, 1 to 10,000; without it, 1,000"),
    ("ack" = Option<u64>, Query, description = "Moves the consumer here first"),
    ("expected" = Option<u64>, Query, description = "Where it must stand for `ack`: an acknowledgement that comes late moves nothing"),
    ("wait" = Option<u64>, Query, description = "So many seconds, at most 30, an empty answer waits for the next event"),
), responses(
    (status = 200, description = "A page of the stream", body = inline(ConsumerPage<'static>)),
    (status = 409, description = "`ack` is beyond the end, the consumer stands elsewhere than expected, or the stream was restored since", content_type = "application/problem+json"),
))]
pub(crate) async fn events(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let name = name_in_path(path.into_inner())?;
    let limit = request.number("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {LIMIT_MAX}.")));
    }
    let wait = request.number("wait")?.unwrap_or(0).min(WAIT_SECONDS_MAX);
    let ledger = app.ledger()?;
    let (ack, expected) = (request.number("ack")?.map(Position), request.number("expected")?.map(Position));
    if ack.is_none() && expected.is_some() {
        return Err(Problem::bad_request("expected says where the consumer must stand for ack, which is missing."));
    }
    let stands = match ack {
        // In the first life nobody has read another one.
        Some(_) if ledger.incarnation().is_empty() => None,
        _ => stands_at(ledger, &name).await?,
    };
    stands.iter().try_for_each(|consumer| is_of_this_life(ledger, consumer))?;
    let after = if let Some(ack) = ack {
        move_to(&app, &caller, &name, ack, expected).await?;
        ack
    } else {
        stands.map_or(Position(0), |consumer| consumer.position)
    };
    let snapshot = match wait {
        0 => ledger.snapshot(),
        seconds => ledger.wait_for(after.next(), Duration::from_secs(seconds)).await.unwrap_or_else(|| ledger.snapshot()),
    };
    let last = snapshot.plan.position;
    let (store, ahead) = (ledger.store().clone(), app.readers.of(&name));
    let page: Page = blocking(move || ahead.lock().page(&*store, after, last, limit)).await?.map_err(Failure::from)?;
    let events = page.iter().map(EventJson::of).collect::<Result<_, _>>()?;
    json(StatusCode::OK, &ConsumerPage { events, last, incarnation: ledger.incarnation() })
}

/// Where the consumer stands.
#[utoipa::path(get, path = "/api/v1/consumers/{name}", tag = "stream", params(("name" = String, Path, pattern = "^[a-z0-9_-]{1,64}$")), responses(
    (status = 200, description = "Where it stands", body = inline(ConsumerState)),
))]
pub(crate) async fn state(path: web::Path<String>, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let name = name_in_path(path.into_inner())?;
    let ledger = app.ledger()?;
    let stands = stands_at(ledger, &name).await?;
    let position = stands.as_ref().map_or(Position(0), |consumer| consumer.position);
    let lag = ledger.snapshot().plan.position.0.saturating_sub(position.0);
    let incarnation = stands.as_ref().map_or_else(|| ledger.incarnation().to_owned(), |consumer| consumer.incarnation.clone());
    let (moved_by, moved_at) = stands.map(|consumer| (consumer.moved_by, consumer.moved_at)).unzip();
    json(StatusCode::OK, &ConsumerState { name, position, lag, moved_by, moved_at, incarnation })
}

/// Moves the consumer, forwards or back.
#[utoipa::path(put, path = "/api/v1/consumers/{name}", tag = "stream", params(("name" = String, Path, pattern = "^[a-z0-9_-]{1,64}$")), request_body = inline(Move), responses(
    (status = 200, description = "It stands there", body = inline(ConsumerState)),
    (status = 409, description = "It is beyond the end, or stands elsewhere than expected", content_type = "application/problem+json"),
))]
pub(crate) async fn set(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let name = name_in_path(path.clone())?;
    let wanted: Move = serde_json::from_value(parse::json(&body)?)
        .map_err(|error| Problem::bad_request(format!("It is not {{\"position\": N}}: {error}.")))?;
    move_to(&app, &caller, &name, Position(wanted.position), wanted.expected.map(Position)).await?;
    state(path, app).await
}

/// Forgets the consumer; its name stands at 0 again.
#[utoipa::path(delete, path = "/api/v1/consumers/{name}", tag = "stream", params(("name" = String, Path, pattern = "^[a-z0-9_-]{1,64}$")), responses(
    (status = 204, description = "It is forgotten"),
    (status = 404, description = "There is none of that name", content_type = "application/problem+json"),
))]
pub(crate) async fn forget(path: web::Path<String>, app: web::Data<App>, caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let name = name_in_path(path.into_inner())?;
    let (store, of) = (app.ledger()?.store().clone(), name.clone());
    if !blocking(move || store.forget_consumer(&of)).await?.map_err(Failure::from)? {
        return Err(Problem::not_found(Kind::UnknownConsumer).titled(format!("There is no consumer {name}")));
    }
    tracing::info!(actor = &*caller.actor, consumer = name, "consumer forgotten");
    Ok(HttpResponse::NoContent().finish())
}
