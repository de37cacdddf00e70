//! Given, when, then: a plan made by commands, a command, and what comes of it.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use tafel::plan::command::{Ask, Command, Conditions, Request};
use tafel::plan::event::Event;
use tafel::plan::{BatchId, Code, GuestId, Plan, Position, Refusal, RoomId, SpotId, TableId, Timestamp, decide, evolve};
use uuid::Uuid;

/// A plan, and the events that made it.
#[derive(Clone, Default)]
pub struct World {
    pub plan: Plan,
    pub events: Vec<Event>,
}

/// The fields of a patch, as in the JSON interface.
pub fn set<T: DeserializeOwned>(fields: Value) -> T {
    serde_json::from_value(fields).unwrap()
}

pub fn add_guest(fields: Value) -> Command {
    Command::AddGuest { set: Box::new(set(fields)) }
}

pub fn change_guest(guest: GuestId, fields: Value) -> Command {
    Command::ChangeGuest { guest, set: Box::new(set(fields)) }
}

pub fn add_table(fields: Value) -> Command {
    Command::AddTable { set: set(fields) }
}

pub fn change_table(table: TableId, fields: Value) -> Command {
    Command::ChangeTable { table, set: set(fields) }
}

pub fn request(actor: &str, seen: Option<Position>, commands: Vec<Command>) -> Request {
    // A fixed instant: nothing of the plan depends on it.
    Request {
        id: BatchId(Uuid::now_v7()),
        actor: Arc::from(actor),
        at: Timestamp(1_700_000_000_000_000),
        conditions: Conditions { seen, ..Conditions::default() },
        ask: Ask::Commands(commands),
    }
}

impl World {
    /// Two tables of two seats and a VIP table, a hall with three spots, and four guests.
    pub fn small() -> Self {
        let mut world = Self::default();
        world.does(add_table(json!({"number": "T1", "seats": 2})));
        world.does(add_table(json!({"number": "T2", "seats": 2})));
        world.does(add_table(json!({"number": "V1", "seats": 2, "vip": true})));
        world.does(Command::AddRoom { set: set(json!({"name": "Hall", "width_m": 10, "depth_m": 8})) });
        let hall = world.plan.room_by_name("Hall").unwrap();
        for (index, code) in ["S1", "S2", "S3"].into_iter().enumerate() {
            let x_m = 2.0 + 2.5 * index as f64;
            world.does(Command::AddSpot { set: set(json!({"code": code, "room": hall, "x_m": x_m, "y_m": 4, "seats": 2})) });
        }
        world.does(add_guest(
            json!({"first_name": "Anna", "last_name": "Größl", "employee_no": "100001", "email": "anna@example.org", "party": "P1"}),
        ));
        world.does(add_guest(json!({"first_name": "Ben", "last_name": "Größl", "party": "P1"})));
        world.does(add_guest(json!({"first_name": "Cleo", "last_name": "Novák", "employee_no": "100003", "email": "cleo@example.org"})));
        world.does(add_guest(json!({"first_name": "Dan", "rsvp": "declined"})));
        world
    }

    pub fn table(&self, number: &str) -> TableId {
        self.plan.table_by_number(number).unwrap_or_else(|| panic!("no table {number}"))
    }

    pub fn spot(&self, code: &str) -> SpotId {
        self.plan.spot_by_code(code).unwrap_or_else(|| panic!("no spot {code}"))
    }

    pub fn room(&self, name: &str) -> RoomId {
        self.plan.room_by_name(name).unwrap_or_else(|| panic!("no room {name}"))
    }

    pub fn guest(&self, first_name: &str) -> GuestId {
        let named = |id: &&GuestId| self.plan.guest(**id).unwrap().first_name.as_ref().is_some_and(|name| name.as_str() == first_name);
        *self.plan.guests.keys().find(named).unwrap_or_else(|| panic!("no guest {first_name}"))
    }

    pub fn party(name: &str) -> Code {
        Code::parse(name).unwrap()
    }

    /// Folds events in.
    pub fn fold(&mut self, events: Vec<Event>) {
        for event in events {
            self.plan = evolve(std::mem::take(&mut self.plan), &event);
            self.events.push(event);
        }
    }

    /// The command is carried out; answers the kinds of its events.
    pub fn does(&mut self, command: Command) -> Vec<&'static str> {
        self.does_as("berta", None, vec![command])
    }

    pub fn does_as(&mut self, actor: &str, seen: Option<Position>, commands: Vec<Command>) -> Vec<&'static str> {
        let events = decide(&self.plan, &request(actor, seen, commands)).unwrap_or_else(|refusal| panic!("refused: {refusal:?}"));
        let kinds = events.iter().map(|event| event.body.kind()).collect();
        self.fold(events);
        kinds
    }

    /// The command is refused; answers why.
    pub fn refuses(&self, command: Command) -> Refusal {
        self.refuses_as("berta", None, vec![command])
    }

    pub fn refuses_as(&self, actor: &str, seen: Option<Position>, commands: Vec<Command>) -> Refusal {
        match decide(&self.plan, &request(actor, seen, commands)) {
            Err(refusal) => refusal,
            Ok(events) => panic!("carried out: {events:?}"),
        }
    }
}
