//! What happens to reports.

use super::{FileFacts, ReportId, Step, Terms};
use crate::plan::value::{Text, Timestamp};
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// Why an attempt failed: at most 255 characters, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details(Arc<str>);

impl Details {
    pub const CHARS: usize = 255;

    #[must_use]
    pub fn of(words: &str) -> Self {
        let mut line: String = words.chars().map(|char| if char.is_control() { ' ' } else { char }).take(Self::CHARS + 1).collect();
        if line.chars().count() > Self::CHARS {
            line = line.chars().take(Self::CHARS - 1).chain(['…']).collect();
        }
        Self(line.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ReportEvent {
    Enabled {
        from: Date,
    },
    Started {
        report: ReportId,
        terms: Terms,
    },
    Claimed {
        report: ReportId,
        runner: Text,
        token: u64,
        until: Timestamp,
    },
    Released {
        report: ReportId,
        token: u64,
    },
    StepStarted {
        report: ReportId,
        step: Step,
        attempt: u32,
        token: u64,
    },
    RowsCreated {
        report: ReportId,
        token: u64,
        file: FileFacts,
    },
    /// The file is complete under `name`, and is about to be renamed to its final name.
    Submitting {
        report: ReportId,
        token: u64,
        name: Text,
    },
    Submitted {
        report: ReportId,
        token: u64,
    },
    Archived {
        report: ReportId,
        token: u64,
        location: Text,
    },
    Failed {
        report: ReportId,
        step: Step,
        attempt: u32,
        token: u64,
        details: Details,
        retry_at: Option<Timestamp>,
        uncertain: bool,
    },
    /// Somebody has seen to what had failed: it may be tried again.
    Retried {
        report: ReportId,
    },
    /// Somebody has found out whether the file had arrived.
    Decided {
        report: ReportId,
        was_received: bool,
    },
    AlertRaised {
        key: Text,
        report: Option<ReportId>,
        subject: Text,
        message: Text,
    },
    /// Somebody else tells of it again, since nobody had been told by then.
    AlertClaimed {
        key: Text,
        until: Timestamp,
    },
    AlertSent {
        key: Text,
    },
}

impl ReportEvent {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Enabled { .. } => "report_enabled",
            Self::Started { .. } => "report_started",
            Self::Claimed { .. } => "report_claimed",
            Self::Released { .. } => "report_released",
            Self::StepStarted { .. } => "report_step_started",
            Self::RowsCreated { .. } => "report_rows_created",
            Self::Submitting { .. } => "report_submitting",
            Self::Submitted { .. } => "report_submitted",
            Self::Archived { .. } => "report_archived",
            Self::Failed { step: Step::CreateRows, .. } => "report_rows_creation_failed",
            Self::Failed { step: Step::Submit, .. } => "report_submission_failed",
            Self::Failed { step: Step::Archive, .. } => "report_archiving_failed",
            Self::Retried { .. } => "report_retried",
            Self::Decided { .. } => "report_decided",
            Self::AlertRaised { .. } => "report_alert_raised",
            Self::AlertClaimed { .. } => "report_alert_claimed",
            Self::AlertSent { .. } => "report_alert_sent",
        }
    }

    /// Which report it is about, if one.
    #[must_use]
    pub fn report(&self) -> Option<ReportId> {
        match self {
            Self::Enabled { .. } | Self::AlertClaimed { .. } | Self::AlertSent { .. } => None,
            Self::AlertRaised { report, .. } => *report,
            Self::Started { report, .. }
            | Self::Claimed { report, .. }
            | Self::Released { report, .. }
            | Self::StepStarted { report, .. }
            | Self::RowsCreated { report, .. }
            | Self::Submitting { report, .. }
            | Self::Submitted { report, .. }
            | Self::Archived { report, .. }
            | Self::Failed { report, .. }
            | Self::Retried { report }
            | Self::Decided { report, .. } => Some(*report),
        }
    }
}
