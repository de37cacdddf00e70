//! What events do to rooms and spots.

use super::table::{free_name, lift};
use super::{Effect, Why};
use crate::plan::floor::{Room, RoomPatch, Spot, SpotPatch};
use crate::plan::id::{RoomId, SpotId, Subject};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::value::{Code, Key};
use std::sync::Arc;

/// Creates the room where there is none, and sets what is said.
pub(super) fn state_room(plan: &mut Plan, id: RoomId, set: &RoomPatch, touch: Touch) -> Effect {
    if plan.rooms.contains_key(&id) {
        return change_room(plan, id, set, touch);
    }
    let Some(room) = Room::new(id, set, touch) else { return Effect::Ignored(Why::Incomplete) };
    claim_name(plan, id, &room.name, touch);
    plan.rooms.insert(id, Arc::new(room));
    Effect::Changed
}

pub(super) fn change_room(plan: &mut Plan, id: RoomId, set: &RoomPatch, touch: Touch) -> Effect {
    let Some(room) = plan.rooms.get(&id) else { return Effect::Ignored(Why::Gone(Subject::Room(id))) };
    if let Some(name) = set.name.set() {
        plan.room_names.remove(&Key::of(room.name.as_str()));
        claim_name(plan, id, name, touch);
    }
    Effect::of(plan.rooms.get_mut(&id).is_some_and(|room| Arc::make_mut(room).apply(set, touch)))
}

fn claim_name(plan: &mut Plan, id: RoomId, name: &Code, touch: Touch) {
    let Some(holder) = plan.room_names.insert(Key::of(name.as_str()), id).filter(|holder| *holder != id) else { return };
    let suffixed = free_name(name, holder.0, |key| plan.room_names.contains_key(key));
    plan.room_names.insert(Key::of(suffixed.as_str()), holder);
    if let Some(room) = plan.rooms.get_mut(&holder) {
        let room = Arc::make_mut(room);
        room.name = suffixed;
        room.set_touch("name", touch);
    }
    plan.collide(touch, Subject::Room(holder), "name", name.to_string());
}

/// Removes the room with all its spots; the tables on them are lifted.
pub(super) fn remove_room(plan: &mut Plan, id: RoomId, touch: Touch) -> Effect {
    let Some(room) = plan.rooms.remove(&id) else { return Effect::Ignored(Why::Gone(Subject::Room(id))) };
    plan.room_names.remove(&Key::of(room.name.as_str()));
    let spots: Vec<SpotId> = plan.spots_in(id).collect();
    for spot in spots {
        remove_spot(plan, spot, touch);
    }
    Effect::Changed
}

/// Creates the spot where there is none, and sets what is said.
pub(super) fn state_spot(plan: &mut Plan, id: SpotId, set: &SpotPatch, touch: Touch) -> Effect {
    if plan.spots.contains_key(&id) {
        return change_spot(plan, id, set, touch);
    }
    let Some(spot) = Spot::new(id, set, touch) else { return Effect::Ignored(Why::Incomplete) };
    if !plan.rooms.contains_key(&spot.room) {
        return Effect::Ignored(Why::Gone(Subject::Room(spot.room)));
    }
    claim_code(plan, id, &spot.code, touch);
    plan.room_spots.insert((spot.room, id));
    plan.spots.insert(id, Arc::new(spot));
    Effect::Changed
}

pub(super) fn change_spot(plan: &mut Plan, id: SpotId, set: &SpotPatch, touch: Touch) -> Effect {
    let Some(spot) = plan.spots.get(&id) else { return Effect::Ignored(Why::Gone(Subject::Spot(id))) };
    // A spot cannot move to a room that is gone; what else is said of it stands.
    if let Some(room) = set.room.set().filter(|room| !plan.rooms.contains_key(*room)) {
        let rest = SpotPatch { room: super::Patch::Keep, ..set.clone() };
        change_spot(plan, id, &rest, touch);
        return Effect::Partly(Why::Gone(Subject::Room(*room)));
    }
    let room_before = spot.room;
    if let Some(code) = set.code.set() {
        plan.codes.remove(&Key::of(spot.code.as_str()));
        claim_code(plan, id, code, touch);
    }
    let Some(spot) = plan.spots.get_mut(&id) else { return Effect::Unchanged };
    let spot = Arc::make_mut(spot);
    let changed = spot.apply(set, touch);
    if spot.room != room_before {
        plan.room_spots.remove(&(room_before, id));
        plan.room_spots.insert((spot.room, id));
    }
    Effect::of(changed)
}

fn claim_code(plan: &mut Plan, id: SpotId, code: &Code, touch: Touch) {
    let Some(holder) = plan.codes.insert(Key::of(code.as_str()), id).filter(|holder| *holder != id) else { return };
    let suffixed = free_name(code, holder.0, |key| plan.codes.contains_key(key));
    plan.codes.insert(Key::of(suffixed.as_str()), holder);
    if let Some(spot) = plan.spots.get_mut(&holder) {
        let spot = Arc::make_mut(spot);
        spot.code = suffixed;
        spot.set_touch("code", touch);
    }
    plan.collide(touch, Subject::Spot(holder), "code", code.to_string());
}

/// Removes the spot; the table on it is lifted.
pub(super) fn remove_spot(plan: &mut Plan, id: SpotId, touch: Touch) -> Effect {
    let Some(spot) = plan.spots.remove(&id) else { return Effect::Ignored(Why::Gone(Subject::Spot(id))) };
    plan.codes.remove(&Key::of(spot.code.as_str()));
    plan.room_spots.remove(&(spot.room, id));
    if let Some(table) = plan.table_on(id) {
        lift(plan, table, touch);
    }
    Effect::Changed
}
