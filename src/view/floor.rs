//! The floor: rooms to scale, with their spots and the tables that stand on them.

use super::Address;
use super::guests::tables_by_number;
use crate::plan::command::Role;
use crate::plan::{Plan, Room, RoomId, Shape, Spot, SpotId, Table, TableId};
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
pub(super) struct Drawn<'a> {
    pub(super) spot: &'a Spot,
    pub(super) table: Option<&'a Table>,
    seated: u32,
    left: f64,
    top: f64,
    width: f64,
    depth: f64,
}

impl<'a> Drawn<'a> {
    pub(super) fn of(plan: &'a Plan, spot: &'a Spot) -> Self {
        let (width, depth) = (spot.width_m.get(), spot.depth_m.get());
        let table = plan.table_on(spot.id).and_then(|table| plan.table(table));
        let seated = table.map_or(0, |table| plan.seated_at(table.id));
        Drawn { spot, table, seated, left: spot.x_m.get() - width / 2.0, top: spot.y_m.get() - depth / 2.0, width, depth }
    }

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
            Some(table) => format!(
                "Table {}{} on {}, {} of {} seats taken{}",
                table.number,
                if table.vip { ", VIP," } else { "" },
                self.spot.code,
                self.seated,
                table.seats,
                if self.is_too_small() { format!(", on a spot of {} seats", self.spot.seats) } else { String::new() }
            ),
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
    pub fn of(plan: &'a Plan, id: RoomId, address: &Address, role: Role) -> Option<Self> {
        let room = plan.room(id)?;
        let (may_edit, is_admin) = (role >= Role::Staff, role == Role::Admin);
        let is_editing = is_admin && !address.get("edit").is_empty();
        let picked = address.number("pick").filter(|_| may_edit && !is_editing).and_then(|table| plan.table(TableId(table)));
        let edited = address.number("spot").filter(|_| is_editing).and_then(|spot| plan.spot(SpotId(spot))).filter(|spot| spot.room == id);
        let numbers = tables_by_number(plan);
        Some(Self {
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
    fn lengths(spot: &Spot) -> [(&'static str, &'static str, String); 4] {
        [
            ("x_m", "From the left, m", spot.x_m.to_string()),
            ("y_m", "From the top, m", spot.y_m.to_string()),
            ("width_m", "Width, m", spot.width_m.to_string()),
            ("depth_m", "Depth, m", spot.depth_m.to_string()),
        ]
    }

    /// An eighth further round.
    fn turned(spot: &Spot) -> i32 {
        (spot.rotation_deg.get() + 45) % 360
    }
}
