//! The plan: everything that the stream says, as one immutable value that is cheap to clone.

use super::event::Event;
use super::evolve::Why;
use super::floor::{Room, Spot};
use super::guest::Guest;
use super::id::{GuestId, Position, RoomId, SpotId, Subject, TableId, TemplateId};
use super::landmark::{Landmarks, Mark, Tally, is_new_quarter};
use super::mail::Mails;
use super::print::Prints;
use super::report::Reports;
use super::subject::Touch;
use super::table::Table;
use super::template::Template;
use super::value::{Key, Rsvp, Seats, Text, Timestamp};
use imbl::{OrdMap, OrdSet, Vector};
use jiff::civil::Date;
use std::sync::Arc;
use uuid::Uuid;

/// The one aggregate. Clones share their structure, so that a clone costs less than a microsecond.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The last event folded in.
    pub position: Position,
    /// The instant of that event.
    pub recorded_at: Timestamp,
    /// The stream's own id; `None` before `plan_created`.
    pub stream: Option<Uuid>,
    pub about: About,
    pub guests: OrdMap<GuestId, Arc<Guest>>,
    pub tables: OrdMap<TableId, Arc<Table>>,
    pub rooms: OrdMap<RoomId, Arc<Room>>,
    pub spots: OrdMap<SpotId, Arc<Spot>>,
    /// The events that came to nothing, or in part: as others were retracted, or by another program than today's.
    pub(super) hindered: OrdMap<Position, Hindered>,
    /// Every case in which two events collided; see [`Plan::open_collisions`].
    pub(super) collisions: Vector<Collision>,
    /// The texts of mails.
    pub templates: OrdMap<TemplateId, Arc<Template>>,
    /// Mails to guests.
    pub mails: Mails,
    /// Lists on paper.
    pub prints: Prints,
    /// The end-of-day reports.
    pub reports: Reports,
    /// What one finds one's way by in the stream.
    pub landmarks: Landmarks,
    /// How many erasures the stream holds.
    pub erasures: u64,

    // Indexes, kept in step by `evolve` alone.
    pub(super) employee_nos: OrdMap<Key, GuestId>,
    pub(super) emails: OrdMap<Key, GuestId>,
    pub(super) numbers: OrdMap<Key, TableId>,
    pub(super) codes: OrdMap<Key, SpotId>,
    pub(super) room_names: OrdMap<Key, RoomId>,
    /// Of each table at which anybody ever sat, the guests by id.
    pub(super) seated: OrdMap<TableId, Arc<Vec<GuestId>>>,
    pub(super) parties: OrdSet<(Key, GuestId)>,
    pub(super) standing: OrdMap<SpotId, TableId>,
    pub(super) room_spots: OrdSet<(RoomId, SpotId)>,
    /// Where the tables stood that an upload has picked up and not yet put down.
    pub(super) picked_up: OrdMap<TableId, SpotId>,
    pub(super) actors: Actors,
}

/// What the plan says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    pub title: Option<Text>,
    pub date: Option<Date>,
    pub default_seats: Seats,
    /// A line that stands on every open page.
    pub notice: Option<Text>,
    pub(super) touched: [Touch; PLAN_FIELDS.len()],
}

/// Two events that could not both have their way: what the later one took from the earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct Collision {
    pub position: Position,
    /// Who lost.
    pub subject: Subject,
    pub field: &'static str,
    /// What was lost.
    pub lost: String,
}

/// An event that did not have its whole effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hindered {
    pub(super) why: Why,
    pub(super) actor: u32,
    pub(super) kind: &'static str,
}

/// Names of actors, numbered in the order of their first event.
#[derive(Debug, Clone, Default)]
pub(super) struct Actors {
    names: Vector<Arc<str>>,
    numbers: OrdMap<Arc<str>, u32>,
    /// The names seen last, to be found by their allocation: events that are decoded together share it.
    recent: [Option<(Arc<str>, u32)>; RECENT_ACTORS],
    oldest: usize,
}

const RECENT_ACTORS: usize = 4;

impl Actors {
    pub(super) fn number(&mut self, name: &Arc<str>) -> u32 {
        if let Some((_, number)) = self.recent.iter().flatten().find(|(recent, _)| Arc::ptr_eq(recent, name)) {
            return *number;
        }
        let number = if let Some(number) = self.numbers.get(name) {
            *number
        } else {
            let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            self.names.push_back(name.clone());
            self.numbers.insert(name.clone(), number);
            number
        };
        self.recent[self.oldest] = Some((name.clone(), number));
        self.oldest = (self.oldest + 1) % RECENT_ACTORS;
        number
    }

