//! The floor: rooms to scale, with their spots and the tables that stand on them.

use super::Address;
use super::drawn::Drawn;
use super::guests::tables_by_number;
use crate::lang::{Reader, T, Texts};
use crate::plan::command::Role;
use crate::plan::{Plan, Room, RoomId, Spot, SpotId, Table, TableId};
use askama::Template;

struct RoomCard<'a> {
    room: &'a Room,
    spots: usize,
    tables: usize,
    guests: usize,
}

#[derive(Template)]
#[template(path = "floor.html")]
pub struct FloorPage<'a> {
    t: T,
    rooms: Vec<RoomCard<'a>>,
    without_spot: usize,
}

impl<'a> FloorPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, t: T) -> Self {
        let card = |room: &'a Room| {
            let tables: Vec<TableId> = plan.spots_in(room.id).filter_map(|spot| plan.table_on(spot)).collect();
            let guests = tables.iter().map(|table| plan.guests_at(*table).count()).sum();
            RoomCard { room, spots: plan.spots_in(room.id).count(), tables: tables.len(), guests }
        };
        let without_spot = plan.tables.values().filter(|table| table.spot.is_none()).count();
        Self { t, rooms: plan.rooms.values().map(|room| card(room)).collect(), without_spot }
    }
}

#[derive(Template)]
#[template(path = "room.html")]
pub struct RoomPage<'a> {
    t: T,
    room: &'a Room,
    rooms: Vec<&'a Room>,
    drawn: Vec<Drawn<'a>>,
    /// The table that somebody has picked, to be put down by the next click.
    picked: Option<&'a Table>,
    /// Admins change the room itself; then no table is moved.
    is_editing: bool,
    /// The spot that is being edited.
    edited: Option<&'a Spot>,
    without_spot: Vec<&'a Table>,
    numbers: Vec<&'a Table>,
    may_edit: bool,
    is_admin: bool,
}

impl<'a> RoomPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, id: RoomId, address: &Address, reader: Reader) -> Option<Self> {
        let room = plan.room(id)?;
        let (may_edit, is_admin) = (reader.role >= Role::Staff, reader.role == Role::Admin);
        let is_editing = is_admin && !address.get("edit").is_empty();
        let picked = address.number("pick").filter(|_| may_edit && !is_editing).and_then(|table| plan.table(TableId(table)));
        let edited = address.number("spot").filter(|_| is_editing).and_then(|spot| plan.spot(SpotId(spot))).filter(|spot| spot.room == id);
        let numbers = tables_by_number(plan);
        Some(Self {
            t: reader.lang.texts(),
            room,
            rooms: plan.rooms.values().map(AsRef::as_ref).collect(),
            drawn: plan.spots_in(id).filter_map(|spot| plan.spot(spot)).map(|spot| Drawn::of(plan, spot)).collect(),
            picked,
            is_editing,
            edited,
            without_spot: numbers.iter().filter(|table| table.spot.is_none()).copied().collect(),
            numbers,
            may_edit,
            is_admin,
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.room.name.to_string()
    }

    fn is_picked(&self, table: &Table) -> bool {
        self.picked.is_some_and(|picked| picked.id == table.id)
    }

    fn is_edited(&self, spot: &Spot) -> bool {
        self.edited.is_some_and(|edited| edited.id == spot.id)
    }

    fn free(&self) -> impl Iterator<Item = &Drawn<'a>> {
        self.drawn.iter().filter(|drawn| drawn.table.is_none())
    }

    /// Where the spot is, and how large.
    fn lengths(t: &Texts, spot: &Spot) -> [(&'static str, String, String); 4] {
        [
            ("x_m", t.from_the_left(), spot.x_m.to_string()),
            ("y_m", t.from_the_top(), spot.y_m.to_string()),
            ("width_m", t.width_m(), spot.width_m.to_string()),
            ("depth_m", t.depth_m(), spot.depth_m.to_string()),
        ]
    }

    /// An eighth further round.
    fn turned(spot: &Spot) -> i32 {
        (spot.rotation_deg.get() + 45) % 360
    }
}
