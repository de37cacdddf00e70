//! Retraction: the plan with and without a batch, folded side by side, and what that would change for whom.

use super::diff::{Change, ChangeKind, diff};
use super::event::{Event, Reversed};
use super::evolve::{Effect, Why, apply};
use super::id::{BatchId, Position, Subject};
use super::state::Plan;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use utoipa::ToSchema;

/// What taking a batch back, or bringing it back, changes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RetractionPreview {
    pub batch: BatchId,
    /// The plan that it was computed against; of a retraction that was done, the position of its own event.
    pub position: Position,
    /// What changes in the plan.
    pub reversed: Vec<Change>,
    /// Later events that no longer have an effect.
    pub lost: Vec<Lost>,
    /// Later events that have an effect again.
    pub regained: Vec<Lost>,
    /// What the batch did and somebody changed or stated since, so that it stays as it is.
    pub overtaken: Vec<Overtaken>,
}

/// A later event whose effect depends on the batch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Lost {
    pub position: Position,
    #[schema(value_type = String)]
    pub actor: Arc<str>,
    pub kind: &'static str,
    pub why: String,
}

/// A field that the batch set and a later event set again.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Overtaken {
    /// Of the later event.
    pub position: Position,
    pub entity: &'static str,
    pub id: u64,
    pub label: String,
    pub field: &'static str,
    pub why: String,
}

impl RetractionPreview {
    /// Whether both would do the same, wherever the stream stands.
    #[must_use]
    pub fn same_effect(&self, other: &Self) -> bool {
        let Self { batch, position: _, reversed, lost, regained, overtaken } = self;
        (batch, reversed, lost, regained, overtaken) == (&other.batch, &other.reversed, &other.lost, &other.regained, &other.overtaken)
    }

    /// The fields that it turns back, as its event records them.
    #[must_use]
    pub fn reversed_fields(&self) -> Vec<Reversed> {
        let mut fields: BTreeMap<Subject, Vec<Arc<str>>> = BTreeMap::new();
        for change in self.reversed.iter().filter(|change| change.change != ChangeKind::Removed) {
            let names = fields.entry(change.subject).or_default();
            names.extend(change.field.map(Arc::from));
        }
        fields.into_iter().map(|(subject, fields)| Reversed { subject, fields }).collect()
    }
}

