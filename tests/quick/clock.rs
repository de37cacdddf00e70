//! The clock: what a jump is, and what it stops.

use crate::harness::hands::Hands;
use crate::harness::plans::{add_table, request};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tafel::clock::{Clock, Time as _, now};
use tafel::ledger::{Failure, Ledger};
use tafel::plan::decide;
use tafel::store::{Access, Clocks as _, Confirmation, Sqlite};

const SECOND: i64 = 1_000_000;

#[test]
fn a_jump_is_seen_until_it_is_undone_or_confirmed() {
    let hands = Hands::default();
    let clock = Clock::new(hands.clone());
    hands.run(60 * SECOND, 60 * SECOND);
    assert_eq!(clock.jump(), None);
    hands.run(0, 3 * 86_400 * SECOND);
    assert_eq!(clock.jump(), Some(3 * 86_400 * SECOND));
    hands.run(15 * SECOND, 15 * SECOND - 3 * 86_400 * SECOND);
    assert_eq!(clock.jump(), None, "it was set back");
    hands.run(0, -600 * SECOND);
    assert_eq!(clock.jump(), Some(-600 * SECOND));
    assert!(!clock.is_confirmed() && clock.is_awaited());
    clock.confirm();
    assert_eq!((clock.jump(), clock.is_confirmed(), clock.is_awaited()), (None, true, false));
}

#[test]
fn a_clock_that_is_slowly_set_right_does_not_jump() {
    let hands = Hands::default();
    let clock = Clock::new(hands.clone());
    // 500 ppm for a day make 43 seconds.
    for _ in 0..1_440 {
        hands.run(60 * SECOND, 60 * SECOND + 30_000);
        assert_eq!(clock.jump(), None);
    }
    // What does not come slowly is a jump, however often it is looked at.
    hands.run(SECOND, 4 * SECOND);
    for _ in 0..10 {
        assert!(clock.jump().is_some());
        hands.run(60 * SECOND, 60 * SECOND);
    }
}

/// A step of a moment is enough to stamp the stream for good, or to send three days' reports: nothing is decided behind one.
#[test]
fn nothing_is_decided_behind_a_jump_until_it_is_undone_or_somebody_confirms_it() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::default();
    hands.run(0, now().0);
    let store = Arc::new(Sqlite::open(folder.path().join("tafel.db"), Access::Beside).unwrap());
    let ledger = Ledger::start_with(store.clone(), decide, Clock::new(hands.clone())).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let add = |number: &str, ahead_us: i64| {
        let mut request = request("berta", None, vec![add_table(json!({"number": number}))]);
        request.at.0 = hands.wall().0 + ahead_us;
        runtime.block_on(ledger.submit(request))
    };
    let is_refused = |outcome: Result<_, Failure>, word: &str| {
        assert!(matches!(outcome, Err(Failure::NotDecided(ref why)) if why.contains(word)), "{:?}", outcome.err());
    };
    add("T1", 0).unwrap();
    hands.run(0, 3 * 86_400 * SECOND);
    is_refused(add("T2", 0), "+259200.0 s");
    assert!(ledger.clock().is_awaited());
    hands.run(SECOND, SECOND - 3 * 86_400 * SECOND);
    while !ledger.is_serving() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // It was asked for while the clock was wrong.
    is_refused(add("T2", 3 * 86_400 * SECOND), "was wrong then");
    add("T2", 0).unwrap();
    // A virtual machine was paused, and its clock has caught up: somebody is asked once.
    hands.run(0, 600 * SECOND);
    is_refused(add("T3", 0), "+600.0 s");
    store.confirm_clock(&Confirmation { at: hands.wall(), by: "anton".to_owned() }).unwrap();
    while ledger.clock().is_awaited() || !ledger.is_serving() {
        std::thread::sleep(Duration::from_millis(5));
    }
    // SQLite's own look at the clock, at this machine's, refuses to stamp the future.
    is_refused(add("T3", 0), "ahead of the database's");
    assert_eq!(ledger.snapshot().plan.tables.len(), 2);
    runtime.block_on(ledger.stop());
}
