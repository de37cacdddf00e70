//! Whether the process lives, whether it can serve, and what it counts.

use super::App;
use super::problem::Problem;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "The process answers")))]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).body("ok\n")
}

/// The plan is replayed and can be served; also while a database server is away.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "The plan can be served"),
    (status = 503, description = "Waiting for the database, replaying, draining, or nothing can be decided here"),
))]
pub(crate) async fn readyz(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?;
    if !ledger.is_serving() {
        let why = ledger.hindrance().map_or_else(|| "the writer has ended".to_owned(), |why| why.to_string());
        return Err(Problem::unavailable(format!("Nothing is decided here: {why}.")));
    }
    if !ledger.disk_answers().await {
        return Err(Problem::unavailable("The disk does not answer."));
    }
    if app.is_draining() {
        return Err(Problem::unavailable("The server is about to end."));
    }
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).body("ready\n"))
}

/// Metrics, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses((status = 200, description = "Metrics", content_type = "text/plain")))]
pub(crate) async fn metrics(app: web::Data<App>) -> HttpResponse {
    if let Ok(ledger) = app.ledger() {
        super::api::consumers::show_all(ledger).await;
    }
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4")).body(app.metrics.render())
}
