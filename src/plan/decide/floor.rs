//! Decisions about rooms and spots.

use super::{find_room, find_spot, named};
use crate::plan::event::Body;
use crate::plan::floor::{Room, RoomPatch, Spot, SpotPatch, usual_size_m};
use crate::plan::id::{RoomId, SpotId, Subject};
use crate::plan::invalid::Invalid;
use crate::plan::refusal::{InvalidField, Named, Refusal};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::value::{Metres, Patch};

pub(super) fn add_room(plan: &Plan, set: &RoomPatch) -> Result<Vec<Body>, Refusal> {
    let missing = [("name", set.name.set().is_none()), ("width_m", set.width_m.set().is_none()), ("depth_m", set.depth_m.set().is_none())];
    refuse_missing(&missing)?;
    check_lengths(&[("width_m", &set.width_m), ("depth_m", &set.depth_m)])?;
    check_name(plan, None, set)?;
    Ok(vec![Body::RoomAdded { room: RoomId(plan.position.next().0), set: Box::new(set.clone()) }])
}

pub(super) fn change_room(plan: &Plan, id: RoomId, set: &RoomPatch) -> Result<Vec<Body>, Refusal> {
    let room = find_room(plan, id)?;
    refuse_cleared(&[
        ("name", matches!(set.name, Patch::Clear)),
        ("width_m", matches!(set.width_m, Patch::Clear)),
        ("depth_m", matches!(set.depth_m, Patch::Clear)),
    ])?;
    let changes = set.against(room);
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    check_lengths(&[("width_m", &changes.width_m), ("depth_m", &changes.depth_m)])?;
    check_name(plan, Some(id), &changes)?;
    let mut after = room.clone();
    after.apply(&changes, Touch::default());
    // A spot that stood outside before is no reason to refuse a new name.
    let outside = |spot: &Spot| spot.fits_into(room) && !spot.fits_into(&after);
    let spots: Vec<Named> =
        plan.spots_in(id).filter(|spot| plan.spot(*spot).is_some_and(outside)).map(|spot| named(plan, Subject::Spot(spot))).collect();
    if !spots.is_empty() {
        return Err(Refusal::OutsideRoom { spots, room: named(plan, Subject::Room(id)) });
    }
    Ok(vec![Body::RoomChanged { room: id, set: Box::new(changes) }])
}

/// A room goes with its spots, unless a table stands on one.
pub(super) fn remove_room(plan: &Plan, id: RoomId) -> Result<Vec<Body>, Refusal> {
    find_room(plan, id)?;
    let tables: Vec<Named> =
        plan.spots_in(id).filter_map(|spot| plan.table_on(spot)).map(|table| named(plan, Subject::Table(table))).collect();
    if !tables.is_empty() {
        return Err(Refusal::RoomInUse { room: named(plan, Subject::Room(id)), tables });
    }
    let mut bodies: Vec<Body> = plan.spots_in(id).map(|spot| Body::SpotRemoved { spot }).collect();
    bodies.push(Body::RoomRemoved { room: id });
    Ok(bodies)
}

pub(super) fn add_spot(plan: &Plan, set: &SpotPatch) -> Result<Vec<Body>, Refusal> {
    let missing = [
        ("code", set.code.set().is_none()),
        ("room", set.room.set().is_none()),
        ("x_m", set.x_m.set().is_none()),
        ("y_m", set.y_m.set().is_none()),
    ];
    refuse_missing(&missing)?;
    check_lengths(&[("width_m", &set.width_m), ("depth_m", &set.depth_m)])?;
    check_code(plan, None, set)?;
    let set = with_usual_size(plan, set);
    let id = SpotId(plan.position.next().0);
    if let Some(spot) = Spot::new(id, &set, Touch::default()) {
        check_inside(plan, &spot)?;
    }
    Ok(vec![Body::SpotAdded { spot: id, set: Box::new(set) }])
}

/// Fills in the seats and the size that nobody gave.
fn with_usual_size(plan: &Plan, set: &SpotPatch) -> SpotPatch {
    let mut set = set.clone();
    let seats = set.seats.set().copied().unwrap_or(plan.about.default_seats);
    set.seats = Patch::Set(seats);
    for length in [&mut set.width_m, &mut set.depth_m] {
        if length.set().is_none() {
            *length = Patch::Set(usual_size_m(seats));
        }
    }
    set
}

