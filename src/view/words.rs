//! What happened, in words: one line for each batch.

use crate::lang::{T, field, zone};
use crate::plan::event::{Body, Event, UploadApplied};
use crate::plan::mail::MailEvent;
use crate::plan::print::List;
use crate::plan::report::{ReportEvent, Step};
use crate::plan::upload::UploadKind;
use crate::plan::{Guest, GuestId, Plan, Position, Subject, TableId, Timestamp};
use jiff::Zoned;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// One line that says what the batch did. Names are those of the plan, or numbers where something is gone.
#[must_use]
pub fn summary(plan: &Plan, t: T, events: &[Event]) -> String {
    match events {
        [] => String::new(),
        [head, ..] if let Body::UploadApplied(upload) = &head.body => upload_words(t, upload),
        [event] => one(plan, t, &event.body),
        several => many(plan, t, several),
    }
}

fn upload_words(t: T, upload: &UploadApplied) -> String {
    let counts = &upload.counts;
    let counted = |count: u32| match upload.kind {
        UploadKind::Guests => t.n_of_guests(count),
        UploadKind::Tables => t.n_of_tables(count),
        _ => t.n_of_rooms_and_spots(count),
    };
    let what = if matches!(upload.kind, UploadKind::Draw | UploadKind::VipPlacement) {
        t.n_placed(counts.changed + counts.added)
    } else {
        let mut words = Vec::new();
        if counts.added > 0 {
            words.push(t.what_added(counted(counts.added)));
        }
        if counts.changed > 0 {
            words.push(t.what_changed_words(counted(counts.changed)));
        }
        if counts.removed > 0 {
            words.push(t.what_removed(counted(counts.removed)));
        }
        if words.is_empty() { t.nothing_changed() } else { words.join(", ") }
    };
    t.upload_did(upload.file.as_str(), what)
}

fn one(plan: &Plan, t: T, body: &Body) -> String {
    let label = |subject: Subject| plan.label(subject);
    let guest = |id: GuestId| plan.label(Subject::Guest(id));
    let table = |id: TableId| plan.label(Subject::Table(id));
    match body {
        Body::PlanCreated { .. } => t.created_plan(),
        Body::PlanChanged { set } => match set.notice.set() {
            Some(notice) => t.told_everybody(notice.as_str()),
            None => t.changed_plan(fields(t, set.names())),
        },
        Body::GuestAdded { guest: id, .. } | Body::GuestStated { guest: id, .. } => t.added(guest(*id)),
        Body::GuestChanged { guest: id, set } => t.changed_what(guest(*id), fields(t, set.names())),
        Body::GuestRemoved { guest: id } => t.removed(guest(*id)),
        Body::GuestSeated { guest: id, table: at } => t.seated_at(guest(*id), table(*at)),
        Body::GuestUnseated { guest: id } => t.unseated_who(guest(*id)),
        Body::GuestArrived { guest: id } => t.arrived(guest(*id)),
        Body::GuestArrivalUndone { guest: id } => t.arrival_undone(guest(*id)),
        Body::GuestErased { guests } => t.erased(guests.len()),
        Body::TableAdded { table: id, .. } | Body::TableStated { table: id, .. } => t.added_table(table(*id)),
        Body::TableChanged { table: id, set } => t.changed_table(table(*id), fields(t, set.names())),
        Body::TableRemoved { table: id } => t.removed_table(table(*id)),
        Body::TablePlaced { table: id, spot, .. } => t.placed_table(table(*id), label(Subject::Spot(*spot))),
        Body::TableLifted { table: id } => t.lifted_table(table(*id)),
        Body::TablesPickedUp { tables } => t.picked_up(tables.len()),
        Body::RoomAdded { room, .. } | Body::RoomStated { room, .. } => t.added_room(label(Subject::Room(*room))),
        Body::RoomChanged { room, set } => t.changed_room(label(Subject::Room(*room)), fields(t, set.names())),
        Body::RoomRemoved { room } => t.removed_room(label(Subject::Room(*room))),
        Body::SpotAdded { spot, .. } | Body::SpotStated { spot, .. } => t.added_spot(label(Subject::Spot(*spot))),
        Body::SpotChanged { spot, set } => t.changed_spot(label(Subject::Spot(*spot)), fields(t, set.names())),
        Body::SpotRemoved { spot } => t.removed_spot(label(Subject::Spot(*spot))),
        Body::UploadApplied(upload) => upload_words(t, upload),
        Body::BatchRetracted(retraction) => t.took_back(reason(t, retraction.reason.as_str())),
        Body::BatchReinstated(retraction) => t.brought_back(reason(t, retraction.reason.as_str())),
        Body::TemplateAdded { template, .. } => t.added_text(label(Subject::Template(*template))),
        Body::TemplateChanged { template, set } => t.changed_text(label(Subject::Template(*template)), fields(t, set.names())),
        Body::TemplateRemoved { template } => t.removed_text(label(Subject::Template(*template))),
        Body::Mail(event) => mail(plan, t, event),
        Body::ListPrinted { list, .. } => t.printed_list(list_name(t, *list)),
        Body::Report(event) => report(t, event),
    }
}

