//! `/api/v1/reports`: how far the end-of-day reports are, their files, and what a person may do about them.

use super::commands::EventJson;
use super::json;
use super::parse::{self, Fields};
use crate::ledger::{Failure, Ledger, blocking, now};
use crate::plan::command::ReportAsk;
use crate::plan::report::{Report, ReportId, Step};
use crate::plan::{BatchId, Position, Refusal, ReportRefusal, Text, Timestamp};
use crate::report::{self, Settings, YEARS, begin, draft, file_of, say};
use crate::store::StoredEvent;
use crate::view::Address;
use crate::view::past::asked;
use crate::web::auth::Caller;
use crate::web::problem::{Kind, Problem};
use crate::web::{App, Request as _};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A report in the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed {
    #[schema(value_type = String, format = Date)]
    date: Date,
    revision: u32,
    /// The last step that is done: `started`, `rows_created`, `submitted` or `archived`.
    state: &'static str,
    done: bool,
    failed: Option<FailedJson>,
    cut_off: Timestamp,
    deadline: Timestamp,
}

/// Why it does not go on.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailedJson {
    step: Step,
    attempts: u32,
    failure_details: String,
    /// `null`: not before a person has seen to it.
    retry_at: Option<Timestamp>,
    /// Nobody can tell whether the file has arrived; a person has to decide.
    uncertain: bool,
}

/// A step that has begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepJson {
    step: Step,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    duration_ms: Option<i64>,
    attempts: u32,
}

/// All that is known of a report.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportJson<'a> {
    #[serde(flatten)]
    listed: Listed,
    /// The last event that belongs to it.
    position: Position,
    corrected_as_of: Option<Position>,
    reason: Option<String>,
    sha256: Option<String>,
    rows: Option<u64>,
    /// Who works on it.
    runner: Option<String>,
    archived_as: Option<String>,
    steps: Vec<StepJson>,
    /// Those that speak of it.
    events: Vec<EventJson<'a>>,
}

fn listed(report: &Report) -> Listed {
    let failed = report.failure.as_ref().map(|failed| FailedJson {
        step: failed.step,
        attempts: failed.attempt,
        failure_details: failed.details.to_string(),
        retry_at: failed.retry_at,
        uncertain: failed.uncertain,
    });
    let (id, terms) = (report.id, &report.terms);
    Listed {
        date: id.date,
        revision: id.revision,
        state: report.state(),
        done: report.is_done(),
        failed,
        cut_off: terms.cut_off,
        deadline: terms.deadline,
    }
}

fn steps(report: &Report) -> Vec<StepJson> {
    let steps = report.terms.order.steps().into_iter().filter_map(|step| {
        let state = report.step(step);
        Some(StepJson {
            step,
            started_at: state.started_at?,
            finished_at: state.finished_at,
            duration_ms: state.duration_us().map(|duration| duration / 1_000),
            attempts: state.attempts,
        })
    });
    steps.collect()
}

/// The settings, where reports are made at all.
pub(crate) fn settings(app: &App) -> Result<&Settings, Problem> {
    app.settings.report.as_deref().ok_or_else(|| {
        let detail = "The section report in tafel.toml says when, where to and where it is archived; docs/report.md explains it.";
        Problem::new(Kind::ReportsOff, detail)
    })
}

pub(crate) fn date_in_path(text: &str) -> Result<Date, Problem> {
    let date: Option<Date> = text.parse().ok().filter(|date: &Date| YEARS.contains(&date.year()));
    date.ok_or_else(|| Problem::not_found(Kind::NotFound).titled(format!("{text:?} is not a date like 2026-11-21")))
}

fn find(ledger: &Ledger, date: Date, revision: Option<u64>) -> Result<Report, Problem> {
    let snapshot = ledger.snapshot();
    let reports = &snapshot.plan.reports;
    let found = match revision {
        Some(revision) => reports.get(ReportId { date, revision: u32::try_from(revision).unwrap_or(u32::MAX) }),
        None => reports.newest_of(date),
    };
    found.cloned().ok_or_else(|| Refusal::from(ReportRefusal::Unknown).into())
}

