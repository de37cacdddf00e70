//! The OpenAPI document, generated from the types.

use super::{batches, commands, consumers, events, follow, plan, reports, uploads};
use crate::web::health;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tafel", description = "The seating of a huge party: one event stream, the plan in memory, every mistake reversible."),
    paths(
        plan::plan,
        plan::digest,
        commands::submit,
        events::page,
        follow::live,
        consumers::events,
        consumers::state,
        consumers::set,
        consumers::forget,
        uploads::receive,
        uploads::preview,
        uploads::apply,
        batches::list,
        batches::preview,
        batches::retract,
        batches::reinstate,
        reports::list,
        reports::state,
        reports::start,
        reports::retry,
        reports::decide,
        reports::file,
        health::healthz,
        health::readyz,
        health::metrics,
        document,
    ),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Document;

/// A token in the Authorization header, as `tafel token add` prints it.
struct Token;

impl utoipa::Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health", responses((status = 200, description = "The OpenAPI document")))]
pub(crate) async fn document() -> HttpResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| Document::openapi().to_json().unwrap_or_default());
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(JSON.as_str())
}

/// The document as a value.
///
/// # Errors
/// It cannot be written down, which would be a fault of the generator.
pub(crate) fn json() -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(Document::openapi())
}
