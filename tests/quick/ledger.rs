//! The ledger: what happens when the store fails, others append, decisions crash, and streams are broken.

use crate::harness::PATIENCE;
use crate::harness::plans::{add_table, request};
use crate::harness::wayward::{Goes, Wayward};
use serde_json::json;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tafel::ledger::{Answer, ChangeValidity, Failure, Ledger, ReplayError, now};
use tafel::plan::command::{Ask, Command, Request};
use tafel::plan::event::Event;
use tafel::plan::{BatchId, Plan, Position, Refusal, Text, Timestamp, decide};
use tafel::store::{Access, Chunk, Sqlite, Store, StoreError};
use tokio::sync::Notify;
use uuid::Uuid;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn sqlite(folder: &Path) -> Arc<Sqlite> {
    Arc::new(Sqlite::open(folder.join("tafel.db"), Access::Beside).unwrap())
}

fn table(number: &str) -> Request {
    request("berta", None, vec![add_table(json!({"number": number}))])
}

fn numbers(plan: &Plan) -> Vec<String> {
    plan.tables.values().map(|table| table.number.to_string()).collect()
}

/// Runs a test on a ledger whose appends go as said.
fn on(goes: fn(usize, &[Chunk]) -> Goes, test: impl AsyncFnOnce(&Ledger)) {
    let folder = tempfile::tempdir().unwrap();
    let store = Wayward::new(sqlite(folder.path()), goes);
    let ledger = Ledger::start(store, decide).unwrap();
    runtime().block_on(async {
        test(&ledger).await;
        ledger.stop().await;
    });
}

#[test]
fn a_commit_that_fails_answers_unknown_shows_nothing_and_the_next_command_works() {
    on(
        |number, _| if number < 4 { Goes::Fails } else { Goes::Well },
        async |ledger| {
            let failed = ledger.submit(table("T1")).await.unwrap_err();
            assert!(matches!(&failed, Failure::Unavailable(why) if why.contains("disk is full")), "{failed}");
            assert_eq!(numbers(&ledger.snapshot().plan), [] as [&str; 0]);
            ledger.submit(table("T2")).await.unwrap();
            assert!(ledger.is_up());
            assert_eq!(numbers(&ledger.snapshot().plan), ["T2"]);
        },
    );
}

#[test]
fn a_commit_whose_answer_was_lost_is_settled_by_the_stream() {
    on(
        |number, _| if number == 0 { Goes::AnswerLost } else { Goes::Well },
        async |ledger| {
            let answer = ledger.submit(table("T1")).await.unwrap();
            assert_eq!((answer.position, answer.events.len()), (Position(1), 1));
            ledger.submit(table("T2")).await.unwrap();
            assert_eq!(numbers(&ledger.snapshot().plan), ["T1", "T2"]);
        },
    );
}

#[test]
fn one_command_that_the_store_refuses_fails_nobody_else() {
    fn refuses_bad(_: usize, chunks: &[Chunk]) -> Goes {
        let bad = chunks.iter().flat_map(|chunk| chunk.iter()).any(|event| event.payload.contains("bad"));
        if bad { Goes::Refuses } else { Goes::Well }
    }
    on(refuses_bad, async |ledger| {
        let asked = ["T1", "bad", "T2", "T3", "bad2", "T4"].map(|number| {
            let ledger = ledger.clone();
            tokio::spawn(async move { ledger.submit(table(number)).await })
        });
        let mut outcomes = Vec::new();
        for task in asked {
            outcomes.push(task.await.unwrap().map_err(|failure| matches!(failure, Failure::Rejected(_))).map(|_| ()));
        }
        assert_eq!(outcomes, [Ok(()), Err(true), Ok(()), Ok(()), Err(true), Ok(())]);
        let mut there = numbers(&ledger.snapshot().plan);
        there.sort();
        assert_eq!(there, ["T1", "T2", "T3", "T4"]);
    });
}

