//! The end-of-day reports: how far each has come, and who may work on it. All of it is read from the stream.

mod decide;
mod event;
mod evolve;
mod refusal;

pub(in crate::plan) use decide::decide;
pub use event::{Details, ReportEvent};
pub use refusal::ReportRefusal;

use super::id::Position;
use super::value::{Text, Timestamp};
use imbl::OrdMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;

/// No instance decides while its clock is more than two seconds off the database's, so the clocks of two of them are at most
/// four seconds apart. A claim counts for this much longer with the others than with whoever holds it.
pub const CLOCKS_APART_US: i64 = 5_000_000;

/// No claim is longer.
pub const LONGEST_CLAIM_US: i64 = 3_600_000_000;

/// For so long it is for whoever has raised or claimed an alert to tell of it.
pub const TOLD_WITHIN_US: i64 = 600_000_000;

/// A report of a business date. A corrected one of the same date is another revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId {
    pub date: Date,
    pub revision: u32,
}

impl ReportId {
    /// The name of its file.
    #[must_use]
    pub fn file_name(self) -> String {
        match self.revision {
            0 | 1 => format!("tafel-{}.csv", self.date),
            revision => format!("tafel-{}-r{revision}.csv", self.date),
        }
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision {
            0 | 1 => write!(f, "{}", self.date),
            revision => write!(f, "{}, revision {revision}", self.date),
        }
    }
}

/// What has to be done for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Fold, sort, write the file.
    CreateRows,
    /// Bring the file to the authority.
    Submit,
    /// Put the file into the archive.
    Archive,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::CreateRows, Self::Submit, Self::Archive];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateRows => "create_rows",
            Self::Submit => "submit",
            Self::Archive => "archive",
        }
    }

    /// What the report is once the step is done.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::CreateRows => "rows_created",
            Self::Submit => "submitted",
            Self::Archive => "archived",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which of the two goes first once the rows are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    #[default]
    SubmitFirst,
    ArchiveFirst,
}

impl Order {
    #[must_use]
    pub fn steps(self) -> [Step; 3] {
        match self {
            Self::SubmitFirst => [Step::CreateRows, Step::Submit, Step::Archive],
            Self::ArchiveFirst => [Step::CreateRows, Step::Archive, Step::Submit],
        }
    }
}

/// Everything that the stream says of reports.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    /// The first date that is reported by itself.
    pub from: Option<Date>,
    pub all: OrdMap<ReportId, Arc<Report>>,
    /// Somebody was to be told of something, by what makes it unique.
    pub alerts: OrdMap<Text, Arc<Alert>>,
    /// Of the newest claim; each has a greater one than the one before.
    last_token: u64,
    /// How many events have changed any of it.
    pub changes: u64,
}

impl Reports {
    pub fn get(&self, id: ReportId) -> Option<&Report> {
        self.all.get(&id).map(Arc::as_ref)
    }

    /// The revisions of a date, oldest first.
    pub fn of(&self, date: Date) -> impl DoubleEndedIterator<Item = &Report> {
        let (first, last) = (ReportId { date, revision: 0 }, ReportId { date, revision: u32::MAX });
        self.all.range(first..=last).map(|(_, report)| report.as_ref())
    }

    pub fn newest_of(&self, date: Date) -> Option<&Report> {
        self.of(date).next_back()
    }

    /// Whether a corrected one has taken its place before it was submitted.
    #[must_use]
    pub fn is_superseded(&self, report: &Report) -> bool {
        report.step(Step::Submit).finished_at.is_none() && self.newest_of(report.id.date).is_some_and(|newest| newest.id != report.id)
    }
}

