//! A list of tables.

use super::{Claim, Draft, Missing, Outcome, Row, RowRef, Trouble};
use crate::plan::decide::table_removal;
use crate::plan::event::Body;
use crate::plan::id::{Subject, TableId};
use crate::plan::table::TablePatch;
use crate::plan::value::{Key, Patch};
use std::collections::{HashMap, HashSet};

pub(super) fn assess(draft: &mut Draft<'_>, rows: &[Row<TablePatch>]) {
    let plan = draft.plan;
    list_missing(draft, rows);
    let sound = draft.sound(rows);
    let mut claims: HashMap<Key, Vec<&RowRef>> = HashMap::new();
    for row in &sound {
        match row.value.number.set() {
            Some(number) => claims.entry(Key::of(number.as_str())).or_default().push(&row.at),
            None => draft.problem(&row.at, "number", "number_missing", Trouble::NoNumber),
        }
    }
    draft.refuse_claimed_twice(&claims, "number", "duplicate_table", |number| Claim::Table(number.as_str().to_owned()));
    for row in &sound {
        check_seats(draft, row);
    }

    let first = draft.first_statement();
    for row in sound {
        let Some(number) = row.value.number.set().filter(|_| !draft.is_refused(&row.at)) else { continue };
        let position = first + draft.statements.len() as u64;
        let known = plan.table_by_number(number.as_str());
        let table = known.unwrap_or(TableId(position));
        let mut set = row.value.clone();
        if known.is_none() && set.seats.set().is_none() {
            set.seats = Patch::Set(plan.about.default_seats);
        }
        draft.statements.push(Body::TableStated { table, set: Box::new(set) });
        draft.outcomes.insert(row.at.clone(), Outcome::Taken(Subject::Table(table)));
    }
}

fn check_seats(draft: &mut Draft<'_>, row: &Row<TablePatch>) {
    let plan = draft.plan;
    let Some(seats) = row.value.seats.set() else { return };
    let Some(table) = row.value.number.set().and_then(|number| plan.table_by_number(number.as_str())).and_then(|id| plan.table(id)) else {
        return;
    };
    let seated = plan.seated_at(table.id);
    if seats.get() < seated && *seats < table.seats {
        let words = Trouble::TooFewSeats { table: table.number.to_string(), seated, seats: seats.get() };
        draft.problem(&row.at, "seats", "too_few_seats", words);
    }
}

fn list_missing(draft: &mut Draft<'_>, rows: &[Row<TablePatch>]) {
    let plan = draft.plan;
    let listed: HashSet<TableId> =
        rows.iter().filter_map(|row| row.value.number.set()).filter_map(|number| plan.table_by_number(number.as_str())).collect();
    for (id, table) in plan.tables.iter().filter(|(id, _)| !listed.contains(id)) {
        draft.missing.push(Missing { entity: "table", id: id.0, label: table.label() });
        if draft.choices.remove.contains(&id.0) {
            draft.removals.extend(table_removal(plan, *id));
        }
    }
}
