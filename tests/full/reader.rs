//! The readers of a server that runs: what they have of it, how many there are, and when they end.

use super::limits::token;
use super::night::until;
use crate::harness::PATIENCE;
use crate::harness::files::slow_workbook;
use crate::harness::process::{Process, prepare};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tafel::plan::command::Role;

/// The readers of that server.
fn readers(server: &Process) -> Vec<PathBuf> {
    let server = server.id().to_string();
    let is_reader = |folder: &PathBuf| {
        let status = fs::read_to_string(folder.join("stat")).unwrap_or_default();
        // Behind the name in brackets: the state, and the parent.
        let mut words = status.rsplit(')').next().unwrap_or_default().split_whitespace();
        words.next() != Some("Z") && words.next() == Some(&server)
    };
    fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()).filter(is_reader).collect()
}

/// A request with one file, as a browser sends it.
fn request(token: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"slow.xlsx\"\r\n\r\n".to_vec();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let mut request = format!(
        "POST /api/v1/uploads/draw HTTP/1.1\r\nHost: tafel\r\nAuthorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(&body);
    request
}

#[test]
fn readers_have_nothing_of_the_server_and_end_with_their_clients() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    // Handed down by whoever starts the server.
    let secret = fs::File::create(folder.path().join("secret")).unwrap();
    rustix::io::fcntl_setfd(&secret, rustix::io::FdFlags::empty()).unwrap();
    let server = Process::start(folder.path(), &[]);
    let request = request(&token(&tokens, Role::Admin).unwrap(), &slow_workbook(100_000));
    let mut clients: Vec<TcpStream> = (0..6)
        .map(|_| {
            let mut client = TcpStream::connect(server.address).unwrap();
            client.write_all(&request).unwrap();
            client
        })
        .collect();
    // A reader has limited itself before it reads.
    let is_limited = |folder: &PathBuf| {
        let limits = fs::read_to_string(folder.join("limits")).unwrap_or_default();
        limits.lines().any(|line| line.starts_with("Max open files") && line.split_whitespace().nth(3) == Some("3"))
    };
    let found = until("a reader at work", || readers(&server).into_iter().find(is_limited));
    let limits = fs::read_to_string(found.join("limits")).unwrap();
    let limit = |name: &str| limits.lines().find_map(|line| line.strip_prefix(name)).unwrap().split_whitespace().next().unwrap();
    assert_eq!(limit("Max address space"), (256_u64 << 20).to_string());
    assert_eq!((limit("Max cpu time"), limit("Max file size"), limit("Max core file size")), ("10", "0", "0"));
    let descriptors: Vec<_> = fs::read_dir(found.join("fd")).unwrap().flatten().map(|entry| fs::read_link(entry.path()).unwrap()).collect();
    assert!(descriptors.len() == 3 && descriptors.iter().all(|link| link.to_string_lossy().starts_with("pipe:")), "{descriptors:?}");
    assert!(fs::read(found.join("environ")).unwrap().is_empty());

    // Two read, the others wait, and whoever only looks is answered.
    until("two at work", || (readers(&server).len() == 2).then_some(()));
    server.client(&tokens, Role::Viewer).get("/api/v1/plan/digest").expect(200);
    for _ in 0..40 {
        std::thread::sleep(Duration::from_millis(5));
        assert!(readers(&server).len() <= 2);
    }
    // All but one go away.
    let mut patient = clients.pop().unwrap();
    drop(clients);
    let mut answer = [0; 12];
    patient.set_read_timeout(Some(PATIENCE)).unwrap();
    patient.read_exact(&mut answer).unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 422", "there is no header in it");
    let began = Instant::now();
    until("no reader is left", || readers(&server).is_empty().then_some(()));
    assert!(began.elapsed() < Duration::from_secs(2), "the files of those who went away were read after all");
    let log = fs::read_to_string(&server.log).unwrap();
    assert_eq!(log.matches("the client has gone away").count(), 5);
    server.terminate();
}