/// What a list is called.
#[must_use]
pub fn list_name(t: T, list: List) -> String {
    match list {
        List::Guests => t.list_guests(),
        List::Tables => t.list_tables(),
        List::Rooms => t.list_rooms(),
        List::Vips => t.list_vips(),
        List::Kitchen => t.list_kitchen(),
        List::Wheelchairs => t.list_wheelchairs(),
        List::TableCards => t.list_table_cards(),
        List::PlaceCards => t.list_place_cards(),
    }
}

/// What happened to mails.
fn mail(plan: &Plan, t: T, event: &MailEvent) -> String {
    let name = |mailing: &Position| plan.mails.get(*mailing).map_or_else(|| mailing.to_string(), |mailing| mailing.name.to_string());
    let whom = |mailing: &Position, letter: u32| {
        let first = plan.mails.get(*mailing).and_then(|mailing| mailing.letter(letter)).and_then(|letter| letter.told.first());
        first.map_or_else(|| letter.to_string(), |told| plan.label(Subject::Guest(told.guest)))
    };
    match event {
        MailEvent::BatchStarted { name, letters, .. } => t.mail_started(name.as_str(), letters.len()),
        MailEvent::BatchPaused { mailing } => t.mail_paused(name(mailing)),
        MailEvent::BatchResumed { mailing } => t.mail_resumed(name(mailing)),
        MailEvent::BatchStopped { mailing } => t.mail_stopped(name(mailing)),
        MailEvent::Claimed { runner, .. } => t.mail_taken_up(runner.as_str()),
        MailEvent::Released { .. } => t.mail_given_back(),
        MailEvent::Sending { mailing, letter, .. } => t.mail_goes_to(name(mailing), whom(mailing, *letter)),
        MailEvent::Sent { mailing, letter, .. } => t.mail_went_to(name(mailing), whom(mailing, *letter)),
        MailEvent::Failed { mailing, letter, details, .. } => t.mail_not_gone(name(mailing), whom(mailing, *letter), details.as_str()),
        MailEvent::Skipped { mailing, letter, details, .. } => t.mail_left_out(name(mailing), whom(mailing, *letter), details.as_str()),
        MailEvent::Held { details, .. } => t.mail_held(details.as_str()),
        MailEvent::Decided { mailing, letter, was_received: true } => t.mail_said_arrived(name(mailing), whom(mailing, *letter)),
        MailEvent::Retried { mailing, letter } | MailEvent::Decided { mailing, letter, was_received: false } => {
            t.mail_again(name(mailing), whom(mailing, *letter))
        }
    }
}

