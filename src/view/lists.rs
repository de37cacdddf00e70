//! Lists and cards for paper: what stands on them, and what differs from what was printed before.

use super::Address;
use super::words::{list_name, when};
use crate::lang::{Reader, T, number};
use crate::plan::command::Role;
use crate::plan::print::List;
use crate::plan::{Guest, GuestId, Plan, Position, Rsvp, Table};
use askama::Template;
use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What makes it the same line on another day.
    pub key: u64,
    pub cells: Vec<String>,
}

/// Lines that belong together: a letter, a table, a room; or a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub key: String,
    pub title: String,
    pub note: String,
    pub rows: Vec<Row>,
}

/// A list, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub columns: Vec<String>,
    pub groups: Vec<Group>,
}

impl Sheet {
    #[must_use]
    pub fn of(plan: &Plan, t: T, list: List) -> Self {
        match list {
            List::Guests => guests(plan, t),
            List::Tables => tables(plan, t),
            List::Rooms => rooms(plan, t),
            List::Vips => some_guests(plan, t, &|guest| guest.vip),
            List::Kitchen => kitchen(plan, t),
            List::Wheelchairs => some_guests(plan, t, &|guest| guest.wheelchair),
            List::TableCards => table_cards(plan, t),
            List::PlaceCards => place_cards(plan, t),
        }
    }

    /// What is on this sheet and not on the other: groups and lines that are new or different. Of cards, whole cards.
    #[must_use]
    pub fn since(mut self, before: &Self, list: List) -> Self {
        let known: BTreeMap<&str, &Group> = before.groups.iter().map(|group| (group.key.as_str(), group)).collect();
        if is_cards(list) {
            self.groups.retain(|group| known.get(group.key.as_str()).is_none_or(|old| *old != group));
            return self;
        }
        for group in &mut self.groups {
            let Some(old) = known.get(group.key.as_str()) else { continue };
            if old.note == group.note && old.title == group.title {
                group.rows.retain(|row| !old.rows.contains(row));
            }
        }
        // A table at which nobody sits is still one, and may be new, or stand elsewhere.
        self.groups.retain(|group| {
            let is_same = |old: &&Group| old.note == group.note && old.title == group.title;
            !group.rows.is_empty() || known.get(group.key.as_str()).is_none_or(|old| !is_same(old))
        });
        self
    }

    /// What stood on the other and stands nowhere on this one: by its words.
    #[must_use]
    pub fn gone(&self, before: &Self, list: List) -> Vec<String> {
        if is_cards(list) {
            let stays = |old: &&Group| !self.groups.iter().any(|group| group.key == old.key);
            return before.groups.iter().filter(stays).map(|group| group.title.clone()).collect();
        }
        let there: std::collections::BTreeSet<(&str, u64)> =
            self.groups.iter().flat_map(|group| group.rows.iter().map(|row| (group.key.as_str(), row.key))).collect();
        let lines = before.groups.iter().flat_map(|group| group.rows.iter().map(move |row| (group, row)));
        let gone = lines.filter(|(group, row)| !there.contains(&(group.key.as_str(), row.key)));
        gone.map(|(group, row)| {
            let name = row.cells.first().map_or("", String::as_str);
            if group.title.is_empty() { name.to_owned() } else { format!("{}: {name}", group.title) }
        })
        .collect()
    }

    #[must_use]
    pub fn lines(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }
}

#[must_use]
pub(super) fn is_cards(list: List) -> bool {
    matches!(list, List::TableCards | List::PlaceCards)
}

/// Whoever comes, or has not said no.
fn coming(plan: &Plan) -> Vec<&Guest> {
    let mut guests: Vec<&Guest> = plan.guests.values().map(AsRef::as_ref).filter(|guest| guest.rsvp != Rsvp::Declined).collect();
    guests.sort_by_cached_key(|guest| by_name(guest));
    guests
}

