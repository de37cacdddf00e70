//! What forms do: commands, and taking batches back.

use super::form::{self, Pairs};
use super::sign_in::local;
use crate::lang::T;
use crate::ledger::{Answer, ChangeValidity, Failure, Ledger, ReplayError, now};
use crate::plan::command::{Ask, Command, Request, Role};
use crate::plan::{BatchId, Position, Refusal, Text};
use crate::store::codec::Decoder;
use crate::view::words::summary;
use crate::web::App;
use crate::web::api::commands::seen_here;
use crate::web::api::id_in_path;
use crate::web::auth::Caller;
use crate::web::gate::WANTS;
use crate::web::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use uuid::Uuid;

/// Back to where the form stood, which shows what has happened.
pub(super) fn back(pairs: &Pairs, otherwise: &str) -> HttpResponse {
    let target = form::value(pairs, "back").map_or(otherwise, local);
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}

/// A command from a form.
pub(crate) async fn command(
    request: HttpRequest,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let wants = Wants::of(&request, &pairs, "/");
    let pairs = pairs.into_inner();
    let id = form::id(&pairs, &caller, "command")?;
    let plan = app.ledger()?.snapshot().plan.clone();
    let pairs = form::resolved(&plan, form::unfolded(pairs))?;
    let Some(pairs) = form::chosen(&plan, pairs) else {
        // Theirs stays, and there is nothing else in it.
        return Ok(wants.nothing(String::new()));
    };
    let body = form::body(&pairs, request.headers(), id)?;
    let needed = body.commands.iter().map(Command::role).max().unwrap_or(Role::Door);
    if caller.role < needed {
        return Err(Problem::forbidden(format!("It needs the role {needed}; yours is {}.", caller.role)));
    }
    let ledger = app.ledger()?;
    seen_here(ledger, body.conditions.seen).await?;
    let (at, given) = (now(), body.conditions.expires_at);
    let conditions = body.conditions.in_time(at);
    let request = Request { id, actor: caller.actor.clone(), at, conditions, ask: Ask::Commands(body.commands) };
    match ledger.submit(request).await {
        Ok(answer) => wants.outcome(ledger, caller.lang.texts(), &answer),
        Err(Failure::Refused(refusal)) if matches!(*refusal, Refusal::ChangedMeanwhile { .. }) => {
            let newest = ledger.snapshot().plan.position.to_string();
            let again = pairs.iter().filter(|(name, _)| !name.starts_with("keep.")).map(|(name, value)| {
                let value = match name.as_str() {
                    "seen" => newest.clone(),
                    // To press again is to ask anew.
                    "view" => Uuid::now_v7().to_string(),
                    _ => value.clone(),
                };
                (name.clone(), value)
            });
            let again: Vec<(String, String)> = again.collect();
            let Refusal::ChangedMeanwhile { fields } = &*refusal else { return Err(Problem::from(*refusal)) };
            let plan = &ledger.snapshot().plan;
            let conflicts = fields.iter().map(|field| form::conflict(plan, caller.lang.texts(), field, &pairs)).collect();
            Err(Problem::undone(Failure::Refused(refusal), ledger.is_final(given)).with_again(again, conflicts))
        }
        Err(failure) => Err(Problem::undone(failure, ledger.is_final(given))),
    }
}

/// What whoever has sent a form wants to see: the page that it leads to, or, as scripts do, what came of it.
struct Wants {
    is_outcome: bool,
    back: String,
}

/// An answer to a form that has changed nothing, with words for whoever has sent it.
pub(super) fn outcome(request: &HttpRequest, pairs: &Pairs, otherwise: &str, words: String) -> HttpResponse {
    Wants::of(request, pairs, otherwise).nothing(words)
}

/// What came of a form.
#[derive(Serialize)]
struct Outcome<'a> {
    batch: BatchId,
    /// Its first event, and its last.
    first: Position,
    position: Position,
    /// Whether the plan is another one now.
    changed: bool,
    /// The batch that was taken back; none where something was done.
    undoes: Option<BatchId>,
    words: String,
    back: &'a str,
}

