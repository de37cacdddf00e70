//! Mails: the texts and the batches, one text with its preview, what would be sent to whom, and what became of it.

use super::Address;
use super::audience::{FILTERS, asked, audience, kept};
use super::words::when;
use crate::lang::{Reader, T};
use crate::plan::command::Role;
use crate::plan::mail::{Broken, Flaw, Going, Language, MailPreview, Mailing, Post, Press, Rendered, Texts, Told, assess};
use crate::plan::{GuestId, Plan, Position, Template as MailText, TemplateId, Text};
use askama::Template;

/// Names in a list of whom something is about.
const NAMED: usize = 8;
/// Mails that are shown before they are sent, and letters of a batch on its page.
const SAMPLES: usize = 3;

/// What is wrong with a text, for whoever writes it.
#[must_use]
pub(super) fn flaw(t: T, (language, is_subject, broken): &(Language, bool, Broken)) -> String {
    let field = match (language, is_subject) {
        (Language::En, true) => t.field_subject_en(),
        (Language::En, false) => t.field_body_en(),
        (Language::De, true) => t.field_subject_de(),
        (Language::De, false) => t.field_body_de(),
    };
    let what = match &broken.what {
        Flaw::NotUnderstood(words) => t.flaw_not_understood(words),
        Flaw::NotPossible(what) => t.flaw_not_possible(what),
        Flaw::UnknownField(name) => t.flaw_unknown_field(name),
        Flaw::Half => t.flaw_half(),
        Flaw::TooMuch => t.flaw_too_much(),
    };
    t.flaw_at(field, broken.line, what)
}

fn names(plan: &Plan, guests: &[GuestId]) -> Vec<(u64, String)> {
    guests.iter().take(NAMED).filter_map(|id| plan.guest(*id)).map(|guest| (guest.id.0, guest.label())).collect()
}

/// A batch in the list.
struct Line {
    id: Position,
    name: String,
    audience: String,
    when: String,
    by: String,
    sent: u32,
    count: u32,
    state: String,
    is_bad: bool,
}

fn state(t: T, mailing: &Mailing) -> (String, bool) {
    let uncertain = mailing.in_state(|state| state == Post::Uncertain).count();
    let failed = mailing.in_state(|state| state == Post::Failed(None)).count();
    let mut words = vec![match mailing.state {
        Going::Paused => t.mail_is_paused(),
        Going::Stopped => t.mail_is_stopped(),
        Going::On if mailing.is_over() => t.mail_is_done(),
        Going::On => t.mail_is_going(),
    }];
    if uncertain > 0 {
        words.push(t.n_uncertain(uncertain));
    }
    if failed > 0 {
        words.push(t.n_refused(failed));
    }
    (words.join(" · "), uncertain + failed > 0)
}

#[derive(Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    t: T,
    texts: Vec<(u64, String, String)>,
    lines: Vec<Line>,
    /// Why nothing is sent for now.
    held: String,
    /// Whom somebody has chosen to write to, and the way there.
    chosen: Option<(String, usize)>,
    is_on: bool,
    may_edit: bool,
}

impl MailPage {
    /// `is_on`: the settings name a server.
    #[must_use]
    pub fn of(plan: &Plan, address: &Address, reader: Reader, is_on: bool) -> Self {
        let t = reader.lang.texts();
        let line = |mailing: &Mailing| {
            let (state, is_bad) = state(t, mailing);
            Line {
                id: mailing.id,
                name: mailing.name.to_string(),
                audience: mailing.audience.to_string(),
                when: when(t, mailing.started_at),
                by: mailing.started_by.to_string(),
                sent: mailing.sent,
                count: mailing.count(),
                state,
                is_bad,
            }
        };
        let chosen = (!address.get("to").is_empty()).then(|| {
            let (guests, words) = audience(plan, t, address);
            (words, guests.len())
        });
        let href = |id: TemplateId| {
            let path = if chosen.is_some() { format!("/mail/texts/{id}/send") } else { format!("/mail/texts/{id}") };
            kept(address, &path).to_string()
        };
        let is_waiting = plan.mails.all.values().any(|mailing| mailing.state == Going::On && !mailing.is_over());
        let held =
            plan.mails.held.as_ref().filter(|_| is_waiting).map(|held| t.mail_held_until(held.details.as_str(), when(t, held.retry_at)));
        Self {
            t,
            texts: plan.templates.values().map(|text| (text.id.0, text.name.to_string(), href(text.id))).collect(),
            lines: plan.mails.all.values().rev().map(|mailing| line(mailing)).collect(),
            held: held.unwrap_or_default(),
            chosen,
            is_on,
            may_edit: reader.role >= Role::Staff,
        }
    }
}

