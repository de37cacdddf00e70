//! `/api/v1/clock`: somebody's word that this machine's clock is right.

use super::json;
use crate::plan::Timestamp;
use crate::web::App;
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// What was confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClockAnswer {
    /// What the clock says.
    now: Timestamp,
}

/// Says that the clock is right: after a jump, decisions go on; at a start, missed reports are made up.
#[utoipa::path(post, path = "/api/v1/clock/confirm", tag = "health", responses(
    (status = 200, description = "The clock is believed", body = inline(ClockAnswer)),
    (status = 503, description = "The store is away, so other instances do not know of it", content_type = "application/problem+json"),
))]
pub(crate) async fn confirm(app: web::Data<App>, caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?;
    ledger.confirm_clock(&caller.actor).await?;
    json(StatusCode::OK, &ClockAnswer { now: ledger.clock().now() })
}