/// The reports, newest first.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports", responses(
    (status = 200, description = "Reports, newest first", body = inline(Vec<Listed>)),
))]
pub(crate) async fn list(app: web::Data<App>, _caller: web::ReqData<Caller>) -> Result<HttpResponse, Problem> {
    let snapshot = app.ledger()?.snapshot();
    let all: Vec<Listed> = snapshot.plan.reports.all.values().rev().map(|report| listed(report)).collect();
    json(StatusCode::OK, &all)
}

/// How far the report of a date is: its newest revision, unless one is named.
#[utoipa::path(get, path = "/api/v1/reports/{date}", tag = "reports", params(
    ("date" = String, Path, description = "As 2026-11-21"),
    ("revision" = Option<u64>, Query, description = "Which; without it, the newest"),
), responses(
    (status = 200, description = "All that is known of it", body = inline(ReportJson<'static>)),
    (status = 404, description = "It was not started", content_type = "application/problem+json"),
))]
pub(crate) async fn state(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    _caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?.clone();
    let report = find(&ledger, date_in_path(&path)?, request.number("revision")?)?;
    let positions = report.events.clone();
    let events = blocking(move || events_at(&ledger, &positions)).await??;
    let terms = &report.terms;
    let told = ReportJson {
        listed: listed(&report),
        position: terms.position,
        corrected_as_of: terms.corrected_as_of,
        reason: terms.reason.as_ref().map(ToString::to_string),
        sha256: report.file.as_ref().map(|file| file.sha256.to_string()),
        rows: report.file.as_ref().map(|file| file.rows),
        runner: report.claim.as_ref().map(|claim| claim.runner.to_string()),
        archived_as: report.archived_as.as_ref().map(ToString::to_string),
        steps: steps(&report),
        events: events.iter().map(EventJson::of).collect::<Result<_, _>>()?,
    };
    json(StatusCode::OK, &told)
}

/// The events at these positions. Blocks its thread.
///
/// # Errors
/// The stream cannot be read.
pub(crate) fn events_at(ledger: &Ledger, positions: &[Position]) -> Result<Vec<StoredEvent>, Failure> {
    positions.iter().filter_map(|position| ledger.event_at(*position).transpose()).collect()
}

/// What is asked for when a report is started.
#[derive(ToSchema)]
#[allow(dead_code)] // The shape, for the document; `start` reads it, field by field.
pub(crate) struct StartBody {
    /// The caller's own id for it. The same id again does nothing more.
    id: Option<Uuid>,
    /// Of a corrected report, where there is one already: why.
    reason: Option<String>,
}

/// Starts the report of a date, or with a reason a corrected one. It is worked on by whichever instance is first.
#[utoipa::path(post, path = "/api/v1/reports/{date}", tag = "reports", params(("date" = String, Path, description = "As 2026-11-21")),
    request_body = inline(Option<StartBody>), responses(
    (status = 202, description = "It is started", body = inline(Listed)),
    (status = 409, description = "It is not due, or there is one already", content_type = "application/problem+json"),
))]
pub(crate) async fn start(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let date = date_in_path(&path)?;
    let mut fields = fields(&body)?;
    let (id, reason) = (|| {
        let id: Option<Uuid> = fields.optional("id")?;
        let reason: Option<Text> = fields.optional("reason")?;
        fields.end()?;
        Ok((id, reason))
    })()
    .map_err(|errors: Vec<_>| Problem::invalid(&errors))?;
    let (ledger, settings) = (app.ledger()?, settings(&app)?);
    begin(ledger, settings, BatchId(id.unwrap_or_else(Uuid::now_v7)), &caller.actor, date, reason).await?;
    json(StatusCode::ACCEPTED, &listed(&find(ledger, date, None)?))
}

fn fields(body: &[u8]) -> Result<Fields, Problem> {
    let value: Value = if body.trim_ascii().is_empty() { Value::Object(serde_json::Map::new()) } else { parse::json(body)? };
    Fields::of("", value).map_err(|errors| Problem::invalid(&errors))
}

