//! Spreadsheets: what a reader costs, how long a preview of a large list takes, and what others notice of ten at once.

use crate::http::{start, token};
use crate::made::party;
use crate::{Line, median};
use rust_xlsxwriter::Workbook;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tafel::plan::command::Role;
use tafel::reader::{Limits, Reader};
use tafel::sheet::{Book, Guards};

const GUESTS: u32 = 20_000;

/// A list with a dozen columns.
fn list(guests: u32) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let headers =
        ["Employee No", "First name", "Last name", "E-mail", "Company", "Department", "Party", "VIP", "Diet", "RSVP", "Language", "Notes"];
    for (column, header) in (0_u16..).zip(headers) {
        sheet.write_string(0, column, header).unwrap();
    }
    for row in 1..=guests {
        let number = 500_000 + row;
        let cells = [
            number.to_string(),
            format!("First{row}"),
            format!("Last{}", row % 4_000),
            format!("guest{number}@example.org"),
            format!("Company {}", row % 90),
            format!("Department {}", row % 30),
            format!("P{}", row % 7_000),
            if row % 20 == 0 { "yes" } else { "no" }.to_owned(),
            ["vegetarian", "vegan", "halal", ""][row as usize % 4].to_owned(),
            ["accepted", "declined", "invited"][row as usize % 3].to_owned(),
            ["en", "de"][row as usize % 2].to_owned(),
            if row % 10 == 0 { format!("Arrives late, by train {row}") } else { String::new() },
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

pub fn run() -> Vec<Line> {
    let folder = tempfile::tempdir().unwrap();
    party(folder.path());
    let token = token(folder.path(), Role::Admin);
    let (mut server, address) = start(folder.path());
    let (small, large) = (list(40), list(GUESTS));
    let mut lines = vec![reader(&small)];
    let watch = Watch::start(server.id());
    let mut previews = vec![seconds(|| preview(address, &token, &large))];
    // The server remembers some of the files that were read lately, so the first one tells what one costs.
    let (own_mib, most_mib) = watch.end();
    previews.extend((0..4).map(|_| seconds(|| preview(address, &token, &large))));
    lines.push(Line {
        what: format!("preview of {GUESTS} guests, {} kB of xlsx", large.len() / 1_000),
        measured: format!("{:.0} ms; {most_mib} MiB at the most, reader included", median(previews) * 1e3),
        baseline: format!("{own_mib} MiB before"),
        ratio: None,
        to_reach: "700 ms, 200 MB",
    });
    lines.push(others(address, &token, &large));
    server.kill().unwrap();
    server.wait().unwrap();
    lines
}

fn seconds(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

fn reader(small: &[u8]) -> Line {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let reader = Reader::new(env!("CARGO_BIN_EXE_tafel").into(), Limits::default());
    let bytes = Arc::new(small.to_vec());
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for _ in 0..31 {
        here.push(seconds(|| drop(Book::open("list.xlsx", small, Guards::On).unwrap())));
        there.push(seconds(|| drop(runtime.block_on(reader.read("list.xlsx", bytes.clone(), Ok)).unwrap())));
    }
    let (here, there) = (median(here), median(there));
    Line {
        what: "40 guests read by a process of its own".into(),
        measured: format!("{:.1} ms", there * 1e3),
        baseline: format!("{:.1} ms (in this process)", here * 1e3),
        ratio: None,
        to_reach: "20 ms",
    }
}

/// How long others wait for an answer while ten files are sent at once.
fn others(address: SocketAddr, token: &str, large: &[u8]) -> Line {
    let agent = ureq::Agent::new_with_defaults();
    let ask = || {
        seconds(|| {
            let path = format!("http://{address}/api/v1/plan");
            agent.get(path).header("Authorization", format!("Bearer {token}")).call().unwrap().body_mut().read_to_vec().unwrap();
        })
    };
    let ask_for = |over: &dyn Fn() -> bool| {
        let mut asked = Vec::new();
        while !over() {
            asked.push(ask());
            std::thread::sleep(Duration::from_millis(2));
        }
        median(asked)
    };
    let began = Instant::now();
    let alone = ask_for(&|| began.elapsed() > Duration::from_secs(2));
    let left = AtomicU64::new(10);
    let beside = std::thread::scope(|threads| {
        for _ in 0..10 {
            threads.spawn(|| {
                preview(address, token, large);
                left.fetch_sub(1, Ordering::Relaxed);
            });
        }
        ask_for(&|| left.load(Ordering::Relaxed) == 0)
    });
    Line {
        what: "the whole plan as JSON while ten such lists are sent at once".into(),
        measured: format!("{:.2} ms", beside * 1e3),
        baseline: format!("{:.2} ms (alone)", alone * 1e3),
        ratio: Some(beside / alone),
        to_reach: "1.20",
    }
}

fn preview(address: SocketAddr, token: &str, bytes: &[u8]) {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.xlsx\"\r\n\r\n".to_vec();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let mut answer = ureq::post(format!("http://{address}/api/v1/uploads/guests"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "multipart/form-data; boundary=x")
        .send(&body[..])
        .unwrap();
    answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
}

/// Looks at the memory of a process and of those that it has started.
struct Watch {
    over: Arc<AtomicBool>,
    before: u64,
    looking: std::thread::JoinHandle<u64>,
}

impl Watch {
    fn start(id: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let looking = {
            let over = over.clone();
            std::thread::spawn(move || {
                let mut most = 0;
                while !over.load(Ordering::Relaxed) {
                    most = most.max(resident_mib(id, true));
                    std::thread::sleep(Duration::from_millis(2));
                }
                most
            })
        };
        Self { over, before: resident_mib(id, false), looking }
    }

    fn end(self) -> (u64, u64) {
        self.over.store(true, Ordering::Relaxed);
        (self.before, self.looking.join().unwrap())
    }
}

fn resident_mib(id: u32, with_children: bool) -> u64 {
    let resident = |status: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        value.split_whitespace().next().and_then(|value| value.parse::<u64>().ok()).unwrap_or(0)
    };
    let of = |id: &str| fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let mut all = resident(&of(&id.to_string()));
    if with_children {
        let children = fs::read_dir(format!("/proc/{id}/task")).unwrap().flatten();
        let children = children.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        all += children.flat_map(|ids| ids.split_whitespace().map(|id| resident(&of(id))).collect::<Vec<_>>()).sum::<u64>();
    }
    all / 1_024
}
