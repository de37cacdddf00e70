//! Durable commands over HTTP with a token, beside `GET /healthz` on the same server.

use crate::made::{Cast, party, url};
use crate::{Line, median};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tafel::ledger::now;
use tafel::plan::command::Role;
use tafel::store::{self, Access, ApiToken};
use tafel::web::new_token;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1_500);

pub fn run() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    let cast = Arc::new(party(folder.path()));
    let token = Arc::new(token(folder.path(), Role::Staff));
    let (mut server, address) = start(folder.path());
    let (mut commands, mut probes) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        probes.push(rate(address, move |_, _| b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".to_vec()));
        let (cast, token) = (cast.clone(), token.clone());
        commands.push(rate(address, move |connection, number| command(&cast, &token, connection, round, number)));
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let (commands, probes) = (median(commands), median(probes));
    vec![Line {
        what: "the same over HTTP, 64 connections, token-authenticated".into(),
        measured: format!("{commands:.0}/s"),
        baseline: format!("{probes:.0}/s (GET /healthz)"),
        ratio: Some(commands / probes),
        to_reach: "0.50",
    }]
}

/// Adds a token to the store there.
pub fn token(folder: &std::path::Path, role: Role) -> String {
    let (token, sha256) = new_token().unwrap();
    let store = store::open(&url(folder), Access::Beside).unwrap();
    store.add_token(&ApiToken { name: "bench".to_owned(), role, sha256, created_at: now() }).unwrap();
    token
}

pub fn start(folder: &std::path::Path) -> (Child, SocketAddr) {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Its log goes to a file, as in operation.
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let server = Command::new(env!("CARGO_BIN_EXE_tafel"))
        .args(["--listen", &address.to_string(), "--store", &url(folder)])
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    (server, address)
}

fn command(cast: &Cast, token: &str, connection: usize, round: usize, number: u64) -> Vec<u8> {
    let own = cast.guests.len() / CONNECTIONS;
    let guest = cast.guests[connection * own + usize::try_from(number).unwrap() % own];
    let body =
        format!(r#"{{"id":"{}","command":{{"type":"change_guest","guest":{guest},"notes":"note {round} {number}"}}}}"#, Uuid::now_v7());
    format!("POST /api/v1/commands HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Requests per second over connections that are kept.
fn rate(address: SocketAddr, request: impl Fn(usize, u64) -> Vec<u8> + Clone + Send + 'static) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    runtime.block_on(async {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let (request, done) = (request.clone(), done.clone());
                tokio::spawn(async move {
                    let mut stream = TcpStream::connect(address).await.unwrap();
                    stream.set_nodelay(true).unwrap();
                    let mut buffer = Vec::with_capacity(4_096);
                    let mut number = 0;
                    while began.elapsed() < ROUND {
                        number += 1;
                        stream.write_all(&request(connection, number)).await.unwrap();
                        answered(&mut stream, &mut buffer).await;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for connection in connections {
            connection.await.unwrap();
        }
    });
    done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

/// Reads one whole answer, which must be a 200.
async fn answered(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server went away");
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end]).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{}", String::from_utf8_lossy(buffer));
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ").map(|value| value.trim().parse::<usize>().unwrap())
        });
        if buffer.len() >= end + 4 + length.unwrap_or(0) {
            return;
        }
    }
}