#[test]
fn a_decision_that_crashes_costs_one_command() {
    fn crashes(plan: &Plan, request: &Request) -> Result<Vec<Event>, Refusal> {
        if let Ask::Commands(commands) = &request.ask
            && let [Command::AddTable { set }] = commands.as_slice()
        {
            assert!(set.number.set().unwrap().as_str() != "crash", "as the test wants it");
        }
        decide(plan, request)
    }
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::start(sqlite(folder.path()), crashes).unwrap();
    runtime().block_on(async {
        let asked: Vec<_> = ["T1", "crash", "T2"]
            .into_iter()
            .map(|number| {
                tokio::spawn({
                    let ledger = ledger.clone();
                    async move { ledger.submit(table(number)).await }
                })
            })
            .collect();
        let mut crashed = 0;
        for task in asked {
            crashed += usize::from(matches!(task.await.unwrap(), Err(Failure::Crashed(_))));
        }
        assert_eq!(crashed, 1);
        ledger.submit(table("T3")).await.unwrap();
        let mut there = numbers(&ledger.snapshot().plan);
        there.sort();
        assert_eq!(there, ["T1", "T2", "T3"]);
    });
}

#[test]
fn the_same_id_at_the_same_time_is_done_once() {
    on(
        |_, _| Goes::Well,
        async |ledger| {
            let once = table("T1");
            let asked: Vec<_> = (0..32)
                .map(|_| {
                    tokio::spawn({
                        let (ledger, once) = (ledger.clone(), once.clone());
                        async move { ledger.submit(once).await.unwrap() }
                    })
                })
                .collect();
            for task in asked {
                let answer = task.await.unwrap();
                assert_eq!((answer.position, answer.events.len()), (Position(1), 1));
            }
            assert_eq!(ledger.snapshot().plan.position, Position(1));
        },
    );
}

/// A ledger whose first append is on its way until it is told to go on, and whether it is on its way.
struct Held {
    _folder: tempfile::TempDir,
    ledger: Ledger,
    /// Another instance on the same stream.
    other: Ledger,
    is_on_its_way: Arc<Notify>,
    goes_on: Arc<Notify>,
}

impl Held {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (is_on_its_way, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begun, until) = (is_on_its_way.clone(), goes_on.clone());
        let store = Wayward::new(sqlite(folder.path()), move |number, _| {
            if number > 0 {
                return Goes::Well;
            }
            begun.notify_one();
            Goes::Waits(until.clone())
        });
        let (ledger, other) = (Ledger::start(store, decide).unwrap(), Ledger::start(sqlite(folder.path()), decide).unwrap());
        Self { _folder: folder, ledger, other, is_on_its_way, goes_on }
    }

    /// A command whose append is on its way.
    async fn submit(&self, number: &str) -> tokio::task::JoinHandle<Result<Answer, Failure>> {
        let (ledger, request) = (self.ledger.clone(), table(number));
        let asked = tokio::spawn(async move { ledger.submit(request).await });
        self.is_on_its_way.notified().await;
        asked
    }
}

#[test]
fn a_client_that_goes_away_does_not_stop_its_command() {
    let held = Held::new();
    runtime().block_on(async {
        held.submit("T1").await.abort();
        held.goes_on.notify_one();
        let snapshot = held.ledger.wait_for(Position(1), PATIENCE).await.expect("it is carried out all the same");
        assert_eq!(numbers(&snapshot.plan), ["T1"]);
    });
}

/// A client that was refused elsewhere meanwhile must not find it done later.
#[test]
fn what_must_be_decided_anew_is_dropped_if_nobody_waits_for_it_any_more() {
    let held = Held::new();
    runtime().block_on(async {
        let asked = held.submit("T1").await;
        let gone = tokio::time::timeout(Duration::from_millis(20), held.ledger.submit(table("ghost"))).await;
        assert!(gone.is_err(), "the client did not wait");
        held.other.submit(table("other")).await.unwrap();
        held.goes_on.notify_one();
        asked.await.unwrap().expect("who waits is answered");
        held.ledger.submit(table("last")).await.unwrap();
        let mut there = numbers(&held.ledger.snapshot().plan);
        there.sort();
        assert_eq!(there, ["T1", "last", "other"]);
    });
}

#[test]
fn a_past_that_cannot_be_read_is_no_fault_of_the_stream() {
    let away = StoreError::Unavailable(Arc::new(std::io::Error::other("nobody answers")));
    assert!(matches!(Failure::from(ReplayError::Store(away)), Failure::Unreadable(_)));
    let broken = StoreError::Broken { position: Position(3), why: "a gap".to_owned() };
    assert!(matches!(Failure::from(ReplayError::Store(broken)), Failure::Broken(_)));
}