/// The two plans, while the events since the batch are folded into both.
#[derive(Clone)]
pub struct Comparison {
    batch: BatchId,
    now: Plan,
    then: Plan,
    /// Positions of the batch's own events.
    own: BTreeSet<Position>,
    /// The fields that the batch changed, and the last later event that set each.
    set_by_batch: HashSet<(Subject, &'static str)>,
    set_later: BTreeMap<(Subject, &'static str), (Position, Arc<str>)>,
    hindered: Vec<Hindered>,
}

/// A later event that has its effect in one of the two plans only.
#[derive(Clone)]
struct Hindered {
    position: Position,
    actor: Arc<str>,
    kind: &'static str,
    why: Why,
    /// In the plan to come; otherwise in today's.
    is_lost: bool,
}

impl Comparison {
    /// `base` is the plan before the first event that is void in one of the two and not in the other.
    #[must_use]
    pub fn new(batch: BatchId, base: Plan) -> Self {
        Self {
            batch,
            now: base.clone(),
            then: base,
            own: BTreeSet::new(),
            set_by_batch: HashSet::new(),
            set_later: BTreeMap::new(),
            hindered: Vec::new(),
        }
    }

    /// The last event folded in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.now.position
    }

    /// Folds the next event into whichever plan it counts in.
    pub fn push(&mut self, event: &Event, counts_now: bool, counts_then: bool) {
        let now = counts_now.then(|| apply(&mut self.now, event));
        let then = counts_then.then(|| apply(&mut self.then, event));
        // Both stand at the same position, whether or not the event counts.
        self.now.skip(event);
        self.then.skip(event);
        match (now, then) {
            (Some(now), Some(then)) => self.note_later(event, now, then),
            (Some(_), None) | (None, Some(_)) if event.batch == self.batch => self.note_own(event, counts_now),
            _ => {}
        }
    }

    fn note_own(&mut self, event: &Event, counts_now: bool) {
        self.own.insert(event.position);
        let plan = if counts_now { &self.now } else { &self.then };
        let set = &mut self.set_by_batch;
        event.body.each_field(|subject, field| {
            if plan.touch(subject, field).is_some_and(|touch| touch.position == event.position) {
                set.insert((subject, field));
            }
        });
    }

    fn note_later(&mut self, event: &Event, now: Effect, then: Effect) {
        let hindrance = match (now.hindrance(), then.hindrance()) {
            (None, Some(why)) => Some((why, true)),
            (Some(why), None) => Some((why, false)),
            _ => None,
        };
        if let Some((why, is_lost)) = hindrance {
            let (position, actor, kind) = (event.position, event.actor.clone(), event.body.kind());
            self.hindered.push(Hindered { position, actor, kind, why, is_lost });
        }
        if self.set_by_batch.is_empty() {
            return;
        }
        let (set_by_batch, set_later) = (&self.set_by_batch, &mut self.set_later);
        event.body.each_field(|subject, field| {
            if set_by_batch.contains(&(subject, field)) {
                set_later.insert((subject, field), (event.position, event.actor.clone()));
            }
        });
    }

    /// What it would change, and the plan as it would be.
    #[must_use]
    pub fn finish(self) -> (RetractionPreview, Plan) {
        let reversed = diff(&self.now, &self.then);
        let turned_back: HashSet<(Subject, &str)> = reversed.iter().filter_map(|change| Some((change.subject, change.field?))).collect();
        let overtaken = self
            .set_later
            .iter()
            .filter(|(key, _)| !turned_back.contains(key) && self.then.touch(key.0, key.1).is_some())
            .map(|((subject, field), (position, actor))| Overtaken {
                position: *position,
                entity: subject.entity(),
                id: subject.id(),
                label: self.then.label(*subject),
                field,
                why: self.overtaken_by(*subject, field, actor),
            })
            .collect();
        let words = |hindered: &Hindered| Lost {
            position: hindered.position,
            actor: hindered.actor.clone(),
            kind: hindered.kind,
            why: self.words(hindered),
        };
        let lost = self.hindered.iter().filter(|hindered| hindered.is_lost).map(words).collect();
        let regained = self.hindered.iter().filter(|hindered| !hindered.is_lost).map(words).collect();
        let preview = RetractionPreview { batch: self.batch, position: self.now.position, reversed, lost, regained, overtaken };
        (preview, self.then)
    }

    fn overtaken_by(&self, subject: Subject, field: &str, actor: &str) -> String {
        let did = match (field, self.then.shown(subject, field)) {
            ("spot", Some(spot)) => format!("placed on {spot}"),
            ("spot", None) => "lifted".to_owned(),
            ("table", Some(table)) => format!("seated at {table}"),
            ("table", None) => "unseated".to_owned(),
            (_, Some(value)) => format!("set to {value}"),
            (_, None) => "cleared".to_owned(),
        };
        format!("{did} later, by {actor}; stays")
    }

    fn words(&self, hindered: &Hindered) -> String {
        // Whichever plan has the subject can say what people call it.
        let label = |subject: Subject| {
            let plan = if hindered.is_lost { &self.now } else { &self.then };
            plan.label(subject)
        };
        match hindered.why {
            Why::Gone(subject) if self.own.contains(&Position(subject.id())) => {
                let added = if hindered.is_lost { "was added by this batch" } else { "is added by this batch" };
                format!("the {} {added}", subject.entity())
            }
            Why::Gone(subject) if hindered.is_lost => {
                format!("{} {} is not in the plan without this batch", subject.entity(), label(subject))
            }
            Why::Gone(subject) => format!("{} {} is in the plan again", subject.entity(), label(subject)),
            Why::HeldByVip { spot, table } => {
                format!("VIP table {} stands on {}", label(Subject::Table(table)), label(Subject::Spot(spot)))
            }
            Why::Incomplete => "it does not say enough to create what was added before".to_owned(),
        }
    }
}
