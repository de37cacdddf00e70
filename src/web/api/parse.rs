//! Commands from JSON: each field is taken out by name, and what is left over is an error, so that no typing error is lost.

use crate::plan::command::{Command, Conditions};
use crate::plan::{Invalid as Wrong, InvalidField};
use crate::web::problem::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

/// At most so many commands in one batch.
pub(super) const COMMANDS: usize = 1_000;

/// The body of `POST /api/v1/commands`.
pub(crate) struct Body {
    pub(crate) id: Uuid,
    pub(crate) conditions: Conditions,
    pub(crate) commands: Vec<Command>,
}

pub(crate) type Invalid = Vec<InvalidField>;

/// The fields of one JSON object, and where it stands in the request.
pub(super) struct Fields {
    pointer: String,
    map: Map<String, Value>,
}

/// What the deserialiser says of a number in its types' names, for people.
fn worded(message: &str) -> Wrong {
    match message.rsplit_once("expected ") {
        Some((_, "u8" | "u16" | "u32" | "u64" | "usize")) => Wrong::MustBeNatural,
        Some((_, "i32" | "i64")) => Wrong::MustBeWhole,
        Some((_, "f64" | "f32")) => Wrong::MustBeNumber,
        _ => Wrong::of_words(message),
    }
}

/// A body's JSON, in which `5.0` is as whole as `5`.
pub(super) fn json(body: &[u8]) -> Result<Value, Problem> {
    let mut value = serde_json::from_slice(body).map_err(|error| Problem::bad_request(format!("It is not JSON: {error}.")))?;
    write_whole_numbers(&mut value);
    Ok(value)
}

fn write_whole_numbers(value: &mut Value) {
    /// Beyond it, floats leave whole numbers out.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Array(values) => values.iter_mut().for_each(write_whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(write_whole_numbers),
        Value::Number(number) if number.is_f64() => {
            if let Some(whole) = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT) {
                #[allow(clippy::cast_possible_truncation)] // It is whole, and small enough.
                let whole = whole as i64;
                *number = whole.into();
            }
        }
        _ => {}
    }
}

fn invalid(pointer: impl Into<String>, message: Wrong) -> Invalid {
    vec![InvalidField { pointer: pointer.into(), message }]
}

fn said(words: &str) -> Wrong {
    Wrong::Said(words.to_owned())
}

impl Fields {
    pub(super) fn of(pointer: &str, value: Value) -> Result<Self, Invalid> {
        match value {
            Value::Object(map) => Ok(Self { pointer: pointer.to_owned(), map }),
            _ => Err(invalid(pointer, said("must be an object"))),
        }
    }

    /// A field that may be absent or null.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Invalid> {
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|error| invalid(format!("{}/{name}", self.pointer), worded(&error.to_string()))),
        }
    }

    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Invalid> {
        self.optional(name)?.ok_or_else(|| invalid(format!("{}/{name}", self.pointer), Wrong::MustBeGiven))
    }

    /// All fields that are left.
    fn rest<T: DeserializeOwned>(&mut self) -> Result<T, Invalid> {
        let rest = Value::Object(std::mem::take(&mut self.map));
        serde_path_to_error::deserialize(rest).map_err(|error| {
            let path = error.path().to_string();
            let place = if path == "." { String::new() } else { format!("/{}", path.replace('.', "/")) };
            invalid(format!("{}{place}", self.pointer), worded(&error.into_inner().to_string()))
        })
    }

    /// Nothing may be left over.
    pub(super) fn end(self) -> Result<(), Invalid> {
        let unknown: Invalid = self
            .map
            .keys()
            .map(|name| InvalidField { pointer: format!("{}/{name}", self.pointer), message: Wrong::UnknownField })
            .collect();
        if unknown.is_empty() { Ok(()) } else { Err(unknown) }
    }
}

pub(crate) fn body(value: Value) -> Result<Body, Invalid> {
    let mut fields = Fields::of("", value)?;
    let id = fields.required("id")?;
    let conditions = Conditions {
        seen: fields.optional("seen")?,
        own: fields.optional("own")?.unwrap_or_default(),
        expected: fields.optional("expected")?,
        expires_at: fields.optional("expires_at")?,
    };
    let one: Option<Value> = fields.optional("command")?;
    let several: Option<Vec<Value>> = fields.optional("commands")?;
    fields.end()?;
    let commands = match (one, several) {
        (Some(one), None) => vec![command("/command", one)?],
        (None, Some(several)) if several.is_empty() => return Err(invalid("/commands", Wrong::CannotBeEmpty)),
        (None, Some(several)) if several.len() > COMMANDS => {
            return Err(invalid("/commands", said(&format!("may hold at most {COMMANDS} commands"))));
        }
        (None, Some(several)) => {
            let numbered = several.into_iter().enumerate();
            numbered.map(|(index, value)| command(&format!("/commands/{index}"), value)).collect::<Result<_, _>>()?
        }
        _ => return Err(invalid("/command", said("must be given, or commands instead of it"))),
    };
    Ok(Body { id, conditions, commands })
}

