//! From the start of the process until it is ready, and what it holds in memory then.

use crate::made::{stream, url};
use crate::{Line, median};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub fn run() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    stream(folder.path(), 10_000);
    let (times, memory): (Vec<f64>, Vec<f64>) = (0..9).map(|_| one(folder.path())).unzip();
    vec![
        Line {
            what: "start with 10,000 events and 1,620 guests, until /readyz".into(),
            measured: format!("{:.0} ms", median(times)),
            baseline: "–".into(),
            ratio: None,
            to_reach: "under 100 ms",
        },
        Line {
            what: "… resident".into(),
            measured: format!("{:.1} MiB", median(memory)),
            baseline: "–".into(),
            ratio: None,
            to_reach: "under 30 MB",
        },
    ]
}

fn one(folder: &std::path::Path) -> (f64, f64) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tafel"))
        .args(["--listen", &port.to_string(), "--store", &url(folder)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !is_ready(port) {
        assert!(child.try_wait().unwrap().is_none(), "the server ended");
        std::thread::sleep(Duration::from_millis(1));
    }
    let took = began.elapsed().as_secs_f64() * 1e3;
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().split_whitespace().next().unwrap().parse::<f64>().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    (took, resident / 1024.0)
}

fn is_ready(address: std::net::SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = [0; 12];
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.ends_with(b"200")
}
