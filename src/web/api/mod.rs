//! The JSON interface, one file for each thing that it is about.

pub(crate) mod batches;
pub(crate) mod clock;
pub(crate) mod commands;
pub(crate) mod consumers;
pub(crate) mod events;
pub(crate) mod follow;
pub(crate) mod openapi;
pub(crate) mod parse;
pub(crate) mod parsed;
pub(crate) mod plan;
pub(crate) mod reports;
mod upload_form;
pub(crate) mod uploads;

use crate::web::problem::{Kind, Problem};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use serde::Serialize;
use uuid::Uuid;

/// A JSON answer.
fn json(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok(HttpResponse::build(status).insert_header((CONTENT_TYPE, "application/json")).body(body))
}

/// The UUID in a path.
pub(crate) fn id_in_path(text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|_| Problem::not_found(Kind::NotFound).titled(format!("{text:?} is not the id of anything")))
}