/// As names stand in a list: without case and accents, the last one first.
fn by_name(guest: &Guest) -> (String, GuestId) {
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_normalization::char::is_combining_mark;
    let plain = |text: &str| text.nfd().filter(|letter| !is_combining_mark(*letter)).collect::<String>().to_lowercase();
    (plain(&last_first(guest)), guest.id)
}

/// `Größl, Anna`
fn last_first(guest: &Guest) -> String {
    match (&guest.last_name, &guest.first_name) {
        (Some(last), Some(first)) => format!("{last}, {first}"),
        _ => guest.label(),
    }
}

struct Seat<'a> {
    table: Option<&'a Table>,
    number: String,
    room: String,
    spot: String,
}

fn seat<'a>(plan: &'a Plan, guest: &Guest) -> Seat<'a> {
    let table = guest.table.and_then(|id| plan.table(id));
    let (room, spot) = table.map(|table| stands(plan, table)).unwrap_or_default();
    Seat { table, number: table.map(|table| table.number.to_string()).unwrap_or_default(), room, spot }
}

/// Room and spot, by their names.
fn stands(plan: &Plan, table: &Table) -> (String, String) {
    let spot = table.spot.and_then(|id| plan.spot(id));
    let room = spot.and_then(|spot| plan.room(spot.room));
    (room.map(|room| room.name.to_string()).unwrap_or_default(), spot.map(|spot| spot.code.to_string()).unwrap_or_default())
}

fn needs(t: T, guest: &Guest) -> String {
    let mut words = Vec::new();
    words.extend(guest.diet.as_ref().map(ToString::to_string));
    words.extend(guest.allergies.as_ref().map(|allergies| t.allergic_to(allergies.as_str())));
    if guest.wheelchair {
        words.push(t.in_a_wheelchair());
    }
    words.join("; ")
}

fn vip(guest: &Guest) -> &'static str {
    if guest.vip { "VIP" } else { "" }
}

fn guests(plan: &Plan, t: T) -> Sheet {
    let mut groups: Vec<Group> = Vec::new();
    for guest in coming(plan) {
        let name = last_first(guest);
        let initial = by_name(guest).0.chars().next().filter(|letter| letter.is_alphabetic());
        let initial = initial.map_or_else(|| "#".to_owned(), |letter| letter.to_uppercase().collect());
        let seat = seat(plan, guest);
        let cells =
            vec![name, seat.number, seat.room, guest.company.as_ref().map(ToString::to_string).unwrap_or_default(), vip(guest).to_owned()];
        if groups.last().is_none_or(|group| group.key != initial) {
            groups.push(Group { key: initial.clone(), title: initial, note: String::new(), rows: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(Row { key: guest.id.0, cells });
        }
    }
    Sheet { columns: vec![t.name(), t.table(), t.room(), t.company(), t.vip()], groups }
}

fn by_number(plan: &Plan) -> Vec<&Table> {
    super::guests::tables_by_number(plan)
}

fn seated<'a>(plan: &'a Plan, table: &Table) -> Vec<&'a Guest> {
    let mut guests: Vec<&Guest> = plan.guests_at(table.id).filter_map(|id| plan.guest(id)).collect();
    guests.sort_by_cached_key(|guest| by_name(guest));
    guests
}

fn tables(plan: &Plan, t: T) -> Sheet {
    let group = |table: &&Table| {
        let (room, spot) = stands(plan, table);
        let mut note: Vec<String> = table.name.iter().map(ToString::to_string).collect();
        note.extend([room, spot].into_iter().filter(|word| !word.is_empty()));
        note.extend(table.host.as_ref().map(|host| t.hosted_by(host.as_str())));
        note.push(t.n_of_seats(plan.seated_at(table.id), table.seats.get()));
        let row = |guest: &&Guest| Row { key: guest.id.0, cells: vec![last_first(guest), needs(t, guest), vip(guest).to_owned()] };
        Group {
            key: table.id.to_string(),
            title: table.number.to_string(),
            note: note.join(" · "),
            rows: seated(plan, table).iter().map(row).collect(),
        }
    };
    Sheet { columns: vec![t.name(), t.needs(), t.vip()], groups: by_number(plan).iter().map(group).collect() }
}

