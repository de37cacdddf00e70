//! A guest list: who is meant by each row, and what it says of them.

use super::identity::{ByName, by_identity, describe, has_name, has_the_name, identify, warn_of_doubles};
use super::merge::settle;
use super::plus_one::Names;
use super::shared::Shared;
use super::table_words::TableWords;
use super::{Claim, Draft, GuestRow, Missing, Move, Outcome, Row, RowRef, Trouble};
use crate::plan::event::Body;
use crate::plan::guest::{Guest, GuestPatch};
use crate::plan::id::{GuestId, Subject, TableId};
use crate::plan::value::{Code, Key, Patch, Rsvp};
use std::collections::{HashMap, HashSet};

/// A row, and the guest whom it means.
pub(super) struct Meant<'a> {
    pub(super) at: &'a RowRef,
    pub(super) row: &'a GuestRow,
    /// The id that the guest has, or will have.
    pub(super) id: GuestId,
    pub(super) is_new: bool,
}

pub(super) fn assess(draft: &mut Draft<'_>, rows: &[Row<GuestRow>]) {
    let by_name = ByName::of(draft.plan, rows);
    list_missing(draft, rows, &by_name);
    let (mut settled, mut shared) = (Vec::new(), Shared::default());
    for row in draft.sound(rows) {
        let row = &*shared.of_their_own(draft, row);
        if let Some(known) = identify(draft, row, &by_name) {
            let value = settle(draft, row);
            settled.push((Row { at: row.at.clone(), value, problems: Vec::new(), unknown: Vec::new() }, known));
        }
    }
    let mut identified: Vec<(&Row<GuestRow>, Option<GuestId>)> = settled.iter().map(|(row, known)| (row, *known)).collect();
    refuse_meant_twice(draft, &identified);
    refuse_taken(draft, &identified);
    identified.retain(|(row, _)| !draft.is_refused(&row.at));
    warn_of_doubles(draft, &identified, &by_name);

    // The rows that remain are all stated, in their order, so their positions are known now.
    let first = draft.first_statement();
    let meant: Vec<Meant<'_>> = (first..)
        .zip(identified)
        .map(|(position, (row, known))| Meant {
            at: &row.at,
            row: &row.value,
            id: known.unwrap_or(GuestId(position)),
            is_new: known.is_none(),
        })
        .collect();
    let ids: HashMap<&RowRef, GuestId> = meant.iter().map(|guest| (guest.at, guest.id)).collect();
    let links = Names::of(draft.plan, &meant);
    let seats = seating(draft, &meant);
    for guest in &meant {
        let mut set = guest.row.set.clone();
        set.plus_one_of = links.link(draft, guest);
        if set.plus_one_of.is_keep()
            && let Some(leader) = shared.leader(guest, &ids)
        {
            set.plus_one_of = Patch::Set(leader);
        }
        let table = seats.get(guest.at).cloned().unwrap_or_default();
        draft.statements.push(Body::GuestStated { guest: guest.id, set: Box::new(set), table });
        // A row without a seat at a full table is refused; it keeps its place, so that the others keep theirs.
        if draft.is_refused(guest.at) {
            draft.refused.insert(Subject::Guest(guest.id));
        } else {
            draft.outcomes.insert(guest.at.clone(), Outcome::Taken(Subject::Guest(guest.id)));
        }
    }
}

/// Two rows must not mean the same guest, nor two new guests share a number or an address.
fn refuse_meant_twice(draft: &mut Draft<'_>, identified: &[(&Row<GuestRow>, Option<GuestId>)]) {
    let mut meant: HashMap<GuestId, Vec<&RowRef>> = HashMap::new();
    let mut numbers: HashMap<Key, Vec<&RowRef>> = HashMap::new();
    let mut emails: HashMap<Key, Vec<&RowRef>> = HashMap::new();
    for (row, known) in identified {
        if let Some(id) = known {
            meant.entry(*id).or_default().push(&row.at);
        }
    }
    let plan = draft.plan;
    draft.refuse_claimed_twice(&meant, "employee_no", "duplicate_guest", |id| Claim::Guest(plan.label(Subject::Guest(*id))));
    // Rows that mean the same guest say the same number; once is enough.
    for (row, _) in identified.iter().filter(|(row, _)| !draft.is_refused(&row.at)) {
        if let Some(number) = row.value.set.employee_no.set() {
            numbers.entry(Key::of(number.as_str())).or_default().push(&row.at);
        }
        if let Some(email) = row.value.set.email.set() {
            emails.entry(Key::of(email.as_str())).or_default().push(&row.at);
        }
    }
    draft.refuse_claimed_twice(&numbers, "employee_no", "duplicate_employee_no", |number| Claim::EmployeeNo(number.as_str().to_owned()));
    draft.refuse_claimed_twice(&emails, "email", "duplicate_email", |email| Claim::Email(email.as_str().to_owned()));
}