fn command(pointer: &str, value: Value) -> Result<Command, Invalid> {
    let mut fields = Fields::of(pointer, value)?;
    let kind: String = fields.required("type")?;
    let command = match kind.as_str() {
        "add_guest" => Command::AddGuest { set: Box::new(fields.rest()?) },
        "change_guest" => Command::ChangeGuest { guest: fields.required("guest")?, set: Box::new(fields.rest()?) },
        "remove_guest" => Command::RemoveGuest { guest: fields.required("guest")? },
        "seat_guest" => Command::SeatGuest { guest: fields.required("guest")?, table: fields.required("table")? },
        "unseat_guest" => Command::UnseatGuest { guest: fields.required("guest")? },
        "seat_guests" => Command::SeatGuests { guests: fields.required("guests")?, table: fields.required("table")? },
        "seat_party" => Command::SeatParty { party: fields.required("party")?, table: fields.required("table")? },
        "swap_guests" => Command::SwapGuests { a: fields.required("a")?, b: fields.required("b")? },
        "add_table" => Command::AddTable { set: fields.rest()? },
        "change_table" => Command::ChangeTable { table: fields.required("table")?, set: fields.rest()? },
        "remove_table" => Command::RemoveTable { table: fields.required("table")? },
        "place_table" => Command::PlaceTable { table: fields.required("table")?, spot: fields.required("spot")? },
        "lift_table" => Command::LiftTable { table: fields.required("table")? },
        "swap_tables" => Command::SwapTables { a: fields.required("a")?, b: fields.required("b")? },
        "add_room" => Command::AddRoom { set: fields.rest()? },
        "change_room" => Command::ChangeRoom { room: fields.required("room")?, set: fields.rest()? },
        "remove_room" => Command::RemoveRoom { room: fields.required("room")? },
        "add_spot" => Command::AddSpot { set: fields.rest()? },
        "change_spot" => Command::ChangeSpot { spot: fields.required("spot")?, set: fields.rest()? },
        "remove_spot" => Command::RemoveSpot { spot: fields.required("spot")? },
        "mark_arrived" => Command::MarkArrived { guest: fields.required("guest")? },
        "undo_arrival" => Command::UndoArrival { guest: fields.required("guest")? },
        "add_template" => Command::AddTemplate { set: Box::new(fields.rest()?) },
        "change_template" => Command::ChangeTemplate { template: fields.required("template")?, set: Box::new(fields.rest()?) },
        "remove_template" => Command::RemoveTemplate { template: fields.required("template")? },
        "mark_printed" => Command::MarkPrinted { list: fields.required("list")?, position: fields.required("position")? },
        "change_plan" => Command::ChangePlan { set: fields.rest()? },
        _ => return Err(invalid(format!("{pointer}/type"), said(&format!("there is no command {kind:?}")))),
    };
    fields.end()?;
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(command: Value) -> Vec<(String, String)> {
        let body = body(json!({ "id": Uuid::nil(), "command": command }));
        body.map(|_| ()).unwrap_err().into_iter().map(|error| (error.pointer, error.message.to_string())).collect()
    }

    #[test]
    fn a_typing_error_in_a_field_is_an_error_at_its_place() {
        assert_eq!(errors(json!({"type": "seat_guest", "guest": 1, "table": 2, "tabel": 3}))[0].0, "/command/tabel");
        assert_eq!(errors(json!({"type": "seat_guest", "guest": "one", "table": 2}))[0].0, "/command/guest");
        assert_eq!(errors(json!({"type": "add_guest", "frist_name": "Anna"})).len(), 1);
        assert_eq!(errors(json!({"type": "add_guest", "email": "nobody"}))[0].0, "/command/email");
        assert_eq!(errors(json!({"type": "seat_everybody"}))[0].0, "/command/type");
        assert_eq!(errors(json!({"type": "seat_guest", "guest": 1})), [("/command/table".to_owned(), "must be given".to_owned())]);
    }

    #[test]
    fn null_clears_and_absence_keeps() {
        let body = body(json!({"id": Uuid::nil(), "command": {"type": "change_guest", "guest": 1, "diet": null}})).ok().unwrap();
        let Command::ChangeGuest { set, .. } = &body.commands[0] else { panic!() };
        assert_eq!(set.diet, crate::plan::Patch::Clear);
        assert!(set.notes.is_keep());
    }
}
