//! Decisions about who sits where.

use super::{find_guest, find_table, named};
use crate::plan::event::Body;
use crate::plan::id::{GuestId, Subject, TableId};
use crate::plan::refusal::Refusal;
use crate::plan::state::Plan;
use crate::plan::value::{Code, Rsvp};
use std::collections::BTreeSet;

/// Seats all of the guests, or none.
pub(super) fn seat(plan: &Plan, guests: &[GuestId], table_id: TableId) -> Result<Vec<Body>, Refusal> {
    let table = find_table(plan, table_id)?;
    // Somebody named twice needs one seat.
    let mut named_once = BTreeSet::new();
    let mut coming = Vec::new();
    let mut declined = Vec::new();
    for id in guests {
        let guest = find_guest(plan, *id)?;
        if guest.rsvp == Rsvp::Declined {
            declined.push(named(plan, Subject::Guest(*id)));
        } else if guest.table != Some(table_id) && named_once.insert(*id) {
            coming.push(*id);
        }
    }
    if !declined.is_empty() {
        return Err(Refusal::GuestDeclined { guests: declined });
    }
    if coming.is_empty() {
        return Ok(Vec::new());
    }
    let (seats, seated) = (table.seats.get(), plan.seated_at(table_id));
    let needed = seated.saturating_add(u32::try_from(coming.len()).unwrap_or(u32::MAX));
    if needed > seats {
        let table = named(plan, Subject::Table(table_id));
        return Err(Refusal::TableFull { table, seats, seated, missing: needed - seats });
    }
    Ok(coming.into_iter().map(|guest| Body::GuestSeated { guest, table: table_id }).collect())
}

/// Seats everybody of the party who has not declined.
pub(super) fn seat_party(plan: &Plan, party: &Code, table: TableId) -> Result<Vec<Body>, Refusal> {
    let members: Vec<GuestId> = plan.party(party.as_str()).collect();
    if members.is_empty() {
        return Err(Refusal::UnknownParty(party.to_string()));
    }
    let comes = |id: &GuestId| plan.guest(*id).is_some_and(|guest| guest.rsvp != Rsvp::Declined);
    let coming: Vec<GuestId> = members.iter().copied().filter(comes).collect();
    if coming.is_empty() {
        let guests = members.into_iter().map(|id| named(plan, Subject::Guest(id))).collect();
        return Err(Refusal::GuestDeclined { guests });
    }
    seat(plan, &coming, table)
}

pub(super) fn unseat(plan: &Plan, id: GuestId) -> Result<Vec<Body>, Refusal> {
    let seated = find_guest(plan, id)?.table.is_some();
    Ok(if seated { vec![Body::GuestUnseated { guest: id }] } else { Vec::new() })
}

/// The two exchange their tables.
pub(super) fn swap(plan: &Plan, a: GuestId, b: GuestId) -> Result<Vec<Body>, Refusal> {
    let table_of = |id: GuestId| {
        let guest = find_guest(plan, id)?;
        if guest.rsvp == Rsvp::Declined {
            return Err(Refusal::GuestDeclined { guests: vec![named(plan, Subject::Guest(id))] });
        }
        guest.table.ok_or_else(|| Refusal::NotSeated { guest: named(plan, Subject::Guest(id)) })
    };
    let (table_a, table_b) = (table_of(a)?, table_of(b)?);
    if table_a == table_b {
        return Ok(Vec::new());
    }
    Ok(vec![Body::GuestSeated { guest: a, table: table_b }, Body::GuestSeated { guest: b, table: table_a }])
}
