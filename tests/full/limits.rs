//! Slow and many: nobody's half-sent request costs another one's.

use super::night::until;
use crate::harness::postgres::Cluster;
use crate::harness::process::{Process, prepare, tafel, url};
use crate::harness::server::{Client, add_tokens};
use serde_json::json;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tafel::plan::command::Role;

const HALF_SENT: &str =
    "POST /sign-in HTTP/1.1\r\nHost: tafel\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nname=a";

fn connect(address: SocketAddr, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    stream
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for_and_a_slow_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let process = Process::start(folder.path(), &[]);
    let began = Instant::now();
    let mut half_sent = connect(process.address, HALF_SENT);
    // A slow line, but one that goes on: a form of 90 KiB in twelve seconds.
    let token = token(&tokens, Role::Staff).unwrap();
    let body = json!({"id": uuid::Uuid::now_v7(), "command": {"type": "add_guest", "first_name": "Anna", "notes": "x"}}).to_string();
    let body = body + &" ".repeat(120_000);
    let head = format!(
        "POST /api/v1/commands HTTP/1.1\r\nHost: tafel\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut slow = connect(process.address, &head);
    let sending = std::thread::spawn(move || {
        for part in body.as_bytes().chunks(10_000) {
            slow.write_all(part).unwrap();
            std::thread::sleep(Duration::from_secs(1));
        }
        let mut answer = String::new();
        slow.read_to_string(&mut answer).unwrap();
        answer
    });
    let mut answer = String::new();
    half_sent.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("took too long") && began.elapsed() < Duration::from_secs(30), "{answer}");
    let answer = sending.join().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// More half-sent requests than there are descriptors: whoever is signed in works on, others still get in, and a stop does not wait.
#[test]
fn half_sent_requests_lock_nobody_out() {
    const DESCRIPTORS: u32 = 300;
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_tafel")]);
    let (mut child, address) = started(limited, folder.path(), &url(folder.path()));
    let client = Client::new(address, token(&tokens, Role::Staff));
    until("ready", || client.send("GET", "/readyz", &[], None).is_ok_and(|answer| answer.status == 200).then_some(()));
    let mut attack: Vec<TcpStream> = (0..2 * DESCRIPTORS).map(|_| connect(address, HALF_SENT)).collect();
    for round in 0..20 {
        assert_eq!(client.get("/api/v1/plan").status, 200);
        assert_eq!(Client::new(address, None).get("/healthz").status, 200, "somebody who comes new");
        attack.extend((0..10).map(|_| connect(address, HALF_SENT)));
        client.command(json!({"type": "add_table", "number": format!("T{round}")})).expect(200);
    }
    terminate(&mut child);
}

/// It ends in order, and in time.
fn terminate(child: &mut Child) {
    let stopped = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(stopped.elapsed() < Duration::from_secs(8), "{:?}", stopped.elapsed());
}

/// Started while the database is away, it waits and says so; what will not get better by waiting ends it at once.
#[test]
fn a_start_waits_for_a_database_that_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start("");
    let store = cluster.database();
    let tokens = add_tokens(&store);
    let ended = |store: &str| {
        let output = tafel().args(["--listen", "127.0.0.1:0", "--store", store]).current_dir(folder.path()).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let unknown = store.rsplit_once('/').map(|(server, _)| format!("{server}/nobody_knows_it")).unwrap();
    assert!(ended(&unknown).contains("nobody_knows_it"));
    cluster.stop();
    let (mut child, address) = started(tafel(), folder.path(), &store);
    let client = Client::new(address, token(&tokens, Role::Staff));
    until("it lives", || client.send("GET", "/healthz", &[], None).is_ok_and(|answer| answer.status == 200).then_some(()));
    until("it says so", || {
        client.get("/readyz").body["detail"].as_str().is_some_and(|why| why.contains("Waiting for the database")).then_some(())
    });
    std::thread::sleep(Duration::from_secs(3));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    // One that waits can be told to stop.
    let (mut impatient, address) = started(tafel(), folder.path(), &store);
    let waits = Client::new(address, None);
    until("it lives", || waits.send("GET", "/healthz", &[], None).ok());
    until("it waits", || waits.get("/readyz").body["detail"].as_str().is_some_and(|why| why.contains("Waiting")).then_some(()));
    terminate(&mut impatient);
    cluster.go_on();
    until("ready", || client.get("/readyz").status.eq(&200).then_some(()));
    client.command(json!({"type": "add_table", "number": "T1"})).expect(200);
    // Away again: pages and the plan are answered at once, from memory.
    std::thread::sleep(Duration::from_secs(3));
    cluster.stop();
    for _ in 0..20 {
        let began = Instant::now();
        assert_eq!(client.get("/api/v1/plan").status, 200);
        assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(client.get("/readyz").status, 200, "pages are served");
    child.kill().unwrap();
    child.wait().unwrap();
}

pub fn token(tokens: &[(Role, String)], role: Role) -> Option<String> {
    tokens.iter().find(|(known, _)| *known == role).map(|(_, token)| token.clone())
}

/// A process that is not ready yet, on a port that is free.
fn started(mut command: Command, folder: &std::path::Path, store: &str) -> (Child, SocketAddr) {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    command.env_remove("TAFEL_STORE").env_remove("TAFEL_LISTEN").env_remove("TAFEL_LOG");
    let log = File::options().create(true).append(true).open(folder.join("tafel.log")).unwrap();
    let child = command
        .args(["--listen", &address.to_string(), "--store", store])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    (child, address)
}
