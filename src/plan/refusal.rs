//! Refusals: what the plan does not allow, worded for the person who asked.

use super::id::{GuestId, Position, RoomId, SpotId, TableId, TemplateId};
use super::invalid::Invalid;
use super::mail::MailRefusal;
use super::report::ReportRefusal;
use super::retract::{Lost, RetractionPreview};
use super::upload::Preview;
use super::value::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Why a batch stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lasting {
    #[error("A retraction is taken back by reinstating its batch.")]
    Retraction,
    #[error("A reinstatement is taken back by retracting its batch again.")]
    Reinstatement,
    #[error("A mail that was sent cannot be unsent: stop its batch, or write again.")]
    Mail,
    #[error("Reports that were begun stay on record.")]
    Report,
    #[error("Without its first event there is no plan.")]
    Beginning,
    #[error("What was erased is gone for good.")]
    Erasure,
}

/// Why a command was not carried out. Nothing was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    UnknownGuest(GuestId),
    UnknownTable(TableId),
    UnknownRoom(RoomId),
    UnknownSpot(SpotId),
    UnknownTemplate(TemplateId),
    UnknownParty(String),
    UnknownBatch,
    EmployeeNoTaken {
        employee_no: String,
        by: Named,
    },
    EmailTaken {
        email: String,
        by: Named,
    },
    TableFull {
        table: Named,
        seats: u32,
        seated: u32,
        missing: u32,
    },
    GuestDeclined {
        guests: Vec<Named>,
    },
    NotSeated {
        guest: Named,
    },
    NumberTaken {
        number: String,
        by: Named,
    },
    TooFewSeats {
        table: Named,
        seats: u32,
        seated: u32,
    },
    SpotTaken {
        spot: Named,
        by: Named,
    },
    NotPlaced {
        table: Named,
    },
    NameTaken {
        name: String,
        by: Named,
    },
    CodeTaken {
        code: String,
        by: Named,
    },
    RoomInUse {
        room: Named,
        tables: Vec<Named>,
    },
    SpotInUse {
        spot: Named,
        by: Named,
    },
    OutsideRoom {
        spots: Vec<Named>,
        room: Named,
    },
    AlreadyArrived {
        guest: Named,
        arrived_at: Timestamp,
    },
    NotArrived {
        guest: Named,
    },
    ChangedMeanwhile {
        fields: Vec<ChangedField>,
    },
    /// Well-formed, but not possible whatever the plan holds.
    Invalid {
        errors: Vec<InvalidField>,
    },
    UploadHasProblems {
        preview: Box<Preview>,
    },
    UploadOutdated {
        preview: Box<Preview>,
    },
    /// Whoever asked has been told, or has concluded, that it was not done.
    Expired {
        expires_at: Timestamp,
    },
    /// Something has happened since the position at which nothing was to have happened.
    PositionMoved {
        expected: Position,
        position: Position,
    },
    /// It was applied, and that was taken back: applying it once more is another batch, or a reinstatement.
    UploadRetracted {
        position: Position,
    },
    RetractionOutdated {
        preview: Box<RetractionPreview>,
    },
    AlreadyRetracted {
        position: Position,
    },
    NotRetracted,
    NotRetractable {
        why: Lasting,
    },
    OthersBuiltOnIt {
        lost: Vec<Lost>,
    },
    /// The id of the request stands in the stream, for another request.
    IdTaken,
    Report(ReportRefusal),
    Mail(MailRefusal),
}

/// Something in the plan, by its id and by what people call it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Named {
    pub id: u64,
    pub label: String,
}

/// A field that somebody else changed since it was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangedField {
    pub entity: &'static str,
    pub id: u64,
    pub field: &'static str,
    /// What it is now.
    pub value: Option<String>,
    pub actor: String,
    pub recorded_at: Timestamp,
}

/// A value that cannot be taken, and where it stands in the request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InvalidField {
    /// A JSON pointer into the request.
    pub pointer: String,
    #[schema(value_type = String)]
    pub message: Invalid,
}

impl Refusal {
    /// A value of the command that cannot be taken.
    #[must_use]
    pub fn invalid(field: &str, message: Invalid) -> Self {
        Self::Invalid { errors: vec![InvalidField { pointer: format!("/command/{field}"), message }] }
    }

