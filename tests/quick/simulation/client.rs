//! Clients: each asks one thing after the other, of whichever instance, and insists where it was not answered.

use super::World;
use super::instance::Instance;
use fastrand::Rng;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tafel::ledger::{Answer, ChangeValidity, Failure, Ledger};
use tafel::plan::command::{Ask, Command, Conditions, ReportAsk, Request};
use tafel::plan::retract::RetractionPreview;
use tafel::plan::{BatchId, GuestId, Position, Refusal, TableId, Text, Timestamp};
use tafel::report::begin;
use tafel::store::{Consumer, StoredEvent};
use tokio::time::sleep;
use uuid::Uuid;

use crate::harness::plans::{add_guest, change_guest};

pub const GUESTS: u64 = 6;
pub const TABLES: u64 = 3;

/// A moment, as far as it can be told by what everybody knows.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub era: u32,
    pub position: Position,
}

/// What a client asks for.
#[derive(Debug, Clone)]
pub enum Wish {
    Commands { commands: Vec<Command>, given: Conditions },
    Retraction { batch: BatchId, retracts: bool },
}

#[derive(Debug, Clone)]
pub enum Outcome {
    Done { events: Vec<StoredEvent> },
    NothingToDo,
    Refused(Refusal),
    Retracted { position: Position },
}

/// An answer that a client got.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: BatchId,
    pub actor: Arc<str>,
    pub wish: Wish,
    /// What was acknowledged to anybody before this was asked for the first time, and before it was asked for this time.
    pub first_sent: Moment,
    pub sent: Moment,
    /// Where the stream ended when the answer came.
    pub answered: Moment,
    pub outcome: Outcome,
    /// Whether it was said that the outcome stays as it is.
    pub is_final: bool,
}

pub struct Client {
    pub actor: Arc<str>,
    pub world: Arc<World>,
    pub rng: Rng,
    /// What it has written itself.
    own: Vec<(Position, Position)>,
    /// What it may take back, or ask for again under the same id.
    done: Vec<BatchId>,
}

/// What an instance answers.
enum Said {
    Commands(Result<Answer, Failure>, bool),
    Retraction(Result<RetractionPreview, Failure>),
}

impl Client {
    pub fn new(actor: &str, world: Arc<World>, rng: Rng) -> Self {
        Self { actor: Arc::from(actor), world, rng, own: Vec::new(), done: Vec::new() }
    }

    /// Asks for one thing after the other until the faults are over.
    pub async fn run(mut self) {
        while !self.world.is_over() {
            let wait = self.rng.u64(20..700);
            sleep(Duration::from_millis(wait)).await;
            let (id, wish) = self.wish();
            self.insist(id, wish).await;
        }
    }

