//! PostgreSQL: commands, appends, replay and paged reading, each beside what a plain program does on the same server.

use crate::cluster::{Cluster, postgres};
use crate::commands::{CLIENTS, ROUND, through};
use crate::made::{Cast, open, stream};
use crate::{Line, median};
use futures_util::TryStreamExt as _;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tafel::ledger::{Ledger, now};
use tafel::plan::{BatchId, Position, Timestamp, decide};
use tafel::store::{self, Access, Ahead, Append, Chunk, Consumer, End, Origin, Record, Store, StoredEvent};
use tokio_postgres::NoTls;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const ROUNDS: usize = 5;
const BULK: u64 = 100_000;
const REPLAYED: u64 = 1_000_000;
/// Of a log project's benchmark: producers, loops, and rows of a batch. `TAFEL_BENCH_ROWS` makes the batches smaller.
const PRODUCERS: u64 = 10;
const LOOPS: u64 = 100;
const BATCH: u64 = 10_000;

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The same server as everybody has it, with room for its memory.
fn cluster() -> Cluster {
    Cluster::start("shared_buffers = '512MB'\nmax_wal_size = '4GB'")
}

/// Copies a stream into another store.
pub fn copy(from: &dyn Store, to: &dyn Store) {
    let runtime = runtime();
    let (mut last, mut filling) = (End::NOTHING, Vec::new());
    let mut append = |filling: &mut Vec<Record>| {
        let append = Arc::new(Append::copied(last, std::mem::take(filling)).unwrap());
        runtime.block_on(to.append(append.clone())).unwrap();
        last = append.end();
    };
    let read = from.scan_records(Position(0), Position(u64::MAX), &mut |record| {
        filling.push(record);
        if filling.len() == 20_000 {
            append(&mut filling);
        }
        ControlFlow::Continue(())
    });
    read.unwrap();
    append(&mut filling);
}

/// A stream of so many events on the server; answers its URL and who is in it.
fn filled(cluster: &Cluster, folder: &Path, events: u64) -> (String, Cast) {
    let cast = stream(folder, events);
    let url = cluster.database();
    copy(&*open(folder), &*store::open(&url, Access::Beside).unwrap());
    (url, cast)
}

const BARE: &str = "CREATE TABLE bare (position bigint PRIMARY KEY, recorded_at timestamptz NOT NULL, actor text NOT NULL, batch uuid NOT NULL, kind text NOT NULL, payload json NOT NULL)";
const INSERT: &str = "INSERT INTO bare (position, recorded_at, actor, batch, kind, payload) VALUES ($1, now(), 'berta', $2, 'guest_changed', '{\"guest\":12,\"notes\":\"note\"}')";

/// Events per second of one connection with a transaction each, and of 64 that compete for the next position.
async fn plain(url: &str) -> (f64, f64) {
    let connect = async || {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    };
    let alone = connect().await;
    alone.batch_execute("TRUNCATE bare").await.unwrap();
    let insert = alone.prepare(INSERT).await.unwrap();
    let (began, mut count) = (Instant::now(), 0_i64);
    while began.elapsed() < ROUND {
        count += 1;
        alone.execute(&insert, &[&count, &Uuid::now_v7()]).await.unwrap();
    }
    let one = count as f64 / began.elapsed().as_secs_f64();
    let began = Instant::now();
    let competing = (0..CLIENTS).map(|_| {
        let client = connect();
        async move {
            let mut client = client.await;
            let last = client.prepare("SELECT COALESCE(MAX(position), 0) + 1 FROM bare").await.unwrap();
            let insert = client.prepare(INSERT).await.unwrap();
            let mut count = 0_u32;
            // As an event store without a writer does it: read, decide, append, in a transaction, and again if that fails.
            while began.elapsed() < ROUND {
                let transaction = client.transaction().await.unwrap();
                let next: i64 = transaction.query_one(&last, &[]).await.unwrap().get(0);
                let is_in = transaction.execute(&insert, &[&next, &Uuid::now_v7()]).await.is_ok();
                count += u32::from(is_in && transaction.commit().await.is_ok());
            }
            count
        }
    });
    let counts = futures_util::future::join_all(competing).await;
    (one, f64::from(counts.iter().sum::<u32>()) / began.elapsed().as_secs_f64())
}

