//! `decide`: what a command would make happen, or why not. Pure: no clock, no randomness, no I/O.

mod floor;
mod guest;
mod seating;
mod table;
mod template;

pub(in crate::plan) use table::removal as table_removal;

use super::command::{Ask, Command, Conditions, Request};
use super::event::{Body, Event, PlanPatch};
use super::evolve::evolve;
use super::id::{GuestId, Position, RoomId, SpotId, Subject, TableId};
use super::invalid::Invalid;
use super::mail;
use super::print::List;
use super::refusal::{ChangedField, Named, Refusal};
use super::report;
use super::state::Plan;
use super::subject::Touch;
use super::upload;
use super::value::Patch;
use super::{Guest, Room, Spot, Table};

/// The events that carry the request out, in the order and at the positions at which they must be appended.
///
/// # Errors
/// Why the plan does not allow it; nothing of the request takes effect then.
pub fn decide(plan: &Plan, request: &Request) -> Result<Vec<Event>, Refusal> {
    refuse_unless_in_time(plan, request)?;
    let commands = match &request.ask {
        Ask::Upload(ask) => {
            let bodies = upload::decide(plan, ask)?;
            return Ok(number(plan, request, bodies));
        }
        Ask::Report(ask) => {
            let events = report::decide(plan, ask, request.at)?;
            return Ok(number(plan, request, events.into_iter().map(|event| Body::Report(Box::new(event))).collect()));
        }
        Ask::Mail(ask) => {
            let events = mail::decide(plan, ask, request.at)?;
            return Ok(number(plan, request, events.into_iter().map(|event| Body::Mail(Box::new(event))).collect()));
        }
        Ask::Commands(commands) => commands,
    };
    // The commonest case needs no plan of its own to go on with.
    if let [command] = commands.as_slice() {
        let bodies = decide_one(plan, command)?;
        let events = number(plan, request, bodies);
        refuse_if_changed_meanwhile(plan, request, &events)?;
        return Ok(events);
    }
    let mut working = plan.clone();
    let mut decided = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        let bodies = decide_one(&working, command).map_err(|refusal| at_index(refusal, index))?;
        let events = number(&working, request, bodies);
        refuse_if_changed_meanwhile(&working, request, &events)?;
        working = events.iter().fold(working, evolve);
        decided.extend(events);
    }
    Ok(decided)
}

fn decide_one(plan: &Plan, command: &Command) -> Result<Vec<Body>, Refusal> {
    match command {
        Command::AddGuest { set } => guest::add(plan, set),
        Command::ChangeGuest { guest, set } => guest::change(plan, *guest, set),
        Command::RemoveGuest { guest } => guest::remove(plan, *guest),
        Command::MarkArrived { guest } => guest::mark_arrived(plan, *guest),
        Command::UndoArrival { guest } => guest::undo_arrival(plan, *guest),
        Command::SeatGuest { guest, table } => seating::seat(plan, &[*guest], *table),
        Command::SeatGuests { guests, table } => seating::seat(plan, guests, *table),
        Command::SeatParty { party, table } => seating::seat_party(plan, party, *table),
        Command::UnseatGuest { guest } => seating::unseat(plan, *guest),
        Command::SwapGuests { a, b } => seating::swap(plan, *a, *b),
        Command::AddTable { set } => table::add(plan, set),
        Command::ChangeTable { table, set } => table::change(plan, *table, set),
        Command::RemoveTable { table } => table::remove(plan, *table),
        Command::PlaceTable { table, spot } => table::place(plan, *table, *spot),
        Command::LiftTable { table } => table::lift(plan, *table),
        Command::SwapTables { a, b } => table::swap(plan, *a, *b),
        Command::AddRoom { set } => floor::add_room(plan, set),
        Command::ChangeRoom { room, set } => floor::change_room(plan, *room, set),
        Command::RemoveRoom { room } => floor::remove_room(plan, *room),
        Command::AddSpot { set } => floor::add_spot(plan, set),
        Command::ChangeSpot { spot, set } => floor::change_spot(plan, *spot, set),
        Command::RemoveSpot { spot } => floor::remove_spot(plan, *spot),
        Command::ChangePlan { set } => change_plan(plan, set),
        Command::AddTemplate { set } => template::add(plan, set),
        Command::ChangeTemplate { template, set } => template::change(plan, *template, set),
        Command::RemoveTemplate { template } => template::remove(plan, *template),
        Command::MarkPrinted { list, position } => mark_printed(plan, *list, *position),
    }
}

