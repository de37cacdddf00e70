//! Decisions about tables and where they stand.

use super::{find_spot, find_table, named};
use crate::plan::event::Body;
use crate::plan::id::{SpotId, Subject, TableId};
use crate::plan::invalid::Invalid;
use crate::plan::refusal::Refusal;
use crate::plan::state::Plan;
use crate::plan::table::TablePatch;
use crate::plan::value::Patch;

pub(super) fn add(plan: &Plan, set: &TablePatch) -> Result<Vec<Body>, Refusal> {
    if set.number.set().is_none() {
        return Err(Refusal::invalid("number", Invalid::MustBeGiven));
    }
    check_number(plan, None, set)?;
    let mut set = set.clone();
    // The event says what the number of seats was meant to be on that day.
    if set.seats.set().is_none() {
        set.seats = Patch::Set(plan.about.default_seats);
    }
    Ok(vec![Body::TableAdded { table: TableId(plan.position.next().0), set: Box::new(set) }])
}

pub(super) fn change(plan: &Plan, id: TableId, set: &TablePatch) -> Result<Vec<Body>, Refusal> {
    let table = find_table(plan, id)?;
    if matches!(set.number, Patch::Clear) {
        return Err(Refusal::invalid("number", Invalid::CannotBeEmpty));
    }
    if matches!(set.seats, Patch::Clear) {
        return Err(Refusal::invalid("seats", Invalid::CannotBeEmpty));
    }
    let changes = set.against(table);
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    check_number(plan, Some(id), &changes)?;
    if let Some(seats) = changes.seats.set() {
        let seated = plan.seated_at(id);
        // More seats for an overfull table help, even if they are still too few.
        if seats.get() < seated && *seats < table.seats {
            return Err(Refusal::TooFewSeats { table: named(plan, Subject::Table(id)), seats: seats.get(), seated });
        }
    }
    Ok(vec![Body::TableChanged { table: id, set: Box::new(changes) }])
}

fn check_number(plan: &Plan, id: Option<TableId>, set: &TablePatch) -> Result<(), Refusal> {
    let Some(number) = set.number.set() else { return Ok(()) };
    match plan.table_by_number(number.as_str()).filter(|holder| Some(*holder) != id) {
        Some(holder) => Err(Refusal::NumberTaken { number: number.to_string(), by: named(plan, Subject::Table(holder)) }),
        None => Ok(()),
    }
}

pub(super) fn remove(plan: &Plan, id: TableId) -> Result<Vec<Body>, Refusal> {
    find_table(plan, id)?;
    Ok(removal(plan, id))
}

/// Unseats who sits there, lifts the table, and removes it.
pub(in crate::plan) fn removal(plan: &Plan, id: TableId) -> Vec<Body> {
    let mut bodies: Vec<Body> = plan.guests_at(id).map(|guest| Body::GuestUnseated { guest }).collect();
    if plan.table(id).is_some_and(|table| table.spot.is_some()) {
        bodies.push(Body::TableLifted { table: id });
    }
    bodies.push(Body::TableRemoved { table: id });
    bodies
}

pub(super) fn place(plan: &Plan, id: TableId, spot: SpotId) -> Result<Vec<Body>, Refusal> {
    let table = find_table(plan, id)?;
    find_spot(plan, spot)?;
    if table.spot == Some(spot) {
        return Ok(Vec::new());
    }
    if let Some(holder) = plan.table_on(spot) {
        return Err(Refusal::SpotTaken { spot: named(plan, Subject::Spot(spot)), by: named(plan, Subject::Table(holder)) });
    }
    Ok(vec![Body::TablePlaced { table: id, spot, by_upload: false }])
}

pub(super) fn lift(plan: &Plan, id: TableId) -> Result<Vec<Body>, Refusal> {
    let placed = find_table(plan, id)?.spot.is_some();
    Ok(if placed { vec![Body::TableLifted { table: id }] } else { Vec::new() })
}

/// The two exchange their spots.
pub(super) fn swap(plan: &Plan, a: TableId, b: TableId) -> Result<Vec<Body>, Refusal> {
    let spot_of = |id: TableId| find_table(plan, id)?.spot.ok_or_else(|| Refusal::NotPlaced { table: named(plan, Subject::Table(id)) });
    let (spot_a, spot_b) = (spot_of(a)?, spot_of(b)?);
    if a == b {
        return Ok(Vec::new());
    }
    // Lifted first, so that nothing is ever displaced by a swap.
    Ok(vec![
        Body::TableLifted { table: b },
        Body::TablePlaced { table: a, spot: spot_b, by_upload: false },
        Body::TablePlaced { table: b, spot: spot_a, by_upload: false },
    ])
}
