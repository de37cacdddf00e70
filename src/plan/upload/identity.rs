//! Who is meant by a row of a guest list: by the keys that both have, then by name; and who may be meant without being it.

use super::merge::Since;
use super::{Draft, GuestRow, LIKELY_DOUBLE, Outcome, Row, Trouble};
use crate::plan::guest::{Guest, GuestPatch};
use crate::plan::id::GuestId;
use crate::plan::state::Plan;
use crate::plan::value::{Code, Email, EmployeeNo, Key, Patch, Text};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

/// The guest who has the row's employee number, or else its address.
pub(super) fn by_identity(plan: &Plan, set: &GuestPatch) -> Option<GuestId> {
    let by_number = set.employee_no.set().and_then(|number| plan.guest_by_employee_no(number.as_str()));
    by_number.or_else(|| {
        let holder = plan.guest_by_email(set.email.set()?.as_str())?;
        // Two employee numbers are two people, whatever address they share.
        let other = set.employee_no.set().is_some() && plan.guest(holder)?.employee_no.is_some();
        (!other).then_some(holder)
    })
}

/// The guests of the plan by name; made only where a row is not known by a number or an address.
pub(super) struct ByName(HashMap<String, Vec<GuestId>>);

impl ByName {
    pub(super) fn of(plan: &Plan, rows: &[Row<GuestRow>]) -> Self {
        let mut names: HashMap<String, Vec<GuestId>> = HashMap::new();
        let is_known = |row: &Row<GuestRow>| {
            by_identity(plan, &row.value.set).and_then(|id| plan.guest(id)).is_some_and(|guest| has_the_name(guest, &row.value.set))
        };
        if !rows.iter().all(is_known) {
            for guest in plan.guests.values() {
                names.entry(guest_name(guest)).or_default().push(guest.id);
            }
        }
        Self(names)
    }

    /// Everybody of the name.
    pub(super) fn namesakes(&self, set: &GuestPatch) -> &[GuestId] {
        self.0.get(&full_name(set.first_name.set(), set.last_name.set())).map_or(&[], Vec::as_slice)
    }

    /// Everybody of the name who has no other number and no other address than the row says: of several those in its party, or else in
    /// its company, if there are any.
    pub(super) fn who_may_be(&self, plan: &Plan, set: &GuestPatch) -> Vec<GuestId> {
        let guests = || self.namesakes(set).iter().filter_map(|id| plan.guest(*id)).filter(|guest| !contradicts(guest, set));
        let all: Vec<GuestId> = guests().map(|guest| guest.id).collect();
        if all.len() < 2 {
            return all;
        }
        let same = |said: Option<&str>, now: Option<&str>| said.is_some_and(|said| now.is_some_and(|now| folded(said) == folded(now)));
        let party = |guest: &&Guest| same(set.party.set().map(Code::as_str), guest.party.as_ref().map(Code::as_str));
        let company = |guest: &&Guest| same(set.company.set().map(Text::as_str), guest.company.as_ref().map(Text::as_str));
        let in_party: Vec<GuestId> = guests().filter(party).map(|guest| guest.id).collect();
        if !in_party.is_empty() {
            return in_party;
        }
        let in_company: Vec<GuestId> = guests().filter(company).map(|guest| guest.id).collect();
        if in_company.is_empty() { all } else { in_company }
    }
}

/// Whether the row gives the guest no other name.
pub(super) fn has_the_name(guest: &Guest, set: &GuestPatch) -> bool {
    !has_name(set) || full_name(set.first_name.set(), set.last_name.set()) == guest_name(guest)
}

/// Whether the guest has another number or another address than the row.
fn contradicts(guest: &Guest, set: &GuestPatch) -> bool {
    let other = |said: Option<&str>, now: Option<&str>| said.zip(now).is_some_and(|(said, now)| Key::of(said) != Key::of(now));
    other(set.employee_no.set().map(EmployeeNo::as_str), guest.employee_no.as_ref().map(EmployeeNo::as_str))
        || other(set.email.set().map(Email::as_str), guest.email.as_ref().map(Email::as_str))
}

fn has_identity(set: &GuestPatch) -> bool {
    set.employee_no.set().is_some() || set.email.set().is_some()
}

/// Whom the row means: somebody, nobody yet, or (`None`) it cannot be told.
pub(super) fn identify(draft: &mut Draft<'_>, row: &Row<GuestRow>, by_name: &ByName) -> Option<Option<GuestId>> {
    let plan = draft.plan;
    let set = &row.value.set;
    if let Some(since) = &row.value.since {
        return since_export(draft, row, since);
    }
    let known = by_identity(plan, set);
    if known.is_none() && !has_name(set) {
        let (field, code, words) = if has_identity(set) {
            ("first_name", "name_missing", Trouble::NameNeeded)
        } else {
            ("employee_no", "nobody", Trouble::Nobody)
        };
        draft.problem(&row.at, field, code, words);
        return None;
    }
    if let Some(known) = known {
        if plan.guest(known).is_some_and(|guest| !keeps_a_name(guest, set)) {
            draft.problem(&row.at, "first_name", "name_missing", Trouble::NameMustRemain);
            return None;
        }
        return Some(Some(known));
    }
    // A list that brings a new number or address meets guests who have none yet.
    match by_name.who_may_be(plan, set).as_slice() {
        [] => Some(None),
        [one] => Some(Some(*one)),
        several => {
            let people: Vec<String> = several.iter().filter_map(|id| plan.guest(*id)).map(describe).collect();
            let people = super::listed(people.iter());
            let words = Trouble::AmbiguousName { count: several.len(), people };
            draft.problem(&row.at, "last_name", "ambiguous_name", words);
            None
        }
    }
}