/// What happened to a report.
#[must_use]
pub fn report(t: T, event: &ReportEvent) -> String {
    match event {
        ReportEvent::Enabled { from } => t.reports_from(from.to_string()),
        ReportEvent::Started { report, .. } => t.report_started(report.to_string()),
        ReportEvent::Claimed { report, runner, .. } => t.report_claimed(runner.as_str(), report.to_string()),
        ReportEvent::Released { report, .. } => t.report_released(report.to_string()),
        ReportEvent::StepStarted { report, step, attempt, .. } => t.report_step(report.to_string(), step_words(t, *step), *attempt),
        ReportEvent::RowsCreated { report, file, .. } => t.report_rows(report.to_string(), file.rows.to_string()),
        ReportEvent::Submitting { report, .. } => t.report_announced(report.to_string()),
        ReportEvent::Submitted { report, .. } => t.report_submitted(report.to_string()),
        ReportEvent::Archived { report, .. } => t.report_archived(report.to_string()),
        ReportEvent::Failed { report, step, details, .. } => t.report_failed(report.to_string(), step_words(t, *step), details.to_string()),
        ReportEvent::Retried { report } => t.report_retried(report.to_string()),
        ReportEvent::Decided { report, was_received: true } => t.report_received(report.to_string()),
        ReportEvent::Decided { report, was_received: false } => t.report_not_received(report.to_string()),
        ReportEvent::AlertRaised { subject, .. } => t.alert(subject.to_string()),
        ReportEvent::AlertClaimed { .. } => t.alert_again(),
        ReportEvent::AlertSent { .. } => t.alert_told(),
    }
}

/// A step as people call it.
#[must_use]
pub fn step_words(t: T, step: Step) -> String {
    match step {
        Step::CreateRows => t.step_create_rows(),
        Step::Submit => t.step_submit(),
        Step::Archive => t.step_archive(),
    }
}

fn fields<'a>(t: T, names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| field(t, name)).collect::<Vec<_>>().join(", ")
}

/// The last name that most of the guests share; none where each has another.
pub(super) fn family<'a>(guests: &[&'a Guest]) -> Option<&'a str> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for name in guests.iter().filter_map(|guest| guest.last_name.as_ref()) {
        *names.entry(name.as_str()).or_default() += 1;
    }
    names.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 1).map(|(name, _)| name)
}

/// Several guests as people speak of them: a family, a few names, or how many.
fn people(plan: &Plan, t: T, ids: &[GuestId]) -> String {
    let guests: Vec<&Guest> = ids.iter().filter_map(|id| plan.guest(*id)).collect();
    let party = guests.first().and_then(|first| first.party.as_ref());
    let is_party = party.is_some_and(|party| guests.iter().all(|guest| guest.party.as_ref() == Some(party)));
    match (family(&guests), guests.as_slice()) {
        (Some(name), _) if is_party => t.family(name, ids.len()),
        (_, [a, b]) if ids.len() == 2 => t.two_people(a.label(), b.label()),
        (_, [first, ..]) if is_party => t.and_company(first.label(), ids.len()),
        _ => t.n_guests(ids.len()),
    }
}

