//! Events to payloads.

use super::wire::{self, Str};
use crate::plan::event::{Body, PlanPatch, Retraction};
use crate::plan::{GuestPatch, Patch, RoomPatch, SpotPatch, TableId, TablePatch, TemplatePatch};
use serde::Serialize;
use std::borrow::Cow;

/// The payload of an event, as compact JSON.
///
/// # Errors
/// Never for an event that the plan's types can express; serde's signature asks for it.
pub fn encode(body: &Body) -> Result<String, serde_json::Error> {
    match body {
        Body::PlanCreated { stream, set } => json(&plan(Some(*stream), set)),
        Body::PlanChanged { set } => json(&plan(None, set)),
        Body::GuestAdded { guest, set } | Body::GuestChanged { guest, set } => json(&guest_set(guest.0, set, &Patch::Keep)),
        Body::GuestStated { guest, set, table } => json(&guest_set(guest.0, set, table)),
        Body::GuestRemoved { guest }
        | Body::GuestUnseated { guest }
        | Body::GuestArrived { guest }
        | Body::GuestArrivalUndone { guest } => json(&wire::Guest { guest: guest.0 }),
        Body::GuestSeated { guest, table } => json(&wire::Seated { guest: guest.0, table: table.0 }),
        Body::GuestErased { guests } => json(&wire::Guests { guests: guests.iter().map(|guest| guest.0).collect() }),
        Body::TableAdded { table, set } | Body::TableChanged { table, set } | Body::TableStated { table, set } => {
            json(&table_set(table.0, set))
        }
        Body::TableRemoved { table } | Body::TableLifted { table } => json(&wire::Table { table: table.0 }),
        Body::TablePlaced { table, spot, by_upload } => json(&wire::Placed { table: table.0, spot: spot.0, by_upload: *by_upload }),
        Body::TablesPickedUp { tables } => json(&wire::Tables { tables: tables.iter().map(|table| table.0).collect() }),
        Body::RoomAdded { room, set } | Body::RoomChanged { room, set } | Body::RoomStated { room, set } => json(&room_set(room.0, set)),
        Body::RoomRemoved { room } => json(&wire::Room { room: room.0 }),
        Body::SpotAdded { spot, set } | Body::SpotChanged { spot, set } | Body::SpotStated { spot, set } => json(&spot_set(spot.0, set)),
        Body::SpotRemoved { spot } => json(&wire::Spot { spot: spot.0 }),
        Body::UploadApplied(upload) => json(&wire::Upload {
            kind: upload.kind,
            file: text(upload.file.as_str()),
            sha256: text(upload.sha256.as_str()),
            rows: upload.counts.rows,
            counts: upload.counts,
        }),
        Body::BatchRetracted(retraction) | Body::BatchReinstated(retraction) => json(&validity(retraction)),
        Body::TemplateAdded { template, set } | Body::TemplateChanged { template, set } => json(&template_set(template.0, set)),
        Body::TemplateRemoved { template } => json(&wire::Template { template: template.0 }),
        Body::Mail(event) => super::mail::encode(event),
        Body::ListPrinted { list, position } => json(&wire::Printed { list: *list, position: position.0 }),
        Body::Report(event) => super::report::encode(event),
    }
}

pub(super) fn json(payload: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(payload)
}

fn text(text: &str) -> Str<'_> {
    Str(Cow::Borrowed(text))
}

/// A patch of one type as a patch of another, by reference.
fn each<'a, T, U>(patch: &'a Patch<T>, convert: impl FnOnce(&'a T) -> U) -> Patch<U> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(value) => Patch::Set(convert(value)),
    }
}

fn plan(stream: Option<uuid::Uuid>, set: &PlanPatch) -> wire::Plan<'_> {
    let PlanPatch { title, date, default_seats, notice } = set;
    wire::Plan {
        stream,
        title: each(title, |title| text(title.as_str())),
        date: each(date, |date| *date),
        default_seats: each(default_seats, |seats| seats.get()),
        notice: each(notice, |notice| text(notice.as_str())),
    }
}

