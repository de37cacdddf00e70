//! The plan as one JSON document: what `GET /api/v1/plan` answers, and what the digest is taken of.

use super::floor::{Room, Spot};
use super::guest::Guest;
use super::id::{GuestId, Position, RoomId, SpotId, TableId, TemplateId};
use super::state::Plan;
use super::table::Table;
use super::template::Template;
use super::value::{Code, Degrees, Email, EmployeeNo, Extra, Metres, Rsvp, Seats, Shape, Text, Timestamp};
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io;
use utoipa::ToSchema;
use uuid::Uuid;

/// The digest's format: two plans can be compared by digest only where this is equal.
pub const DIGEST_VERSION: u32 = 1;

/// The whole plan at one position. Everything is sorted by id, so that equal plans have equal documents.
#[derive(Serialize, ToSchema)]
pub struct Document<'a> {
    pub position: Position,
    pub recorded_at: Timestamp,
    pub stream: Option<Uuid>,
    pub plan: AboutDocument<'a>,
    pub guests: Vec<GuestDocument<'a>>,
    pub tables: Vec<TableDocument<'a>>,
    pub rooms: Vec<RoomDocument<'a>>,
    pub spots: Vec<SpotDocument<'a>>,
    /// The texts of mails; absent where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<TemplateDocument<'a>>,
}

#[derive(Serialize, ToSchema)]
pub struct AboutDocument<'a> {
    title: Option<&'a Text>,
    #[schema(value_type = Option<String>, format = Date)]
    date: Option<Date>,
    default_seats: Seats,
    /// Absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'a Text>,
}

#[derive(Serialize, ToSchema)]
pub struct GuestDocument<'a> {
    id: GuestId,
    employee_no: Option<&'a EmployeeNo>,
    first_name: Option<&'a Text>,
    last_name: Option<&'a Text>,
    email: Option<&'a Email>,
    company: Option<&'a Text>,
    department: Option<&'a Text>,
    party: Option<&'a Code>,
    plus_one_of: Option<GuestId>,
    vip: bool,
    diet: Option<&'a Text>,
    allergies: Option<&'a Text>,
    wheelchair: bool,
    rsvp: Rsvp,
    language: Option<&'a Text>,
    notes: Option<&'a Text>,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    extra: &'a Extra,
    table: Option<TableId>,
    arrived_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub struct TableDocument<'a> {
    id: TableId,
    number: &'a Code,
    name: Option<&'a Text>,
    seats: Seats,
    vip: bool,
    host: Option<&'a Text>,
    spot: Option<SpotId>,
}

#[derive(Serialize, ToSchema)]
pub struct RoomDocument<'a> {
    id: RoomId,
    name: &'a Code,
    width_m: Metres,
    depth_m: Metres,
}

#[derive(Serialize, ToSchema)]
pub struct SpotDocument<'a> {
    id: SpotId,
    code: &'a Code,
    room: RoomId,
    x_m: Metres,
    y_m: Metres,
    width_m: Metres,
    depth_m: Metres,
    shape: Shape,
    seats: Seats,
    rotation_deg: Degrees,
}

#[derive(Serialize, ToSchema)]
pub struct TemplateDocument<'a> {
    id: TemplateId,
    name: &'a Code,
    subject_en: Option<&'a Text>,
    body_en: Option<&'a Text>,
    subject_de: Option<&'a Text>,
    body_de: Option<&'a Text>,
}

impl<'a> Document<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        Self {
            position: plan.position,
            recorded_at: plan.recorded_at,
            stream: plan.stream,
            plan: about_document(plan),
            guests: plan.guests.values().map(|guest| guest_document(plan, guest)).collect(),
            tables: plan.tables.values().map(|table| table_document(table)).collect(),
            rooms: plan.rooms.values().map(|room| room_document(room)).collect(),
            spots: plan.spots.values().map(|spot| spot_document(spot)).collect(),
            templates: plan.templates.values().map(|template| template_document(template)).collect(),
        }
    }
}

fn about_document(plan: &Plan) -> AboutDocument<'_> {
    let about = &plan.about;
    AboutDocument { title: about.title.as_ref(), date: about.date, default_seats: about.default_seats, notice: about.notice.as_ref() }
}

fn guest_document<'a>(plan: &'a Plan, guest: &'a Guest) -> GuestDocument<'a> {
    // All of them by name: a new field does not compile until somebody has thought of it here.
    let Guest {
        id,
        employee_no,
        first_name,
        last_name,
        email,
        company,
        department,
        party,
        plus_one_of: _,
        vip,
        diet,
        allergies,
        wheelchair,
        rsvp,
        language,
        notes,
        extra,
        table,
        arrived_at,
        touched: _,
    } = guest;
    GuestDocument {
        id: *id,
        employee_no: employee_no.as_ref(),
        first_name: first_name.as_ref(),
        last_name: last_name.as_ref(),
        email: email.as_ref(),
        company: company.as_ref(),
        department: department.as_ref(),
        party: party.as_ref(),
        plus_one_of: plan.plus_one_of(guest),
        vip: *vip,
        diet: diet.as_ref(),
        allergies: allergies.as_ref(),
        wheelchair: *wheelchair,
        rsvp: *rsvp,
        language: language.as_ref(),
        notes: notes.as_ref(),
        extra,
        table: *table,
        arrived_at: *arrived_at,
    }
}

fn table_document(table: &Table) -> TableDocument<'_> {
    let Table { id, number, name, seats, vip, host, spot, .. } = table;
    TableDocument { id: *id, number, name: name.as_ref(), seats: *seats, vip: *vip, host: host.as_ref(), spot: *spot }
}

fn room_document(room: &Room) -> RoomDocument<'_> {
    let Room { id, name, width_m, depth_m, .. } = room;
    RoomDocument { id: *id, name, width_m: *width_m, depth_m: *depth_m }
}

fn spot_document(spot: &Spot) -> SpotDocument<'_> {
    let Spot { id, code, room, x_m, y_m, width_m, depth_m, shape, seats, rotation_deg, .. } = spot;
    SpotDocument {
        id: *id,
        code,
        room: *room,
        x_m: *x_m,
        y_m: *y_m,
        width_m: *width_m,
        depth_m: *depth_m,
        shape: *shape,
        seats: *seats,
        rotation_deg: *rotation_deg,
    }
}

fn template_document(template: &Template) -> TemplateDocument<'_> {
    let Template { id, name, subject_en, body_en, subject_de, body_de, touched: _ } = template;
    TemplateDocument {
        id: *id,
        name,
        subject_en: subject_en.as_ref(),
        body_en: body_en.as_ref(),
        subject_de: subject_de.as_ref(),
        body_de: body_de.as_ref(),
    }
}

/// sha256 over the plan's document as compact JSON, in hexadecimal: equal for equal plans, wherever they were folded.
#[must_use]
pub fn digest(plan: &Plan) -> String {
    let mut hash = Hash(Sha256::new());
    // Neither the document nor the hash can fail; a failure would show as a digest that nothing equals.
    if let Err(error) = serde_json::to_writer(&mut hash, &Document::of(plan)) {
        return format!("no digest: {error}");
    }
    data_encoding::HEXLOWER.encode(&hash.0.finalize())
}

struct Hash(Sha256);

impl io::Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
