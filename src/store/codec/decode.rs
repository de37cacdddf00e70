//! Payloads to events.

use super::wire::{self, Str};
use super::{CodecError, KINDS};
use crate::plan::event::{Body, Event, PlanPatch, Retraction, Reversed, UploadApplied};
use crate::plan::{
    BatchId, Code, Degrees, Email, EmployeeNo, GuestId, GuestPatch, Invalid, Metres, Patch, Position, RoomId, RoomPatch, Seats, SpotId,
    SpotPatch, Subject, TableId, TablePatch, TemplateId, TemplatePatch, Text,
};
use crate::store::RawEvent;
use serde::Deserialize;
use std::sync::Arc;

/// Decodes a stream's events one after the other, and lets them share their actors' names.
#[derive(Default)]
pub struct Decoder {
    /// The few names that act at a time; a long list would cost more than it saves.
    actors: Vec<Arc<str>>,
    next: usize,
}

impl Decoder {
    const ACTORS: usize = 64;

    /// # Errors
    /// The kind is unknown, or the payload is not what its kind asks for.
    pub fn decode(&mut self, raw: RawEvent<'_>) -> Result<Event, CodecError> {
        let body = decode(raw.kind, raw.payload).map_err(|why| {
            let (position, kind) = (raw.position, raw.kind.to_owned());
            if KINDS.contains(&raw.kind) { CodecError::Payload { position, kind, why } } else { CodecError::UnknownKind { position, kind } }
        })?;
        Ok(Event { position: raw.position, recorded_at: raw.recorded_at, actor: self.actor(raw.actor), batch: raw.batch, body })
    }

    fn actor(&mut self, name: &str) -> Arc<str> {
        if let Some(actor) = self.actors.iter().find(|actor| &***actor == name) {
            return actor.clone();
        }
        let actor: Arc<str> = Arc::from(name);
        if self.actors.len() < Self::ACTORS {
            self.actors.push(actor.clone());
        } else {
            self.actors[self.next] = actor.clone();
            self.next = (self.next + 1) % Self::ACTORS;
        }
        actor
    }
}

/// What an event of this kind with this payload says.
///
/// # Errors
/// Why it is not understood, in words.
pub fn decode(kind: &str, payload: &str) -> Result<Body, String> {
    // What people do all day comes first: kinds are compared in this order.
    Ok(match kind {
        "guest_seated" => {
            let wire::Seated { guest, table } = parse(payload)?;
            Body::GuestSeated { guest: GuestId(guest), table: TableId(table) }
        }
        "guest_changed" => {
            let (guest, set) = guest_without_table(payload)?;
            Body::GuestChanged { guest, set }
        }
        "table_placed" => {
            let wire::Placed { table, spot, by_upload } = parse(payload)?;
            Body::TablePlaced { table: TableId(table), spot: SpotId(spot), by_upload }
        }
        "guest_stated" => {
            let (guest, set, table) = guest_set(payload)?;
            Body::GuestStated { guest, set, table }
        }
        "guest_unseated" => Body::GuestUnseated { guest: guest(payload)? },
        "plan_created" => {
            let (stream, set) = plan(payload)?;
            Body::PlanCreated { stream: stream.ok_or("missing field `stream`")?, set }
        }
        "plan_changed" => match plan(payload)? {
            (None, set) => Body::PlanChanged { set },
            (Some(_), _) => return Err("unknown field `stream`".to_owned()),
        },
        "guest_added" => {
            let (guest, set) = guest_without_table(payload)?;
            Body::GuestAdded { guest, set }
        }
        "guest_removed" => Body::GuestRemoved { guest: guest(payload)? },
        "guest_arrived" => Body::GuestArrived { guest: guest(payload)? },
        "guest_arrival_undone" => Body::GuestArrivalUndone { guest: guest(payload)? },
        "guest_erased" => Body::GuestErased { guests: parse::<wire::Guests>(payload)?.guests.into_iter().map(GuestId).collect() },
        "table_added" => {
            let (table, set) = table_set(payload)?;
            Body::TableAdded { table, set }
        }
        "table_changed" => {
            let (table, set) = table_set(payload)?;
            Body::TableChanged { table, set }
        }
        "table_stated" => {
            let (table, set) = table_set(payload)?;
            Body::TableStated { table, set }
        }
        "table_removed" => Body::TableRemoved { table: TableId(parse::<wire::Table>(payload)?.table) },
        "table_lifted" => Body::TableLifted { table: TableId(parse::<wire::Table>(payload)?.table) },
        "tables_picked_up" => Body::TablesPickedUp { tables: parse::<wire::Tables>(payload)?.tables.into_iter().map(TableId).collect() },
        "list_printed" => {
            let wire::Printed { list, position } = parse(payload)?;
            Body::ListPrinted { list, position: Position(position) }
        }
        "room_added" => {
            let (room, set) = room_set(payload)?;
            Body::RoomAdded { room, set }
        }
        "room_changed" => {
            let (room, set) = room_set(payload)?;
            Body::RoomChanged { room, set }
        }
        "room_stated" => {
            let (room, set) = room_set(payload)?;
            Body::RoomStated { room, set }
        }
        "room_removed" => Body::RoomRemoved { room: RoomId(parse::<wire::Room>(payload)?.room) },
        "spot_added" => {
            let (spot, set) = spot_set(payload)?;
            Body::SpotAdded { spot, set }
        }
        "spot_changed" => {
            let (spot, set) = spot_set(payload)?;
            Body::SpotChanged { spot, set }
        }
        "spot_stated" => {
            let (spot, set) = spot_set(payload)?;
            Body::SpotStated { spot, set }
        }
        "spot_removed" => Body::SpotRemoved { spot: SpotId(parse::<wire::Spot>(payload)?.spot) },
        "upload_applied" => {
            let wire::Upload { kind, file, sha256, rows: _, counts } = parse(payload)?;
            Body::UploadApplied(UploadApplied { kind, file: text(&file), sha256: text(&sha256), counts })
        }
        "batch_retracted" => Body::BatchRetracted(validity(payload)?),
        "batch_reinstated" => Body::BatchReinstated(validity(payload)?),
        kind if kind.starts_with("mail_") => mail(kind, payload)?,
        kind => match super::report::decode(kind, payload)? {
            Some(event) => Body::Report(Box::new(event)),
            None => return Err("unknown kind".to_owned()),
        },
    })
}

