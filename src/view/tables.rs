//! Tables: who still stands, how full the tables are, and one table with its guests.

use super::Address;
use super::find::Question;
use super::guests::tables_by_number;
use super::words::family;
use crate::lang::{Reader, T, Texts};
use crate::plan::command::Role;
use crate::plan::{Guest, Plan, Room, Rsvp, Spot, Table, TableId};
use askama::Template;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A table as a card.
struct Card<'a> {
    table: &'a Table,
    seated: u32,
    wheelchairs: usize,
    diets: usize,
    spot: Option<&'a Spot>,
    room: Option<&'a Room>,
}

impl Card<'_> {
    fn is_overfull(&self) -> bool {
        self.seated > self.table.seats.get()
    }

    fn is_full(&self) -> bool {
        self.seated == self.table.seats.get()
    }

    fn is_too_large(&self) -> bool {
        self.spot.is_some_and(|spot| spot.seats < self.table.seats)
    }

    fn free(&self) -> i64 {
        i64::from(self.table.seats.get()) - i64::from(self.seated)
    }

    /// The seats taken, as dashes along a ring that is as long as the table has seats: a dash of no length is a dot.
    fn dots(&self) -> String {
        let mut dots = String::new();
        for _ in 0..self.seated.min(self.table.seats.get()) {
            dots.push_str("0.001 0.999 ");
        }
        // Behind the last dot nothing comes for a whole round.
        dots.truncate(dots.len().saturating_sub("0.999 ".len()));
        let _ = write!(dots, "{}", self.table.seats);
        dots
    }

    /// How thick the dots are, so that they do not touch.
    fn dot(&self) -> u32 {
        (264 / (2 * self.table.seats.get().max(1))).clamp(2, 11)
    }

    fn words(&self, t: &Texts) -> String {
        t.table_words(self.table.number.as_str(), self.seated, self.table.seats.get())
    }

    fn is_long(&self) -> bool {
        self.table.number.as_str().chars().count() > 5
    }
}

fn card<'a>(plan: &'a Plan, table: &'a Table) -> Card<'a> {
    let spot = table.spot.and_then(|spot| plan.spot(spot));
    let (mut wheelchairs, mut diets) = (0, 0);
    for guest in plan.guests_at(table.id).filter_map(|guest| plan.guest(guest)) {
        wheelchairs += usize::from(guest.wheelchair);
        diets += usize::from(guest.diet.is_some() || guest.allergies.is_some());
    }
    let room = spot.and_then(|spot| plan.room(spot.room));
    Card { table, seated: plan.seated_at(table.id), wheelchairs, diets, spot, room }
}

/// Guests without a seat who belong together.
struct Group<'a> {
    /// The party's code; none for those who come alone.
    party: Option<&'a str>,
    name: String,
    guests: Vec<&'a Guest>,
}

impl Group<'_> {
    fn ids(&self) -> String {
        self.guests.iter().map(|guest| guest.id.to_string()).collect::<Vec<_>>().join(",")
    }
}

/// So many guests are listed at a time; the search finds the others.
const LISTED: usize = 150;

/// Guests without a seat, party by party.
struct Unseated<'a> {
    groups: Vec<Group<'a>>,
    total: usize,
    matching: usize,
    listed: usize,
}

fn unseated<'a>(plan: &'a Plan, t: T, who: &str) -> Unseated<'a> {
    let question = Question::of(who);
    let (mut total, mut matching) = (0, 0);
    let mut groups: BTreeMap<(String, Option<&str>), Vec<&Guest>> = BTreeMap::new();
    let standing = plan.guests.values().map(AsRef::as_ref).filter(|guest| guest.table.is_none() && guest.rsvp != Rsvp::Declined);
    let mut parties: BTreeMap<&str, Vec<&Guest>> = BTreeMap::new();
    for guest in standing {
        total += 1;
        let party = guest.party.as_ref().map(crate::plan::Code::as_str);
        let texts = [&guest.first_name, &guest.last_name, &guest.company].into_iter().flatten().map(crate::plan::Text::as_str);
        if !question.is_empty() && !question.fits(texts.chain(party)) {
            continue;
        }
        matching += 1;
        match party {
            Some(party) => parties.entry(party).or_default().push(guest),
            None => groups.entry((guest.label(), None)).or_default().push(guest),
        }
    }
    for (party, guests) in parties {
        groups.insert((name_of(t, &guests), Some(party)), guests);
    }
    let mut listed = 0;
    let groups = groups.into_iter().map(|((name, party), guests)| Group { party, name, guests });
    let groups: Vec<Group<'_>> = groups
        .take_while(|group| {
            let is_room = listed < LISTED;
            listed += group.guests.len();
            is_room
        })
        .collect();
    let listed = groups.iter().map(|group| group.guests.len()).sum();
    Unseated { groups, total, matching, listed }
}

/// What a party is called: by the name that most of it have.
fn name_of(t: T, guests: &[&Guest]) -> String {
    match (family(guests), guests) {
        (_, [only]) => only.label(),
        (Some(name), _) => t.family_name(name),
        (None, [first, ..]) => t.name_and_company(first.label()),
        _ => t.a_party(),
    }
}

/// A table that is looked at beside the others.
struct Opened<'a> {
    card: Card<'a>,
    guests: Vec<&'a Guest>,
    diets: Vec<(&'a str, usize)>,
}

#[derive(Template)]
#[template(path = "tables.html")]
pub struct TablesPage<'a> {
    t: T,
    /// Said once, for cards by the hundred.
    overfull_word: String,
    address: &'a Address,
    cards: Vec<Card<'a>>,
    total: usize,
    numbers: Vec<&'a Table>,
    rooms: Vec<(u64, &'a str)>,
    unseated: Unseated<'a>,
    /// The table that is looked at beside the others.
    open: Option<Opened<'a>>,
    may_edit: bool,
}

