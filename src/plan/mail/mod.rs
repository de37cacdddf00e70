//! Mails to guests: what was started, what has been sent, and what each guest was told. All of it is read from the stream.

mod ask;
mod assess;
mod decide;
mod event;
mod evolve;
mod render;
mod sandbox;

pub use ask::{MailAsk, MailRefusal};
pub use assess::{Asked, Drafted, MailPreview, address_of, assess, is_address};
pub(in crate::plan) use decide::decide;
pub use event::MailEvent;
pub use render::{FIELDS, Press, Rendered, extra_fields};
pub use sandbox::{Broken, Flaw, Used};

use super::id::{GuestId, Position, TemplateId};
use super::report::{Claim, Details};
use super::state::Plan;
use super::template::Template;
use super::value::{Code, Rsvp, Text, Timestamp};
use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A language that mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    En,
    De,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }
}

/// A text as it was when its mailing was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    pub subject_en: Option<Text>,
    pub body_en: Option<Text>,
    pub subject_de: Option<Text>,
    pub body_de: Option<Text>,
}

impl Texts {
    #[must_use]
    pub fn now(template: &Template) -> Self {
        let Template { subject_en, body_en, subject_de, body_de, .. } = template;
        let (subject_en, body_en) = (subject_en.clone(), body_en.clone());
        Self { subject_en, body_en, subject_de: subject_de.clone(), body_de: body_de.clone() }
    }

    /// Whether there is a subject without a body, or a body without a subject.
    #[must_use]
    pub fn is_half(&self, language: Language) -> bool {
        match language {
            Language::En => self.subject_en.is_some() != self.body_en.is_some(),
            Language::De => self.subject_de.is_some() != self.body_de.is_some(),
        }
    }

    /// Subject and body, where there are both.
    #[must_use]
    pub fn of(&self, language: Language) -> Option<(&str, &str)> {
        let (subject, body) = match language {
            Language::En => (&self.subject_en, &self.body_en),
            Language::De => (&self.subject_de, &self.body_de),
        };
        Some((subject.as_ref()?.as_str(), body.as_ref()?.as_str()))
    }
}

/// What a guest was told of where to sit, in the words of then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub guest: GuestId,
    pub table: Option<Code>,
    pub room: Option<Code>,
    /// The letter says nothing of where to sit, so it is not news of it either.
    pub is_silent: bool,
}

/// What a text must speak of to tell anybody where to sit.
pub(super) const PLACES: [&str; 4] = ["table", "table_name", "room", "spot"];

impl Told {
    /// What a mail would tell the guest now.
    #[must_use]
    pub fn now(plan: &Plan, guest: GuestId) -> Self {
        let table = plan.guest(guest).and_then(|guest| guest.table).and_then(|id| plan.table(id));
        let room = table.and_then(|table| table.spot).and_then(|id| plan.spot(id)).and_then(|spot| plan.room(spot.room));
        Self { guest, table: table.map(|table| table.number.clone()), room: room.map(|room| room.name.clone()), is_silent: false }
    }
}

/// A batch of mails: the position of the event that started it.
pub type MailingId = Position;

/// Everything that the stream says of mails.
#[derive(Debug, Clone, Default)]
pub struct Mails {
    pub all: OrdMap<MailingId, Arc<Mailing>>,
    /// What each guest was told last, and by which letter.
    pub told: OrdMap<GuestId, (Told, MailingId, u32)>,
    /// The letters that name each guest, oldest first.
    of_guest: OrdMap<GuestId, Vector<(MailingId, u32)>>,
    /// Who sends, of all instances.
    pub claim: Option<Claim>,
    /// The server cannot be reached, or will not have us: when it is tried again.
    pub held: Option<Held>,
    /// When the newest letter was announced.
    pub announced_at: Option<Timestamp>,
    last_token: u64,
    /// How many events have changed any of it.
    pub changes: u64,
}

/// Why nothing is sent for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub details: Details,
    pub at: Timestamp,
    pub retry_at: Timestamp,
    /// How often in a row.
    pub times: u32,
}

