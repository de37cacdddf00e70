//! Golden files: one for each kind of event ever released, with every shape that it was ever written in.

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use tafel::plan::BatchId;
use tafel::plan::{Plan, Position, Timestamp, apply};
use tafel::store::codec::{CodecError, Decoder, KINDS, decode, encode};
use tafel::store::{Access, RawEvent, Sqlite, Store};
use tafel::transfer::{export as export_to, import, verify};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events")
}

/// The payloads of a kind.
fn payloads(kind: &str) -> Vec<Value> {
    let path = folder().join(format!("{kind}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; every kind needs a golden file", path.display()));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_golden_payload_is_read_and_written_as_it_stands() {
    for kind in KINDS {
        let payloads = payloads(kind);
        assert!(!payloads.is_empty(), "{kind}");
        for payload in payloads {
            let body = decode(kind, &payload.to_string()).unwrap_or_else(|error| panic!("{kind} {payload}: {error}"));
            assert_eq!(body.kind(), *kind);
            let written: Value = serde_json::from_str(&encode(&body).unwrap()).unwrap();
            assert_eq!(written, payload, "{kind}");
        }
    }
}

#[test]
fn every_golden_file_is_of_a_kind_that_is_known() {
    let files: BTreeSet<String> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(files, KINDS.iter().map(|kind| (*kind).to_owned()).collect());
}

#[test]
fn unknown_fields_kinds_and_broken_values_are_refused() {
    for kind in KINDS {
        for payload in payloads(kind) {
            let mut with_more = payload.clone();
            with_more["from_the_future"] = Value::Bool(true);
            let error = decode(kind, &with_more.to_string()).unwrap_err();
            assert!(error.contains("from_the_future"), "{kind}: {error}");
        }
        assert!(decode(kind, "[]").is_err() && decode(kind, "{\"guest\":").is_err(), "{kind}");
    }
    for (kind, payload, why) in [
        ("guest_seated", r#"{"guest": 12}"#, "table"),
        ("guest_seated", r#"{"guest": -1, "table": 2}"#, "-1"),
        ("guest_added", r#"{"guest": 12, "first_name": "Anna", "table": 3}"#, "table"),
        ("plan_created", r#"{"title": "x"}"#, "stream"),
        ("table_added", r#"{"table": 1, "number": "T1", "seats": 0}"#, "whole number"),
        ("spot_added", r#"{"spot": 1, "x_m": 1e9}"#, "metres"),
        (
            "batch_retracted",
            r#"{"batch": "00000000-0000-0000-0000-000000000000", "reason": "x", "reversed": [{"entity": "moon", "id": 1}]}"#,
            "moon",
        ),
    ] {
        let error = decode(kind, payload).unwrap_err();
        assert!(error.contains(why), "{kind} {payload}: {error}");
    }
}

#[test]
fn a_stream_that_cannot_be_read_says_at_which_position() {
    let raw = |kind, payload| RawEvent {
        position: Position(4711),
        recorded_at: Timestamp(0),
        actor: "berta",
        batch: BatchId(uuid::Uuid::nil()),
        kind,
        payload,
    };
    let unknown = Decoder::default().decode(raw("guest_teleported", "{}")).unwrap_err();
    assert!(matches!(unknown, CodecError::UnknownKind { .. }) && unknown.to_string().contains("4711"), "{unknown}");
    let broken = Decoder::default().decode(raw("guest_seated", "{}")).unwrap_err();
    assert!(matches!(broken, CodecError::Payload { .. }) && broken.to_string().contains("4711"), "{broken}");
}

/// Rules get stricter over the years; what was written before stays.
#[test]
fn a_stored_stream_with_events_that_decide_would_not_write_any_more_is_folded() {
    let text = std::fs::read_to_string(folder().parent().unwrap().join("old-stream.jsonl")).unwrap();
    let mut decoder = Decoder::default();
    let mut plan = Plan::default();
    for (line, position) in text.lines().zip(1..) {
        let event: Value = serde_json::from_str(line).unwrap();
        let payload = event["payload"].to_string();
        let raw = RawEvent {
            position: Position(position),
            recorded_at: Timestamp(position.cast_signed()),
            actor: event["actor"].as_str().unwrap(),
            batch: BatchId(uuid::Uuid::nil()),
            kind: event["kind"].as_str().unwrap(),
            payload: &payload,
        };
        apply(&mut plan, &decoder.decode(raw).unwrap());
    }
    let table = plan.table_by_number("T1").unwrap();
    assert_eq!((plan.seated_at(table), plan.table(table).unwrap().seats.get()), (3, 2), "an overfull table");
    let nameless = plan.guests.values().find(|guest| guest.first_name.is_none() && guest.last_name.is_none()).unwrap();
    assert_eq!(nameless.label(), format!("Guest {}", nameless.id));
    let outside = plan.spot(plan.spot_by_code("S1").unwrap()).unwrap();
    assert!(!outside.fits_into(plan.room(outside.room).unwrap()), "a spot outside of its room");
    assert_eq!(plan.guest_by_email("not an address"), plan.guests.keys().next().copied(), "an address that would be refused today");
}

/// Exports of every format ever released are imported: one without envelopes is chained, one with them keeps its hashes.
#[test]
fn exports_of_every_format_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for (file, hash) in [("log-1.jsonl", None), ("log-2.jsonl", Some("15d07449f29e7b2c66c34159afd122dbf640a6232eb11bcf39f6e061c874105d"))] {
        let store: Arc<dyn Store> = Arc::new(Sqlite::open(folder.path().join(file).with_extension("db"), Access::Beside).unwrap());
        let export = self::folder().parent().unwrap().join(file);
        assert_eq!(import(&*store, &export, &mut |_, _| {}).unwrap(), (5, 5), "{file}");
        assert_eq!(import(&*store, &export, &mut |_, _| {}).unwrap(), (0, 5), "{file}: the same again changes nothing");
        let verified = verify(&store).unwrap();
        assert_eq!((verified.unchained, verified.guests, verified.tables, verified.void), (0, 1, 1, 1), "{file}");
        assert!(hash.is_none_or(|hash| verified.hash.to_string() == hash), "{file}: {}", verified.hash);
        // What is exported from it is its own text again, but for its new life, the checksums, and the chain that came in addition.
        let mut written = Vec::new();
        export_to(&*store, Position(1), &mut written, &mut |_, _| {}).unwrap();
        let life = format!(r#""incarnation":"{}","#, store.incarnation().unwrap());
        let written = String::from_utf8(written).unwrap();
        assert!(written.contains(&life), "{file}");
        assert!(hash.is_none() || written.replacen(&life, "", 1) == std::fs::read_to_string(&export).unwrap(), "{file}");
    }
}

/// A chain that was cut and joined anew has hashes that do not fit: checksums alone would not tell.
#[test]
fn an_export_whose_chain_is_broken_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(self::folder().parent().unwrap().join("log-2.jsonl")).unwrap();
    let (header, lines) = text.split_once('\n').unwrap();
    let edited = lines.replace("Zoë", "Zoe");
    let mut header: Value = serde_json::from_str(header).unwrap();
    header["sha256"] = serde_json::json!([HEXLOWER.encode(&Sha256::digest(&edited))]);
    let path = folder.path().join("edited.jsonl");
    std::fs::write(&path, format!("{header}\n{edited}")).unwrap();
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(folder.path().join("tafel.db"), Access::Beside).unwrap());
    let refused = import(&*store, &path, &mut |_, _| {}).unwrap_err().to_string();
    assert!(refused.contains("position 3") && refused.contains("hash does not fit"), "{refused}");
    assert_eq!(verify(&store).unwrap().position, Position(0), "nothing was written");
}
