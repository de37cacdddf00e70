//! The simulated database: one stream, reached by each instance over a line that delays, loses and repeats nothing by itself.

use fastrand::Rng;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tafel::clock::Time;
use tafel::plan::command::Role;
use tafel::plan::{BatchId, Position, Timestamp};
use tafel::store::{
    Account, Accounts, ApiToken, Append, AppendError, Clocks, Confirmation, Consumer, Consumers, End, Fut, Incarnations, Overwrite,
    PendingUpload, Record, RecordSink, ReportFile, ReportFiles, Session, Sessions, Sink, StoreError, StoredEvent, Stream, Uploads,
};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// How long an instance waits for the database's answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The true time. It passes only while the simulation has nothing else to do.
#[derive(Clone, Copy)]
pub struct Truth {
    began: Instant,
    base_us: i64,
}

impl Truth {
    pub fn beginning_at(base: Timestamp) -> Self {
        Self { began: Instant::now(), base_us: base.0 }
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.base_us + i64::try_from(self.elapsed().as_micros()).unwrap())
    }
}

/// The clocks of one machine.
#[derive(Clone)]
pub struct MachineTime {
    pub truth: Truth,
    /// By how much the wall's clock is off.
    pub offset_us: Arc<AtomicI64>,
}

impl Time for MachineTime {
    fn wall(&self) -> Timestamp {
        Timestamp(self.truth.now().0 + self.offset_us.load(Ordering::Relaxed))
    }

    fn running(&self) -> Duration {
        self.truth.elapsed()
    }
}

/// What the database holds, and what a test wants to know of how it came to be.
#[derive(Default)]
pub struct Content {
    pub records: Vec<Record>,
    /// The true time at which each was committed.
    pub committed_at: Vec<Timestamp>,
    pub consumers: BTreeMap<String, Consumer>,
    pub incarnation: String,
    confirmation: Option<Confirmation>,
    /// How often it was restored.
    pub era: u32,
    /// What the restores have cut off.
    pub lost: HashSet<BatchId>,
}

impl Content {
    pub fn end(&self) -> End {
        self.records.last().map_or(End::NOTHING, |record| End {
            position: record.event.position,
            recorded_at: record.event.recorded_at,
            hash: record.envelope.as_ref().map(|envelope| envelope.hash),
        })
    }

    fn append(&mut self, append: &Append, clock: Timestamp, truth: Timestamp) -> Result<(), AppendError> {
        let (behind, end) = (append.behind(), self.end());
        if (behind.position, behind.hash) != (end.position, end.hash) {
            return Err(AppendError::Conflict { expected: behind.position, last: end.position });
        }
        if !append.window().contains(clock) {
            return Err(AppendError::Untimely { clock });
        }
        for (event, envelope) in append.rows() {
            self.records.push(Record { event: event.clone(), envelope: Some(envelope.clone()) });
            self.committed_at.push(truth);
        }
        Ok(())
    }

    /// Puts a backup back that ends at the position.
    pub fn restore(&mut self, position: usize, begins_life: bool) {
        self.lost.extend(self.records.drain(position..).map(|record| record.event.batch));
        let kept: HashSet<BatchId> = self.records.iter().map(|record| record.event.batch).collect();
        self.lost.retain(|batch| !kept.contains(batch));
        self.committed_at.truncate(position);
        for consumer in self.consumers.values_mut() {
            consumer.position = consumer.position.min(Position(position as u64));
        }
        self.era += 1;
        if begins_life {
            self.incarnation = format!("life{}", self.era);
        }
    }
}

/// The database. Cloned handles reach the same one.
#[derive(Clone)]
pub struct Database {
    pub content: Arc<Mutex<Content>>,
    pub is_up: Arc<AtomicBool>,
    /// One for each instance: of several that wait for one, chance would say who goes first.
    told: Arc<Mutex<Vec<watch::Sender<u64>>>>,
    truth: Truth,
}

impl Database {
    pub fn new(truth: Truth) -> Self {
        Self { content: Arc::default(), is_up: Arc::new(AtomicBool::new(true)), told: Arc::default(), truth }
    }
}

/// What the line between an instance and the database does.
#[derive(Clone, Copy, Default)]
pub struct Line {
    pub is_cut: bool,
    /// Of a hundred statements, so many are carried out without an answer,
    pub loses_answers: u8,
    /// and so many arrive seconds later, when nobody waits for them any more.
    pub is_late: u8,
}

/// An instance's way to the database.
pub struct SimulatedStore {
    database: Database,
    line: Arc<Mutex<Line>>,
    rng: Mutex<Rng>,
    /// The clocks of the machine that the instance runs on.
    time: MachineTime,
    /// Whether the database is a file of this machine, with this machine's clock.
    is_local: bool,
    /// Whether the database tells of what is appended.
    tells: bool,
}

/// What becomes of a statement on its way.
struct Way {
    there: Duration,
    is_lost: bool,
    back: Duration,
}

impl SimulatedStore {
    pub fn new(database: Database, line: Arc<Mutex<Line>>, rng: Rng, time: MachineTime, is_local: bool, tells: bool) -> Self {
        Self { database, line, rng: Mutex::new(rng), time, is_local, tells }
    }

