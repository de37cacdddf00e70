//! Guests: the list with its filters, and one guest.

use super::Address;
use super::find::Question;
use super::mailing::{Received, received};
use crate::lang::{Reader, T};
use crate::plan::command::Role;
use crate::plan::{Guest, GuestId, Plan, Rsvp, Table};
use askama::Template;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Guests on a page, unless all are asked for.
const PER_PAGE: usize = 100;

/// A guest as a line of the list.
pub struct Listed<'a> {
    pub guest: &'a Guest,
    pub table: Option<&'a Table>,
}

impl Listed<'_> {
    #[must_use]
    pub fn name(&self) -> String {
        self.guest.label()
    }

    #[must_use]
    pub fn is_unseated(&self) -> bool {
        self.table.is_none() && self.guest.rsvp != Rsvp::Declined
    }
}

/// The list as the address asks for it, whole.
#[must_use]
pub fn listed<'a>(plan: &'a Plan, address: &Address) -> Vec<Listed<'a>> {
    let question = Question::of(address.get("q"));
    let split = if address.get("show") == "split" { split_parties(plan) } else { BTreeSet::new() };
    let room = address.number("room");
    let mut guests: Vec<Listed<'_>> = plan
        .guests
        .values()
        .map(|guest| Listed { guest, table: guest.table.and_then(|table| plan.table(table)) })
        .filter(|listed| is_shown(plan, listed, address.get("show"), room, &split))
        .filter(|listed| {
            address.get("diet").is_empty() || listed.guest.diet.as_ref().is_some_and(|diet| diet.as_str() == address.get("diet"))
        })
        .filter(|listed| address.number("table").is_none_or(|table| listed.guest.table.is_some_and(|own| own.0 == table)))
        .filter(|listed| question.is_empty() || matches(listed, &question))
        .collect();
    sort(&mut guests, address.get("sort"));
    guests
}

fn is_shown(plan: &Plan, listed: &Listed<'_>, show: &str, room: Option<u64>, split: &BTreeSet<String>) -> bool {
    let guest = listed.guest;
    let is_shown = match show {
        "unseated" => listed.is_unseated(),
        "seated" => listed.table.is_some(),
        "open" => guest.rsvp == Rsvp::Invited,
        "maybe" => guest.rsvp == Rsvp::Maybe,
        "declined" => guest.rsvp == Rsvp::Declined,
        "vip" => guest.vip,
        "wheelchair" => guest.wheelchair,
        "vip-unseated" => guest.vip && listed.is_unseated(),
        "outdated" => plan.knows_outdated_table(guest.id),
        "unwritten" => !plan.mails.was_written_to(guest.id),
        "split" => guest.party.as_ref().is_some_and(|party| split.contains(&party.as_str().to_lowercase())),
        "tight" => is_tight(plan, guest),
        "diet" => guest.diet.is_some() || guest.allergies.is_some(),
        _ => true,
    };
    let stands_in = |table: &Table| table.spot.and_then(|spot| plan.spot(spot)).map(|spot| spot.room.0);
    is_shown && room.is_none_or(|room| listed.table.and_then(stands_in) == Some(room))
}

/// The parties whose members sit at more than one table, by their codes in small letters.
pub(super) fn split_parties(plan: &Plan) -> BTreeSet<String> {
    let mut tables: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for guest in plan.guests.values() {
        if let (Some(party), Some(table)) = (&guest.party, guest.table) {
            tables.entry(party.as_str().to_lowercase()).or_default().insert(table.0);
        }
    }
    tables.into_iter().filter(|(_, tables)| tables.len() > 1).map(|(party, _)| party).collect()
}

/// Somebody in a wheelchair where there is no room for one: at an overfull table, or one on a spot with fewer seats.
pub(super) fn is_tight(plan: &Plan, guest: &Guest) -> bool {
    let table = guest.table.and_then(|table| plan.table(table)).filter(|_| guest.wheelchair);
    table.is_some_and(|table| {
        let spot = table.spot.and_then(|spot| plan.spot(spot));
        plan.seated_at(table.id) > table.seats.get() || spot.is_some_and(|spot| spot.seats < table.seats)
    })
}

/// Whether every word is somewhere in what people know of the guest.
fn matches(listed: &Listed<'_>, question: &Question) -> bool {
    let guest = listed.guest;
    let texts = [&guest.first_name, &guest.last_name, &guest.company, &guest.department, &guest.diet, &guest.notes];
    let codes = [
        guest.email.as_ref().map(crate::plan::Email::as_str),
        guest.employee_no.as_ref().map(crate::plan::EmployeeNo::as_str),
        guest.party.as_ref().map(crate::plan::Code::as_str),
        listed.table.map(|table| table.number.as_str()),
    ];
    let texts = texts.into_iter().flatten().chain(guest.extra.values()).map(crate::plan::Text::as_str);
    question.fits(texts.chain(codes.into_iter().flatten()))
}

