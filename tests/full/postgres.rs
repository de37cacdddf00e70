//! PostgreSQL keeps the contract, and what only a server has: passwords, rights, an end in the middle.

use crate::harness::PATIENCE;
use crate::harness::contract::{self, Database};
use crate::harness::plans::{add_table, request};
use crate::harness::postgres::{Cluster, postgres, shared};
use crate::harness::process::Process;
use crate::harness::server::add_tokens;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tafel::ledger::{Failure, Ledger};
use tafel::plan::command::Role;
use tafel::plan::{Position, decide};
use tafel::store::{self, Access};
use uuid::Uuid;

/// A database on the server that the tests share.
struct OnServer(String);

impl Database for OnServer {
    fn url(&self) -> String {
        self.0.clone()
    }
    fn statement(&self, sql: &str) -> Result<(), String> {
        postgres(&self.0).unwrap().execute(sql)
    }
    fn drop_guards(&self) {
        self.statement("ALTER TABLE event DISABLE TRIGGER USER").unwrap();
    }
}

#[test]
fn postgres_keeps_the_contract() {
    contract::holds(|| OnServer(shared().database()));
}

#[test]
fn a_truncation_is_refused_too() {
    let database = OnServer(shared().database());
    drop(database.open());
    let error = database.statement("TRUNCATE event").unwrap_err();
    assert!(error.contains("append-only"), "{error}");
}

