//! What happened: the events that the stream is made of.

use super::floor::{RoomPatch, SpotPatch};
use super::guest::GuestPatch;
use super::id::{BatchId, GuestId, Position, RoomId, SpotId, Subject, TableId, TemplateId};
use super::mail::MailEvent;
use super::print::List;
use super::report::ReportEvent;
use super::table::TablePatch;
use super::template::TemplatePatch;
use super::upload::{Counts, UploadKind};
use super::value::{Patch, Seats, Text, Timestamp};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// One event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub position: Position,
    pub recorded_at: Timestamp,
    /// The account's name, `token:NAME`, or `system`.
    pub actor: Arc<str>,
    pub batch: BatchId,
    pub body: Body,
}

/// What the event says, by kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    PlanCreated { stream: Uuid, set: PlanPatch },
    PlanChanged { set: PlanPatch },
    GuestAdded { guest: GuestId, set: Box<GuestPatch> },
    GuestChanged { guest: GuestId, set: Box<GuestPatch> },
    GuestStated { guest: GuestId, set: Box<GuestPatch>, table: Patch<TableId> },
    GuestRemoved { guest: GuestId },
    GuestSeated { guest: GuestId, table: TableId },
    GuestUnseated { guest: GuestId },
    GuestArrived { guest: GuestId },
    GuestArrivalUndone { guest: GuestId },
    GuestErased { guests: Vec<GuestId> },
    TableAdded { table: TableId, set: Box<TablePatch> },
    TableChanged { table: TableId, set: Box<TablePatch> },
    TableStated { table: TableId, set: Box<TablePatch> },
    TableRemoved { table: TableId },
    TablePlaced { table: TableId, spot: SpotId, by_upload: bool },
    TableLifted { table: TableId },
    TablesPickedUp { tables: Vec<TableId> },
    RoomAdded { room: RoomId, set: Box<RoomPatch> },
    RoomChanged { room: RoomId, set: Box<RoomPatch> },
    RoomStated { room: RoomId, set: Box<RoomPatch> },
    RoomRemoved { room: RoomId },
    SpotAdded { spot: SpotId, set: Box<SpotPatch> },
    SpotChanged { spot: SpotId, set: Box<SpotPatch> },
    SpotStated { spot: SpotId, set: Box<SpotPatch> },
    SpotRemoved { spot: SpotId },
    UploadApplied(UploadApplied),
    BatchRetracted(Retraction),
    BatchReinstated(Retraction),
    TemplateAdded { template: TemplateId, set: Box<TemplatePatch> },
    TemplateChanged { template: TemplateId, set: Box<TemplatePatch> },
    TemplateRemoved { template: TemplateId },
    Mail(Box<MailEvent>),
    ListPrinted { list: List, position: Position },
    Report(Box<ReportEvent>),
}

/// The plan's own fields: absent keeps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanPatch {
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Text>)]
    pub title: Patch<Text>,
    /// The day of the party, in the venue's own calendar.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Patch<Date>,
    /// The seats of a table that nobody gave a number of.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Seats>)]
    pub default_seats: Patch<Seats>,
    /// A line that stands on every open page until it is cleared.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    #[schema(value_type = Option<Text>)]
    pub notice: Patch<Text>,
}

/// The head of an upload's batch.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadApplied {
    pub kind: UploadKind,
    pub file: Text,
    /// Of the file, in hexadecimal.
    pub sha256: Text,
    pub counts: Counts,
}

/// A batch declared void, or valid again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retraction {
    pub batch: BatchId,
    pub reason: Text,
    /// The fields whose values it turned back, for the check for stale edits: fields of one subject together.
    pub reversed: Vec<Reversed>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reversed {
    pub subject: Subject,
    /// None: all of them, since the whole subject came back.
    pub fields: Vec<Arc<str>>,
}

/// Who writes events of a kind: no batch has them of two families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Changes that are made on pages, or by programs.
    Command,
    /// An upload says first that it is one.
    Upload,
    Retraction,
    Mail,
    Report,
}

impl Family {
    #[must_use]
    pub fn of(kind: &str) -> Self {
        match kind {
            "upload_applied" => Self::Upload,
            "batch_retracted" | "batch_reinstated" => Self::Retraction,
            kind if kind.starts_with("mail_template_") => Self::Command,
            kind if kind.starts_with("mail_") => Self::Mail,
            kind if kind.starts_with("report_") => Self::Report,
            _ => Self::Command,
        }
    }
}

