//! The history: who did what, and what taking it back would change.

use super::batches::{Batch, Told};
use super::words::{self, when};
use super::{Address, Shown};
use crate::plan::command::Role;
use crate::plan::event::{Body, Event};
use crate::plan::retract::RetractionPreview;
use crate::plan::{Plan, Position, Subject};
use askama::Template;

/// What the address asks for.
#[must_use]
pub fn is_wanted(address: &Address, events: &[Event]) -> bool {
    let Some(head) = events.first() else { return false };
    let (actor, kind) = (address.get("actor"), address.get("kind"));
    let about = |name: &str, subject: fn(u64) -> Subject| {
        address.number(name).is_none_or(|id| events.iter().any(|event| is_about(event, subject(id))))
    };
    (actor.is_empty() || &*head.actor == actor)
        && match kind {
            "uploads" => matches!(head.body, Body::UploadApplied(_)),
            "retractions" => matches!(head.body, Body::BatchRetracted(_) | Body::BatchReinstated(_)),
            "seats" => matches!(head.body, Body::GuestSeated { .. } | Body::GuestUnseated { .. }),
            "placements" => matches!(head.body, Body::TablePlaced { .. } | Body::TableLifted { .. }),
            _ => true,
        }
        && about("guest", |id| Subject::Guest(crate::plan::GuestId(id)))
        && about("table", |id| Subject::Table(crate::plan::TableId(id)))
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
    address: &'a Address,
    batches: Vec<Batch>,
    actors: Vec<String>,
    older: Option<String>,
}

impl<'a> HistoryPage<'a> {
    #[must_use]
    pub fn of(address: &'a Address, told: Told, actors: Vec<String>) -> Self {
        let older = told.older.map(|older| address.with("before", &older.to_string()).to_string());
        Self { address, batches: told.batches, actors, older }
    }

    fn is_on(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.address.get(name) == value.as_ref()
    }

    fn when(batch: &Batch) -> String {
        when(batch.recorded_at)
    }
}

#[derive(Template)]
#[template(path = "batch.html")]
pub struct BatchPage {
    batch: Batch,
    /// Each event in words, up to a hundred.
    events: Vec<String>,
    more: usize,
    /// Why there is no preview; empty where there is one.
    why_not: String,
    preview: Option<Preview>,
    is_admin: bool,
    is_open: bool,
}

struct Preview {
    position: Position,
    reversed: Vec<Shown>,
    lost: Vec<String>,
    regained: Vec<String>,
    overtaken: Vec<(String, String)>,
}

/// Events told one by one.
const TOLD: usize = 100;

impl BatchPage {
    #[must_use]
    pub fn of(plan: &Plan, batch: Batch, events: &[Event], preview: Result<&RetractionPreview, String>, role: Role) -> Self {
        let why_not = preview.as_ref().err().cloned().unwrap_or_default();
        let preview = preview.ok().map(|preview| Preview {
            position: preview.position,
            reversed: preview.reversed.iter().map(Shown::of).collect(),
            lost: preview.lost.iter().map(|lost| format!("{} by {}: {}", lost.kind.replace('_', " "), lost.actor, lost.why)).collect(),
            regained: preview
                .regained
                .iter()
                .map(|lost| format!("{} by {}: {}", lost.kind.replace('_', " "), lost.actor, lost.why))
                .collect(),
            overtaken: preview
                .overtaken
                .iter()
                .map(|over| (format!("{} {}", over.label, over.field.replace('_', " ")), over.why.clone()))
                .collect(),
        });
        Self {
            batch,
            events: events.iter().take(TOLD).map(|event| words::event(plan, event)).collect(),
            more: events.len().saturating_sub(TOLD),
            why_not,
            preview,
            is_admin: role == Role::Admin,
            is_open: role >= Role::Door,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.batch.summary.clone()
    }

    fn at(&self) -> String {
        when(self.batch.recorded_at)
    }
}