/// A text of a language, as its form has it.
struct Written {
    language: &'static str,
    subject_name: &'static str,
    subject: String,
    body_name: &'static str,
    body: String,
}

#[derive(Template)]
#[template(path = "mail_text.html")]
pub struct MailTextPage<'a> {
    t: T,
    text: &'a MailText,
    written: [Written; 2],
    preview: Printed,
    guests: Vec<(u64, String)>,
    chosen: u64,
    fields: Vec<String>,
    flaws: Vec<String>,
    gaps: Vec<Gap>,
    is_on: bool,
    may_edit: bool,
}

/// A field that is printed, and for whom there is nothing to print.
struct Gap {
    field: String,
    count: usize,
    named: Vec<(u64, String)>,
}

fn gaps(plan: &Plan, preview: &MailPreview) -> Vec<Gap> {
    let gap = |(field, guests): (&String, &Vec<GuestId>)| Gap { field: field.clone(), count: guests.len(), named: names(plan, guests) };
    preview.empty.iter().map(gap).collect()
}

/// The mail as a guest would read it, or what is wrong.
#[derive(Template)]
#[template(path = "mail_preview.html")]
pub struct Printed {
    t: T,
    mail: Option<Rendered>,
    flaws: Vec<String>,
}

impl Printed {
    /// The texts, for a guest.
    #[must_use]
    pub fn of(plan: &Plan, t: T, texts: &Texts, guest: Option<GuestId>) -> Self {
        let nothing = |flaws| Self { t, mail: None, flaws };
        let press = match Press::of(plan, texts) {
            Ok(press) => press,
            Err(wrong) => return nothing(wrong.iter().map(|wrong| flaw(t, wrong)).collect()),
        };
        let Some(guest) = guest.filter(|_| !press.used.is_empty()) else { return nothing(Vec::new()) };
        match press.print(&[guest], Language::En) {
            Ok(mail) => Self { t, mail: Some(mail), flaws: Vec::new() },
            Err(broken) => nothing(vec![flaw(t, &(Language::En, false, broken))]),
        }
    }

    fn is_empty(&self) -> bool {
        self.mail.is_none() && self.flaws.is_empty()
    }
}

impl<'a> MailTextPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, id: TemplateId, address: &Address, reader: Reader, is_on: bool) -> Option<Self> {
        let (t, text) = (reader.lang.texts(), plan.template(id)?);
        let shown = |value: &Option<Text>| value.as_ref().map(ToString::to_string).unwrap_or_default();
        let written = [
            Written {
                language: "en",
                subject_name: "subject_en",
                subject: shown(&text.subject_en),
                body_name: "body_en",
                body: shown(&text.body_en),
            },
            Written {
                language: "de",
                subject_name: "subject_de",
                subject: shown(&text.subject_de),
                body_name: "body_de",
                body: shown(&text.body_de),
            },
        ];
        let chosen = address.number("guest").map(GuestId).filter(|id| plan.guest(*id).is_some());
        let chosen = chosen.or_else(|| plan.guests.values().find(|guest| guest.table.is_some()).map(|guest| guest.id));
        let chosen = chosen.or_else(|| plan.guests.keys().next().copied());
        let all = assess(plan, text, &asked(plan, t, id, &Address::new("", "")));
        let extra = crate::plan::mail::extra_fields(plan).into_iter().map(|column| {
            let is_word = column.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            let quote = if column.contains('\'') { '"' } else { '\'' };
            let begins_as_word = !column.starts_with(|letter: char| letter.is_ascii_digit());
            if is_word && begins_as_word { format!("extra.{column}") } else { format!("extra[{quote}{column}{quote}]") }
        });
        Some(Self {
            t,
            text,
            written,
            preview: Printed::of(plan, t, &Texts::now(text), chosen),
            guests: plan.guests.values().map(|guest| (guest.id.0, guest.label())).collect(),
            chosen: chosen.map_or(0, |guest| guest.0),
            fields: crate::plan::mail::FIELDS.iter().map(|name| (*name).to_owned()).chain(extra).collect(),
            flaws: all.broken.iter().map(|wrong| flaw(t, wrong)).collect(),
            gaps: gaps(plan, &all),
            is_on,
            may_edit: reader.role >= Role::Staff,
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.text.name.to_string()
    }

    fn language(&self, language: &str) -> String {
        if language == "de" { self.t.german() } else { self.t.english() }
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
    fn is_chosen(&self, guest: &u64) -> bool {
        self.chosen == *guest
    }

    /// As a text names it.
    fn braces(field: &str) -> String {
        format!("{{{{ {field} }}}}")
    }

    fn example() -> &'static str {
        "{% if table %}… {{ table }} …{% else %}…{% endif %}"
    }
}

