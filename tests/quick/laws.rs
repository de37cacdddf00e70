//! The laws, on arbitrary histories of commands, uploads, retractions and reinstatements.

use crate::harness::plans::{World, add_guest, add_table, change_guest, change_table, set};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use tafel::ledger::{ChangeValidity, Failure, Ledger, Snapshot, Voids};
use tafel::plan::command::{ApplyUpload, Ask, Command, Conditions, Request};
use tafel::plan::diff::diff;
use tafel::plan::document::{Document, digest};
use tafel::plan::event::Event;
use tafel::plan::upload::{Choices, Column, GuestRow, Origin, PlacementRow, Row, RowRef, Rows, Upload, UploadKind, assess};
use tafel::plan::{
    BatchId, Code, Guest, Patch, Plan, Position, Refusal, RoomId, SpotId, Subject, TableId, TablePatch, Text, Timestamp, apply,
    broken_invariants, decide,
};
use tafel::store::codec::Decoder;
use tafel::store::{Access, RawEvent, Sqlite, Store};
use uuid::Uuid;

/// One step of a history. Numbers pick among what there is, so that most steps hit something.
#[derive(Debug, Clone)]
enum Step {
    Commands(Vec<Pick>),
    /// Rows of table and spot; `None` for an empty cell.
    Place {
        vip: bool,
        rows: Vec<(u8, Option<u8>)>,
    },
    /// Rows of employee number, last name, table.
    Guests(Vec<(u8, u8, Option<u8>)>),
    Tables(Vec<(u8, u8, bool)>),
    Retract(u8),
    Reinstate(u8),
    Undo(u8),
}

#[derive(Debug, Clone)]
enum Pick {
    AddGuest(u8, Option<u8>),
    ChangeGuest(u8, u8),
    Number(u8, u8),
    RemoveGuest(u8),
    Decline(u8),
    Seat(u8, u8),
    SeatParty(u8, u8),
    Unseat(u8),
    SwapGuests(u8, u8),
    AddTable(u8, u8, bool),
    ChangeTable(u8, u8),
    RemoveTable(u8),
    Place(u8, u8),
    Lift(u8),
    SwapTables(u8, u8),
    AddRoom(u8),
    RemoveRoom(u8),
    AddSpot(u8, u8),
    MoveSpot(u8, u8),
    RemoveSpot(u8),
    Arrive(u8),
    Follow(u8, u8),
}