#[test]
fn what_others_append_is_followed_and_decided_upon() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Ledger::start(sqlite(folder.path()), decide).unwrap(), Ledger::start(sqlite(folder.path()), decide).unwrap());
    runtime().block_on(async {
        one.submit(table("T1")).await.unwrap();
        // At a position that is taken by now: read, decided anew, appended behind.
        let answer = other.submit(table("T2")).await.unwrap();
        assert_eq!(answer.position, Position(2));
        // Refused on what the other one wrote, although nothing would have been appended.
        let refused = one.submit(table("T2")).await.unwrap_err();
        assert!(matches!(&refused, Failure::Refused(refusal) if refusal.code() == "number_taken"), "{refused}");
        assert_eq!(numbers(&one.snapshot().plan), ["T1", "T2"]);
        // A retraction by the other is followed, too, without a command.
        other.change_validity(retraction(answer.batch)).await.unwrap();
        let followed = one.wait_for(Position(3), PATIENCE).await.unwrap();
        assert_eq!(numbers(&followed.plan), ["T1"]);
        one.stop().await;
        other.stop().await;
    });
}

#[test]
fn stopping_answers_what_was_accepted_and_takes_no_more() {
    on(
        |_, _| {
            std::thread::sleep(Duration::from_millis(20));
            Goes::Well
        },
        async |ledger| {
            let asked: Vec<_> = (0..50)
                .map(|number| {
                    tokio::spawn({
                        let ledger = ledger.clone();
                        async move { ledger.submit(table(&format!("T{number}"))).await }
                    })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(30)).await;
            ledger.stop().await;
            let mut accepted = 0;
            for task in asked {
                match task.await.unwrap() {
                    Ok(_) => accepted += 1,
                    Err(failure) => assert!(matches!(failure, Failure::NotDecided(_)), "{failure}"),
                }
            }
            assert_eq!(ledger.snapshot().plan.tables.len(), accepted);
            assert!(ledger.submit(table("late")).await.is_err());
        },
    );
}

fn retraction(batch: BatchId) -> tafel::ledger::ChangeValidity {
    tafel::ledger::ChangeValidity {
        id: BatchId(Uuid::now_v7()),
        batch,
        retracts: true,
        reason: tafel::plan::Text::parse("wrong").unwrap(),
        actor: Arc::from("anton"),
        is_admin: true,
        at: tafel::ledger::now(),
        position: None,
    }
}

/// Whoever has just committed lets the others go first: what he has decided meanwhile waits, and must not be forgotten.
#[test]
fn what_waits_for_its_turn_is_answered_before_a_retraction_and_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (Ledger::start(sqlite(folder.path()), decide).unwrap(), Ledger::start(sqlite(folder.path()), decide).unwrap());
    runtime().block_on(async {
        let mut answered = 0;
        for round in 0..10 {
            other.submit(table(&format!("other {round}"))).await.unwrap();
            // It has seen that somebody else is at work, and commits: the next turn is theirs.
            let batch = one.submit(table(&format!("one {round}"))).await.unwrap().batch;
            let waiting = [format!("a {round}"), format!("b {round}")].map(|number| one.submit(table(&number)));
            let [a, b] = waiting;
            let (a, b, taken_back) = tokio::join!(a, b, one.change_validity(retraction(batch)));
            answered += u32::from(a.is_ok()) + u32::from(b.is_ok());
            taken_back.unwrap();
        }
        assert_eq!(answered, 20, "each is answered, and done");
        other.submit(table("other last")).await.unwrap();
        one.submit(table("one last")).await.unwrap();
        let (last, ()) = tokio::join!(one.submit(table("accepted")), one.stop());
        last.unwrap();
        other.stop().await;
    });
    let plan = Ledger::start(sqlite(folder.path()), decide).unwrap();
    assert_eq!(plan.snapshot().plan.tables.len(), 10 + 20 + 3, "what was answered is there");
}