    /// By whose clock the database stamps.
    fn database_clock(&self) -> Timestamp {
        if self.is_local { self.time.wall() } else { self.database.truth.now() }
    }

    fn way(&self) -> Way {
        let (line, mut rng) = (*self.line.lock(), self.rng.lock());
        let there = if rng.u8(..100) < line.is_late { Duration::from_millis(rng.u64(500..6_000)) } else { quick(&mut rng) };
        Way { there, is_lost: rng.u8(..100) < line.loses_answers, back: quick(&mut rng) }
    }

    fn is_reachable(&self) -> bool {
        !self.line.lock().is_cut && self.database.is_up.load(Ordering::Relaxed)
    }

    /// Reads at once, or not at all.
    fn read<T>(&self, read: impl FnOnce(&Content) -> T) -> Result<T, StoreError> {
        if self.is_reachable() { Ok(read(&self.database.content.lock())) } else { Err(away()) }
    }

    /// A copy: whoever reads it may read on meanwhile.
    fn records(&self, after: Position, until: Position) -> Result<Vec<Record>, StoreError> {
        self.read(|content| {
            let behind = content.records.iter().skip(after.0 as usize);
            behind.take_while(|record| record.event.position <= until).cloned().collect()
        })
    }

    fn write<T>(&self, write: impl FnOnce(&mut Content) -> T) -> Result<T, StoreError> {
        if self.is_reachable() { Ok(write(&mut self.database.content.lock())) } else { Err(away()) }
    }
}

fn quick(rng: &mut Rng) -> Duration {
    Duration::from_millis(if rng.u8(..10) == 0 { rng.u64(5..80) } else { rng.u64(0..4) })
}

fn away() -> StoreError {
    StoreError::Unavailable(Arc::new(std::io::Error::other("the line is cut")))
}

/// What no instance does in a simulation.
fn not_simulated<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable(Arc::new(std::io::Error::other("it is not simulated"))))
}

impl Stream for SimulatedStore {
    fn append(&self, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        let (way, is_sent) = (self.way(), !self.line.lock().is_cut);
        let (answer, answered) = oneshot::channel();
        let (database, truth) = (self.database.clone(), self.database.truth);
        let (time, is_local) = (self.time.clone(), self.is_local);
        // Once it is on its way, it is the database's: whatever becomes of the instance meanwhile.
        tokio::spawn(async move {
            sleep(way.there).await;
            if !is_sent || !database.is_up.load(Ordering::Relaxed) {
                return drop(answer);
            }
            let clock = if is_local { time.wall() } else { truth.now() };
            let outcome = database.content.lock().append(&append, clock, truth.now());
            for told in &*database.told.lock() {
                told.send_replace(append.end().position.0);
            }
            sleep(way.back).await;
            if !way.is_lost {
                let _ = answer.send(outcome);
            }
        });
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, answered).await {
                Ok(Ok(outcome)) => outcome,
                _ => Err(AppendError::Failed(away())),
            }
        })
    }

    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        let way = self.way();
        Box::pin(async move {
            sleep(way.there.min(PATIENCE)).await;
            let end = self.read(Content::end);
            sleep(way.back).await;
            if way.is_lost || way.there >= PATIENCE { Err(away()) } else { end }
        })
    }

    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>> {
        let way = self.way();
        Box::pin(async move {
            sleep(way.there.min(PATIENCE)).await;
            let clock = self.read(|_| if self.is_local { None } else { Some(self.database_clock()) });
            sleep(way.back).await;
            if way.is_lost { Err(away()) } else { clock }
        })
    }

    fn is_local(&self) -> bool {
        self.is_local
    }

    fn appended(&self) -> Option<watch::Receiver<u64>> {
        let (told, hears) = watch::channel(0);
        self.database.told.lock().push(told);
        self.tells.then_some(hears)
    }

    fn scan(&self, after: Position, until: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        let _ = self.records(after, until)?.iter().try_for_each(|record| sink(record.event.raw()));
        Ok(())
    }

    fn scan_back(&self, before: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        let before = Position(before.0.saturating_sub(1));
        let _ = self.records(Position(0), before)?.iter().rev().try_for_each(|record| sink(record.event.raw()));
        Ok(())
    }

    fn scan_validity(&self, sink: Sink<'_>) -> Result<(), StoreError> {
        let is_wanted = |record: &&Record| matches!(&*record.event.kind, "batch_retracted" | "batch_reinstated");
        let all = self.records(Position(0), Position(u64::MAX))?;
        let _ = all.iter().filter(is_wanted).try_for_each(|record| sink(record.event.raw()));
        Ok(())
    }

    fn batch(&self, batch: BatchId) -> Result<Vec<StoredEvent>, StoreError> {
        let of_batch = |record: &&Record| record.event.batch == batch;
        self.read(|content| content.records.iter().filter(of_batch).map(|record| record.event.clone()).collect())
    }

    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        self.batch(batch).map(|events| events.into_iter().next())
    }

    fn scan_records(&self, after: Position, until: Position, sink: RecordSink<'_>) -> Result<(), StoreError> {
        let _ = self.records(after, until)?.into_iter().try_for_each(sink);
        Ok(())
    }

    fn request_of(&self, batch: BatchId) -> Result<Option<Uuid>, StoreError> {
        self.read(|content| {
            let first = content.records.iter().find(|record| record.event.batch == batch);
            first.and_then(|record| record.envelope.as_ref()).and_then(|envelope| envelope.origin.request)
        })
    }

    fn chain(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn erase(&self, _: Vec<Overwrite>, _: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(async { Ok(not_simulated()?) })
    }

    fn probe(&self) -> Fut<'_, Result<(), StoreError>> {
        Box::pin(async { self.read(|_| ()) })
    }

    fn release(&self) {}
}

