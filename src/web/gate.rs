//! The gate that every request passes: its id, who is asking, whether they may, how new a plan they need, and its log line.

use super::auth::Caller;
use super::problem::Problem;
use super::routes::{Needs, Route, route};
use super::{App, Request as _};
use crate::ledger::Ledger;
use crate::plan::Position;
use crate::plan::command::Role;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a request waits for the plan that it has to see.
const WAIT_FOR: Duration = Duration::from_secs(5);
pub(crate) const POSITION: HeaderName = HeaderName::from_static("tafel-position");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Admits the request or not, and finishes its response.
pub(crate) async fn gate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    // The decoded path, which is what the router goes by: what is asked for as /pl%61n is the plan.
    let route = route(request.method().as_str(), request.match_info().as_str());
    let pattern = route.map(|route| route.path);
    let mut response = match admit(&request, route).await {
        Ok(caller) => {
            let actor = caller.as_ref().map(|caller| caller.actor.clone());
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            let response = next.call(request).await?.map_into_boxed_body();
            log(&id, &method, pattern, response.status(), actor.as_deref(), began);
            response
        }
        Err(problem) => {
            let response = request.into_response(problem.response(Some(&id)));
            log(&id, &method, pattern, response.status(), None, began);
            response
        }
    };
    // Only here is the id known that makes a problem findable in the log.
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    if let Some(problem) = problem {
        let (request, _) = response.into_parts();
        response = ServiceResponse::new(request, problem.response(Some(&id)));
    }
    // What the framework itself refuses is worded here.
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    if is_error && response.headers().get(CONTENT_TYPE).is_none_or(|content_type| content_type != "application/problem+json") {
        let problem = Problem::of_status(response.status());
        let (request, _) = response.into_parts();
        response = ServiceResponse::new(request, problem.response(Some(&id)));
    }
    finish(&mut response, &id);
    Ok(response)
}

async fn admit(request: &ServiceRequest, route: Option<&Route>) -> Result<Option<Caller>, Problem> {
    let app = request.app_data::<web::Data<App>>().ok_or_else(|| Problem::unavailable("The server is starting."))?;
    let Some(needed) = route.map(|route| route.needs) else {
        // Unknown paths and wrong methods are told apart by the router's last resort.
        return Ok(None);
    };
    if needed == Needs::Nothing {
        return Ok(None);
    }
    let ledger = app.ledger()?;
    let caller = app.tokens.caller(ledger, bearer(request).ok_or_else(Problem::unauthorized)?).await?;
    let needed = match needed {
        Needs::Role(role) => role,
        Needs::Upload if app.settings.staff_may_upload => Role::Staff,
        Needs::Upload | Needs::Nothing => Role::Admin,
    };
    if caller.role < needed {
        return Err(Problem::forbidden(format!("It needs the role {needed}; yours is {}.", caller.role)));
    }
    wait_for(request, ledger).await?;
    Ok(Some(caller))
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Waits until the plan is as new as the caller has seen it, whoever answered then.
async fn wait_for(request: &ServiceRequest, ledger: &Ledger) -> Result<(), Problem> {
    let asked = request
        .request()
        .query("wait_for")
        .map(|text| text.parse().map(Position).map_err(|_| Problem::bad_request("wait_for is not a position.")));
    let seen = request.headers().get(&POSITION).and_then(|header| seen_position(header, ledger));
    let Some(position) = asked.transpose()?.max(seen) else { return Ok(()) };
    match ledger.wait_for(position, WAIT_FOR).await {
        Some(_) => Ok(()),
        None => Err(Problem::unavailable(format!("The plan has not reached position {position} within five seconds."))),
    }
}

/// `STREAM/POSITION`; another stream's position means nothing here.
fn seen_position(header: &HeaderValue, ledger: &Ledger) -> Option<Position> {
    let (stream, position) = header.to_str().ok()?.split_once('/')?;
    let ours = ledger.snapshot().plan.stream?;
    (stream.parse::<Uuid>().ok()? == ours).then(|| position.parse().ok().map(Position)).flatten()
}

fn finish(response: &mut ServiceResponse, id: &str) {
    let position = response.request().app_data::<web::Data<App>>().and_then(|app| app.ledger().ok()).and_then(|ledger| {
        let snapshot = ledger.snapshot();
        let stream = snapshot.plan.stream?;
        HeaderValue::from_str(&format!("{stream}/{}", snapshot.plan.position)).ok()
    });
    let headers = response.headers_mut();
    // A handler that shows a plan says itself which one.
    if let Some(position) = position.filter(|_| !headers.contains_key(&POSITION)) {
        headers.insert(POSITION, position);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

fn log(id: &str, method: &actix_web::http::Method, pattern: Option<&str>, status: StatusCode, actor: Option<&str>, began: Instant) {
    let duration_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (route, status, actor) = (pattern.unwrap_or("(unknown)"), status.as_u16(), actor.unwrap_or("nobody"));
    // Probes come every few seconds, and say nothing while all is well.
    if matches!(route, "/healthz" | "/readyz" | "/metrics") && status < 400 {
        tracing::debug!(id, %method, route, status, actor, duration_us, "request");
    } else {
        tracing::info!(id, %method, route, status, actor, duration_us, "request");
    }
}
