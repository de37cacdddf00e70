//! The end-of-day reports: how far each is, how long its steps take, and what a person may do.

use super::words::{self, short_date, step_words};
use crate::lang::{Reader, T};
use crate::plan::command::Role;
use crate::plan::event::{Body, Event};
use crate::plan::report::{Failed, Order, Report, ReportId, Reports, Step};
use crate::plan::{Position, Timestamp};
use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Reports on a page of them, and in its chart.
const SHOWN: usize = 60;
/// The chart, in its own units.
const CHART_HEIGHT: i64 = 120;
const BAR_WIDTH: i64 = 10;

/// What the settings say of the report that is next.
#[derive(Debug, Clone)]
pub struct Upcoming {
    pub zone: TimeZone,
    pub date: Date,
    pub cut_off: Timestamp,
    pub deadline: Timestamp,
}

/// An instant as people read it, in a zone.
fn local(zone: &TimeZone, at: Timestamp, format: &str) -> String {
    let zoned = jiff::Timestamp::from_microsecond(at.0).map(|instant| instant.to_zoned(zone.clone()));
    zoned.map_or_else(|_| String::new(), |zoned| zoned.strftime(format).to_string())
}

/// An instant with its date, in a zone.
fn local_date(t: T, zone: &TimeZone, at: Timestamp, format: &str) -> String {
    let zoned = jiff::Timestamp::from_microsecond(at.0).map(|instant| instant.to_zoned(zone.clone()));
    zoned.map_or_else(|_| String::new(), |zoned| format!("{}, {}", short_date(t, zoned.date()), zoned.strftime(format)))
}

/// A duration as people read it.
fn took(us: i64) -> String {
    let (ms, s) = (us / 1_000, us / 1_000_000);
    match s {
        0 => format!("{ms} ms"),
        1..=59 => format!("{}.{} s", s, ms % 1_000 / 100),
        60..=3_599 => format!("{} min {} s", s / 60, s % 60),
        _ => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
    }
}

fn state_words(t: T, report: &Report) -> String {
    match &report.failure {
        Some(failed) if failed.uncertain => t.uncertain(),
        Some(failed) if failed.retry_at.is_none() => t.step_failed(step_words(t, failed.step)),
        Some(_) => t.is_tried_again(),
        None if report.is_done() => t.report_done(),
        None => match report.last_done() {
            None => t.state_begun(),
            Some(Step::CreateRows) => t.state_rows_written(),
            Some(Step::Submit) => t.state_submitted(),
            Some(Step::Archive) => t.state_archived(),
        },
    }
}

/// A report in the list.
struct Line {
    id: ReportId,
    day: String,
    state: String,
    is_bad: bool,
    is_done: bool,
    submitted: String,
    took: String,
    rows: String,
    attempts: u32,
}