fn sort(guests: &mut [Listed<'_>], by: &str) {
    let name = |listed: &Listed<'_>| (listed.guest.last_name.clone(), listed.guest.first_name.clone(), listed.guest.id);
    match by {
        "table" => {
            guests.sort_by_cached_key(|listed| (listed.table.is_none(), listed.table.map(|table| table.number.clone()), name(listed)));
        }
        "party" => guests.sort_by_cached_key(|listed| (listed.guest.party.is_none(), listed.guest.party.clone(), name(listed))),
        "company" => guests.sort_by_cached_key(|listed| (listed.guest.company.is_none(), listed.guest.company.clone(), name(listed))),
        "newest" => guests.sort_by_key(|listed| Reverse(listed.guest.id)),
        _ => guests.sort_by_cached_key(name),
    }
}

#[derive(Template)]
#[template(path = "guests.html")]
pub struct GuestsPage<'a> {
    t: T,
    /// Each answer once, for rows by the hundred.
    answers: [String; 4],
    unseated_word: String,
    /// What stands before and behind the name.
    tick: (String, String),
    address: &'a Address,
    guests: Vec<Listed<'a>>,
    total: usize,
    first: usize,
    pages: usize,
    page: usize,
    diets: Vec<&'a str>,
    rooms: Vec<(u64, &'a str)>,
    tables: Vec<&'a Table>,
    may_edit: bool,
}

impl<'a> GuestsPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, address: &'a Address, reader: Reader) -> Self {
        let t = reader.lang.texts();
        let mut guests = listed(plan, address);
        let total = guests.len();
        let per_page = if address.get("page") == "all" { total.max(1) } else { PER_PAGE };
        let pages = total.div_ceil(per_page).max(1);
        let page = address.number("page").and_then(|page| usize::try_from(page).ok()).unwrap_or(1).clamp(1, pages);
        let first = (page - 1) * per_page;
        guests.drain(..first.min(total));
        guests.truncate(per_page);
        let mut diets: Vec<&str> = plan.guests.values().filter_map(|guest| guest.diet.as_ref()).map(crate::plan::Text::as_str).collect();
        diets.sort_unstable();
        diets.dedup();
        let rooms = plan.rooms.values().map(|room| (room.id.0, room.name.as_str())).collect();
        let tables = tables_by_number(plan);
        Self {
            t,
            answers: [t.rsvp_invited(), t.rsvp_accepted(), t.rsvp_maybe(), t.rsvp_declined()],
            unseated_word: t.unseated(),
            tick: around(&t.tick_somebody(NAME)),
            address,
            guests,
            total,
            first,
            pages,
            page,
            diets,
            rooms,
            tables,
            may_edit: reader.role >= Role::Staff,
        }
    }

    fn shows(&self) -> Vec<(&'static str, String)> {
        shows(self.t)
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
    fn answer(&self, rsvp: &Rsvp) -> &str {
        match rsvp {
            Rsvp::Invited => &self.answers[0],
            Rsvp::Accepted => &self.answers[1],
            Rsvp::Maybe => &self.answers[2],
            Rsvp::Declined => &self.answers[3],
        }
    }

    fn sorted_by(&self, by: &str) -> String {
        self.address.with("sort", by).with("page", "").to_string()
    }

    fn page_link(&self, page: usize) -> String {
        self.address.with("page", &page.to_string()).to_string()
    }

    fn file(&self, ending: &str) -> String {
        Address { path: format!("/guests.{ending}"), query: self.address.with("page", "").query }.to_string()
    }

    /// To writing to everybody who is shown, on all pages.
    fn mail_link(&self) -> String {
        let query = self.address.query.iter().filter(|(name, _)| name != "page" && name != "sort").cloned().collect();
        Address { path: "/mail".to_owned(), query }.with("to", if self.is_filtered() { "filter" } else { "all" }).to_string()
    }

    fn is_on(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.address.get(name) == value.as_ref()
    }

    fn is_filtered(&self) -> bool {
        ["q", "show", "diet", "room", "table"].iter().any(|name| !self.address.get(name).is_empty())
    }
}

