//! What somebody asks for.

pub use super::condition::Conditions;
use super::event::{Family, PlanPatch};
use super::floor::{RoomPatch, SpotPatch};
use super::guest::GuestPatch;
use super::id::{BatchId, GuestId, Position, RoomId, SpotId, TableId, TemplateId};
use super::mail::MailAsk;
use super::print::List;
use super::report::{Details, FileFacts, ReportId, Step, Terms};
use super::table::TablePatch;
use super::template::TemplatePatch;
use super::upload::{Choices, Preview, Upload};
use super::value::{Code, Text, Timestamp};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;

/// What an account or a token may do; each role may do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Door,
    Staff,
    Admin,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Door, Self::Staff, Self::Admin];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Door => "door",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("there is no role {text:?}; there are viewer, door, staff and admin"))
    }
}

/// A command with all that `decide` may not find out for itself: who, when, under which id.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: BatchId,
    pub actor: Arc<str>,
    pub at: Timestamp,
    pub conditions: Conditions,
    pub ask: Ask,
}

/// All of it takes effect, or none.
#[derive(Debug, Clone)]
pub enum Ask {
    Commands(Vec<Command>),
    Upload(Box<ApplyUpload>),
    Report(Box<ReportAsk>),
    Mail(Box<MailAsk>),
}

impl Ask {
    /// Of which the events are that come of it.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Commands(_) => Family::Command,
            Self::Upload(_) => Family::Upload,
            Self::Report(_) => Family::Report,
            Self::Mail(_) => Family::Mail,
        }
    }
}

/// What is asked for about a report: by the clock, by who works on it, or by an admin.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportAsk {
    /// Reports are made by themselves from this date on. Nothing, where that is settled.
    Enable {
        from: Date,
    },
    /// `is_last`: the position of the terms is the stream's last, so that it must still be.
    Start {
        report: ReportId,
        terms: Box<Terms>,
        is_last: bool,
    },
    Claim {
        report: ReportId,
        runner: Text,
        until: Timestamp,
    },
    CreatedRows {
        report: ReportId,
        token: u64,
        file: FileFacts,
    },
    Announce {
        report: ReportId,
        token: u64,
        name: Text,
    },
    Submitted {
        report: ReportId,
        token: u64,
    },
    Archived {
        report: ReportId,
        token: u64,
        location: Text,
    },
    Fail {
        report: ReportId,
        token: u64,
        step: Step,
        details: Details,
        retry_at: Option<Timestamp>,
        uncertain: bool,
    },
    Release {
        report: ReportId,
        runner: Text,
    },
    Retry {
        report: ReportId,
    },
    /// `attempt`: the one that was seen to be uncertain.
    Decide {
        report: ReportId,
        attempt: Option<u32>,
        was_received: bool,
    },
    Raise {
        key: Text,
        report: Option<ReportId>,
        subject: Text,
        message: Text,
    },
    /// Nobody was told by then: it is ours to do now.
    Retell {
        key: Text,
        until: Timestamp,
    },
    Sent {
        key: Text,
    },
}

impl ReportAsk {
    fn name(&self) -> &'static str {
        match self {
            Self::Enable { .. } => "enable_reports",
            Self::Start { .. } => "start_report",
            Self::Claim { .. } => "claim_report",
            Self::CreatedRows { .. } | Self::Submitted { .. } | Self::Archived { .. } => "finish_report_step",
            Self::Announce { .. } => "announce_submission",
            Self::Fail { .. } => "fail_report_step",
            Self::Release { .. } => "release_report",
            Self::Retry { .. } => "retry_report",
            Self::Decide { .. } => "decide_report",
            Self::Raise { .. } | Self::Retell { .. } | Self::Sent { .. } => "alert",
        }
    }
}

/// An upload that was previewed, with what the person chose.
#[derive(Debug, Clone)]
pub struct ApplyUpload {
    pub upload: Arc<Upload>,
    pub choices: Choices,
    /// What the person was shown; if the effect is another one by now, nothing is written.
    pub expected: Option<Box<Preview>>,
}

