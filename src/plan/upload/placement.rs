//! A draw, or the placement of VIP tables: tables and spots.

use super::table_words::TableWords;
use super::{Claim, Draft, Outcome, PlacementRow, Protected, Row, RowRef, Trouble, UploadKind};
use crate::plan::event::Body;
use crate::plan::id::{SpotId, Subject, TableId};
use crate::plan::value::{Code, Patch};
use std::collections::{HashMap, HashSet};

/// What a row asks for, once its words are known to the plan.
struct Placement<'a> {
    at: &'a RowRef,
    table: TableId,
    spot: Patch<SpotId>,
}

pub(super) fn assess(draft: &mut Draft<'_>, rows: &[Row<PlacementRow>]) {
    let (mut placements, tables) = (Vec::new(), TableWords::of(draft.plan));
    for row in draft.remaining(rows) {
        if let Some(placement) = resolve(draft, row, &tables) {
            placements.push(placement);
        }
    }
    refuse_claimed_twice(draft, &placements);
    refuse_taken(draft, &placements);
    placements.retain(|placement| !draft.is_refused(placement.at));
    warn_too_small(draft, &placements);

    let picked_up: Vec<TableId> =
        placements.iter().filter(|placement| placement.spot.set().is_some()).map(|placement| placement.table).collect();
    if !picked_up.is_empty() {
        draft.statements.push(Body::TablesPickedUp { tables: picked_up });
    }
    // Lifted first: what they leave may be taken by another row.
    for placement in placements.iter().filter(|placement| matches!(placement.spot, Patch::Clear)) {
        draft.statements.push(Body::TableLifted { table: placement.table });
    }
    for placement in &placements {
        if let Patch::Set(spot) = placement.spot {
            draft.statements.push(Body::TablePlaced { table: placement.table, spot, by_upload: true });
        }
        let outcome = if placement.spot.is_keep() { Outcome::Silent } else { Outcome::Taken(Subject::Table(placement.table)) };
        draft.outcomes.insert(placement.at.clone(), outcome);
    }
}

/// Looks the row's words up; what does not exist is a problem, what may not be touched is listed.
fn resolve<'r>(draft: &mut Draft<'_>, row: &'r Row<PlacementRow>, tables: &TableWords<'_>) -> Option<Placement<'r>> {
    let draws = draft.upload.kind == UploadKind::Draw;
    let table = row.value.table.as_ref().and_then(|number| tables.find(number.as_str()));
    let is_vip = table.and_then(|id| draft.plan.table(id)).is_some_and(|table| table.vip);
    // A VIP row of a draw is left out whatever it says, so whatever is wrong with it.
    if draws && is_vip {
        let label = row.value.table.as_ref().map(Code::to_string).unwrap_or_default();
        draft.protected.push(Protected { row: row.at.row, label, why: "VIP table" });
        draft.outcomes.insert(row.at.clone(), Outcome::Protected);
        return None;
    }
    if !row.problems.is_empty() {
        draft.refuse(row);
        return None;
    }
    let Some(number) = &row.value.table else {
        draft.problem(&row.at, "number", "table_missing", Trouble::TableMissing);
        return None;
    };
    let Some(table) = table else {
        draft.problem(&row.at, "number", "unknown_table", Trouble::NoTable(number.to_string()));
        return None;
    };
    if !draws && !is_vip {
        draft.problem(&row.at, "number", "not_vip", Trouble::NotVip(number.to_string()));
        return None;
    }
    let spot = match &row.value.spot {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(code) => {
            if let Some(spot) = draft.plan.spot_by_code(code.as_str()) {
                Patch::Set(spot)
            } else {
                draft.problem(&row.at, "code", "unknown_spot", Trouble::NoSpot(code.to_string()));
                return None;
            }
        }
    };
    Some(Placement { at: &row.at, table, spot })
}

fn refuse_claimed_twice(draft: &mut Draft<'_>, placements: &[Placement<'_>]) {
    let mut tables: HashMap<TableId, Vec<&RowRef>> = HashMap::new();
    let mut spots: HashMap<SpotId, Vec<&RowRef>> = HashMap::new();
    for placement in placements {
        tables.entry(placement.table).or_default().push(placement.at);
        if let Patch::Set(spot) = placement.spot {
            spots.entry(spot).or_default().push(placement.at);
        }
    }
    let plan = draft.plan;
    draft.refuse_claimed_twice(&tables, "number", "duplicate_table", |table| Claim::Table(plan.label(Subject::Table(*table))));
    draft.refuse_claimed_twice(&spots, "code", "duplicate_spot", |spot| Claim::GivenAway(plan.label(Subject::Spot(*spot))));
}

/// A spot held by a table that the file does not move is a problem, never a displacement.
fn refuse_taken(draft: &mut Draft<'_>, placements: &[Placement<'_>]) {
    let plan = draft.plan;
    loop {
        // A row that is refused moves nothing, so its table's spot is not free either.
        let moving: HashSet<TableId> = placements
            .iter()
            .filter(|placement| !placement.spot.is_keep() && !draft.is_refused(placement.at))
            .map(|placement| placement.table)
            .collect();
        let mut found = false;
        for placement in placements.iter().filter(|placement| moving.contains(&placement.table)) {
            let Patch::Set(spot) = placement.spot else { continue };
            if let Some(holder) = plan.table_on(spot).filter(|holder| !moving.contains(holder)) {
                let words = Trouble::SpotTaken { spot: plan.label(Subject::Spot(spot)), table: plan.label(Subject::Table(holder)) };
                draft.problem(placement.at, "code", "spot_taken", words);
                found = true;
            }
        }
        if !found {
            return;
        }
    }
}

fn warn_too_small(draft: &mut Draft<'_>, placements: &[Placement<'_>]) {
    let plan = draft.plan;
    for placement in placements {
        let Patch::Set(spot) = placement.spot else { continue };
        if let (Some(table), Some(spot)) = (plan.table(placement.table), plan.spot(spot))
            && spot.seats < table.seats
        {
            let words = Trouble::SpotTooSmall {
                table: table.number.to_string(),
                table_seats: table.seats.get(),
                spot: spot.code.to_string(),
                spot_seats: spot.seats.get(),
            };
            draft.warn(placement.at, "code", "spot_too_small", words);
        }
    }
}
