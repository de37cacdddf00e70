//! What happened, in words: one line for each batch.

use crate::plan::event::{Body, Event, UploadApplied};
use crate::plan::report::{ReportEvent, ReportId, Step};
use crate::plan::upload::UploadKind;
use crate::plan::{Guest, GuestId, Plan, Subject, Timestamp};
use std::collections::BTreeMap;

/// One line that says what the batch did. Names are those of the plan, or numbers where something is gone.
#[must_use]
pub fn summary(plan: &Plan, events: &[Event]) -> String {
    match events {
        [] => String::new(),
        [head, ..] if let Body::UploadApplied(upload) = &head.body => upload_words(upload),
        [event] => one(plan, &event.body),
        several => many(plan, several),
    }
}

fn upload_words(upload: &UploadApplied) -> String {
    let counts = &upload.counts;
    let subject = match upload.kind {
        UploadKind::Guests => "guest",
        UploadKind::Tables => "table",
        UploadKind::Floor => "room or spot",
        UploadKind::Draw | UploadKind::VipPlacement => {
            let placed = counts.changed + counts.added;
            return format!("Upload {}: {} placed", upload.file, counted(placed, "table"));
        }
    };
    let done = [(counts.added, "added"), (counts.changed, "changed"), (counts.removed, "removed")];
    let mut words: Vec<String> =
        done.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", counted(*count, subject))).collect();
    if words.is_empty() {
        words.push("nothing changed".to_owned());
    }
    format!("Upload {}: {}", upload.file, words.join(", "))
}

fn counted(count: u32, what: &str) -> String {
    match (count, what) {
        (1, what) => format!("1 {what}"),
        (count, "room or spot") => format!("{count} rooms and spots"),
        (count, what) => format!("{count} {what}s"),
    }
}

fn one(plan: &Plan, body: &Body) -> String {
    let label = |subject: Subject| plan.label(subject);
    match body {
        Body::PlanCreated { .. } => "Created the plan".to_owned(),
        Body::PlanChanged { set } => match set.notice.set() {
            Some(notice) => format!("Told everybody: “{notice}”"),
            None => format!("Changed the plan: {}", fields(set.names())),
        },
        Body::GuestAdded { guest, .. } | Body::GuestStated { guest, .. } => format!("Added {}", label(Subject::Guest(*guest))),
        Body::GuestChanged { guest, set } => format!("Changed {}: {}", label(Subject::Guest(*guest)), fields(set.names())),
        Body::GuestRemoved { guest } => format!("Removed {}", label(Subject::Guest(*guest))),
        Body::GuestSeated { guest, table } => format!("Seated {} at {}", label(Subject::Guest(*guest)), label(Subject::Table(*table))),
        Body::GuestUnseated { guest } => format!("Unseated {}", label(Subject::Guest(*guest))),
        Body::GuestArrived { guest } => format!("Marked {} as arrived", label(Subject::Guest(*guest))),
        Body::GuestArrivalUndone { guest } => format!("Undid the arrival of {}", label(Subject::Guest(*guest))),
        Body::GuestErased { guests } => format!("Erased {} guests", guests.len()),
        Body::TableAdded { table, .. } | Body::TableStated { table, .. } => format!("Added table {}", label(Subject::Table(*table))),
        Body::TableChanged { table, set } => format!("Changed table {}: {}", label(Subject::Table(*table)), fields(set.names())),
        Body::TableRemoved { table } => format!("Removed table {}", label(Subject::Table(*table))),
        Body::TablePlaced { table, spot, .. } => {
            format!("Placed table {} on {}", label(Subject::Table(*table)), label(Subject::Spot(*spot)))
        }
        Body::TableLifted { table } => format!("Lifted table {}", label(Subject::Table(*table))),
        Body::TablesPickedUp { tables } => format!("Picked up {} tables", tables.len()),
        Body::RoomAdded { room, .. } | Body::RoomStated { room, .. } => format!("Added room {}", label(Subject::Room(*room))),
        Body::RoomChanged { room, set } => format!("Changed room {}: {}", label(Subject::Room(*room)), fields(set.names())),
        Body::RoomRemoved { room } => format!("Removed room {}", label(Subject::Room(*room))),
        Body::SpotAdded { spot, .. } | Body::SpotStated { spot, .. } => format!("Added spot {}", label(Subject::Spot(*spot))),
        Body::SpotChanged { spot, set } => format!("Changed spot {}: {}", label(Subject::Spot(*spot)), fields(set.names())),
        Body::SpotRemoved { spot } => format!("Removed spot {}", label(Subject::Spot(*spot))),
        Body::UploadApplied(upload) => upload_words(upload),
        Body::BatchRetracted(retraction) => format!("Took back a batch: {}", retraction.reason),
        Body::BatchReinstated(retraction) => format!("Brought back a batch: {}", retraction.reason),
        Body::Report(event) => report(event),
    }
}

