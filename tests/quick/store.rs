//! The store: what is durable, and what it refuses.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tafel::plan::{BatchId, Position, Timestamp};
use tafel::store::{Access, AppendError, Chunk, RawEvent, Sqlite, StoreError, StoredEvent, Stream};
use uuid::Uuid;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn event(position: u64, payload: &str) -> StoredEvent {
    StoredEvent {
        position: Position(position),
        recorded_at: Timestamp(1_700_000_000_123_456 + position.cast_signed()),
        actor: Arc::from("berta"),
        batch: BatchId(Uuid::now_v7()),
        kind: Cow::Borrowed("guest_seated"),
        payload: payload.to_owned(),
    }
}

fn chunk(events: &[StoredEvent]) -> Chunk {
    Chunk::from(events.to_vec())
}

fn all(store: &Sqlite) -> Vec<StoredEvent> {
    let mut events = Vec::new();
    let read = store.scan(Position(0), Position(u64::MAX), &mut |raw: RawEvent<'_>| {
        events.push(raw.to_stored());
        ControlFlow::Continue(())
    });
    read.unwrap();
    events
}

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder.join("tafel.db"), Access::Beside).unwrap()
}

/// A statement of somebody who has the database file.
fn statement(folder: &Path, sql: &str) -> Result<usize, String> {
    rusqlite::Connection::open(folder.join("tafel.db")).unwrap().execute(sql, []).map_err(|error| error.to_string())
}

#[test]
fn what_is_appended_is_read_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let payload = format!(r#"{{"text":"Größl 🥂 e\u0301 {}"}}"#, "x".repeat(3 << 20));
    let events: Vec<StoredEvent> = (1..=5_000).map(|position| event(position, if position == 7 { &payload } else { "{}" })).collect();
    runtime().block_on(store.append(Position(0), vec![chunk(&events[..10]), chunk(&events[10..])])).unwrap();
    assert_eq!(all(&store), events);
    assert_eq!(store.batch(events[6].batch).unwrap(), [events[6].clone()]);
    assert_eq!(runtime().block_on(store.last()).unwrap(), Position(5_000));
    let mut newest = Vec::new();
    let read = store.scan_back(Position(5_000), &mut |raw: RawEvent<'_>| {
        newest.push(raw.position.0);
        if newest.len() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    read.unwrap();
    assert_eq!(newest, [4_999, 4_998, 4_997]);
    drop(store);
    assert_eq!(all(&open(folder.path())), events, "and again after it was opened anew");
}

#[test]
fn an_append_at_another_position_is_a_conflict_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()), open(folder.path()));
    let runtime = runtime();
    runtime.block_on(one.append(Position(0), vec![chunk(&[event(1, "{}")])])).unwrap();
    let conflict = runtime.block_on(other.append(Position(0), vec![chunk(&[event(1, "{}"), event(2, "{}")])])).unwrap_err();
    assert!(matches!(conflict, AppendError::Conflict { last: Position(1), .. }), "{conflict}");
    runtime.block_on(other.append(Position(1), vec![chunk(&[event(2, "{}")])])).unwrap();
    assert_eq!(all(&one).len(), 2);
}

#[test]
fn a_bad_event_is_refused_with_all_that_came_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let runtime = runtime();
    for bad in [event(2, "no json"), event(3, "{}")] {
        let refused = runtime.block_on(store.append(Position(0), vec![chunk(&[event(1, "{}"), bad])])).unwrap_err();
        assert!(matches!(refused, AppendError::Refused(_)), "{refused}");
    }
    assert_eq!(all(&store), []);
    runtime.block_on(store.append(Position(0), vec![chunk(&[event(1, "{}")])])).unwrap();
}