/// Whom an exported row means: whom it meant then, unless that guest is gone.
fn since_export(draft: &mut Draft<'_>, row: &Row<GuestRow>, since: &Since) -> Option<Option<GuestId>> {
    let plan = draft.plan;
    match plan.guest(since.guest) {
        Some(guest) if !keeps_a_name(guest, &row.value.set) => {
            draft.problem(&row.at, "first_name", "name_missing", Trouble::NameMustRemain);
            None
        }
        Some(_) => Some(Some(since.guest)),
        None if since.was.is_empty() => {
            draft.warn(&row.at, "last_name", "guest_removed", Trouble::StaysRemoved { label: since.label.clone() });
            draft.outcomes.insert(row.at.clone(), Outcome::Silent);
            None
        }
        None => {
            let words = Trouble::Removed { label: since.label.clone() };
            draft.problem(&row.at, "last_name", "guest_removed", words);
            None
        }
    }
}

/// A guest, told apart from namesakes.
pub(super) fn describe(guest: &Guest) -> String {
    let known_by = guest.employee_no.as_ref().map(ToString::to_string).or_else(|| guest.email.as_ref().map(ToString::to_string));
    let party = guest.party.as_ref().map(|party| format!("party {party}"));
    let words: Vec<String> = known_by.into_iter().chain(party).collect();
    if words.is_empty() { format!("{} (no. {})", guest.label(), guest.id) } else { format!("{} ({})", guest.label(), words.join(", ")) }
}

/// Whether a name is left after the row has cleared what it clears.
fn keeps_a_name(guest: &Guest, set: &GuestPatch) -> bool {
    let left = |said: &Patch<Text>, now: bool| said.set().is_some() || (said.is_keep() && now);
    left(&set.first_name, guest.first_name.is_some()) || left(&set.last_name, guest.last_name.is_some())
}

pub(super) fn has_name(set: &GuestPatch) -> bool {
    set.first_name.set().is_some() || set.last_name.set().is_some()
}

/// With so many rows of the same name each further one is compared.
const NAMESAKES: usize = 10;

/// New guests who may be somebody else of the plan or of the file: nobody is added twice without a word. Two employee numbers are two
/// people, whatever they are called; so are two addresses in one file.
pub(super) fn warn_of_doubles(draft: &mut Draft<'_>, identified: &[(&Row<GuestRow>, Option<GuestId>)], by_name: &ByName) {
    let plan = draft.plan;
    let mut of_the_file: HashMap<String, Vec<&Row<GuestRow>>> = HashMap::new();
    for (row, _) in identified.iter().filter(|(row, known)| known.is_none() && row.value.since.is_none()) {
        let set = &row.value.set;
        let number = set.employee_no.set();
        let namesakes = by_name.namesakes(set).iter().filter_map(|id| plan.guest(*id));
        let people: Vec<String> = namesakes.filter(|guest| number.is_none() || guest.employee_no.is_none()).map(describe).collect();
        if !people.is_empty() {
            draft.warn(&row.at, "last_name", LIKELY_DOUBLE, Trouble::MayBe(super::listed(people.iter())));
        }
        let before = of_the_file.entry(full_name(set.first_name.set(), set.last_name.set())).or_default();
        if let Some(first) = before.iter().find(|first| !are_two(&first.value.set, set)) {
            draft.warn(&row.at, "last_name", LIKELY_DOUBLE, Trouble::MayBeRow(first.at.row));
        }
        // Of a name that hundreds have, the first few are enough.
        if before.len() < NAMESAKES {
            before.push(row);
        }
    }
}

/// Whether two rows are certainly about two people.
fn are_two(one: &GuestPatch, other: &GuestPatch) -> bool {
    (one.employee_no.set().is_some() && other.employee_no.set().is_some()) || (one.email.set().is_some() && other.email.set().is_some())
}

/// A name to compare by: composed, without case and without signs that nobody sees, blanks run together.
pub(super) fn full_name(first: Option<&Text>, last: Option<&Text>) -> String {
    let names: Vec<&str> = first.into_iter().chain(last).map(Text::as_str).collect();
    folded(&names.join(" "))
}

pub(super) fn guest_name(guest: &Guest) -> String {
    full_name(guest.first_name.as_ref(), guest.last_name.as_ref())
}

/// Most names are as they should be, so that nothing is computed for them.
pub(super) fn folded(text: &str) -> String {
    let plain = if text.is_ascii() {
        text.to_lowercase()
    } else {
        text.nfc().filter(|char| !is_invisible(*char)).collect::<String>().to_lowercase()
    };
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks of width nothing, of direction, and of where a word may be broken.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