/// One command, as the JSON interface names it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    AddGuest {
        #[serde(flatten)]
        set: Box<GuestPatch>,
    },
    ChangeGuest {
        guest: GuestId,
        #[serde(flatten)]
        set: Box<GuestPatch>,
    },
    RemoveGuest {
        guest: GuestId,
    },
    SeatGuest {
        guest: GuestId,
        table: TableId,
    },
    UnseatGuest {
        guest: GuestId,
    },
    SeatGuests {
        guests: Vec<GuestId>,
        table: TableId,
    },
    SeatParty {
        party: Code,
        table: TableId,
    },
    SwapGuests {
        a: GuestId,
        b: GuestId,
    },
    AddTable {
        #[serde(flatten)]
        set: TablePatch,
    },
    ChangeTable {
        table: TableId,
        #[serde(flatten)]
        set: TablePatch,
    },
    RemoveTable {
        table: TableId,
    },
    PlaceTable {
        table: TableId,
        spot: SpotId,
    },
    LiftTable {
        table: TableId,
    },
    SwapTables {
        a: TableId,
        b: TableId,
    },
    AddRoom {
        #[serde(flatten)]
        set: RoomPatch,
    },
    ChangeRoom {
        room: RoomId,
        #[serde(flatten)]
        set: RoomPatch,
    },
    RemoveRoom {
        room: RoomId,
    },
    AddSpot {
        #[serde(flatten)]
        set: SpotPatch,
    },
    ChangeSpot {
        spot: SpotId,
        #[serde(flatten)]
        set: SpotPatch,
    },
    RemoveSpot {
        spot: SpotId,
    },
    MarkArrived {
        guest: GuestId,
    },
    UndoArrival {
        guest: GuestId,
    },
    ChangePlan {
        #[serde(flatten)]
        set: PlanPatch,
    },
    AddTemplate {
        #[serde(flatten)]
        set: Box<TemplatePatch>,
    },
    ChangeTemplate {
        template: TemplateId,
        #[serde(flatten)]
        set: Box<TemplatePatch>,
    },
    RemoveTemplate {
        template: TemplateId,
    },
    /// The list is on paper, as the plan was at the position.
    MarkPrinted {
        list: List,
        position: Position,
    },
}

impl Command {
    /// The least role that may give this command.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::MarkArrived { .. } | Self::UndoArrival { .. } => Role::Door,
            Self::AddGuest { .. }
            | Self::ChangeGuest { .. }
            | Self::RemoveGuest { .. }
            | Self::SeatGuest { .. }
            | Self::UnseatGuest { .. }
            | Self::SeatGuests { .. }
            | Self::SeatParty { .. }
            | Self::SwapGuests { .. }
            | Self::AddTable { .. }
            | Self::ChangeTable { .. }
            | Self::RemoveTable { .. }
            | Self::PlaceTable { .. }
            | Self::LiftTable { .. }
            | Self::SwapTables { .. }
            | Self::AddTemplate { .. }
            | Self::ChangeTemplate { .. }
            | Self::RemoveTemplate { .. }
            | Self::MarkPrinted { .. } => Role::Staff,
            Self::AddRoom { .. }
            | Self::ChangeRoom { .. }
            | Self::RemoveRoom { .. }
            | Self::AddSpot { .. }
            | Self::ChangeSpot { .. }
            | Self::RemoveSpot { .. }
            | Self::ChangePlan { .. } => Role::Admin,
        }
    }

    /// The command's name in the JSON interface and in the log lines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddGuest { .. } => "add_guest",
            Self::ChangeGuest { .. } => "change_guest",
            Self::RemoveGuest { .. } => "remove_guest",
            Self::SeatGuest { .. } => "seat_guest",
            Self::UnseatGuest { .. } => "unseat_guest",
            Self::SeatGuests { .. } => "seat_guests",
            Self::SeatParty { .. } => "seat_party",
            Self::SwapGuests { .. } => "swap_guests",
            Self::AddTable { .. } => "add_table",
            Self::ChangeTable { .. } => "change_table",
            Self::RemoveTable { .. } => "remove_table",
            Self::PlaceTable { .. } => "place_table",
            Self::LiftTable { .. } => "lift_table",
            Self::SwapTables { .. } => "swap_tables",
            Self::AddRoom { .. } => "add_room",
            Self::ChangeRoom { .. } => "change_room",
            Self::RemoveRoom { .. } => "remove_room",
            Self::AddSpot { .. } => "add_spot",
            Self::ChangeSpot { .. } => "change_spot",
            Self::RemoveSpot { .. } => "remove_spot",
            Self::MarkArrived { .. } => "mark_arrived",
            Self::UndoArrival { .. } => "undo_arrival",
            Self::ChangePlan { .. } => "change_plan",
            Self::AddTemplate { .. } => "add_template",
            Self::ChangeTemplate { .. } => "change_template",
            Self::RemoveTemplate { .. } => "remove_template",
            Self::MarkPrinted { .. } => "mark_printed",
        }
    }
}

impl Ask {
    /// A name for the log lines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Commands(commands) => match commands.as_slice() {
                [command] => command.name(),
                _ => "several",
            },
            Self::Upload(_) => "apply_upload",
            Self::Report(ask) => ask.name(),
            Self::Mail(ask) => ask.name(),
        }
    }
}
