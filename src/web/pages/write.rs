//! What forms do: commands, and taking batches back.

use super::form::{self, Pairs};
use super::sign_in::local;
use crate::ledger::{ChangeValidity, Failure, now};
use crate::plan::command::{Ask, Command, Request, Role};
use crate::plan::{BatchId, Position, Refusal, Text};
use crate::web::App;
use crate::web::api::commands::seen_here;
use crate::web::api::id_in_path;
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};

/// Back to where the form stood, which shows what has happened.
pub(super) fn back(pairs: &Pairs, otherwise: &str) -> HttpResponse {
    let target = form::value(pairs, "back").map_or(otherwise, local);
    HttpResponse::SeeOther().insert_header((LOCATION, target)).finish()
}

/// A command from a form.
pub(crate) async fn command(app: web::Data<App>, caller: web::ReqData<Caller>, pairs: web::Form<Pairs>) -> Result<HttpResponse, Problem> {
    let id = form::id(&pairs, &caller, "command")?;
    let body = form::body(&pairs, id)?;
    let needed = body.commands.iter().map(Command::role).max().unwrap_or(Role::Door);
    if caller.role < needed {
        return Err(Problem::forbidden(format!("It needs the role {needed}; yours is {}.", caller.role)));
    }
    let ledger = app.ledger()?;
    seen_here(ledger, body.seen).await?;
    let request = Request { id, actor: caller.actor.clone(), at: now(), seen: body.seen, ask: Ask::Commands(body.commands) };
    match ledger.submit(request).await {
        Ok(_) => Ok(back(&pairs, "/")),
        Err(Failure::Refused(refusal)) if matches!(*refusal, Refusal::ChangedMeanwhile { .. }) => {
            let newest = ledger.snapshot().plan.position.to_string();
            let again = pairs.iter().map(|(name, value)| (name.clone(), if name == "seen" { newest.clone() } else { value.clone() }));
            Err(Problem::from(*refusal).with_again(again.collect()))
        }
        Err(failure) => Err(failure.into()),
    }
}

pub(crate) async fn retract(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    change_validity(&app, &caller, &path, &pairs, true).await
}

pub(crate) async fn reinstate(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    change_validity(&app, &caller, &path, &pairs, false).await
}

async fn change_validity(app: &App, caller: &Caller, batch: &str, pairs: &Pairs, retracts: bool) -> Result<HttpResponse, Problem> {
    let batch = BatchId(id_in_path(batch)?);
    let id = form::id(pairs, caller, if retracts { "retract" } else { "reinstate" })?;
    let reason = form::value(pairs, "reason").unwrap_or_default();
    let reason = if reason.trim().is_empty() && (caller.role < Role::Admin || !retracts) { "undone" } else { reason };
    let invalid = |invalid: crate::plan::Invalid| {
        Problem::invalid(&[crate::plan::InvalidField { pointer: "/reason".to_owned(), message: invalid.to_string() }])
    };
    let reason = Text::parse(reason).map_err(invalid)?;
    let position = form::value(pairs, "position").and_then(|position| position.parse().ok()).map(Position);
    seen_here(app.ledger()?, position).await?;
    let is_admin = caller.role == Role::Admin;
    let ask = ChangeValidity { id, batch, retracts, reason, actor: caller.actor.clone(), is_admin, at: now(), position };
    app.ledger()?.change_validity(ask).await?;
    Ok(back(pairs, &format!("/history/{}", batch.0)))
}
