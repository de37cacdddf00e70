//! Rooms, and the spots in them.

use super::{Claim, Draft, Outcome, RoomRow, Row, RowRef, SpotRow, Trouble, outlook};
use crate::plan::event::Body;
use crate::plan::floor::{RoomPatch, SpotPatch, usual_size_m};
use crate::plan::id::{RoomId, SpotId, Subject};
use crate::plan::value::{Key, Patch};
use std::collections::HashMap;

pub(super) fn assess(draft: &mut Draft<'_>, rooms: &[Row<RoomRow>], spots: &[Row<SpotRow>]) {
    let plan = draft.plan;
    let rooms = draft.sound(rooms);
    let spots = draft.sound(spots);
    refuse_claimed_twice(draft, &rooms, &spots);

    let mut new_rooms: HashMap<Key, RoomId> = HashMap::new();
    for row in &rooms {
        state_room(draft, row, &mut new_rooms);
    }
    let mut stated: Vec<(&RowRef, SpotId)> = Vec::new();
    for row in &spots {
        if let Some(spot) = state_spot(draft, row, &new_rooms) {
            stated.push((&row.at, spot));
        }
    }
    // Whether something fits is a question to the final state, not to the rows one by one.
    let after = outlook(plan, &draft.statements);
    for (at, id) in stated {
        let Some((spot, room)) = after.spot(id).and_then(|spot| Some((spot, after.room(spot.room)?))) else { continue };
        if !spot.fits_into(room) {
            let (width_m, depth_m) = (room.width_m, room.depth_m);
            let words = Trouble::BeyondWalls { spot: spot.code.to_string(), room: room.name.to_string(), width_m, depth_m };
            draft.problem(at, "x_m", "outside_room", words);
            draft.refused.insert(Subject::Spot(id));
        }
    }
    for row in rooms {
        let Some(Outcome::Taken(Subject::Room(id))) = draft.outcomes.get(&row.at).cloned() else { continue };
        let Some(room) = after.room(id) else { continue };
        let stays = |spot: &SpotId| plan.spot(*spot).zip(plan.room(id)).is_some_and(|(spot, room)| spot.fits_into(room));
        let outside = after.spots_in(id).filter(stays).filter_map(|spot| after.spot(spot)).find(|spot| !spot.fits_into(room));
        if let Some(spot) = outside {
            draft.problem(&row.at, "width_m", "outside_room", Trouble::LeftOutside(spot.code.to_string()));
            draft.refused.insert(Subject::Room(id));
        }
    }
}

fn refuse_claimed_twice(draft: &mut Draft<'_>, rooms: &[&Row<RoomRow>], spots: &[&Row<SpotRow>]) {
    let mut names: HashMap<Key, Vec<&RowRef>> = HashMap::new();
    for row in rooms {
        match &row.value.name {
            Some(name) => names.entry(Key::of(name.as_str())).or_default().push(&row.at),
            None => draft.problem(&row.at, "name", "name_missing", Trouble::RoomMissing),
        }
    }
    let mut codes: HashMap<Key, Vec<&RowRef>> = HashMap::new();
    for row in spots {
        match row.value.set.code.set() {
            Some(code) => codes.entry(Key::of(code.as_str())).or_default().push(&row.at),
            None => draft.problem(&row.at, "code", "code_missing", Trouble::SpotMissing),
        }
    }
    draft.refuse_claimed_twice(&names, "name", "duplicate_room", |name| Claim::Room(name.as_str().to_owned()));
    draft.refuse_claimed_twice(&codes, "code", "duplicate_spot", |code| Claim::Spot(code.as_str().to_owned()));
}

fn state_room(draft: &mut Draft<'_>, row: &Row<RoomRow>, new_rooms: &mut HashMap<Key, RoomId>) {
    if draft.is_refused(&row.at) {
        return;
    }
    let Some(name) = &row.value.name else { return };
    let known = draft.plan.room_by_name(name.as_str());
    for (field, length) in [("width_m", row.value.width_m), ("depth_m", row.value.depth_m)] {
        if known.is_none() && length.is_none() {
            draft.problem(&row.at, field, "size_missing", Trouble::SizeMissing(name.to_string()));
            return;
        }
    }
    let room = known.unwrap_or(RoomId(draft.first_statement() + draft.statements.len() as u64));
    if known.is_none() {
        new_rooms.insert(Key::of(name.as_str()), room);
    }
    let set = RoomPatch {
        name: Patch::Set(name.clone()),
        width_m: row.value.width_m.map_or(Patch::Keep, Patch::Set),
        depth_m: row.value.depth_m.map_or(Patch::Keep, Patch::Set),
    };
    draft.statements.push(Body::RoomStated { room, set: Box::new(set) });
    draft.outcomes.insert(row.at.clone(), Outcome::Taken(Subject::Room(room)));
}

fn state_spot(draft: &mut Draft<'_>, row: &Row<SpotRow>, new_rooms: &HashMap<Key, RoomId>) -> Option<SpotId> {
    if draft.is_refused(&row.at) {
        return None;
    }
    let code = row.value.set.code.set()?;
    let known = draft.plan.spot_by_code(code.as_str());
    let mut set = row.value.set.clone();
    if let Some(name) = &row.value.room {
        let room = draft.plan.room_by_name(name.as_str()).or_else(|| new_rooms.get(&Key::of(name.as_str())).copied());
        let Some(room) = room else {
            draft.problem(&row.at, "room", "unknown_room", Trouble::NoRoom(name.to_string()));
            return None;
        };
        set.room = Patch::Set(room);
    }
    if known.is_none() && !complete(draft, row, &mut set) {
        return None;
    }
    let spot = known.unwrap_or(SpotId(draft.first_statement() + draft.statements.len() as u64));
    draft.statements.push(Body::SpotStated { spot, set: Box::new(set) });
    draft.outcomes.insert(row.at.clone(), Outcome::Taken(Subject::Spot(spot)));
    Some(spot)
}

/// Whether a new spot has all that it needs; seats and size have a usual value.
fn complete(draft: &mut Draft<'_>, row: &Row<SpotRow>, set: &mut SpotPatch) -> bool {
    let missing = [("room", set.room.set().is_none()), ("x_m", set.x_m.set().is_none()), ("y_m", set.y_m.set().is_none())];
    for (field, _) in missing.iter().filter(|(_, missing)| *missing) {
        draft.problem(&row.at, field, "value_missing", Trouble::PlaceMissing);
    }
    let seats = set.seats.set().copied().unwrap_or(draft.plan.about.default_seats);
    set.seats = Patch::Set(seats);
    for length in [&mut set.width_m, &mut set.depth_m] {
        if length.set().is_none() {
            *length = Patch::Set(usual_size_m(seats));
        }
    }
    !missing.iter().any(|(_, missing)| *missing)
}