/// Has a report that has failed tried again at once.
#[utoipa::path(post, path = "/api/v1/reports/{date}/retry", tag = "reports", params(
    ("date" = String, Path, description = "As 2026-11-21"),
    ("revision" = Option<u64>, Query, description = "Which; without it, the newest"),
), responses(
    (status = 202, description = "It is tried again", body = inline(Listed)),
    (status = 409, description = "It has not failed", content_type = "application/problem+json"),
))]
pub(crate) async fn retry(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?;
    let report = find(ledger, date_in_path(&path)?, request.number("revision")?)?.id;
    say(ledger, BatchId(Uuid::now_v7()), &caller.actor, ReportAsk::Retry { report }).await?;
    json(StatusCode::ACCEPTED, &listed(&find(ledger, report.date, Some(report.revision.into()))?))
}

/// What a person has found out.
#[derive(ToSchema)]
#[allow(dead_code)] // The shape, for the document; `decide` reads it, field by field.
pub(crate) struct DecisionBody {
    /// Whether the authority has the file.
    received: bool,
    /// The attempt that it is about, as `failed` has it; if another one is uncertain by now, nothing is done.
    attempt: Option<u32>,
}

/// Decides whether an uncertain report has arrived.
#[utoipa::path(post, path = "/api/v1/reports/{date}/decide", tag = "reports", params(
    ("date" = String, Path, description = "As 2026-11-21"),
    ("revision" = Option<u64>, Query, description = "Which; without it, the newest"),
),
    request_body = inline(DecisionBody), responses(
    (status = 202, description = "It goes on accordingly", body = inline(Listed)),
    (status = 409, description = "It is not uncertain", content_type = "application/problem+json"),
))]
pub(crate) async fn decide(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let ledger = app.ledger()?;
    let mut fields = fields(&body)?;
    let (was_received, attempt): (bool, Option<u32>) = (|| {
        let said = (fields.required("received")?, fields.optional("attempt")?);
        fields.end()?;
        Ok(said)
    })()
    .map_err(|errors: Vec<_>| Problem::invalid(&errors))?;
    let report = find(ledger, date_in_path(&path)?, request.number("revision")?)?.id;
    say(ledger, BatchId(Uuid::now_v7()), &caller.actor, ReportAsk::Decide { report, attempt, was_received }).await?;
    json(StatusCode::ACCEPTED, &listed(&find(ledger, report.date, Some(report.revision.into()))?))
}

/// The file of a report; before its day is over, a draft, named so.
#[utoipa::path(get, path = "/api/v1/reports/{date}/file", tag = "reports", params(
    ("date" = String, Path, description = "As 2026-11-21"),
    ("revision" = Option<u64>, Query, description = "Which; without it, the newest"),
), responses(
    (status = 200, description = "The file", content_type = "text/csv"),
    (status = 409, description = "Reports are not switched on", content_type = "application/problem+json"),
))]
pub(crate) async fn file(
    request: HttpRequest,
    path: web::Path<String>,
    app: web::Data<App>,
    _caller: web::ReqData<Caller>,
) -> Result<HttpResponse, Problem> {
    let (date, ledger, settings) = (date_in_path(&path)?, app.ledger()?, settings(&app)?);
    let revision = request.number("revision")?;
    let snapshot = ledger.snapshot();
    let is_there = revision.is_some() || snapshot.plan.reports.newest_of(date).is_some();
    let (name, content) = if is_there {
        let report = find(ledger, date, revision)?;
        let content = file_of(ledger, settings, &report).await.map_err(Problem::unavailable)?;
        (report.id.file_name(), content)
    } else {
        let schedule = settings.schedule().map_err(|error| Problem::unavailable(error.to_string()))?;
        // Of a day that is over, the plan as it was then; of any other, as it is.
        let plan = match report::plan_at_cut_off(ledger, &schedule, date, now()).await? {
            Some(plan) => plan,
            None => match asked(&Address::new("/reports", request.query_string()), snapshot.plan.position) {
                Some(past) => ledger.plan_at(past, None).await?,
                None => snapshot.plan.clone(),
            },
        };
        let written = blocking(move || draft(&schedule, date, &plan)).await?;
        let written = written.map_err(|error| Problem::unavailable(error.to_string()))?;
        (format!("tafel-{date}-draft.csv"), written.content)
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-cache, private"))
        .body(content))
}
