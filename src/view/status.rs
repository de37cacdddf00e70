//! The line under the navigation: how many are still standing.

use crate::lang::T;
use crate::plan::{Plan, Tally, Text};
use askama::Template;

/// The figures that everybody wants to see fall to nothing.
#[derive(Template)]
#[template(path = "status.html")]
pub struct Status {
    pub t: T,
    /// Whether the store answers, so that anything can be changed.
    pub is_up: bool,
    /// Whether it takes a person to say that the clock is right.
    pub is_clock_doubted: bool,
    /// Whether the reader is such a person.
    pub may_confirm: bool,
    /// Settings of the database that an admin should know of.
    pub risks: String,
    pub unseated: usize,
    pub seated: usize,
    pub declined: usize,
    pub overfull: usize,
    pub without_spot: usize,
    /// An admin's line to everybody.
    pub notice: Option<Text>,
}

impl Status {
    #[must_use]
    pub fn of(plan: &Plan, t: T, is_up: bool, is_clock_doubted: bool, may_confirm: bool, risks: String) -> Self {
        let Tally { seated, unseated, declined } = plan.tally();
        let mut status = Self {
            t,
            is_up,
            is_clock_doubted,
            may_confirm,
            risks,
            unseated,
            seated,
            declined,
            overfull: 0,
            without_spot: 0,
            notice: plan.about.notice.clone(),
        };
        for table in plan.tables.values() {
            status.overfull += usize::from(plan.seated_at(table.id) > table.seats.get());
            status.without_spot += usize::from(table.spot.is_none());
        }
        status
    }
}
