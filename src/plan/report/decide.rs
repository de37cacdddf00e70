//! What may happen to reports: who may work on one, and with which token.

use super::{Report, ReportEvent, ReportId, ReportRefusal, Reports, Step};
use crate::plan::command::ReportAsk;
use crate::plan::refusal::Refusal;
use crate::plan::state::Plan;
use crate::plan::value::Timestamp;

/// The events that carry it out.
///
/// # Errors
/// Why not.
pub(in crate::plan) fn decide(plan: &Plan, ask: &ReportAsk, at: Timestamp) -> Result<Vec<ReportEvent>, Refusal> {
    let reports = &plan.reports;
    match ask {
        ReportAsk::Enable { from } => Ok(if reports.from == Some(*from) { Vec::new() } else { vec![ReportEvent::Enabled { from: *from }] }),
        ReportAsk::Start { report, terms, is_last } => {
            may_start(reports, *report, terms.cut_off, at)?;
            // Nothing had been recorded since the cut-off. Whatever was meanwhile may belong to it.
            if *is_last && plan.position != terms.position {
                return Err(ReportRefusal::Outdated.into());
            }
            Ok(vec![ReportEvent::Started { report: *report, terms: (**terms).clone() }])
        }
        ReportAsk::Claim { report, runner, until } => {
            let found = find(reports, *report)?;
            let step = found.next_step().ok_or(ReportRefusal::Done)?;
            if reports.is_superseded(found) {
                return Err(ReportRefusal::Superseded.into());
            }
            let is_mine = found.claim.as_ref().is_some_and(|claim| claim.runner == *runner);
            match &found.claim {
                Some(claim) if !is_mine && claim.is_live(at) => {
                    return Err(ReportRefusal::Claimed { runner: claim.runner.to_string(), until: claim.until }.into());
                }
                _ => {}
            }
            match &found.failure {
                Some(failed) if failed.retry_at.is_none_or(|retry_at| retry_at > at) => return Err(ReportRefusal::Waiting.into()),
                _ => {}
            }
            let token = reports.last_token + 1;
            let claimed = ReportEvent::Claimed { report: *report, runner: runner.clone(), token, until: *until };
            // Whoever asks for more time goes on with what he is at.
            Ok(if is_mine { vec![claimed] } else { vec![claimed, step_started(found, step, token)] })
        }
        ReportAsk::Announce { report, token, name } => {
            let found = fenced(reports, *report, *token)?;
            in_turn(found, Step::Submit)?;
            Ok(vec![ReportEvent::Submitting { report: *report, token: *token, name: name.clone() }])
        }
        ReportAsk::CreatedRows { report, token, file } => {
            let found = fenced(reports, *report, *token)?;
            in_turn(found, Step::CreateRows)?;
            Ok(done(found, Step::CreateRows, *token, ReportEvent::RowsCreated { report: *report, token: *token, file: file.clone() }))
        }
        ReportAsk::Submitted { report, token } => {
            let found = fenced(reports, *report, *token)?;
            in_turn(found, Step::Submit)?;
            Ok(done(found, Step::Submit, *token, ReportEvent::Submitted { report: *report, token: *token }))
        }
        ReportAsk::Archived { report, token, location } => {
            let found = fenced(reports, *report, *token)?;
            in_turn(found, Step::Archive)?;
            let archived = ReportEvent::Archived { report: *report, token: *token, location: location.clone() };
            Ok(done(found, Step::Archive, *token, archived))
        }
        ReportAsk::Fail { report, token, step, details, retry_at, uncertain } => {
            let found = fenced(reports, *report, *token)?;
            in_turn(found, *step)?;
            let failed = ReportEvent::Failed {
                report: *report,
                step: *step,
                attempt: found.step(*step).attempts,
                token: *token,
                details: details.clone(),
                retry_at: *retry_at,
                uncertain: *uncertain,
            };
            Ok(vec![failed, ReportEvent::Released { report: *report, token: *token }])
        }
        ReportAsk::Release { report, runner } => {
            let claim = find(reports, *report)?.claim.as_ref().filter(|claim| claim.runner == *runner);
            Ok(claim.map(|claim| ReportEvent::Released { report: *report, token: claim.token }).into_iter().collect())
        }
        ReportAsk::Retry { report } => {
            let found = find(reports, *report)?;
            if found.is_uncertain() || found.failure.is_none() {
                return Err(ReportRefusal::NothingToRetry.into());
            }
            Ok(vec![ReportEvent::Retried { report: *report }])
        }
        ReportAsk::Decide { report, attempt, was_received } => {
            // What somebody has found out is about the attempt that he was shown.
            let failed = find(reports, *report)?.failure.as_ref().filter(|failed| failed.uncertain);
            if failed.is_none_or(|failed| attempt.is_some_and(|attempt| attempt != failed.attempt)) {
                return Err(ReportRefusal::NotUncertain.into());
            }
            Ok(vec![ReportEvent::Decided { report: *report, was_received: *was_received }])
        }
        ReportAsk::Raise { key, report, subject, message } => Ok(if reports.alerts.contains_key(key) {
            Vec::new()
        } else {
            vec![ReportEvent::AlertRaised { key: key.clone(), report: *report, subject: subject.clone(), message: message.clone() }]
        }),
        ReportAsk::Retell { key, until } => {
            let is_free = reports.alerts.get(key).is_some_and(|alert| alert.sent_at.is_none() && alert.claimed_until < at);
            Ok(if is_free { vec![ReportEvent::AlertClaimed { key: key.clone(), until: *until }] } else { Vec::new() })
        }
        ReportAsk::Sent { key } => {
            let is_waiting = reports.alerts.get(key).is_some_and(|alert| alert.sent_at.is_none());
            Ok(if is_waiting { vec![ReportEvent::AlertSent { key: key.clone() }] } else { Vec::new() })
        }
    }
}

