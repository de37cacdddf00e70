//! Refusals in the reader's language. In English they are worded where they are made.

use super::troubles::invalid;
use super::words::{short_date, when};
use crate::lang::{T, entity, field};
use crate::plan::mail::MailRefusal;
use crate::plan::{Lasting, Named, Refusal, ReportRefusal};

/// What is refused.
#[must_use]
pub fn title(t: T, refusal: &Refusal) -> String {
    match refusal {
        Refusal::UnknownGuest(_) => t.gone_title(entity(t, "guest")),
        Refusal::UnknownTable(_) => t.gone_title(entity(t, "table")),
        Refusal::UnknownRoom(_) => t.gone_title(entity(t, "room")),
        Refusal::UnknownSpot(_) => t.gone_title(entity(t, "spot")),
        Refusal::UnknownTemplate(_) => t.gone_title(entity(t, "template")),
        Refusal::UnknownParty(name) => t.gone_title(t.party_named(name.as_str())),
        Refusal::UnknownBatch => t.unknown_batch_title(),
        Refusal::EmployeeNoTaken { employee_no, by } => t.number_belongs(employee_no.as_str(), by.label.as_str()),
        Refusal::EmailTaken { email, by } => t.email_belongs(email.as_str(), by.label.as_str()),
        Refusal::TableFull { table, .. } => t.table_full(table.label.as_str()),
        Refusal::GuestDeclined { guests } => t.who_declined(labels(t, guests)),
        Refusal::NotSeated { guest } => t.has_no_seat(guest.label.as_str()),
        Refusal::NumberTaken { number, .. } => t.table_there_already(number.as_str()),
        Refusal::TooFewSeats { table, seated, .. } => t.too_few_seats(*seated, table.label.as_str()),
        Refusal::SpotTaken { spot, by } | Refusal::SpotInUse { spot, by } => t.stands_there(by.label.as_str(), spot.label.as_str()),
        Refusal::NotPlaced { table } => t.stands_nowhere(table.label.as_str()),
        Refusal::NameTaken { name, by } => t.name_of_already(name.as_str(), by.label.as_str()),
        Refusal::CodeTaken { code, .. } => t.spot_there_already(code.as_str()),
        Refusal::RoomInUse { room, tables } => t.tables_stand_in(tables.len(), room.label.as_str()),
        Refusal::OutsideRoom { spots, room } => t.beyond_walls(labels(t, spots), room.label.as_str()),
        Refusal::AlreadyArrived { guest, .. } => t.has_arrived(guest.label.as_str()),
        Refusal::NotArrived { guest } => t.has_not_arrived(guest.label.as_str()),
        Refusal::ChangedMeanwhile { fields } => {
            fields.first().map_or_else(|| t.plan_moved_on(), |changed| t.changed_by(changed.actor.as_str(), field(t, changed.field)))
        }
        Refusal::Invalid { .. } => lines(t, refusal).first().map_or_else(|| t.not_valid(), |line| t.not_valid_because(line)),
        Refusal::UploadHasProblems { preview } => t.problems_first(preview.problems.len()),
        Refusal::UploadOutdated { .. } | Refusal::RetractionOutdated { .. } => t.plan_moved_on(),
        Refusal::UploadRetracted { .. } => t.upload_retracted(),
        Refusal::Expired { .. } => t.expired(),
        Refusal::PositionMoved { .. } => t.position_moved(),
        Refusal::AlreadyRetracted { .. } => t.retracted_already(),
        Refusal::NotRetracted => t.not_retracted(),
        Refusal::NotRetractable { .. } => t.not_retractable(),
        Refusal::OthersBuiltOnIt { lost } => t.built_on_it(lost.len()),
        Refusal::IdTaken => t.id_taken(),
        Refusal::Report(refusal) => report(t, refusal).0,
        Refusal::Mail(refusal) => mail(t, refusal).0,
    }
}