/// What happened to a report.
#[must_use]
pub fn report(event: &ReportEvent) -> String {
    let of = |what: &str, id: &ReportId| format!("{what} of {id}");
    match event {
        ReportEvent::Enabled { from } => format!("Reports from {from} on"),
        ReportEvent::Started { report, .. } => of("Started the report", report),
        ReportEvent::Claimed { report, runner, .. } => format!("{runner} works on the report of {report}"),
        ReportEvent::Released { report, .. } => of("Gave back the report", report),
        ReportEvent::StepStarted { report, step, attempt, .. } => format!("Report of {report}: {}, attempt {attempt}", step_words(*step)),
        ReportEvent::RowsCreated { report, file, .. } => format!("Report of {report}: {} rows written", file.rows),
        ReportEvent::Submitting { report, .. } => of("About to name the report", report),
        ReportEvent::Submitted { report, .. } => of("Submitted the report", report),
        ReportEvent::Archived { report, .. } => of("Archived the report", report),
        ReportEvent::Failed { report, step, details, .. } => format!("Report of {report}: {} failed: {details}", step_words(*step)),
        ReportEvent::Retried { report } => of("Asked for another try of the report", report),
        ReportEvent::Decided { report, was_received: true } => of("Found that the authority has the report", report),
        ReportEvent::Decided { report, was_received: false } => of("Found that the authority does not have the report", report),
        ReportEvent::AlertRaised { subject, .. } => format!("Alert: {subject}"),
        ReportEvent::AlertClaimed { .. } => "Tells again, since nobody had been told".to_owned(),
        ReportEvent::AlertSent { .. } => "Told everybody who is to be told".to_owned(),
    }
}

/// A step as people call it.
#[must_use]
pub fn step_words(step: Step) -> &'static str {
    match step {
        Step::CreateRows => "writing the rows",
        Step::Submit => "submitting",
        Step::Archive => "archiving",
    }
}

fn fields<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| name.replace('_', " ")).collect::<Vec<_>>().join(", ")
}

/// Several guests as people speak of them: a family, a few names, or how many.
fn people(plan: &Plan, ids: &[GuestId]) -> String {
    let guests: Vec<&Guest> = ids.iter().filter_map(|id| plan.guest(*id)).collect();
    let party = guests.first().and_then(|first| first.party.as_ref());
    let is_party = party.is_some_and(|party| guests.iter().all(|guest| guest.party.as_ref() == Some(party)));
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for name in guests.iter().filter_map(|guest| guest.last_name.as_ref()) {
        *names.entry(name.as_str()).or_default() += 1;
    }
    let family = names.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 1);
    match (family, guests.as_slice()) {
        (Some((name, _)), _) if is_party => format!("the {name} family ({})", ids.len()),
        (_, [a, b]) if ids.len() == 2 => format!("{} and {}", a.label(), b.label()),
        (_, [first, ..]) if is_party => format!("{} and company ({})", first.label(), ids.len()),
        _ => format!("{} guests", ids.len()),
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
fn many(plan: &Plan, events: &[Event]) -> String {
    let seated: Vec<_> = events
        .iter()
        .filter_map(|event| if let Body::GuestSeated { guest, table } = event.body { Some((guest, table)) } else { None })
        .collect();
    if let [(_, first), ..] = seated.as_slice()
        && seated.len() == events.len()
        && seated.iter().all(|(_, table)| table == first)
    {
        let guests: Vec<_> = seated.iter().map(|(guest, _)| *guest).collect();
        return format!("Seated {} at {}", people(plan, &guests), plan.label(Subject::Table(*first)));
    }
    let label = |subject: Subject| plan.label(subject);
    match (seated.as_slice(), events) {
        ([(a, at_a), (b, at_b)], [_, _]) => {
            let (a, b) = (label(Subject::Guest(*a)), label(Subject::Guest(*b)));
            return format!("Seated {a} at {} and {b} at {}", label(Subject::Table(*at_a)), label(Subject::Table(*at_b)));
        }
        (_, [lifted, one, other]) => {
            if let (Body::TableLifted { table }, Body::TablePlaced { table: a, .. }, Body::TablePlaced { table: b, .. }) =
                (&lifted.body, &one.body, &other.body)
                && table == b
            {
                return format!("Swapped tables {} and {}", label(Subject::Table(*a)), label(Subject::Table(*b)));
            }
        }
        _ => {}
    }
    let unseated: Vec<_> =
        events.iter().filter_map(|event| if let Body::GuestUnseated { guest } = event.body { Some(guest) } else { None }).collect();
    if unseated.len() == events.len() {
        return format!("Unseated {}", people(plan, &unseated));
    }
    // Removing somebody or something says what it has to undo first.
    if let Some(last) = events.last()
        && matches!(last.body, Body::GuestRemoved { .. } | Body::TableRemoved { .. } | Body::RoomRemoved { .. })
    {
        return one(plan, &last.body);
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for event in events {
        *counts.entry(event.body.kind()).or_default() += 1;
    }
    counts.into_iter().map(|(kind, count)| format!("{count} × {}", kind.replace('_', " "))).collect::<Vec<_>>().join(", ")
}

/// An instant as people read it. In UTC, and says so, until accounts have a zone.
#[must_use]
pub fn when(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |at| at.strftime("%-d %b %Y, %H:%M UTC").to_string())
}

/// A time of day, in UTC.
#[must_use]
pub fn time_of_day(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |at| at.strftime("%H:%M").to_string())
}

/// A day with its name, in UTC.
#[must_use]
pub fn long_day(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |at| at.strftime("%A, %-d %B %Y").to_string())
}

/// The day of an instant, in UTC.
#[must_use]
pub fn day(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |at| at.strftime("%-d %b").to_string())
}

/// An event in words, with the names that the plan has now.
#[must_use]
pub fn event(plan: &Plan, event: &Event) -> String {
    one(plan, &event.body)
}
