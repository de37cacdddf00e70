//! Three real instances on PostgreSQL, which are paused, killed, and have their clocks put forward; then the database is restored.
//!
//! The simulation among the quick tests tries far more; this one sees that what it simulates is so.

use crate::harness::postgres::{postgres, shared};
use crate::harness::process::Process;
use crate::harness::server::{Client, add_tokens};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tafel::ledger::now;
use tafel::plan::command::Role;
use tempfile::TempDir;
use uuid::Uuid;

const INSTANCES: usize = 3;
const CLIENTS: usize = 8;
const TABLES: usize = 2;
const GUESTS: usize = 12;
const LASTING: Duration = Duration::from_secs(40);
/// How long a client waits for an answer before it asks another instance.
const PATIENCE: Duration = Duration::from_millis(900);
/// How long a request is good for.
const GOOD_FOR_US: i64 = 2_500_000;

/// The library that has a process see another time than it is.
fn faketime() -> String {
    let found = ["x86_64", "aarch64"].map(|machine| format!("/usr/lib/{machine}-linux-gnu/faketime/libfaketime.so.1"));
    found.into_iter().find(|path| Path::new(path).exists()).expect("libfaketime is missing: tests/run.sh installs it")
}

/// An instance on a machine with a clock of its own.
struct Machine {
    folder: TempDir,
    url: String,
    process: Mutex<Option<Process>>,
}

impl Machine {
    fn start(url: &str) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), url: url.to_owned(), process: Mutex::default() };
        machine.set_clock(0);
        machine.go_on();
        machine
    }

    fn go_on(&self) {
        let clock = self.folder.path().join("clock").display().to_string();
        let variables = [
            ("LD_PRELOAD", faketime()),
            ("FAKETIME_TIMESTAMP_FILE", clock),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        *self.process.lock() = Some(Process::start_with(self.folder.path(), &self.url, &variables));
    }

    fn kill(&self) {
        self.process.lock().take().unwrap().kill();
    }

    /// Puts the clock forward by so many seconds, or right again.
    fn set_clock(&self, ahead_s: i64) {
        let (file, new) = (self.folder.path().join("clock"), self.folder.path().join("clock.new"));
        std::fs::write(&new, format!("+{ahead_s}s\n")).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    fn address(&self) -> Option<SocketAddr> {
        self.process.lock().as_ref().map(|process| process.address)
    }
}

/// What a client was told of a request in the end.
enum Told {
    Done(u64),
    RefusedForGood,
}

/// Seats and unseats guests, at whichever instance answers; answers what it was told of each request.
fn seat(machines: &[Machine], token: &str, ids: &[u64], number: usize, over: &AtomicBool) -> Vec<(Uuid, Told)> {
    let (mut rng, mut told) = (fastrand::Rng::with_seed(number as u64), Vec::new());
    while !over.load(Ordering::Relaxed) {
        let (tables, guests) = ids.split_at(TABLES);
        let (id, guest, table) = (Uuid::now_v7(), guests[rng.usize(..GUESTS)], tables[rng.usize(..TABLES)]);
        let command = match rng.u8(..2) {
            0 => json!({"type": "seat_guest", "guest": guest, "table": table}),
            _ => json!({"type": "unseat_guest", "guest": guest}),
        };
        let expires_at = jiff::Timestamp::from_microsecond(now().0 + GOOD_FOR_US).unwrap().to_string();
        let body = json!({"id": id, "command": command, "expires_at": expires_at}).to_string().into_bytes();
        loop {
            let Some(address) = machines[rng.usize(..INSTANCES)].address() else { continue };
            let client = Client::waiting(address, Some(token.to_owned()), PATIENCE);
            let Ok(answer) = client.send("POST", "/api/v1/commands", &[], Some(("application/json", body.clone()))) else { continue };
            let is_final = answer.body["final"] == json!(true);
            match answer.status {
                200 if answer.body["events"].as_array().is_some_and(|events| !events.is_empty()) => {
                    told.push((id, Told::Done(answer.body["position"].as_u64().unwrap())));
                    break;
                }
                200 | 409 if is_final => {
                    told.push((id, Told::RefusedForGood));
                    break;
                }
                // Not for good: until it is over, some other instance may do it yet.
                200 | 409 => std::thread::sleep(Duration::from_millis(300)),
                // An instance that the machine has starved for seconds has not read the request in time: nothing was done.
                408 | 503 => std::thread::sleep(Duration::from_millis(50)),
                _ => panic!("{answer:?}"),
            }
        }
    }
    told
}

/// Pauses, kills, and wrong clocks, one after the other.
fn trouble(machines: &[Machine]) {
    let (began, mut rng) = (Instant::now(), fastrand::Rng::with_seed(7));
    while began.elapsed() < LASTING {
        let machine = &machines[rng.usize(..INSTANCES)];
        match rng.u8(..4) {
            0 | 1 => {
                machine.process.lock().as_ref().unwrap().pause();
                std::thread::sleep(Duration::from_millis(rng.u64(1_000..5_000)));
                machine.process.lock().as_ref().unwrap().wake();
            }
            2 => {
                machine.set_clock(*[14, 600, 3 * 86_400].get(rng.usize(..3)).unwrap());
                std::thread::sleep(Duration::from_millis(rng.u64(500..3_000)));
                machine.set_clock(0);
            }
            _ => {
                machine.kill();
                std::thread::sleep(Duration::from_millis(300));
                machine.go_on();
            }
        }
        std::thread::sleep(Duration::from_millis(rng.u64(200..1_000)));
    }
}

/// All events, with their batches.
fn events(client: &Client) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let page = client.get(&format!("/api/v1/events?after={}&limit=10000", events.len())).expect(200);
        let page = page["events"].as_array().unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page.iter().cloned());
    }
}

