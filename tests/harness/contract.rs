//! What every store promises, whichever database is behind it.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;
use tafel::ledger::now;
use tafel::plan::command::Role;
use tafel::plan::{BatchId, Position, Timestamp};
use tafel::store::{
    self, Access, Account, ApiToken, Append, AppendError, Chain, Chunk, Confirmation, Consumer, End, Hash, Origin, Overwrite,
    PendingUpload, RawEvent, Record, ReportFile, Session, Store, StoreError, StoredEvent,
};
use uuid::Uuid;

/// A database of one kind, new and empty.
pub trait Database {
    fn url(&self) -> String;
    /// Does something behind the program's back.
    fn statement(&self, sql: &str) -> Result<(), String>;
    /// An id as a statement writes it.
    fn bytes(&self, id: Uuid) -> String {
        format!("'{id}'")
    }
    /// Microseconds since 1970 as a statement writes an instant.
    fn instant(&self, microseconds: i64) -> String {
        format!("'{}'", jiff::Timestamp::from_microsecond(microseconds).unwrap())
    }
    /// Takes away what makes the stream append-only.
    fn drop_guards(&self);
    fn open(&self) -> Arc<dyn Store> {
        store::open(&self.url(), Access::Beside).unwrap()
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

pub fn event(position: u64, payload: &str) -> StoredEvent {
    StoredEvent {
        position: Position(position),
        recorded_at: Timestamp(1_700_000_000_123_456 + position.cast_signed()),
        actor: Arc::from("berta"),
        batch: BatchId(Uuid::now_v7()),
        kind: Cow::Borrowed("guest_seated"),
        payload: payload.to_owned(),
    }
}

pub fn chunk(events: &[StoredEvent]) -> Chunk {
    Chunk::from(events.to_vec())
}

/// Appends the events as if the stream ended at that position, with whatever hash it has by now.
pub fn append(store: &dyn Store, expected: u64, events: &[StoredEvent]) -> Result<(), AppendError> {
    append_chunks(store, expected, vec![chunk(events)])
}

pub fn append_chunks(store: &dyn Store, expected: u64, chunks: Vec<Chunk>) -> Result<(), AppendError> {
    let runtime = runtime();
    let append = append_behind(store, expected, chunks);
    runtime.block_on(store.append(append))
}

fn append_behind(store: &dyn Store, expected: u64, chunks: Vec<Chunk>) -> Arc<Append> {
    let end = End { position: Position(expected), ..runtime().block_on(store.end()).unwrap() };
    Arc::new(Append::new(end, chunks.into_iter().map(|chunk| (chunk, Origin::default()))))
}

/// Overwrites payloads of events that have their salt.
pub fn erase(store: &dyn Store, expected: u64, overwrite: Vec<(Position, String)>, events: Chunk) -> Result<(), AppendError> {
    let salts: Vec<Hash> = records(store).iter().map(digest_of).collect();
    let overwrite = overwrite.into_iter().map(|(position, payload)| {
        let digest = salts[usize::try_from(position.0).unwrap() - 1];
        Overwrite { position, payload, digest }
    });
    let append = append_behind(store, expected, vec![events]);
    runtime().block_on(store.erase(overwrite.collect(), append))
}

fn digest_of(record: &Record) -> Hash {
    let envelope = record.envelope.as_ref().unwrap();
    envelope.salt.map_or_else(|| envelope.digest.unwrap(), |salt| store::chain::digest(salt, &record.event.payload))
}

pub fn records(store: &dyn Store) -> Vec<Record> {
    let mut records = Vec::new();
    let read = store.scan_records(Position(0), Position(u64::MAX), &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    });
    read.unwrap();
    records
}

/// The position at which the chain breaks.
pub fn first_broken(store: &dyn Store) -> Option<u64> {
    let mut chain = Chain::behind(End::NOTHING);
    records(store).iter().find(|record| chain.check(record).is_err()).map(|record| record.event.position.0)
}

pub fn all(store: &dyn Store) -> Vec<StoredEvent> {
    between(store, 0, u64::MAX)
}

fn between(store: &dyn Store, after: u64, until: u64) -> Vec<StoredEvent> {
    let mut events = Vec::new();
    let read = store.scan(Position(after), Position(until), &mut |raw: RawEvent<'_>| {
        events.push(raw.to_stored());
        ControlFlow::Continue(())
    });
    read.unwrap();
    events
}