impl Wants {
    fn of(request: &HttpRequest, pairs: &Pairs, otherwise: &str) -> Self {
        let is_outcome = request.headers().get(WANTS).is_some_and(|wants| wants == "outcome");
        Self { is_outcome, back: form::value(pairs, "back").map_or(otherwise, local).to_owned() }
    }

    fn nothing(&self, words: String) -> HttpResponse {
        self.answer(&Outcome {
            batch: BatchId(Uuid::nil()),
            first: Position(0),
            position: Position(0),
            changed: false,
            undoes: None,
            words,
            back: &self.back,
        })
    }

    fn outcome(&self, ledger: &Ledger, t: T, answer: &Answer) -> Result<HttpResponse, Problem> {
        let mut decoder = Decoder::default();
        let events = answer.events.iter().map(|event| decoder.decode(event.raw())).collect::<Result<Vec<_>, _>>();
        let events = events.map_err(|error| Problem::from(Failure::from(ReplayError::from(error))))?;
        let words = summary(&ledger.snapshot().plan, t, &events);
        Ok(self.answer(&Outcome {
            batch: answer.batch,
            first: events.first().map_or(answer.position, |event| event.position),
            position: answer.position,
            changed: !events.is_empty(),
            undoes: None,
            words,
            back: &self.back,
        }))
    }

    fn answer(&self, outcome: &Outcome<'_>) -> HttpResponse {
        if self.is_outcome {
            return HttpResponse::Ok().json(outcome);
        }
        HttpResponse::SeeOther().insert_header((LOCATION, self.back.clone())).finish()
    }
}

pub(crate) async fn retract(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    change_validity(&request, &app, &caller, &path, &pairs, true).await
}

pub(crate) async fn reinstate(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    change_validity(&request, &app, &caller, &path, &pairs, false).await
}

/// The clock is right as it is.
pub(crate) async fn confirm_clock(
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    app.ledger()?.confirm_clock(&caller.actor).await?;
    Ok(back(&pairs, "/"))
}

async fn change_validity(
    request: &HttpRequest,
    app: &App,
    caller: &Caller,
    batch: &str,
    pairs: &Pairs,
    retracts: bool,
) -> Result<HttpResponse, Problem> {
    let batch = BatchId(id_in_path(batch)?);
    let id = form::id(pairs, caller, if retracts { "retract" } else { "reinstate" })?;
    let reason = form::value(pairs, "reason").unwrap_or_default();
    let reason = if reason.trim().is_empty() && (caller.role < Role::Admin || !retracts) { "undone" } else { reason };
    let reason = Text::parse(reason).map_err(|why| form::invalid("reason", why))?;
    let position = form::value(pairs, "position").and_then(|position| position.parse().ok()).map(Position);
    seen_here(app.ledger()?, position).await?;
    let wants = Wants::of(request, pairs, &format!("/history/{}", batch.0));
    // Who takes back with a key has seen no preview, so nobody else's work goes with it, not even for an admin.
    let is_admin = caller.role == Role::Admin && (position.is_some() || !wants.is_outcome);
    let ask = ChangeValidity { id, batch, retracts, reason, actor: caller.actor.clone(), is_admin, at: now(), position };
    let preview = app.ledger()?.change_validity(ask).await?;
    let count = preview.reversed.len();
    let t = caller.lang.texts();
    let words = if retracts { t.taken_back_count(count) } else { t.brought_back_count(count) };
    Ok(wants.answer(&Outcome {
        // What was brought back can be taken back again: the batch, not its return.
        batch: if retracts { id } else { batch },
        first: preview.position,
        position: preview.position,
        changed: true,
        undoes: retracts.then_some(batch),
        words,
        back: &wants.back,
    }))
}
