//! The history: who did what, and what taking it back would change.

use super::batches::{Batch, Told};
use super::drawn::Drawn;
use super::kinds::{cause, kind, since};
use super::words::{self, long_day, time_of_day, when};
use super::{Address, Shown};
use crate::lang::{Reader, T, field};
use crate::plan::command::Role;
use crate::plan::diff::{Change, ChangeKind};
use crate::plan::event::{Body, Event};
use crate::plan::mail::MailEvent;
use crate::plan::retract::RetractionPreview;
use crate::plan::{Plan, Position, Room, SpotId, Subject, TableId};
use askama::Template;
use std::collections::BTreeMap;

/// What the address asks for.
#[must_use]
pub fn is_wanted(address: &Address, events: &[Event]) -> bool {
    let Some(head) = events.first() else { return false };
    let (actor, kind) = (address.get("actor"), address.get("kind"));
    let kind_is = |wanted: &[&str]| events.iter().any(|event| wanted.iter().any(|prefix| event.body.kind().starts_with(prefix)));
    let about = |name: &str, subject: fn(u64) -> Subject| {
        address.number(name).is_none_or(|id| events.iter().any(|event| is_about(event, subject(id))))
    };
    (actor.is_empty() || &*head.actor == actor)
        && match kind {
            "uploads" => matches!(head.body, Body::UploadApplied(_)),
            "retractions" => matches!(head.body, Body::BatchRetracted(_) | Body::BatchReinstated(_)),
            "seats" => matches!(head.body, Body::GuestSeated { .. } | Body::GuestUnseated { .. }),
            "guests" => kind_is(&["guest_added", "guest_changed", "guest_removed", "guest_stated"]),
            "tables" => kind_is(&["table_added", "table_changed", "table_removed", "table_stated"]),
            "floor" => kind_is(&["room_", "spot_"]),
            "arrivals" => kind_is(&["guest_arrived", "guest_arrival"]),
            "reports" => kind_is(&["report_"]),
            "mail" => kind_is(&["mail_template_", "mail_batch_", "mail_decided", "list_printed"]),
            "letters" => kind_is(&["mail_"]),
            "placements" => matches!(head.body, Body::TablePlaced { .. } | Body::TableLifted { .. }),
            // Letters by the thousand would hide what people did; they have a kind of their own.
            _ => !is_letter(events),
        }
        && about("guest", |id| Subject::Guest(crate::plan::GuestId(id)))
        && about("table", |id| Subject::Table(crate::plan::TableId(id)))
}

/// A step on the way of a letter, which nobody has asked for one by one.
#[must_use]
pub fn is_letter(events: &[Event]) -> bool {
    let is_step = |event: &Event| match &event.body {
        Body::Mail(mail) => !matches!(
            **mail,
            MailEvent::BatchStarted { .. }
                | MailEvent::BatchPaused { .. }
                | MailEvent::BatchResumed { .. }
                | MailEvent::BatchStopped { .. }
                | MailEvent::Retried { .. }
                | MailEvent::Decided { .. }
        ),
        _ => false,
    };
    !events.is_empty() && events.iter().all(is_step)
}

fn is_about(event: &Event, subject: Subject) -> bool {
    let mut is_about = match (&event.body, subject) {
        (Body::GuestSeated { table, .. } | Body::TableRemoved { table }, Subject::Table(wanted)) => *table == wanted,
        (Body::GuestRemoved { guest }, Subject::Guest(wanted)) => *guest == wanted,
        _ => false,
    };
    event.body.each_field(|said, _| is_about |= said == subject);
    is_about
}

#[derive(Template)]
#[template(path = "history.html")]
pub struct HistoryPage<'a> {
    t: T,
    address: &'a Address,
    /// By day, newest first.
    days: Vec<(String, Vec<Batch>)>,
    /// Whom or what it is about, where that is asked for.
    about: Option<String>,
    actors: Vec<String>,
    older: Option<String>,
}

impl<'a> HistoryPage<'a> {
    #[must_use]
    pub fn of(address: &'a Address, plan: &Plan, t: T, told: Told) -> Self {
        let older = told.older.map(|older| address.with("before", &older.to_string()).to_string());
        let mut days: Vec<(String, Vec<Batch>)> = Vec::new();
        for batch in told.batches {
            let day = long_day(t, batch.recorded_at);
            match days.last_mut().filter(|(last, _)| *last == day) {
                Some((_, batches)) => batches.push(batch),
                None => days.push((day, vec![batch])),
            }
        }
        let guest = address.number("guest").map(|id| plan.label(Subject::Guest(crate::plan::GuestId(id))));
        let about = guest.or_else(|| address.number("table").map(|id| plan.label(Subject::Table(crate::plan::TableId(id)))));
        Self { t, address, days, about, actors: plan.actors(), older }
    }

    /// The same without whom or what it is about.
    fn about_all(&self) -> String {
        self.address.with("guest", "").with("table", "").to_string()
    }

