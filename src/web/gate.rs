//! The gate that every request passes: its id, who is asking, whether they may, how new a plan they need, and its log line.

use super::auth::{Caller, Proof, preferred};
use super::connections::{Guest, Slow};
use super::problem::{Kind, Problem};
use super::routes::{Needs, Route, route};
use super::{App, Request as _, pages};
use crate::ledger::Ledger;
use crate::plan::Position;
use crate::view::Address;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a request waits for the plan that it has to see.
const WAIT_FOR: Duration = Duration::from_secs(5);
/// How long a page waits for what its visitor has written.
const WAIT_FOR_PAGE: Duration = Duration::from_secs(2);
/// The cookie that says what that is, for as long as another instance may not have read it.
const WRITTEN: &str = "tafel-written";
pub(crate) const POSITION: HeaderName = HeaderName::from_static("tafel-position");
/// What browsers are told to refuse, whatever a page may hold.
const SECURITY: [(&str, &str); 4] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
];
/// What a script that has sent a form wants instead of the next page.
pub(super) const WANTS: HeaderName = HeaderName::from_static("tafel-wants");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Admits the request or not, and finishes its response.
pub(crate) async fn gate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    // The decoded path, which is what the router goes by: what is asked for as /pl%61n is the plan.
    let route = route(request.method().as_str(), request.match_info().as_str());
    let pattern = route.map(|route| route.path);
    // Who only reads sends nothing; but a socket begins so, and never ends.
    let slow = (!matches!(method, Method::GET | Method::HEAD)).then(|| Slow::watch(&mut request));
    let mut response = match admit(&request, route).await {
        Ok(caller) => {
            let actor = caller.as_ref().map(|caller| caller.actor.clone());
            if let Some(caller) = caller {
                if let Some(guest) = request.conn_data::<Guest>() {
                    guest.prove();
                }
                request.extensions_mut().insert(caller);
            }
            let mut response = next.call(request).await?.map_into_boxed_body();
            if let Some(problem) = slow.as_ref().and_then(Slow::problem) {
                let (request, _) = response.into_parts();
                response = ServiceResponse::new(request, HttpResponse::from_error(problem));
            }
            log(&id, &method, pattern, response.status(), actor.as_deref(), began);
            response
        }
        Err(problem) => {
            let response = refusal(&request, &problem, &id);
            let response = request.into_response(response);
            log(&id, &method, pattern, response.status(), None, began);
            response
        }
    };
    // Only here is the id known that makes a problem findable in the log.
    let lang = response.request().extensions().get::<Caller>().map_or_else(|| preferred(response.request()), |caller| caller.lang);
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    if let Some(problem) = problem {
        let (request, _) = response.into_parts();
        let refused =
            if is_program(request.match_info().as_str()) { problem.response(Some(&id)) } else { pages::problem(&problem, &id, lang) };
        response = ServiceResponse::new(request, refused);
    }
    // What the framework itself refuses is worded here.
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let is_worded = |content_type: &HeaderValue| content_type == "application/problem+json" || content_type == "text/html; charset=utf-8";
    if is_error && !response.headers().get(CONTENT_TYPE).is_some_and(is_worded) {
        if response.status().is_server_error() {
            let error = response.response().error().map(ToString::to_string);
            tracing::error!(id, error, "the framework could not answer");
        }
        let problem = Problem::of_status(response.status());
        let (request, _) = response.into_parts();
        let refused =
            if is_program(request.match_info().as_str()) { problem.response(Some(&id)) } else { pages::problem(&problem, &id, lang) };
        response = ServiceResponse::new(request, refused);
    }
    if response.status() == StatusCode::REQUEST_TIMEOUT {
        // What is left of the body is not waited for.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    finish(&mut response, &id);
    Ok(response)
}

/// Whether a program asks (by the decoded path, as the router has it), which understands problem documents better than pages.
fn is_program(path: &str) -> bool {
    path.starts_with("/api/v1/") || matches!(path, "/healthz" | "/readyz" | "/metrics")
}

fn refusal(request: &ServiceRequest, problem: &Problem, id: &str) -> HttpResponse {
    if is_program(request.match_info().as_str()) {
        return problem.response(Some(id));
    }
    if problem.status() == StatusCode::UNAUTHORIZED && request.method() == Method::GET {
        let next = Address::new("/sign-in", "").with("next", &Address::new(request.path(), request.query_string()).to_string());
        return HttpResponse::SeeOther().insert_header((LOCATION, next.to_string())).finish();
    }
    pages::problem(problem, id, preferred(request))
}

