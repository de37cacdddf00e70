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
    now: Side,
    then: Side,
    /// Positions of the batch's own events.
    own: BTreeSet<Position>,
    /// The fields that the batch changed, and the last later event that set each.
    set_later: BTreeMap<(Subject, &'static str), (Position, Arc<str>)>,
    hindered: Vec<Hindered>,
}

/// One of the two plans. Each can be folded by a thread of its own.
#[derive(Clone)]
pub struct Side {
    batch: BatchId,
    plan: Plan,
    /// The fields that the batch changed, where it counts.
    set_by_batch: HashSet<(Subject, &'static str)>,
}

impl Side {
    fn new(batch: BatchId, plan: Plan) -> Self {
        Self { batch, plan, set_by_batch: HashSet::new() }
    }

    /// Folds the events in, and answers what became of each; `None` of those that do not count here.
    #[must_use]
    pub fn fold(&mut self, events: &[Event], counts: impl Fn(&Event) -> bool) -> Vec<Option<Effect>> {
        events.iter().map(|event| self.push(event, counts(event))).collect()
    }

    fn push(&mut self, event: &Event, counts: bool) -> Option<Effect> {
        if !counts {
            // Both stand at the same position, whether or not the event counts.
            self.plan.skip(event);
            return None;
        }
        let effect = apply(&mut self.plan, event);
        if event.batch == self.batch {
            let (plan, set) = (&self.plan, &mut self.set_by_batch);
            event.body.each_field(|subject, field| {
                if plan.touch(subject, field).is_some_and(|touch| touch.position == event.position) {
                    set.insert((subject, field));
                }
            });
        }
        Some(effect)
    }
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
            now: Side::new(batch, base.clone()),
            then: Side::new(batch, base),
            own: BTreeSet::new(),
            set_later: BTreeMap::new(),
            hindered: Vec::new(),
        }
    }

    /// The last event folded in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.now.plan.position
    }

    /// The plan as it is, and as it would be: to fold the same events into both, and then [`Comparison::note`] what became of them.
    pub fn sides(&mut self) -> (&mut Side, &mut Side) {
        (&mut self.now, &mut self.then)
    }

    /// Compares what became of the events in the two plans.
    pub fn note(&mut self, events: &[Event], now: &[Option<Effect>], then: &[Option<Effect>]) {
        for (event, effects) in events.iter().zip(now.iter().zip(then)) {
            match effects {
                (Some(now), Some(then)) => self.note_later(event, *now, *then),
                (Some(_), None) | (None, Some(_)) if event.batch == self.batch => drop(self.own.insert(event.position)),
                _ => {}
            }
        }
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
        // The batch counts in one of the two.
        let (now, then, set_later) = (&self.now.set_by_batch, &self.then.set_by_batch, &mut self.set_later);
        let set_by_batch = if now.is_empty() { then } else { now };
        if set_by_batch.is_empty() {
            return;
        }
        event.body.each_field(|subject, field| {
            if set_by_batch.contains(&(subject, field)) {
                set_later.insert((subject, field), (event.position, event.actor.clone()));
            }
        });
    }

    /// What it would change, and the plan as it would be.
    #[must_use]
    pub fn finish(self) -> (RetractionPreview, Plan) {
        let reversed = diff(&self.now.plan, &self.then.plan);
        let turned_back: HashSet<(Subject, &str)> = reversed.iter().filter_map(|change| Some((change.subject, change.field?))).collect();
        let overtaken = self
            .set_later
            .iter()
            .filter(|(key, _)| !turned_back.contains(key) && self.then.plan.touch(key.0, key.1).is_some())
            .map(|((subject, field), (position, actor))| Overtaken {
                position: *position,
                entity: subject.entity(),
                id: subject.id(),
                label: self.then.plan.label(*subject),
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
        let preview = RetractionPreview { batch: self.batch, position: self.now.plan.position, reversed, lost, regained, overtaken };
        (preview, self.then.plan)
    }

    fn overtaken_by(&self, subject: Subject, field: &str, actor: &str) -> String {
        let did = match (field, self.then.plan.shown(subject, field)) {
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
            let plan = if hindered.is_lost { &self.now.plan } else { &self.then.plan };
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