    /// The stable name, which is the last part of the problem's `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownGuest(_) => "unknown_guest",
            Self::UnknownTable(_) => "unknown_table",
            Self::UnknownRoom(_) => "unknown_room",
            Self::UnknownSpot(_) => "unknown_spot",
            Self::UnknownTemplate(_) => "unknown_template",
            Self::UnknownParty(_) => "unknown_party",
            Self::UnknownBatch => "unknown_batch",
            Self::EmployeeNoTaken { .. } => "employee_no_taken",
            Self::EmailTaken { .. } => "email_taken",
            Self::TableFull { .. } => "table_full",
            Self::GuestDeclined { .. } => "guest_declined",
            Self::NotSeated { .. } => "not_seated",
            Self::NumberTaken { .. } => "number_taken",
            Self::TooFewSeats { .. } => "too_few_seats",
            Self::SpotTaken { .. } => "spot_taken",
            Self::NotPlaced { .. } => "not_placed",
            Self::NameTaken { .. } => "name_taken",
            Self::CodeTaken { .. } => "code_taken",
            Self::RoomInUse { .. } => "room_in_use",
            Self::SpotInUse { .. } => "spot_in_use",
            Self::OutsideRoom { .. } => "outside_room",
            Self::AlreadyArrived { .. } => "already_arrived",
            Self::NotArrived { .. } => "not_arrived",
            Self::ChangedMeanwhile { .. } => "changed_meanwhile",
            Self::Invalid { .. } => "invalid",
            Self::UploadHasProblems { .. } => "upload_has_problems",
            Self::UploadOutdated { .. } | Self::RetractionOutdated { .. } => "preview_outdated",
            Self::UploadRetracted { .. } => "upload_retracted",
            Self::Expired { .. } => "expired",
            Self::PositionMoved { .. } => "position_moved",
            Self::AlreadyRetracted { .. } => "already_retracted",
            Self::NotRetracted => "not_retracted",
            Self::NotRetractable { .. } => "not_retractable",
            Self::OthersBuiltOnIt { .. } => "others_built_on_it",
            Self::IdTaken => "id_taken",
            Self::Report(refusal) => refusal.code(),
            Self::Mail(refusal) => refusal.code(),
        }
    }

    /// What happened, in one line.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::UnknownGuest(id) => format!("There is no guest {id}"),
            Self::UnknownTable(id) => format!("There is no table {id}"),
            Self::UnknownRoom(id) => format!("There is no room {id}"),
            Self::UnknownSpot(id) => format!("There is no spot {id}"),
            Self::UnknownTemplate(id) => format!("There is no text {id}"),
            Self::UnknownParty(name) => format!("There is nobody in a party {name}"),
            Self::UnknownBatch => "There is no such batch".to_owned(),
            Self::EmployeeNoTaken { employee_no, by } => format!("Employee number {employee_no} belongs to {}", by.label),
            Self::EmailTaken { email, by } => format!("{email} belongs to {}", by.label),
            Self::TableFull { table, .. } => format!("Table {} is full", table.label),
            Self::GuestDeclined { guests } => format!("{} declined", labels(guests)),
            Self::NotSeated { guest } => format!("{} has no seat", guest.label),
            Self::NumberTaken { number, .. } => format!("There is a table {number} already"),
            Self::TooFewSeats { table, seated, .. } => format!("{seated} guests sit at table {}", table.label),
            Self::SpotTaken { spot, by } | Self::SpotInUse { spot, by } => format!("Table {} stands on {}", by.label, spot.label),
            Self::NotPlaced { table } => format!("Table {} stands on no spot", table.label),
            Self::NameTaken { name, by } => format!("{name} is the name of {} already", by.label),
            Self::CodeTaken { code, .. } => format!("There is a spot {code} already"),
            Self::RoomInUse { room, tables } => format!("{} tables stand in {}", tables.len(), room.label),
            Self::OutsideRoom { spots, room } => format!("{} would reach beyond the walls of {}", labels(spots), room.label),
            Self::AlreadyArrived { guest, .. } => format!("{} has arrived already", guest.label),
            Self::NotArrived { guest } => format!("{} has not arrived", guest.label),
            Self::ChangedMeanwhile { fields } => match fields.first() {
                Some(field) => format!("{} changed the {} meanwhile", field.actor, field.field.replace('_', " ")),
                None => "Somebody changed it meanwhile".to_owned(),
            },
            Self::Invalid { errors } => match errors.first() {
                Some(error) => match error.pointer.rsplit('/').next().filter(|field| !field.is_empty()) {
                    Some(field) => format!("Not valid: {} {}", field.replace('_', " "), error.message),
                    None => format!("Not valid: it {}", error.message),
                },
                None => "Not valid".to_owned(),
            },
            Self::UploadHasProblems { preview } => format!("{} problems must be solved or left out first", preview.problems.len()),
            Self::UploadOutdated { .. } | Self::RetractionOutdated { .. } => "The plan has changed since the preview".to_owned(),
            Self::UploadRetracted { .. } => "The file was applied, and taken back since".to_owned(),
            Self::Expired { .. } => "It came too late".to_owned(),
            Self::PositionMoved { .. } => "The plan has moved on".to_owned(),
            Self::AlreadyRetracted { .. } => "The batch is retracted already".to_owned(),
            Self::NotRetracted => "The batch is not retracted".to_owned(),
            Self::NotRetractable { .. } => "This cannot be retracted".to_owned(),
            Self::OthersBuiltOnIt { lost } if lost.len() == 1 => "A later change builds on it".to_owned(),
            Self::OthersBuiltOnIt { lost } => format!("{} later changes build on it", lost.len()),
            Self::IdTaken => "The id is taken".to_owned(),
            Self::Report(refusal) => refusal.words().0,
            Self::Mail(refusal) => refusal.words().0,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::UnknownGuest(_)
            | Self::UnknownTable(_)
            | Self::UnknownRoom(_)
            | Self::UnknownSpot(_)
            | Self::UnknownTemplate(_)
            | Self::UnknownParty(_) => {
                "It may have been removed, or the change that added it was taken back. Look at the plan again.".to_owned()
            }
            Self::UnknownBatch => "No event of the stream has this batch.".to_owned(),
            Self::EmployeeNoTaken { .. } | Self::EmailTaken { .. } => {
                "Each may stand with one guest only. Change the other guest first.".to_owned()
            }
            Self::TableFull { seats, seated, missing, .. } => {
                format!("{seated} of its {seats} seats are taken; {missing} more would be needed.")
            }
            Self::GuestDeclined { .. } => "Who declined needs no seat. Change the answer first.".to_owned(),
            Self::NotSeated { .. } => "Both must sit somewhere to be swapped.".to_owned(),
            Self::NumberTaken { .. } | Self::NameTaken { .. } | Self::CodeTaken { .. } => "Choose another one.".to_owned(),
            Self::TooFewSeats { seats, seated, .. } => {
                format!("{seats} seats are not enough for them. Unseat {} first.", seated.saturating_sub(*seats))
            }
            Self::SpotTaken { .. } => "Lift that table first, or swap the two.".to_owned(),
            Self::NotPlaced { .. } => "Both must stand somewhere to be swapped.".to_owned(),
            Self::RoomInUse { tables, .. } => format!("Lift them first: {}.", labels(tables)),
            Self::SpotInUse { .. } => "Lift that table first.".to_owned(),
            Self::OutsideRoom { .. } => "x and y are the centre of the spot, in metres from the left and the upper wall.".to_owned(),
            Self::AlreadyArrived { arrived_at, .. } => format!("Marked at {arrived_at}."),
            Self::NotArrived { .. } => "There is nothing to undo.".to_owned(),
            Self::ChangedMeanwhile { .. } => "Look at what it says by now. Sending yours again writes it all the same.".to_owned(),
            Self::Invalid { .. } => "Correct the values that are listed, and send it again.".to_owned(),
            Self::UploadHasProblems { .. } => "Correct the file, or leave the rows out on purpose.".to_owned(),
            Self::UploadOutdated { .. } | Self::RetractionOutdated { .. } => {
                "Its effect would be another one now. Look at the new preview, and confirm again.".to_owned()
            }
            Self::UploadRetracted { position } => format!(
                "It was taken back by the event at position {position}. Reinstate the batch, whose id is the upload's, to bring it back as it \
                 was; or upload the file again, to have it read by today's plan."
            ),
            Self::Expired { expires_at } => {
                format!("It was good until {expires_at}, and nothing was done by then. Send it again under a new id.")
            }
            Self::PositionMoved { expected, position } => {
                format!("It was to be done at position {expected}; the stream ends at {position}. Read what has happened, and decide anew.")
            }
            Self::AlreadyRetracted { position } => format!("It was retracted by the event at position {position}."),
            Self::NotRetracted => "There is nothing to reinstate.".to_owned(),
            Self::NotRetractable { why } => why.to_string(),
            Self::IdTaken => "Another request was carried out under this id. Send this one under a fresh id.".to_owned(),
            Self::Report(refusal) => refusal.words().1,
            Self::Mail(refusal) => refusal.words().1,
            Self::OthersBuiltOnIt { .. } => "Their changes would lose their effect. An admin can take it back nevertheless.".to_owned(),
        }
    }

    /// The refusal's own fields in the problem document.
    #[must_use]
    pub fn fields(&self) -> Map<String, Value> {
        let fields = match self {
            Self::UnknownGuest(id) => json!({ "guest": id }),
            Self::UnknownTable(id) => json!({ "table": id }),
            Self::UnknownRoom(id) => json!({ "room": id }),
            Self::UnknownSpot(id) => json!({ "spot": id }),
            Self::UnknownTemplate(id) => json!({ "template": id }),
            Self::UnknownParty(name) => json!({ "party": name }),
            Self::EmployeeNoTaken { employee_no, by } => json!({ "employee_no": employee_no, "by": by }),
            Self::EmailTaken { email, by } => json!({ "email": email, "by": by }),
            Self::TableFull { table, seats, seated, missing } => {
                json!({ "table": table.id, "seats": seats, "seated": seated, "missing": missing })
            }
            Self::GuestDeclined { guests } => json!({ "guests": guests }),
            Self::NotSeated { guest } | Self::NotArrived { guest } => json!({ "guest": guest.id }),
            Self::NumberTaken { number, by } => json!({ "number": number, "by": by }),
            Self::TooFewSeats { table, seats, seated } => json!({ "table": table.id, "seats": seats, "seated": seated }),
            Self::SpotTaken { spot, by } | Self::SpotInUse { spot, by } => json!({ "spot": spot.id, "by": by }),
            Self::NotPlaced { table } => json!({ "table": table.id }),
            Self::NameTaken { name, by } => json!({ "name": name, "by": by }),
            Self::CodeTaken { code, by } => json!({ "code": code, "by": by }),
            Self::RoomInUse { room, tables } => json!({ "room": room.id, "tables": tables }),
            Self::OutsideRoom { spots, room } => json!({ "room": room, "spots": spots }),
            Self::AlreadyArrived { guest, arrived_at } => json!({ "guest": guest.id, "arrived_at": arrived_at }),
            Self::ChangedMeanwhile { fields } => json!({ "fields": fields }),
            Self::Invalid { errors } => json!({ "errors": errors }),
            Self::UploadHasProblems { preview } | Self::UploadOutdated { preview } => json!({ "preview": preview }),
            Self::RetractionOutdated { preview } => json!({ "preview": preview }),
            Self::UploadRetracted { position } | Self::AlreadyRetracted { position } => json!({ "position": position }),
            Self::Expired { expires_at } => json!({ "expires_at": expires_at }),
            Self::PositionMoved { expected, position } => json!({ "expected": expected, "position": position }),
            Self::OthersBuiltOnIt { lost } => json!({ "lost": lost }),
            Self::Report(ReportRefusal::NotDue { report, cut_off }) => json!({ "date": report.date.to_string(), "cut_off": cut_off }),
            Self::Report(ReportRefusal::Claimed { runner, until }) => json!({ "runner": runner, "until": until }),
            Self::UnknownBatch | Self::NotRetracted | Self::NotRetractable { .. } | Self::IdTaken | Self::Report(_) | Self::Mail(_) => {
                json!({})
            }
        };
        if let Value::Object(fields) = fields { fields } else { Map::new() }
    }
}

fn labels(named: &[Named]) -> String {
    const SHOWN: usize = 5;
    let words = named.iter().take(SHOWN).map(|named| named.label.as_str()).collect::<Vec<_>>().join(", ");
    if named.len() > SHOWN { format!("{words} and {} more", named.len() - SHOWN) } else { words }
}