pub fn commands() -> Vec<Line> {
    let (cluster, folder) = (cluster(), tempfile::tempdir().unwrap());
    let (url, cast) = filled(&cluster, folder.path(), 10_000);
    let cast = Arc::new(cast);
    postgres(&url).unwrap().execute(BARE).unwrap();
    let ledger = Ledger::start(store::open(&url, Access::Serve).unwrap(), decide).unwrap();
    let runtime = runtime();
    let (mut ours, mut one, mut competing) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (alone, together) = runtime.block_on(plain(&url));
        one.push(alone);
        competing.push(together);
        ours.push(through(&ledger, &cast));
    }
    runtime.block_on(ledger.stop());
    let (ours, one, competing) = (median(ours), median(one), median(competing));
    let line = |baseline: f64, words: &str, to_reach| Line {
        what: "durable one-event commands, 64 client tasks, PostgreSQL".into(),
        measured: format!("{ours:.0}/s"),
        baseline: format!("{baseline:.0}/s ({words})"),
        ratio: Some(ours / baseline),
        to_reach,
    };
    vec![
        line(one, "one transaction per event, one connection", "5"),
        line(competing, "64 connections that compete for the next position", "200"),
    ]
}

fn events(count: u64) -> Vec<StoredEvent> {
    let event = |position: u64| StoredEvent {
        position: Position(position),
        recorded_at: Timestamp(now().0),
        actor: Arc::from("berta"),
        batch: BatchId(Uuid::now_v7()),
        kind: Cow::Borrowed("guest_seated"),
        payload: format!("{{\"guest\":{},\"table\":{}}}", position % 1_620, position % 180),
    };
    (1..=count).map(event).collect()
}

/// Rows per second by INSERTs of a thousand rows each.
async fn thousand_by_thousand(url: &str, events: &[StoredEvent]) -> f64 {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let places: Vec<String> = (0..1_000)
        .map(|row| row * 6)
        .map(|at| format!("(${}, ${}, ${}, ${}, ${}, ${}::text::json)", at + 1, at + 2, at + 3, at + 4, at + 5, at + 6))
        .collect();
    let insert = client
        .prepare(&format!("INSERT INTO event (position, recorded_at, actor, batch, kind, payload) VALUES {}", places.join(", ")))
        .await
        .unwrap();
    let began = Instant::now();
    for thousand in events.chunks(1_000) {
        let values: Vec<(i64, jiff::Timestamp)> = thousand
            .iter()
            .map(|event| (event.position.0.cast_signed(), jiff::Timestamp::from_microsecond(event.recorded_at.0).unwrap()))
            .collect();
        let mut parameters: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(6_000);
        let texts: Vec<(&str, &str)> = thousand.iter().map(|event| (&*event.actor, &*event.kind)).collect();
        for ((event, value), text) in thousand.iter().zip(&values).zip(&texts) {
            parameters.extend([&value.0 as &(dyn ToSql + Sync), &value.1, &text.0, &event.batch.0, &text.1, &event.payload]);
        }
        client.execute(&insert, &parameters).await.unwrap();
    }
    events.len() as f64 / began.elapsed().as_secs_f64()
}

fn thousand_by_thousand_in_a_file(folder: &Path, events: &[StoredEvent]) -> f64 {
    let connection = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    let table = "DROP TABLE IF EXISTS event; CREATE TABLE event (position INTEGER PRIMARY KEY, recorded_at INTEGER NOT NULL, actor TEXT NOT NULL, batch BLOB NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL) STRICT";
    connection.execute_batch(table).unwrap();
    let places = vec!["(?, ?, ?, ?, ?, ?)"; 1_000].join(", ");
    let mut insert = connection.prepare(&format!("INSERT INTO event VALUES {places}")).unwrap();
    let began = Instant::now();
    for thousand in events.chunks(1_000) {
        for (row, event) in thousand.iter().enumerate() {
            let at = row * 6;
            insert.raw_bind_parameter(at + 1, event.position.0.cast_signed()).unwrap();
            insert.raw_bind_parameter(at + 2, event.recorded_at.0).unwrap();
            insert.raw_bind_parameter(at + 3, &*event.actor).unwrap();
            insert.raw_bind_parameter(at + 4, event.batch.0.as_bytes().as_slice()).unwrap();
            insert.raw_bind_parameter(at + 5, &*event.kind).unwrap();
            insert.raw_bind_parameter(at + 6, &*event.payload).unwrap();
        }
        insert.raw_execute().unwrap();
    }
    events.len() as f64 / began.elapsed().as_secs_f64()
}