    fn new_id(&mut self) -> BatchId {
        let millis = u64::try_from(self.world.truth.now().0 / 1_000).unwrap();
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        BatchId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    fn wish(&mut self) -> (BatchId, Wish) {
        let mut id = self.new_id();
        // What is added has its position for an id: tables came first.
        let (guest, table) = (GuestId(TABLES + self.rng.u64(1..=GUESTS)), TableId(self.rng.u64(1..=TABLES)));
        let seen = self.world.moment().position;
        let mut given = Conditions::default();
        let command = match self.rng.u8(..20) {
            0..8 => Command::SeatGuest { guest, table },
            8..12 => Command::UnseatGuest { guest },
            12..16 => {
                // What was on the screen may be some events old.
                given.seen = Some(Position(seen.0.saturating_sub(self.rng.u64(0..4))));
                given.own = self.own.iter().copied().filter(|(_, last)| Some(*last) > given.seen).collect();
                change_guest(guest, json!({"notes": format!("{}", self.rng.u16(..))}))
            }
            16 => {
                given.expected = Some(seen);
                add_guest(json!({"first_name": "Late"}))
            }
            17 if !self.done.is_empty() => {
                // By mistake, the id of another request of its own.
                id = self.done[self.rng.usize(..self.done.len())];
                Command::SeatGuest { guest, table }
            }
            _ => {
                let batches = self.world.batches();
                if !batches.is_empty() {
                    let batch = batches[self.rng.usize(..batches.len())];
                    return (id, Wish::Retraction { batch, retracts: self.rng.u8(..3) > 0 });
                }
                Command::UnseatGuest { guest }
            }
        };
        if self.rng.u8(..3) > 0 {
            given.expires_at = Some(Timestamp(self.world.truth.now().0 + self.rng.i64(500_000..6_000_000)));
        }
        (id, Wish::Commands { commands: vec![command], given })
    }

    /// Asks until it is answered, or until an answer says that nothing came of it.
    async fn insist(&mut self, id: BatchId, wish: Wish) {
        let mut first_sent = self.world.moment();
        if self.done.contains(&id) {
            // Whatever has this id was asked for long ago.
            first_sent.position = Position(0);
        }
        for attempt in 0.. {
            let instance = self.world.instances[self.rng.usize(..self.world.instances.len())].clone();
            let sent = self.world.moment();
            // What was seen may be nowhere any more: whoever hears of another life of the stream looks again.
            let knows_positions = matches!(&wish, Wish::Commands { given, .. } if given.seen.or(given.expected).is_some());
            if knows_positions && sent.era != first_sent.era {
                return;
            }
            let patience = Duration::from_millis(self.rng.u64(300..3_000));
            let said = ask(&instance, patience, id, &self.actor, &wish).await;
            let (outcome, is_final) = match said {
                Some(Said::Commands(Ok(answer), is_over)) if answer.events.is_empty() => (Outcome::NothingToDo, is_over),
                Some(Said::Commands(Ok(answer), _)) => (Outcome::Done { events: answer.events.to_vec() }, true),
                Some(Said::Commands(Err(Failure::Refused(refusal)), is_over)) => (Outcome::Refused(*refusal), is_over),
                Some(Said::Retraction(Ok(preview))) => (Outcome::Retracted { position: preview.position }, true),
                // Of a retraction nobody says that it stays undone.
                Some(Said::Retraction(Err(Failure::Refused(_) | Failure::Forbidden(_)))) => return,
                Some(Said::Commands(Err(failure), _) | Said::Retraction(Err(failure))) => {
                    assert!(!matches!(failure, Failure::Crashed(_) | Failure::Rejected(_)), "{failure}");
                    sleep(Duration::from_millis(self.rng.u64(50..500))).await;
                    continue;
                }
                None => {
                    sleep(Duration::from_millis(self.rng.u64(10..200))).await;
                    continue;
                }
            };
            let entry = Entry {
                id,
                actor: self.actor.clone(),
                wish: wish.clone(),
                first_sent,
                sent,
                answered: self.world.newest(),
                outcome,
                is_final,
            };
            self.world.answered(&entry);
            if let Outcome::Done { events } = &entry.outcome {
                if let (Some(first), Some(last)) = (events.first(), events.last()) {
                    self.own.push((first.position, last.position));
                }
                self.done.push(id);
            }
            let goes_on = !is_final && attempt < 4 && self.rng.bool();
            self.world.entries.lock().push(entry);
            if !goes_on {
                return;
            }
            sleep(Duration::from_millis(self.rng.u64(100..3_000))).await;
        }
    }
}

/// As the web has it: see `submit` in `src/web/api/commands.rs`.
async fn ask(instance: &Instance, patience: Duration, id: BatchId, actor: &Arc<str>, wish: &Wish) -> Option<Said> {
    let actor = actor.clone();
    match wish.clone() {
        Wish::Commands { commands, given } => {
            let work = move |ledger: Ledger| async move {
                if let Some(seen) = given.seen.max(given.expected)
                    && !has_come_to(&ledger, seen).await
                {
                    return Said::Commands(Err(Failure::NotDecided("the plan has not come so far".to_owned())), false);
                }
                let (at, expires_at) = (ledger.clock().now(), given.expires_at);
                let request = Request { id, actor, at, conditions: given.in_time(at), ask: Ask::Commands(commands) };
                let outcome = ledger.submit(request).await;
                Said::Commands(outcome, ledger.is_final(expires_at))
            };
            instance.call(patience, work).await
        }
        Wish::Retraction { batch, retracts } => {
            let work = move |ledger: Ledger| async move {
                let (at, reason) = (ledger.clock().now(), Text::stored("a mistake"));
                let ask = ChangeValidity { id, batch, retracts, reason, actor, is_admin: true, at, position: None };
                Said::Retraction(ledger.change_validity(ask).await)
            };
            instance.call(patience, work).await
        }
    }
}

/// As [`Ledger::wait_for`], but for chance: of several that wait there, it decides who goes first.
async fn has_come_to(ledger: &Ledger, position: Position) -> bool {
    for _ in 0..500 {
        if ledger.snapshot().plan.position >= position {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

/// An instance's worker: begins the reports that are due.
pub async fn begin_reports(instance: Instance, world: Arc<World>, mut rng: Rng) {
    while !world.is_over() {
        sleep(Duration::from_millis(rng.u64(500..4_000))).await;
        let ids = [Uuid::from_u128(rng.u128(..)), Uuid::from_u128(rng.u128(..))].map(BatchId);
        let world = world.clone();
        let step = move |ledger: Ledger| async move {
            let (now, system): (_, Arc<str>) = (ledger.clock().now(), Arc::from("system"));
            let reports = ledger.snapshot().plan.reports.clone();
            let [enables, begins] = ids;
            if reports.from.is_none() {
                let ask = Ask::Report(Box::new(ReportAsk::Enable { from: world.schedule.current(world.truth.now()) }));
                let request = Request { id: enables, actor: system, at: now, conditions: Conditions::default(), ask };
                let _ = ledger.submit(request).await;
            } else if let Some(date) = world.schedule.missing(&reports, now) {
                let _ = begin(&ledger, &world.settings, begins, &system, date, None).await;
            }
        };
        instance.call(Duration::from_secs(30), step).await;
    }
}

/// One of two readers of one consumer's name, which get in each other's way.
pub async fn consume(world: Arc<World>, mut rng: Rng) {
    while !world.is_over() {
        sleep(Duration::from_millis(rng.u64(100..1_500))).await;
        let instance = world.instances[rng.usize(..world.instances.len())].clone();
        let (dawdles, delivered) = (Duration::from_millis(rng.u64(0..600)), world.delivered.clone());
        let work = move |ledger: Ledger| async move {
            let store = ledger.store();
            let consumer = store.consumer("mirror").ok()?;
            if consumer.as_ref().is_some_and(|consumer| consumer.incarnation != ledger.incarnation()) {
                // It was restored meanwhile: what was read may be something else by now, and is read anew.
                delivered.lock().clear();
                store.forget_consumer("mirror").ok()?;
                return None;
            }
            let stands = consumer.map_or(Position(0), |consumer| consumer.position);
            let last = ledger.snapshot().plan.position.min(Position(stands.0 + 20));
            let mut page = Vec::new();
            store
                .scan(stands, last, &mut |raw| {
                    page.push((raw.position, raw.batch));
                    std::ops::ControlFlow::Continue(())
                })
                .ok()?;
            sleep(dawdles).await;
            let to = Consumer {
                name: "mirror".to_owned(),
                position: page.last()?.0,
                moved_by: "mirror".to_owned(),
                moved_at: ledger.clock().now(),
                incarnation: ledger.incarnation().to_owned(),
            };
            // The page counts as soon as the consumer has moved, whether or not the answer arrives.
            if store.move_consumer(&to, Some(stands)).ok()? {
                delivered.lock().extend(page);
            }
            Some(())
        };
        instance.call(Duration::from_secs(5), work).await;
    }
}
