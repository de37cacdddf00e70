//! `kill -9` in the middle of 64 clients' writes, again and again.

use crate::harness::process::{Process, prepare};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use tafel::plan::command::Role;
use uuid::Uuid;

const CLIENTS: usize = 64;
const KILLS: usize = 20;

/// What a client knows of its commands: the id, the number of events that were acknowledged, or that nobody answered.
type Known = Vec<(Uuid, Option<u64>)>;

fn write_until_it_ends(client: &crate::harness::server::Client, round: usize, worker: usize) -> Known {
    let mut known = Known::new();
    for number in 0.. {
        let id = Uuid::now_v7();
        let name = format!("{round}-{worker}-{number}");
        // Two events in one batch: nothing half of it may ever be there.
        let commands = json!([{"type": "add_table", "number": name}, {"type": "add_guest", "first_name": name}]);
        match client.send(
            "POST",
            "/api/v1/commands",
            &[],
            Some(("application/json", json!({"id": id, "commands": commands}).to_string().into_bytes())),
        ) {
            Ok(answer) if answer.status == 200 => known.push((id, answer.body["position"].as_u64())),
            _ => {
                known.push((id, None));
                return known;
            }
        }
    }
    known
}

#[test]
fn every_acknowledged_command_is_there_exactly_once_and_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let mut known = Known::new();
    for round in 0..KILLS {
        let server = Process::start(folder.path(), &[]);
        let client = server.client(&tokens, Role::Staff);
        let workers: Vec<_> = (0..CLIENTS)
            .map(|worker| {
                let client = client.clone();
                std::thread::spawn(move || write_until_it_ends(&client, round, worker))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(150 + 37 * (round as u64 % 5)));
        server.kill();
        for worker in workers {
            known.extend(worker.join().unwrap());
        }
    }
    let server = Process::start(folder.path(), &[]);
    let client = server.client(&tokens, Role::Viewer);
    let mut batches: HashMap<String, Vec<Value>> = HashMap::new();
    let mut after = 0;
    loop {
        let page = client.get(&format!("/api/v1/events?after={after}&limit=10000")).expect(200);
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            break;
        }
        for event in events {
            after += 1;
            assert_eq!(event["position"], after, "no gap");
            batches.entry(event["batch"].as_str().unwrap().to_owned()).or_default().push(event.clone());
        }
    }
    let acknowledged = known.iter().filter(|(_, position)| position.is_some()).count();
    let mut unanswered_but_there = 0;
    for (id, position) in &known {
        match (batches.remove(&id.to_string()), position) {
            (Some(events), position) => {
                assert_eq!(events.len(), 2, "whole, and once");
                assert!(position.is_none_or(|position| events[1]["position"] == position));
                unanswered_but_there += usize::from(position.is_none());
            }
            (None, Some(position)) => panic!("{id} was acknowledged at {position}, and is lost"),
            (None, None) => {}
        }
    }
    assert_eq!(batches.len(), 1, "what is left is plan_created");
    assert!(acknowledged > KILLS * CLIENTS / 4, "{acknowledged} commands were acknowledged in all");
    println!("{acknowledged} acknowledged, {unanswered_but_there} unanswered but there, {KILLS} kills");
}

#[test]
fn sigterm_answers_what_was_accepted_and_ends_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &[]);
    let client = server.client(&tokens, Role::Staff);
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let client = client.clone();
            std::thread::spawn(move || write_until_it_ends(&client, 0, worker))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    let took = server.terminate();
    assert!(took < Duration::from_secs(10), "{took:?}");
    let known: Known = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    let server = Process::start(folder.path(), &[]);
    let plan = server.client(&tokens, Role::Viewer).plan();
    let acknowledged = known.iter().filter(|(_, position)| position.is_some()).count();
    assert!(plan["tables"].as_array().unwrap().len() >= acknowledged && acknowledged > 0);
}
