//! Other programs that read the stream: named consumers, and server-sent events.

use crate::harness::PATIENCE;
use crate::harness::plans::{add_table, request};
use crate::harness::server::{Client, Server};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tafel::ledger::{Ledger, now};
use tafel::plan::command::Role;
use tafel::plan::decide;
use tafel::store::{Access, ApiToken};
use tafel::web::new_token;

fn add_tables(server: &Server, numbers: std::ops::Range<u32>) {
    for number in numbers {
        server.staff().command(json!({"type": "add_table", "number": format!("T{number}")})).expect(200);
    }
}

fn positions(answer: &Value) -> Vec<u64> {
    answer["events"].as_array().unwrap().iter().map(|event| event["position"].as_u64().unwrap()).collect()
}

fn put(client: &Client, name: &str, body: &Value) -> crate::harness::server::Answer {
    let body = ("application/json", body.to_string().into_bytes());
    client.send("PUT", &format!("/api/v1/consumers/{name}"), &[], Some(body)).unwrap()
}

/// A stream that was restored goes on otherwise than what was read: nobody reads on, or waits for a position, as if it did not.
#[test]
fn a_restored_stream_is_not_read_on_as_if_it_were_the_old_one() {
    let mut server = Server::start();
    add_tables(&server, 0..3);
    let reads = |server: &Server, query: &str| server.admin().get(&format!("/api/v1/consumers/kitchen/events{query}"));
    reads(&server, "?ack=2").expect(200);
    let before = server.admin().get("/api/v1/plan").header("tafel-position").unwrap().to_owned();
    server.stop();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_tafel")).args(["log", "restored", "--store", &server.store_url()]).output();
    assert!(done.unwrap().status.success());
    server.restart();
    for query in ["", "?ack=3", "?ack=2&expected=2"] {
        let refused = reads(&server, query).problem(409, "stream_restored");
        assert!(refused["detail"].as_str().unwrap().contains("moved to 2"), "{refused}");
    }
    let state = server.admin().get("/api/v1/consumers/kitchen").expect(200);
    assert_eq!((&state["position"], &state["incarnation"]), (&json!(2), &json!("")));
    let state = put(&server.admin(), "kitchen", &json!({"position": 2})).expect(200);
    let page = reads(&server, "").expect(200);
    assert_eq!((positions(&page), &page["incarnation"]), (vec![3, 4], &state["incarnation"]));
    // Another life's position is nothing that anybody waits for.
    let after = server.admin().get("/api/v1/plan").header("tafel-position").unwrap().to_owned();
    assert_eq!(after.replacen(&format!(".{}", state["incarnation"].as_str().unwrap()), "", 1), before);
    let old = before.replace("/4", "/4000");
    assert_eq!(server.admin().send("GET", "/api/v1/plan", &[("Tafel-Position", &old)], None).unwrap().status, 200);
    reads(&server, "?ack=3").expect(200);
}

#[test]
fn a_consumer_reads_on_from_where_it_has_come_to_also_after_a_restart() {
    let mut server = Server::start();
    add_tables(&server, 0..9);
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/consumers/kitchen").expect(200)["position"], 0);
    let first = admin.get("/api/v1/consumers/kitchen/events?limit=4").expect(200);
    assert_eq!((positions(&first), first["last"].as_u64()), (vec![1, 2, 3, 4], Some(10)));
    let again = admin.get("/api/v1/consumers/kitchen/events?limit=4").expect(200);
    assert_eq!(again, first, "it stays where it is until it is moved");
    let next = admin.get("/api/v1/consumers/kitchen/events?limit=4&ack=4").expect(200);
    assert_eq!(positions(&next), [5, 6, 7, 8]);
    let state = put(&admin, "kitchen", &json!({"position": 8, "expected": 4})).expect(200);
    assert_eq!((&state["position"], &state["lag"], &state["moved_by"]), (&json!(8), &json!(2), &json!("token:admin")));
    put(&admin, "kitchen", &json!({"position": 9, "expected": 4})).problem(409, "moved_elsewhere");
    admin.get("/api/v1/consumers/kitchen/events?ack=5&expected=4").problem(409, "moved_elsewhere");
    admin.get("/api/v1/consumers/kitchen/events?expected=8").problem(400, "bad_request");
    assert_eq!(positions(&admin.get("/api/v1/consumers/kitchen/events?ack=8&expected=8").expect(200)), [9, 10]);
    put(&admin, "kitchen", &json!({"position": 11})).problem(409, "beyond_the_end");
    admin.get("/api/v1/consumers/kitchen/events?ack=11").problem(409, "beyond_the_end");
    put(&admin, "kitchen", &json!({"positon": 9})).problem(400, "bad_request");
    admin.get("/api/v1/consumers/Kitchen").problem(400, "bad_request");
    let metrics = admin.get("/metrics").body;
    assert!(metrics.as_str().unwrap().contains("tafel_consumer_lag{name=\"kitchen\"} 2"), "{metrics}");
    server.restart();
    let admin = server.admin();
    assert_eq!(positions(&admin.get("/api/v1/consumers/kitchen/events").expect(200)), [9, 10]);
    admin.send("DELETE", "/api/v1/consumers/kitchen", &[], None).unwrap().expect(204);
    admin.send("DELETE", "/api/v1/consumers/kitchen", &[], None).unwrap().problem(404, "unknown_consumer");
    assert_eq!(positions(&admin.get("/api/v1/consumers/kitchen/events?limit=1").expect(200)), [1]);
}