fn rooms(plan: &Plan, t: T) -> Sheet {
    let mut groups: BTreeMap<(bool, String), Group> = BTreeMap::new();
    for table in by_number(plan) {
        let (room, spot) = stands(plan, table);
        let cells = vec![
            table.number.to_string(),
            table.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            spot,
            t.n_of_seats(plan.seated_at(table.id), table.seats.get()),
            table.host.as_ref().map(ToString::to_string).unwrap_or_default(),
            if table.vip { "VIP".to_owned() } else { String::new() },
        ];
        // Tables that stand nowhere come last.
        let title = if room.is_empty() { t.without_a_spot() } else { room.clone() };
        let key = table.spot.and_then(|id| plan.spot(id)).map_or_else(String::new, |spot| spot.room.to_string());
        let of = (room.is_empty(), room);
        let group = groups.entry(of).or_insert_with(|| Group { key, title, note: String::new(), rows: Vec::new() });
        group.rows.push(Row { key: table.id.0, cells });
    }
    let columns = vec![t.table(), t.name(), t.spot(), t.seats(), t.host(), t.vip()];
    Sheet { columns, groups: groups.into_values().collect() }
}

fn some_guests(plan: &Plan, t: T, is_one: &dyn Fn(&Guest) -> bool) -> Sheet {
    let row = |guest: &Guest| {
        let seat = seat(plan, guest);
        let host = seat.table.and_then(|table| table.host.as_ref()).map(ToString::to_string).unwrap_or_default();
        let company = guest.company.as_ref().map(ToString::to_string).unwrap_or_default();
        let cells = vec![last_first(guest), company, seat.number, seat.room, seat.spot, host, needs(t, guest)];
        Row { key: guest.id.0, cells }
    };
    let rows: Vec<Row> = coming(plan).into_iter().filter(|guest| is_one(guest)).map(row).collect();
    let columns = vec![t.name(), t.company(), t.table(), t.room(), t.spot(), t.host(), t.needs()];
    let group = Group { key: String::new(), title: String::new(), note: String::new(), rows };
    Sheet { columns, groups: if group.rows.is_empty() { Vec::new() } else { vec![group] } }
}