    /// What can be chosen, and what it is called.
    fn kinds(&self) -> Vec<(&'static str, String)> {
        vec![
            ("", self.t.everything()),
            ("seats", self.t.who_sits_where()),
            ("placements", self.t.tables_on_spots()),
            ("guests", self.t.kind_of_guests()),
            ("tables", self.t.kind_of_tables()),
            ("floor", self.t.rooms_and_spots()),
            ("uploads", self.t.kind_of_uploads()),
            ("retractions", self.t.taken_brought()),
            ("arrivals", self.t.kind_of_arrivals()),
            ("reports", self.t.kind_of_reports()),
            ("mail", self.t.kind_of_mail()),
            ("letters", self.t.kind_of_letters()),
        ]
    }

    fn is_on(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.address.get(name) == value.as_ref()
    }

    fn when(batch: &Batch) -> String {
        time_of_day(batch.recorded_at)
    }
}

#[derive(Template)]
#[template(path = "batch.html")]
pub struct BatchPage<'a> {
    t: T,
    batch: Batch,
    /// Each event in words, up to a hundred.
    events: Vec<String>,
    more: usize,
    /// Why there is no preview; empty where there is one.
    why_not: String,
    preview: Option<Preview<'a>>,
    is_admin: bool,
    is_open: bool,
}

/// A room as it is and as it would be, where tables would stand elsewhere.
struct TwoRooms<'a> {
    room: &'a Room,
    drawings: [(String, Vec<Drawn<'a>>); 2],
}

fn two_rooms<'a>(plan: &'a Plan, t: T, changes: &[Change]) -> Vec<TwoRooms<'a>> {
    // Where tables would stand that stand elsewhere now; a spot of which nobody is left is free.
    let mut moved: BTreeMap<TableId, Option<SpotId>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.field == Some("spot")) {
        if let Subject::Table(table) = change.subject {
            moved.insert(table, change.after.as_deref().and_then(|code| plan.spot_by_code(code)));
        }
    }
    // A table that would not be there any more stands nowhere.
    for change in changes.iter().filter(|change| change.change == ChangeKind::Removed) {
        if let Subject::Table(table) = change.subject {
            moved.insert(table, None);
        }
    }
    let arriving: BTreeMap<SpotId, TableId> = moved.iter().filter_map(|(table, spot)| Some(((*spot)?, *table))).collect();
    let then_on = |spot: SpotId| arriving.get(&spot).copied().or_else(|| plan.table_on(spot).filter(|table| !moved.contains_key(table)));
    let rooms = plan.rooms.values().filter(|room| plan.spots_in(room.id).any(|spot| then_on(spot) != plan.table_on(spot)));
    let draw = |room: &'a Room| {
        let spots = || plan.spots_in(room.id).filter_map(|spot| plan.spot(spot));
        let is_changed = |spot: SpotId| then_on(spot) != plan.table_on(spot);
        let now = spots().map(|spot| Drawn::with(plan, spot, plan.table_on(spot.id)).marked(is_changed(spot.id))).collect();
        let then = spots().map(|spot| Drawn::with(plan, spot, then_on(spot.id)).marked(is_changed(spot.id))).collect();
        TwoRooms { room, drawings: [(t.drawn_now(), now), (t.drawn_then(), then)] }
    };
    rooms.map(|room| draw(room)).collect()
}

struct Preview<'a> {
    position: Position,
    rooms: Vec<TwoRooms<'a>>,
    reversed: Vec<Shown>,
    lost: Vec<String>,
    regained: Vec<String>,
    overtaken: Vec<(String, String)>,
}

/// Events told one by one.
const TOLD: usize = 100;

impl<'a> BatchPage<'a> {
    #[must_use]
    pub fn of(plan: &'a Plan, batch: Batch, events: &[Event], preview: Result<&RetractionPreview, String>, reader: Reader) -> Self {
        let t = reader.lang.texts();
        let why_not = preview.as_ref().err().cloned().unwrap_or_default();
        let preview = preview.ok().map(|preview| Preview {
            position: preview.position,
            rooms: two_rooms(plan, t, &preview.reversed),
            reversed: preview.reversed.iter().map(|change| Shown::of(t, change)).collect(),
            lost: preview.lost.iter().map(|lost| t.kind_and_actor(kind(t, lost.kind), lost.actor.as_ref(), cause(t, &lost.why))).collect(),
            regained: preview
                .regained
                .iter()
                .map(|lost| t.kind_and_actor(kind(t, lost.kind), lost.actor.as_ref(), cause(t, &lost.why)))
                .collect(),
            overtaken: preview
                .overtaken
                .iter()
                .map(|over| (format!("{} {}", over.label, field(t, over.field)), since(t, &over.why)))
                .collect(),
        });
        Self {
            t,
            batch,
            events: events.iter().take(TOLD).map(|event| words::event(plan, t, event)).collect(),
            more: events.len().saturating_sub(TOLD),
            why_not,
            preview,
            is_admin: reader.role == Role::Admin,
            is_open: reader.role >= Role::Door,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.batch.summary.clone()
    }

    fn at(&self) -> String {
        when(self.t, self.batch.recorded_at)
    }
}
