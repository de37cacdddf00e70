//! The logical table, field by field.

use super::id::{SpotId, TableId};
use super::subject::{Touch, one, subject};
use super::value::{Code, Patch, Seats, Slot, Text};

subject! {
    /// A logical table: who sits together, wherever it will stand.
    Table, TablePatch, TableId {
        /// Unique among the tables, compared without case.
        number: Code => Code,
        name: Option<Text> => Text,
        seats: Seats => Seats,
        /// VIP tables are placed by hand; no draw touches them.
        vip: bool => bool,
        host: Option<Text> => Text,
    }
    own {
        /// Where the table stands.
        spot: Option<SpotId>,
    }
}

impl Table {
    pub(in crate::plan) fn new(id: TableId, number: Code, seats: Seats, patch: &TablePatch, touch: Touch) -> Self {
        let mut table = Self { id, number, name: None, seats, vip: false, host: None, spot: None, touched: [touch; Self::FIELDS.len()] };
        table.apply(patch, touch);
        table
    }

    /// What people call the table.
    #[must_use]
    pub fn label(&self) -> String {
        self.number.to_string()
    }
}
