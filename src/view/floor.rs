//! The floor: rooms to scale, with their spots and the tables that stand on them.

use super::Address;
use super::guests::tables_by_number;
use crate::plan::command::Role;
use crate::plan::{Plan, Room, RoomId, Shape, Spot, Table, TableId};
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
    rooms: Vec<RoomCard<'a>>,
    without_spot: usize,
}

impl<'a> FloorPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        let card = |room: &'a Room| {
            let tables: Vec<TableId> = plan.spots_in(room.id).filter_map(|spot| plan.table_on(spot)).collect();
            let guests = tables.iter().map(|table| plan.guests_at(*table).count()).sum();
            RoomCard { room, spots: plan.spots_in(room.id).count(), tables: tables.len(), guests }
        };
        let without_spot = plan.tables.values().filter(|table| table.spot.is_none()).count();
        Self { rooms: plan.rooms.values().map(|room| card(room)).collect(), without_spot }
    }
}

/// A spot as it is drawn, in metres.
struct Drawn<'a> {
    spot: &'a Spot,
    table: Option<&'a Table>,
    seated: u32,
    left: f64,
    top: f64,
    width: f64,
    depth: f64,
}

impl Drawn<'_> {
    fn middle_x(&self) -> f64 {
        self.left + self.width / 2.0
    }

    fn middle_y(&self) -> f64 {
        self.top + self.depth / 2.0
    }

    fn is_round(&self) -> bool {
        self.spot.shape == Shape::Round
    }

    fn class(&self) -> &'static str {
        match self.table {
            None => "spot",
            Some(table) if self.seated > table.seats.get() => "spot taken is-over",
            Some(table) if table.vip => "spot taken is-vip",
            Some(table) if self.seated == table.seats.get() => "spot taken is-full",
            Some(_) => "spot taken",
        }
    }

    fn is_too_small(&self) -> bool {
        self.table.is_some_and(|table| self.spot.seats < table.seats)
    }

    /// What somebody hears who does not see the drawing.
    fn words(&self) -> String {
        match self.table {
            Some(table) => format!("Table {} on {}, {} of {} seats taken", table.number, self.spot.code, self.seated, table.seats),
            None => format!("Spot {}, free, {} seats", self.spot.code, self.spot.seats),
        }
    }
}

#[derive(Template)]
#[template(path = "room.html")]
pub struct RoomPage<'a> {
    room: &'a Room,
    rooms: Vec<&'a Room>,
    drawn: Vec<Drawn<'a>>,
    /// The table that somebody has picked, to be put down by the next click.
    picked: Option<&'a Table>,
    without_spot: Vec<&'a Table>,
    may_edit: bool,
    position: u64,
}

impl<'a> RoomPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, id: RoomId, address: &Address, role: Role) -> Option<Self> {
        let room = plan.room(id)?;
        let draw = |spot: &'a Spot| {
            let (width, depth) = (spot.width_m.get(), spot.depth_m.get());
            let table = plan.table_on(spot.id).and_then(|table| plan.table(table));
            let seated = table.map_or(0, |table| plan.seated_at(table.id));
            Drawn { spot, table, seated, left: spot.x_m.get() - width / 2.0, top: spot.y_m.get() - depth / 2.0, width, depth }
        };
        let may_edit = role >= Role::Staff;
        let picked = address.number("pick").filter(|_| may_edit).and_then(|table| plan.table(TableId(table)));
        Some(Self {
            room,
            rooms: plan.rooms.values().map(AsRef::as_ref).collect(),
            drawn: plan.spots_in(id).filter_map(|spot| plan.spot(spot)).map(draw).collect(),
            picked,
            without_spot: tables_by_number(plan).into_iter().filter(|table| table.spot.is_none()).collect(),
            may_edit,
            position: plan.position.0,
        })
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.room.name.to_string()
    }

    fn is_picked(&self, table: &Table) -> bool {
        self.picked.is_some_and(|picked| picked.id == table.id)
    }
}
