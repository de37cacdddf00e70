//! Why nothing is done about a report.

use super::ReportId;
use crate::plan::refusal::Refusal;
use crate::plan::value::Timestamp;

/// Why nothing is done about a report.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportRefusal {
    Unknown,
    /// Its day is not over.
    NotDue {
        report: ReportId,
        cut_off: Timestamp,
    },
    /// It was started already.
    Exists,
    /// The revision before it is still being worked on.
    Unfinished,
    /// The stream has moved on since its end was looked at.
    Outdated,
    /// Somebody works on it.
    Claimed {
        runner: String,
        until: Timestamp,
    },
    /// It failed, and is to be tried again later, or by a person only.
    Waiting,
    /// Somebody else has taken it over.
    Fenced,
    /// The step is done, or not the next one.
    Done,
    NothingToRetry,
    NotUncertain,
    /// A corrected one has taken its place.
    Superseded,
}

impl ReportRefusal {
    pub(in crate::plan) fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_report",
            Self::NotDue { .. } => "report_not_due",
            Self::Exists => "report_exists",
            Self::Unfinished => "report_unfinished",
            Self::Outdated => "report_outdated",
            Self::Claimed { .. } => "report_claimed",
            Self::Waiting => "report_waiting",
            Self::Fenced => "report_fenced",
            Self::Done => "report_done",
            Self::NothingToRetry => "nothing_to_retry",
            Self::NotUncertain => "not_uncertain",
            Self::Superseded => "report_superseded",
        }
    }

    pub(in crate::plan) fn words(&self) -> (String, String) {
        let words = |title: &str, detail: &str| (title.to_owned(), detail.to_owned());
        match self {
            Self::Unknown => words("There is no such report", "It has not been started."),
            Self::NotDue { report, cut_off } => {
                (format!("The report of {report} is not due"), format!("Its day is over at {cut_off}; until then, there is a draft."))
            }
            Self::Exists => words("The report was started already", "Look at how far it is. A corrected one needs a reason."),
            Self::Unfinished => words("The report before it is not finished", "Wait for it, or see to why it failed."),
            Self::Outdated => words("The plan has moved on", "Ask again."),
            Self::Claimed { runner, until } => {
                (format!("{runner} works on it"), format!("Until {until}, unless it gives it back earlier."))
            }
            Self::Waiting => words("It is to be tried again later", "Or ask for it to be retried."),
            Self::Fenced => words("Somebody else works on it", "It was taken over, since the claim on it had run out."),
            Self::Done => words("This is done", "No step is done twice."),
            Self::NothingToRetry => {
                words("There is nothing to retry", "It has not failed, or somebody must first find out whether it arrived.")
            }
            Self::NotUncertain => {
                words("There is nothing to decide", "It is known whether the file has arrived, or it was sent again since.")
            }
            Self::Superseded => words("A corrected report has taken its place", "This one is not submitted any more."),
        }
    }
}

impl From<ReportRefusal> for Refusal {
    fn from(refusal: ReportRefusal) -> Self {
        Self::Report(refusal)
    }
}
