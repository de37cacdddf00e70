//! Tables: how full they are, and one table with its guests.

use super::Address;
use super::guests::tables_by_number;
use crate::plan::command::Role;
use crate::plan::{Guest, Plan, Room, Rsvp, Spot, Table, TableId};
use askama::Template;

/// A table as a card.
struct Card<'a> {
    table: &'a Table,
    seated: u32,
    spot: Option<&'a Spot>,
    room: Option<&'a Room>,
}

impl Card<'_> {
    fn is_overfull(&self) -> bool {
        self.seated > self.table.seats.get()
    }

    fn is_too_large(&self) -> bool {
        self.spot.is_some_and(|spot| spot.seats < self.table.seats)
    }

    fn free(&self) -> i64 {
        i64::from(self.table.seats.get()) - i64::from(self.seated)
    }
}

fn card<'a>(plan: &'a Plan, table: &'a Table) -> Card<'a> {
    let spot = table.spot.and_then(|spot| plan.spot(spot));
    Card { table, seated: plan.seated_at(table.id), spot, room: spot.and_then(|spot| plan.room(spot.room)) }
}

#[derive(Template)]
#[template(path = "tables.html")]
pub struct TablesPage<'a> {
    address: &'a Address,
    cards: Vec<Card<'a>>,
    rooms: Vec<(u64, &'a str)>,
    may_edit: bool,
}

impl<'a> TablesPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, address: &'a Address, role: Role) -> Self {
        let words = address.get("q").to_lowercase();
        let room = address.number("room");
        let cards = tables_by_number(plan)
            .into_iter()
            .map(|table| card(plan, table))
            .filter(|card| match address.get("show") {
                "overfull" => card.is_overfull(),
                "without-spot" => card.spot.is_none(),
                "free" => card.free() > 0,
                "vip" => card.table.vip,
                _ => true,
            })
            .filter(|card| room.is_none_or(|room| card.room.is_some_and(|own| own.id.0 == room)))
            .filter(|card| {
                let name = card.table.name.as_ref().map(ToString::to_string).unwrap_or_default();
                words.is_empty() || format!("{} {name}", card.table.number).to_lowercase().contains(&words)
            })
            .collect();
        let rooms = plan.rooms.values().map(|room| (room.id.0, room.name.as_str())).collect();
        Self { address, cards, rooms, may_edit: role >= Role::Staff }
    }

    fn is_on(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.address.get(name) == value.as_ref()
    }

    fn is_filtered(&self) -> bool {
        !self.address.query.is_empty()
    }
}

#[derive(Template)]
#[template(path = "table.html")]
pub struct TablePage<'a> {
    card: Card<'a>,
    guests: Vec<&'a Guest>,
    /// Guests without a seat that fit what is searched for.
    found: Vec<&'a Guest>,
    query: &'a str,
    /// Spots that are free, by room.
    spots: Vec<(&'a str, Vec<&'a Spot>)>,
    diets: Vec<(&'a str, usize)>,
    may_edit: bool,
    position: u64,
}

/// So many guests are offered at a time.
const FOUND: usize = 12;

impl<'a> TablePage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, id: TableId, address: &'a Address, role: Role) -> Option<Self> {
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
        let mut diets: Vec<(&str, usize)> = Vec::new();
        for diet in guests.iter().filter_map(|guest| guest.diet.as_ref()) {
            match diets.iter_mut().find(|(known, _)| *known == diet.as_str()) {
                Some((_, count)) => *count += 1,
                None => diets.push((diet.as_str(), 1)),
            }
        }
        Some(Self {
            card: card(plan, table),
            found: unseated.filter(|guest| fits(guest)).take(FOUND).collect(),
            guests,
            query,
            spots: spots.filter(|(_, free): &(&str, Vec<&Spot>)| !free.is_empty()).collect(),
            diets,
            may_edit: role >= Role::Staff,
            position: plan.position.0,
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        format!("Table {}", self.card.table.number)
    }

    fn wheelchairs(&self) -> usize {
        self.guests.iter().filter(|guest| guest.wheelchair).count()
    }

    fn shown(&self, field: &str) -> String {
        self.card.table.shown(field).unwrap_or_default()
    }
}