/// Mails that were started together.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailing {
    pub id: MailingId,
    pub started_at: Timestamp,
    pub started_by: Arc<str>,
    pub template: TemplateId,
    /// The template's name then.
    pub name: Code,
    pub texts: Texts,
    /// Who was meant, in words.
    pub audience: Text,
    /// For guests whose language is not known.
    pub fallback: Language,
    /// The letters tell what the plan said at this position, as it was known there.
    pub position: Position,
    pub letters: Vector<Letter>,
    pub state: Going,
    /// Letters that may be sent as soon as there is time.
    waiting: OrdSet<u32>,
    /// Letters that are tried again, by when.
    again: OrdSet<(Timestamp, u32)>,
    /// Letters that are being handed over, or were when whoever did it was lost.
    announced: u32,
    pub sent: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    On,
    Paused,
    Stopped,
}

/// One mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// To whom, and what it tells them. More than one where they share an address, as plus-ones do who have none.
    pub told: Arc<[Told]>,
    pub state: Post,
    pub attempts: u32,
    /// Since when it is as it is.
    pub at: Timestamp,
    /// What the server said, or why it was not sent.
    pub details: Option<Details>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    Waiting,
    /// Announced, under this token: whoever holds it is handing it over.
    Sending(u64),
    Sent,
    /// Refused, or given up; `None`: not tried again by itself.
    Failed(Option<Timestamp>),
    /// Announced, and nobody knows whether the server has it.
    Uncertain,
    /// Not sent, since whoever it was for has declined, is gone, or has no address any more.
    Skipped,
}

impl Mails {
    pub fn get(&self, id: MailingId) -> Option<&Mailing> {
        self.all.get(&id).map(Arc::as_ref)
    }

    /// The letters that name the guest, oldest first.
    pub fn of(&self, guest: GuestId) -> impl DoubleEndedIterator<Item = (&Mailing, u32, &Letter)> {
        let letters = self.of_guest.get(&guest).into_iter().flatten();
        letters.filter_map(|(mailing, number)| {
            let mailing = self.get(*mailing)?;
            Some((mailing, *number, mailing.letter(*number)?))
        })
    }

    /// Whether any letter was announced and has no result.
    #[must_use]
    pub fn has_announced(&self) -> bool {
        self.all.values().any(|mailing| mailing.announced > 0)
    }

    /// Whether a mail to the guest was sent, is about to be, or may have been.
    #[must_use]
    pub fn was_written_to(&self, guest: GuestId) -> bool {
        self.of(guest).any(|(mailing, _, letter)| !letter.state.is_lost(mailing.state))
    }
}

impl Post {
    /// Whether nobody will read it: it was not sent, and will not be, in a batch that goes so.
    #[must_use]
    pub fn is_lost(self, going: Going) -> bool {
        match self {
            Self::Sent | Self::Uncertain | Self::Sending(_) => false,
            Self::Waiting | Self::Failed(Some(_)) => going == Going::Stopped,
            Self::Failed(None) | Self::Skipped => true,
        }
    }
}

impl Plan {
    /// Whether the guest was told of another table or room than there is now.
    #[must_use]
    pub fn knows_outdated_table(&self, guest: GuestId) -> bool {
        let comes = self.guest(guest).is_some_and(|guest| guest.rsvp != Rsvp::Declined);
        comes && self.mails.told.get(&guest).is_some_and(|(told, ..)| *told != Told::now(self, guest))
    }
}

impl Mailing {
    #[must_use]
    pub fn letter(&self, number: u32) -> Option<&Letter> {
        self.letters.get(usize::try_from(number).ok()?)
    }

    /// The letters in a state, by number.
    pub fn in_state(&self, is: impl Fn(Post) -> bool) -> impl Iterator<Item = (u32, &Letter)> {
        (0_u32..).zip(&self.letters).filter(move |(_, letter)| is(letter.state))
    }

    /// How many letters there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.letters.len()).unwrap_or(u32::MAX)
    }

    /// Whether nothing happens any more by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state == Going::Stopped || (self.waiting.is_empty() && self.again.is_empty() && self.announced == 0)
    }

    /// The letter that is to be sent next, and from when on.
    #[must_use]
    pub fn next(&self) -> Option<(u32, Timestamp)> {
        if self.state != Going::On {
            return None;
        }
        // What has waited since the beginning goes before what was refused once.
        let first = self.waiting.get_min().map(|number| (*number, Timestamp(i64::MIN)));
        first.or_else(|| self.again.get_min().map(|(at, number)| (*number, *at)))
    }
}
