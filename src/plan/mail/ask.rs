//! What is asked for about mails, by people or by whoever sends them; and why it is not done.

use super::MailingId;
use super::assess::Asked;
use crate::plan::refusal::Refusal;
use crate::plan::report::Details;
use crate::plan::value::{Text, Timestamp};

#[derive(Debug, Clone, PartialEq)]
pub enum MailAsk {
    /// `expected`: the digest of what the person was shown; if it is something else by now, nothing is written.
    Start {
        asked: Box<Asked>,
        expected: String,
    },
    Pause {
        mailing: MailingId,
    },
    Resume {
        mailing: MailingId,
    },
    Stop {
        mailing: MailingId,
    },
    Claim {
        runner: Text,
        until: Timestamp,
    },
    Release {
        runner: Text,
    },
    /// Not sooner after the one before than this.
    Announce {
        mailing: MailingId,
        letter: u32,
        token: u64,
        interval_us: i64,
    },
    Sent {
        mailing: MailingId,
        letter: u32,
        token: u64,
        reply: Details,
    },
    Fail {
        mailing: MailingId,
        letter: u32,
        token: u64,
        details: Details,
        retry_at: Option<Timestamp>,
        uncertain: bool,
    },
    Skip {
        mailing: MailingId,
        letter: u32,
        token: u64,
        details: Details,
    },
    Hold {
        token: u64,
        details: Details,
        retry_at: Timestamp,
    },
    /// Everything of the batch that was refused.
    Retry {
        mailing: MailingId,
    },
    Decide {
        mailing: MailingId,
        letter: u32,
        was_received: bool,
    },
}

impl MailAsk {
    #[must_use]
    pub(in crate::plan) fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start_mails",
            Self::Pause { .. } => "pause_mails",
            Self::Resume { .. } => "resume_mails",
            Self::Stop { .. } => "stop_mails",
            Self::Claim { .. } => "claim_mails",
            Self::Release { .. } => "release_mails",
            Self::Announce { .. } => "announce_mail",
            Self::Sent { .. } => "mail_sent",
            Self::Fail { .. } => "fail_mail",
            Self::Skip { .. } => "skip_mail",
            Self::Hold { .. } => "hold_mails",
            Self::Retry { .. } => "retry_mails",
            Self::Decide { .. } => "decide_mail",
        }
    }
}

/// Why nothing is done about mails.
#[derive(Debug, Clone, PartialEq)]
pub enum MailRefusal {
    Unknown,
    /// What would be sent is something else by now than what was looked at.
    Outdated,
    /// There is nobody to write to, or something is wrong with the text.
    CannotStart,
    /// Somebody else sends.
    Claimed {
        runner: String,
        until: Timestamp,
    },
    /// Somebody else has taken over.
    Fenced,
    /// The letter is on its way, or has arrived.
    Done,
    /// The batch is paused, or was stopped.
    Stopped,
    /// The one before was sent just now.
    TooSoon,
    NothingToRetry,
    NotUncertain,
}

impl MailRefusal {
    pub(in crate::plan) fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_mailing",
            Self::Outdated => "preview_outdated",
            Self::CannotStart => "mail_cannot_start",
            Self::Claimed { .. } => "mail_claimed",
            Self::Fenced => "mail_fenced",
            Self::Done => "mail_done",
            Self::Stopped => "mail_stopped",
            Self::TooSoon => "mail_too_soon",
            Self::NothingToRetry => "nothing_to_retry",
            Self::NotUncertain => "not_uncertain",
        }
    }

    /// What happened, and what to do about it.
    pub(in crate::plan) fn words(&self) -> (String, String) {
        let words = |title: &str, detail: &str| (title.to_owned(), detail.to_owned());
        match self {
            Self::Unknown => words("There is no such mail", "Look at the list of mails again."),
            Self::Outdated => words("The plan has moved on", "Other mails would be sent now. Look at them, and send again."),
            Self::CannotStart => words("Nothing can be sent", "There is nobody to write to, or something is wrong with the text."),
            Self::Claimed { runner, until } => (format!("{runner} sends"), format!("Until {until}, unless it gives it back earlier.")),
            Self::Fenced => words("Somebody else sends", "It was taken over, since the claim on it had run out."),
            Self::Done => words("This is done", "No mail is sent twice."),
            Self::Stopped => words("It was stopped", "What was not sent by then is not sent. Start another batch for whoever has no mail."),
            Self::TooSoon => words("Not yet", "Mails are sent no faster than the settings allow."),
            Self::NothingToRetry => words("There is nothing to retry", "No mail of this batch was refused."),
            Self::NotUncertain => words("There is nothing to decide", "It is known whether the mail has arrived, or somebody has decided."),
        }
    }
}

impl From<MailRefusal> for Refusal {
    fn from(refusal: MailRefusal) -> Self {
        Self::Mail(refusal)
    }
}
