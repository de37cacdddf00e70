//! `GET /api/v1/batches`, and what may be done about a batch.

use super::commands::seen_here;
use super::parse::{self, Fields};
use super::{id_in_path, json};
use crate::lang::english;
use crate::ledger::{ChangeValidity, blocking, now};
use crate::plan::command::Role;
use crate::plan::retract::RetractionPreview;
use crate::plan::{BatchId, InvalidField, Position, Text};
use crate::view::batches::{Batch, Wanted, read};
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use crate::web::{App, Request as _};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;
use utoipa::ToSchema;

const LIMIT: u64 = 100;
const LIMIT_MAX: u64 = 1_000;

/// The batches, newest first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "batches", params(
    ("before" = Option<u64>, Query, description = "Only batches that begin before this position"),
    ("limit" = Option<u64>, Query, minimum = 1, maximum = 1_000, description = "At most so many, 1 to 1,000; without it, 100"),
), responses((status = 200, description = "Batches, newest first", body = inline(Vec<Batch>))))]
pub(crate) async fn list(request: HttpRequest, app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?;
    let snapshot = ledger.snapshot();
    let end = snapshot.plan.position.next();
    let before = request.number("before")?.map_or(end, Position).min(end);
    let limit = request.number("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {LIMIT_MAX}.")));
    }
    let store = ledger.store().clone();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let told = blocking(move || {
        let wanted = Wanted { t: english(), before, limit, events: usize::MAX, is_wanted: &|_| true, is_whole: false };
        read(&*store, &snapshot, &wanted)
    });
    json(StatusCode::OK, &told.await??.batches)
}

/// What retracting the batch would change; of a retracted batch, what reinstating it would. Writes nothing.
#[utoipa::path(get, path = "/api/v1/batches/{id}/retraction", tag = "batches", params(("id" = Uuid, Path, description = "The batch")), responses(
    (status = 200, description = "The preview", body = inline(RetractionPreview)),
    (status = 404, description = "There is no such batch", content_type = "application/problem+json"),
))]
pub(crate) async fn preview(path: web::Path<String>, app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let batch = BatchId(id_in_path(&path)?);
    json(StatusCode::OK, &app.ledger()?.preview_retraction(batch).await?)
}

/// What a retraction or a reinstatement says.
#[derive(ToSchema)]
#[allow(dead_code)] // The shape, for the document; `asked` reads it, field by field.
pub(crate) struct ValidityBody {
    /// The caller's own id for it. The same id again gets the same answer.
    id: uuid::Uuid,
    /// An admin has to say one for a retraction.
    reason: Option<Text>,
    /// Of the preview that was confirmed: if the effect is another one by now, nothing is done.
    position: Option<Position>,
}

/// Declares the batch void.
#[utoipa::path(post, path = "/api/v1/batches/{id}/retract", tag = "batches", params(("id" = Uuid, Path, description = "The batch")),
    request_body = inline(ValidityBody), responses(
    (status = 200, description = "Done, and durable: what it changed", body = inline(RetractionPreview)),
    (status = 403, description = "It is not the caller's own latest batch", content_type = "application/problem+json"),
    (status = 409, description = "Refused", content_type = "application/problem+json"),
))]
pub(crate) async fn retract(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    change(&app, &caller, &path, &body, true).await
}

/// Takes a retraction back.
#[utoipa::path(post, path = "/api/v1/batches/{id}/reinstate", tag = "batches", params(("id" = Uuid, Path, description = "The batch")),
    request_body = inline(ValidityBody), responses(
    (status = 200, description = "Done, and durable: what it changed", body = inline(RetractionPreview)),
    (status = 409, description = "Refused", content_type = "application/problem+json"),
))]
pub(crate) async fn reinstate(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    change(&app, &caller, &path, &body, false).await
}

async fn change(app: &App, caller: &Caller, batch: &str, body: &[u8], retracts: bool) -> Result<HttpResponse, Problem> {
    let batch = BatchId(id_in_path(batch)?);
    let value = parse::json(body)?;
    let ask = asked(value, caller, batch, retracts).map_err(|errors| Problem::invalid(&errors))?;
    seen_here(app.ledger()?, ask.position).await?;
    json(StatusCode::OK, &app.ledger()?.change_validity(ask).await?)
}

fn asked(value: Value, caller: &Caller, batch: BatchId, retracts: bool) -> Result<ChangeValidity, Vec<InvalidField>> {
    let mut fields = Fields::of("", value)?;
    let id = fields.required("id")?;
    let reason: Option<Text> = fields.optional("reason")?;
    let position = fields.optional("position")?;
    fields.end()?;
    // One's own undo needs no reason; what an admin does to others should have one.
    let reason = match reason {
        Some(reason) => reason,
        None if caller.role < Role::Admin || !retracts => Text::stored("undone"),
        None => return Err(vec![InvalidField { pointer: "/reason".to_owned(), message: crate::plan::Invalid::MustBeGiven }]),
    };
    let is_admin = caller.role == Role::Admin;
    Ok(ChangeValidity { id: BatchId(id), batch, retracts, reason, actor: caller.actor.clone(), is_admin, at: now(), position })
}
