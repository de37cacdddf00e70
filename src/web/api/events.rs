//! `GET /api/v1/events`: the stream, page by page.

use super::commands::EventJson;
use super::json;
use crate::ledger::{Failure, Ledger, blocking};
use crate::plan::Position;
use crate::store::{RawEvent, StoredEvent};
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use crate::web::{App, Request as _};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use std::ops::ControlFlow;
use std::time::Duration;
use utoipa::ToSchema;

const LIMIT: u64 = 1_000;
const LIMIT_MAX: u64 = 10_000;
const WAIT_SECONDS_MAX: u64 = 30;

/// One page of the stream.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventsAnswer<'a> {
    events: Vec<EventJson<'a>>,
    /// Where the stream ends by now.
    last: Position,
}

/// The events after a position, in order.
#[utoipa::path(get, path = "/api/v1/events", tag = "stream", params(
    ("after" = Option<u64>, Query, description = "The position to read on from; without it, from the beginning"),
    ("limit" = Option<u64>, Query, minimum = 1, maximum = 10_000, description = "At most so many, 1 to 10,000; without it, 1,000"),
    ("wait" = Option<u64>, Query, description = "So many seconds, at most 30, an empty answer waits for the next event"),
), responses((status = 200, description = "A page of the stream", body = inline(EventsAnswer<'static>))))]
pub(crate) async fn page(request: HttpRequest, app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let after = Position(request.number("after")?.unwrap_or(0));
    let limit = request.number("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {LIMIT_MAX}.")));
    }
    let wait = request.number("wait")?.unwrap_or(0).min(WAIT_SECONDS_MAX);
    let ledger = app.ledger()?;
    let snapshot = match wait {
        0 => ledger.snapshot(),
        seconds => ledger.wait_for(after.next(), Duration::from_secs(seconds)).await.unwrap_or_else(|| ledger.snapshot()),
    };
    let last = snapshot.plan.position;
    let events = read(ledger, after, last.min(Position(after.0.saturating_add(limit)))).await?;
    let events = events.iter().map(EventJson::of).collect::<Result<_, _>>()?;
    json(StatusCode::OK, &EventsAnswer { events, last })
}

async fn read(ledger: &Ledger, after: Position, until: Position) -> Result<Vec<StoredEvent>, Problem> {
    let store = ledger.store().clone();
    let read = blocking(move || {
        let mut events = Vec::new();
        store.scan(after, until, &mut |raw: RawEvent<'_>| {
            events.push(raw.to_stored());
            ControlFlow::Continue(())
        })?;
        Ok::<_, Failure>(events)
    });
    Ok(read.await??)
}