/// One report, as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub id: ReportId,
    pub started_at: Timestamp,
    pub started_by: Arc<str>,
    pub terms: Terms,
    pub claim: Option<Claim>,
    pub file: Option<FileFacts>,
    steps: [StepState; 3],
    /// The names from which the file was to be renamed to its final one, with no result known.
    pub announced: Vec<Text>,
    /// What the last attempt ended in, if it failed and nothing was done since.
    pub failure: Option<Failed>,
    /// Where the archive has it.
    pub archived_as: Option<Text>,
    /// Who said that it had arrived, where nobody could see it.
    pub received_by: Option<Arc<str>>,
    /// How often a claim was taken over from somebody who did not give it back.
    pub taken_over: u32,
    /// Where in the stream it is spoken of.
    pub events: Vec<Position>,
}

/// What was fixed when the report was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The first instant that does not belong to it any more.
    pub cut_off: Timestamp,
    pub deadline: Timestamp,
    /// The IANA zone in which the file tells the time.
    pub zone: Text,
    pub order: Order,
    /// The last event before the cut-off.
    pub position: Position,
    /// Leaves out the batches that were void then; `None`: as it was known at the cut-off.
    pub corrected_as_of: Option<Position>,
    /// Of a revision.
    pub reason: Option<Text>,
}

/// The right to work on a report, for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub runner: Text,
    /// The fencing token: whatever comes with an older one is refused.
    pub token: u64,
    pub until: Timestamp,
}

impl Claim {
    /// Whether somebody else must still keep away. A claim that seems to last longer than any may was made by a wrong clock.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        let left = self.until.0.saturating_sub(now.0);
        left.saturating_add(CLOCKS_APART_US) > 0 && left <= LONGEST_CLAIM_US + CLOCKS_APART_US
    }
}

/// What is known of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileFacts {
    pub rows: u64,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: Text,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StepState {
    pub attempts: u32,
    /// When the first attempt began.
    pub started_at: Option<Timestamp>,
    /// When the newest attempt began.
    pub tried_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

impl StepState {
    /// From the first attempt to the end, in microseconds.
    #[must_use]
    pub fn duration_us(&self) -> Option<i64> {
        Some(self.finished_at?.0 - self.started_at?.0)
    }
}

/// An attempt that came to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    pub step: Step,
    pub attempt: u32,
    pub details: Details,
    pub at: Timestamp,
    /// When it is tried again by itself; `None`: a person must see to it first.
    pub retry_at: Option<Timestamp>,
    /// Nobody can tell from outside whether the file has arrived.
    pub uncertain: bool,
}

/// Somebody is to be told of something, once.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub raised_at: Timestamp,
    /// The report that it is about, if it is about one.
    pub report: Option<ReportId>,
    pub subject: Text,
    pub message: Text,
    /// Until then whoever has it does the telling.
    pub claimed_until: Timestamp,
    pub sent_at: Option<Timestamp>,
}

impl Report {
    #[must_use]
    pub fn step(&self, step: Step) -> &StepState {
        &self.steps[step as usize]
    }

    /// What is to be done next; `None` when all is done.
    #[must_use]
    pub fn next_step(&self) -> Option<Step> {
        self.terms.order.steps().into_iter().find(|step| self.step(*step).finished_at.is_none())
    }

    #[must_use]
    pub fn is_done(&self) -> bool {
        self.next_step().is_none()
    }

    /// The last step that is done, as the interface names it.
    #[must_use]
    pub fn state(&self) -> &'static str {
        self.last_done().map_or("started", Step::done)
    }

    /// The last step that is done.
    #[must_use]
    pub fn last_done(&self) -> Option<Step> {
        self.terms.order.steps().into_iter().rev().find(|step| self.step(*step).finished_at.is_some())
    }

    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.failure.as_ref().is_some_and(|failed| failed.uncertain)
    }

    /// Whether nothing more happens until a person has seen to it.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.failure.as_ref().is_some_and(|failed| failed.retry_at.is_none())
    }

    /// Whether a corrected one may follow.
    #[must_use]
    pub fn may_be_corrected(&self) -> bool {
        decide::may_be_corrected(self)
    }

    #[must_use]
    pub fn finished_at(&self) -> Option<Timestamp> {
        if self.is_done() { self.steps.iter().filter_map(|step| step.finished_at).max() } else { None }
    }
}