/// What would be sent to whom, before anything is.
#[derive(Template)]
#[template(path = "mail_send.html")]
pub struct MailSendPage<'a> {
    t: T,
    text: &'a MailText,
    address: &'a Address,
    /// Whom the page was opened for, if not for all: what is looked at meanwhile does not lose them.
    narrower: Vec<(&'static str, String)>,
    position: Position,
    digest: String,
    can_start: bool,
    has_no_text: bool,
    letters: usize,
    guests: usize,
    declined: usize,
    without_address: (usize, Vec<(u64, String)>),
    bad_address: (usize, Vec<(u64, String)>),
    again: (usize, Vec<(u64, String)>),
    flaws: Vec<String>,
    gaps: Vec<Gap>,
    samples: Vec<(String, Rendered)>,
    per_minute: u32,
    is_on: bool,
    may_edit: bool,
}

impl<'a> MailSendPage<'a> {
    #[must_use]
    pub fn of(plan: &Plan, text: &'a MailText, address: &'a Address, reader: Reader, per_minute: Option<u32>) -> Self {
        let t = reader.lang.texts();
        let asked = asked(plan, t, text.id, address);
        let preview = assess(plan, text, &asked);
        // The first, the last, and one between: they differ most.
        let last = preview.letters.len().saturating_sub(1);
        let mut picked = vec![0, last / 2, last];
        picked.dedup();
        let narrower = [("picked", &["guests"][..]), ("filter", &FILTERS[..])].into_iter();
        let named = |(to, _): (&'static str, &[&str])| (to, audience(plan, t, &address.with("to", to)).1);
        let sample = |index: usize| preview.letters.get(index).map(|letter| (letter.to.to_string(), letter.mail.clone()));
        Self {
            t,
            text,
            address,
            narrower: narrower
                .filter(|(to, names)| address.get("to") == *to || names.iter().any(|name| !address.get(name).is_empty()))
                .map(named)
                .collect(),
            position: preview.position,
            digest: preview.digest(),
            can_start: preview.can_start(),
            has_no_text: preview.has_no_text,
            letters: preview.letters.len(),
            guests: preview.letters.iter().map(|letter| letter.guests.len()).sum(),
            declined: preview.declined.len(),
            without_address: (preview.without_address.len(), names(plan, &preview.without_address)),
            bad_address: (preview.bad_address.len(), names(plan, &preview.bad_address)),
            again: (preview.again.len(), names(plan, &preview.again)),
            flaws: preview.broken.iter().map(|wrong| flaw(t, wrong)).collect(),
            gaps: gaps(plan, &preview),
            samples: picked.into_iter().take(SAMPLES).filter_map(sample).collect(),
            per_minute: per_minute.unwrap_or_default(),
            is_on: per_minute.is_some(),
            may_edit: reader.role >= Role::Staff,
        }
    }

    fn audiences(&self) -> Vec<(&'static str, String)> {
        let t = self.t;
        let all = [("all", t.audience_all()), ("new", t.audience_new()), ("changed", t.audience_changed())];
        all.into_iter().chain(self.narrower.iter().cloned()).collect()
    }

    fn is_to(&self, value: &str) -> bool {
        let to = self.address.get("to");
        if to.is_empty() { value == "all" } else { to == value }
    }

    fn is_on(&self, name: &str, value: &str) -> bool {
        self.address.get(name) == value
    }

    /// What the choice of the audience keeps of the address.
    fn filters(&self) -> impl Iterator<Item = &(String, String)> {
        self.address.query.iter().filter(|(name, _)| name == "guests" || FILTERS.contains(&name.as_str()))
    }

    /// What the start must be asked for.
    fn choices(&self) -> Vec<(String, String)> {
        kept(self.address, "").query
    }

    fn minutes(&self) -> usize {
        self.letters.div_ceil(usize::try_from(self.per_minute.max(1)).unwrap_or(1))
    }
}

/// What a guest was told, and what is so now.
#[must_use]
pub(super) fn told_words(t: T, told: &Told) -> String {
    match (&told.table, &told.room) {
        _ if told.is_silent => t.says_no_table(),
        (None, _) => t.no_table_yet(),
        (Some(table), None) => table.to_string(),
        (Some(table), Some(room)) => t.table_in_room(table.as_str(), room.as_str()),
    }
}