/// What can be chosen, and what it is called.
pub(super) fn shows(t: T) -> Vec<(&'static str, String)> {
    vec![
        ("", t.everybody()),
        ("unseated", t.show_unseated()),
        ("seated", t.show_seated()),
        ("open", t.show_open()),
        ("maybe", t.show_maybe()),
        ("declined", t.show_declined()),
        ("vip", t.show_vips()),
        ("vip-unseated", t.show_vips_unseated()),
        ("split", t.show_split()),
        ("wheelchair", t.show_wheelchairs()),
        ("tight", t.show_tight()),
        ("diet", t.show_diets()),
        ("unwritten", t.show_unwritten()),
        ("outdated", t.show_outdated()),
    ]
}

/// Stands where a name would.
const NAME: &str = "\u{fffc}";

/// What a message says before and behind a name: for rows by the hundred it is not worded a hundred times.
fn around(message: &str) -> (String, String) {
    message.split_once(NAME).map_or_else(|| (message.to_owned(), String::new()), |(before, behind)| (before.to_owned(), behind.to_owned()))
}

/// Tables as people look for them.
pub(super) fn tables_by_number(plan: &Plan) -> Vec<&Table> {
    let mut tables: Vec<&Table> = plan.tables.values().map(AsRef::as_ref).collect();
    tables.sort_by(|a, b| a.number.cmp(&b.number));
    tables
}

#[derive(Template)]
#[template(path = "guest.html")]
pub struct GuestPage<'a> {
    t: T,
    plan: &'a Plan,
    guest: &'a Guest,
    table: Option<&'a Table>,
    party: Vec<&'a Guest>,
    tables: Vec<&'a Table>,
    /// What was written to the guest.
    received: Vec<Received>,
    may_mark: bool,
    may_edit: bool,
}

/// A field of a form, with what it was filled with.
struct Field {
    name: &'static str,
    label: String,
    value: String,
    /// The last change of it, in words; empty where nobody changed it.
    by: String,
}

impl<'a> GuestPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, id: GuestId, reader: Reader) -> Option<Self> {
        let guest = plan.guest(id)?;
        let party = guest.party.iter().flat_map(|party| plan.party(party.as_str())).filter(|other| *other != id);
        Some(Self {
            t: reader.lang.texts(),
            plan,
            guest,
            table: guest.table.and_then(|table| plan.table(table)),
            party: party.filter_map(|id| plan.guest(id)).collect(),
            tables: tables_by_number(plan),
            received: received(plan, reader.lang.texts(), id),
            may_mark: reader.role >= Role::Door,
            may_edit: reader.role >= Role::Staff,
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.guest.label()
    }

    fn texts(&self) -> Vec<Field> {
        let fields = [
            ("first_name", self.t.first_name()),
            ("last_name", self.t.last_name()),
            ("employee_no", self.t.employee_number()),
            ("email", self.t.email()),
            ("company", self.t.company()),
            ("department", self.t.department()),
            ("party", self.t.party()),
            ("diet", self.t.diet()),
            ("allergies", self.t.allergies()),
            ("language", self.t.language()),
        ];
        fields.into_iter().map(|(name, label)| self.field(name, label)).collect()
    }

    fn field(&self, name: &'static str, label: String) -> Field {
        let touch = self.guest.touch(name);
        let by = touch
            .map_or_else(String::new, |touch| format!("{} · {}", self.plan.actor(touch), super::words::when(self.t, touch.recorded_at)));
        Field { name, label, value: self.guest.shown(name).unwrap_or_default(), by }
    }

    /// Since when the guest is here.
    fn arrived(&self) -> Option<String> {
        self.guest.arrived_at.map(|at| super::words::when(self.t, at))
    }

    fn knows_outdated(&self) -> bool {
        self.plan.knows_outdated_table(self.guest.id)
    }

    fn notes(&self) -> String {
        self.guest.shown("notes").unwrap_or_default()
    }

    fn rsvps(&self) -> [(Rsvp, bool); 4] {
        [Rsvp::Invited, Rsvp::Accepted, Rsvp::Maybe, Rsvp::Declined].map(|rsvp| (rsvp, self.guest.rsvp == rsvp))
    }

    fn leader(&self) -> Option<(u64, String)> {
        let leader = self.plan.plus_one_of(self.guest)?;
        Some((leader.0, self.plan.guest(leader)?.label()))
    }

    fn number_of(&self, guest: &Guest) -> String {
        guest.table.and_then(|table| self.plan.table(table)).map(Table::label).unwrap_or_default()
    }

    fn seats_left(&self, table: &Table) -> i64 {
        i64::from(table.seats.get()) - i64::from(self.plan.seated_at(table.id))
    }
}