    fn name(&self, number: u32) -> Option<&Arc<str>> {
        self.names.get(usize::try_from(number).ok()?)
    }
}

/// The first and the last id, to bound a range of pairs.
const FIRST_GUEST: GuestId = GuestId(0);
const LAST_GUEST: GuestId = GuestId(u64::MAX);

impl Default for Plan {
    fn default() -> Self {
        Self {
            position: Position(0),
            recorded_at: Timestamp(0),
            stream: None,
            about: About { title: None, date: None, default_seats: Seats::USUAL, notice: None, touched: Default::default() },
            guests: OrdMap::new(),
            tables: OrdMap::new(),
            rooms: OrdMap::new(),
            spots: OrdMap::new(),
            hindered: OrdMap::new(),
            collisions: Vector::new(),
            templates: OrdMap::new(),
            mails: Mails::default(),
            prints: Prints::default(),
            reports: Reports::default(),
            landmarks: Landmarks::default(),
            erasures: 0,
            employee_nos: OrdMap::new(),
            emails: OrdMap::new(),
            numbers: OrdMap::new(),
            codes: OrdMap::new(),
            room_names: OrdMap::new(),
            seated: OrdMap::new(),
            parties: OrdSet::new(),
            standing: OrdMap::new(),
            room_spots: OrdSet::new(),
            picked_up: OrdMap::new(),
            actors: Actors::default(),
        }
    }
}

impl Plan {
    /// Passes an event that does not count: it is void, but its position is taken.
    pub fn skip(&mut self, event: &Event) {
        self.pass(event);
    }

    /// What an event does whether it counts or not.
    pub(super) fn pass(&mut self, event: &Event) {
        if is_new_quarter(self.recorded_at, event.recorded_at) {
            let tally = self.tally();
            self.landmarks.note(event, Mark::Quarter(tally));
        }
        self.landmarks.pass(event);
        self.position = event.position;
        self.recorded_at = event.recorded_at;
    }

