//! Several instances on one database: nothing lost, nothing twice, nobody left behind, whoever is killed.

use crate::harness::plans::{add_table, request, set};
use crate::harness::postgres::{Cluster, shared};
use crate::harness::process::Process;
use crate::harness::server::{Browser, Client, add_session, add_tokens};
use crate::harness::wayward::{Goes, Wayward};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tafel::ledger::{Failure, Ledger};
use tafel::plan::command::{Command, Role};
use tafel::plan::{GuestId, Refusal, TableId, decide};
use tafel::store::{self, Access};
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

const CLIENTS: usize = 64;
const INSTANCES: usize = 3;

/// Instances on one database, any of which may be away at a moment.
pub struct Fleet {
    url: String,
    folders: Vec<TempDir>,
    processes: Vec<Mutex<Option<Process>>>,
    token: String,
}

impl Fleet {
    fn start(url: String) -> Self {
        let tokens = add_tokens(&url);
        let token = tokens.iter().find(|(role, _)| *role == Role::Admin).unwrap().1.clone();
        let folders: Vec<TempDir> = (0..INSTANCES).map(|_| tempfile::tempdir().unwrap()).collect();
        let processes = folders.iter().map(|folder| Mutex::new(Some(Process::start_on(folder.path(), &url, &[])))).collect();
        Self { url, folders, processes, token }
    }

    /// A client of the instance; of the next one, where it is away.
    fn client(&self, number: usize) -> Client {
        let address =
            (0..INSTANCES).find_map(|more| self.processes[(number + more) % INSTANCES].lock().as_ref().map(|process| process.address));
        Client::new(address.expect("one of them is there"), Some(self.token.clone()))
    }

    fn kill(&self, number: usize) {
        self.processes[number].lock().take().unwrap().kill();
    }

    pub fn kill_one_after_the_other(&self, lasting: Duration) {
        let began = Instant::now();
        for number in (0..INSTANCES).cycle() {
            std::thread::sleep(Duration::from_secs(4));
            if began.elapsed() > lasting {
                break;
            }
            self.kill(number);
            std::thread::sleep(Duration::from_millis(500));
            self.restart(number);
        }
    }

    /// Stops an instance for a while, in the midst of whatever it does.
    pub fn pause(&self, number: usize, lasting: Duration) {
        let pause = |sends: fn(&Process)| sends(self.processes[number].lock().as_ref().unwrap());
        pause(Process::pause);
        std::thread::sleep(lasting);
        pause(Process::wake);
    }

    fn restart(&self, number: usize) {
        let process = Process::start_on(self.folders[number].path(), &self.url, &[]);
        *self.processes[number].lock() = Some(process);
    }
}