#[test]
fn what_is_wrong_is_said_in_words_and_without_the_password() {
    let port = shared().port;
    let refusals = [
        (format!("postgres://tafel:secret@127.0.0.1:{port}/no_such_database"), "does not exist"),
        ("postgres://tafel:secret@127.0.0.1:1/tafel".to_owned(), "refused"),
        (format!("postgres://nobody:secret@127.0.0.1:{port}/postgres"), "does not exist"),
        (format!("postgres://tafel:secret@127.0.0.1:{port}/postgres?sslmode=require"), "TLS"),
        (format!("postgres://tafel:secret@127.0.0.1:{port}/postgres?sslrootcert=/no/such/file"), "sslrootcert"),
        ("postgres://tafel:secret@[broken/tafel".to_owned(), "invalid"),
    ];
    for (url, words) in refusals {
        let error = store::open(&url, Access::Serve).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words), "{url}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

/// A way to the server that is cut behind the next request that holds the word: it arrives, and its answer does not.
struct Cutting {
    port: u16,
    is_cut: Arc<AtomicBool>,
}

impl Cutting {
    fn before(server: u16, word: &'static str, answers_for: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = is_cut.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let silent = Arc::new(AtomicBool::new(false));
                let (cut, hush) = (cut.clone(), silent.clone());
                std::thread::spawn(move || forward(back_from, back_to, |_| !hush.load(Ordering::SeqCst)));
                std::thread::spawn(move || {
                    let (near, far) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                    forward(client, server, |bytes| {
                        let hit = bytes.windows(word.len()).any(|window| window == word.as_bytes()) && !cut.swap(true, Ordering::SeqCst);
                        if hit {
                            silent.store(true, Ordering::SeqCst);
                            let (near, far) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                            std::thread::spawn(move || {
                                std::thread::sleep(answers_for);
                                let _ = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
                            });
                        }
                        true
                    });
                });
            }
        });
        Self { port, is_cut }
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, mut lets: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        if count == 0 || (lets(&bytes[..count]) && to.write_all(&bytes[..count]).is_err()) {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn submit_through<T>(cutting: &Cutting, url: &str, before: impl FnOnce() -> T, meanwhile: impl FnOnce(T)) {
    let through = url.replace(&format!(":{}/", shared().port), &format!(":{}/", cutting.port));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let ledger = Ledger::start(store::open(&through, Access::Serve).unwrap(), decide).unwrap();
    runtime.block_on(ledger.submit(request("berta", None, vec![add_table(json!({"number": "T1"}))]))).unwrap();
    let held = before();
    let asked = runtime.spawn({
        let ledger = ledger.clone();
        async move { ledger.submit(request("berta", None, vec![add_table(json!({"number": "cut-me"}))])).await }
    });
    meanwhile(held);
    let answer = runtime.block_on(asked).unwrap().expect("it is settled by the stream, not told to the user");
    assert!(cutting.is_cut.load(Ordering::SeqCst), "the way was cut");
    assert_eq!((answer.position, answer.events.len()), (Position(2), 1));
    runtime.block_on(ledger.submit(request("berta", None, vec![add_table(json!({"number": "T3"}))]))).unwrap();
    assert_eq!(ledger.snapshot().plan.position, Position(3), "nothing twice, nothing lost");
    runtime.block_on(ledger.stop());
}

#[test]
fn a_connection_cut_between_commit_and_answer_is_settled_by_the_stream() {
    let url = shared().database();
    drop(store::open(&url, Access::Beside).unwrap());
    let cutting = Cutting::before(shared().port, "cut-me", Duration::from_millis(300));
    submit_through(&cutting, &url, || (), |()| ());
}

#[test]
fn a_connection_cut_while_the_old_transaction_is_still_open_is_settled_too() {
    let url = shared().database();
    drop(store::open(&url, Access::Beside).unwrap());
    let cutting = Cutting::before(shared().port, "cut-me", Duration::from_millis(100));
    // The first attempt waits for this lock; its connection is cut; the second one waits behind it.
    let lock = || {
        let mut other = postgres(&url).unwrap();
        other.execute("BEGIN; LOCK TABLE event IN EXCLUSIVE MODE").unwrap();
        other
    };
    submit_through(&cutting, &url, lock, |mut other| {
        std::thread::sleep(Duration::from_millis(900));
        other.execute("COMMIT").unwrap();
    });
}

/// A database that may only be read, and one that is held up: 503 in time, in words, and everything goes on by itself.
#[test]
fn a_database_that_is_read_only_or_slow_costs_nothing_but_time() {
    let (url, folder) = (shared().database(), tempfile::tempdir().unwrap());
    let tokens = add_tokens(&url);
    let process = Process::start_on(folder.path(), &url, &[]);
    let client = process.client(&tokens, Role::Admin);
    client.command(json!({"type": "add_table", "number": "before"})).expect(200);
    let name = url.rsplit('/').next().unwrap().to_owned();
    let mut server = postgres(&url).unwrap();
    let mut set = |is_read_only: &str| {
        server.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = {is_read_only}")).unwrap();
        let others = format!(
            "SET default_transaction_read_only = off; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        );
        server.execute(&others).unwrap();
    };
    set("on");
    let send = |number: &str| {
        let began = Instant::now();
        let id = Uuid::now_v7();
        let body = json!({"id": id, "command": {"type": "add_table", "number": number}});
        let answer = client.post("/api/v1/commands", &body);
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.header("retry-after").is_some() && began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        (id, body)
    };
    let (_, first) = send("read-only");
    assert_eq!(client.plan()["tables"].as_array().unwrap().len(), 1, "it can be looked at, and shows nothing that is not there");
    let log = std::fs::read_to_string(&process.log).unwrap();
    assert!(log.contains("read-only transaction"), "{log}");
    set("off");
    let mut holder = postgres(&url).unwrap();
    holder.execute("BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE").unwrap();
    let (_, second) = send("slow");
    holder.execute("COMMIT").unwrap();
    for body in [first, second] {
        let began = Instant::now();
        while client.post("/api/v1/commands", &body).status != 200 {
            assert!(began.elapsed() < PATIENCE, "it does not go on");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    let plan = client.plan();
    let mut numbers: Vec<&str> = plan["tables"].as_array().unwrap().iter().map(|table| table["number"].as_str().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["before", "read-only", "slow"], "each once");
}

/// Whoever set up the database may have made commits fast and forgetful: an acknowledgement holds all the same.
#[test]
fn an_acknowledged_command_survives_a_crash_of_a_database_that_commits_asynchronously() {
    let mut cluster = Cluster::start("synchronous_commit = off\nwal_writer_delay = 10s\nfull_page_writes = off\n");
    let url = cluster.database();
    // What no client can overrule is said.
    assert_eq!(store::open(&url, Access::Beside).unwrap().risks(), ["full_page_writes = off"]);
    let ledger = Ledger::start(store::open(&url, Access::Beside).unwrap(), decide).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let position = runtime.block_on(ledger.submit(request("berta", None, vec![add_table(json!({"number": "T1"}))]))).unwrap().position;
    cluster.stop();
    // What is only in the stream cannot be read, and that is no fault.
    assert!(matches!(runtime.block_on(ledger.plan_at(position, None)), Ok(_) | Err(Failure::Unreadable(_))));
    cluster.go_on();
    let again = Ledger::start(store::open(&url, Access::Beside).unwrap(), decide).unwrap();
    assert_eq!(again.snapshot().plan.position, position, "it is there");
    runtime.block_on(async { (ledger.stop().await, again.stop().await) });
}