fn pick() -> impl Strategy<Value = Pick> {
    let n = any::<u8>;
    prop_oneof![
        3 => (n(), proptest::option::of(0..6_u8)).prop_map(|(a, b)| Pick::AddGuest(a, b)),
        2 => (n(), 0..6_u8).prop_map(|(a, b)| Pick::ChangeGuest(a, b)),
        1 => (n(), 0..6_u8).prop_map(|(a, b)| Pick::Number(a, b)),
        1 => n().prop_map(Pick::RemoveGuest),
        1 => n().prop_map(Pick::Decline),
        4 => (n(), n()).prop_map(|(a, b)| Pick::Seat(a, b)),
        1 => (n(), n()).prop_map(|(a, b)| Pick::SeatParty(a, b)),
        1 => n().prop_map(Pick::Unseat),
        1 => (n(), n()).prop_map(|(a, b)| Pick::SwapGuests(a, b)),
        2 => (0..6_u8, 1..4_u8, any::<bool>()).prop_map(|(a, b, c)| Pick::AddTable(a, b, c)),
        1 => (n(), 0..6_u8).prop_map(|(a, b)| Pick::ChangeTable(a, b)),
        1 => n().prop_map(Pick::RemoveTable),
        4 => (n(), n()).prop_map(|(a, b)| Pick::Place(a, b)),
        1 => n().prop_map(Pick::Lift),
        1 => (n(), n()).prop_map(|(a, b)| Pick::SwapTables(a, b)),
        1 => (0..3_u8).prop_map(Pick::AddRoom),
        1 => n().prop_map(Pick::RemoveRoom),
        2 => (n(), 0..6_u8).prop_map(|(a, b)| Pick::AddSpot(a, b)),
        1 => (n(), n()).prop_map(|(a, b)| Pick::MoveSpot(a, b)),
        1 => n().prop_map(Pick::RemoveSpot),
        1 => n().prop_map(Pick::Arrive),
        1 => (n(), n()).prop_map(|(a, b)| Pick::Follow(a, b)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let row = (0..6_u8, proptest::option::of(0..6_u8));
    prop_oneof![
        8 => pick().prop_map(|pick| Step::Commands(vec![pick])),
        2 => proptest::collection::vec(pick(), 2..5).prop_map(Step::Commands),
        2 => (any::<bool>(), proptest::collection::vec(row, 1..5)).prop_map(|(vip, rows)| Step::Place { vip, rows }),
        2 => proptest::collection::vec((0..6_u8, 0..4_u8, proptest::option::of(0..6_u8)), 1..5).prop_map(Step::Guests),
        1 => proptest::collection::vec((0..6_u8, 1..4_u8, any::<bool>()), 1..5).prop_map(Step::Tables),
        4 => any::<u8>().prop_map(Step::Retract),
        2 => any::<u8>().prop_map(Step::Reinstate),
        1 => any::<u8>().prop_map(Step::Undo),
    ]
}

fn choose<K: Copy + Ord, V: Clone>(map: &imbl::OrdMap<K, V>, n: u8) -> Option<K> {
    map.keys().nth(usize::from(n) % map.len().max(1)).copied()
}

fn command(plan: &Plan, pick: &Pick) -> Option<Command> {
    let guest = |n| choose(&plan.guests, n);
    let table = |n| choose(&plan.tables, n);
    let spot = |n| choose(&plan.spots, n);
    let room = |n| choose(&plan.rooms, n);
    Some(match *pick {
        Pick::AddGuest(name, number) => {
            let number = number.map(|number| format!("E{number}"));
            add_guest(json!({"first_name": format!("G{name}"), "employee_no": number, "party": format!("P{}", name % 3)}))
        }
        Pick::ChangeGuest(n, diet) => change_guest(guest(n)?, json!({"diet": format!("D{diet}"), "extra": {"Shuttle": format!("{diet}")}})),
        Pick::Number(n, number) => {
            change_guest(guest(n)?, json!({"employee_no": format!("E{number}"), "email": format!("e{number}@example.org")}))
        }
        Pick::RemoveGuest(n) => Command::RemoveGuest { guest: guest(n)? },
        Pick::Decline(n) => change_guest(guest(n)?, json!({"rsvp": "declined"})),
        Pick::Seat(a, b) => Command::SeatGuest { guest: guest(a)?, table: table(b)? },
        Pick::SeatParty(a, b) => Command::SeatParty { party: Code::parse(&format!("P{}", a % 3)).unwrap(), table: table(b)? },
        Pick::Unseat(n) => Command::UnseatGuest { guest: guest(n)? },
        Pick::SwapGuests(a, b) => Command::SwapGuests { a: guest(a)?, b: guest(b)? },
        Pick::AddTable(number, seats, vip) => add_table(json!({"number": format!("T{number}"), "seats": seats, "vip": vip})),
        Pick::ChangeTable(n, number) => change_table(table(n)?, json!({"number": format!("T{number}")})),
        Pick::RemoveTable(n) => Command::RemoveTable { table: table(n)? },
        Pick::Place(a, b) => Command::PlaceTable { table: table(a)?, spot: spot(b)? },
        Pick::Lift(n) => Command::LiftTable { table: table(n)? },
        Pick::SwapTables(a, b) => Command::SwapTables { a: table(a)?, b: table(b)? },
        Pick::AddRoom(n) => Command::AddRoom { set: set(json!({"name": format!("R{n}"), "width_m": 20, "depth_m": 20})) },
        Pick::RemoveRoom(n) => Command::RemoveRoom { room: room(n)? },
        Pick::AddSpot(a, code) => {
            Command::AddSpot { set: set(json!({"code": format!("S{code}"), "room": room(a)?, "x_m": 10, "y_m": 10, "seats": 2})) }
        }
        Pick::MoveSpot(a, b) => Command::ChangeSpot { spot: spot(a)?, set: set(json!({"room": room(b)?, "x_m": 5})) },
        Pick::RemoveSpot(n) => Command::RemoveSpot { spot: spot(n)? },
        Pick::Arrive(n) => Command::MarkArrived { guest: guest(n)? },
        Pick::Follow(a, b) => change_guest(guest(a)?, json!({"plus_one_of": guest(b)?})),
    })
}

fn row<T>(index: usize, value: T) -> Row<T> {
    Row { at: RowRef { sheet: None, row: u32::try_from(index).unwrap() + 2 }, value, problems: Vec::new(), unknown: Vec::new() }
}

fn upload(kind: UploadKind, rows: Rows) -> Arc<Upload> {
    let columns = vec![Column { header: "Table".to_owned(), field: Some("number".to_owned()), samples: Vec::new() }];
    Arc::new(Upload {
        kind,
        file: Text::stored("x.xlsx"),
        sha256: Text::stored("00"),
        columns,
        rows,
        unread: Vec::new(),
        encoding: None,
        origin: Origin::Unknown,
    })
}

fn code(prefix: &str, n: u8) -> Code {
    Code::parse(&format!("{prefix}{n}")).unwrap()
}

fn upload_of(step: &Step) -> Arc<Upload> {
    match step {
        Step::Place { vip, rows } => {
            let kind = if *vip { UploadKind::VipPlacement } else { UploadKind::Draw };
            let placement = |(table, spot): &(u8, Option<u8>)| PlacementRow {
                table: Some(code("T", *table)),
                spot: spot.map_or(Patch::Keep, |spot| Patch::Set(code("S", spot))),
            };
            upload(kind, Rows::Placement(rows.iter().map(placement).enumerate().map(|(index, value)| row(index, value)).collect()))
        }
        Step::Guests(rows) => {
            let guest = |(number, name, table): &(u8, u8, Option<u8>)| GuestRow {
                set: set(json!({"employee_no": format!("E{number}"), "last_name": format!("L{name}"), "party": format!("P{}", name % 3)})),
                plus_one_of: if *name == 0 { Patch::Set(Text::parse("L1").unwrap()) } else { Patch::Keep },
                table: table.map_or(Patch::Keep, |table| Patch::Set(code("T", table))),
                since: None,
            };
            upload(UploadKind::Guests, Rows::Guests(rows.iter().map(guest).enumerate().map(|(index, value)| row(index, value)).collect()))
        }
        Step::Tables(rows) => {
            let table = |(number, seats, vip): &(u8, u8, bool)| -> TablePatch {
                set(json!({"number": format!("T{number}"), "seats": seats, "vip": vip}))
            };
            upload(UploadKind::Tables, Rows::Tables(rows.iter().map(table).enumerate().map(|(index, value)| row(index, value)).collect()))
        }
        _ => unreachable!("no upload"),
    }
}

/// What must be true of every plan.
fn invariants(plan: &Plan) -> Result<(), TestCaseError> {
    prop_assert_eq!(broken_invariants(plan), Vec::<String>::new());
    Ok(())
}

/// The plan's content, wherever it stands.
fn content(plan: &Plan) -> Value {
    let mut document = serde_json::to_value(Document::of(plan)).unwrap();
    document.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "position" | "recorded_at"));
    document
}

