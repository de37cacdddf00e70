//! A form's fields as a command: the same shapes as the JSON interface, so the same words where something is wrong.

use crate::plan::BatchId;
use crate::web::api::parse;
use crate::web::auth::Caller;
use crate::web::problem::Problem;
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a form has sent, in its order.
pub(super) type Pairs = Vec<(String, String)>;

/// Fields that stand for something else than text.
const WHOLE: [&str; 12] =
    ["guest", "table", "room", "spot", "a", "b", "seats", "default_seats", "rotation_deg", "plus_one_of", "seen", "position"];
const LENGTHS: [&str; 4] = ["x_m", "y_m", "width_m", "depth_m"];
const TICKED: [&str; 2] = ["vip", "wheelchair"];
/// Fields that may come several times.
const LISTS: [&str; 1] = ["guests"];
/// What the page needs, and the command does not.
const OURS: [&str; 4] = ["view", "back", "seen", "do"];

/// The first value of the name.
pub(super) fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The command's id: the same for a double click or a repeat, another one for another form, page, or person.
pub(super) fn id(pairs: &Pairs, caller: &Caller, what: &str) -> Result<BatchId, Problem> {
    let view = value(pairs, "view").and_then(|view| Uuid::parse_str(view).ok()).filter(|view| !view.is_nil());
    let view = view.ok_or_else(|| Problem::bad_request("The form has no id of its view. Load the page again."))?;
    let mut hash = Sha256::new();
    for part in [caller.actor.as_bytes(), what.as_bytes()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for part in pairs.iter().filter(|(name, _)| name != "back").flat_map(|(name, value)| [name, value]) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    // The view's time stays in front, so that ids sort as they came.
    bytes[..6].copy_from_slice(&view.as_bytes()[..6]);
    Ok(BatchId(Uuid::new_v8(bytes)))
}

/// The request's body, as the JSON interface would have got it. `was.NAME` holds what the form was filled with: a
/// field that the person left as it was is not written.
pub(super) fn body(pairs: &Pairs, id: BatchId) -> Result<parse::Body, Problem> {
    let mut command = Map::new();
    // A button can say all of a command: `place_table table=12 spot=34`.
    if let Some(said) = value(pairs, "do") {
        let mut words = said.split(' ');
        command.insert("type".to_owned(), Value::String(words.next().unwrap_or_default().to_owned()));
        command.extend(words.filter_map(|word| word.split_once('=')).map(|(name, raw)| (name.to_owned(), typed(name, raw))));
    }
    for (name, raw) in pairs {
        if OURS.contains(&name.as_str()) || name.starts_with("was.") || command.contains_key(name) {
            continue;
        }
        let was = value(pairs, &format!("was.{name}"));
        if was.is_some_and(|was| was.replace("\r\n", "\n") == raw.replace("\r\n", "\n")) {
            continue;
        }
        let json = if LISTS.contains(&name.as_str()) {
            Value::Array(pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| typed("guest", value)).collect())
        } else {
            typed(name, raw)
        };
        command.insert(name.clone(), json);
    }
    // A box that is not ticked sends nothing.
    for name in TICKED {
        if let Some(was) = value(pairs, &format!("was.{name}"))
            && value(pairs, name).is_none()
            && was == "yes"
        {
            command.insert(name.to_owned(), Value::Bool(false));
        }
    }
    let mut body = Map::new();
    body.insert("id".to_owned(), Value::String(id.0.to_string()));
    if let Some(seen) = value(pairs, "seen") {
        body.insert("seen".to_owned(), typed("seen", seen));
    }
    body.insert("command".to_owned(), Value::Object(command));
    parse::body(Value::Object(body)).map_err(|errors| Problem::invalid(&errors))
}

fn typed(name: &str, raw: &str) -> Value {
    let text = raw.trim();
    if text.is_empty() {
        return Value::Null;
    }
    if TICKED.contains(&name) {
        return Value::Bool(text == "yes");
    }
    if WHOLE.contains(&name)
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::Number(number.into());
    }
    if LENGTHS.contains(&name)
        && let Some(number) = text.replace(',', ".").parse::<f64>().ok().and_then(Number::from_f64)
    {
        return Value::Number(number);
    }
    // What is no number is refused by the command, in its words.
    Value::String(raw.to_owned())
}
