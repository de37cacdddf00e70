//! A form's fields as a command: the same shapes as the JSON interface, so the same words where something is wrong.

use crate::lang::T;
use crate::plan::{BatchId, ChangedField, GuestId, Invalid, InvalidField, Plan, Rsvp, SpotId, Subject, TableId};
use crate::view::words::when;
use crate::web::api::parse;
use crate::web::auth::Caller;
use crate::web::problem::{Conflict, Problem};
use actix_web::http::header::{HeaderMap, HeaderName};
use serde_json::{Map, Number, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a form has sent, in its order.
pub(super) type Pairs = Vec<(String, String)>;

/// Fields that stand for something else than text.
const WHOLE: [&str; 13] =
    ["guest", "table", "room", "spot", "a", "b", "seats", "default_seats", "rotation_deg", "plus_one_of", "seen", "position", "template"];
const LENGTHS: [&str; 4] = ["x_m", "y_m", "width_m", "depth_m"];
const TICKED: [&str; 2] = ["vip", "wheelchair"];
/// Fields that may come several times.
const LISTS: [&str; 1] = ["guests"];
/// Fields of one line, whatever an upload has put into them.
const ONE_LINE: [&str; 4] = ["name", "host", "title", "notice"];
/// What the page needs, and the command does not.
const OURS: [&str; 3] = ["view", "back", "seen"];

/// What the same page has written since it showed what the form is about: pairs of positions, as JSON.
const OWN: HeaderName = HeaderName::from_static("tafel-own");
/// When the page will have given up.
const EXPIRES_AT: HeaderName = HeaderName::from_static("tafel-expires-at");

/// The first value of the name.
pub(super) fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A field of a form that is not taken.
pub(super) fn invalid(field: &str, message: Invalid) -> Problem {
    Problem::invalid(&[InvalidField { pointer: format!("/{field}"), message }])
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

/// The form with what its button says as fields of its own: `place_table table=12 spot=34`.
pub(super) fn unfolded(mut pairs: Pairs) -> Pairs {
    let Some(said) = value(&pairs, "do").map(str::to_owned) else { return pairs };
    let mut words = said.split(' ');
    let said: Pairs = std::iter::once(("type".to_owned(), words.next().unwrap_or_default().to_owned()))
        .chain(words.filter_map(|word| word.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    // Whoever removes something says nothing else of it.
    if said.iter().any(|(name, kind)| name == "type" && kind.starts_with("remove_")) {
        pairs.retain(|(name, _)| OURS.contains(&name.as_str()));
    }
    // What it says counts, whatever else stands in the form.
    pairs.retain(|(name, _)| name != "do" && !said.iter().any(|(own, _)| own == name || name.strip_prefix("was.") == Some(own)));
    // A field for a table is for buttons that name none.
    pairs.retain(|(name, _)| name != "table_number");
    pairs.extend(said);
    pairs
}

/// The form without what somebody else's value was chosen for; `None` where nothing of it is left.
pub(super) fn chosen(plan: &Plan, mut pairs: Pairs) -> Option<Pairs> {
    let kept = |(name, keep): &(String, String)| Some((name.strip_prefix("keep.")?.to_owned(), keep == "theirs"));
    let theirs: Vec<String> = pairs.iter().filter_map(kept).filter(|(_, is_theirs)| *is_theirs).map(|(name, _)| name).collect();
    if theirs.is_empty() {
        return Some(pairs);
    }
    let kind = value(&pairs, "type").unwrap_or_default().to_owned();
    if kind.starts_with("change_") {
        let is_left = |name: &str| theirs.iter().any(|left| left.rsplit('.').next() == Some(name.strip_prefix("was.").unwrap_or(name)));
        pairs.retain(|(name, _)| !is_left(name));
        return Some(pairs);
    }
    // Of several people those who stay where they are; the others go.
    let stays = |id: &str| theirs.iter().any(|left| left.strip_prefix("guest.").and_then(|left| left.split('.').next()) == Some(id));
    if kind == "seat_party" {
        let party = value(&pairs, "party").unwrap_or_default().to_owned();
        let coming = |id: &GuestId| plan.guest(*id).is_some_and(|guest| guest.rsvp != Rsvp::Declined);
        let members: Pairs = plan.party(&party).filter(coming).map(|id| ("guests".to_owned(), id.to_string())).collect();
        pairs.retain(|(name, _)| name != "party" && name != "type");
        pairs.extend(members);
        pairs.push(("type".to_owned(), "seat_guests".to_owned()));
    } else if kind != "seat_guests" && kind != "unseat_guests" {
        return None;
    }
    pairs.retain(|(name, id)| name != "guests" || !stays(id));
    pairs.iter().any(|(name, _)| name == "guests").then_some(pairs)
}

/// A field that somebody else has changed meanwhile, next to what the form says.
pub(super) fn conflict(plan: &Plan, t: T, field: &ChangedField, pairs: &Pairs) -> Conflict {
    let sent = |name: &str| value(pairs, name).unwrap_or_default();
    let id = |name: &str| sent(name).parse::<u64>().ok();
    // Where two are swapped, each would be where the other is.
    let other = if id("a") == Some(field.id) { id("b") } else { id("a") };
    let mine = match (field.field, sent("type"), other) {
        ("table", "swap_guests", Some(other)) => plan.shown(Subject::Guest(GuestId(other)), "table").unwrap_or_default(),
        ("spot", "swap_tables", Some(other)) => plan.shown(Subject::Table(TableId(other)), "spot").unwrap_or_default(),
        ("table", ..) => id("table").map(|id| plan.label(Subject::Table(TableId(id)))).unwrap_or_default(),
        ("spot", ..) => id("spot").map(|id| plan.label(Subject::Spot(SpotId(id)))).unwrap_or_default(),
        _ => sent(field.field).to_owned(),
    };
    let subject = Subject::named(field.entity, field.id).unwrap_or(Subject::Plan);
    let nothing = if TICKED.contains(&field.field) { t.no_word() } else { t.nothing_word() };
    let shown = |text: String| if text.is_empty() { nothing.clone() } else { text };
    Conflict {
        name: format!("{}.{}.{}", field.entity, field.id, field.field),
        label: format!("{}: {}", plan.label(subject), crate::lang::field(t, field.field)),
        mine: shown(mine),
        theirs: shown(field.value.clone().unwrap_or_default()),
        actor: field.actor.clone(),
        when: when(t, field.recorded_at),
    }
}

/// The form with ids where somebody has typed what people call tables and spots.
///
/// # Errors
/// There is none of that name.
pub(super) fn resolved(plan: &Plan, pairs: Pairs) -> Result<Pairs, Problem> {
    let resolve = |(name, value): (String, String)| {
        let (name, id) = match name.as_str() {
            "table_number" if value.trim().is_empty() => return Ok(None),
            "table_number" => ("table", table_by_number(plan, value.trim()).map(|id| id.0)),
            "a_number" => ("a", table_by_number(plan, value.trim()).map(|id| id.0)),
            "b_number" => ("b", table_by_number(plan, value.trim()).map(|id| id.0)),
            "spot_code" => ("spot", plan.spot_by_code(value.trim()).map(|id| id.0)),
            _ => return Ok(Some((name, value))),
        };
        let unknown = || invalid(name, Invalid::NoneCalled(value.trim().to_owned()));
        Ok(Some((name.to_owned(), id.ok_or_else(unknown)?.to_string())))
    };
    pairs.into_iter().filter_map(|pair| resolve(pair).transpose()).collect()
}

/// A table as people type it: `17` is T017, unless there is a table 17.
fn table_by_number(plan: &Plan, typed: &str) -> Option<TableId> {
    plan.table_by_number(typed).or_else(|| {
        let wanted: u64 = typed.parse().ok()?;
        let number = |number: &str| number.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse() == Ok(wanted);
        let mut like = plan.tables.values().filter(|table| number(table.number.as_str()));
        let first = like.next()?;
        like.next().is_none().then_some(first.id)
    })
}

/// The request's body, as the JSON interface would have got it. `was.NAME` holds what the form was filled with: a
/// field that the person left as it was is not written.
pub(super) fn body(pairs: &Pairs, headers: &HeaderMap, id: BatchId) -> Result<parse::Body, Problem> {
    let mut command = Map::new();
    for (name, raw) in pairs {
        if OURS.contains(&name.as_str()) || name.starts_with("was.") || name.starts_with("keep.") || command.contains_key(name) {
            continue;
        }
        let was = value(pairs, &format!("was.{name}"));
        if was.is_some_and(|was| was.replace("\r\n", "\n") == raw.replace("\r\n", "\n")) {
            continue;
        }
        // A browser leaves line breaks out of a field of one line.
        if ONE_LINE.contains(&name.as_str()) && was.is_some_and(|was| was.replace(['\r', '\n'], "") == *raw) {
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
    // Several people at once are several commands of one batch.
    let commands = (command.get("type") == Some(&json!("unseat_guests")))
        .then(|| command.get("guests").and_then(Value::as_array).cloned().unwrap_or_default())
        .map(|guests| guests.into_iter().map(|guest| json!({"type": "unseat_guest", "guest": guest})).collect::<Vec<_>>());
    let mut body = Map::new();
    body.insert("id".to_owned(), Value::String(id.0.to_string()));
    if let Some(seen) = value(pairs, "seen") {
        body.insert("seen".to_owned(), typed("seen", seen));
    }
    for (header, name) in [(OWN, "own"), (EXPIRES_AT, "expires_at")] {
        // Scripts send them beside the form, so that the form stays the same from one try to the next.
        let said = headers.get(&header).and_then(|said| said.to_str().ok());
        if let Some(said) = said {
            let json = serde_json::from_str(said).unwrap_or_else(|_| Value::String(said.to_owned()));
            body.insert(name.to_owned(), json);
        }
    }
    match commands {
        Some(commands) => body.insert("commands".to_owned(), Value::Array(commands)),
        None => body.insert("command".to_owned(), Value::Object(command)),
    };
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