/// Content, and who touched what last, and what collided: everything that a later decision or a page can see.
fn whole(plan: &Plan) -> (Value, BTreeMap<(Subject, &'static str), (u64, String)>, Vec<String>) {
    let mut touches = BTreeMap::new();
    let mut note = |subject: Subject, fields: &[&'static str]| {
        for field in fields {
            let touch = plan.touch(subject, field).unwrap();
            touches.insert((subject, *field), (touch.position.0, plan.actor(touch).to_owned()));
        }
    };
    plan.guests.keys().for_each(|id| note(Subject::Guest(*id), Guest::FIELDS));
    plan.tables.keys().for_each(|id| note(Subject::Table(*id), tafel::plan::Table::FIELDS));
    plan.rooms.keys().for_each(|id| note(Subject::Room(*id), tafel::plan::Room::FIELDS));
    plan.spots.keys().for_each(|id| note(Subject::Spot(*id), tafel::plan::Spot::FIELDS));
    let collisions = plan.open_collisions().map(|collision| format!("{collision:?}")).collect();
    (content(plan), touches, collisions)
}

struct History {
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    ledger: Ledger,
    batches: Vec<BatchId>,
}

impl History {
    fn new() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ledger = Self::open(&folder);
        Self { folder, runtime, ledger, batches: Vec::new() }
    }

    fn open(folder: &tempfile::TempDir) -> Ledger {
        let store = Arc::new(Sqlite::open(folder.path().join("tafel.db"), Access::Serve).unwrap());
        Ledger::start(store, decide).unwrap()
    }

    fn restart(mut self) -> Self {
        self.runtime.block_on(self.ledger.stop());
        let Self { folder, runtime, ledger, batches } = self;
        drop(ledger);
        self = Self { ledger: Self::open(&folder), folder, runtime, batches };
        self
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.ledger.snapshot()
    }

    fn events(&self) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        let store: &Arc<dyn Store> = self.ledger.store();
        let read = store.scan(Position(0), Position(u64::MAX), &mut |raw: RawEvent<'_>| {
            events.push(decoder.decode(raw).unwrap());
            ControlFlow::Continue(())
        });
        read.unwrap();
        events
    }

    /// The fold of the stream without what is void: what the plan must be.
    fn folded(&self, voids: &Voids) -> Plan {
        self.events().iter().fold(Plan::default(), |mut plan, event| {
            if voids.contains_key(&event.batch) {
                plan.skip(event);
            } else {
                drop(format!("{:?}", apply(&mut plan, event)));
            }
            plan
        })
    }

    fn submit(&mut self, ask: Ask) -> Result<usize, Failure> {
        let id = BatchId(Uuid::now_v7());
        let actor: Arc<str> = Arc::from(if self.batches.len().is_multiple_of(2) { "berta" } else { "carla" });
        let request = Request { id, actor, at: Timestamp(1_700_000_000_000_000), conditions: Conditions::default(), ask };
        let answer = self.runtime.block_on(self.ledger.submit(request))?;
        if !answer.events.is_empty() {
            self.batches.push(id);
        }
        Ok(answer.events.len())
    }

    fn change_validity(
        &mut self,
        batch: BatchId,
        retracts: bool,
        actor: &str,
        is_admin: bool,
        position: Option<Position>,
    ) -> Result<(), Failure> {
        let ask = ChangeValidity {
            id: BatchId(Uuid::now_v7()),
            batch,
            retracts,
            reason: Text::stored("why not"),
            actor: Arc::from(actor),
            is_admin,
            at: Timestamp(1_700_000_000_000_000),
            position,
        };
        self.runtime.block_on(self.ledger.change_validity(ask)).map(|_| ())
    }
}