/// Everything in a row; each part has a database of its own.
pub fn holds<D: Database>(new: impl Fn() -> D) {
    what_is_appended_is_read_as_it_was(&new());
    many_long_payloads_are_kept(&new());
    instants_are_kept_to_the_microsecond(&new());
    an_append_elsewhere_is_a_conflict(&new());
    an_append_comes_in_time_or_not_at_all(&new());
    what_is_said_of_the_clock_is_kept(&new());
    a_stream_begins_a_new_life_when_it_is_told_to(&new());
    writers_at_the_same_position_make_one_dense_stream(&new());
    a_bad_event_is_refused_with_all_that_came_with_it(&new());
    readings_begin_and_end_where_they_are_told(&new());
    a_batch_is_found_and_a_repeat_is_a_conflict(&new());
    an_append_behind_another_event_is_a_conflict(&new());
    envelopes_are_kept_and_chained(&new());
    what_an_older_program_has_written_is_chained_once(&new());
    whoever_touches_the_stream_is_found_out(&new());
    the_stream_is_append_only_by_its_own_means(&new());
    erasing_overwrites_payloads_and_nothing_else(&new());
    openings_at_once_migrate_once(&new());
    a_newer_database_is_refused(&new());
    accounts_sessions_and_tokens(&new());
    super::longest::the_longest_of_everything_is_kept(&new());
    uploads_wait(&new());
    consumers_move(&new());
    report_files_are_kept(&new());
    the_clock_is_about_right(&new());
    ten_producers_and_a_consumer(&new());
}