/// What to do about it.
#[must_use]
pub fn detail(t: T, refusal: &Refusal) -> String {
    match refusal {
        Refusal::UnknownGuest(_)
        | Refusal::UnknownTable(_)
        | Refusal::UnknownRoom(_)
        | Refusal::UnknownSpot(_)
        | Refusal::UnknownTemplate(_)
        | Refusal::UnknownParty(_) => t.gone_detail(),
        Refusal::UnknownBatch => t.unknown_batch_detail(),
        Refusal::EmployeeNoTaken { .. } | Refusal::EmailTaken { .. } => t.one_guest_only(),
        Refusal::TableFull { seats, seated, missing, .. } => t.table_full_detail(*seated, *seats, *missing),
        Refusal::GuestDeclined { .. } => t.who_declined_detail(),
        Refusal::NotSeated { .. } => t.both_must_sit(),
        Refusal::NumberTaken { .. } | Refusal::NameTaken { .. } | Refusal::CodeTaken { .. } => t.choose_another(),
        Refusal::TooFewSeats { seats, seated, .. } => t.too_few_seats_detail(*seats, seated.saturating_sub(*seats)),
        Refusal::SpotTaken { .. } => t.lift_or_swap(),
        Refusal::NotPlaced { .. } => t.both_must_stand(),
        Refusal::RoomInUse { tables, .. } => t.lift_them_first(labels(t, tables)),
        Refusal::SpotInUse { .. } => t.lift_that_first(),
        Refusal::OutsideRoom { .. } => t.beyond_walls_detail(),
        Refusal::AlreadyArrived { arrived_at, .. } => t.has_arrived_detail(when(t, *arrived_at)),
        Refusal::NotArrived { .. } => t.nothing_to_undo_here(),
        Refusal::ChangedMeanwhile { .. } => t.changed_detail(),
        Refusal::Invalid { .. } => t.not_valid_detail(),
        Refusal::UploadHasProblems { .. } => t.problems_first_detail(),
        Refusal::UploadOutdated { .. } | Refusal::RetractionOutdated { .. } => t.plan_moved_on_detail(),
        Refusal::UploadRetracted { .. } => t.upload_retracted_detail(),
        Refusal::Expired { .. } => t.expired_detail(),
        Refusal::PositionMoved { .. } => t.position_moved_detail(),
        Refusal::AlreadyRetracted { position } => t.retracted_already_detail(position.to_string()),
        Refusal::NotRetracted => t.not_retracted_detail(),
        Refusal::OthersBuiltOnIt { .. } => t.built_on_it_detail(),
        Refusal::IdTaken => t.id_taken_detail(),
        Refusal::Mail(refusal) => mail(t, refusal).1,
        Refusal::NotRetractable { why } => match why {
            Lasting::Retraction => t.lasting_retraction(),
            Lasting::Reinstatement => t.lasting_reinstatement(),
            Lasting::Mail => t.lasting_mail(),
            Lasting::Report => t.lasting_report(),
            Lasting::Beginning => t.lasting_beginning(),
            Lasting::Erasure => t.lasting_erasure(),
        },
        Refusal::Report(refusal) => report(t, refusal).1,
    }
}

/// What is wrong with which field, or what stands there by now, a line each.
#[must_use]
pub fn lines(t: T, refusal: &Refusal) -> Vec<String> {
    let name = |pointer: &str| field(t, pointer.rsplit('/').next().unwrap_or_default());
    match refusal {
        Refusal::Invalid { errors } => {
            errors.iter().map(|error| t.trouble_field(name(&error.pointer), invalid(t, &error.message))).collect()
        }
        Refusal::ChangedMeanwhile { fields } => {
            let value = |value: &Option<String>| value.as_ref().map_or_else(|| t.nothing_word(), |value| t.quoted(value));
            fields.iter().map(|changed| t.says_now(field(t, changed.field), value(&changed.value), changed.actor.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

fn report(t: T, refusal: &ReportRefusal) -> (String, String) {
    match refusal {
        ReportRefusal::Unknown => (t.no_such_report(), t.no_such_report_detail()),
        ReportRefusal::NotDue { report, cut_off } => {
            (t.refused_report_not_due(short_date(t, report.date)), t.refused_report_not_due_detail(when(t, *cut_off)))
        }
        ReportRefusal::Exists => (t.refused_report_exists(), t.refused_report_exists_detail()),
        ReportRefusal::Unfinished => (t.refused_report_unfinished(), t.refused_report_unfinished_detail()),
        ReportRefusal::Outdated => (t.plan_moved_on(), t.refused_report_outdated_detail()),
        ReportRefusal::Claimed { runner, until } => {
            (t.refused_report_claimed(runner.as_str()), t.refused_report_claimed_detail(when(t, *until)))
        }
        ReportRefusal::Waiting => (t.refused_report_waiting(), t.refused_report_waiting_detail()),
        ReportRefusal::Fenced => (t.refused_report_fenced(), t.refused_report_fenced_detail()),
        ReportRefusal::Done => (t.refused_report_step_done(), t.refused_report_step_done_detail()),
        ReportRefusal::NothingToRetry => (t.refused_report_nothing_to_retry(), t.refused_report_nothing_to_retry_detail()),
        ReportRefusal::NotUncertain => (t.refused_report_not_uncertain(), t.refused_report_not_uncertain_detail()),
        ReportRefusal::Superseded => (t.refused_report_superseded(), t.refused_report_superseded_detail()),
    }
}

fn mail(t: T, refusal: &MailRefusal) -> (String, String) {
    match refusal {
        MailRefusal::Unknown => (t.mail_gone(), t.mail_gone_detail()),
        MailRefusal::Outdated => (t.plan_moved_on(), t.other_mails_now()),
        MailRefusal::CannotStart => (t.mail_cannot_start(), t.mail_cannot_start_detail()),
        MailRefusal::Claimed { .. } | MailRefusal::Fenced => (t.mail_other_sends(), t.mail_other_sends_detail()),
        MailRefusal::Done => (t.mail_done(), t.mail_done_detail()),
        MailRefusal::Stopped => (t.mail_was_stopped(), t.mail_was_stopped_detail()),
        MailRefusal::TooSoon => (t.mail_too_soon(), t.mail_too_soon_detail()),
        MailRefusal::NothingToRetry => (t.mail_nothing_to_retry(), t.mail_done_detail()),
        MailRefusal::NotUncertain => (t.mail_not_uncertain(), t.mail_not_uncertain_detail()),
    }
}

fn labels(t: T, named: &[Named]) -> String {
    const SHOWN: usize = 5;
    let names = named.iter().take(SHOWN).map(|named| named.label.as_str()).collect::<Vec<_>>().join(", ");
    if named.len() > SHOWN { t.and_others(names, named.len() - SHOWN) } else { names }
}