/// Sends the command until it is acknowledged, to whichever instance is there; answers its position.
fn insist(fleet: &Fleet, worker: usize, id: Uuid, commands: &Value) -> u64 {
    let body = json!({"id": id, "commands": commands}).to_string().into_bytes();
    for attempt in 0.. {
        match fleet.client(worker + attempt).send("POST", "/api/v1/commands", &[], Some(("application/json", body.clone()))) {
            Ok(answer) if answer.status == 200 => return answer.body["position"].as_u64().unwrap(),
            // An instance that the machine has starved for seconds has not read the request in time: nothing was done.
            Ok(answer) => assert!(matches!(answer.status, 408 | 503), "{answer:?}"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    unreachable!()
}

/// Every batch of the stream with how many events it has; and that there is no gap.
fn batches(client: &Client) -> HashMap<String, u64> {
    let (mut batches, mut after) = (HashMap::new(), 0);
    loop {
        let page = client.get(&format!("/api/v1/events?after={after}&limit=10000")).expect(200);
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            return batches;
        }
        for event in events {
            after += 1;
            assert_eq!(event["position"], after, "the stream has no gap");
            *batches.entry(event["batch"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
}

#[test]
fn three_instances_and_64_clients_for_a_minute_with_kills() {
    insisting(shared().database(), |fleet| fleet.kill_one_after_the_other(Duration::from_mins(1)));
}

/// 64 clients insist on their commands while something goes wrong.
pub fn insisting(url: String, goes_wrong: impl FnOnce(&Fleet)) {
    let fleet = Arc::new(Fleet::start(url));
    let over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..CLIENTS)
        .map(|worker| {
            let (fleet, over) = (fleet.clone(), over.clone());
            std::thread::spawn(move || {
                let mut known = Vec::new();
                for number in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let name = format!("{worker}-{number}");
                    let id = Uuid::now_v7();
                    // Two events in one batch: nothing half of it may ever be there.
                    let commands = json!([{"type": "add_table", "number": name}, {"type": "add_guest", "first_name": name}]);
                    let position = insist(&fleet, worker, id, &commands);
                    known.push((id, position));
                    if number % 16 == 0 {
                        // Whoever was answered sees it, whichever instance is asked next.
                        let waited = fleet.client(worker + 1).send("GET", &format!("/api/v1/plan/digest?wait_for={position}"), &[], None);
                        if let Ok(answer) = waited.filter_status(200) {
                            assert!(answer["position"].as_u64().unwrap() >= position);
                        }
                    }
                }
                known
            })
        })
        .collect();
    let began = Instant::now();
    goes_wrong(&fleet);
    let lasted = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let known: Vec<(Uuid, u64)> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    let last = known.iter().map(|(_, position)| *position).max().unwrap();
    // This instance may not have seen yet what another has acknowledged.
    fleet.client(0).get(&format!("/api/v1/plan/digest?wait_for={last}")).expect(200);
    let batches = batches(&fleet.client(0));
    for (id, _) in &known {
        assert_eq!(batches.get(&id.to_string()), Some(&2), "{id} is there exactly once, and whole");
    }
    assert_eq!(batches.len(), known.len() + 1, "nothing but what was acknowledged, and the plan's beginning");
    let digests: Vec<Value> =
        (0..INSTANCES).map(|number| fleet.client(number).get(&format!("/api/v1/plan/digest?wait_for={last}")).expect(200)).collect();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:?}");
    // And the fold of the stream, from nothing.
    fleet.kill(0);
    fleet.restart(0);
    assert_eq!(fleet.client(0).get("/api/v1/plan/digest").expect(200), digests[0]);
    println!("{} commands acknowledged in {} s in which things went wrong", known.len(), lasted.as_secs());
}

/// An answer's body, if it has the status.
trait FilterStatus {
    fn filter_status(self, status: u16) -> Result<Value, ()>;
}

impl FilterStatus for Result<crate::harness::server::Answer, ureq::Error> {
    fn filter_status(self, status: u16) -> Result<Value, ()> {
        self.map_err(|_| ()).and_then(|answer| if answer.status == status { Ok(answer.body) } else { Err(()) })
    }
}

/// The commits that the instance has made.
fn commits(client: &Client) -> u64 {
    let metrics = client.get("/metrics").body;
    let line = metrics.as_str().unwrap().lines().find_map(|line| line.strip_prefix("tafel_commit_seconds_count "));
    line.map_or(0, |count| count.trim().parse().unwrap())
}

#[test]
fn the_slowest_instance_gets_at_least_a_fifth_of_the_commits() {
    let fleet = Arc::new(Fleet::start(shared().database()));
    let over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..CLIENTS)
        .map(|worker| {
            let (fleet, over) = (fleet.clone(), over.clone());
            std::thread::spawn(move || {
                let client = fleet.client(worker);
                let mut number = 0;
                while !over.load(Ordering::Relaxed) {
                    number += 1;
                    client.command(json!({"type": "add_guest", "first_name": format!("{worker}-{number}")})).expect(200);
                }
            })
        })
        .collect();
    // The machine may starve one of the three for seconds, whatever they do: what counts is what is usual.
    let mut before = [0; INSTANCES];
    let mut shares: Vec<f64> = (0..7)
        .map(|_| {
            std::thread::sleep(Duration::from_secs(3));
            let now: [u64; INSTANCES] = std::array::from_fn(|number| commits(&fleet.client(number)));
            let window: Vec<u64> = now.iter().zip(before).map(|(now, before)| now - before).collect();
            before = now;
            println!("commits by instance: {window:?}");
            *window.iter().min().unwrap() as f64 / window.iter().sum::<u64>() as f64
        })
        .collect();
    over.store(true, Ordering::Relaxed);
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    shares.sort_by(f64::total_cmp);
    assert!(shares[shares.len() / 2] >= 0.2, "{shares:?}");
}

#[test]
fn a_browser_sees_what_is_changed_through_another_instance_and_is_signed_in_everywhere() {
    let fleet = Fleet::start(shared().database());
    let session = add_session(&fleet.url, Role::Admin);
    let at = |number: usize| fleet.processes[number].lock().as_ref().unwrap().address;
    let mut first = Browser::at(at(0), Some(session.clone()));
    let mut socket = first.socket("/tables", 1);
    let began = Instant::now();
    let position = fleet.client(2).command(json!({"type": "add_table", "number": "T77"})).expect(200)["position"].as_u64().unwrap();
    socket.until(|blocks| blocks.contains("T77"));
    println!("seen through another instance after {:?}", began.elapsed());
    first.get("/tables").shows("T77");
    // An upload that one instance has read is previewed and applied through the others.
    let preview = Browser::at(at(1), Some(session.clone())).upload("tables", "tables.xlsx").location().to_owned();
    let mut third = Browser::at(at(2), Some(session.clone()));
    let page = third.get(&preview);
    let (view, seen) = (page.field("view"), page.field("position"));
    assert!(seen.parse::<u64>().unwrap() >= position);
    let batch = Browser::at(at(0), Some(session.clone())).post(&format!("{preview}/apply"), &[("view", &view), ("position", &seen)]);
    third.get(batch.location()).shows("Upload tables.xlsx");
    // Signed out through one, so through all.
    Browser::at(at(0), Some(session.clone())).post("/sign-out", &[]).location();
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(third.get("/tables").status, 303);
}

/// One seat, two guests, and how the second of two instances is held up.
fn race(goes: impl Fn(usize) -> Goes + Send + Sync + 'static, during: impl FnOnce()) -> [Result<(), Failure>; 2] {
    let url = shared().database();
    let open = || store::open(&url, Access::Serve).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = Ledger::start(open(), decide).unwrap();
    let seats = vec![
        add_table(json!({"number": "T1", "seats": 1})),
        Command::AddGuest { set: Box::new(set(json!({"first_name": "Anna"}))) },
        Command::AddGuest { set: Box::new(set(json!({"first_name": "Berta"}))) },
    ];
    runtime.block_on(first.submit(request("admin", None, seats))).unwrap();
    let held_up = Wayward::new(open(), move |number, _| goes(number));
    let second = Ledger::start(held_up, decide).unwrap();
    let seat = |guest: u64| request("berta", None, vec![Command::SeatGuest { guest: GuestId(guest), table: TableId(1) }]);
    let outcome = runtime.block_on(async {
        let slow = tokio::spawn({
            let (second, seat) = (second.clone(), seat(2));
            async move { second.submit(seat).await.map(|_| ()) }
        });
        // The second one has decided, at the same position as the first will.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let quick = first.submit(seat(3)).await.map(|_| ());
        during();
        [quick, slow.await.unwrap()]
    });
    runtime.block_on(async { (first.stop().await, second.stop().await) });
    let plan = Ledger::start(open(), decide).unwrap();
    assert_eq!(plan.snapshot().plan.guests.values().filter(|guest| guest.table.is_some()).count(), 1, "one chair, one guest");
    outcome
}

#[test]
fn the_last_seat_is_given_once_and_the_other_hears_that_the_table_is_full() {
    // Paused between decide and append, until the other one has the seat.
    let go_on = Arc::new(Notify::new());
    let waits = go_on.clone();
    let [quick, slow] = race(move |number| if number == 0 { Goes::Waits(waits.clone()) } else { Goes::Well }, move || go_on.notify_one());
    assert!(quick.is_ok(), "{quick:?}");
    assert!(matches!(&slow, Err(Failure::Refused(refusal)) if matches!(**refusal, Refusal::TableFull { .. })), "{slow:?}");
    for _ in 0..20 {
        let outcomes = race(|_| Goes::Well, || ());
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        let refused = outcomes.iter().find_map(|outcome| outcome.as_ref().err()).unwrap();
        assert!(matches!(refused, Failure::Refused(refusal) if matches!(**refusal, Refusal::TableFull { .. })), "{refused:?}");
    }
}

#[test]
fn an_instance_that_was_asleep_decides_on_what_happened_meanwhile() {
    let fleet = Fleet::start(shared().database());
    fleet.client(0).command(json!({"type": "add_table", "number": "T1"})).expect(200);
    fleet.processes[1].lock().as_ref().unwrap().pause();
    for number in 0..50 {
        fleet.client(0).command(json!({"type": "add_guest", "first_name": format!("{number}")})).expect(200);
    }
    fleet.client(2).command(json!({"type": "add_table", "number": "T2"})).expect(200);
    fleet.processes[1].lock().as_ref().unwrap().wake();
    fleet.client(1).command(json!({"type": "add_table", "number": "t2"})).problem(409, "number_taken");
    fleet.client(1).command(json!({"type": "add_table", "number": "T3"})).expect(200);
}

#[test]
fn the_database_goes_away_for_half_a_minute_and_everything_goes_on() {
    let mut cluster = Cluster::start("");
    let url = cluster.database();
    let folder = tempfile::tempdir().unwrap();
    let tokens = add_tokens(&url);
    let session = add_session(&url, Role::Staff);
    let server = Process::start_on(folder.path(), &url, &[]);
    let client = server.client(&tokens, Role::Staff);
    client.command(json!({"type": "add_table", "number": "before"})).expect(200);
    let mut browser = Browser::at(server.address, Some(session));
    browser.get("/tables").shows("before");
    let over = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let (client, over) = (client.clone(), over.clone());
            std::thread::spawn(move || {
                let (mut known, mut away) = (Vec::new(), 0);
                for number in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let id = Uuid::now_v7();
                    let body = json!({"id": id, "command": {"type": "add_guest", "first_name": format!("{worker}-{number}")}});
                    loop {
                        let began = Instant::now();
                        let answer = client.post("/api/v1/commands", &body);
                        assert!(began.elapsed() < Duration::from_secs(30), "nothing hangs");
                        if answer.status == 200 {
                            break;
                        }
                        assert!(answer.header("retry-after").is_some(), "{answer:?}");
                        answer.problem(503, "store_away");
                        away += 1;
                        std::thread::sleep(Duration::from_millis(100));
                    }
                    known.push(id);
                }
                (known, away)
            })
        })
        .collect();
    std::thread::sleep(Duration::from_secs(2));
    cluster.stop();
    std::thread::sleep(Duration::from_secs(3));
    let shown = browser.get("/tables");
    assert_eq!(shown.status, 200);
    shown.shows("before").shows("The database is not responding");
    assert_eq!(client.get("/readyz").status, 200);
    let position = client.plan()["position"].as_u64().unwrap();
    std::thread::sleep(Duration::from_secs(27));
    assert_eq!(client.plan()["position"], position, "nothing is shown that is not durable");
    cluster.go_on();
    std::thread::sleep(Duration::from_secs(5));
    over.store(true, Ordering::Relaxed);
    let (known, away): (Vec<Vec<Uuid>>, Vec<u32>) = workers.into_iter().map(|worker| worker.join().unwrap()).unzip();
    assert!(away.iter().sum::<u32>() > 0, "somebody was told");
    assert!(client.plan()["position"].as_u64().unwrap() > position, "it goes on without a restart");
    assert!(!browser.get("/tables").text.contains("The database is not responding"));
    let batches = batches(&server.client(&tokens, Role::Viewer));
    for id in known.iter().flatten() {
        assert_eq!(batches.get(&id.to_string()), Some(&1));
    }
    let digest = client.get("/api/v1/plan/digest").expect(200);
    server.kill();
    let server = Process::start_on(folder.path(), &url, &[]);
    assert_eq!(server.client(&tokens, Role::Staff).get("/api/v1/plan/digest").expect(200), digest);
}
