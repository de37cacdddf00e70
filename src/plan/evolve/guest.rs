//! What events do to guests.

use super::{Effect, Why};
use crate::plan::guest::{Guest, GuestPatch};
use crate::plan::id::{GuestId, Subject, TableId};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::value::{Key, Patch, Timestamp};
use std::sync::Arc;

/// Creates the guest where there is none, sets what is said, and seats where a table is said.
pub(super) fn state(plan: &mut Plan, id: GuestId, set: &GuestPatch, table: &Patch<TableId>, touch: Touch) -> Effect {
    let changed = patch(plan, id, set, touch).unwrap_or_else(|| {
        plan.guests.insert(id, Arc::new(Guest::new(id, set, touch)));
        index(plan, id, set, touch);
        true
    });
    let seated = match table {
        Patch::Keep => Effect::Unchanged,
        Patch::Clear => seat(plan, id, None, touch),
        Patch::Set(table) => seat(plan, id, Some(*table), touch),
    };
    match seated {
        Effect::Ignored(why) | Effect::Partly(why) => Effect::Partly(why),
        Effect::Changed => Effect::Changed,
        Effect::Unchanged => Effect::of(changed),
    }
}

pub(super) fn change(plan: &mut Plan, id: GuestId, set: &GuestPatch, touch: Touch) -> Effect {
    patch(plan, id, set, touch).map_or(Effect::Ignored(Why::Gone(Subject::Guest(id))), Effect::of)
}

/// Whether the guest is different now; `None` where there is no such guest.
fn patch(plan: &mut Plan, id: GuestId, set: &GuestPatch, touch: Touch) -> Option<bool> {
    // What people do all day touches no index.
    let is_indexed = !(set.employee_no.is_keep() && set.email.is_keep() && set.party.is_keep());
    if is_indexed && plan.guests.contains_key(&id) {
        unindex(plan, id, set);
        index(plan, id, set, touch);
    }
    plan.guests.get_mut(&id).map(|guest| Arc::make_mut(guest).apply(set, touch))
}

/// Takes the guest out of the indexes of the fields that the patch is about to set.
fn unindex(plan: &mut Plan, id: GuestId, set: &GuestPatch) {
    let Some(guest) = plan.guests.get(&id) else { return };
    if !set.employee_no.is_keep()
        && let Some(number) = &guest.employee_no
    {
        plan.employee_nos.remove(&Key::of(number.as_str()));
    }
    if !set.email.is_keep()
        && let Some(email) = &guest.email
    {
        plan.emails.remove(&Key::of(email.as_str()));
    }
    if !set.party.is_keep()
        && let Some(party) = &guest.party
    {
        plan.parties.remove(&(Key::of(party.as_str()), id));
    }
}

/// Enters the fields that the patch has set; whoever held the number or address before loses it.
fn index(plan: &mut Plan, id: GuestId, set: &GuestPatch, touch: Touch) {
    if let Some(number) = set.employee_no.set()
        && let Some(holder) = plan.employee_nos.insert(Key::of(number.as_str()), id)
        && let Some(holder) = plan.guests.get_mut(&holder).filter(|guest| guest.id != id)
    {
        let holder = Arc::make_mut(holder);
        holder.employee_no = None;
        holder.set_touch("employee_no", touch);
        let loser = Subject::Guest(holder.id);
        plan.collide(touch, loser, "employee_no", number.to_string());
    }
    if let Some(email) = set.email.set()
        && let Some(holder) = plan.emails.insert(Key::of(email.as_str()), id)
        && let Some(holder) = plan.guests.get_mut(&holder).filter(|guest| guest.id != id)
    {
        let holder = Arc::make_mut(holder);
        holder.email = None;
        holder.set_touch("email", touch);
        let loser = Subject::Guest(holder.id);
        plan.collide(touch, loser, "email", email.to_string());
    }
    if let Some(party) = set.party.set() {
        plan.parties.insert((Key::of(party.as_str()), id));
    }
}

pub(super) fn remove(plan: &mut Plan, id: GuestId) -> Effect {
    let Some(guest) = plan.guests.remove(&id) else { return Effect::Ignored(Why::Gone(Subject::Guest(id))) };
    if let Some(number) = &guest.employee_no {
        plan.employee_nos.remove(&Key::of(number.as_str()));
    }
    if let Some(email) = &guest.email {
        plan.emails.remove(&Key::of(email.as_str()));
    }
    if let Some(party) = &guest.party {
        plan.parties.remove(&(Key::of(party.as_str()), id));
    }
    if let Some(table) = guest.table {
        rise(plan, table, id);
    }
    Effect::Changed
}

/// Seats the guest at the table, or nowhere.
pub(super) fn seat(plan: &mut Plan, id: GuestId, table: Option<TableId>, touch: Touch) -> Effect {
    if let Some(table) = table
        && !plan.tables.contains_key(&table)
    {
        return Effect::Ignored(Why::Gone(Subject::Table(table)));
    }
    let Some(guest) = plan.guests.get_mut(&id) else { return Effect::Ignored(Why::Gone(Subject::Guest(id))) };
    if guest.table == table {
        return Effect::Unchanged;
    }
    let guest = Arc::make_mut(guest);
    let before = std::mem::replace(&mut guest.table, table);
    guest.set_touch("table", touch);
    if let Some(before) = before {
        rise(plan, before, id);
    }
    if let Some(table) = table {
        sit_down(plan, table, id);
    }
    Effect::Changed
}

fn sit_down(plan: &mut Plan, table: TableId, id: GuestId) {
    let Some(guests) = plan.seated.get_mut(&table) else {
        plan.seated.insert(table, Arc::new(vec![id]));
        return;
    };
    if let Err(place) = guests.binary_search(&id) {
        Arc::make_mut(guests).insert(place, id);
    }
}

fn rise(plan: &mut Plan, table: TableId, id: GuestId) {
    let Some(guests) = plan.seated.get_mut(&table) else { return };
    if let Ok(place) = guests.binary_search(&id) {
        Arc::make_mut(guests).remove(place);
    }
}

pub(super) fn arrive(plan: &mut Plan, id: GuestId, at: Option<Timestamp>, touch: Touch) -> Effect {
    let Some(guest) = plan.guests.get_mut(&id) else { return Effect::Ignored(Why::Gone(Subject::Guest(id))) };
    // Who has arrived stays arrived at the first instant, however often it is said.
    if guest.arrived_at.is_some() == at.is_some() {
        return Effect::Unchanged;
    }
    let guest = Arc::make_mut(guest);
    guest.arrived_at = at;
    guest.set_touch("arrived_at", touch);
    Effect::Changed
}

/// Forgets what identifies the guests. The log's own events were overwritten in the same transaction.
pub(super) fn erase(plan: &mut Plan, guests: &[GuestId], touch: Touch) -> Effect {
    plan.erasures += 1;
    let forget = GuestPatch {
        employee_no: Patch::Clear,
        first_name: Patch::Clear,
        last_name: Patch::Clear,
        email: Patch::Clear,
        company: Patch::Clear,
        department: Patch::Clear,
        diet: Patch::Clear,
        allergies: Patch::Clear,
        notes: Patch::Clear,
        extra: Patch::Clear,
        ..GuestPatch::default()
    };
    for guest in guests {
        patch(plan, *guest, &forget, touch);
    }
    Effect::Changed
}
