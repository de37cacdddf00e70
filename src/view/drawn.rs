//! A spot as a room's drawing shows it, with the table that stands there.

use crate::lang::Texts;
use crate::plan::{Plan, Shape, Spot, Table, TableId};

/// A spot as it is drawn, in metres.
pub(super) struct Drawn<'a> {
    pub(super) spot: &'a Spot,
    pub(super) table: Option<&'a Table>,
    pub(super) seated: u32,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) depth: f64,
    /// Something else stands here than there.
    pub(super) is_changed: bool,
}

impl<'a> Drawn<'a> {
    pub(super) fn of(plan: &'a Plan, spot: &'a Spot) -> Self {
        Self::with(plan, spot, plan.table_on(spot.id))
    }

    /// The spot with a table on it, whichever that may be.
    pub(super) fn with(plan: &'a Plan, spot: &'a Spot, table: Option<TableId>) -> Self {
        let (width, depth) = (spot.width_m.get(), spot.depth_m.get());
        let table = table.and_then(|table| plan.table(table));
        let seated = table.map_or(0, |table| plan.seated_at(table.id));
        Drawn {
            is_changed: false,
            spot,
            table,
            seated,
            left: spot.x_m.get() - width / 2.0,
            top: spot.y_m.get() - depth / 2.0,
            width,
            depth,
        }
    }

    pub(super) fn marked(self, is_changed: bool) -> Self {
        Self { is_changed, ..self }
    }

    pub(super) fn middle_x(&self) -> f64 {
        self.left + self.width / 2.0
    }

    pub(super) fn middle_y(&self) -> f64 {
        self.top + self.depth / 2.0
    }

    pub(super) fn is_round(&self) -> bool {
        self.spot.shape == Shape::Round
    }

    pub(super) fn class(&self) -> &'static str {
        match self.table {
            None => "spot",
            Some(table) if self.seated > table.seats.get() => "spot taken is-over",
            Some(table) if table.vip => "spot taken is-vip",
            Some(table) if self.seated == table.seats.get() => "spot taken is-full",
            Some(_) => "spot taken",
        }
    }

    pub(super) fn is_too_small(&self) -> bool {
        self.table.is_some_and(|table| self.spot.seats < table.seats)
    }

    /// What somebody hears who does not see the drawing.
    pub(super) fn words(&self, t: &Texts) -> String {
        let (spot, seats) = (self.spot.code.as_str(), self.spot.seats.get());
        let Some(table) = self.table else { return t.drawn_free(spot, seats) };
        let vip = if table.vip { t.drawn_vip() } else { String::new() };
        let small = if self.is_too_small() { t.drawn_small(seats) } else { String::new() };
        t.drawn_taken(table.number.as_str(), vip, spot, self.seated, table.seats.get(), small)
    }
}
