//! What events do to tables.

use super::guest::seat;
use super::{Effect, Why};
use crate::plan::id::{GuestId, SpotId, Subject, TableId};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::table::{Table, TablePatch};
use crate::plan::value::{Code, Key};
use std::sync::Arc;

/// Creates the table where there is none, and sets what is said.
pub(super) fn state(plan: &mut Plan, id: TableId, set: &TablePatch, touch: Touch) -> Effect {
    if plan.tables.contains_key(&id) {
        return Effect::of(patch(plan, id, set, touch));
    }
    let Some(number) = set.number.set() else { return Effect::Ignored(Why::Incomplete) };
    claim_number(plan, id, number, touch);
    let seats = set.seats.set().copied().unwrap_or(plan.about.default_seats);
    plan.tables.insert(id, Arc::new(Table::new(id, number.clone(), seats, set, touch)));
    Effect::Changed
}

pub(super) fn change(plan: &mut Plan, id: TableId, set: &TablePatch, touch: Touch) -> Effect {
    if !plan.tables.contains_key(&id) {
        return Effect::Ignored(Why::Gone(Subject::Table(id)));
    }
    Effect::of(patch(plan, id, set, touch))
}

fn patch(plan: &mut Plan, id: TableId, set: &TablePatch, touch: Touch) -> bool {
    if let Some(number) = set.number.set() {
        if let Some(table) = plan.tables.get(&id) {
            plan.numbers.remove(&Key::of(table.number.as_str()));
        }
        claim_number(plan, id, number, touch);
    }
    plan.tables.get_mut(&id).is_some_and(|table| Arc::make_mut(table).apply(set, touch))
}

/// Enters the number; a table that held it before gets the suffix `~ID`.
fn claim_number(plan: &mut Plan, id: TableId, number: &Code, touch: Touch) {
    let Some(holder) = plan.numbers.insert(Key::of(number.as_str()), id).filter(|holder| *holder != id) else { return };
    let suffixed = free_name(number, holder.0, |key| plan.numbers.contains_key(key));
    plan.numbers.insert(Key::of(suffixed.as_str()), holder);
    if let Some(table) = plan.tables.get_mut(&holder) {
        let table = Arc::make_mut(table);
        table.number = suffixed;
        table.set_touch("number", touch);
    }
    plan.collide(touch, Subject::Table(holder), "number", number.to_string());
}

/// `name~id`, with as many suffixes as it takes to be free.
pub(super) fn free_name(name: &Code, id: u64, taken: impl Fn(&Key) -> bool) -> Code {
    let mut free = format!("{name}~{id}");
    while taken(&Key::of(&free)) {
        free = format!("{free}~{id}");
    }
    Code::stored(&free)
}

/// Removes the table; who sat there is unseated, where it stood is free.
pub(super) fn remove(plan: &mut Plan, id: TableId, touch: Touch) -> Effect {
    if !plan.tables.contains_key(&id) {
        return Effect::Ignored(Why::Gone(Subject::Table(id)));
    }
    let guests: Vec<GuestId> = plan.guests_at(id).collect();
    for guest in guests {
        seat(plan, guest, None, touch);
    }
    lift(plan, id, touch);
    plan.picked_up.remove(&id);
    plan.seated.remove(&id);
    if let Some(table) = plan.tables.remove(&id) {
        plan.numbers.remove(&Key::of(table.number.as_str()));
    }
    Effect::Changed
}

/// Puts the table on the spot. Whatever stands there is lifted, but an upload lifts no VIP table.
pub(super) fn place(plan: &mut Plan, id: TableId, spot: SpotId, by_upload: bool, touch: Touch) -> Effect {
    let picked_up = plan.picked_up.remove(&id);
    let Some(table) = plan.tables.get(&id) else { return Effect::Ignored(Why::Gone(Subject::Table(id))) };
    let already = table.spot == Some(spot);
    let hindrance = if plan.spots.contains_key(&spot) {
        let vip = plan.table_on(spot).filter(|holder| by_upload && *holder != id && plan.table(*holder).is_some_and(|table| table.vip));
        vip.map(|table| Why::HeldByVip { spot, table })
    } else {
        Some(Why::Gone(Subject::Spot(spot)))
    };
    if let Some(why) = hindrance {
        put_back(plan, id, picked_up, touch);
        return Effect::Ignored(why);
    }
    if already {
        return Effect::Unchanged;
    }
    if let Some(holder) = plan.table_on(spot) {
        let lost = plan.label(Subject::Spot(spot));
        lift(plan, holder, touch);
        plan.collide(touch, Subject::Table(holder), "spot", lost);
    }
    let before = stand(plan, id, Some(spot));
    if picked_up == Some(spot) && before.is_none() {
        return Effect::Unchanged;
    }
    touch_spot(plan, id, touch);
    Effect::Changed
}

/// Takes the table off its spot.
pub(super) fn lift(plan: &mut Plan, id: TableId, touch: Touch) -> Effect {
    let Some(table) = plan.tables.get(&id) else { return Effect::Ignored(Why::Gone(Subject::Table(id))) };
    if table.spot.is_none() {
        return Effect::Unchanged;
    }
    stand(plan, id, None);
    touch_spot(plan, id, touch);
    Effect::Changed
}

/// Picks up all tables that an upload is about to place, so that they may exchange spots. Each is put down by its own
/// event; nothing counts as changed until then.
pub(super) fn pick_up(plan: &mut Plan, tables: &[TableId], touch: Touch) -> Effect {
    // Only a retraction of a part could leave something in the air; batches are retracted whole.
    let left: Vec<(TableId, SpotId)> = plan.picked_up.iter().map(|(table, spot)| (*table, *spot)).collect();
    for (table, spot) in left {
        put_back(plan, table, Some(spot), touch);
    }
    plan.picked_up.clear();
    for id in tables {
        if let Some(spot) = plan.table(*id).and_then(|table| table.spot) {
            stand(plan, *id, None);
            plan.picked_up.insert(*id, spot);
        }
    }
    Effect::Unchanged
}

/// Where a table that was picked up cannot go where it was told, it goes back, if its old place is still free.
fn put_back(plan: &mut Plan, id: TableId, spot: Option<SpotId>, touch: Touch) {
    let Some(spot) = spot else { return };
    if plan.spots.contains_key(&spot) && plan.table_on(spot).is_none() {
        stand(plan, id, Some(spot));
    } else {
        let lost = plan.label(Subject::Spot(spot));
        touch_spot(plan, id, touch);
        plan.collide(touch, Subject::Table(id), "spot", lost);
    }
}

/// Sets where the table stands, in the table and in the index; answers where it stood.
fn stand(plan: &mut Plan, id: TableId, spot: Option<SpotId>) -> Option<SpotId> {
    let table = Arc::make_mut(plan.tables.get_mut(&id)?);
    let before = std::mem::replace(&mut table.spot, spot);
    if let Some(before) = before {
        plan.standing.remove(&before);
    }
    if let Some(spot) = spot {
        plan.standing.insert(spot, id);
    }
    before
}

fn touch_spot(plan: &mut Plan, id: TableId, touch: Touch) {
    if let Some(table) = plan.tables.get_mut(&id) {
        Arc::make_mut(table).set_touch("spot", touch);
    }
}
