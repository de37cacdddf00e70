//! `POST /api/v1/commands`.

use super::{json, parse};
use crate::ledger::{Ledger, now};
use crate::plan::command::{Ask, Command, Request, Role};
use crate::plan::{BatchId, Position, Timestamp};
use crate::store::StoredEvent;
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::value::RawValue;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// A command, or several that take effect together or not at all.
#[derive(ToSchema)]
#[allow(dead_code)] // The shape, for the document; `parse` reads it, field by field.
pub(crate) struct CommandBody {
    /// The caller's own id for it; nothing is done twice. The same request again under it is answered what it was answered first, if
    /// that had events; else it is decided anew, until it expires. Another request under it is refused (`id_taken`).
    id: Uuid,
    /// The position that the person was looking at: refused (`changed_meanwhile`) where anybody has changed since what it changes,
    /// the same account on another connection, too.
    seen: Option<Position>,
    /// What this client itself has written since, from the first position of an answer to the last: no conflict.
    own: Option<Vec<[Position; 2]>>,
    /// Where the stream must end: refused (`position_moved`) if anything at all was appended since.
    expected: Option<Position>,
    /// When you will have given up: nothing is done under this id after that. Without it, a minute after it was received.
    expires_at: Option<Timestamp>,
    command: Option<Command>,
    /// Instead of `command`: at most 1,000.
    commands: Option<Vec<Command>>,
}

/// What happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct CommandAnswer<'a> {
    position: Position,
    batch: BatchId,
    /// None where the plan said so already.
    events: Vec<EventJson<'a>>,
    /// Of an answer without events: whether the same request, sent earlier and still under way, can no longer be carried out.
    #[serde(rename = "final", skip_serializing_if = "Option::is_none")]
    is_final: Option<bool>,
}

/// An event, as the stream holds it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventJson<'a> {
    position: Position,
    recorded_at: Timestamp,
    actor: &'a str,
    batch: BatchId,
    kind: &'a str,
    /// What it says; the fields depend on the kind.
    #[schema(value_type = Object)]
    payload: &'a RawValue,
}

impl<'a> EventJson<'a> {
    pub(crate) fn of(event: &'a StoredEvent) -> Result<Self, Problem> {
        let raw = event.raw();
        let payload = serde_json::from_str(raw.payload).map_err(|error| Problem::unavailable(error.to_string()))?;
        Ok(Self { position: raw.position, recorded_at: raw.recorded_at, actor: &event.actor, batch: raw.batch, kind: &event.kind, payload })
    }
}

/// A stale edit is only noticed on a plan at least as new as what the person saw.
pub(crate) async fn seen_here(ledger: &Ledger, seen: Option<Position>) -> Result<(), Problem> {
    let Some(seen) = seen else { return Ok(()) };
    match ledger.wait_for(seen, SEEN_TIMEOUT).await {
        Some(_) => Ok(()),
        None => Err(Problem::unavailable(format!("The plan has not reached position {seen}, which was seen elsewhere."))),
    }
}

const SEEN_TIMEOUT: Duration = Duration::from_secs(5);

/// Carries a command out, or several as one batch.
#[utoipa::path(post, path = "/api/v1/commands", tag = "plan", request_body = inline(CommandBody), responses(
    (status = 200, description = "Done, and durable", body = inline(CommandAnswer<'static>)),
    (status = 404, description = "There is no such guest, table, spot or room", content_type = "application/problem+json"),
    (status = 409, description = "Refused by the plan; `final` says whether an earlier try that is still under way can no longer be carried out", content_type = "application/problem+json"),
    (status = 422, description = "Not valid", content_type = "application/problem+json"),
    (status = 503, description = "The outcome is unknown (`store_away`), or nothing was decided (`unavailable`): repeat with the same id", content_type = "application/problem+json"),
))]
pub(crate) async fn submit(app: web::Data<App>, caller: web::ReqData<Caller>, body: web::Bytes) -> Result<HttpResponse, Problem> {
    let value = parse::json(&body)?;
    let body = parse::body(value).map_err(|errors| Problem::invalid(&errors))?;
    let needed = body.commands.iter().map(Command::role).max().unwrap_or(Role::Door);
    if caller.role < needed {
        return Err(Problem::forbidden(format!("The command needs the role {needed}; yours is {}.", caller.role)));
    }
    seen_here(app.ledger()?, body.conditions.seen.max(body.conditions.expected)).await?;
    let (at, given) = (now(), body.conditions.expires_at);
    let conditions = body.conditions.in_time(at);
    let request = Request { id: BatchId(body.id), actor: caller.actor.clone(), at, conditions, ask: Ask::Commands(body.commands) };
    let ledger = app.ledger()?;
    let answer = ledger.submit(request).await.map_err(|failure| Problem::undone(failure, ledger.is_final(given)))?;
    let events = answer.events.iter().map(EventJson::of).collect::<Result<Vec<_>, _>>()?;
    let is_final = events.is_empty().then(|| ledger.is_final(given));
    json(StatusCode::OK, &CommandAnswer { position: answer.position, batch: answer.batch, events, is_final })
}
