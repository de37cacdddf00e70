//! A batch of mails: how far it is, what is uncertain, what was refused; and one letter, as it was.

use super::Address;
use super::mail::told_words;
use super::words::when;
use crate::lang::{Reader, T};
use crate::plan::command::Role;
use crate::plan::mail::{Going, Letter, Mailing, Post, Rendered, Told};
use crate::plan::{GuestId, Plan, Subject};
use askama::Template;

/// Letters on a page.
const SHOWN: usize = 100;

/// A letter in a list.
struct Line {
    number: u32,
    names: String,
    state: String,
    details: String,
    when: String,
    /// Where somebody sits by now who was told something else.
    now: String,
    is_uncertain: bool,
}

fn post(t: T, state: Post) -> String {
    match state {
        Post::Waiting => t.post_waiting(),
        Post::Sending(_) => t.post_sending(),
        Post::Sent => t.post_sent(),
        Post::Failed(Some(at)) => t.post_again_at(when(t, at)),
        Post::Failed(None) => t.post_refused(),
        Post::Uncertain => t.post_uncertain(),
        Post::Skipped => t.post_skipped(),
    }
}

fn names(plan: &Plan, letter: &Letter) -> String {
    letter.told.iter().map(|told| plan.label(Subject::Guest(told.guest))).collect::<Vec<_>>().join(", ")
}

/// What is so now for those whom the letter has told something else, and nobody has told since.
fn outdated<'a>(plan: &'a Plan, letter: &'a Letter) -> impl Iterator<Item = Told> + 'a {
    let is_told = letter.state == Post::Sent;
    let told = letter.told.iter().filter(move |told| is_told && !told.is_silent && plan.knows_outdated_table(told.guest));
    told.map(|told| Told::now(plan, told.guest))
}

fn line(plan: &Plan, t: T, (number, letter): (u32, &Letter)) -> Line {
    Line {
        number,
        names: names(plan, letter),
        state: post(t, letter.state),
        details: letter.details.as_ref().map(ToString::to_string).unwrap_or_default(),
        when: when(t, letter.at),
        now: outdated(plan, letter).next().map(|now| told_words(t, &now)).unwrap_or_default(),
        is_uncertain: letter.state == Post::Uncertain,
    }
}

#[derive(Template)]
#[template(path = "mailing.html")]
pub struct MailingPage<'a> {
    t: T,
    mailing: &'a Mailing,
    when: String,
    waiting: usize,
    uncertain: Vec<Line>,
    refused: Vec<Line>,
    again: usize,
    outdated: usize,
    skipped: usize,
    lines: Vec<Line>,
    more: usize,
    find: &'a str,
    held: String,
    may_edit: bool,
}

impl<'a> MailingPage<'a> {
    #[must_use]
    pub fn of(plan: &Plan, mailing: &'a Mailing, address: &'a Address, reader: Reader) -> Self {
        let t = reader.lang.texts();
        let lines = |is: &dyn Fn(Post) -> bool| mailing.in_state(is).map(|found| line(plan, t, found)).collect::<Vec<_>>();
        let find = address.get("q").to_lowercase();
        let mut all: Vec<Line> = lines(&|_| true);
        all.retain(|line| find.is_empty() || line.names.to_lowercase().contains(&find));
        let more = all.len().saturating_sub(SHOWN);
        all.truncate(SHOWN);
        let held = plan.mails.held.as_ref().filter(|_| !mailing.is_over());
        Self {
            t,
            mailing,
            when: when(t, mailing.started_at),
            waiting: mailing.in_state(|state| matches!(state, Post::Waiting | Post::Sending(_))).count(),
            uncertain: lines(&|state| state == Post::Uncertain),
            refused: lines(&|state| state == Post::Failed(None)),
            again: mailing.in_state(|state| matches!(state, Post::Failed(Some(_)))).count(),
            outdated: mailing.letters.iter().map(|letter| outdated(plan, letter).count()).sum(),
            skipped: mailing.in_state(|state| state == Post::Skipped).count(),
            lines: all,
            more,
            find: address.get("q"),
            held: held.map(|held| t.mail_held_until(held.details.as_str(), when(t, held.retry_at))).unwrap_or_default(),
            may_edit: reader.role >= Role::Staff,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.mailing.name.to_string()
    }

    fn has_skipped(&self) -> bool {
        self.skipped > 0
    }

    fn has_outdated(&self) -> bool {
        self.outdated > 0
    }

    fn has_more(&self) -> bool {
        self.more > 0
    }

    /// How many of a hundred are sent.
    fn share(&self) -> f64 {
        f64::from(self.mailing.sent) * 100.0 / f64::from(self.mailing.count().max(1))
    }

    fn is_going(&self) -> bool {
        self.mailing.state == Going::On && !self.mailing.is_over()
    }

    fn is_paused(&self) -> bool {
        self.mailing.state == Going::Paused
    }

    fn is_stopped(&self) -> bool {
        self.mailing.state == Going::Stopped
    }
}

/// One letter, as it was written.
#[derive(Template)]
#[template(path = "letter.html")]
pub struct LetterPage<'a> {
    t: T,
    mailing: &'a Mailing,
    state: String,
    details: String,
    when: String,
    /// Who was told what, and what is so now where it is something else.
    told: Vec<(u64, String, String, String)>,
    mail: Option<Rendered>,
}

impl<'a> LetterPage<'a> {
    #[must_use]
    pub fn of(plan: &Plan, t: T, mailing: &'a Mailing, letter: &Letter, mail: Option<Rendered>) -> Self {
        let told = |told: &Told| {
            let now = Told::now(plan, told.guest);
            let is_other = plan.guest(told.guest).is_some() && !told.is_silent && now != *told;
            let now = if is_other { told_words(t, &now) } else { String::new() };
            (told.guest.0, plan.label(Subject::Guest(told.guest)), told_words(t, told), now)
        };
        Self {
            t,
            mailing,
            state: post(t, letter.state),
            details: letter.details.as_ref().map(ToString::to_string).unwrap_or_default(),
            when: when(t, letter.at),
            told: letter.told.iter().map(told).collect(),
            mail,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.mailing.name.to_string()
    }
}

/// A letter to a guest, for the guest's page.
pub(super) struct Received {
    pub href: String,
    pub name: String,
    pub state: String,
    pub when: String,
    pub told: String,
}

/// The letters to a guest, newest first.
#[must_use]
pub(super) fn received(plan: &Plan, t: T, guest: GuestId) -> Vec<Received> {
    let letters = plan.mails.of(guest).rev().filter(|(mailing, _, letter)| {
        // What was never sent is no mail.
        mailing.state != Going::Stopped || !matches!(letter.state, Post::Waiting | Post::Failed(_))
    });
    letters
        .map(|(mailing, number, letter)| {
            let told = letter.told.iter().find(|told| told.guest == guest);
            Received {
                href: format!("/mail/{}/{number}", mailing.id),
                name: mailing.name.to_string(),
                state: post(t, letter.state),
                when: when(t, letter.at),
                told: told.map(|told| told_words(t, told)).unwrap_or_default(),
            }
        })
        .collect()
}
