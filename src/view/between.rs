//! What changed between here and there: per guest, table, room and spot, by whom, and from which batch.

use super::words::{civil_day, day, when};
use super::{Address, Shown};
use crate::lang::T;
use crate::plan::diff::{Change, ChangeKind, diff};
use crate::plan::{Guest, Landmark, Mark, Plan, Position, Room, Spot, Table, Template as MailTemplate, Touch};
use askama::Template;
use std::collections::BTreeMap;

/// A change, and who made it.
struct Line {
    shown: Shown,
    actor: String,
    when: String,
    /// Of the event that made it; none where what it was about is gone.
    position: Option<Position>,
}

/// A subject with all that changed about it.
struct Subject {
    label: String,
    href: String,
    lines: Vec<Line>,
}

/// A place to begin or to end at.
struct Stop {
    position: Position,
    words: String,
}

#[derive(Template)]
#[template(path = "changes.html")]
pub struct ChangesPage<'a> {
    t: T,
    address: &'a Address,
    from: Position,
    to: Position,
    newest: Position,
    from_when: String,
    to_when: String,
    kinds: Vec<(&'static str, String, usize)>,
    subjects: Vec<Subject>,
    more: usize,
    count: usize,
    stops: Vec<Stop>,
}

/// So many subjects are listed.
const LISTED: usize = 400;
/// So many retractions can be begun from.
const RETRACTIONS: usize = 20;

/// Where the page begins when nobody says: with the newest day.
#[must_use]
pub fn usual_start(plan: &Plan) -> Position {
    let landmarks = plan.landmarks.by_day(civil_day);
    let day = landmarks.iter().rfind(|landmark| matches!(landmark.mark, Mark::Quarter(_)));
    day.map_or(Position(0), |day| Position(day.position.0.saturating_sub(1)))
}

impl<'a> ChangesPage<'a> {
    #[must_use]
    pub fn of(address: &'a Address, t: T, now: &Plan, before: &Plan, after: &Plan) -> Self {
        let changes = diff(before, after);
        let count = changes.len();
        let entity = address.get("what");
        let mut kinds = vec![
            ("guest", t.guests(), 0),
            ("table", t.tables(), 0),
            ("spot", t.spots(), 0),
            ("room", t.rooms(), 0),
            ("plan", t.the_plan(), 0),
        ];
        let mut subjects: BTreeMap<(&str, u64), Vec<&Change>> = BTreeMap::new();
        for change in &changes {
            if let Some(kind) = kinds.iter_mut().find(|(kind, ..)| *kind == change.entity) {
                kind.2 += 1;
            }
            if entity.is_empty() || change.entity == entity {
                subjects.entry((change.entity, change.id.unwrap_or_default())).or_default().push(change);
            }
        }
        let more = subjects.len().saturating_sub(LISTED);
        // Days and uploads are what people remember; of retractions the newest few.
        let mut retractions = 0;
        let is_stop = move |landmark: &&Landmark| {
            retractions += usize::from(landmark.mark == Mark::Retraction);
            landmark.mark != Mark::Retraction || retractions <= RETRACTIONS
        };
        let stops = now.landmarks.by_day(civil_day).into_iter().rev().filter(is_stop).take(200).map(|landmark| Stop {
            position: Position(landmark.position.0.saturating_sub(1)),
            words: match &landmark.mark {
                Mark::Quarter(_) => t.begin_of(day(t, landmark.recorded_at)),
                Mark::Upload(file) => t.before_upload(file.as_str()),
                Mark::Retraction => t.before_retraction(when(t, landmark.recorded_at)),
            },
        });
        Self {
            t,
            address,
            from: before.position,
            to: after.position,
            newest: now.position,
            from_when: if before.position.0 == 0 { t.the_beginning() } else { when(t, before.recorded_at) },
            to_when: when(t, after.recorded_at),
            kinds,
            subjects: subjects.into_values().take(LISTED).map(|changes| subject(t, after, &changes)).collect(),
            more,
            count,
            stops: stops.collect(),
        }
    }

    fn is_on(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.address.get(name) == value.as_ref()
    }

    fn between(&self) -> String {
        let to = if self.is_now() { self.t.now_word() } else { self.to_when.clone() };
        self.t.between_words(self.from_when.as_str(), to)
    }

    fn is_now(&self) -> bool {
        self.to == self.newest
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
    fn is_stop(&self, position: &Position) -> bool {
        self.stops.iter().any(|stop| stop.position == *position)
    }

    fn is_from(&self, stop: &Stop) -> bool {
        stop.position == self.from
    }

    fn is_to(&self, stop: &Stop) -> bool {
        stop.position == self.to
    }
}

fn subject(t: T, after: &Plan, changes: &[&Change]) -> Subject {
    let lines = changes.iter().map(|change| {
        let touch = match (change.change, change.field) {
            (ChangeKind::Removed, _) => None,
            (_, Some(field)) => after.touch(change.subject, field),
            // Whoever added it has touched all of it; the earliest touch that is left is theirs.
            (_, None) => earliest(after, change.subject),
        };
        Line {
            shown: Shown::of(t, change),
            actor: touch.map(|touch| after.actor(touch).to_owned()).unwrap_or_default(),
            when: touch.map(|touch| when(t, touch.recorded_at)).unwrap_or_default(),
            position: touch.map(|touch| touch.position).filter(|position| position.0 > 0),
        }
    });
    let lines: Vec<Line> = lines.collect();
    let (label, href) = lines.first().map(|line| (line.shown.label.clone(), line.shown.href.clone())).unwrap_or_default();
    Subject { label, href, lines }
}

/// The first change of any of the subject's fields that nobody has changed since.
fn earliest(plan: &Plan, subject: crate::plan::Subject) -> Option<Touch> {
    let fields: &[&str] = match subject {
        crate::plan::Subject::Plan => return None,
        crate::plan::Subject::Guest(_) => Guest::FIELDS,
        crate::plan::Subject::Table(_) => Table::FIELDS,
        crate::plan::Subject::Room(_) => Room::FIELDS,
        crate::plan::Subject::Spot(_) => Spot::FIELDS,
        crate::plan::Subject::Template(_) => MailTemplate::FIELDS,
    };
    fields.iter().filter_map(|field| plan.touch(subject, field)).min_by_key(|touch| touch.position)
}
