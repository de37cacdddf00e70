//! `evolve`: what each event does to the plan. Pure and total: every event has an outcome in every plan.
//!
//! The invariants hold after every event, whatever was retracted before it: a guest at one table, a spot with one
//! table, unique numbers, codes, names, employee numbers and addresses, no seat at a table that is gone, no spot in
//! a room that is gone. Soft rules (capacity, inside the room) are `decide`'s; here they are never enforced.

mod floor;
mod guest;
mod table;
mod template;

use super::event::{Body, Event, PlanPatch, Retraction};
use super::id::{SpotId, Subject, TableId};
use super::print::Print;
use super::state::{About, Collision, Hindered, Plan};
use super::subject::Touch;
use super::value::{Patch, Slot};
use std::sync::Arc;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The plan is different now.
    Changed,
    /// The plan said so already.
    Unchanged,
    /// Nothing came of it.
    Ignored(Why),
    /// Some of it took effect, the rest did not.
    Partly(Why),
}

impl Effect {
    fn of(changed: bool) -> Self {
        if changed { Self::Changed } else { Self::Unchanged }
    }

    /// Why the event, or a part of it, came to nothing.
    #[must_use]
    pub fn hindrance(self) -> Option<Why> {
        match self {
            Self::Changed | Self::Unchanged => None,
            Self::Ignored(why) | Self::Partly(why) => Some(why),
        }
    }
}

/// Why an event came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// What it is about, or refers to, is not in the plan.
    Gone(Subject),
    /// An upload does not displace a VIP table.
    HeldByVip { spot: SpotId, table: TableId },
    /// It does not say enough to create its subject.
    Incomplete,
}

/// The plan after the event.
#[must_use]
pub fn evolve(mut plan: Plan, event: &Event) -> Plan {
    apply(&mut plan, event);
    plan
}

/// [`evolve`] in place, and what became of the event.
pub fn apply(plan: &mut Plan, event: &Event) -> Effect {
    plan.pass(event);
    let touch = Touch { position: event.position, recorded_at: event.recorded_at, actor: plan.actors.number(&event.actor) };
    let effect = take_effect(plan, event, touch);
    if let Some(why) = effect.hindrance() {
        plan.hindered.insert(event.position, Hindered { why, actor: touch.actor, kind: event.body.kind() });
    }
    effect
}

fn take_effect(plan: &mut Plan, event: &Event, touch: Touch) -> Effect {
    match &event.body {
        Body::PlanCreated { stream, set } => {
            plan.stream = Some(*stream);
            plan.about.apply(set, touch);
            Effect::Changed
        }
        Body::PlanChanged { set } => Effect::of(plan.about.apply(set, touch)),
        Body::GuestAdded { guest, set } => guest::state(plan, *guest, set, &Patch::Keep, touch),
        Body::GuestStated { guest, set, table } => guest::state(plan, *guest, set, table, touch),
        Body::GuestChanged { guest, set } => guest::change(plan, *guest, set, touch),
        Body::GuestRemoved { guest } => guest::remove(plan, *guest),
        Body::GuestSeated { guest, table } => guest::seat(plan, *guest, Some(*table), touch),
        Body::GuestUnseated { guest } => guest::seat(plan, *guest, None, touch),
        Body::GuestArrived { guest } => guest::arrive(plan, *guest, Some(event.recorded_at), touch),
        Body::GuestArrivalUndone { guest } => guest::arrive(plan, *guest, None, touch),
        Body::GuestErased { guests } => guest::erase(plan, guests, touch),
        Body::TableAdded { table, set } | Body::TableStated { table, set } => table::state(plan, *table, set, touch),
        Body::TableChanged { table, set } => table::change(plan, *table, set, touch),
        Body::TableRemoved { table } => table::remove(plan, *table, touch),
        Body::TablePlaced { table, spot, by_upload } => table::place(plan, *table, *spot, *by_upload, touch),
        Body::TableLifted { table } => table::lift(plan, *table, touch),
        Body::TablesPickedUp { tables } => table::pick_up(plan, tables, touch),
        Body::RoomAdded { room, set } | Body::RoomStated { room, set } => floor::state_room(plan, *room, set, touch),
        Body::RoomChanged { room, set } => floor::change_room(plan, *room, set, touch),
        Body::RoomRemoved { room } => floor::remove_room(plan, *room, touch),
        Body::SpotAdded { spot, set } | Body::SpotStated { spot, set } => floor::state_spot(plan, *spot, set, touch),
        Body::SpotChanged { spot, set } => floor::change_spot(plan, *spot, set, touch),
        Body::SpotRemoved { spot } => floor::remove_spot(plan, *spot, touch),
        Body::UploadApplied(_) => Effect::Unchanged,
        Body::BatchRetracted(retraction) | Body::BatchReinstated(retraction) => {
            mark_reversed(plan, retraction, touch);
            Effect::Unchanged
        }
        Body::TemplateAdded { template, set } => template::add(plan, *template, set, touch),
        Body::TemplateChanged { template, set } => template::change(plan, *template, set, touch),
        Body::TemplateRemoved { template } => template::remove(plan, *template),
        Body::Mail(mail) => Effect::of(plan.mails.apply(mail, event.position, event.recorded_at, &event.actor)),
        Body::ListPrinted { list, position } => {
            plan.prints.note(*list, Print { position: *position, at: event.recorded_at, by: event.actor.clone() });
            Effect::Changed
        }
        Body::Report(report) => Effect::of(plan.reports.apply(report, event.position, event.recorded_at, &event.actor)),
    }
}

