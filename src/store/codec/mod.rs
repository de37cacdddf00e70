//! The codec: events to and from the JSON that the stream holds.
//!
//! What the stream holds must be readable for ever, so its shapes are types of their own (`wire`), and change only by
//! new fields with a default, or by new kinds. An unknown kind or field is an error, never skipped.

/// Payloads that are read and written as they stand.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident : $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name { $($(#[$attr])* $field: $type),* }
    )*};
}

mod decode;
mod encode;
mod mail;
mod report;
mod wire;

pub use decode::{Decoder, decode};
pub use encode::encode;

use crate::plan::Position;

/// The kinds that this program writes and reads.
pub const KINDS: &[&str] = &[
    "plan_created",
    "plan_changed",
    "guest_added",
    "guest_changed",
    "guest_stated",
    "guest_removed",
    "guest_seated",
    "guest_unseated",
    "guest_arrived",
    "guest_arrival_undone",
    "guest_erased",
    "table_added",
    "table_changed",
    "table_stated",
    "table_removed",
    "table_placed",
    "table_lifted",
    "tables_picked_up",
    "room_added",
    "room_changed",
    "room_stated",
    "room_removed",
    "spot_added",
    "spot_changed",
    "spot_stated",
    "spot_removed",
    "upload_applied",
    "batch_retracted",
    "batch_reinstated",
    "mail_template_added",
    "mail_template_changed",
    "mail_template_removed",
    "mail_batch_started",
    "mail_batch_paused",
    "mail_batch_resumed",
    "mail_batch_stopped",
    "mail_claimed",
    "mail_released",
    "mail_sending",
    "mail_sent",
    "mail_failed",
    "mail_skipped",
    "mail_held",
    "mail_retried",
    "mail_decided",
    "list_printed",
    "report_enabled",
    "report_started",
    "report_claimed",
    "report_released",
    "report_step_started",
    "report_rows_created",
    "report_submitting",
    "report_submitted",
    "report_archived",
    "report_rows_creation_failed",
    "report_submission_failed",
    "report_archiving_failed",
    "report_retried",
    "report_decided",
    "report_alert_raised",
    "report_alert_claimed",
    "report_alert_sent",
];

/// An event of the stream that this program cannot read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CodecError {
    #[error("position {position}: unknown kind of event {kind:?}; a newer program has written it")]
    UnknownKind { position: Position, kind: String },
    #[error("position {position}: the payload of {kind} is not understood: {why}")]
    Payload { position: Position, kind: String, why: String },
}
