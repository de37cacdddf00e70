//! A night of the report: a party that was planned long ago, an authority, an archive, and what must be true at its end.

use crate::harness::PATIENCE;
use crate::harness::authority::{Authority, Bucket};
use crate::harness::plans::{add_guest, add_table, request};
use crate::harness::process::{Process, url};
use crate::harness::server::{Client, add_tokens};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tafel::ledger::Ledger;
use tafel::plan::command::{Command, Role};
use tafel::plan::decide;
use tafel::store::{self, Access};
use tempfile::TempDir;

/// Nobody takes a claim over before its end and five seconds, so this is how long a test that kills somebody takes.
const CLAIM_S: u32 = 10;
pub const GUESTS: usize = 900;

/// Yesterday, in the zone of the tests.
pub fn days_ago(days: i32) -> jiff::civil::Date {
    use jiff::ToSpan as _;
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().checked_sub(days.days()).unwrap()
}

/// A party that was planned long ago.
pub fn party(url: &str) {
    let ledger = Ledger::start(store::open(url, Access::Beside).unwrap(), decide).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let submit = |commands: Vec<Command>| runtime.block_on(ledger.submit(request("berta", None, commands))).unwrap();
    let tables =
        (0..GUESTS / 10).map(|number| add_table(json!({"number": format!("T{number:03}"), "seats": 10, "name": "=cmd|' /C calc'!A0"})));
    submit(tables.collect());
    let name = |number: usize| format!("{} Müller \"the {number}th\", 席", "Anna ".repeat(8));
    submit((0..GUESTS).map(|number| add_guest(json!({"first_name": name(number), "last_name": "Ünal", "company": "-1"}))).collect());
    let snapshot = ledger.snapshot();
    let tables: Vec<_> = snapshot.plan.tables.keys().copied().collect();
    let seats = snapshot.plan.guests.keys().enumerate().map(|(at, guest)| Command::SeatGuest { guest: *guest, table: tables[at / 10] });
    submit(seats.collect());
    runtime.block_on(ledger.stop());
}

/// One that is made once, and copied.
fn prepared(folder: &Path) -> String {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        party(&url(folder.path()));
        let connection = rusqlite::Connection::open(folder.path().join("tafel.db")).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        folder
    });
    std::fs::copy(made.path().join("tafel.db"), folder.join("tafel.db")).unwrap();
    url(folder)
}

/// Everything that a night of a test needs, apart from the authority and the archive, which many share.
pub struct Night {
    pub name: String,
    pub folders: Vec<TempDir>,
    pub store: String,
    token: String,
    pub inbox: PathBuf,
}

pub fn settings(from: jiff::civil::Date, rest: &str, alerts: &str) -> String {
    format!(
        "[report]\nzone = \"Etc/UTC\"\ndeadline = \"23:59\"\nstart_after_s = 0\nfrom = \"{from}\"\nclaim_s = {CLAIM_S}\n{rest}\n\
         [report.alerts]\nminutes_before_deadline = 0\n{alerts}\n"
    )
}

impl Night {
    pub fn new(name: &str, authority: &Authority, bucket: &Bucket) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = prepared(folder.path());
        Self::on(name, vec![folder], store, authority, bucket, days_ago(1))
    }

    pub fn on(name: &str, folders: Vec<TempDir>, store: String, authority: &Authority, bucket: &Bucket, from: jiff::civil::Date) -> Self {
        let tokens = add_tokens(&store);
        let token = tokens.iter().find(|(role, _)| *role == Role::Admin).unwrap().1.clone();
        let inbox = authority.inbox(name);
        let night = Self { name: name.to_owned(), folders, store, token, inbox };
        night.set(&settings(from, &format!("{}{}", authority.settings(&night.inbox), bucket.settings(name)), ""));
        night
    }

    pub fn set(&self, settings: &str) {
        for folder in &self.folders {
            std::fs::write(folder.path().join("tafel.toml"), settings).unwrap();
        }
    }

    pub fn start(&self, number: usize) -> Process {
        Process::start_on(self.folders[number].path(), &self.store, &[])
    }

    pub fn client(&self, process: &Process) -> Client {
        Client::new(process.address, Some(self.token.clone()))
    }

    /// The visible files of the inbox, and the hidden ones.
    pub fn files(&self) -> (Vec<String>, Vec<String>) {
        let mut names: Vec<String> =
            std::fs::read_dir(&self.inbox).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names.into_iter().partition(|name| !name.starts_with('.'))
    }

    pub fn log(&self, number: usize) -> String {
        std::fs::read_to_string(self.folders[number].path().join("tafel.log")).unwrap_or_default()
    }

    /// The report is done: the authority has one whole file, the archive one object, and the stream each step once.
    pub fn is_right(&self, client: &Client, bucket: &Bucket) -> Value {
        let date = days_ago(1);
        let report = client.get(&format!("/api/v1/reports/{date}")).expect(200);
        let sent = std::fs::read(self.inbox.join(format!("tafel-{date}.csv"))).unwrap();
        let again = client.get(&format!("/api/v1/reports/{date}/file")).expect_text(200);
        assert_eq!(String::from_utf8(sent.clone()).unwrap(), again, "{}: the same bytes, whenever", self.name);
        assert_eq!(again.lines().count(), GUESTS + 1);
        assert_eq!(self.files(), (vec![format!("tafel-{date}.csv")], Vec::new()), "{}: one file, nothing left over", self.name);
        let objects = bucket.objects(&self.name);
        assert_eq!(objects.len(), 1, "{}", self.name);
        assert_eq!(objects[0].0, format!("{}/tafel-{date}.csv", date.strftime("%Y/%m/%d")));
        assert!(objects[0].1 == sent, "{}: the archive has what was sent", self.name);
        let kinds: Vec<&str> = report["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        for once in ["report_started", "report_rows_created", "report_submitted", "report_archived"] {
            assert_eq!(kinds.iter().filter(|kind| **kind == once).count(), 1, "{}: {once} in {kinds:?}", self.name);
        }
        report
    }
}

pub fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} does not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub fn is_done(client: &Client, date: jiff::civil::Date) -> Option<Value> {
    let answer = client.get(&format!("/api/v1/reports/{date}"));
    (answer.status == 200 && answer.body["done"] == true).then_some(answer.body)
}

pub fn done(night: &Night, client: &Client) -> Value {
    let began = Instant::now();
    loop {
        if let Some(report) = is_done(client, days_ago(1)) {
            return report;
        }
        let state = || client.get(&format!("/api/v1/reports/{}", days_ago(1))).body;
        assert!(began.elapsed() < PATIENCE, "{} is not done: {}", night.name, state());
        std::thread::sleep(Duration::from_millis(100));
    }
}