fn change_plan(plan: &Plan, set: &PlanPatch) -> Result<Vec<Body>, Refusal> {
    if matches!(set.default_seats, Patch::Clear) {
        return Err(Refusal::invalid("default_seats", Invalid::CannotBeEmpty));
    }
    let about = &plan.about;
    let mut changes = set.clone();
    if changes.title == Patch::from(about.title.clone()) {
        changes.title = Patch::Keep;
    }
    if changes.date == Patch::from(about.date) {
        changes.date = Patch::Keep;
    }
    if changes.default_seats == Patch::Set(about.default_seats) {
        changes.default_seats = Patch::Keep;
    }
    if changes.notice == Patch::from(about.notice.clone()) {
        changes.notice = Patch::Keep;
    }
    if changes == PlanPatch::default() {
        return Ok(Vec::new());
    }
    Ok(vec![Body::PlanChanged { set: changes }])
}

fn mark_printed(plan: &Plan, list: List, position: Position) -> Result<Vec<Body>, Refusal> {
    if position > plan.position || position.0 == 0 {
        return Err(Refusal::invalid("position", Invalid::NotInThePlan));
    }
    Ok(vec![Body::ListPrinted { list, position }])
}

/// Gives the events their places right behind the plan's last one.
fn number(plan: &Plan, request: &Request, bodies: Vec<Body>) -> Vec<Event> {
    let recorded_at = request.at.max(plan.recorded_at);
    let positions = (plan.position.0 + 1..).map(Position);
    positions
        .zip(bodies)
        .map(|(position, body)| Event { position, recorded_at, actor: request.actor.clone(), batch: request.id, body })
        .collect()
}

/// A pointer into one of several commands.
fn at_index(refusal: Refusal, index: usize) -> Refusal {
    match refusal {
        Refusal::Invalid { mut errors } => {
            for error in &mut errors {
                error.pointer = error.pointer.replacen("/command/", &format!("/commands/{index}/"), 1);
            }
            Refusal::Invalid { errors }
        }
        refusal => refusal,
    }
}

/// Refuses what comes too late: nobody waits for it any more, or something has happened since.
fn refuse_unless_in_time(plan: &Plan, request: &Request) -> Result<(), Refusal> {
    let Conditions { expected, expires_at, .. } = &request.conditions;
    if let Some(expires_at) = expires_at.filter(|expires_at| *expires_at <= request.at) {
        return Err(Refusal::Expired { expires_at });
    }
    match expected {
        Some(expected) if *expected != plan.position => Err(Refusal::PositionMoved { expected: *expected, position: plan.position }),
        _ => Ok(()),
    }
}

/// Refuses where somebody has changed a field since the person looked at it. The person's own account may be at work elsewhere,
/// so that counts, too; what the client itself has written does not.
fn refuse_if_changed_meanwhile(plan: &Plan, request: &Request, events: &[Event]) -> Result<(), Refusal> {
    let Some(seen) = request.conditions.seen.filter(|seen| *seen < plan.position) else { return Ok(()) };
    let is_own = |touch: &Touch| request.conditions.is_own(touch.position) && plan.actor(*touch) == &*request.actor;
    let mut fields = Vec::new();
    for event in events {
        event.body.each_field(|subject, field| {
            let touched = plan.touch(subject, field).filter(|touch| touch.position > seen && !is_own(touch));
            if let Some(touch) = touched {
                fields.push(ChangedField {
                    entity: subject.entity(),
                    id: subject.id(),
                    field,
                    value: plan.shown(subject, field),
                    actor: plan.actor(touch).to_owned(),
                    recorded_at: touch.recorded_at,
                });
            }
        });
    }
    if fields.is_empty() { Ok(()) } else { Err(Refusal::ChangedMeanwhile { fields }) }
}

// What every decision looks up first.

fn find_guest(plan: &Plan, id: GuestId) -> Result<&Guest, Refusal> {
    plan.guest(id).ok_or(Refusal::UnknownGuest(id))
}

fn find_table(plan: &Plan, id: TableId) -> Result<&Table, Refusal> {
    plan.table(id).ok_or(Refusal::UnknownTable(id))
}

fn find_room(plan: &Plan, id: RoomId) -> Result<&Room, Refusal> {
    plan.room(id).ok_or(Refusal::UnknownRoom(id))
}

fn find_spot(plan: &Plan, id: SpotId) -> Result<&Spot, Refusal> {
    plan.spot(id).ok_or(Refusal::UnknownSpot(id))
}

fn named(plan: &Plan, subject: Subject) -> Named {
    Named { id: subject.id(), label: plan.label(subject) }
}