#[test]
fn the_stream_is_append_only_by_its_own_means() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let events = [event(1, "{}"), event(2, r#"{"first_name":"Anna"}"#)];
    runtime().block_on(store.append(Position(0), vec![chunk(&events)])).unwrap();
    for sql in
        ["DELETE FROM event WHERE position = 2", "UPDATE event SET payload = '{}' WHERE position = 2", "UPDATE event SET actor = 'x'"]
    {
        let error = statement(folder.path(), sql).unwrap_err();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    let gap = statement(folder.path(), "INSERT INTO event VALUES (4, 0, 'x', zeroblob(16), 'x', '{}')").unwrap_err();
    assert!(gap.contains("no gaps"), "{gap}");
    assert!(statement(folder.path(), "INSERT INTO event VALUES ('x', 0, 'x', zeroblob(16), 'x', '{}')").is_err(), "the tables are strict");
    assert_eq!(all(&store), events);
}

#[test]
fn erasing_overwrites_payloads_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let runtime = runtime();
    let events = [event(1, "{}"), event(2, r#"{"guest":2,"first_name":"Anna"}"#)];
    runtime.block_on(store.append(Position(0), vec![chunk(&events)])).unwrap();
    let erased = event(3, r#"{"guests":[2]}"#);
    let conflict =
        runtime.block_on(store.erase(Position(1), vec![(Position(2), "{}".to_owned())], chunk(std::slice::from_ref(&erased)))).unwrap_err();
    assert!(matches!(conflict, AppendError::Conflict { .. }));
    assert_eq!(all(&store), events, "all or nothing");
    runtime
        .block_on(store.erase(Position(2), vec![(Position(2), r#"{"guest":2}"#.to_owned())], chunk(std::slice::from_ref(&erased))))
        .unwrap();
    let expected = [events[0].clone(), StoredEvent { payload: r#"{"guest":2}"#.to_owned(), ..events[1].clone() }, erased];
    assert_eq!(all(&store), expected);
    assert!(statement(folder.path(), "UPDATE event SET payload = '{}'").is_err(), "the gate is closed again");
}

#[test]
fn one_server_serves_a_file_and_commands_run_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tafel.db");
    let server = Sqlite::open(&path, Access::Serve).unwrap();
    let refused = Sqlite::open(&path, Access::Serve).map(|_| ()).unwrap_err();
    assert!(matches!(refused, StoreError::InUse(_)) && refused.to_string().contains("in use by another server"), "{refused}");
    let beside = open(folder.path());
    runtime().block_on(beside.append(Position(0), vec![chunk(&[event(1, "{}")])])).unwrap();
    assert_eq!(all(&server).len(), 1);
    drop(server);
    assert!(Sqlite::open(&path, Access::Serve).is_ok());
}

#[test]
fn a_database_that_is_newer_than_the_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    statement(folder.path(), "INSERT INTO refinery_schema_history VALUES (9999, 'from_the_future', '2030-01-01T00:00:00Z', '1')").unwrap();
    let refused = Sqlite::open(folder.path().join("tafel.db"), Access::Beside).map(|_| ()).unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 9999, .. }) && refused.to_string().contains("newer program"), "{refused}");
}

#[test]
fn migrations_are_recorded_and_two_openings_at_once_are_safe() {
    let folder = tempfile::tempdir().unwrap();
    let openings: Vec<_> = (0..4)
        .map(|_| {
            let path = folder.path().to_owned();
            std::thread::spawn(move || drop(open(&path)))
        })
        .collect();
    openings.into_iter().for_each(|opening| opening.join().unwrap());
    let connection = rusqlite::Connection::open(folder.path().join("tafel.db")).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("SELECT COUNT(*) FROM refinery_schema_history"), 2);
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_file_that_is_no_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tafel.db");
    std::fs::write(&path, "this is a letter, not a database, and long enough to be read as one".repeat(100)).unwrap();
    let error = Sqlite::open(&path, Access::Serve).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert!(matches!(tafel::store::open("oracle:x", Access::Serve).map(|_| ()), Err(StoreError::Url(_))));
}