/// A line that is known by its words.
fn key_of(words: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

fn kitchen(plan: &Plan, t: T) -> Sheet {
    let mut total: BTreeMap<String, u32> = BTreeMap::new();
    let mut allergies: BTreeMap<String, u32> = BTreeMap::new();
    for guest in plan.guests.values().filter(|guest| guest.rsvp != Rsvp::Declined) {
        if let Some(diet) = &guest.diet {
            *total.entry(diet.to_string()).or_default() += 1;
        }
        if let Some(allergy) = &guest.allergies {
            *allergies.entry(t.allergic_to(allergy.as_str())).or_default() += 1;
        }
    }
    let row = |(what, count): (String, u32)| Row { key: key_of(&what), cells: vec![what, number(t, count), String::new()] };
    let rows = total.into_iter().chain(allergies).map(row).collect();
    let mut groups = vec![Group { key: "total".to_owned(), title: t.in_total(), note: String::new(), rows }];
    for table in by_number(plan) {
        let (room, _) = stands(plan, table);
        let wanted = seated(plan, table).into_iter().filter(|guest| guest.diet.is_some() || guest.allergies.is_some());
        let row = |guest: &Guest| {
            let allergies = guest.allergies.as_ref().map(ToString::to_string).unwrap_or_default();
            Row {
                key: guest.id.0,
                cells: vec![last_first(guest), guest.diet.as_ref().map(ToString::to_string).unwrap_or_default(), allergies],
            }
        };
        let rows: Vec<Row> = wanted.map(row).collect();
        if !rows.is_empty() {
            groups.push(Group { key: table.id.to_string(), title: table.number.to_string(), note: room, rows });
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    Sheet { columns: vec![t.name(), t.diet(), t.allergies_head()], groups }
}

fn table_cards(plan: &Plan, t: T) -> Sheet {
    let card = |table: &&Table| Group {
        key: table.id.to_string(),
        title: table.number.to_string(),
        note: table.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        rows: seated(plan, table).iter().map(|guest| Row { key: guest.id.0, cells: vec![guest.label()] }).collect(),
    };
    Sheet { columns: vec![t.name()], groups: by_number(plan).iter().map(card).collect() }
}

fn place_cards(plan: &Plan, t: T) -> Sheet {
    let card = |guest: &Guest| Group {
        key: guest.id.to_string(),
        title: guest.label(),
        note: seat(plan, guest).number,
        // The kitchen's word for whoever serves.
        rows: guest.diet.iter().map(|diet| Row { key: guest.id.0, cells: vec![diet.to_string()] }).collect(),
    };
    // As they are put out: table by table.
    let cards = by_number(plan).into_iter().flat_map(|table| seated(plan, table)).map(card).collect();
    Sheet { columns: vec![t.diet()], groups: cards }
}

/// The lists that there are, and when each was printed.
#[derive(Template)]
#[template(path = "lists.html")]
pub struct ListsPage {
    t: T,
    lists: Vec<(List, String, String, usize)>,
}

impl ListsPage {
    #[must_use]
    pub fn of(plan: &Plan, t: T) -> Self {
        let printed = |list: List| plan.prints.of(list).next().map(|print| t.printed_when(when(t, print.at), print.by.as_ref()));
        let size = |list: List| {
            let sheet = Sheet::of(plan, t, list);
            if is_cards(list) { sheet.groups.len() } else { sheet.lines() }
        };
        let line = |list: List| (list, list_name(t, list), printed(list).unwrap_or_default(), size(list));
        Self { t, lists: List::ALL.into_iter().map(line).collect() }
    }
}

/// One list, as it is printed.
#[derive(Template)]
#[template(path = "list.html")]
pub struct ListPage<'a> {
    t: T,
    list: List,
    address: &'a Address,
    party: String,
    sheet: Sheet,
    gone: Vec<String>,
    since: Option<Position>,
    position: Position,
    when: String,
    prints: Vec<(Position, String)>,
    may_edit: bool,
}

/// Cards on a sheet of paper.
const TABLE_CARDS: usize = 2;
const PLACE_CARDS: usize = 10;

impl<'a> ListPage<'a> {
    /// `before`: the plan that differences are shown from.
    #[must_use]
    pub fn of(plan: &Plan, before: Option<&Plan>, list: List, address: &'a Address, reader: Reader) -> Self {
        let t = reader.lang.texts();
        let (mut sheet, mut gone) = (Sheet::of(plan, t, list), Vec::new());
        if let Some(before) = before {
            let old = Sheet::of(before, t, list);
            gone = sheet.gone(&old, list);
            sheet = sheet.since(&old, list);
        }
        let print = |print: &crate::plan::print::Print| (print.position, t.since_print(when(t, print.at), print.by.as_ref()));
        Self {
            t,
            list,
            address,
            party: plan.about.title.as_ref().map(ToString::to_string).unwrap_or_default(),
            sheet,
            gone,
            since: before.map(|before| before.position),
            position: plan.position,
            when: when(t, plan.recorded_at),
            prints: plan.prints.of(list).map(print).collect(),
            may_edit: reader.role >= Role::Staff,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        list_name(self.t, self.list)
    }

    fn is_cards(&self) -> bool {
        is_cards(self.list)
    }

    /// The cards, sheet by sheet.
    fn sheets(&self) -> Vec<&[Group]> {
        self.sheet.groups.chunks(if self.list == List::TableCards { TABLE_CARDS } else { PLACE_CARDS }).collect()
    }

    fn file(&self, ending: &str) -> String {
        Address { path: format!("/lists/{}/file.{ending}", self.list), query: self.address.query.clone() }.to_string()
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
    fn is_since(&self, position: &Position) -> bool {
        self.since == Some(*position)
    }

    fn wide(&self) -> usize {
        self.sheet.columns.len()
    }
}