/// Rows per second through the store.
fn appended(store: &dyn Store, events: &[StoredEvent]) -> f64 {
    let chunk = Chunk::from(events.to_vec());
    let began = Instant::now();
    let append = Append::new(End::NOTHING, [(chunk, Origin::default())]);
    runtime().block_on(store.append(Arc::new(append))).unwrap();
    events.len() as f64 / began.elapsed().as_secs_f64()
}

pub fn bulk() -> Vec<Line> {
    let cluster = cluster();
    let events = events(BULK);
    let (mut ours, mut plain, mut ours_file, mut plain_file) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (url, folder) = (cluster.database(), tempfile::tempdir().unwrap());
        // The same table, with its indexes and checks.
        let plain_url = cluster.database();
        drop(store::open(&plain_url, Access::Beside).unwrap());
        plain.push(runtime().block_on(thousand_by_thousand(&plain_url, &events)));
        ours.push(appended(&*store::open(&url, Access::Beside).unwrap(), &events));
        plain_file.push(thousand_by_thousand_in_a_file(folder.path(), &events));
        ours_file.push(appended(&*open(folder.path()), &events));
    }
    let line = |what: &str, ours: f64, plain: f64, into: &str, to_reach| Line {
        what: format!("append of 100,000 events, {what}"),
        measured: format!("{ours:.0}/s"),
        baseline: format!("{plain:.0}/s (INSERTs of 1,000 rows into {into})"),
        ratio: Some(ours / plain),
        to_reach,
    };
    vec![
        line("PostgreSQL", median(ours), median(plain), "the same table", "1.5"),
        line("SQLite", median(ours_file), median(plain_file), "a bare table", "0.7"),
    ]
}

/// Events per second of a loop that reads, decodes and puts into a map.
async fn bare_replay(url: &str) -> f64 {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let (client, connection) = (client, tokio::spawn(connection));
    let began = Instant::now();
    let mut kept = HashMap::new();
    let mut count = 0;
    {
        let sql = "SELECT position, recorded_at, actor, batch, kind, payload::text FROM event ORDER BY position";
        let mut rows = pin!(client.query_raw(sql, std::iter::empty::<&(dyn ToSql + Sync)>()).await.unwrap());
        while let Some(row) = rows.try_next().await.unwrap() {
            let (id, typed) = crate::replay::typed(row.get(0), row.get(4), row.get(5));
            kept.insert(id, (row.get::<_, jiff::Timestamp>(1), row.get::<_, String>(2), row.get::<_, Uuid>(3), typed));
            count += 1;
        }
    }
    assert_eq!(count, REPLAYED);
    drop(client);
    connection.await.unwrap().unwrap();
    count as f64 / began.elapsed().as_secs_f64()
}

pub fn replay() -> Vec<Line> {
    let (cluster, folder) = (cluster(), tempfile::tempdir().unwrap());
    let (url, _) = filled(&cluster, folder.path(), REPLAYED);
    let single = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(single().block_on(bare_replay(&url)));
        let store = store::open(&url, Access::Serve).unwrap();
        let began = Instant::now();
        let ledger = Ledger::start(store, decide).unwrap();
        ours.push(REPLAYED as f64 / began.elapsed().as_secs_f64());
        runtime().block_on(ledger.stop());
    }
    let (ours, bare) = (median(ours), median(bare));
    vec![Line {
        what: "replay of 1,000,000 events from PostgreSQL".into(),
        measured: format!("{ours:.0}/s"),
        baseline: format!("{bare:.0}/s (a bare loop with tokio-postgres, serde_json and a map)"),
        ratio: Some(ours / bare),
        to_reach: "1.2",
    }]
}

/// A function in the database that hands out a page and moves the position, in one transaction.
const FUNCTION: &str = "CREATE TABLE reader (name text PRIMARY KEY, position bigint NOT NULL);
CREATE FUNCTION read_page(who text, most integer) RETURNS SETOF event LANGUAGE plpgsql AS $$
DECLARE start bigint; last bigint;
BEGIN
    SELECT position INTO start FROM reader WHERE name = who FOR UPDATE;
    SELECT max(page.position) INTO last FROM (SELECT position FROM event WHERE position > start ORDER BY position LIMIT most) AS page;
    IF last IS NULL THEN RETURN; END IF;
    UPDATE reader SET position = last WHERE name = who;
    RETURN QUERY SELECT * FROM event WHERE position > start AND position <= last ORDER BY position;
END $$;";