fn mail(kind: &str, payload: &str) -> Result<Body, String> {
    Ok(match kind {
        "mail_template_added" => {
            let (template, set) = template_set(payload)?;
            Body::TemplateAdded { template, set }
        }
        "mail_template_changed" => {
            let (template, set) = template_set(payload)?;
            Body::TemplateChanged { template, set }
        }
        "mail_template_removed" => Body::TemplateRemoved { template: TemplateId(parse::<wire::Template>(payload)?.template) },
        kind => Body::Mail(Box::new(super::mail::decode(kind, payload)?.ok_or("unknown kind")?)),
    })
}

pub(super) fn parse<'a, T: Deserialize<'a>>(payload: &'a str) -> Result<T, String> {
    // serde would take an array for an object's fields in their order.
    if !payload.trim_ascii_start().starts_with('{') {
        return Err("it is not an object".to_owned());
    }
    serde_json::from_str(payload).map_err(|error| error.to_string())
}

fn text(stored: &Str<'_>) -> Text {
    Text::stored(&stored.0)
}

fn code(stored: &Str<'_>) -> Code {
    Code::stored(&stored.0)
}

/// A patch of one type as a patch of another that not every value may have.
fn checked<T, U>(patch: Patch<T>, convert: impl FnOnce(T) -> Result<U, Invalid>) -> Result<Patch<U>, String> {
    Ok(match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(value) => Patch::Set(convert(value).map_err(|error| error.to_string())?),
    })
}

fn plan(payload: &str) -> Result<(Option<uuid::Uuid>, PlanPatch), String> {
    let wire::Plan { stream, title, date, default_seats, notice } = parse(payload)?;
    let set = PlanPatch {
        title: title.map(|title| text(&title)),
        date,
        default_seats: checked(default_seats, Seats::try_from)?,
        notice: notice.map(|notice| text(&notice)),
    };
    Ok((stream, set))
}

fn guest(payload: &str) -> Result<GuestId, String> {
    Ok(GuestId(parse::<wire::Guest>(payload)?.guest))
}

