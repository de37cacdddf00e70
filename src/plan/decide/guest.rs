//! Decisions about guests themselves.

use super::{find_guest, named};
use crate::plan::event::Body;
use crate::plan::guest::GuestPatch;
use crate::plan::id::{GuestId, Subject};
use crate::plan::invalid::Invalid;
use crate::plan::refusal::Refusal;
use crate::plan::state::Plan;
use crate::plan::value::{Patch, Rsvp};

pub(super) fn add(plan: &Plan, set: &GuestPatch) -> Result<Vec<Body>, Refusal> {
    if set.first_name.set().is_none() && set.last_name.set().is_none() {
        return Err(Refusal::invalid("first_name", Invalid::NameMustBeGiven));
    }
    check_unique(plan, None, set)?;
    check_plus_one(plan, None, set)?;
    let guest = GuestId(plan.position.next().0);
    Ok(vec![Body::GuestAdded { guest, set: Box::new(set.clone()) }])
}

pub(super) fn change(plan: &Plan, id: GuestId, set: &GuestPatch) -> Result<Vec<Body>, Refusal> {
    let guest = find_guest(plan, id)?;
    let changes = set.against(guest);
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let keeps_first = !matches!(changes.first_name, Patch::Clear) && (guest.first_name.is_some() || changes.first_name.set().is_some());
    let keeps_last = !matches!(changes.last_name, Patch::Clear) && (guest.last_name.is_some() || changes.last_name.set().is_some());
    if !keeps_first && !keeps_last {
        return Err(Refusal::invalid("first_name", Invalid::NameMustRemain));
    }
    check_unique(plan, Some(id), &changes)?;
    check_plus_one(plan, Some(id), &changes)?;
    let unseat = changes.rsvp == Patch::Set(Rsvp::Declined) && guest.table.is_some();
    let mut bodies = vec![Body::GuestChanged { guest: id, set: Box::new(changes) }];
    if unseat {
        bodies.push(Body::GuestUnseated { guest: id });
    }
    Ok(bodies)
}

pub(super) fn remove(plan: &Plan, id: GuestId) -> Result<Vec<Body>, Refusal> {
    let guest = find_guest(plan, id)?;
    let mut bodies = Vec::new();
    if guest.table.is_some() {
        bodies.push(Body::GuestUnseated { guest: id });
    }
    bodies.push(Body::GuestRemoved { guest: id });
    Ok(bodies)
}

pub(super) fn mark_arrived(plan: &Plan, id: GuestId) -> Result<Vec<Body>, Refusal> {
    match find_guest(plan, id)?.arrived_at {
        None => Ok(vec![Body::GuestArrived { guest: id }]),
        Some(arrived_at) => Err(Refusal::AlreadyArrived { guest: named(plan, Subject::Guest(id)), arrived_at }),
    }
}

pub(super) fn undo_arrival(plan: &Plan, id: GuestId) -> Result<Vec<Body>, Refusal> {
    match find_guest(plan, id)?.arrived_at {
        Some(_) => Ok(vec![Body::GuestArrivalUndone { guest: id }]),
        None => Err(Refusal::NotArrived { guest: named(plan, Subject::Guest(id)) }),
    }
}

fn check_unique(plan: &Plan, id: Option<GuestId>, set: &GuestPatch) -> Result<(), Refusal> {
    if let Some(number) = set.employee_no.set()
        && let Some(holder) = plan.guest_by_employee_no(number.as_str()).filter(|holder| Some(*holder) != id)
    {
        return Err(Refusal::EmployeeNoTaken { employee_no: number.to_string(), by: named(plan, Subject::Guest(holder)) });
    }
    if let Some(email) = set.email.set()
        && let Some(holder) = plan.guest_by_email(email.as_str()).filter(|holder| Some(*holder) != id)
    {
        return Err(Refusal::EmailTaken { email: email.to_string(), by: named(plan, Subject::Guest(holder)) });
    }
    Ok(())
}

fn check_plus_one(plan: &Plan, id: Option<GuestId>, set: &GuestPatch) -> Result<(), Refusal> {
    let Some(leader) = set.plus_one_of.set() else { return Ok(()) };
    if Some(*leader) == id {
        return Err(Refusal::invalid("plus_one_of", Invalid::IsTheGuest));
    }
    find_guest(plan, *leader).map(|_| ())
}
