//! Retraction: the plan with and without a batch, and what that would change for whom.

use super::diff::{Change, ChangeKind, diff};
use super::event::{Event, Reversed};
use super::evolve::{Why, apply};
use super::id::{BatchId, Position, Subject};
use super::state::Plan;
use serde::{Serialize, Serializer};
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
    #[schema(value_type = String)]
    pub why: Cause,
}

/// Why a later event comes to nothing, or has its effect again, by the names that people use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    #[error("the {entity} was added by this batch")]
    Added { entity: &'static str },
    #[error("the {entity} is added by this batch")]
    AddedAgain { entity: &'static str },
    #[error("{entity} {label} is not in the plan without this batch")]
    Gone { entity: &'static str, label: String },
    #[error("{entity} {label} is in the plan again")]
    ThereAgain { entity: &'static str, label: String },
    #[error("VIP table {table} stands on {spot}")]
    HeldByVip { table: String, spot: String },
    #[error("it does not say enough to create what was added before")]
    Incomplete,
}

/// What somebody has done with a field since, and who.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{did} later, by {actor}; stays")]
pub struct Since {
    pub did: Did,
    pub actor: Arc<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Did {
    #[error("placed on {0}")]
    Placed(String),
    #[error("lifted")]
    Lifted,
    #[error("seated at {0}")]
    Seated(String),
    #[error("unseated")]
    Unseated,
    #[error("set to {0}")]
    Set(String),
    #[error("cleared")]
    Cleared,
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Since {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
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
    #[schema(value_type = String)]
    pub why: Since,
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

/// The plan as it would be, while the events since the batch are folded into it. The plan as it is knows itself what
/// became of each event, so nothing is folded into that one again but the batch.
#[derive(Clone)]
pub struct Comparison {
    batch: BatchId,
    /// The last event before the batch.
    base: Position,
    /// The plan as it is, as far as the batch goes.
    now: Plan,
    /// The plan as it would be.
    then: Plan,
    /// Positions of the batch's own events.
    own: BTreeSet<Position>,
    /// The fields that the batch changed, where it counts.
    set_by_batch: HashSet<(Subject, &'static str)>,
    /// Of these, the last later event that set each.
    set_later: BTreeMap<(Subject, &'static str), (Position, Arc<str>)>,
}

/// Whether a later event has its effect only with the batch, or only without it.
#[derive(Clone, Copy, PartialEq)]
enum Becomes {
    Lost,
    Regained,
}

impl Comparison {
    /// `base` is the plan before the batch's first event, which counts in one of the two plans and not in the other.
    #[must_use]
    pub fn new(batch: BatchId, base: Plan) -> Self {
        Self {
            batch,
            base: base.position,
            now: base.clone(),
            then: base,
            own: BTreeSet::new(),
            set_by_batch: HashSet::new(),
            set_later: BTreeMap::new(),
        }
    }

    /// The last event folded in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.then.position
    }

    /// Folds the next events in; the two say which of them count as things are, and as they would be.
    pub fn fold(&mut self, events: &[Event], counts_now: impl Fn(&Event) -> bool, counts_then: impl Fn(&Event) -> bool) {
        for event in events {
            let is_own = event.batch == self.batch;
            if counts_then(event) {
                apply(&mut self.then, event);
            } else {
                self.then.skip(event);
            }
            if is_own {
                self.note_own(event, counts_now(event), counts_then(event));
            } else if counts_then(event) && !self.set_by_batch.is_empty() {
                let (set_by_batch, set_later) = (&self.set_by_batch, &mut self.set_later);
                event.body.each_field(|subject, field| {
                    if set_by_batch.contains(&(subject, field)) {
                        set_later.insert((subject, field), (event.position, event.actor.clone()));
                    }
                });
            }
        }
    }

    fn note_own(&mut self, event: &Event, counts_now: bool, counts_then: bool) {
        // A batch's events follow one another, so that nothing of others is missing here.
        if counts_now {
            apply(&mut self.now, event);
        }
        if counts_now == counts_then {
            return;
        }
        self.own.insert(event.position);
        let (plan, set) = (if counts_now { &self.now } else { &self.then }, &mut self.set_by_batch);
        event.body.each_field(|subject, field| {
            if plan.touch(subject, field).is_some_and(|touch| touch.position == event.position) {
                set.insert((subject, field));
            }
        });
    }

    /// What it would change in the plan as it is, which must stand at the same position; and the plan as it would be.
    #[must_use]
    pub fn finish(self, present: &Plan) -> (RetractionPreview, Plan) {
        let reversed = diff(present, &self.then);
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
                why: self.since(*subject, field, actor),
            })
            .collect();
        let lost = self.hindered_only_in(&self.then, present, Becomes::Lost);
        let regained = self.hindered_only_in(present, &self.then, Becomes::Regained);
        let preview = RetractionPreview { batch: self.batch, position: present.position, reversed, lost, regained, overtaken };
        (preview, self.then)
    }

    /// The later events that come to nothing in one plan, and have their effect in the other.
    fn hindered_only_in(&self, plan: &Plan, other: &Plan, becomes: Becomes) -> Vec<Lost> {
        let later = plan.hindered.range(self.base.next()..);
        let only_here = later.filter(|&(position, _)| !other.hindered.contains_key(position) && !self.own.contains(position));
        only_here
            .map(|(position, hindered)| Lost {
                position: *position,
                actor: plan.actor_named(hindered.actor).unwrap_or_default(),
                kind: hindered.kind,
                // Whichever plan has the subject can say what people call it.
                why: self.cause(hindered.why, other, becomes),
            })
            .collect()
    }

    fn since(&self, subject: Subject, field: &str, actor: &Arc<str>) -> Since {
        let did = match (field, self.then.shown(subject, field)) {
            ("spot", Some(spot)) => Did::Placed(spot),
            ("spot", None) => Did::Lifted,
            ("table", Some(table)) => Did::Seated(table),
            ("table", None) => Did::Unseated,
            (_, Some(value)) => Did::Set(value),
            (_, None) => Did::Cleared,
        };
        Since { did, actor: actor.clone() }
    }

    fn cause(&self, why: Why, plan: &Plan, becomes: Becomes) -> Cause {
        let is_lost = becomes == Becomes::Lost;
        match why {
            Why::Gone(subject) => {
                let (entity, label) = (subject.entity(), plan.label(subject));
                match (self.own.contains(&Position(subject.id())), is_lost) {
                    (true, true) => Cause::Added { entity },
                    (true, false) => Cause::AddedAgain { entity },
                    (false, true) => Cause::Gone { entity, label },
                    (false, false) => Cause::ThereAgain { entity, label },
                }
            }
            Why::HeldByVip { spot, table } => {
                Cause::HeldByVip { table: plan.label(Subject::Table(table)), spot: plan.label(Subject::Spot(spot)) }
            }
            Why::Incomplete => Cause::Incomplete,
        }
    }
}