/// A step of a report in the chart.
struct Bar {
    x: i64,
    y: i64,
    height: i64,
    class: &'static str,
    title: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
pub struct ReportsPage {
    t: T,
    /// `None`: reports are not switched on.
    upcoming: Option<(String, String, String, Date)>,
    lines: Vec<Line>,
    bars: Vec<Bar>,
    width: i64,
    longest: String,
}

impl ReportsPage {
    #[must_use]
    pub fn of(t: T, reports: &Reports, upcoming: Option<&Upcoming>) -> Self {
        let zone = upcoming.map_or(TimeZone::UTC, |upcoming| upcoming.zone.clone());
        let newest: Vec<&Report> = reports.all.values().rev().take(SHOWN).map(AsRef::as_ref).collect();
        let (bars, longest) = bars(t, &newest);
        Self {
            t,
            upcoming: upcoming.map(|next| {
                let format = "%H:%M %Z";
                let at = |at| local_date(t, &zone, at, format);
                (short_date(t, next.date), at(next.cut_off), at(next.deadline), next.date)
            }),
            lines: newest.iter().map(|report| line(t, &zone, report)).collect(),
            bars,
            width: i64::try_from(newest.len()).unwrap_or(0) * BAR_WIDTH,
            longest,
        }
    }
}

fn line(t: T, zone: &TimeZone, report: &Report) -> Line {
    let submitted = report.step(Step::Submit).finished_at;
    Line {
        id: report.id,
        day: if report.id.revision > 1 {
            t.day_revision(short_date(t, report.id.date), report.id.revision)
        } else {
            short_date(t, report.id.date)
        },
        state: state_words(t, report),
        is_bad: report.is_given_up(),
        is_done: report.is_done(),
        submitted: submitted.map_or_else(String::new, |at| local(zone, at, "%H:%M:%S")),
        took: report.finished_at().map_or_else(String::new, |at| took(at.0 - report.started_at.0)),
        rows: report.file.as_ref().map_or_else(String::new, |file| file.rows.to_string()),
        attempts: Step::ALL.iter().map(|step| report.step(*step).attempts).sum(),
    }
}

/// The steps of each report above one another, oldest on the left; and how long the longest took.
fn bars(t: T, newest: &[&Report]) -> (Vec<Bar>, String) {
    let durations = |report: &Report| Step::ALL.map(|step| report.step(step).duration_us().unwrap_or(0));
    let longest = newest.iter().map(|report| durations(report).iter().sum::<i64>()).max().unwrap_or(0);
    let mut bars = Vec::new();
    if longest == 0 {
        return (bars, String::new());
    }
    for (place, report) in (0..).zip(newest.iter().rev()) {
        let mut top = CHART_HEIGHT;
        for (step, duration) in Step::ALL.into_iter().zip(durations(report)) {
            if duration == 0 {
                continue;
            }
            // Whatever took any time at all can be seen.
            let height = (duration.saturating_mul(CHART_HEIGHT) / longest).max(1);
            top -= height;
            let title = t.step_took(report.id.to_string(), step_words(t, step), took(duration));
            bars.push(Bar { x: place * BAR_WIDTH, y: top.max(0), height, class: step.as_str(), title });
        }
    }
    (bars, took(longest))
}

/// A step on the page of its report.
struct StepLine {
    what: String,
    began: String,
    ended: String,
    took: String,
    attempts: u32,
    is_done: bool,
    is_next: bool,
}

#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage<'a> {
    t: T,
    date: Date,
    day: String,
    report: Option<&'a Report>,
    revisions: Vec<u32>,
    steps: Vec<StepLine>,
    facts: Vec<(String, String)>,
    events: Vec<(String, String, String)>,
    failed: Option<String>,
    /// Its day is over.
    is_due: bool,
    is_admin: bool,
    is_on: bool,
    position: Position,
}