/// A form on somebody else's page must not act in our visitor's name. Browsers say where a request comes from; what
/// says nothing of it is no browser, and carries no cookie that it was not given on purpose.
fn is_ours(request: &ServiceRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = request.connection_info().host().to_owned();
            origin.split_once("://").is_some_and(|(_, origin)| origin == host)
        }
        (None, None) => true,
    }
}

async fn admit(request: &ServiceRequest, route: Option<&Route>) -> Result<Option<Caller>, Problem> {
    let app = request.app_data::<web::Data<App>>().ok_or_else(|| Problem::unavailable("The server is starting."))?;
    let Some(needed) = route.map(|route| route.needs) else {
        // Unknown paths and wrong methods are told apart by the router's last resort.
        return Ok(None);
    };
    // A socket is opened by a GET, and yet acts for whoever is signed in.
    let may_act = !matches!(*request.method(), Method::GET | Method::HEAD) || request.match_info().as_str() == "/live";
    if may_act && !is_program(request.match_info().as_str()) && !is_ours(request) {
        let detail = "It comes from another site's page. Send it from a page of Tafel.";
        return Err(Problem::new(Kind::ForeignOrigin, detail));
    }
    if needed == Needs::Nothing {
        return Ok(None);
    }
    let ledger = app.ledger()?;
    let cookie = request.cookie(pages::COOKIE);
    let proof = if is_program(request.match_info().as_str()) {
        bearer(request.headers()).map(Proof::Token)
    } else {
        cookie.as_ref().map(|cookie| Proof::Session(cookie.value()))
    };
    let nobody = || if is_program(request.match_info().as_str()) { Problem::unauthorized() } else { Problem::signed_out() };
    let caller = app.known.caller(ledger, proof.ok_or_else(nobody)?).await?.ok_or_else(nobody)?;
    let needed = app.least(needed);
    if caller.role < needed {
        return Err(Problem::forbidden(format!("It needs the role {needed}; yours is {}.", caller.role)));
    }
    wait_for(request, ledger).await?;
    let lang = caller.own.unwrap_or_else(|| preferred(request));
    Ok(Some(Caller { lang, ..caller }))
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
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
    let Some(position) = asked.transpose()?.max(seen) else {
        // What this browser has written, through whichever instance: a page waits for it briefly, and never fails for it.
        let written = request.cookie(WRITTEN).and_then(|cookie| seen_position(&HeaderValue::from_str(cookie.value()).ok()?, ledger));
        if let Some(written) = written {
            ledger.wait_for(written, WAIT_FOR_PAGE).await;
        }
        return Ok(());
    };
    match ledger.wait_for(position, WAIT_FOR).await {
        Some(_) => Ok(()),
        None => Err(Problem::unavailable(format!("The plan has not reached position {position} within five seconds."))),
    }
}

/// `STREAM/POSITION`; the position of another stream, or of another life of this one, means nothing here.
fn seen_position(header: &HeaderValue, ledger: &Ledger) -> Option<Position> {
    let (stream, position) = header.to_str().ok()?.split_once('/')?;
    (stream == ledger.stream(&ledger.snapshot().plan)).then(|| position.parse().ok().map(Position)).flatten()
}

fn finish(response: &mut ServiceResponse, id: &str) {
    let position = response.request().app_data::<web::Data<App>>().and_then(|app| app.ledger().ok()).and_then(|ledger| {
        let snapshot = ledger.snapshot();
        let stream = ledger.stream(&snapshot.plan);
        HeaderValue::from_str(&format!("{stream}/{}", snapshot.plan.position)).ok()
    });
    // A form leads on to a page, or, where a script has sent it, says what came of it.
    let is_told = response.request().headers().contains_key(WANTS) && response.status().is_success();
    let has_written = response.request().method() == Method::POST && (response.status() == StatusCode::SEE_OTHER || is_told);
    let written = position.as_ref().filter(|_| has_written).and_then(|position| {
        let position = position.to_str().ok()?;
        HeaderValue::from_str(&format!("{WRITTEN}={position}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")).ok()
    });
    let headers = response.headers_mut();
    if let Some(written) = written {
        headers.append(SET_COOKIE, written);
    }
    for (name, value) in SECURITY {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
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