pub(super) fn change_spot(plan: &Plan, id: SpotId, set: &SpotPatch) -> Result<Vec<Body>, Refusal> {
    let spot = find_spot(plan, id)?;
    refuse_cleared(&[
        ("code", matches!(set.code, Patch::Clear)),
        ("room", matches!(set.room, Patch::Clear)),
        ("x_m", matches!(set.x_m, Patch::Clear)),
        ("y_m", matches!(set.y_m, Patch::Clear)),
        ("width_m", matches!(set.width_m, Patch::Clear)),
        ("depth_m", matches!(set.depth_m, Patch::Clear)),
        ("shape", matches!(set.shape, Patch::Clear)),
        ("seats", matches!(set.seats, Patch::Clear)),
    ])?;
    let changes = set.against(spot);
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    check_lengths(&[("width_m", &changes.width_m), ("depth_m", &changes.depth_m)])?;
    check_code(plan, Some(id), &changes)?;
    let mut after = spot.clone();
    after.apply(&changes, Touch::default());
    // Only a change of where the spot is, or of its size, can take it out of the room.
    if changes.names().any(|field| !matches!(field, "code" | "seats")) {
        check_inside(plan, &after)?;
    }
    Ok(vec![Body::SpotChanged { spot: id, set: Box::new(changes) }])
}

pub(super) fn remove_spot(plan: &Plan, id: SpotId) -> Result<Vec<Body>, Refusal> {
    find_spot(plan, id)?;
    match plan.table_on(id) {
        Some(table) => Err(Refusal::SpotInUse { spot: named(plan, Subject::Spot(id)), by: named(plan, Subject::Table(table)) }),
        None => Ok(vec![Body::SpotRemoved { spot: id }]),
    }
}

fn check_inside(plan: &Plan, spot: &Spot) -> Result<(), Refusal> {
    let room: &Room = find_room(plan, spot.room)?;
    if spot.fits_into(room) {
        return Ok(());
    }
    let spots = vec![Named { id: spot.id.0, label: spot.label() }];
    Err(Refusal::OutsideRoom { spots, room: named(plan, Subject::Room(room.id)) })
}

fn check_name(plan: &Plan, id: Option<RoomId>, set: &RoomPatch) -> Result<(), Refusal> {
    let Some(name) = set.name.set() else { return Ok(()) };
    match plan.room_by_name(name.as_str()).filter(|holder| Some(*holder) != id) {
        Some(holder) => Err(Refusal::NameTaken { name: name.to_string(), by: named(plan, Subject::Room(holder)) }),
        None => Ok(()),
    }
}

fn check_code(plan: &Plan, id: Option<SpotId>, set: &SpotPatch) -> Result<(), Refusal> {
    let Some(code) = set.code.set() else { return Ok(()) };
    match plan.spot_by_code(code.as_str()).filter(|holder| Some(*holder) != id) {
        Some(holder) => Err(Refusal::CodeTaken { code: code.to_string(), by: named(plan, Subject::Spot(holder)) }),
        None => Ok(()),
    }
}

fn refuse_missing(fields: &[(&str, bool)]) -> Result<(), Refusal> {
    refuse(fields.iter().filter(|(_, missing)| *missing).map(|(name, _)| (*name, Invalid::MustBeGiven)))
}

fn refuse_cleared(fields: &[(&str, bool)]) -> Result<(), Refusal> {
    refuse(fields.iter().filter(|(_, cleared)| *cleared).map(|(name, _)| (*name, Invalid::CannotBeEmpty)))
}

fn check_lengths(fields: &[(&'static str, &Patch<Metres>)]) -> Result<(), Refusal> {
    let bad = |length: &Patch<Metres>| length.set().is_some_and(|length| !length.is_positive());
    refuse(fields.iter().filter(|(_, length)| bad(length)).map(|(name, _)| (*name, Invalid::NotPositive)))
}

fn refuse<'a>(fields: impl Iterator<Item = (&'a str, Invalid)>) -> Result<(), Refusal> {
    let errors: Vec<InvalidField> = fields.map(|(field, message)| InvalidField { pointer: format!("/command/{field}"), message }).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid { errors }) }
}
