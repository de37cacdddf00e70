//! The end-of-day report: when it is due, what is in it, who makes it, and how it gets where it has to be.
//!
//! What has happened is in the stream, and nowhere else; here is what makes it happen.

mod alert;
mod archive;
mod attempt;
mod begin;
mod check;
#[cfg_attr(not(feature = "smtp"), path = "no_mailer.rs")]
mod mailer;
mod next;
mod parcel;
mod rows;
mod runner;
#[cfg(feature = "s3")]
mod s3_client;
mod schedule;
mod settings;
#[cfg_attr(not(feature = "sftp"), path = "no_submit.rs")]
mod submit;
pub(crate) mod thread;
mod watchful;
mod work;

pub use begin::{YEARS, begin, run_now};
pub use check::{Checked, check};
pub use rows::{Row, Written, draft, file_at, harmless, plan_at_cut_off, write_rows};
pub use runner::start;
pub use schedule::{BadSchedule, Schedule};
pub use settings::{Secret, Settings};
pub use thread::Handle;
pub use work::{file_of, say};
pub(crate) use {
    attempt::pause_after,
    work::{fresh_id, own_name, system},
};

/// A place at which the tests end or hold up the program; in a release it is nothing.
///
/// `TAFEL_REPORT_STOP_AT` is a place with `=abort` or `=hold` (for three seconds).
#[cfg(debug_assertions)]
async fn mark(place: &str) {
    let Ok(wanted) = std::env::var("TAFEL_REPORT_STOP_AT") else { return };
    match wanted.split_once('=') {
        Some((at, "abort")) if at == place => {
            tracing::warn!(place, "ended by a test");
            std::process::abort();
        }
        Some((at, "hold")) if at == place => {
            tracing::warn!(place, "held up by a test");
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        }
        _ => {}
    }
}

#[cfg(not(debug_assertions))]
async fn mark(_: &str) {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::event::{Body, Event};
    use crate::plan::report::{Order, ReportEvent, ReportId, Terms};
    use crate::plan::{BatchId, Plan, Position, Timestamp, evolve};
    use std::sync::Arc;
    use uuid::Uuid;

    /// The plan after something has happened to a report, at the instant of the plan.
    pub(super) fn happens(plan: Plan, event: ReportEvent) -> Plan {
        let at = plan.recorded_at;
        happens_at(plan, event, at)
    }

    pub(super) fn happens_at(plan: Plan, event: ReportEvent, recorded_at: Timestamp) -> Plan {
        let (position, batch) = (plan.position.next(), BatchId(Uuid::nil()));
        let event = Event { position, recorded_at, actor: Arc::from("system"), batch, body: Body::Report(Box::new(event)) };
        evolve(plan, &event)
    }

    pub(super) fn started(report: ReportId, schedule: &Schedule) -> ReportEvent {
        let terms = Terms {
            cut_off: schedule.cut_off(report.date),
            deadline: schedule.deadline(report.date),
            zone: schedule.zone_name().clone(),
            order: Order::SubmitFirst,
            position: Position(0),
            corrected_as_of: None,
            reason: None,
        };
        ReportEvent::Started { report, terms }
    }
}
