//! What differs between two plans, in words that a page can show.

use super::id::{GuestId, Subject};
use super::state::{PLAN_FIELDS, Plan};
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

/// One difference: a subject that came or went, or one field of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Change {
    pub change: ChangeKind,
    pub entity: &'static str,
    /// `null` where the subject has no id yet.
    pub id: Option<u64>,
    /// What people call the subject.
    pub label: String,
    /// `null` where the whole subject came or went.
    pub field: Option<&'static str>,
    pub before: Option<String>,
    pub after: Option<String>,
    #[serde(skip)]
    pub subject: Subject,
}

/// Every difference between the two plans, by kind of subject, id and field.
#[must_use]
pub fn diff(before: &Plan, after: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    for field in PLAN_FIELDS {
        push_changed(&mut changes, before, after, Subject::Plan, field);
    }
    let mut who_is_there_changed = false;
    each(&before.guests, &after.guests, |id, old, new| {
        who_is_there_changed |= old.is_none() || new.is_none();
        subject(&mut changes, before, after, Subject::Guest(id), old.zip(new).map(|(old, new)| new.differing(old)), new.is_some());
    });
    if who_is_there_changed {
        relinked(&mut changes, before, after);
    }
    each(&before.tables, &after.tables, |id, old, new| {
        subject(&mut changes, before, after, Subject::Table(id), old.zip(new).map(|(old, new)| new.differing(old)), new.is_some());
    });
    each(&before.rooms, &after.rooms, |id, old, new| {
        subject(&mut changes, before, after, Subject::Room(id), old.zip(new).map(|(old, new)| new.differing(old)), new.is_some());
    });
    each(&before.spots, &after.spots, |id, old, new| {
        subject(&mut changes, before, after, Subject::Spot(id), old.zip(new).map(|(old, new)| new.differing(old)), new.is_some());
    });
    each(&before.templates, &after.templates, |id, old, new| {
        subject(&mut changes, before, after, Subject::Template(id), old.zip(new).map(|(old, new)| new.differing(old)), new.is_some());
    });
    changes
}

/// Calls back for each entry that is not the very same in both; shared structure is skipped.
fn each<K: Ord + Copy, V: PartialEq>(
    before: &OrdMap<K, Arc<V>>,
    after: &OrdMap<K, Arc<V>>,
    mut call: impl FnMut(K, Option<&V>, Option<&V>),
) {
    for item in before.diff(after) {
        match item {
            DiffItem::Add(key, new) => call(*key, None, Some(new)),
            DiffItem::Update { old: (key, old), new: (_, new) } => call(*key, Some(old), Some(new)),
            DiffItem::Remove(key, old) => call(*key, Some(old), None),
        }
    }
}

fn subject(changes: &mut Vec<Change>, before: &Plan, after: &Plan, subject: Subject, differing: Option<Vec<&'static str>>, is_after: bool) {
    if let Some(fields) = differing {
        for field in fields {
            push_changed(changes, before, after, subject, field);
        }
    } else {
        let (change, plan) = if is_after { (ChangeKind::Added, after) } else { (ChangeKind::Removed, before) };
        changes.push(Change {
            change,
            entity: subject.entity(),
            id: Some(subject.id()),
            label: plan.label(subject),
            field: None,
            before: None,
            after: None,
            subject,
        });
    }
}

fn push_changed(changes: &mut Vec<Change>, before: &Plan, after: &Plan, subject: Subject, field: &'static str) {
    let (old, new) = (before.shown(subject, field), after.shown(subject, field));
    // A link to somebody who is gone is none, so it can differ and be the same.
    if let (Subject::Guest(id), "plus_one_of") = (subject, field)
        && let (Some(guest), Some(new)) = (before.guest(id), after.guest(id))
        && before.plus_one_of(guest) == after.plus_one_of(new)
    {
        return;
    }
    // Two guests or tables of one name are still two: what is shown may be equal although the field is not.
    if subject == Subject::Plan && old == new {
        return;
    }
    changes.push(Change {
        change: ChangeKind::Changed,
        entity: subject.entity(),
        id: Some(subject.id()),
        label: after.label(subject),
        field: Some(field),
        before: old,
        after: new,
        subject,
    });
}

/// Guests whose own record is the same, but whom they accompany came or went.
fn relinked(changes: &mut Vec<Change>, before: &Plan, after: &Plan) {
    for (id, guest) in &after.guests {
        let Some(leader) = guest.plus_one_of else { continue };
        let same_record = before.guest(*id).is_some_and(|old| old.plus_one_of == guest.plus_one_of);
        let there = |plan: &Plan, id: GuestId| plan.guests.contains_key(&id);
        if same_record && there(before, leader) != there(after, leader) {
            push_changed(changes, before, after, Subject::Guest(*id), "plus_one_of");
        }
    }
}