impl Body {
    /// The event's kind, as the stream names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PlanCreated { .. } => "plan_created",
            Self::PlanChanged { .. } => "plan_changed",
            Self::GuestAdded { .. } => "guest_added",
            Self::GuestChanged { .. } => "guest_changed",
            Self::GuestStated { .. } => "guest_stated",
            Self::GuestRemoved { .. } => "guest_removed",
            Self::GuestSeated { .. } => "guest_seated",
            Self::GuestUnseated { .. } => "guest_unseated",
            Self::GuestArrived { .. } => "guest_arrived",
            Self::GuestArrivalUndone { .. } => "guest_arrival_undone",
            Self::GuestErased { .. } => "guest_erased",
            Self::TableAdded { .. } => "table_added",
            Self::TableChanged { .. } => "table_changed",
            Self::TableStated { .. } => "table_stated",
            Self::TableRemoved { .. } => "table_removed",
            Self::TablePlaced { .. } => "table_placed",
            Self::TableLifted { .. } => "table_lifted",
            Self::TablesPickedUp { .. } => "tables_picked_up",
            Self::RoomAdded { .. } => "room_added",
            Self::RoomChanged { .. } => "room_changed",
            Self::RoomStated { .. } => "room_stated",
            Self::RoomRemoved { .. } => "room_removed",
            Self::SpotAdded { .. } => "spot_added",
            Self::SpotChanged { .. } => "spot_changed",
            Self::SpotStated { .. } => "spot_stated",
            Self::SpotRemoved { .. } => "spot_removed",
            Self::UploadApplied(_) => "upload_applied",
            Self::BatchRetracted(_) => "batch_retracted",
            Self::BatchReinstated(_) => "batch_reinstated",
            Self::TemplateAdded { .. } => "mail_template_added",
            Self::TemplateChanged { .. } => "mail_template_changed",
            Self::TemplateRemoved { .. } => "mail_template_removed",
            Self::Mail(event) => event.kind(),
            Self::ListPrinted { .. } => "list_printed",
            Self::Report(event) => event.kind(),
        }
    }

    /// Calls back for every field that the event says something about, whatever the plan holds there.
    pub fn each_field(&self, mut field: impl FnMut(Subject, &'static str)) {
        match self {
            Self::PlanCreated { set, .. } | Self::PlanChanged { set } => {
                set.names().for_each(|name| field(Subject::Plan, name));
            }
            Self::GuestAdded { guest, set } | Self::GuestChanged { guest, set } => {
                set.names().for_each(|name| field(Subject::Guest(*guest), name));
            }
            Self::GuestStated { guest, set, table } => {
                set.names().for_each(|name| field(Subject::Guest(*guest), name));
                if !table.is_keep() {
                    field(Subject::Guest(*guest), "table");
                }
            }
            Self::GuestSeated { guest, .. } | Self::GuestUnseated { guest } => field(Subject::Guest(*guest), "table"),
            Self::GuestArrived { guest } | Self::GuestArrivalUndone { guest } => field(Subject::Guest(*guest), "arrived_at"),
            Self::TableAdded { table, set } | Self::TableChanged { table, set } | Self::TableStated { table, set } => {
                set.names().for_each(|name| field(Subject::Table(*table), name));
            }
            Self::TablePlaced { table, .. } | Self::TableLifted { table } => field(Subject::Table(*table), "spot"),
            Self::RoomAdded { room, set } | Self::RoomChanged { room, set } | Self::RoomStated { room, set } => {
                set.names().for_each(|name| field(Subject::Room(*room), name));
            }
            Self::SpotAdded { spot, set } | Self::SpotChanged { spot, set } | Self::SpotStated { spot, set } => {
                set.names().for_each(|name| field(Subject::Spot(*spot), name));
            }
            Self::TemplateAdded { template, set } | Self::TemplateChanged { template, set } => {
                set.names().for_each(|name| field(Subject::Template(*template), name));
            }
            // What is picked up is placed again by the same batch, which says so itself.
            Self::TablesPickedUp { .. }
            | Self::GuestRemoved { .. }
            | Self::GuestErased { .. }
            | Self::TableRemoved { .. }
            | Self::RoomRemoved { .. }
            | Self::SpotRemoved { .. }
            | Self::UploadApplied(_)
            | Self::BatchRetracted(_)
            | Self::BatchReinstated(_)
            | Self::TemplateRemoved { .. }
            | Self::Mail(_)
            | Self::ListPrinted { .. }
            | Self::Report(_) => {}
        }
    }
}

impl PlanPatch {
    /// The names of the fields that the patch says something about.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let said = [
            ("title", !self.title.is_keep()),
            ("date", !self.date.is_keep()),
            ("default_seats", !self.default_seats.is_keep()),
            ("notice", !self.notice.is_keep()),
        ];
        said.into_iter().filter(|(_, said)| *said).map(|(name, _)| name)
    }
}