fn check_step(history: &mut History, step: &Step) -> Result<(), TestCaseError> {
    let before = history.snapshot();
    let refused = match step {
        Step::Commands(picks) => {
            let commands: Vec<Command> = picks.iter().filter_map(|pick| command(&before.plan, pick)).collect();
            if commands.is_empty() {
                return Ok(());
            }
            history.submit(Ask::Commands(commands)).is_err()
        }
        Step::Place { .. } | Step::Guests(_) | Step::Tables(_) => check_upload(history, step, &before)?,
        Step::Retract(n) | Step::Reinstate(n) => check_validity(history, *n, matches!(step, Step::Retract(_)), &before)?,
        Step::Undo(n) => {
            let Some(batch) = history.batches.iter().rev().nth(usize::from(*n) % 3).copied() else { return Ok(()) };
            let result = history.change_validity(batch, true, "berta", false, None);
            if let Err(Failure::Refused(refusal)) = &result {
                prop_assert!(matches!(**refusal, Refusal::OthersBuiltOnIt { .. } | Refusal::AlreadyRetracted { .. }), "{refusal:?}");
            }
            result.is_err()
        }
    };
    let after = history.snapshot();
    if refused {
        prop_assert_eq!(after.plan.position, before.plan.position, "a refused command changes nothing");
    }
    invariants(&after.plan)?;
    let folded = history.folded(after.validity.voids());
    prop_assert_eq!(whole(&after.plan), whole(&folded), "the live plan is the fold of the stream");
    Ok(())
}

fn check_upload(history: &mut History, step: &Step, before: &Snapshot) -> Result<bool, TestCaseError> {
    let upload = upload_of(step);
    let (preview, _) = assess(&before.plan, &upload, &Choices::default()).unwrap();
    // What has problems is left out, as a person would.
    let leave_out = preview.problems.iter().map(|problem| RowRef { sheet: None, row: problem.row }).collect();
    let choices = Choices { leave_out, ..Choices::default() };
    let (preview, _) = assess(&before.plan, &upload, &choices).unwrap();
    let ask = ApplyUpload { upload: upload.clone(), choices: choices.clone(), expected: Some(Box::new(preview.clone())) };
    let result = history.submit(Ask::Upload(Box::new(ask)));
    prop_assert_eq!(result.is_ok(), preview.can_apply, "{:?} {:?}", result, preview);
    if result.is_ok() {
        let after = history.snapshot();
        let mut happened: Vec<_> =
            diff(&before.plan, &after.plan).into_iter().map(|change| (change.label, change.field, change.before, change.after)).collect();
        let mut announced: Vec<_> =
            preview.changes.into_iter().map(|row| (row.change.label, row.change.field, row.change.before, row.change.after)).collect();
        happened.sort();
        announced.sort();
        prop_assert_eq!(announced, happened, "an upload's preview says exactly what then happens");
        let counts = preview.counts;
        prop_assert_eq!(
            counts.rows,
            counts.added + counts.changed + counts.unchanged + counts.protected + counts.refused + counts.left_out
        );
        // The same file again changes nothing, but for what the first time had to leave to a second look.
        if preview.moves.is_empty() {
            // But for links: a leader whom the file itself renames is found by the old name the first time only.
            let (mut again, _) = assess(&after.plan, &upload, &choices).unwrap();
            again.changes.retain(|row| row.change.field != Some("plus_one_of"));
            prop_assert_eq!(&again.changes, &vec![], "the same file again changes nothing");
        }
    }
    Ok(result.is_err())
}

