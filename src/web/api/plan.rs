//! `GET /api/v1/plan` and its digest.

use super::json;
use crate::ledger::Ledger;
use crate::plan::document::{DIGEST_VERSION, Document, digest as digest_of};
use crate::plan::{Plan, Position};
use crate::web::auth::Caller;
use crate::web::gate::POSITION;
use crate::web::problem::{Kind, Problem};
use crate::web::{App, Request as _};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// The plan that the query asks for, and what its ETag names.
struct Asked {
    plan: Plan,
    etag: String,
}

async fn asked(request: &HttpRequest, ledger: &Ledger) -> Result<Asked, Problem> {
    let snapshot = ledger.snapshot();
    let last = snapshot.plan.position;
    let at = request.number("at")?.map(Position);
    let corrected = request.number("corrected_as_of")?.map(Position);
    for position in at.into_iter().chain(corrected) {
        if position > last {
            return Err(Problem::not_found(Kind::UnknownPosition)
                .titled(format!("The stream ends at position {last}, so there is no plan at {position}")));
        }
    }
    let position = at.unwrap_or(last);
    let plan = match (at, corrected) {
        (None, None) => snapshot.plan.clone(),
        _ => ledger.plan_at(position, corrected).await?,
    };
    let stream = snapshot.plan.stream.unwrap_or_default().simple();
    // As known at the position itself, unless asked otherwise.
    let etag = format!("\"{stream}-{position}-{}-{}\"", corrected.unwrap_or(position), snapshot.plan.erasures);
    Ok(Asked { plan, etag })
}

/// The whole plan, now or as it was known at a position.
#[utoipa::path(get, path = "/api/v1/plan", tag = "plan", params(
    ("at" = Option<u64>, Query, description = "The position to look at; without it, the newest"),
    ("corrected_as_of" = Option<u64>, Query, description = "Without the batches that are void at this position"),
    ("wait_for" = Option<u64>, Query, description = "Answer from a plan at least as new as this position"),
), responses(
    (status = 200, description = "The plan", body = inline(Document<'static>)),
    (status = 304, description = "It is the one that If-None-Match names"),
    (status = 404, description = "The stream does not reach that position yet", content_type = "application/problem+json"),
))]
pub(crate) async fn plan(request: HttpRequest, app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let Asked { plan, etag } = asked(&request, app.ledger()?).await?;
    // Of what is shown, not of what has come since: it may be sent back as what was seen.
    let seen = format!("{}/{}", app.ledger()?.stream(&plan), plan.position);
    let known = request.headers().get(IF_NONE_MATCH).and_then(|header| header.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == etag || known.trim() == "*")) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).insert_header((POSITION, seen)).finish());
    }
    let body = serde_json::to_vec(&Document::of(&plan)).map_err(|error| Problem::unavailable(error.to_string()))?;
    let mut response = HttpResponse::Ok();
    Ok(response
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((ETAG, etag))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((POSITION, seen))
        .body(body))
}

/// What two instances compare.
#[derive(Serialize, ToSchema)]
pub(crate) struct DigestAnswer {
    position: Position,
    sha256: String,
    /// Of the digest's format: two digests can be compared only where this is equal.
    version: u32,
}

/// sha256 over a canonical form of the plan.
#[utoipa::path(get, path = "/api/v1/plan/digest", tag = "plan", params(
    ("at" = Option<u64>, Query, description = "The position to look at; without it, the newest"),
), responses(
    (status = 200, description = "The digest", body = inline(DigestAnswer)),
    (status = 404, description = "The stream does not reach that position yet", content_type = "application/problem+json"),
))]
pub(crate) async fn digest(request: HttpRequest, app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let Asked { plan, .. } = asked(&request, app.ledger()?).await?;
    json(StatusCode::OK, &DigestAnswer { position: plan.position, sha256: digest_of(&plan), version: DIGEST_VERSION })
}