#[test]
fn an_id_stands_for_one_request_of_one_person() {
    on(
        |_, _| Goes::Well,
        async |ledger| {
            let first = table("T1");
            let answer = ledger.submit(first.clone()).await.unwrap();
            assert_eq!(ledger.submit(first.clone()).await.unwrap().position, answer.position, "the same again");
            // Another request of the same person, also if it would do the same as the plan says already.
            for another in [table("T2"), request("berta", None, vec![add_table(json!({"number": "T1", "seats": 9}))])] {
                let refused = ledger.submit(Request { id: first.id, ..another }).await.unwrap_err();
                assert!(matches!(&refused, Failure::Refused(refusal) if refusal.code() == "id_taken"), "{refused}");
            }
            assert_eq!(numbers(&ledger.snapshot().plan), ["T1"]);
            let theirs = Request { actor: Arc::from("anton"), ..first };
            let refused = ledger.submit(theirs).await.unwrap_err();
            assert!(matches!(&refused, Failure::Refused(refusal) if refusal.code() == "id_taken"), "{refused}");
            let ask = retraction(answer.batch);
            let again = ledger.change_validity(ask.clone()).await.unwrap();
            assert_eq!(ledger.change_validity(ask.clone()).await.unwrap().position, again.position, "the same again");
            for another in [
                ChangeValidity { actor: Arc::from("carla"), ..ask.clone() },
                ChangeValidity { reason: Text::stored("another"), ..ask.clone() },
                ChangeValidity { retracts: false, ..ask.clone() },
            ] {
                let refused = ledger.change_validity(another).await.unwrap_err();
                assert!(matches!(&refused, Failure::Refused(refusal) if refusal.code() == "id_taken"), "{refused}");
            }
            let refused = ledger.submit(Request { id: ask.id, actor: ask.actor, ..table("T2") }).await.unwrap_err();
            assert!(matches!(&refused, Failure::Refused(refusal) if refusal.code() == "id_taken"), "{refused}");
        },
    );
}

#[test]
fn a_store_that_goes_away_while_it_is_read_is_away_and_no_hindrance() {
    let folder = tempfile::tempdir().unwrap();
    let wayward = Wayward::new(sqlite(folder.path()), |_, _| Goes::Well);
    let ours = Ledger::start(wayward.clone(), decide).unwrap();
    let theirs = Ledger::start(sqlite(folder.path()), decide).unwrap();
    runtime().block_on(async {
        wayward.hide(true);
        let appended = theirs.submit(table("T1")).await.unwrap().position;
        let until = async |is_so: &dyn Fn() -> bool| {
            while !is_so() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        until(&|| !ours.is_store_up() || ours.hindrance().is_some()).await;
        assert_eq!(ours.hindrance(), None);
        wayward.hide(false);
        until(&|| ours.is_store_up() && ours.snapshot().plan.position == appended).await;
        ours.submit(table("T2")).await.unwrap();
        ours.stop().await;
        theirs.stop().await;
    });
}

#[test]
fn ids_that_are_sent_again_after_a_restart_are_looked_up_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = Wayward::new(sqlite(folder.path()), |_, _| Goes::Well);
    let requests: Vec<Request> = (0..25).map(|number| table(&format!("T{number}"))).collect();
    let submit_all = || {
        let ledger = Ledger::start(store.clone(), decide).unwrap();
        runtime().block_on(async {
            let answers = futures_util::future::join_all(requests.iter().map(|request| ledger.submit(request.clone()))).await;
            ledger.stop().await;
            answers.into_iter().map(|answer| answer.unwrap().events).collect::<Vec<_>>()
        })
    };
    let first = submit_all();
    assert_eq!(store.lookups(), 0, "new ids are not looked up");
    assert!(submit_all() == first, "each is answered as it was");
    // The first may come before the others are there.
    assert!(store.lookups() <= 3, "{} questions for 25 ids", store.lookups());
}

/// Four requests at once under one id: one is done, and nobody is told that theirs was who was not asked for it.
#[test]
fn of_several_requests_at_once_under_one_id_one_is_done() {
    on(
        |_, _| Goes::Well,
        async |ledger| {
            let first = table("T1");
            let [a, b, c, d] = ["T1", "T2", "T3", "T4"].map(|number| ledger.submit(Request { id: first.id, ..table(number) }));
            let (a, b, c, d) = tokio::join!(a, b, c, d);
            let answers = [a, b, c, d];
            let is_taken =
                |answer: &Result<Answer, Failure>| matches!(answer, Err(Failure::Refused(refusal)) if refusal.code() == "id_taken");
            assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
            assert_eq!(answers.iter().filter(|answer| is_taken(answer)).count(), 3, "{answers:?}");
            assert_eq!(ledger.snapshot().plan.tables.len(), 1);
        },
    );
}

