//! What breaks in a browser is told to the server, so that somebody learns of it.

use super::limits::address_of;
use super::{App, BUILD};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// What a page says of its own error.
#[derive(Deserialize)]
pub(crate) struct Report {
    message: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    build: String,
}

/// Longer texts are cut.
const CHARS: usize = 500;

pub(crate) async fn report(request: HttpRequest, app: web::Data<App>, report: web::Json<Report>) -> HttpResponse {
    if !app.limits.may_report(address_of(&request)) {
        return HttpResponse::TooManyRequests().finish();
    }
    let cut = |text: &str| text.chars().take(CHARS).collect::<String>();
    // The query may hold what somebody searched for.
    let page = cut(report.page.split('?').next().unwrap_or_default());
    let (message, source, build) = (cut(&report.message), cut(&report.source), cut(&report.build));
    tracing::warn!(page, build, server_build = BUILD, message, source, "a page broke in a browser");
    HttpResponse::NoContent().finish()
}