impl Consumers for SimulatedStore {
    fn consumers(&self) -> Result<Vec<Consumer>, StoreError> {
        self.read(|content| content.consumers.values().cloned().collect())
    }

    fn consumer(&self, name: &str) -> Result<Option<Consumer>, StoreError> {
        self.read(|content| content.consumers.get(name).cloned())
    }

    fn move_consumer(&self, to: &Consumer, expected: Option<Position>) -> Result<bool, StoreError> {
        self.write(|content| {
            let stands = content.consumers.get(&to.name).map_or(Position(0), |consumer| consumer.position);
            let is_expected = expected.is_none_or(|expected| expected == stands);
            if is_expected {
                content.consumers.insert(to.name.clone(), to.clone());
            }
            is_expected
        })
    }

    fn forget_consumer(&self, name: &str) -> Result<bool, StoreError> {
        self.write(|content| content.consumers.remove(name).is_some())
    }
}

impl Clocks for SimulatedStore {
    fn confirm_clock(&self, confirmation: &Confirmation) -> Result<(), StoreError> {
        self.write(|content| content.confirmation = Some(confirmation.clone()))
    }

    fn clock_confirmation(&self) -> Result<Option<Confirmation>, StoreError> {
        self.read(|content| content.confirmation.clone())
    }
}

impl Incarnations for SimulatedStore {
    fn incarnation(&self) -> Result<String, StoreError> {
        self.read(|content| content.incarnation.clone())
    }

    fn begin_incarnation(&self, id: &str) -> Result<(), StoreError> {
        self.write(|content| id.clone_into(&mut content.incarnation))
    }
}

impl ReportFiles for SimulatedStore {
    fn keep_report_file(&self, _: &ReportFile) -> Result<(), StoreError> {
        not_simulated()
    }
    fn report_file(&self, _: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        not_simulated()
    }
    fn forget_report_file(&self, _: &[u8; 32]) -> Result<(), StoreError> {
        not_simulated()
    }
}

impl Accounts for SimulatedStore {
    fn add_account(&self, _: &Account) -> Result<(), StoreError> {
        not_simulated()
    }
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        not_simulated()
    }
    fn disable_account(&self, _: &str, _: Timestamp) -> Result<bool, StoreError> {
        not_simulated()
    }
    fn set_password(&self, _: &str, _: &str) -> Result<bool, StoreError> {
        not_simulated()
    }
    fn set_role(&self, _: &str, _: Role) -> Result<bool, StoreError> {
        not_simulated()
    }
    fn set_language(&self, _: &str, _: &str) -> Result<bool, StoreError> {
        not_simulated()
    }
    fn enable_account(&self, _: &str) -> Result<bool, StoreError> {
        not_simulated()
    }
    fn account(&self, _: &str) -> Result<Option<Account>, StoreError> {
        not_simulated()
    }
    fn add_token(&self, _: &ApiToken) -> Result<(), StoreError> {
        not_simulated()
    }
    fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        not_simulated()
    }
    fn token_by_sha256(&self, _: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
        not_simulated()
    }
    fn revoke_token(&self, _: &str) -> Result<bool, StoreError> {
        not_simulated()
    }
}

impl Sessions for SimulatedStore {
    fn add_session(&self, _: &Session, _: Timestamp) -> Result<(), StoreError> {
        not_simulated()
    }
    fn account_in_session(&self, _: &[u8; 32], _: Timestamp) -> Result<Option<Account>, StoreError> {
        not_simulated()
    }
    fn end_session(&self, _: &[u8; 32]) -> Result<(), StoreError> {
        not_simulated()
    }
    fn end_sessions_of(&self, _: &str) -> Result<usize, StoreError> {
        not_simulated()
    }
    fn sessions(&self, _: Timestamp) -> Result<Vec<(String, usize)>, StoreError> {
        not_simulated()
    }
}

impl Uploads for SimulatedStore {
    fn keep_upload(&self, _: &PendingUpload, _: Timestamp) -> Result<(), StoreError> {
        not_simulated()
    }
    fn upload(&self, _: Uuid) -> Result<Option<PendingUpload>, StoreError> {
        not_simulated()
    }
    fn previewed(&self, _: Uuid, _: Position) -> Result<(), StoreError> {
        not_simulated()
    }
}
