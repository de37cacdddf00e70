//! The incident, told from the log lines alone.

use crate::harness::process::{Process, prepare};
use serde_json::{Value, json};
use tafel::plan::command::Role;
use uuid::Uuid;

#[test]
fn the_log_tells_the_incident_without_naming_a_guest() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &["--sample"]);
    let admin = server.client(&tokens, Role::Admin);
    let staff = server.client(&tokens, Role::Staff);
    let wrong = b"Table;Spot\nT001;M-15\nT002;M-29\n";
    let preview = admin.upload("vip-placement", "wrong.csv", wrong).expect(201);
    let batch = preview["id"].as_str().unwrap();
    admin.upload("vip-placement", "no-table.csv", b"a;b\n1;2\n").problem(422, "no_header");
    admin.post(&format!("/api/v1/uploads/{batch}/apply"), &json!({})).expect(200);
    staff.command(json!({"type": "add_guest", "first_name": "Rumpelstilzchen", "email": "rumpel@example.org"})).expect(200);
    staff.command(json!({"type": "seat_guest", "guest": 999_999, "table": 1})).problem(404, "unknown_table");
    admin.get(&format!("/api/v1/batches/{batch}/retraction")).expect(200);
    admin.post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7(), "reason": "wrong file"})).expect(200);
    let log = server.log.clone();
    server.terminate();

    let text = std::fs::read_to_string(log).unwrap();
    for private in ["Rumpelstilzchen", "rumpel@", "Größl", "guest100002"] {
        assert!(!text.contains(private), "{private} is in the log");
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    let mut rest = lines.iter();
    let mut next = |what: &str, fits: &dyn Fn(&Value) -> bool| -> Value {
        rest.by_ref().find(|line| fits(line)).unwrap_or_else(|| panic!("{what} is not in the log, or not in its place:\n{text}")).clone()
    };
    next("the replay", &|line| line["message"] == "replayed");
    next("readiness", &|line| line["message"] == "ready");
    let previewed = next("the upload", &|line| line["message"] == "upload previewed" && line["upload"] == batch);
    assert_eq!(
        (&previewed["file"], &previewed["actor"], &previewed["changed"], &previewed["sha256"]),
        (&json!("wrong.csv"), &json!("token:admin"), &json!(2), &preview["sha256"])
    );
    let refused = next("the upload that was refused", &|line| line["message"] == "upload refused");
    assert_eq!((&refused["file"], &refused["outcome"]), (&json!("no-table.csv"), &json!("no_header")));
    assert!(refused["sha256"].is_string());
    let applied = next("the command that applied it", &|line| line["message"] == "command" && line["batch"] == batch);
    assert_eq!((&applied["command"], &applied["outcome"]), (&json!("apply_upload"), &json!("accepted")));
    assert!(applied["duration_us"].is_u64() && applied["events"].as_u64().unwrap() > 2);
    let refused = next("the command that was refused", &|line| line["message"] == "command" && line["outcome"] == "refused");
    assert_eq!((&refused["refusal"], &refused["actor"]), (&json!("unknown_table"), &json!("token:staff")));
    let shown = next("the preview of the retraction", &|line| line["message"] == "retraction" && line["doing"] == "previewed");
    assert_eq!((&shown["batch"], &shown["reversed"]), (&json!(batch), &json!(2)));
    let done = next("the retraction", &|line| line["message"] == "retraction" && line["doing"] == "retracted");
    assert_eq!((&done["actor"], &done["reversed"], &done["lost"]), (&json!("token:admin"), &json!(2), &json!(0)));
    next("its request", &|line| {
        line["message"] == "request" && line["route"] == "/api/v1/batches/{id}/retract" && line["status"] == 200 && line["id"].is_string()
    });
    next("the end", &|line| line["message"] == "ended");
}
