//! The end-of-day report: what has to be done before its first byte is sent, a cut-off far back, and a million rows.

use crate::made::{open, party, stream};
use crate::{Line, median};
use jiff::civil::date;
use jiff::tz::TimeZone;
use std::io::BufWriter;
use std::sync::Arc;
use std::time::Instant;
use tafel::ledger::{Ledger, now};
use tafel::plan::command::{Ask, Conditions, ReportAsk, Request};
use tafel::plan::report::{Order, Report, ReportId, Terms};
use tafel::plan::{BatchId, Plan, Position, Text, Timestamp, decide};
use tafel::report::{Row, file_at, write_rows};
use tafel::store::ReportFile;
use uuid::Uuid;

const ROUNDS: u32 = 5;
const BACK: u64 = 100_000;
const ROWS: usize = 1_000_000;

fn terms(position: Position) -> Terms {
    Terms {
        cut_off: Timestamp(1),
        deadline: Timestamp(2),
        zone: Text::stored("Europe/Berlin"),
        order: Order::SubmitFirst,
        position,
        corrected_as_of: None,
        reason: None,
    }
}

async fn ask(ledger: &Ledger, ask: ReportAsk) {
    let (id, actor) = (BatchId(Uuid::now_v7()), Arc::from("system"));
    ledger.submit(Request { id, actor, at: now(), conditions: Conditions::default(), ask: Ask::Report(Box::new(ask)) }).await.unwrap();
}

fn report(ledger: &Ledger, id: ReportId) -> Report {
    ledger.snapshot().plan.reports.get(id).unwrap().clone()
}

/// All that a runner does until it connects to the authority; in milliseconds.
async fn until_the_first_byte(ledger: &Ledger, revision_of_day: u32) -> f64 {
    let id = ReportId { date: date(2026, 11, 1).checked_add(jiff::Span::new().days(revision_of_day)).unwrap(), revision: 1 };
    let began = Instant::now();
    let position = ledger.snapshot().plan.position;
    ask(ledger, ReportAsk::Start { report: id, terms: Box::new(terms(position)), is_last: false }).await;
    ask(ledger, ReportAsk::Claim { report: id, runner: Text::stored("bench"), until: Timestamp(now().0 + 300_000_000) }).await;
    let token = report(ledger, id).claim.unwrap().token;
    let written = file_at(ledger, &report(ledger, id)).await.unwrap();
    assert!(written.rows > 1_000);
    let file = written.facts();
    let kept = ReportFile { sha256: written.sha256, name: id.file_name(), content: written.content, created_at: now() };
    let store = ledger.store().clone();
    tokio::task::spawn_blocking(move || store.keep_report_file(&kept)).await.unwrap().unwrap();
    ask(ledger, ReportAsk::CreatedRows { report: id, token, file }).await;
    began.elapsed().as_secs_f64() * 1e3
}

fn rows(plan: &Plan) -> impl Iterator<Item = Row<'_>> {
    plan.guests.values().filter_map(|guest| {
        let table = plan.table(guest.table?)?;
        let spot = plan.spot(table.spot?)?;
        Some(Row { room: plan.room(spot.room)?.name.as_str(), spot: spot.code.as_str(), table, guest })
    })
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1_024.0
}

/// Rows per second of a million, and what the process holds in memory behind it.
fn a_million(plan: &Plan) -> (f64, f64) {
    let file = BufWriter::new(tempfile::tempfile().unwrap());
    let began = Instant::now();
    let endless = std::iter::repeat_with(|| rows(plan)).flatten();
    let count = write_rows(date(2026, 11, 21), &TimeZone::UTC, endless.take(ROWS), file).unwrap();
    (count as f64 / began.elapsed().as_secs_f64(), resident_mib())
}

pub fn run() -> Vec<Line> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    party(folder.path());
    let ledger = Ledger::start(open(folder.path()), decide).unwrap();
    let plan = ledger.snapshot().plan.clone();
    let (speeds, memory): (Vec<f64>, Vec<f64>) = (0..ROUNDS).map(|_| a_million(&plan)).unzip();
    let first = (0..ROUNDS).map(|round| runtime.block_on(until_the_first_byte(&ledger, round))).collect();
    runtime.block_on(ledger.stop());
    let folder = tempfile::tempdir().unwrap();
    stream(folder.path(), BACK + 10_000);
    // Each time by a program that has just started.
    let back = (0..ROUNDS).map(|round| {
        let ledger = Ledger::start(open(folder.path()), decide).unwrap();
        let position = Position(ledger.snapshot().plan.position.0 - BACK - u64::from(round));
        let id = ReportId { date: date(2026, 10, 1).checked_add(jiff::Span::new().days(round)).unwrap(), revision: 1 };
        runtime.block_on(ask(&ledger, ReportAsk::Start { report: id, terms: Box::new(terms(position)), is_last: false }));
        let began = Instant::now();
        assert!(runtime.block_on(file_at(&ledger, &report(&ledger, id))).unwrap().rows > 100);
        let took = began.elapsed().as_secs_f64() * 1e3;
        runtime.block_on(ledger.stop());
        took
    });
    let line = |what: &str, measured: String, to_reach| Line { what: what.into(), measured, baseline: "–".into(), ratio: None, to_reach };
    vec![
        line("a report of 1,620 guests, until its first byte is sent", format!("{:.1} ms", median(first)), "under 20 ms"),
        line("the file at a cut-off 100,000 events back", format!("{:.1} ms", median(back.collect())), "under 200 ms"),
        line("1,000,000 rows as CSV, into a file", format!("{:.0}/s", median(speeds)), "1,000,000/s"),
        line("… resident, with the plan", format!("{:.0} MiB", median(memory)), "under 64 MB"),
    ]
}