/// A summary behind the name of whoever did it: `Berta` *seated the Größl family (4) at T017*.
#[must_use]
pub fn told(summary: &str) -> String {
    if let Some(upload) = summary.strip_prefix("Upload ") {
        return format!("uploaded {upload}");
    }
    let mut letters = summary.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Several events of one command: the common cases by name, the others counted.
fn many(plan: &Plan, t: T, events: &[Event]) -> String {
    let seated: Vec<_> = events
        .iter()
        .filter_map(|event| if let Body::GuestSeated { guest, table } = event.body { Some((guest, table)) } else { None })
        .collect();
    if let [(_, first), ..] = seated.as_slice()
        && seated.len() == events.len()
        && seated.iter().all(|(_, table)| table == first)
    {
        let guests: Vec<_> = seated.iter().map(|(guest, _)| *guest).collect();
        return t.seated_at(people(plan, t, &guests), plan.label(Subject::Table(*first)));
    }
    let label = |subject: Subject| plan.label(subject);
    match (seated.as_slice(), events) {
        ([(a, at_a), (b, at_b)], [_, _]) => {
            let (a, b) = (label(Subject::Guest(*a)), label(Subject::Guest(*b)));
            return t.two_seated(a, label(Subject::Table(*at_a)), b, label(Subject::Table(*at_b)));
        }
        (_, [lifted, one, other]) => {
            if let (Body::TableLifted { table }, Body::TablePlaced { table: a, .. }, Body::TablePlaced { table: b, .. }) =
                (&lifted.body, &one.body, &other.body)
                && table == b
            {
                return t.swapped_tables(label(Subject::Table(*a)), label(Subject::Table(*b)));
            }
        }
        _ => {}
    }
    let unseated: Vec<_> =
        events.iter().filter_map(|event| if let Body::GuestUnseated { guest } = event.body { Some(guest) } else { None }).collect();
    if unseated.len() == events.len() {
        return t.unseated_who(people(plan, t, &unseated));
    }
    // Removing somebody or something says what it has to undo first.
    if let Some(last) = events.last()
        && matches!(last.body, Body::GuestRemoved { .. } | Body::TableRemoved { .. } | Body::RoomRemoved { .. })
    {
        return one(plan, t, &last.body);
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for event in events {
        *counts.entry(event.body.kind()).or_default() += 1;
    }
    counts.into_iter().map(|(kind, count)| format!("{count} × {}", super::kinds::kind(t, kind))).collect::<Vec<_>>().join(", ")
}

/// An instant where the party is.
fn local(at: Timestamp) -> Option<Zoned> {
    jiff::Timestamp::from_microsecond(at.0).ok().map(|at| at.to_zoned(zone().clone()))
}

fn date(t: T, date: Date, month: String) -> String {
    t.date_words(date.day().to_string(), month, date.year().to_string())
}

/// A date with its month in full.
#[must_use]
pub fn long_date(t: T, day: Date) -> String {
    date(t, day, t.month_long(day.month()))
}

/// A date with the day of the week, both short.
#[must_use]
pub fn short_date(t: T, day: Date) -> String {
    t.weekday_day(t.weekday_short(day.weekday().to_monday_one_offset()), date(t, day, t.month_short(day.month())))
}

/// An instant as people read it, with its zone.
#[must_use]
pub fn when(t: T, at: Timestamp) -> String {
    let Some(at) = local(at) else { return String::new() };
    t.when_words(date(t, at.date(), t.month_short(at.month())), at.strftime("%H:%M %Z").to_string())
}

/// A time of day.
#[must_use]
pub fn time_of_day(at: Timestamp) -> String {
    local(at).map_or_else(String::new, |at| at.strftime("%H:%M").to_string())
}

/// A day with its name.
#[must_use]
pub fn long_day(t: T, at: Timestamp) -> String {
    let Some(at) = local(at) else { return String::new() };
    t.weekday_date(t.weekday_long(at.weekday().to_monday_one_offset()), long_date(t, at.date()))
}

/// Why something was taken back. What scripts say for a person is said in the reader's language.
#[must_use]
pub fn reason(t: T, reason: &str) -> String {
    match reason {
        "undone" => t.reason_undone(),
        "brought back" => t.reason_brought_back(),
        other => other.to_owned(),
    }
}

/// The day of an instant, to be compared.
#[must_use]
pub fn civil_day(at: Timestamp) -> Option<Date> {
    local(at).map(|at| at.date())
}

/// The day of an instant.
#[must_use]
pub fn day(t: T, at: Timestamp) -> String {
    local(at).map_or_else(String::new, |at| t.day_words_short(at.day().to_string(), t.month_short(at.month())))
}

/// An event in words, with the names that the plan has now.
#[must_use]
pub fn event(plan: &Plan, t: T, event: &Event) -> String {
    one(plan, t, &event.body)
}