fn may_start(reports: &Reports, id: ReportId, cut_off: Timestamp, at: Timestamp) -> Result<(), ReportRefusal> {
    if at < cut_off {
        return Err(ReportRefusal::NotDue { report: id, cut_off });
    }
    let newest = reports.newest_of(id.date);
    if newest.is_some_and(|newest| newest.id.revision >= id.revision) {
        return Err(ReportRefusal::Exists);
    }
    match newest {
        None if id.revision == 1 => Ok(()),
        Some(newest) if newest.id.revision + 1 == id.revision => {
            if may_be_corrected(newest) {
                Ok(())
            } else {
                Err(ReportRefusal::Unfinished)
            }
        }
        _ => Err(ReportRefusal::Outdated),
    }
}

/// It is done, or it has failed in a way that lets nobody wonder whether it will arrive after all.
pub(in crate::plan) fn may_be_corrected(report: &Report) -> bool {
    let has_failed = report.failure.is_some() && report.claim.is_none() && report.announced.is_empty();
    report.is_done() || (has_failed && !report.is_uncertain())
}

fn find(reports: &Reports, id: ReportId) -> Result<&Report, ReportRefusal> {
    reports.get(id).ok_or(ReportRefusal::Unknown)
}

/// The report, for whoever holds its newest claim.
fn fenced(reports: &Reports, id: ReportId, token: u64) -> Result<&Report, ReportRefusal> {
    let found = find(reports, id)?;
    if found.claim.as_ref().is_some_and(|claim| claim.token == token) { Ok(found) } else { Err(ReportRefusal::Fenced) }
}

fn in_turn(report: &Report, step: Step) -> Result<(), ReportRefusal> {
    if report.next_step() == Some(step) { Ok(()) } else { Err(ReportRefusal::Done) }
}

fn step_started(report: &Report, step: Step, token: u64) -> ReportEvent {
    ReportEvent::StepStarted { report: report.id, step, attempt: report.step(step).attempts + 1, token }
}

/// A step's result, with what follows it: the next step, or the end of the claim.
fn done(report: &Report, step: Step, token: u64, result: ReportEvent) -> Vec<ReportEvent> {
    let next = report.terms.order.steps().into_iter().filter(|next| *next != step).find(|next| report.step(*next).finished_at.is_none());
    let follows = match next {
        Some(next) => step_started(report, next, token),
        None => ReportEvent::Released { report: report.id, token },
    };
    vec![result, follows]
}
