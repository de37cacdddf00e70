//! What happens to mails.

use super::{Language, MailingId, Texts, Told};
use crate::plan::id::{Position, TemplateId};
use crate::plan::report::Details;
use crate::plan::value::{Code, Text, Timestamp};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
pub enum MailEvent {
    /// A batch of mails: its own position is its number.
    BatchStarted {
        template: TemplateId,
        name: Code,
        texts: Texts,
        audience: Text,
        fallback: Language,
        position: Position,
        letters: Vec<Arc<[Told]>>,
    },
    BatchPaused {
        mailing: MailingId,
    },
    BatchResumed {
        mailing: MailingId,
    },
    /// What is not sent yet is not sent any more.
    BatchStopped {
        mailing: MailingId,
    },
    Claimed {
        runner: Text,
        token: u64,
        until: Timestamp,
    },
    Released {
        token: u64,
    },
    /// The letter is about to be handed to the server.
    Sending {
        mailing: MailingId,
        letter: u32,
        token: u64,
    },
    /// The server has taken it.
    Sent {
        mailing: MailingId,
        letter: u32,
        token: u64,
        reply: Details,
    },
    Failed {
        mailing: MailingId,
        letter: u32,
        token: u64,
        details: Details,
        retry_at: Option<Timestamp>,
        uncertain: bool,
    },
    /// Whoever it was for is not to have it any more.
    Skipped {
        mailing: MailingId,
        letter: u32,
        token: u64,
        details: Details,
    },
    /// The server cannot be reached, or will have nothing of us.
    Held {
        token: u64,
        details: Details,
        retry_at: Timestamp,
    },
    /// Somebody has seen to what had failed: it may be tried again.
    Retried {
        mailing: MailingId,
        letter: u32,
    },
    /// Somebody has found out, or decided, whether the letter arrived.
    Decided {
        mailing: MailingId,
        letter: u32,
        was_received: bool,
    },
}

impl MailEvent {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BatchStarted { .. } => "mail_batch_started",
            Self::BatchPaused { .. } => "mail_batch_paused",
            Self::BatchResumed { .. } => "mail_batch_resumed",
            Self::BatchStopped { .. } => "mail_batch_stopped",
            Self::Claimed { .. } => "mail_claimed",
            Self::Released { .. } => "mail_released",
            Self::Sending { .. } => "mail_sending",
            Self::Sent { .. } => "mail_sent",
            Self::Failed { .. } => "mail_failed",
            Self::Skipped { .. } => "mail_skipped",
            Self::Held { .. } => "mail_held",
            Self::Retried { .. } => "mail_retried",
            Self::Decided { .. } => "mail_decided",
        }
    }
}