    /// How many guests sit, stand, and do not come.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for guest in self.guests.values() {
            match (guest.table, guest.rsvp) {
                (Some(_), _) => tally.seated += 1,
                (None, Rsvp::Declined) => tally.declined += 1,
                (None, _) => tally.unseated += 1,
            }
        }
        tally
    }

    pub fn guest(&self, id: GuestId) -> Option<&Guest> {
        self.guests.get(&id).map(Arc::as_ref)
    }

    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(&id).map(Arc::as_ref)
    }

    pub fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(&id).map(Arc::as_ref)
    }

    pub fn spot(&self, id: SpotId) -> Option<&Spot> {
        self.spots.get(&id).map(Arc::as_ref)
    }

    pub fn template(&self, id: TemplateId) -> Option<&Template> {
        self.templates.get(&id).map(Arc::as_ref)
    }

    pub fn guest_by_employee_no(&self, number: &str) -> Option<GuestId> {
        self.employee_nos.get(&Key::of(number)).copied()
    }

    pub fn guest_by_email(&self, email: &str) -> Option<GuestId> {
        self.emails.get(&Key::of(email)).copied()
    }

    pub fn table_by_number(&self, number: &str) -> Option<TableId> {
        self.numbers.get(&Key::of(number)).copied()
    }

    pub fn spot_by_code(&self, code: &str) -> Option<SpotId> {
        self.codes.get(&Key::of(code)).copied()
    }

    pub fn room_by_name(&self, name: &str) -> Option<RoomId> {
        self.room_names.get(&Key::of(name)).copied()
    }

    /// The guests planned to sit at the table, by id.
    pub fn guests_at(&self, table: TableId) -> impl Iterator<Item = GuestId> {
        self.seated.get(&table).into_iter().flat_map(|guests| guests.iter().copied())
    }

    /// How many guests are planned to sit at the table.
    pub fn seated_at(&self, table: TableId) -> u32 {
        self.seated.get(&table).map_or(0, |guests| u32::try_from(guests.len()).unwrap_or(u32::MAX))
    }

    /// The guests of a party, by id.
    pub fn party(&self, name: &str) -> impl Iterator<Item = GuestId> {
        let key = Key::of(name);
        self.parties.range((key.clone(), FIRST_GUEST)..=(key, LAST_GUEST)).map(|(_, guest)| *guest)
    }

    /// The table that stands on the spot.
    pub fn table_on(&self, spot: SpotId) -> Option<TableId> {
        self.standing.get(&spot).copied()
    }

    /// The spots of a room, by id.
    pub fn spots_in(&self, room: RoomId) -> impl Iterator<Item = SpotId> {
        self.room_spots.range((room, SpotId(0))..=(room, SpotId(u64::MAX))).map(|(_, spot)| *spot)
    }

    /// The guest whom this one accompanies, if that guest is in the plan.
    pub fn plus_one_of(&self, guest: &Guest) -> Option<GuestId> {
        guest.plus_one_of.filter(|leader| self.guests.contains_key(leader))
    }

    /// The name behind a touch's actor number.
    pub fn actor(&self, touch: Touch) -> &str {
        self.actors.name(touch.actor).map_or("", |name| name)
    }

    /// Everybody who ever acted, by name.
    #[must_use]
    pub fn actors(&self) -> Vec<String> {
        self.actors.numbers.keys().map(ToString::to_string).collect()
    }

    pub(super) fn actor_named(&self, number: u32) -> Option<Arc<str>> {
        self.actors.name(number).cloned()
    }

    /// Who changed a field of a subject last; `None` where there is no such subject.
    pub fn touch(&self, subject: Subject, field: &str) -> Option<Touch> {
        match subject {
            Subject::Plan => PLAN_FIELDS.iter().position(|name| *name == field).map(|index| self.about.touched[index]),
            Subject::Guest(id) => self.guest(id)?.touch(field),
            Subject::Table(id) => self.table(id)?.touch(field),
            Subject::Room(id) => self.room(id)?.touch(field),
            Subject::Spot(id) => self.spot(id)?.touch(field),
            Subject::Template(id) => self.template(id)?.touch(field),
        }
    }

    /// What people call the subject; its number where it is gone.
    pub fn label(&self, subject: Subject) -> String {
        match subject {
            Subject::Plan => Some("the plan".to_owned()),
            Subject::Guest(id) => self.guest(id).map(Guest::label),
            Subject::Table(id) => self.table(id).map(Table::label),
            Subject::Room(id) => self.room(id).map(Room::label),
            Subject::Spot(id) => self.spot(id).map(Spot::label),
            Subject::Template(id) => self.template(id).map(Template::label),
        }
        .unwrap_or_else(|| format!("{} {}", subject.entity(), subject.id()))
    }

    /// A field's value as a page shows it: references by what people call them.
    pub fn shown(&self, subject: Subject, field: &str) -> Option<String> {
        match (subject, field) {
            (Subject::Plan, "title") => self.about.title.as_ref().map(ToString::to_string),
            (Subject::Plan, "date") => self.about.date.as_ref().map(ToString::to_string),
            (Subject::Plan, "default_seats") => Some(self.about.default_seats.to_string()),
            (Subject::Plan, "notice") => self.about.notice.as_ref().map(ToString::to_string),
            (Subject::Plan, _) => None,
            (Subject::Guest(id), "table") => Some(self.label(Subject::Table(self.guest(id)?.table?))),
            (Subject::Guest(id), "plus_one_of") => Some(self.label(Subject::Guest(self.plus_one_of(self.guest(id)?)?))),
            (Subject::Guest(id), _) => self.guest(id)?.shown(field),
            (Subject::Table(id), "spot") => Some(self.label(Subject::Spot(self.table(id)?.spot?))),
            (Subject::Table(id), _) => self.table(id)?.shown(field),
            (Subject::Room(id), _) => self.room(id)?.shown(field),
            (Subject::Spot(id), "room") => Some(self.label(Subject::Room(self.spot(id)?.room))),
            (Subject::Spot(id), _) => self.spot(id)?.shown(field),
            (Subject::Template(id), _) => self.template(id)?.shown(field),
        }
    }

    /// The collisions that nobody has settled since, newest last.
    pub fn open_collisions(&self) -> impl Iterator<Item = &Collision> {
        self.collisions
            .iter()
            .filter(|collision| self.touch(collision.subject, collision.field).is_some_and(|touch| touch.position == collision.position))
    }
}

/// The plan's own fields, in the order of [`About::touched`].
pub(super) const PLAN_FIELDS: [&str; 4] = ["title", "date", "default_seats", "notice"];