/// A number or an address that belongs to somebody whom the file does not give another one.
fn refuse_taken(draft: &mut Draft<'_>, identified: &[(&Row<GuestRow>, Option<GuestId>)]) {
    let plan = draft.plan;
    let stated: HashMap<GuestId, &GuestPatch> = identified.iter().filter_map(|(row, known)| Some(((*known)?, &row.value.set))).collect();
    let removed: HashSet<GuestId> = draft.choices.remove.iter().map(|id| GuestId(*id)).collect();
    for (row, known) in identified {
        let set = &row.value.set;
        if let Some(number) = set.employee_no.set()
            && let Some(holder) = plan.guest_by_employee_no(number.as_str()).filter(|holder| Some(*holder) != *known)
            && !removed.contains(&holder)
            && stated.get(&holder).is_none_or(|set| set.employee_no.is_keep())
        {
            let holder = plan.guest(holder).map(describe).unwrap_or_default();
            let words = Trouble::NumberTaken { number: number.to_string(), holder };
            draft.problem(&row.at, "employee_no", "employee_no_taken", words);
        }
        if let Some(email) = set.email.set()
            && let Some(holder) = plan.guest_by_email(email.as_str()).filter(|holder| Some(*holder) != *known)
            && !removed.contains(&holder)
            && stated.get(&holder).is_none_or(|set| set.email.is_keep())
        {
            let holder = plan.guest(holder).map(describe).unwrap_or_default();
            let words = Trouble::EmailTaken { email: email.to_string(), holder };
            draft.problem(&row.at, "email", "email_taken", words);
        }
    }
}

/// Who the plan has and the file has not; removed if ticked.
fn list_missing(draft: &mut Draft<'_>, rows: &[Row<GuestRow>], by_name: &ByName) {
    let plan = draft.plan;
    let mut listed: HashSet<GuestId> = HashSet::new();
    for row in rows {
        let set = &row.value.set;
        if let Some(since) = &row.value.since {
            listed.insert(since.guest);
        } else if let Some(known) = by_identity(plan, set) {
            listed.insert(known);
            if plan.guest(known).is_some_and(|guest| !has_the_name(guest, set)) {
                // It may be about somebody who shares the address.
                listed.extend(by_name.namesakes(set));
            }
        } else if has_name(set) {
            listed.extend(by_name.who_may_be(plan, set));
        }
    }
    for (id, guest) in plan.guests.iter().filter(|(id, _)| !listed.contains(id)) {
        draft.missing.push(Missing { entity: "guest", id: id.0, label: guest.label() });
        if draft.choices.remove.contains(&id.0) {
            if guest.table.is_some() {
                draft.removals.push(Body::GuestUnseated { guest: *id });
            }
            draft.removals.push(Body::GuestRemoved { guest: *id });
        }
    }
}

/// Where each row's guest is to sit, by row.
fn seating(draft: &mut Draft<'_>, meant: &[Meant<'_>]) -> HashMap<RowRef, Patch<TableId>> {
    let plan = draft.plan;
    let tables = TableWords::of(plan);
    let mut stated = HashMap::new();
    let mut leaving: HashSet<GuestId> = draft.choices.remove.iter().map(|id| GuestId(*id)).collect();
    for guest in meant {
        let now = plan.guest(guest.id).filter(|_| !guest.is_new);
        let table = wish(draft, guest, now, &tables);
        if !table.is_keep() && now.is_some_and(|now| Patch::from(now.table) != table) {
            leaving.insert(guest.id);
        }
        stated.insert(guest.at.clone(), table);
    }
    refuse_full(draft, meant, &stated, &leaving);
    stated
}

