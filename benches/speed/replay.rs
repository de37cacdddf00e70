//! A million events from SQLite to a serving plan, beside a bare loop that only reads, decodes, and keeps.

use crate::made::{open, stream};
use crate::{Line, median};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;
use tafel::ledger::Ledger;
use tafel::plan::decide;

const EVENTS: u64 = 1_000_000;
const ROUNDS: usize = 5;

pub fn run() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    stream(folder.path(), EVENTS);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(replay(folder.path()));
        bare.push(baseline(folder.path()));
    }
    let (ours, bare) = (median(ours), median(bare));
    vec![Line {
        what: "replay of 1,000,000 events from SQLite to a serving plan".into(),
        measured: format!("{ours:.0} events/s"),
        baseline: format!("{bare:.0} events/s (bare loop)"),
        ratio: Some(ours / bare),
        to_reach: "1.00",
    }]
}

fn replay(folder: &Path) -> f64 {
    let store = open(folder);
    let began = Instant::now();
    let ledger = Ledger::start(store, decide).unwrap();
    assert_eq!(ledger.snapshot().plan.position.0, EVENTS);
    EVENTS as f64 / began.elapsed().as_secs_f64()
}

#[derive(Deserialize)]
#[allow(dead_code)]
pub struct Seat {
    guest: u64,
    table: Option<u64>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
pub struct Guest {
    guest: u64,
    employee_no: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    company: Option<String>,
    department: Option<String>,
    party: Option<String>,
    diet: Option<String>,
    notes: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
pub struct Table {
    table: u64,
    spot: Option<u64>,
    number: Option<String>,
}

#[allow(dead_code)]
pub enum Typed {
    Seat(Seat),
    Guest(Box<Guest>),
    Table(Table),
    Other(String),
}

/// What the payload says, and of whom.
pub fn typed(position: i64, kind: &str, payload: &str) -> (u64, Typed) {
    match kind {
        "guest_seated" | "guest_unseated" => {
            let seat: Seat = serde_json::from_str(payload).unwrap();
            (seat.guest, Typed::Seat(seat))
        }
        "guest_stated" | "guest_changed" => {
            let guest: Guest = serde_json::from_str(payload).unwrap();
            (guest.guest, Typed::Guest(Box::new(guest)))
        }
        "table_placed" | "table_lifted" | "table_stated" => {
            let table: Table = serde_json::from_str(payload).unwrap();
            (table.table, Typed::Table(table))
        }
        _ => (position.cast_unsigned(), Typed::Other(payload.to_owned())),
    }
}

fn baseline(folder: &Path) -> f64 {
    let connection = rusqlite::Connection::open(folder.join("tafel.db")).unwrap();
    let began = Instant::now();
    let mut kept: HashMap<u64, (i64, String, [u8; 16], Typed)> = HashMap::new();
    let mut statement =
        connection.prepare("SELECT position, recorded_at, actor, batch, kind, payload FROM event ORDER BY position").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        let (kind, payload) = (row.get_ref(4).unwrap().as_str().unwrap(), row.get_ref(5).unwrap().as_str().unwrap());
        let (id, typed) = typed(row.get::<_, i64>(0).unwrap(), kind, payload);
        kept.insert(id, (row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap(), typed));
        count += 1;
    }
    assert_eq!(count, EVENTS);
    count as f64 / began.elapsed().as_secs_f64()
}