impl<'a> ReportPage<'a> {
    /// `events`: those that speak of it.
    #[must_use]
    pub fn of(
        reports: &'a Reports,
        date: Date,
        revision: Option<u32>,
        upcoming: Option<&Upcoming>,
        events: &[Event],
        reader: Reader,
        position: Position,
    ) -> Self {
        let t = reader.lang.texts();
        let report = match revision {
            Some(revision) => reports.get(ReportId { date, revision }),
            None => reports.newest_of(date),
        };
        let zone = report.and_then(|report| TimeZone::get(report.terms.zone.as_str()).ok());
        let zone = zone.or_else(|| upcoming.map(|next| next.zone.clone())).unwrap_or(TimeZone::UTC);
        Self {
            t,
            date,
            day: short_date(t, date),
            report,
            revisions: reports.of(date).map(|report| report.id.revision).collect(),
            steps: report.map(|report| steps(t, &zone, report)).unwrap_or_default(),
            facts: report.map(|report| facts(t, &zone, report)).unwrap_or_default(),
            events: events.iter().filter_map(|event| told(t, &zone, event)).collect(),
            failed: report.and_then(|report| report.failure.as_ref()).map(|failed| failed_words(t, &zone, failed)),
            is_due: upcoming.is_some_and(|next| date < next.date),
            is_admin: reader.role == Role::Admin,
            is_on: upcoming.is_some(),
            position,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.t.report_of(self.day.as_str())
    }

    fn state(&self) -> String {
        self.report.map_or_else(|| self.t.not_started(), |report| state_words(self.t, report))
    }

    fn revision(&self) -> u32 {
        self.report.map_or(1, |report| report.id.revision)
    }

    /// The attempt that failed.
    fn attempt(&self) -> u32 {
        self.report.and_then(|report| report.failure.as_ref()).map_or(0, |failed| failed.attempt)
    }

    fn is_newest(&self) -> bool {
        self.revisions.last().is_none_or(|newest| *newest == self.revision())
    }

    fn may_be_corrected(&self) -> bool {
        self.report.is_some_and(Report::may_be_corrected)
    }
}

fn steps(t: T, zone: &TimeZone, report: &Report) -> Vec<StepLine> {
    let next = report.next_step();
    let line = |step: Step| {
        let state = report.step(step);
        StepLine {
            what: step_words(t, step),
            began: state.started_at.map_or_else(String::new, |at| local(zone, at, "%H:%M:%S")),
            ended: state.finished_at.map_or_else(String::new, |at| local(zone, at, "%H:%M:%S")),
            took: state.duration_us().map_or_else(String::new, took),
            attempts: state.attempts,
            is_done: state.finished_at.is_some(),
            is_next: next == Some(step),
        }
    };
    report.terms.order.steps().into_iter().map(line).collect()
}

fn facts(t: T, zone: &TimeZone, report: &Report) -> Vec<(String, String)> {
    let at = |at| local_date(t, zone, at, "%H:%M:%S %Z");
    let terms = &report.terms;
    let mut facts = vec![
        (t.fact_cutoff(), at(terms.cut_off)),
        (t.fact_deadline(), at(terms.deadline)),
        (t.fact_last_event(), terms.position.to_string()),
        (t.fact_started(), t.started_by(at(report.started_at), &report.started_by)),
    ];
    if let Some(reason) = &terms.reason {
        facts.push((t.fact_reason(), reason.to_string()));
    }
    if let Some(position) = terms.corrected_as_of {
        facts.push((t.fact_leaves_out(), position.to_string()));
    }
    if terms.order == Order::ArchiveFirst {
        facts.push((t.fact_order(), t.archived_first()));
    }
    if let Some(file) = &report.file {
        facts.push((t.fact_rows(), file.rows.to_string()));
        facts.push((t.fact_bytes(), file.bytes.to_string()));
        facts.push(("sha256".to_owned(), file.sha256.to_string()));
    }
    if let Some(location) = &report.archived_as {
        facts.push((t.fact_archived_as(), location.to_string()));
    }
    if let Some(claim) = &report.claim {
        facts.push((t.fact_at_work(), t.claimed_until(claim.runner.to_string(), local(zone, claim.until, "%H:%M:%S"))));
    }
    if let Some(who) = &report.received_by {
        facts.push((t.fact_received(), t.as_found_out(who)));
    }
    facts
}

fn failed_words(t: T, zone: &TimeZone, failed: &Failed) -> String {
    let what = t.failed_attempt(step_words(t, failed.step), failed.attempt, failed.details.to_string());
    let then = match failed.retry_at {
        _ if failed.uncertain => return what,
        Some(at) => t.tried_again_at(local(zone, at, "%H:%M:%S")),
        None => t.not_tried_again(),
    };
    format!("{what} {then}")
}

fn told(t: T, zone: &TimeZone, event: &Event) -> Option<(String, String, String)> {
    let Body::Report(said) = &event.body else { return None };
    Some((local(zone, event.recorded_at, "%-d %b %H:%M:%S%.3f"), event.actor.to_string(), words::report(t, said)))
}