#[test]
fn ghosts_clocks_and_a_restore_break_no_promise_of_real_instances() {
    let url = shared().database();
    let tokens = add_tokens(&url);
    let token = tokens.iter().find(|(role, _)| *role == Role::Admin).unwrap().1.clone();
    let machines: Arc<Vec<Machine>> = Arc::new((0..INSTANCES).map(|_| Machine::start(&url)).collect());
    let client = |number: usize| Client::new(machines[number].address().unwrap(), Some(token.clone()));
    let tables = (0..TABLES).map(|number| json!({"type": "add_table", "number": format!("T{number}"), "seats": 2}));
    let guests = (0..GUESTS).map(|number| json!({"type": "add_guest", "first_name": format!("G{number}")}));
    // What is added has its position for an id.
    let add = |command: Value| client(0).command(command).expect(200)["position"].as_u64().unwrap();
    let ids: Arc<Vec<u64>> = Arc::new(tables.chain(guests).map(add).collect());

    let over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (machines, ids, over, token) = (machines.clone(), ids.clone(), over.clone(), token.clone());
            std::thread::spawn(move || seat(&machines, &token, &ids, number, &over))
        })
        .collect();
    trouble(&machines);
    over.store(true, Ordering::Relaxed);
    let told: Vec<(Uuid, Told)> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();

    let events = events(&client(0));
    let mut positions: HashMap<&str, Vec<u64>> = HashMap::new();
    for event in &events {
        positions.entry(event["batch"].as_str().unwrap()).or_default().push(event["position"].as_u64().unwrap());
        let recorded_at: jiff::Timestamp = event["recorded_at"].as_str().unwrap().parse().unwrap();
        assert!(recorded_at.as_microsecond() <= now().0 + 2_000_000, "stamped in the future: {event}");
    }
    let (mut done, mut refused) = (HashSet::new(), 0);
    for (id, told) in &told {
        let there = positions.get(id.to_string().as_str());
        match told {
            Told::Done(position) => {
                assert!(done.insert(id));
                assert_eq!(there.map(Vec::as_slice), Some([*position].as_slice()), "{id} was acknowledged");
            }
            Told::RefusedForGood => {
                refused += 1;
                assert_eq!(there, None, "{id} was refused for good, and done");
            }
        }
    }
    assert!(done.len() > 10 && refused > 10, "{} done, {refused} refused for good: nothing was tried", done.len());
    let last = events.len();
    let digests = |last: usize| -> Vec<Value> {
        (0..INSTANCES).map(|number| client(number).get(&format!("/api/v1/plan/digest?wait_for={last}")).expect(200)).collect()
    };
    let before = digests(last);
    assert!(before.windows(2).all(|pair| pair[0] == pair[1]), "{before:?}");
    println!("{} done, {refused} refused for good, {last} events", done.len());

    restore(&url, last as u64 - 5);
    // A fresh instance takes what there is, and goes on as far as the others had come.
    machines[0].kill();
    machines[0].go_on();
    for number in 0..5 {
        client(0).command(json!({"type": "add_guest", "first_name": format!("after {number}")})).expect(200);
    }
    for number in 1..INSTANCES {
        let answer = client(number).command(json!({"type": "add_guest", "first_name": "on the past"}));
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(client(number).get("/readyz").status, 503);
        machines[number].kill();
        machines[number].go_on();
    }
    let after = digests(last);
    assert!(after.windows(2).all(|pair| pair[0] == pair[1]) && after[0] != before[0], "{after:?}");
}

/// Puts the database back to where the stream ended at the position, as a backup would.
fn restore(url: &str, position: u64) {
    let mut database = postgres(url).unwrap();
    database
        .execute(&format!(
            "ALTER TABLE event DISABLE TRIGGER ALL; DELETE FROM event WHERE position > {position}; ALTER TABLE event ENABLE TRIGGER ALL"
        ))
        .unwrap();
}