fn guest_without_table(payload: &str) -> Result<(GuestId, Box<GuestPatch>), String> {
    match guest_set(payload)? {
        (guest, set, Patch::Keep) => Ok((guest, set)),
        _ => Err("unknown field `table`".to_owned()),
    }
}

fn guest_set(payload: &str) -> Result<(GuestId, Box<GuestPatch>, Patch<TableId>), String> {
    let wire::GuestSet {
        guest,
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
        table,
    } = parse(payload)?;
    let set = GuestPatch {
        employee_no: employee_no.map(|number| EmployeeNo::stored(&number.0)),
        first_name: first_name.map(|name| text(&name)),
        last_name: last_name.map(|name| text(&name)),
        email: email.map(|email| Email::stored(&email.0)),
        company: company.map(|company| text(&company)),
        department: department.map(|department| text(&department)),
        party: party.map(|party| code(&party)),
        plus_one_of: plus_one_of.map(GuestId),
        vip,
        diet: diet.map(|diet| text(&diet)),
        allergies: allergies.map(|allergies| text(&allergies)),
        wheelchair,
        rsvp,
        language: language.map(|language| text(&language)),
        notes: notes.map(|notes| text(&notes)),
        extra: extra.map(|extra| extra.iter().map(|(name, value)| (code(name), value.as_ref().map(text))).collect()),
    };
    Ok((GuestId(guest), Box::new(set), table.map(TableId)))
}

fn table_set(payload: &str) -> Result<(TableId, Box<TablePatch>), String> {
    let wire::TableSet { table, number, name, seats, vip, host } = parse(payload)?;
    let set = TablePatch {
        number: number.map(|number| code(&number)),
        name: name.map(|name| text(&name)),
        seats: checked(seats, Seats::try_from)?,
        vip,
        host: host.map(|host| text(&host)),
    };
    Ok((TableId(table), Box::new(set)))
}

fn template_set(payload: &str) -> Result<(TemplateId, Box<TemplatePatch>), String> {
    let wire::TemplateSet { template, name, subject_en, body_en, subject_de, body_de } = parse(payload)?;
    let set = TemplatePatch {
        name: name.map(|name| code(&name)),
        subject_en: subject_en.map(|words| text(&words)),
        body_en: body_en.map(|words| text(&words)),
        subject_de: subject_de.map(|words| text(&words)),
        body_de: body_de.map(|words| text(&words)),
    };
    Ok((TemplateId(template), Box::new(set)))
}

fn room_set(payload: &str) -> Result<(RoomId, Box<RoomPatch>), String> {
    let wire::RoomSet { room, name, width_m, depth_m } = parse(payload)?;
    let set =
        RoomPatch { name: name.map(|name| code(&name)), width_m: checked(width_m, Metres::new)?, depth_m: checked(depth_m, Metres::new)? };
    Ok((RoomId(room), Box::new(set)))
}

fn spot_set(payload: &str) -> Result<(SpotId, Box<SpotPatch>), String> {
    let wire::SpotSet { spot, code: spot_code, room, x_m, y_m, width_m, depth_m, shape, seats, rotation_deg } = parse(payload)?;
    let set = SpotPatch {
        code: spot_code.map(|stored| code(&stored)),
        room: room.map(RoomId),
        x_m: checked(x_m, Metres::new)?,
        y_m: checked(y_m, Metres::new)?,
        width_m: checked(width_m, Metres::new)?,
        depth_m: checked(depth_m, Metres::new)?,
        shape,
        seats: checked(seats, Seats::try_from)?,
        rotation_deg: checked(rotation_deg, Degrees::try_from)?,
    };
    Ok((SpotId(spot), Box::new(set)))
}

fn validity(payload: &str) -> Result<Retraction, String> {
    let wire::Retraction { batch, reason, reversed } = parse(payload)?;
    let reversed = reversed
        .into_iter()
        .map(|wire::Reversed { entity, id, fields }| {
            let subject = Subject::named(&entity.0, id).ok_or_else(|| format!("there is no entity {:?}", entity.0))?;
            Ok(Reversed { subject, fields: fields.iter().map(|field| Arc::from(&*field.0)).collect() })
        })
        .collect::<Result<_, String>>()?;
    Ok(Retraction { batch: BatchId(batch), reason: text(&reason), reversed })
}