#[test]
fn a_retraction_that_cannot_be_written_is_given_up_as_soon_as_a_command() {
    on(
        |number, _| if number == 0 { Goes::Well } else { Goes::Fails },
        async |ledger| {
            let batch = ledger.submit(table("T1")).await.unwrap().batch;
            let failed = ledger.change_validity(retraction(batch)).await.unwrap_err();
            assert!(matches!(&failed, Failure::Unavailable(why) if why.contains("disk is full")), "{failed}");
            assert_eq!(numbers(&ledger.snapshot().plan), ["T1"]);
        },
    );
}

/// The message of a start on a stream with this row in it.
fn start_with(row: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::start(sqlite(folder.path()), decide).unwrap();
    runtime().block_on(async {
        ledger.submit(table("T1")).await.unwrap();
        ledger.stop().await;
    });
    drop(ledger);
    let connection = rusqlite::Connection::open(folder.path().join("tafel.db")).unwrap();
    connection.execute_batch("DROP TRIGGER event_leaves_no_gap").unwrap();
    connection.execute(&format!("INSERT INTO event (position, recorded_at, actor, batch, kind, payload) VALUES ({row})"), []).unwrap();
    match Ledger::start(sqlite(folder.path()), decide) {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_broken_stream_stops_the_start_and_says_where() {
    let batch = "randomblob(16)";
    let late = "9000000000000000";
    let unknown = start_with(&format!("2, {late}, 'x', {batch}, 'guest_teleported', '{{}}'"));
    assert!(unknown.contains("position 2") && unknown.contains("guest_teleported"), "{unknown}");
    let payload = start_with(&format!("2, {late}, 'x', {batch}, 'guest_seated', '{{\"guest\":1,\"chair\":2}}'"));
    assert!(payload.contains("position 2") && payload.contains("chair"), "{payload}");
    let gap = start_with(&format!("3, {late}, 'x', {batch}, 'guest_unseated', '{{\"guest\":1}}'"));
    assert!(gap.contains("position 3") && gap.contains("gap"), "{gap}");
    let time = start_with(&format!("2, 5, 'x', {batch}, 'guest_unseated', '{{\"guest\":1}}'"));
    assert!(time.contains("position 2") && time.contains("before"), "{time}");
}

#[test]
fn the_stream_stays_readable_while_it_is_written() {
    on(
        |_, _| Goes::Well,
        async |ledger| {
            for number in 0..20 {
                ledger.submit(table(&number.to_string())).await.unwrap();
                let mut last = 0;
                let read = ledger.store().scan(Position(0), Position(u64::MAX), &mut |raw| {
                    assert_eq!(raw.position.0, last + 1);
                    last = raw.position.0;
                    ControlFlow::Continue(())
                });
                read.unwrap();
                assert_eq!(last, number + 1);
            }
        },
    );
}

#[test]
fn a_clock_that_is_off_stamps_nothing_until_it_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let store = Wayward::new(sqlite(folder.path()), |_, _| Goes::Well);
    store.set_skew(-5_000_000);
    let ledger = Ledger::start(store.clone(), decide).unwrap();
    runtime().block_on(async {
        // It is looked at when the writer first looks around.
        while ledger.is_serving() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let refused = ledger.submit(table("T1")).await.unwrap_err();
        assert!(matches!(&refused, Failure::NotDecided(why) if why.contains("clock is +5.0 s off")), "{refused}");
        store.set_skew(1_000_000);
        while !ledger.is_serving() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        ledger.submit(table("T1")).await.unwrap();
        ledger.stop().await;
    });
}

/// A client gave up and was refused elsewhere; this instance, held up with the append, must not carry it out when it wakes up.
#[test]
fn what_has_expired_is_not_carried_out_behind_the_clients_back() {
    let (folder, held_up) = (tempfile::tempdir().unwrap(), Arc::new(Notify::new()));
    let until = held_up.clone();
    let store = Wayward::new(sqlite(folder.path()), move |number, _| if number == 0 { Goes::Waits(until.clone()) } else { Goes::Well });
    let ledger = Ledger::start(store, decide).unwrap();
    runtime().block_on(async {
        let mut ghost = table("T1");
        (ghost.at, ghost.conditions.expires_at) = (now(), Some(Timestamp(now().0 + 300_000)));
        let waiting = tokio::spawn({
            let (ledger, ghost) = (ledger.clone(), ghost.clone());
            async move { ledger.submit(ghost).await }
        });
        tokio::time::sleep(Duration::from_millis(400)).await;
        // Behind it, in time.
        let mut other = table("T2");
        (other.at, other.conditions.expires_at) = (now(), Some(Timestamp(now().0 + 60_000_000)));
        let in_time = tokio::spawn({
            let ledger = ledger.clone();
            async move { ledger.submit(other).await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        held_up.notify_one();
        let refused = waiting.await.unwrap().unwrap_err();
        assert!(matches!(&refused, Failure::Refused(refusal) if refusal.code() == "expired"), "{refused}");
        in_time.await.unwrap().unwrap();
        assert_eq!(numbers(&ledger.snapshot().plan), ["T2"]);
        // The same again comes too late as well; under a new id it is another request.
        ghost.at = now();
        assert!(matches!(ledger.submit(ghost).await, Err(Failure::Refused(refusal)) if refusal.code() == "expired"));
        ledger.submit(table("T1")).await.unwrap();
        ledger.stop().await;
    });
}

/// As long as it was, and another one: its positions say nothing of that, only the hash of its last event does.
#[test]
fn a_store_restored_and_appended_to_up_to_the_same_length_is_noticed() {
    let (folder, older) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let runtime = runtime();
    let first = Ledger::start(sqlite(folder.path()), decide).unwrap();
    runtime.block_on(first.submit(table("T1"))).unwrap();
    runtime.block_on(first.stop());
    drop(first);
    // With what still stands in its log: the store closes the file on a thread of its own.
    let backup = format!("VACUUM INTO '{}'", older.path().join("tafel.db").display());
    rusqlite::Connection::open(folder.path().join("tafel.db")).unwrap().execute(&backup, []).unwrap();
    let restored = Arc::new(parking_lot::Mutex::new(sqlite(folder.path()) as Arc<dyn Store>));
    let ledger = Ledger::start(Wayward::switching(restored.clone()), decide).unwrap();
    // The same command under the same id here and there, as a client repeats it after a restore.
    let repeated = table("T2");
    runtime.block_on(ledger.submit(repeated.clone())).unwrap();
    let fresh = Ledger::start(sqlite(older.path()), decide).unwrap();
    runtime.block_on(fresh.submit(Request { at: Timestamp(repeated.at.0 + 1), ..repeated })).unwrap();
    runtime.block_on(fresh.stop());
    *restored.lock() = sqlite(older.path());
    let refused = runtime.block_on(ledger.submit(table("T3"))).unwrap_err();
    assert!(matches!(&refused, Failure::NotDecided(why) if why.contains("restored from a backup")), "{refused}");
    assert!(!ledger.is_serving(), "it is not ready any more");
    assert_eq!(Ledger::start(sqlite(older.path()), decide).unwrap().snapshot().plan.tables.len(), 2, "nothing was appended to it");
    runtime.block_on(ledger.stop());
}

#[test]
fn a_store_restored_from_an_older_backup_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let older = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let first = Ledger::start(sqlite(folder.path()), decide).unwrap();
    runtime.block_on(first.submit(table("T1"))).unwrap();
    runtime.block_on(first.stop());
    drop(first);
    std::fs::copy(folder.path().join("tafel.db"), older.path().join("tafel.db")).unwrap();
    // A server that has read more than the backup holds; then the backup is what it finds.
    let restored = Arc::new(parking_lot::Mutex::new(sqlite(folder.path()) as Arc<dyn Store>));
    let ledger = Ledger::start(Wayward::switching(restored.clone()), decide).unwrap();
    runtime.block_on(ledger.submit(table("T2"))).unwrap();
    *restored.lock() = sqlite(older.path());
    let refused = runtime.block_on(ledger.submit(table("T3"))).unwrap_err();
    assert!(matches!(&refused, Failure::NotDecided(why) if why.contains("restored from a backup")), "{refused}");
    assert!(!ledger.is_serving());
    // Somebody else goes on with the backup, beyond where we were: it is still another stream.
    let other = Ledger::start(sqlite(older.path()), decide).unwrap();
    runtime.block_on(other.submit(table("T9"))).unwrap();
    runtime.block_on(other.submit(table("T10"))).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!ledger.is_serving(), "not the events that were read");
    assert_eq!(numbers(&ledger.snapshot().plan), ["T1", "T2"]);
    runtime.block_on(async { (ledger.stop().await, other.stop().await) });
}
