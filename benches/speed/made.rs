//! Streams made for the benchmarks: the sample party, then weeks of people working on it, event by event as `decide` writes them.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use tafel::ledger::Ledger;
use tafel::plan::command::{Ask, Command, Conditions, Request};
use tafel::plan::event::Event;
use tafel::plan::{BatchId, GuestId, GuestPatch, Patch, Plan, Position, SpotId, TableId, Text, Timestamp, apply, decide};
use tafel::store::{Access, Append, Chunk, Origin, Sqlite, Store, StoredEvent, Stream as _, codec};
use tafel::{app, config::Settings, sample};
use uuid::Uuid;

/// Numbers that are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Where a plan's subjects are, to pick from.
pub struct Cast {
    pub guests: Vec<GuestId>,
    tables: Vec<TableId>,
    spots: Vec<SpotId>,
    plan: Plan,
}

impl Cast {
    fn of(plan: &Plan) -> Self {
        Self {
            guests: plan.guests.keys().copied().collect(),
            tables: plan.tables.keys().copied().collect(),
            spots: plan.spots.keys().copied().collect(),
            plan: plan.clone(),
        }
    }

    fn guest(&self, dice: &mut Dice) -> GuestId {
        self.guests[dice.below(self.guests.len() as u64) as usize]
    }

    fn table(&self, dice: &mut Dice) -> TableId {
        self.tables[dice.below(self.tables.len() as u64) as usize]
    }

    /// What people do all day. The plan may refuse it.
    fn command(&self, dice: &mut Dice) -> Command {
        match dice.below(20) {
            0..9 => Command::SeatGuest { guest: self.guest(dice), table: self.table(dice) },
            9..12 => Command::UnseatGuest { guest: self.guest(dice) },
            12..17 => {
                let text = |text: String| Patch::Set(Text::parse(&text).unwrap());
                let diet = ["vegan", "vegetarian", "halal", "kosher"][dice.below(4) as usize];
                let set = GuestPatch {
                    diet: text(diet.to_owned()),
                    notes: text(format!("prefers seat {}", dice.below(1_000))),
                    ..GuestPatch::default()
                };
                Command::ChangeGuest { guest: self.guest(dice), set: Box::new(set) }
            }
            17..19 => {
                let lifted = self.tables.iter().find(|table| self.plan.table(**table).unwrap().spot.is_none());
                let spot = self.spots[dice.below(self.spots.len() as u64) as usize];
                lifted.map_or(Command::LiftTable { table: self.table(dice) }, |table| Command::PlaceTable { table: *table, spot })
            }
            _ => Command::LiftTable { table: self.table(dice) },
        }
    }

    /// The next event: the first command that the plan takes, and that changes something.
    fn event(&mut self, batch: BatchId, actor: &Arc<str>, at: Timestamp, dice: &mut Dice) -> Event {
        loop {
            let ask = Ask::Commands(vec![self.command(dice)]);
            let request = Request { id: batch, actor: actor.clone(), at, conditions: Conditions::default(), ask };
            if let Ok([event]) = decide(&self.plan, &request).as_deref() {
                apply(&mut self.plan, event);
                return event.clone();
            }
        }
    }
}

pub fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("tafel.db").display())
}

/// A database with the sample party.
pub fn party(folder: &Path) -> Cast {
    let settings = Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        store: url(folder),
        staff_may_upload: false,
        reader_memory_mib: tafel::reader::MEMORY_MIB,
        reader: env!("CARGO_BIN_EXE_tafel").into(),
        workers: 1,
        zone: jiff::tz::TimeZone::UTC,
        report: None,
        mail: None,
    };
    app::run(settings, true, |_| {}, async {}).unwrap();
    let store = open(folder);
    let ledger = Ledger::start(store, decide).unwrap();
    assert_eq!(ledger.snapshot().plan.about.title, sample::about().title.set().cloned());
    Cast::of(&ledger.snapshot().plan)
}

pub fn open(folder: &Path) -> Arc<dyn Store> {
    Arc::new(Sqlite::open(folder.join("tafel.db"), Access::Beside).unwrap())
}

/// The sample party, filled up to so many events of a batch each.
pub fn stream(folder: &Path, events: u64) -> Cast {
    let mut cast = party(folder);
    append(folder, &mut cast, events, 1);
    cast
}

/// Appends until the stream has so many events, `per_batch` to a batch; answers the last batch.
pub fn append(folder: &Path, cast: &mut Cast, until: u64, per_batch: u64) -> BatchId {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = Sqlite::open(folder.join("tafel.db"), Access::Beside).unwrap();
    let mut end = runtime.block_on(store.end()).unwrap();
    let mut last = end.position;
    let mut dice = Dice::new(last.0 * 7_919);
    let actors = ["anton", "berta", "carla", "dora"].map(Arc::<str>::from);
    let mut at = jiff::Timestamp::now().as_microsecond();
    let mut batch = BatchId(Uuid::now_v7());
    while last.0 < until {
        let count = (until - last.0).min(20_000);
        let chunk: Vec<StoredEvent> = (1..=count)
            .map(|offset| {
                if (last.0 + offset).is_multiple_of(per_batch) || per_batch == 1 {
                    batch = BatchId(Uuid::now_v7());
                }
                at += 1;
                let event = cast.event(batch, &actors[(offset % 4) as usize], Timestamp(at), &mut dice);
                assert_eq!(event.position.0, last.0 + offset);
                StoredEvent {
                    position: event.position,
                    recorded_at: event.recorded_at,
                    payload: codec::encode(&event.body).unwrap(),
                    kind: Cow::Borrowed(event.body.kind()),
                    actor: event.actor,
                    batch,
                }
            })
            .collect();
        let append = Arc::new(Append::new(end, [(Chunk::from(chunk), Origin::default())]));
        runtime.block_on(store.append(append.clone())).unwrap();
        end = append.end();
        last = Position(last.0 + count);
    }
    batch
}