impl About {
    fn apply(&mut self, set: &PlanPatch, touch: Touch) -> bool {
        let title = self.title.patched(&set.title);
        let date = self.date.patched(&set.date);
        let default_seats = self.default_seats.patched(&set.default_seats);
        let notice = self.notice.patched(&set.notice);
        let changed = [title.is_some(), date.is_some(), default_seats.is_some(), notice.is_some()];
        if let Some(title) = title {
            self.title = title;
        }
        if let Some(date) = date {
            self.date = date;
        }
        if let Some(seats) = default_seats {
            self.default_seats = seats;
        }
        if let Some(notice) = notice {
            self.notice = notice;
        }
        for (touched, _) in self.touched.iter_mut().zip(changed).filter(|(_, changed)| *changed) {
            *touched = touch;
        }
        changed.contains(&true)
    }
}

/// A retraction counts as a change of every field that it turned back. The values are not its doing: the plan that
/// it is applied to is already the one without the batch.
fn mark_reversed(plan: &mut Plan, retraction: &Retraction, touch: Touch) {
    for reversed in &retraction.reversed {
        plan.set_touch(reversed.subject, &reversed.fields, touch);
    }
}

impl Plan {
    /// Notes a change of some fields of the subject, or of all where none is named.
    fn set_touch(&mut self, subject: Subject, fields: &[Arc<str>], touch: Touch) {
        macro_rules! mark {
            ($subjects:ident, $id:expr) => {
                if let Some(subject) = self.$subjects.get_mut(&$id).map(Arc::make_mut) {
                    if fields.is_empty() {
                        subject.touch_all(touch);
                    }
                    for field in fields {
                        subject.set_touch(field, touch);
                    }
                }
            };
        }
        match subject {
            Subject::Plan => {
                for (touched, name) in self.about.touched.iter_mut().zip(super::state::PLAN_FIELDS) {
                    if fields.iter().any(|field| **field == *name) {
                        *touched = touch;
                    }
                }
            }
            Subject::Guest(id) => mark!(guests, id),
            Subject::Table(id) => mark!(tables, id),
            Subject::Room(id) => mark!(rooms, id),
            Subject::Spot(id) => mark!(spots, id),
            Subject::Template(id) => mark!(templates, id),
        }
    }

    fn collide(&mut self, touch: Touch, subject: Subject, field: &'static str, lost: String) {
        self.collisions.push_back(Collision { position: touch.position, subject, field, lost });
    }
}