/// What the row says about its guest's seat, as far as it may have its way.
fn wish(draft: &mut Draft<'_>, guest: &Meant<'_>, now: Option<&Guest>, tables: &TableWords<'_>) -> Patch<TableId> {
    let plan = draft.plan;
    let seated = now.and_then(|now| now.table);
    let rsvp = guest.row.set.rsvp.set().copied().or(now.map(|now| now.rsvp)).unwrap_or_default();
    let number = match &guest.row.table {
        Patch::Set(number) => number,
        Patch::Clear => return cleared(draft, guest, seated),
        // Who declines gives up the seat, as by a form.
        Patch::Keep if guest.row.set.rsvp == Patch::Set(Rsvp::Declined) && seated.is_some() => return Patch::Clear,
        Patch::Keep => return Patch::Keep,
    };
    let Some(table) = tables.find(number.as_str()) else {
        draft.problem(guest.at, "table", "unknown_table", Trouble::NoTable(number.to_string()));
        return Patch::Keep;
    };
    if rsvp == Rsvp::Declined {
        draft.warn(guest.at, "table", "guest_declined", Trouble::Declined);
        return if seated.is_some() { Patch::Clear } else { Patch::Keep };
    }
    match seated {
        Some(elsewhere) if elsewhere != table => {
            // Whoever was moved in an exported list, and by nobody else since, is moved on purpose.
            let was = guest.row.since.as_ref().and_then(|since| since.was.get(&Code::stored("table")));
            if was.is_some_and(|was| was.as_deref() == Some(plan.label(Subject::Table(elsewhere)).as_str())) {
                return Patch::Set(table);
            }
            let ticked = draft.choices.moves.contains(guest.at) || draft.choices.moves.contains(&RowRef { sheet: None, row: guest.at.row });
            draft.moves.push(Move {
                row: guest.at.row,
                id: guest.id.0,
                label: plan.label(Subject::Guest(guest.id)),
                before: plan.label(Subject::Table(elsewhere)),
                after: plan.label(Subject::Table(table)),
                ticked,
            });
            if ticked { Patch::Set(table) } else { Patch::Keep }
        }
        _ => Patch::Set(table),
    }
}

/// A dash under the table: the seat is given up, unless others have moved the guest since the list was exported.
fn cleared(draft: &mut Draft<'_>, guest: &Meant<'_>, seated: Option<TableId>) -> Patch<TableId> {
    let plan = draft.plan;
    let was = guest.row.since.as_ref().and_then(|since| since.was.get(&Code::stored("table")));
    let now = seated.map(|table| plan.label(Subject::Table(table)));
    if was.is_none_or(|was| *was == now) {
        return Patch::Clear;
    }
    let ticked = draft.choices.moves.contains(guest.at) || draft.choices.moves.contains(&RowRef { sheet: None, row: guest.at.row });
    let (label, before) = (plan.label(Subject::Guest(guest.id)), now.unwrap_or_default());
    draft.moves.push(Move { row: guest.at.row, id: guest.id.0, label, before, after: "–".to_owned(), ticked });
    if ticked { Patch::Clear } else { Patch::Keep }
}

/// Rows whose guest finds no free seat once everybody whom the file moves away has left.
fn refuse_full(draft: &mut Draft<'_>, meant: &[Meant<'_>], stated: &HashMap<RowRef, Patch<TableId>>, leaving: &HashSet<GuestId>) {
    let plan = draft.plan;
    let mut free: HashMap<TableId, i64> = HashMap::new();
    for guest in meant {
        let Some(Patch::Set(table)) = stated.get(guest.at) else { continue };
        let sits_there = !guest.is_new && plan.guest(guest.id).is_some_and(|now| now.table == Some(*table));
        if sits_there {
            continue;
        }
        let Some(there) = plan.table(*table) else { continue };
        let seats = i64::from(there.seats.get());
        let free = free.entry(*table).or_insert_with(|| {
            let staying = plan.guests_at(*table).filter(|id| !leaving.contains(id)).count();
            seats.saturating_sub(i64::try_from(staying).unwrap_or(i64::MAX))
        });
        *free -= 1;
        if *free < 0 {
            let words = Trouble::Full { table: there.number.to_string(), seats: there.seats.get(), more: -*free };
            draft.problem(guest.at, "table", "table_full", words);
        }
    }
}
