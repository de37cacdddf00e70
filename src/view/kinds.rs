//! What kinds of events are called, where many of them are counted, and why one of them comes to nothing.

use crate::lang::{T, entity};
use crate::plan::event::Family;
use crate::plan::retract::{Cause, Did, Since};

#[must_use]
pub fn kind(t: T, kind: &str) -> String {
    match kind {
        "plan_created" => t.event_plan_created(),
        "plan_changed" => t.event_plan_changed(),
        "guest_added" => t.event_guest_added(),
        "guest_changed" => t.event_guest_changed(),
        "guest_stated" => t.event_guest_stated(),
        "guest_removed" => t.event_guest_removed(),
        "guest_seated" => t.event_guest_seated(),
        "guest_unseated" => t.event_guest_unseated(),
        "guest_arrived" => t.event_guest_arrived(),
        "guest_arrival_undone" => t.event_guest_arrival_undone(),
        "guest_erased" => t.event_guest_erased(),
        "table_added" => t.event_table_added(),
        "table_changed" => t.event_table_changed(),
        "table_stated" => t.event_table_stated(),
        "table_removed" => t.event_table_removed(),
        "table_placed" => t.event_table_placed(),
        "table_lifted" => t.event_table_lifted(),
        "tables_picked_up" => t.event_tables_picked_up(),
        "room_added" => t.event_room_added(),
        "room_changed" => t.event_room_changed(),
        "room_stated" => t.event_room_stated(),
        "room_removed" => t.event_room_removed(),
        "spot_added" => t.event_spot_added(),
        "spot_changed" => t.event_spot_changed(),
        "spot_stated" => t.event_spot_stated(),
        "spot_removed" => t.event_spot_removed(),
        "upload_applied" => t.event_upload_applied(),
        "batch_retracted" => t.event_batch_retracted(),
        "batch_reinstated" => t.event_batch_reinstated(),
        "mail_template_added" => t.event_mail_template_added(),
        "mail_template_changed" => t.event_mail_template_changed(),
        "mail_template_removed" => t.event_mail_template_removed(),
        "list_printed" => t.event_list_printed(),
        _ => match Family::of(kind) {
            Family::Mail => t.event_of_mail(),
            Family::Report => t.event_of_report(),
            Family::Command | Family::Upload | Family::Retraction => kind.replace('_', " "),
        },
    }
}

/// Why a retraction takes an event its effect, or gives it back.
#[must_use]
pub fn cause(t: T, cause: &Cause) -> String {
    match cause {
        Cause::Added { entity: what } => t.cause_added(entity(t, what)),
        Cause::AddedAgain { entity: what } => t.cause_added_again(entity(t, what)),
        Cause::Gone { entity: what, label } => t.cause_gone(entity(t, what), label),
        Cause::ThereAgain { entity: what, label } => t.cause_there_again(entity(t, what), label),
        Cause::HeldByVip { table, spot } => t.cause_held_by_vip(table, spot),
        Cause::Incomplete => t.cause_incomplete(),
    }
}

/// What has been done since, so that a retraction leaves it.
#[must_use]
pub fn since(t: T, Since { did, actor }: &Since) -> String {
    let did = match did {
        Did::Placed(spot) => t.did_place(spot),
        Did::Lifted => t.did_lift(),
        Did::Seated(table) => t.did_seat(table),
        Did::Unseated => t.did_unseat(),
        Did::Set(value) => t.did_set(value),
        Did::Cleared => t.did_clear(),
    };
    t.done_since(did, actor.as_ref())
}
