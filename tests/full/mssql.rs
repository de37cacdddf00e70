//! SQL Server keeps the contract, and several instances on it: where there is one.

use super::instances::insisting;
use crate::harness::contract::{self, Database};
use crate::harness::mssql::{OnServer, execute, server};
use crate::harness::process::Process;
use crate::harness::server::add_tokens;
use crate::harness::tds::{Gateway, Manner};
use crate::harness::way::Way;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tafel::plan::command::Role;
use tafel::store::{self, Access};
use url::Url;
use uuid::Uuid;

const ABSENT: &str = "There is no SQL Server: set TAFEL_TEST_MSSQL, or start compose.yaml. NOTHING OF IT WAS TESTED.";

impl Database for OnServer {
    fn url(&self) -> String {
        self.url()
    }
    fn statement(&self, sql: &str) -> Result<(), String> {
        execute(&Url::parse(&self.url()).unwrap(), sql)
    }
    fn drop_guards(&self) {
        self.statement("DISABLE TRIGGER event_is_append_only ON event").unwrap();
    }
}

#[test]
fn sql_server_keeps_the_contract() {
    let Some(server) = server() else { return println!("{ABSENT}") };
    contract::holds(|| OnServer::new(&server));
    let mut wrong = server.clone();
    wrong.set_path("no_such_database");
    let error = store::open(wrong.as_str(), Access::Serve).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("no_such_database"), "{error}");
    let mut wrong = server;
    wrong.set_password(Some("secret")).unwrap();
    let error = store::open(wrong.as_str(), Access::Serve).map(|_| ()).unwrap_err().to_string();
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn several_instances_on_sql_server_lose_nothing_and_double_nothing() {
    let Some(server) = server() else { return println!("{ABSENT}") };
    let database = OnServer::new(&server);
    insisting(database.url(), |fleet| fleet.kill_one_after_the_other(lasting() / 2));
}

#[test]
fn pauses_freezes_and_outages_of_sql_server_lose_nothing_and_double_nothing() {
    let Some(server) = server() else { return println!("{ABSENT}") };
    let database = OnServer::new(&server);
    let mut url = Url::parse(&database.url()).unwrap();
    let way = Way::to(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(1433)));
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(way.port)).unwrap();
    insisting(url.into(), |fleet| {
        let began = Instant::now();
        while began.elapsed() < lasting() / 2 {
            fleet.pause(0, Duration::from_secs(3));
            way.freeze();
            std::thread::sleep(Duration::from_secs(7));
            way.open();
            std::thread::sleep(Duration::from_secs(3));
            way.cut();
            std::thread::sleep(Duration::from_secs(3));
            way.open();
            std::thread::sleep(Duration::from_secs(3));
        }
    });
}

/// The README's walk: the sample, the wrong draw, its retraction, and a start anew.
#[test]
fn the_sample_runs_on_sql_server_and_a_wrong_draw_is_taken_back() {
    let Some(server) = server() else { return println!("{ABSENT}") };
    let (database, folder) = (OnServer::new(&server), tempfile::tempdir().unwrap());
    drop(store::open(&database.url(), Access::Serve).unwrap());
    let tokens = add_tokens(&database.url());
    let began = Instant::now();
    let process = Process::start_on(folder.path(), &database.url(), &["--sample"]);
    println!("the sample is there after {:.1} s", began.elapsed().as_secs_f64());
    let admin = process.client(&tokens, Role::Admin);
    let content = |plan: &Value| (plan["tables"].clone(), plan["guests"].clone());
    let before = content(&admin.plan());
    let batch = admin.upload_and_apply("draw", "draw-wrong.xlsx", &json!({}));
    assert!(content(&admin.plan()) != before);
    admin.post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7(), "reason": "wrong file"})).expect(200);
    assert!(content(&admin.plan()) == before);
    let digest = admin.get("/api/v1/plan/digest").expect(200);
    process.terminate();
    let process = Process::start_on(folder.path(), &database.url(), &[]);
    assert_eq!(process.client(&tokens, Role::Admin).get("/api/v1/plan/digest").expect(200), digest);
}

/// How long things go wrong in all: `TAFEL_MSSQL_SECONDS`, or 40 s.
fn lasting() -> Duration {
    let seconds = std::env::var("TAFEL_MSSQL_SECONDS").map_or(40, |seconds| seconds.parse().expect("TAFEL_MSSQL_SECONDS is a number"));
    Duration::from_secs(seconds)
}

#[test]
fn what_is_wrong_in_a_url_is_said_in_words_and_without_the_password() {
    for (url, words) in [
        ("mssql://sa:secret@127.0.0.1:1/tafel", "refused"),
        ("mssql://sa:secret@127.0.0.1/tafel?encrypted=yes", "is not understood"),
        ("mssql:tafel", "names no host"),
    ] {
        let error = store::open(url, Access::Serve).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{url}: {error}");
    }
}

fn opening(port: u16) -> String {
    let url = format!("mssql://sa:secret@127.0.0.1:{port}/tafel");
    store::open(&url, Access::Serve).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_server_that_sends_its_clients_on_is_followed_once() {
    let silent = Gateway::start(Manner::IsSilent);
    let gateway = Gateway::start(Manner::SendsOn(silent.port));
    assert!(opening(gateway.port).contains("no answer within"));
    assert_eq!((gateway.connections(), silent.connections()), (1, 1));
    let second = Gateway::start(Manner::SendsOn(silent.port));
    let first = Gateway::start(Manner::SendsOn(second.port));
    let error = opening(first.port);
    assert!(error.contains("alternative address"), "{error}");
    assert_eq!((first.connections(), second.connections(), silent.connections()), (1, 1, 1), "gateways do not make a circle");
}

#[test]
fn a_server_that_insists_on_encryption_says_what_to_put_into_the_url() {
    let error = opening(Gateway::start(Manner::WantsEncryption).port);
    assert!(error.contains("insists on encryption") && error.contains("encrypt=yes") && error.contains("ca=FILE"), "{error}");
    assert!(error.starts_with("cannot open"), "nobody waits for that to pass: {error}");
}