impl<'a> TablesPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, address: &'a Address, reader: Reader) -> Self {
        let t = reader.lang.texts();
        let words = address.get("q").to_lowercase();
        let (room, free) = (address.number("room"), address.get("free").parse().unwrap_or(i64::MIN));
        let numbers = tables_by_number(plan);
        let cards = numbers
            .iter()
            .map(|table| card(plan, table))
            .filter(|card| match address.get("show") {
                "overfull" => card.is_overfull(),
                "without-spot" => card.spot.is_none(),
                "too-small" => card.is_too_large(),
                "free" => card.free() > 0,
                "vip" => card.table.vip,
                _ => true,
            })
            .filter(|card| free == i64::MIN || card.free() >= free)
            .filter(|card| room.is_none_or(|room| card.room.is_some_and(|own| own.id.0 == room)))
            .filter(|card| {
                let name = card.table.name.as_ref().map(ToString::to_string).unwrap_or_default();
                words.is_empty() || format!("{} {name}", card.table.number).to_lowercase().contains(&words)
            })
            .collect();
        let rooms = plan.rooms.values().map(|room| (room.id.0, room.name.as_str())).collect();
        let open = address.number("open").and_then(|id| plan.table(TableId(id))).map(|table| {
            let guests: Vec<&Guest> = plan.guests_at(table.id).filter_map(|guest| plan.guest(guest)).collect();
            let diets = diets(&guests);
            Opened { card: card(plan, table), guests, diets }
        });
        let unseated = unseated(plan, t, address.get("who"));
        let may_edit = reader.role >= Role::Staff;
        Self { t, overfull_word: t.overfull(), address, cards, total: numbers.len(), numbers, rooms, unseated, open, may_edit }
    }

    /// What can be chosen, and what it is called.
    fn shows(&self) -> Vec<(&'static str, String)> {
        vec![
            ("", self.t.all_tables()),
            ("free", self.t.with_free_seats()),
            ("overfull", self.t.overfull_show()),
            ("without-spot", self.t.without_spot_show()),
            ("too-small", self.t.too_small_show()),
            ("vip", self.t.vip_tables_show()),
        ]
    }

    fn is_on(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.address.get(name) == value.as_ref()
    }

    fn is_filtered(&self) -> bool {
        ["q", "show", "room", "free"].iter().any(|name| !self.address.get(name).is_empty())
    }

    fn is_open(&self, table: &Table) -> bool {
        self.open.as_ref().is_some_and(|open| open.card.table.id == table.id)
    }

    fn opened(&self, table: &Table) -> String {
        self.address.with("open", &table.id.to_string()).to_string()
    }

    fn closed(&self) -> String {
        self.address.with("open", "").to_string()
    }

    /// The filters that the other search leaves as they are.
    fn others(&self, own: &[&str]) -> Vec<(&str, &str)> {
        let others = self.address.query.iter().filter(|(name, _)| !own.contains(&name.as_str()) && name != "at");
        others.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// How many of the guests need what.
pub(super) fn diets<'a>(guests: &[&'a Guest]) -> Vec<(&'a str, usize)> {
    let mut diets: Vec<(&str, usize)> = Vec::new();
    for diet in guests.iter().filter_map(|guest| guest.diet.as_ref()) {
        match diets.iter_mut().find(|(known, _)| *known == diet.as_str()) {
            Some((_, count)) => *count += 1,
            None => diets.push((diet.as_str(), 1)),
        }
    }
    diets
}

#[derive(Template)]
#[template(path = "table.html")]
pub struct TablePage<'a> {
    t: T,
    card: Card<'a>,
    guests: Vec<&'a Guest>,
    /// Guests without a seat that fit what is searched for.
    found: Vec<&'a Guest>,
    query: &'a str,
    /// Spots that are free, by room.
    spots: Vec<(&'a str, Vec<&'a Spot>)>,
    diets: Vec<(&'a str, usize)>,
    may_edit: bool,
}

/// So many guests are offered at a time.
const FOUND: usize = 12;

impl<'a> TablePage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, id: TableId, address: &'a Address, reader: Reader) -> Option<Self> {
        let table = plan.table(id)?;
        let guests: Vec<&Guest> = plan.guests_at(id).filter_map(|guest| plan.guest(guest)).collect();
        let query = address.get("q");
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let fits = |guest: &Guest| {
            let text = format!("{} {}", guest.label(), guest.party.as_ref().map(ToString::to_string).unwrap_or_default()).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let unseated = plan.guests.values().map(AsRef::as_ref).filter(|guest| guest.table.is_none() && guest.rsvp != Rsvp::Declined);
        let spots = plan.rooms.values().map(|room| {
            let free = plan.spots_in(room.id).filter(|spot| plan.table_on(*spot).is_none()).filter_map(|spot| plan.spot(spot)).collect();
            (room.name.as_str(), free)
        });
        let diets = diets(&guests);
        Some(Self {
            t: reader.lang.texts(),
            card: card(plan, table),
            found: unseated.filter(|guest| fits(guest)).take(FOUND).collect(),
            guests,
            query,
            spots: spots.filter(|(_, free): &(&str, Vec<&Spot>)| !free.is_empty()).collect(),
            diets,
            may_edit: reader.role >= Role::Staff,
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.t.table_named(self.card.table.number.as_str())
    }

    fn wheelchairs(&self) -> usize {
        self.guests.iter().filter(|guest| guest.wheelchair).count()
    }

    fn shown(&self, field: &str) -> String {
        self.card.table.shown(field).unwrap_or_default()
    }
}