fn guest_set<'a>(guest: u64, set: &'a GuestPatch, table: &Patch<TableId>) -> wire::GuestSet<'a> {
    let GuestPatch {
        employee_no,
        first_name,
        last_name,
        email,
        company,
        department,
        party,
        plus_one_of,
        vip,
        diet,
        allergies,
        wheelchair,
        rsvp,
        language,
        notes,
        extra,
    } = set;
    wire::GuestSet {
        guest,
        employee_no: each(employee_no, |number| text(number.as_str())),
        first_name: each(first_name, |name| text(name.as_str())),
        last_name: each(last_name, |name| text(name.as_str())),
        email: each(email, |email| text(email.as_str())),
        company: each(company, |company| text(company.as_str())),
        department: each(department, |department| text(department.as_str())),
        party: each(party, |party| text(party.as_str())),
        plus_one_of: each(plus_one_of, |guest| guest.0),
        vip: vip.clone(),
        diet: each(diet, |diet| text(diet.as_str())),
        allergies: each(allergies, |allergies| text(allergies.as_str())),
        wheelchair: wheelchair.clone(),
        rsvp: rsvp.clone(),
        language: each(language, |language| text(language.as_str())),
        notes: each(notes, |notes| text(notes.as_str())),
        extra: each(extra, |extra| {
            extra.iter().map(|(name, value)| (text(name.as_str()), value.as_ref().map(|value| text(value.as_str())))).collect()
        }),
        table: each(table, |table| table.0),
    }
}

fn table_set(table: u64, set: &TablePatch) -> wire::TableSet<'_> {
    let TablePatch { number, name, seats, vip, host } = set;
    wire::TableSet {
        table,
        number: each(number, |number| text(number.as_str())),
        name: each(name, |name| text(name.as_str())),
        seats: each(seats, |seats| seats.get()),
        vip: vip.clone(),
        host: each(host, |host| text(host.as_str())),
    }
}

fn template_set(template: u64, set: &TemplatePatch) -> wire::TemplateSet<'_> {
    let TemplatePatch { name, subject_en, body_en, subject_de, body_de } = set;
    wire::TemplateSet {
        template,
        name: each(name, |name| text(name.as_str())),
        subject_en: each(subject_en, |words| text(words.as_str())),
        body_en: each(body_en, |words| text(words.as_str())),
        subject_de: each(subject_de, |words| text(words.as_str())),
        body_de: each(body_de, |words| text(words.as_str())),
    }
}

fn room_set(room: u64, set: &RoomPatch) -> wire::RoomSet<'_> {
    let RoomPatch { name, width_m, depth_m } = set;
    wire::RoomSet {
        room,
        name: each(name, |name| text(name.as_str())),
        width_m: each(width_m, |width| width.get()),
        depth_m: each(depth_m, |depth| depth.get()),
    }
}

fn spot_set(spot: u64, set: &SpotPatch) -> wire::SpotSet<'_> {
    let SpotPatch { code, room, x_m, y_m, width_m, depth_m, shape, seats, rotation_deg } = set;
    wire::SpotSet {
        spot,
        code: each(code, |code| text(code.as_str())),
        room: each(room, |room| room.0),
        x_m: each(x_m, |x| x.get()),
        y_m: each(y_m, |y| y.get()),
        width_m: each(width_m, |width| width.get()),
        depth_m: each(depth_m, |depth| depth.get()),
        shape: shape.clone(),
        seats: each(seats, |seats| seats.get()),
        rotation_deg: each(rotation_deg, |degrees| degrees.get()),
    }
}

fn validity(retraction: &Retraction) -> wire::Retraction<'_> {
    let reversed = retraction.reversed.iter().map(|reversed| wire::Reversed {
        entity: text(reversed.subject.entity()),
        id: reversed.subject.id(),
        fields: reversed.fields.iter().map(|field| text(field)).collect(),
    });
    wire::Retraction { batch: retraction.batch.0, reason: text(retraction.reason.as_str()), reversed: reversed.collect() }
}
