//! Durable commands of one event through the ledger, and whether they cost more behind a long stream.

use crate::made::{Cast, open, party, stream};
use crate::{Line, median};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tafel::ledger::{Ledger, now};
use tafel::plan::command::{Ask, Command, Conditions, Request};
use tafel::plan::{BatchId, GuestPatch, Patch, Text, decide};
use uuid::Uuid;

pub const CLIENTS: usize = 64;
const ROUNDS: usize = 5;
pub const ROUND: Duration = Duration::from_millis(1_500);

pub fn run() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    let cast = Arc::new(party(folder.path()));
    let ledger = Ledger::start(open(folder.path()), decide).unwrap();
    let bare_folder = tempfile::tempdir().unwrap();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        bare.push(one_transaction_each(bare_folder.path(), round));
        ours.push(through(&ledger, &cast));
    }
    let (ours, bare) = (median(ours), median(bare));
    vec![Line {
        what: "durable one-event commands through the ledger, 64 client tasks".into(),
        measured: format!("{ours:.0}/s"),
        baseline: format!("{bare:.0}/s (rusqlite, one transaction per event)"),
        ratio: Some(ours / bare),
        to_reach: "8",
    }]
}

/// A command that always has one event: another note for one of the client's own guests.
fn note(cast: &Cast, client: usize, number: u64) -> Request {
    let own = cast.guests.len() / CLIENTS;
    let guest = cast.guests[client * own + usize::try_from(number).unwrap() % own];
    let set = GuestPatch { notes: Patch::Set(Text::parse(&format!("note {number}")).unwrap()), ..GuestPatch::default() };
    let ask = Ask::Commands(vec![Command::ChangeGuest { guest, set: Box::new(set) }]);
    Request { id: BatchId(Uuid::now_v7()), actor: Arc::from("berta"), at: now(), conditions: Conditions::default(), ask }
}

/// Commands per second.
pub fn through(ledger: &Ledger, cast: &Arc<Cast>) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let done = Arc::new(AtomicU64::new(0));
    let seed = ledger.snapshot().plan.position.0;
    let began = Instant::now();
    runtime.block_on(async {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (ledger, cast, done) = (ledger.clone(), cast.clone(), done.clone());
                tokio::spawn(async move {
                    let mut number = seed;
                    while began.elapsed() < ROUND {
                        number += 1;
                        let answer = ledger.submit(note(&cast, client, number)).await.unwrap();
                        assert_eq!(answer.events.len(), 1);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.unwrap();
        }
    });
    done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

fn one_transaction_each(folder: &Path, round: usize) -> f64 {
    let connection = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    let table = "CREATE TABLE IF NOT EXISTS event (position INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, actor TEXT NOT NULL, batch BLOB NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL) STRICT";
    connection.execute(table, []).unwrap();
    let mut insert = connection
        .prepare("INSERT INTO event (recorded_at, actor, batch, kind, payload) VALUES (?1, 'berta', ?2, 'guest_changed', ?3)")
        .unwrap();
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < ROUND {
        count += 1;
        let batch = Uuid::now_v7();
        insert.execute((now().0, batch.as_bytes().as_slice(), format!("{{\"guest\":{count},\"notes\":\"note {round}\"}}"))).unwrap();
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}

/// The cost of a command behind 10,000 and behind 1,000,000 events.
pub fn growth() -> Vec<Line> {
    let (short_folder, long_folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let short_cast = Arc::new(stream(short_folder.path(), 10_000));
    let long_cast = Arc::new(stream(long_folder.path(), 1_000_000));
    let short = Ledger::start(open(short_folder.path()), decide).unwrap();
    let long = Ledger::start(open(long_folder.path()), decide).unwrap();
    let (mut behind_short, mut behind_long) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        behind_short.push(through(&short, &short_cast));
        behind_long.push(through(&long, &long_cast));
    }
    let (short, long) = (median(behind_short), median(behind_long));
    vec![Line {
        what: "a command behind 1,000,000 events, beside one behind 10,000".into(),
        measured: format!("{:.1} µs", 1e6 / long),
        baseline: format!("{:.1} µs", 1e6 / short),
        ratio: Some(short / long),
        to_reach: "0.80 to 1.20",
    }]
}