fn check_validity(history: &mut History, n: u8, retracts: bool, before: &Snapshot) -> Result<bool, TestCaseError> {
    let Some(batch) = history.batches.get(usize::from(n) % history.batches.len().max(1)).copied() else { return Ok(false) };
    let is_void = before.validity.voids().contains_key(&batch);
    let preview = history.runtime.block_on(history.ledger.preview_retraction(batch)).unwrap();
    let result = history.change_validity(batch, retracts, "anton", true, Some(preview.position));
    prop_assert_eq!(result.is_ok(), is_void != retracts);
    if result.is_ok() {
        let after = history.snapshot();
        prop_assert_eq!(&preview.reversed, &diff(&before.plan, &after.plan), "a retraction's preview says exactly what then happens");
        // And back again: the identity.
        history.change_validity(batch, !retracts, "anton", true, None).unwrap();
        prop_assert_eq!(content(&history.snapshot().plan), content(&before.plan), "retract, then reinstate, is the identity");
        history.change_validity(batch, retracts, "anton", true, None).unwrap();
        prop_assert_eq!(content(&history.snapshot().plan), content(&after.plan));
    }
    Ok(result.is_err())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48), max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_on_any_history(steps in proptest::collection::vec(step(), 1..40)) {
        let mut history = History::new();
        // A stage on which most steps find something.
        for pick in [Pick::AddRoom(0), Pick::AddSpot(0, 0), Pick::AddSpot(0, 1), Pick::AddSpot(0, 2), Pick::AddTable(0, 2, false), Pick::AddTable(1, 2, true), Pick::AddTable(2, 2, true), Pick::AddGuest(1, Some(1)), Pick::AddGuest(2, None)] {
            let command = command(&history.snapshot().plan, &pick).unwrap();
            history.submit(Ask::Commands(vec![command])).unwrap();
        }
        for step in &steps {
            check_step(&mut history, step)?;
        }
        let before = history.snapshot();
        let history = history.restart();
        let after = history.snapshot();
        prop_assert_eq!(digest(&after.plan), digest(&before.plan), "replay equals live state");
        prop_assert_eq!(whole(&after.plan), whole(&before.plan));
        // The invariants hold after every event, not only at the end of a batch.
        let mut plan = Plan::default();
        for event in history.events() {
            if after.validity.voids().contains_key(&event.batch) { plan.skip(&event); } else { apply(&mut plan, &event); }
            invariants(&plan)?;
        }
        // Any earlier position, as it was known then.
        for position in [1, after.plan.position.0 / 2, after.plan.position.0].map(Position) {
            let then = history.runtime.block_on(history.ledger.plan_at(position, None)).unwrap();
            let voids = after.validity.voids_at(position);
            let folded = history.events().iter().take_while(|event| event.position <= position).fold(Plan::default(), |mut plan, event| {
                if voids.contains_key(&event.batch) { plan.skip(event) } else { drop(format!("{:?}", apply(&mut plan, event))) }
                plan
            });
            prop_assert_eq!(whole(&then), whole(&folded));
        }
    }

    #[test]
    fn decide_is_pure_and_names_what_it_refuses(picks in proptest::collection::vec(pick(), 1..60)) {
        let mut world = World::small();
        for pick in &picks {
            let Some(command) = command(&world.plan, pick) else { continue };
            let request = crate::harness::plans::request("berta", None, vec![command]);
            let (first, second) = (decide(&world.plan, &request), decide(&world.plan, &request));
            prop_assert_eq!(&first, &second);
            match first {
                Ok(events) => world.fold(events),
                Err(refusal) => prop_assert!(!refusal.title().is_empty() && refusal.code().chars().all(|c| c.is_ascii_lowercase() || c == '_')),
            }
            invariants(&world.plan)?;
        }
    }
}

// Ids of other kinds than the ones above are never taken for one another; this would not compile.
const _: fn(RoomId, SpotId, TableId) = |_, _, _| {};
