//! The pages of reports, and what their buttons do.

use super::form::{self, Pairs};
use super::rendered;
use super::write::back;
use crate::lang::{Reader, T};
use crate::ledger::{Failure, Ledger, Snapshot, now};
use crate::plan::command::ReportAsk;
use crate::plan::event::Event;
use crate::plan::report::ReportId;
use crate::plan::{Position, Text};
use crate::report::{begin, say};
use crate::store::codec::Decoder;
use crate::view::{Address, ReportPage, ReportsPage, Upcoming};
use crate::web::App;
use crate::web::api::reports::{date_in_path, events_at, settings};
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use jiff::civil::Date;

/// The report that is next, or was next when the plan was as the snapshot has it.
fn upcoming(app: &App, ledger: &Ledger, snapshot: &Snapshot) -> Option<Upcoming> {
    let schedule = app.settings.report.as_ref()?.schedule().ok()?;
    let is_past = snapshot.plan.position < ledger.snapshot().plan.position;
    let date = schedule.current(if is_past { snapshot.plan.recorded_at } else { now() });
    Some(Upcoming { zone: schedule.zone().clone(), date, cut_off: schedule.cut_off(date), deadline: schedule.deadline(date) })
}

pub(super) fn list_block(app: &App, ledger: &Ledger, snapshot: &Snapshot, t: T) -> Result<String, Problem> {
    rendered(&ReportsPage::of(t, &snapshot.plan.reports, upcoming(app, ledger, snapshot).as_ref()))
}

/// Title and content.
pub(super) fn report_block(
    app: &App,
    ledger: &Ledger,
    snapshot: &Snapshot,
    date: &str,
    address: &Address,
    reader: Reader,
) -> Result<(String, String), Problem> {
    let date = date_in_path(date)?;
    let revision = address.number("revision").map(|revision| u32::try_from(revision).unwrap_or(u32::MAX));
    let reports = &snapshot.plan.reports;
    let report = match revision {
        Some(revision) => reports.get(ReportId { date, revision }),
        None => reports.newest_of(date),
    };
    let events = report.map(|report| events(ledger, &report.events)).transpose()?.unwrap_or_default();
    let page = ReportPage::of(reports, date, revision, upcoming(app, ledger, snapshot).as_ref(), &events, reader, snapshot.plan.position);
    Ok((page.title(), rendered(&page)?))
}

/// The events at these positions. Blocks its thread.
fn events(ledger: &Ledger, positions: &[Position]) -> Result<Vec<Event>, Failure> {
    let mut decoder = Decoder::default();
    let events = events_at(ledger, positions)?;
    events.iter().map(|event| decoder.decode(event.raw()).map_err(|error| crate::ledger::ReplayError::from(error).into())).collect()
}

fn at(date: Date) -> String {
    format!("/reports/{date}")
}

pub(crate) async fn start_report(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let date = date_in_path(&path)?;
    let id = form::id(&pairs, &caller, "start report")?;
    let reason = form::value(&pairs, "reason").map(Text::parse).transpose().map_err(|why| form::invalid("reason", why))?;
    begin(app.ledger()?, settings(&app)?, id, &caller.actor, date, reason).await?;
    Ok(back(&pairs, &at(date)))
}

pub(crate) async fn retry_report(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (date, id) = (date_in_path(&path)?, form::id(&pairs, &caller, "retry report")?);
    let report = meant(&app, date, &pairs)?;
    say(app.ledger()?, id, &caller.actor, ReportAsk::Retry { report }).await?;
    Ok(back(&pairs, &format!("{}?revision={}", at(date), report.revision)))
}

pub(crate) async fn decide_report(
    path: web::Path<String>,
    app: web::Data<App>,
    caller: web::ReqData<Caller>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse, Problem> {
    let (date, id) = (date_in_path(&path)?, form::id(&pairs, &caller, "decide report")?);
    let was_received = match form::value(&pairs, "received") {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(Problem::bad_request("The form must say received=yes or received=no.")),
    };
    let report = meant(&app, date, &pairs)?;
    let attempt = form::value(&pairs, "attempt").and_then(|attempt| attempt.parse().ok());
    say(app.ledger()?, id, &caller.actor, ReportAsk::Decide { report, attempt, was_received }).await?;
    Ok(back(&pairs, &format!("{}?revision={}", at(date), report.revision)))
}

/// The revision that the form was about; the newest, if it does not say.
fn meant(app: &App, date: Date, pairs: &Pairs) -> Result<ReportId, Problem> {
    if let Some(revision) = form::value(pairs, "revision").and_then(|revision| revision.parse().ok()) {
        return Ok(ReportId { date, revision });
    }
    let snapshot = app.ledger()?.snapshot();
    let newest = snapshot.plan.reports.newest_of(date).map(|report| report.id);
    newest.ok_or_else(|| crate::plan::Refusal::from(crate::plan::ReportRefusal::Unknown).into())
}