/// As another instance would have it: in the stream, and not read here yet.
#[test]
fn what_another_instance_has_shown_can_be_acknowledged_at_once() {
    let server = Server::start();
    let admin = server.admin();
    let other = Ledger::start(tafel::store::open(&server.store_url(), Access::Beside).unwrap(), decide).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for number in 0..20 {
        let request = request("berta", None, vec![add_table(json!({"number": format!("T{number}")}))]);
        let position = runtime.block_on(other.submit(request)).unwrap().position;
        admin.get(&format!("/api/v1/consumers/kitchen/events?ack={position}")).expect(200);
    }
    runtime.block_on(other.stop());
}

#[test]
fn an_empty_answer_waits_for_the_next_event() {
    let server = Server::start();
    let admin = server.admin();
    put(&admin, "kitchen", &json!({"position": 1})).expect(200);
    let waiting = std::thread::spawn(move || admin.get("/api/v1/consumers/kitchen/events?wait=20").expect(200));
    std::thread::sleep(Duration::from_millis(100));
    add_tables(&server, 0..1);
    assert_eq!(positions(&waiting.join().unwrap()), [2]);
}

/// Reads server-sent events until it has so many; answers their ids, kinds and data.
fn follow(server: &Server, request_line: &str, header: &str, count: usize) -> Vec<(u64, String, Value)> {
    let token = server.client(Role::Viewer).token().unwrap();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {request_line} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\nAuthorization: Bearer {token}\r\n{header}\r\n")
        .unwrap();
    let (mut events, mut id, mut kind) = (Vec::new(), 0, String::new());
    let mut lines = BufReader::new(stream).lines().map(|line| line.expect("the stream goes on"));
    assert!(lines.next().unwrap().contains("200"));
    while events.len() < count {
        let line = lines.next().expect("the stream goes on");
        if let Some(said) = line.strip_prefix("id: ") {
            id = said.parse().unwrap();
        } else if let Some(said) = line.strip_prefix("event: ") {
            said.clone_into(&mut kind);
        } else if let Some(said) = line.strip_prefix("data: ") {
            events.push((id, kind.clone(), serde_json::from_str(said).unwrap()));
        }
    }
    events
}

#[test]
fn the_stream_is_followed_live_and_resumed() {
    let server = Server::start();
    add_tables(&server, 0..3);
    std::thread::scope(|scope| {
        let following = scope.spawn(|| follow(&server, "/api/v1/events/live?after=1", "", 5));
        std::thread::sleep(Duration::from_millis(100));
        add_tables(&server, 3..5);
        let events = following.join().unwrap();
        assert_eq!(events.iter().map(|(id, _, _)| *id).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
        let (id, kind, data) = &events[4];
        assert_eq!((kind.as_str(), &data["position"], &data["payload"]["number"]), ("table_added", &json!(id), &json!("T4")));
    });
    let resumed = follow(&server, "/api/v1/events/live?after=1", "Last-Event-ID: 4\r\n", 2);
    assert_eq!(resumed.iter().map(|(id, _, _)| *id).collect::<Vec<_>>(), [5, 6]);
    let headers = [("Last-Event-ID", "yesterday")];
    server.client(Role::Viewer).send("GET", "/api/v1/events/live", &headers, None).unwrap().problem(400, "bad_request");
}

#[test]
fn a_revoked_token_hears_no_more_also_while_events_come() {
    let server = Server::start();
    let store = tafel::store::open(&server.store_url(), Access::Beside).unwrap();
    let (token, sha256) = new_token().unwrap();
    store.add_token(&ApiToken { name: "kitchen".to_owned(), role: Role::Viewer, sha256, created_at: now() }).unwrap();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /api/v1/events/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines();
    assert!(lines.next().unwrap().unwrap().contains("200"));
    store.revoke_token("kitchen").unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // An event twice a second: it is never quiet.
            for number in 0..u32::MAX {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                add_tables(&server, number..number + 1);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        let heard = lines.map_while(Result::ok).filter(|line| line.starts_with("id: ")).take(40).count();
        is_over.store(true, Ordering::SeqCst);
        assert!(heard < 40, "{heard} events after it was revoked");
    });
}