async fn by_function(url: &str, page: i32, within: Duration) -> f64 {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let start = "INSERT INTO reader VALUES ('bench', 0) ON CONFLICT (name) DO UPDATE SET position = 0";
    client.batch_execute(start).await.unwrap();
    let read = client.prepare("SELECT position, recorded_at, actor, batch, kind, payload::text FROM read_page('bench', $1)").await.unwrap();
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < within {
        let rows = client.query(&read, &[&page]).await.unwrap();
        if rows.is_empty() {
            break;
        }
        count += rows.iter().filter(|row| !row.get::<_, &str>(5).is_empty()).count();
    }
    count as f64 / began.elapsed().as_secs_f64()
}

/// Events per second as a named consumer, whose position is durable after each page.
fn as_consumer(store: &dyn Store, last: Position, page: u64, within: Duration) -> f64 {
    let (mut ahead, mut position) = (Ahead::default(), Position(0));
    store.forget_consumer("bench").unwrap();
    let began = Instant::now();
    while began.elapsed() < within && position < last {
        let events = ahead.page(store, position, last, page).unwrap();
        position = events.last().unwrap().position;
        let to = Consumer {
            name: "bench".to_owned(),
            position,
            moved_by: "token:bench".to_owned(),
            moved_at: now(),
            incarnation: String::new(),
        };
        assert!(store.move_consumer(&to, None).unwrap());
    }
    position.0 as f64 / began.elapsed().as_secs_f64()
}

/// Ten producers at the same time, batch by batch; answers rows per second.
fn produce(open: &dyn Fn() -> Arc<dyn Store>, batch: u64) -> f64 {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..PRODUCERS {
            let store = open();
            scope.spawn(move || {
                let runtime = runtime();
                let mut end = End::NOTHING;
                for _ in 0..LOOPS {
                    loop {
                        let mut chunk = events(batch);
                        for event in &mut chunk {
                            event.position = Position(event.position.0 + end.position.0);
                        }
                        let append = Arc::new(Append::new(end, [(Chunk::from(chunk), Origin::default())]));
                        match runtime.block_on(store.append(append.clone())) {
                            Ok(()) => {
                                end = append.end();
                                break;
                            }
                            Err(store::AppendError::Conflict { .. }) => end = runtime.block_on(store.end()).unwrap(),
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            });
        }
    });
    (PRODUCERS * LOOPS * batch) as f64 / began.elapsed().as_secs_f64()
}

pub fn consumer() -> Vec<Line> {
    let batch = std::env::var("TAFEL_BENCH_ROWS").map_or(BATCH, |rows| rows.parse::<u64>().unwrap() / PRODUCERS / LOOPS);
    let rows = PRODUCERS * LOOPS * batch;
    let (cluster, folder) = (cluster(), tempfile::tempdir().unwrap());
    let url = cluster.database();
    let mut lines = Vec::new();
    for (name, open) in [
        ("PostgreSQL", &(|| store::open(&url, Access::Beside).unwrap()) as &dyn Fn() -> Arc<dyn Store>),
        ("SQLite", &|| open(folder.path())),
    ] {
        let produced = produce(open, batch);
        eprintln!("{name}: scale {PRODUCERS}, insert_batch {batch}, insert_loops {LOOPS}, tot_rows {rows}: {produced:.0} rows/s appended");
        eprintln!("read_batch  elapsed ms  events/s");
        let store = open();
        if name == "PostgreSQL" {
            // Without figures of the table the function would be planned badly.
            let mut server = postgres(&url).unwrap();
            server.execute(FUNCTION).unwrap();
            server.execute("ANALYZE event").unwrap();
        }
        for (page, to_reach, published) in [(10, "2", 21_217), (100, "2", 100_047), (1_000, "2", 157_858)] {
            // As much as is read in this time, but for the largest pages, which read all of it.
            let within = Duration::from_secs(if page == 1_000 { 600 } else { 20 });
            let began = Instant::now();
            let ours = as_consumer(&*store, Position(rows), page, within);
            eprintln!("{page:>10}  {:>10}  {ours:>8.0}", began.elapsed().as_millis());
            let function = (name == "PostgreSQL").then(|| runtime().block_on(by_function(&url, page as i32, Duration::from_secs(10))));
            lines.push(Line {
                what: format!("reading as a named consumer, pages of {page}, {name}, {rows} rows"),
                measured: format!("{ours:.0}/s"),
                baseline: function.map_or(format!("{published}/s published elsewhere"), |function| {
                    format!("{function:.0}/s (a function in the database); {published}/s published elsewhere")
                }),
                ratio: Some(ours / function.unwrap_or(f64::from(published))),
                to_reach: if name == "PostgreSQL" { to_reach } else { "–" },
            });
        }
    }
    lines
}
