//! The line under the navigation: how many are still standing.

use crate::plan::{Plan, Rsvp};
use askama::Template;

/// The figures that everybody wants to see fall to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "status.html")]
pub struct Status {
    /// Whether the store answers, so that anything can be changed.
    pub is_up: bool,
    pub unseated: usize,
    pub seated: usize,
    pub declined: usize,
    pub overfull: usize,
    pub without_spot: usize,
}

impl Status {
    #[must_use]
    pub fn of(plan: &Plan, is_up: bool) -> Self {
        let mut status = Self { is_up, unseated: 0, seated: 0, declined: 0, overfull: 0, without_spot: 0 };
        for guest in plan.guests.values() {
            match (guest.table, guest.rsvp) {
                (Some(_), _) => status.seated += 1,
                (None, Rsvp::Declined) => status.declined += 1,
                (None, _) => status.unseated += 1,
            }
        }
        for table in plan.tables.values() {
            status.overfull += usize::from(plan.seated_at(table.id) > table.seats.get());
            status.without_spot += usize::from(table.spot.is_none());
        }
        status
    }
}