fn what_is_appended_is_read_as_it_was(database: &impl Database) {
    let store = database.open();
    let payload = format!(r#"{{"text":"Größl 🥂 e\u0301 {}  \\u0000 \"",  "b": [1,  2.50]}}"#, "x".repeat(3 << 20));
    let events: Vec<StoredEvent> = (1..=5_000).map(|position| event(position, if position == 7 { &payload } else { "{}" })).collect();
    append_chunks(&*store, 0, vec![chunk(&events[..10]), chunk(&events[10..])]).unwrap();
    assert!(all(&*store) == events, "5,000 events, one of them of 3 MiB");
    let end = runtime().block_on(store.end()).unwrap();
    assert_eq!((end.position, end.recorded_at), (Position(5_000), events[4_999].recorded_at));
    drop(store);
    assert!(all(&*database.open()) == events, "and again after it was opened anew");
}

/// More than a statement has parameters, and each longer than some databases take within a row of JSON.
fn many_long_payloads_are_kept(database: &impl Database) {
    let store = database.open();
    let long = |number: u64, letter: &str| format!("{{\"n\":{number},\"text\":\"{}\"}}", letter.repeat(4_001));
    let mut events: Vec<StoredEvent> = (1..=2_100).map(|position| event(position, &long(position, "ö"))).collect();
    append(&*store, 0, &events).unwrap();
    assert!(all(&*store) == events, "2,100 events of 8 KiB");
    let erased = event(2_101, &long(2_101, "x"));
    let overwrite = events.iter_mut().map(|event| {
        event.payload = long(event.position.0, "y");
        (event.position, event.payload.clone())
    });
    let overwrite = overwrite.collect();
    erase(&*store, 2_100, overwrite, chunk(std::slice::from_ref(&erased))).unwrap();
    events.push(erased);
    assert!(all(&*store) == events, "and all of them overwritten at once");
}

fn instants_are_kept_to_the_microsecond(database: &impl Database) {
    let store = database.open();
    let instants = [0, 1, 951_868_800_000_000, 1_711_846_799_999_999, 1_711_846_800_000_000, 4_102_444_799_999_999];
    let events: Vec<StoredEvent> = (1..)
        .zip(instants)
        .map(|(position, recorded_at)| StoredEvent { recorded_at: Timestamp(recorded_at), ..event(position, "{}") })
        .collect();
    // Copied, since nobody else may stamp what is to come.
    let chained = Append::new(End::NOTHING, [(chunk(&events), Origin::default())]);
    let records = chained.rows().map(|(event, envelope)| Record { event: event.clone(), envelope: Some(envelope.clone()) }).collect();
    runtime().block_on(store.append(Arc::new(Append::copied(End::NOTHING, records).unwrap()))).unwrap();
    assert_eq!(all(&*store).iter().map(|event| event.recorded_at.0).collect::<Vec<_>>(), instants);
}

/// The store's own clock decides, with the append itself: whoever waits for it has not given up, and no stamp is from the future.
fn an_append_comes_in_time_or_not_at_all(database: &impl Database) {
    const MINUTE: i64 = 60_000_000;
    let store = database.open();
    let runtime = runtime();
    let mut position = 0;
    // One event, and so many that some stores write them in another way.
    for count in [1, 400] {
        let mut appends = |stamp_us: i64, expires_us: Option<i64>| {
            let stamp = Timestamp(now().0 + stamp_us);
            let events: Vec<StoredEvent> =
                (1..=count).map(|place| StoredEvent { recorded_at: stamp, ..event(position + place, "{}") }).collect();
            let behind = runtime.block_on(store.end()).unwrap();
            let append = Append::new(behind, [(chunk(&events), Origin::default())]);
            let appended = runtime.block_on(store.append(Arc::new(append.until(expires_us.map(|us| Timestamp(now().0 + us))))));
            position += if appended.is_ok() { count } else { 0 };
            assert_eq!(all(&*store).len() as u64, position, "all or none");
            appended
        };
        let is_untimely = |outcome: Result<(), AppendError>| {
            let Err(AppendError::Untimely { clock }) = outcome else { panic!("{outcome:?}") };
            assert!((clock.0 - now().0).abs() < MINUTE, "it says what its clock says");
        };
        is_untimely(appends(0, Some(-1_000_000)));
        is_untimely(appends(MINUTE, None));
        appends(0, Some(MINUTE)).unwrap();
        appends(1_000_000, None).unwrap();
    }
    // A stream that is ahead already goes on; it gets well by waiting.
    let ahead = StoredEvent { recorded_at: Timestamp(now().0 + MINUTE), ..event(position + 1, "{}") };
    let behind = runtime.block_on(store.end()).unwrap();
    let chained = Append::new(behind, [(chunk(std::slice::from_ref(&ahead)), Origin::default())]);
    let records = chained.rows().map(|(event, envelope)| Record { event: event.clone(), envelope: Some(envelope.clone()) }).collect();
    runtime.block_on(store.append(Arc::new(Append::copied(behind, records).unwrap()))).unwrap();
    append(&*store, position + 1, &[StoredEvent { recorded_at: ahead.recorded_at, ..event(position + 2, "{}") }]).unwrap();
}

fn a_stream_begins_a_new_life_when_it_is_told_to(database: &impl Database) {
    let store = database.open();
    assert_eq!(store.incarnation().unwrap(), "");
    for id in ["0123abcd", "4567cdef"] {
        store.begin_incarnation(id).unwrap();
        assert_eq!(database.open().incarnation().unwrap(), id);
    }
    let moved = Consumer {
        name: "display".to_owned(),
        position: Position(0),
        moved_by: "token:r".to_owned(),
        moved_at: Timestamp(now().0),
        incarnation: "4567cdef".to_owned(),
    };
    assert!(store.move_consumer(&moved, None).unwrap());
    assert_eq!(store.consumer("display").unwrap(), Some(moved));
}

fn what_is_said_of_the_clock_is_kept(database: &impl Database) {
    let (one, other) = (database.open(), database.open());
    assert_eq!(one.clock_confirmation().unwrap(), None);
    for by in ["anton", "berta"] {
        let confirmation = Confirmation { at: Timestamp(now().0), by: by.to_owned() };
        one.confirm_clock(&confirmation).unwrap();
        assert_eq!(other.clock_confirmation().unwrap(), Some(confirmation));
    }
}

fn an_append_elsewhere_is_a_conflict(database: &impl Database) {
    let (one, other) = (database.open(), database.open());
    append(&*one, 0, &[event(1, "{}")]).unwrap();
    for (expected, first) in [(0, 1), (7, 8)] {
        let conflict = append(&*other, expected, &[event(first, "{}"), event(first + 1, "{}")]).unwrap_err();
        assert!(matches!(conflict, AppendError::Conflict { last: Position(1), .. }), "{conflict}");
    }
    append(&*other, 1, &[event(2, "{}")]).unwrap();
    assert_eq!(all(&*one).len(), 2);
}

fn writers_at_the_same_position_make_one_dense_stream(database: &impl Database) {
    const EACH: usize = 25;
    let stores: Vec<_> = (0..4).map(|_| database.open()).collect();
    let writers: Vec<_> = stores
        .into_iter()
        .map(|store| {
            std::thread::spawn(move || {
                let (mut last, mut done) = (0, 0);
                while done < EACH {
                    match append(&*store, last, &[event(last + 1, "{}"), event(last + 2, "{}")]) {
                        Ok(()) => (last, done) = (last + 2, done + 1),
                        Err(AppendError::Conflict { last: theirs, .. }) => last = theirs.0,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let positions: Vec<u64> = all(&*database.open()).iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=2 * 4 * EACH as u64).collect::<Vec<_>>());
}

fn a_bad_event_is_refused_with_all_that_came_with_it(database: &impl Database) {
    let store = database.open();
    let long = StoredEvent { actor: Arc::from("x".repeat(300)), ..event(2, "{}") };
    for bad in [event(2, "no json"), event(2, "{\"a\":\"\\u0000\"}"), event(2, "{\"a\":\"\0\"}"), long] {
        let refused = append(&*store, 0, &[event(1, "{}"), bad]).unwrap_err();
        assert!(matches!(refused, AppendError::Refused(_)), "{refused}");
    }
    assert_eq!(all(&*store), []);
    append(&*store, 0, &[event(1, "{}")]).unwrap();
}

fn readings_begin_and_end_where_they_are_told(database: &impl Database) {
    let store = database.open();
    let mut events: Vec<StoredEvent> = (1..=1_000).map(|position| event(position, "{}")).collect();
    events[499].kind = Cow::Borrowed("batch_retracted");
    events[899].kind = Cow::Borrowed("batch_reinstated");
    append(&*store, 0, &events).unwrap();
    assert!(between(&*store, 998, 1_000) == events[998..], "both ends");
    assert_eq!(between(&*store, 1_000, 2_000), [], "nothing behind the last");
    assert!(between(&*store, 100, 900) == events[100..900]);
    let mut first = Vec::new();
    let one = store.scan(Position(0), Position(u64::MAX), &mut |raw: RawEvent<'_>| {
        first.push(raw.position.0);
        ControlFlow::Break(())
    });
    one.unwrap();
    assert_eq!(first, [1], "nobody reads on who does not want to");
    let mut newest = Vec::new();
    let back = store.scan_back(Position(1_000), &mut |raw: RawEvent<'_>| {
        newest.push(raw.position.0);
        if newest.len() < 600 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    back.unwrap();
    assert_eq!(newest, (400..1_000).rev().collect::<Vec<_>>());
    let mut kinds = Vec::new();
    let validity = store.scan_validity(&mut |raw: RawEvent<'_>| {
        kinds.push(raw.position.0);
        ControlFlow::Continue(())
    });
    validity.unwrap();
    assert_eq!(kinds, [500, 900]);
}

fn a_batch_is_found_and_a_repeat_is_a_conflict(database: &impl Database) {
    let store = database.open();
    let batch = BatchId(Uuid::now_v7());
    let events: Vec<StoredEvent> = (1..=3).map(|position| StoredEvent { batch, ..event(position, "{}") }).collect();
    append(&*store, 0, &events).unwrap();
    append(&*store, 3, &[event(4, "{}")]).unwrap();
    assert_eq!(store.batch(batch).unwrap(), events);
    assert_eq!(store.head(batch).unwrap(), Some(events[0].clone()));
    assert_eq!(store.head(BatchId(Uuid::now_v7())).unwrap(), None);
    // Whoever does not know what became of an append sends it again.
    assert!(matches!(append(&*store, 0, &events).unwrap_err(), AppendError::Conflict { last: Position(4), .. }));
    assert_eq!(all(&*store).len(), 4);
}

/// A database that was restored, and appended to up to the same length, is another stream.
fn an_append_behind_another_event_is_a_conflict(database: &impl Database) {
    let store = database.open();
    let first = Append::new(End::NOTHING, [(chunk(&[event(1, "{}")]), Origin::default())]);
    // The same event, with another salt: what the stream held before it was restored.
    append(&*store, 0, &[event(1, "{}")]).unwrap();
    for count in [1, 300] {
        let events: Vec<StoredEvent> = (2..2 + count).map(|position| event(position, "{}")).collect();
        let lost = Arc::new(Append::new(first.end(), [(chunk(&events), Origin::default())]));
        let conflict = runtime().block_on(store.append(lost)).unwrap_err();
        assert!(matches!(conflict, AppendError::Conflict { expected: Position(1), last: Position(1) }), "{conflict}");
    }
    assert_eq!(all(&*store).len(), 1);
}

fn envelopes_are_kept_and_chained(database: &impl Database) {
    let (store, runtime) = (database.open(), runtime());
    let origin =
        Origin { request: Some(Uuid::new_v4()), cause: Some(Cow::Borrowed("seat_guests")), trace: Some(Uuid::from_u128(0x4bf9_2f35)) };
    let mut end = End::NOTHING;
    let mut written = Vec::new();
    // The first by a statement, the others streamed.
    for count in [2, 300] {
        let events: Vec<StoredEvent> = (1..=count).map(|place| event(end.position.0 + place, r#"{"a": "ö 🥂", "b":1}"#)).collect();
        let append = Arc::new(Append::new(end, [(chunk(&events), origin.clone())]));
        runtime.block_on(store.append(append.clone())).unwrap();
        end = append.end();
        assert_eq!(runtime.block_on(store.end()).unwrap(), end);
        written.extend(append.rows().map(|(event, envelope)| Record { event: event.clone(), envelope: Some(envelope.clone()) }));
        assert_eq!(store.request_of(events[0].batch).unwrap(), origin.request);
    }
    assert!(records(&*store) == written);
    assert_eq!(first_broken(&*store), None);
    assert_eq!(store.request_of(BatchId(Uuid::now_v7())).unwrap(), None);
    let ids: Vec<BatchId> = written.iter().map(|record| record.event.batch).chain([BatchId(Uuid::now_v7())]).collect();
    let together = store.batches(&ids).unwrap();
    assert_eq!(together.len(), ids.iter().collect::<std::collections::HashSet<_>>().len() - 1, "all but the one that nobody wrote");
    for (batch, stored) in together {
        assert_eq!((stored.request, stored.events), (store.request_of(batch).unwrap(), store.batch(batch).unwrap()));
    }
    assert!(store.batches(&[]).unwrap().is_empty());
}

/// The insert of a program that knows of no envelope.
fn insert_as_before(database: &impl Database, position: u64) {
    let batch = database.bytes(Uuid::from_u128(u128::from(position)));
    let recorded_at = database.instant(1_800_000_000_000_000 + position.cast_signed());
    let values = format!("{position}, {recorded_at}, 'berta', {batch}, 'guest_removed', '{{\"guest\": {position}}}'");
    database.statement(&format!("INSERT INTO event (position, recorded_at, actor, batch, kind, payload) VALUES ({values})")).unwrap();
}

fn what_an_older_program_has_written_is_chained_once(database: &impl Database) {
    let store = database.open();
    append(&*store, 0, &[event(1, "{}")]).unwrap();
    for position in 2..=4 {
        insert_as_before(database, position);
    }
    assert_eq!(runtime().block_on(store.end()).unwrap().hash, None);
    let conflict = append(&*store, 4, &[event(5, "{}")]).unwrap_err();
    assert!(matches!(conflict, AppendError::Conflict { .. }), "nothing follows what is not chained: {conflict}");
    // By several at once, as instances do.
    let url = &database.url();
    let chained: Vec<u64> = std::thread::scope(|scope| {
        let chaining: Vec<_> = (0..4).map(|_| scope.spawn(|| store::open(url, Access::Beside).unwrap().chain().unwrap())).collect();
        chaining.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(chained.iter().sum::<u64>() <= 3, "{chained:?}");
    assert_eq!(first_broken(&*store), None);
    let later = event(5, "{}");
    let recorded_at = all(&*store)[3].recorded_at;
    append(&*store, 4, &[StoredEvent { recorded_at, ..later }]).unwrap();
    assert_eq!((first_broken(&*store), store.chain().unwrap()), (None, 0));
    let error = database.statement("UPDATE event SET salt = NULL WHERE position = 3").unwrap_err();
    assert!(error.contains("append-only"), "what is chained stays: {error}");
}

/// By somebody who has the database, and switches its guards off.
fn whoever_touches_the_stream_is_found_out(database: &impl Database) {
    const TOUCHES: [(&str, u64); 6] = [
        ("UPDATE event SET payload = '{\"guest\":13}' WHERE position = 3", 3),
        ("UPDATE event SET actor = 'anton' WHERE position = 4", 4),
        ("UPDATE event SET cause = 'x' WHERE position = 2", 2),
        ("DELETE FROM event WHERE position = 3", 4),
        ("UPDATE event SET kind = 'guest_added' WHERE position = 5", 5),
        ("UPDATE event SET hash = (SELECT hash FROM event WHERE position = 1) WHERE position = 2", 2),
    ];
    let store = database.open();
    database.drop_guards();
    let events: Vec<StoredEvent> = (1..=5).map(|position| event(position, r#"{"guest":12}"#)).collect();
    append(&*store, 0, &events).unwrap();
    assert_eq!(first_broken(&*store), None);
    let untouched = records(&*store);
    for (sql, broken_at) in TOUCHES {
        database.statement(sql).unwrap();
        assert_eq!(first_broken(&*store), Some(broken_at), "{sql}");
        database.statement("DELETE FROM event").unwrap();
        runtime().block_on(store.append(Arc::new(Append::copied(End::NOTHING, untouched.clone()).unwrap()))).unwrap();
        assert_eq!(first_broken(&*store), None);
    }
}

fn the_stream_is_append_only_by_its_own_means(database: &impl Database) {
    let store = database.open();
    let events = [event(1, "{}"), event(2, r#"{"first_name":"Anna"}"#)];
    append(&*store, 0, &events).unwrap();
    for sql in
        ["DELETE FROM event WHERE position = 2", "UPDATE event SET payload = '{}' WHERE position = 2", "UPDATE event SET actor = 'x'"]
    {
        let error = database.statement(sql).unwrap_err();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    assert_eq!(all(&*store), events);
}

fn erasing_overwrites_payloads_and_nothing_else(database: &impl Database) {
    let store = database.open();
    let events = [event(1, "{}"), event(2, r#"{"guest":2,"first_name":"Anna"}"#)];
    append(&*store, 0, &events).unwrap();
    let erased = event(3, r#"{"guests":[2]}"#);
    let erase = |expected: u64, payload: &str| {
        let erased = StoredEvent { position: Position(expected + 1), ..erased.clone() };
        self::erase(&*store, expected, vec![(Position(2), payload.to_owned())], chunk(&[erased]))
    };
    assert!(matches!(erase(1, "{}").unwrap_err(), AppendError::Conflict { .. }));
    assert!(erase(2, "no json").is_err());
    assert_eq!(all(&*store), events, "all or nothing");
    erase(2, r#"{"guest":2}"#).unwrap();
    let expected = [events[0].clone(), StoredEvent { payload: r#"{"guest":2}"#.to_owned(), ..events[1].clone() }, erased.clone()];
    assert_eq!(all(&*store), expected);
    assert!(database.statement("UPDATE event SET payload = '{}'").is_err(), "the gate is closed again");
    let record = &records(&*store)[1];
    let envelope = record.envelope.as_ref().unwrap();
    assert!(envelope.salt.is_none() && envelope.digest.is_some(), "nobody can guess from the digest what was erased");
    assert_eq!(first_broken(&*store), None, "the chain holds");
}

fn openings_at_once_migrate_once(database: &impl Database) {
    let url = database.url();
    let openings: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || drop(store::open(&url, Access::Beside).unwrap()))
        })
        .collect();
    openings.into_iter().for_each(|opening| opening.join().unwrap());
    append(&*database.open(), 0, &[event(1, "{}")]).unwrap();
}

fn a_newer_database_is_refused(database: &impl Database) {
    drop(database.open());
    let future = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (9999, 'from_the_future', '2030-01-01T00:00:00Z', '1')";
    database.statement(future).unwrap();
    let refused = store::open(&database.url(), Access::Beside).map(|_| ()).unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 9999, .. }) && refused.to_string().contains("newer program"), "{refused}");
}

/// A store whose connections have appended before: that must leave nothing behind on them.
pub fn appended_to(database: &impl Database) -> Arc<dyn Store> {
    let store = database.open();
    for position in 1..=8 {
        append(&*store, position - 1, &[event(position, "{}")]).unwrap();
    }
    store
}

fn accounts_sessions_and_tokens(database: &impl Database) {
    let (store, other) = (appended_to(database), database.open());
    let account =
        Account { name: "Berta".to_owned(), role: Role::Staff, password_hash: None, created_at: now(), disabled_at: None, language: None };
    store.add_account(&account).unwrap();
    let taken = store.add_account(&Account { name: "berta".to_owned(), ..account.clone() }).unwrap_err();
    assert!(matches!(taken, StoreError::Exists { .. }), "names are the same in any case: {taken}");
    assert_eq!(other.account("BERTA").unwrap().as_ref(), Some(&account));
    assert!(store.set_password("berta", "hash").unwrap() && store.set_role("berta", Role::Admin).unwrap());
    assert!(store.set_language("BERTA", "de").unwrap() && !store.set_language("nobody", "de").unwrap());
    let session = Session { sha256: [7; 32], account: "berta".to_owned(), created_at: now(), expires_at: Timestamp(now().0 + 60_000_000) };
    store.add_session(&session, now()).unwrap();
    assert!(store.add_session(&Session { sha256: [8; 32], account: "nobody".to_owned(), ..session.clone() }, now()).is_err());
    let signed_in = other.account_in_session(&[7; 32], now()).unwrap().unwrap();
    assert_eq!((signed_in.role, signed_in.password_hash.as_deref()), (Role::Admin, Some("hash")));
    assert_eq!(signed_in.language.as_deref(), Some("de"));
    assert_eq!(other.account_in_session(&[7; 32], Timestamp(session.expires_at.0)).unwrap(), None, "it is over");
    assert_eq!(store.sessions(now()).unwrap(), [("Berta".to_owned(), 1)]);
    assert!(store.disable_account("Berta", now()).unwrap() && !store.disable_account("Berta", now()).unwrap());
    assert_eq!(other.account_in_session(&[7; 32], now()).unwrap(), None, "the account is disabled");
    assert!(store.enable_account("berta").unwrap());
    assert_eq!(store.end_sessions_of("berta").unwrap(), 1);
    store.add_session(&session, now()).unwrap();
    store.end_session(&[7; 32]).unwrap();
    assert_eq!(other.account_in_session(&[7; 32], now()).unwrap(), None);
    assert_eq!(store.accounts().unwrap().len(), 1);

    let token = ApiToken { name: "kitchen".to_owned(), role: Role::Viewer, sha256: [9; 32], created_at: now() };
    store.add_token(&token).unwrap();
    assert!(matches!(store.add_token(&ApiToken { sha256: [1; 32], ..token.clone() }), Err(StoreError::Exists { .. })));
    assert_eq!(other.token_by_sha256(&[9; 32]).unwrap().as_ref(), Some(&token));
    assert_eq!(other.tokens().unwrap(), [token]);
    assert!(store.revoke_token("Kitchen").unwrap() && !store.revoke_token("kitchen").unwrap());
    assert_eq!(other.token_by_sha256(&[9; 32]).unwrap(), None);
}

fn uploads_wait(database: &impl Database) {
    let (store, other) = (appended_to(database), database.open());
    let upload = PendingUpload {
        id: Uuid::now_v7(),
        kind: "draw".to_owned(),
        file: "Größl 🥂.xlsx".to_owned(),
        mapping: r#"{"Tisch":"table"}"#.to_owned(),
        content: (0..=255).cycle().take(2 << 20).collect(),
        actor: "berta".to_owned(),
        position: Position(12),
        created_at: now(),
    };
    store.keep_upload(&upload, Timestamp(0)).unwrap();
    store.previewed(upload.id, Position(13)).unwrap();
    assert!(other.upload(upload.id).unwrap() == Some(PendingUpload { position: Position(13), ..upload.clone() }));
    let later = PendingUpload { id: Uuid::now_v7(), created_at: Timestamp(now().0 + 1_000_000), ..upload.clone() };
    store.keep_upload(&later, Timestamp(upload.created_at.0 + 1)).unwrap();
    assert!(other.upload(upload.id).unwrap().is_none(), "its hour is over");
    assert!(other.upload(later.id).unwrap().is_some());
}

fn report_files_are_kept(database: &impl Database) {
    let (store, other) = (appended_to(database), database.open());
    let content: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[usize::from(number % 7 == 0)]).collect();
    let file = ReportFile { sha256: [7; 32], name: "tafel-2026-11-21.csv".to_owned(), content, created_at: Timestamp(1) };
    assert_eq!(store.report_file(&file.sha256).unwrap(), None);
    store.keep_report_file(&file).unwrap();
    other.keep_report_file(&file).unwrap();
    assert_eq!(other.report_file(&file.sha256).unwrap().as_ref(), Some(&file.content));
    other.forget_report_file(&file.sha256).unwrap();
    other.forget_report_file(&file.sha256).unwrap();
    assert_eq!(store.report_file(&file.sha256).unwrap(), None);
}

fn consumers_move(database: &impl Database) {
    let (store, other) = (appended_to(database), database.open());
    let at = |position: u64| Consumer {
        name: "kitchen".to_owned(),
        position: Position(position),
        moved_by: "token:k".to_owned(),
        moved_at: now(),
        incarnation: String::new(),
    };
    assert_eq!(store.consumer("kitchen").unwrap(), None);
    assert!(!store.move_consumer(&at(5), Some(Position(4))).unwrap(), "a new name stands at 0");
    assert!(store.move_consumer(&at(5), Some(Position(0))).unwrap());
    assert!(!other.move_consumer(&at(9), Some(Position(0))).unwrap(), "one reader per name");
    let moved = at(9);
    assert!(other.move_consumer(&moved, Some(Position(5))).unwrap());
    assert_eq!(store.consumer("kitchen").unwrap().as_ref(), Some(&moved));
    assert!(store.move_consumer(&at(2), None).unwrap(), "backwards, too, for whoever wants to read again");
    assert_eq!(other.consumers().unwrap().len(), 1);
    assert!(store.forget_consumer("kitchen").unwrap() && !store.forget_consumer("kitchen").unwrap());
    let racing: Vec<_> = (1..=4)
        .map(|number| {
            let store = database.open();
            let to = at(number);
            std::thread::spawn(move || store.move_consumer(&to, Some(Position(0))).is_ok_and(|moved| moved))
        })
        .collect();
    assert_eq!(racing.into_iter().map(|racer| racer.join().unwrap()).filter(|won| *won).count(), 1, "one of four wins");
}

fn the_clock_is_about_right(database: &impl Database) {
    let store = database.open();
    let runtime = runtime();
    if let Some(theirs) = runtime.block_on(store.clock()).unwrap() {
        assert!((now().0 - theirs.0).abs() < 2_000_000, "the same machine has one clock");
    }
    runtime.block_on(store.probe()).unwrap();
}

/// The test that log projects use: nobody who reads on may skip an event that is committed later with a smaller position.
fn ten_producers_and_a_consumer(database: &impl Database) {
    const PRODUCERS: u64 = 10;
    const LOOPS: u64 = 10;
    const BATCH: u64 = 20;
    let all = PRODUCERS * LOOPS * BATCH;
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|producer| {
            let store = database.open();
            std::thread::spawn(move || {
                let runtime = runtime();
                let mut failures = 0;
                for turn in 0..LOOPS {
                    let mut last = runtime.block_on(store.end()).unwrap().position.0;
                    loop {
                        let value = |place: u64| producer * LOOPS * BATCH + turn * BATCH + place;
                        let events: Vec<StoredEvent> =
                            (1..=BATCH).map(|place| event(last + place, &format!("{{\"value\":{}}}", value(place)))).collect();
                        match append(&*store, last, &events) {
                            Ok(()) => break,
                            Err(AppendError::Conflict { last: theirs, .. }) => last = theirs.0,
                            // On a slow disk ten may wait for one another for longer than a store waits. Whatever it was, a
                            // second time is found in the sum.
                            Err(AppendError::Failed(_)) if failures < 20 => failures += 1,
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            })
        })
        .collect();
    let store = database.open();
    let (runtime, mut ahead) = (runtime(), store::Ahead::default());
    let (mut position, mut largest_step, mut sum) = (0, 0, 0);
    while position < all {
        let are_done = producers.iter().all(std::thread::JoinHandle::is_finished);
        let end = runtime.block_on(store.end()).unwrap().position;
        for event in ahead.page(&*store, Position(position), end, 7).unwrap().iter() {
            largest_step = largest_step.max(event.position.0 - position);
            position = event.position.0;
            let payload: serde_json::Value = serde_json::from_str(&event.payload).unwrap();
            sum += payload["value"].as_u64().unwrap();
        }
        let to = Consumer {
            name: "reader".to_owned(),
            position: Position(position),
            moved_by: "token:r".to_owned(),
            moved_at: now(),
            incarnation: String::new(),
        };
        assert!(store.move_consumer(&to, None).unwrap());
        // Who has failed brings nothing more.
        if are_done && position == end.0 {
            break;
        }
    }
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    assert_eq!((largest_step, sum), (1, all * (all + 1) / 2));
    assert_eq!(store.consumer("reader").unwrap().unwrap().position, Position(all));
}
