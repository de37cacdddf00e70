//! A list that was exported from this plan and comes back: of each row, only what the person changed in it counts.
//!
//! What others changed meanwhile is not turned back. Where both changed the same field, the person decides.

use super::identity::{by_identity, full_name, guest_name};
use super::{Draft, GuestRow, Row, Rows, Upload};
use crate::plan::guest::Guest;
use crate::plan::guest::GuestPatch;
use crate::plan::id::{GuestId, Subject};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::value::{Code, Key, Patch};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a row of an exported list was exported as.
#[derive(Debug, Clone, PartialEq)]
pub struct Since {
    pub guest: GuestId,
    pub label: String,
    /// Of each field that the file says something new about, what the plan said when it was exported. Of a field of the
    /// plan's own by its header.
    pub was: BTreeMap<Code, Option<String>>,
}

/// A field that both the file and somebody else have changed since the export.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conflict {
    pub row: u32,
    pub id: u64,
    pub label: String,
    pub field: String,
    /// When it was exported.
    pub before: Option<String>,
    /// What the plan says by now.
    pub theirs: Option<String>,
    pub actor: String,
    /// What the file says.
    pub mine: Option<String>,
    /// Whether the file's value was chosen; else the plan's stays.
    pub ticked: bool,
}

/// A field of a row: `12:company`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldRef {
    pub row: u32,
    pub field: String,
}

impl FromStr for FieldRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(row, field)| Some((row.trim().parse().ok()?, field.trim())));
        let (row, field) = parts.ok_or_else(|| format!("{text:?} is no field of a row: write 12:company"))?;
        Ok(Self { row, field: field.to_owned() })
    }
}

/// The list without what it says as the plan said it when it was exported. Other uploads stay as they are.
#[must_use]
pub fn against(upload: &Upload, base: &Plan) -> Upload {
    let Rows::Guests(rows) = &upload.rows else { return upload.clone() };
    let mut by_name: HashMap<String, Vec<GuestId>> = HashMap::new();
    for guest in base.guests.values() {
        by_name.entry(guest_name(guest)).or_default().push(guest.id);
    }
    let reduce = |row: &Row<GuestRow>| {
        let set = &row.value.set;
        let named = || match by_name.get(&full_name(set.first_name.set(), set.last_name.set())).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        };
        // A name tells only those apart who have neither number nor address; whoever has one is somebody new.
        let has_none = |guest: &&Guest| guest.employee_no.is_none() && guest.email.is_none();
        let guest = by_identity(base, set).and_then(|id| base.guest(id));
        let guest = guest.or_else(|| named().and_then(|id| base.guest(id)).filter(has_none));
        Row {
            at: row.at.clone(),
            value: guest.map_or_else(|| row.value.clone(), |guest| reduced(&row.value, base, guest)),
            problems: row.problems.clone(),
            unknown: row.unknown.clone(),
        }
    };
    Upload { rows: Rows::Guests(rows.iter().map(reduce).collect()), ..upload.clone() }
}

fn reduced(row: &GuestRow, base: &Plan, guest: &Guest) -> GuestRow {
    let subject = Subject::Guest(guest.id);
    let same = |said: &Patch<String>, field: &str| match said {
        Patch::Keep => true,
        Patch::Clear => base.shown(subject, field).is_none(),
        Patch::Set(text) => base.shown(subject, field).is_some_and(|shown| Key::of(&shown) == Key::of(text)),
    };
    let mut set = row.set.against(guest);
    // Each field of the plan's own for itself: what stands there as it was exported is no statement.
    if let Patch::Set(extra) = &mut set.extra {
        extra.retain(|name, value| guest.extra.get(name) != value.as_ref());
        if extra.is_empty() {
            set.extra = Patch::Keep;
        }
    }
    let link = if same(&text(&row.plus_one_of), "plus_one_of") { Patch::Keep } else { row.plus_one_of.clone() };
    let table = if same(&text(&row.table), "table") { Patch::Keep } else { row.table.clone() };
    let mut was: BTreeMap<Code, Option<String>> = BTreeMap::new();
    for name in set.names().filter(|name| *name != "extra") {
        was.insert(Code::stored(name), base.shown(subject, name));
    }
    for name in own(&set) {
        was.insert(name.clone(), guest.extra.get(name).map(ToString::to_string));
    }
    for (name, is_said) in [("plus_one_of", !link.is_keep()), ("table", !table.is_keep())] {
        if is_said {
            was.insert(Code::stored(name), base.shown(subject, name));
        }
    }
    let since = Since { guest: guest.id, label: guest.label(), was };
    GuestRow { set, plus_one_of: link, table, since: Some(Arc::new(since)) }
}

/// The plan's own fields that a row says something about.
fn own(set: &GuestPatch) -> impl Iterator<Item = &Code> {
    set.extra.set().into_iter().flat_map(BTreeMap::keys)
}

fn text(patch: &Patch<impl ToString>) -> Patch<String> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(value) => Patch::Set(value.to_string()),
    }
}

/// The row without the fields that somebody else has changed since the export, unless the file's value was chosen.
pub(super) fn settle(draft: &mut Draft<'_>, row: &Row<GuestRow>) -> GuestRow {
    let mut value = row.value.clone();
    let Some(since) = &row.value.since else { return value };
    let plan = draft.plan;
    let Some(guest) = plan.guest(since.guest) else { return value };
    let mut wished = guest.clone();
    wished.apply(&value.set, Touch::default());
    for (field, before) in since.was.iter().filter(|(field, _)| field.as_str() != "table") {
        let is_own = own(&row.value.set).any(|name| name == field);
        let (theirs, mine) = match field.as_str() {
            _ if is_own => {
                let shown = |guest: &Guest| guest.extra.get(field).map(ToString::to_string);
                (shown(guest), shown(&wished))
            }
            "plus_one_of" => (plan.shown(Subject::Guest(guest.id), "plus_one_of"), value.plus_one_of.set().map(ToString::to_string)),
            name => (guest.shown(name), wished.shown(name)),
        };
        if theirs == *before || theirs == mine {
            continue;
        }
        let field = field.as_str().to_owned();
        let ticked = draft.choices.mine.contains(&FieldRef { row: row.at.row, field: field.clone() });
        let touch = guest.touch(if is_own { "extra" } else { &field });
        let actor = touch.map(|touch| plan.actor(touch).to_owned()).unwrap_or_default();
        if !ticked {
            match &mut value.set.extra {
                Patch::Set(extra) if is_own => {
                    extra.remove(&Code::stored(&field));
                }
                _ if field == "plus_one_of" => value.plus_one_of = Patch::Keep,
                _ => value.set.keep(&field),
            }
        }
        let (id, label) = (since.guest.0, guest.label());
        draft.conflicts.push(Conflict { row: row.at.row, id, label, field, before: before.clone(), theirs, actor, mine, ticked });
    }
    value
}
