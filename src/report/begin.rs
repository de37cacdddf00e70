//! Starting a report: what is fixed then, for good; and making one here and now.

use super::attempt::Trouble;
use super::rows::last_before;
use super::settings::Settings;
use super::work::{Worker, ask, fresh_id, system};
use crate::ledger::{Failure, Ledger, blocking};
use crate::plan::command::ReportAsk;
use crate::plan::event::Body;
use crate::plan::report::{ReportEvent, ReportId, Terms};
use crate::plan::{BatchId, Invalid, Position, Refusal, ReportRefusal, Text};
use crate::store::codec::Decoder;
use jiff::civil::Date;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

/// Dates outside are slips of the pen.
pub const YEARS: RangeInclusive<i16> = 2000..=2199;
/// Between two looks at somebody else's work.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the report of a date: the first, or with a reason a corrected one.
///
/// # Errors
/// It is not due, it was started already, or the store fails.
pub async fn begin(
    ledger: &Ledger,
    settings: &Settings,
    id: BatchId,
    actor: &Arc<str>,
    date: Date,
    reason: Option<Text>,
) -> Result<(), Failure> {
    const TRIES: u32 = 10;
    if !YEARS.contains(&date.year()) {
        return Err(Refusal::invalid("date", Invalid::NotOfThisTime).into());
    }
    if is_repeated(ledger, id, date).await? {
        return Ok(());
    }
    let schedule = settings.schedule().map_err(|error| Failure::Rejected(error.to_string()))?;
    let mut tries = 0;
    loop {
        let snapshot = ledger.snapshot();
        let reports = &snapshot.plan.reports;
        let report = match (reports.newest_of(date), &reason) {
            (None, _) => ReportId { date, revision: 1 },
            (Some(newest), Some(_)) => ReportId { date, revision: newest.id.revision + 1 },
            (Some(_), None) => return Err(Refusal::from(ReportRefusal::Exists).into()),
        };
        let (terms, is_last) = if let Some(first) = reports.get(ReportId { date, revision: 1 }) {
            // A corrected report is of the same moment, and leaves out what was taken back since.
            let corrected_as_of = Some(snapshot.plan.position);
            (Terms { corrected_as_of, reason: reason.clone(), ..first.terms.clone() }, false)
        } else {
            let cut_off = schedule.cut_off(date);
            if ledger.clock().now() < cut_off {
                return Err(Refusal::from(ReportRefusal::NotDue { report, cut_off }).into());
            }
            let reading = ledger.clone();
            let (position, is_last) = blocking(move || last_before(&reading, cut_off)).await??;
            // What was missed is made up for as it was; a person who asks for a day before the plan has mistaken the day.
            if position == Position(0) && &**actor != "system" {
                return Err(Refusal::invalid("date", Invalid::BeforeThePlan).into());
            }
            let (deadline, zone, order) = (schedule.deadline(date), schedule.zone_name().clone(), settings.order);
            (Terms { cut_off, deadline, zone, order, position, corrected_as_of: None, reason: reason.clone() }, is_last)
        };
        match ask(ledger, id, actor, ReportAsk::Start { report, terms: Box::new(terms), is_last }).await {
            Err(Failure::Refused(refusal)) if *refusal == Refusal::Report(ReportRefusal::Outdated) && tries < TRIES => tries += 1,
            other => return other.map(drop),
        }
    }
}

/// Whether this very request has started a report of the date before.
async fn is_repeated(ledger: &Ledger, id: BatchId, date: Date) -> Result<bool, Failure> {
    let store = ledger.store().clone();
    let Some(head) = blocking(move || store.head(id)).await?? else { return Ok(false) };
    match Decoder::default().decode(head.raw()).map(|event| event.body) {
        Ok(Body::Report(event)) if matches!(&*event, ReportEvent::Started { report, .. } if report.date == date) => Ok(true),
        _ => Err(Refusal::IdTaken.into()),
    }
}

/// Makes the report of a date here and now, or watches another instance do it.
///
/// # Errors
/// Why it is not made, in words.
pub async fn run_now(ledger: &Ledger, settings: Settings, date: Date, mut show: impl FnMut(&str)) -> Result<(), String> {
    let words = |failure: Failure| match failure {
        Failure::Refused(refusal) => format!("{}. {}", refusal.title(), refusal.detail()),
        failure => failure.to_string(),
    };
    match begin(ledger, &settings, fresh_id(), &system(), date, None).await {
        Ok(()) => show("started"),
        Err(Failure::Refused(refusal)) if matches!(*refusal, Refusal::Report(ReportRefusal::Exists)) => {}
        Err(failure) => return Err(words(failure)),
    }
    let worker = Worker::new(ledger.clone(), settings);
    let mut state = "";
    loop {
        let report = ledger.snapshot().plan.reports.newest_of(date).cloned().ok_or("there is no such report")?;
        if report.state() != state {
            state = report.state();
            show(state);
        }
        if report.is_done() {
            return Ok(());
        }
        if let Some(failed) = report.failure.as_ref().filter(|failed| failed.retry_at.is_none()) {
            return Err(format!("{} needs a person: {}", failed.step, failed.details));
        }
        match worker.work(report.id).await {
            // Somebody else is at it: watch.
            Ok(()) | Err(Trouble::Over(_)) => tokio::time::sleep(PAUSE).await,
            Err(trouble) => return Err(trouble.to_string()),
        }
    }
}
