//! The payloads of `report_…` events.

use super::decode::parse;
use super::encode::json;
use crate::plan::report::{Details, FileFacts, Order, ReportEvent, ReportId, Step, Terms};
use crate::plan::{Position, Text, Timestamp};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

payloads! {
    Enabled { from: Date }
    Started {
        date: Date,
        revision: u32,
        cut_off: Timestamp,
        deadline: Timestamp,
        zone: String,
        order: Order,
        position: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrected_as_of: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
    Claimed { date: Date, revision: u32, runner: String, token: u64, until: Timestamp }
    /// `report_released`, `report_submitted`.
    WithToken { date: Date, revision: u32, token: u64 }
    StepStarted { date: Date, revision: u32, step: Step, attempt: u32, token: u64 }
    RowsCreated { date: Date, revision: u32, token: u64, rows: u64, bytes: u64, sha256: String }
    Submitting { date: Date, revision: u32, token: u64, name: String }
    Archived { date: Date, revision: u32, token: u64, location: String }
    Failed {
        date: Date,
        revision: u32,
        attempt: u32,
        token: u64,
        failure_details: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        uncertain: bool,
    }
    Retried { date: Date, revision: u32 }
    Decided { date: Date, revision: u32, received: bool }
    AlertRaised {
        key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<Date>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u32>,
        subject: String,
        message: String,
    }
    AlertClaimed { key: String, until: Timestamp }
    AlertSent { key: String }
}

fn words(text: &Text) -> String {
    text.as_str().to_owned()
}

pub(super) fn encode(event: &ReportEvent) -> Result<String, serde_json::Error> {
    let id = |report: &ReportId| (report.date, report.revision);
    match event {
        ReportEvent::Enabled { from } => json(&Enabled { from: *from }),
        ReportEvent::Started { report, terms } => {
            let (date, revision) = id(report);
            let Terms { cut_off, deadline, zone, order, position, corrected_as_of, reason } = terms;
            json(&Started {
                date,
                revision,
                cut_off: *cut_off,
                deadline: *deadline,
                zone: words(zone),
                order: *order,
                position: position.0,
                corrected_as_of: corrected_as_of.map(|position| position.0),
                reason: reason.as_ref().map(words),
            })
        }
        ReportEvent::Claimed { report, runner, token, until } => {
            let (date, revision) = id(report);
            json(&Claimed { date, revision, runner: words(runner), token: *token, until: *until })
        }
        ReportEvent::Released { report, token } | ReportEvent::Submitted { report, token } => {
            let (date, revision) = id(report);
            json(&WithToken { date, revision, token: *token })
        }
        ReportEvent::StepStarted { report, step, attempt, token } => {
            let (date, revision) = id(report);
            json(&StepStarted { date, revision, step: *step, attempt: *attempt, token: *token })
        }
        ReportEvent::RowsCreated { report, token, file: FileFacts { rows, bytes, sha256 } } => {
            let (date, revision) = id(report);
            json(&RowsCreated { date, revision, token: *token, rows: *rows, bytes: *bytes, sha256: words(sha256) })
        }
        ReportEvent::Submitting { report, token, name } => {
            let (date, revision) = id(report);
            json(&Submitting { date, revision, token: *token, name: words(name) })
        }
        ReportEvent::Archived { report, token, location } => {
            let (date, revision) = id(report);
            json(&Archived { date, revision, token: *token, location: words(location) })
        }
        ReportEvent::Failed { report, step: _, attempt, token, details, retry_at, uncertain } => {
            let (date, revision) = id(report);
            let failure_details = details.as_str().to_owned();
            let (attempt, token, retry_at, uncertain) = (*attempt, *token, *retry_at, *uncertain);
            json(&Failed { date, revision, attempt, token, failure_details, retry_at, uncertain })
        }
        ReportEvent::Retried { report } => {
            let (date, revision) = id(report);
            json(&Retried { date, revision })
        }
        ReportEvent::Decided { report, was_received } => {
            let (date, revision) = id(report);
            json(&Decided { date, revision, received: *was_received })
        }
        ReportEvent::AlertRaised { key, report, subject, message } => {
            let (date, revision) = report.as_ref().map(id).unzip();
            json(&AlertRaised { key: words(key), date, revision, subject: words(subject), message: words(message) })
        }
        ReportEvent::AlertClaimed { key, until } => json(&AlertClaimed { key: words(key), until: *until }),
        ReportEvent::AlertSent { key } => json(&AlertSent { key: words(key) }),
    }
}

/// `None` where the kind is none of a report's.
///
/// # Errors
/// Why the payload is not understood, in words.
pub(super) fn decode(kind: &str, payload: &str) -> Result<Option<ReportEvent>, String> {
    let id = |date, revision| ReportId { date, revision };
    let text = |text: String| Text::stored(&text);
    let failed = |step: Step| {
        let Failed { date, revision, attempt, token, failure_details, retry_at, uncertain } = parse(payload)?;
        let (report, details) = (id(date, revision), Details::of(&failure_details));
        Ok::<_, String>(ReportEvent::Failed { report, step, attempt, token, details, retry_at, uncertain })
    };
    Ok(Some(match kind {
        "report_enabled" => ReportEvent::Enabled { from: parse::<Enabled>(payload)?.from },
        "report_started" => {
            let Started { date, revision, cut_off, deadline, zone, order, position, corrected_as_of, reason } = parse(payload)?;
            let terms = Terms {
                cut_off,
                deadline,
                zone: text(zone),
                order,
                position: Position(position),
                corrected_as_of: corrected_as_of.map(Position),
                reason: reason.map(text),
            };
            ReportEvent::Started { report: id(date, revision), terms }
        }
        "report_claimed" => {
            let Claimed { date, revision, runner, token, until } = parse(payload)?;
            ReportEvent::Claimed { report: id(date, revision), runner: text(runner), token, until }
        }
        "report_released" => {
            let WithToken { date, revision, token } = parse(payload)?;
            ReportEvent::Released { report: id(date, revision), token }
        }
        "report_submitted" => {
            let WithToken { date, revision, token } = parse(payload)?;
            ReportEvent::Submitted { report: id(date, revision), token }
        }
        "report_step_started" => {
            let StepStarted { date, revision, step, attempt, token } = parse(payload)?;
            ReportEvent::StepStarted { report: id(date, revision), step, attempt, token }
        }
        "report_rows_created" => {
            let RowsCreated { date, revision, token, rows, bytes, sha256 } = parse(payload)?;
            ReportEvent::RowsCreated { report: id(date, revision), token, file: FileFacts { rows, bytes, sha256: text(sha256) } }
        }
        "report_submitting" => {
            let Submitting { date, revision, token, name } = parse(payload)?;
            ReportEvent::Submitting { report: id(date, revision), token, name: text(name) }
        }
        "report_archived" => {
            let Archived { date, revision, token, location } = parse(payload)?;
            ReportEvent::Archived { report: id(date, revision), token, location: text(location) }
        }
        "report_rows_creation_failed" => failed(Step::CreateRows)?,
        "report_submission_failed" => failed(Step::Submit)?,
        "report_archiving_failed" => failed(Step::Archive)?,
        "report_retried" => {
            let Retried { date, revision } = parse(payload)?;
            ReportEvent::Retried { report: id(date, revision) }
        }
        "report_decided" => {
            let Decided { date, revision, received } = parse(payload)?;
            ReportEvent::Decided { report: id(date, revision), was_received: received }
        }
        "report_alert_raised" => {
            let AlertRaised { key, date, revision, subject, message } = parse(payload)?;
            let report = date.zip(revision).map(|(date, revision)| id(date, revision));
            ReportEvent::AlertRaised { key: text(key), report, subject: text(subject), message: text(message) }
        }
        "report_alert_claimed" => {
            let AlertClaimed { key, until } = parse(payload)?;
            ReportEvent::AlertClaimed { key: text(key), until }
        }
        "report_alert_sent" => ReportEvent::AlertSent { key: text(parse::<AlertSent>(payload)?.key) },
        _ => return Ok(None),
    }))
}
