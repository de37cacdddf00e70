//! Retraction over HTTP: two in a row, overlapping, across checkpoints, one's own undo, and every refusal.

use crate::harness::server::{Client, Server};
use serde_json::{Value, json};
use uuid::Uuid;

fn batch(answer: &Value) -> String {
    answer["batch"].as_str().unwrap().to_owned()
}

fn preview(client: &Client, batch: &str) -> Value {
    client.get(&format!("/api/v1/batches/{batch}/retraction")).expect(200)
}

fn retract(client: &Client, batch: &str) -> crate::harness::server::Answer {
    client.post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7(), "reason": "wrong"}))
}

fn reinstate(client: &Client, batch: &str) -> crate::harness::server::Answer {
    client.post(&format!("/api/v1/batches/{batch}/reinstate"), &json!({"id": Uuid::now_v7(), "reason": "right"}))
}

fn content(plan: &Value) -> Value {
    let mut plan = plan.clone();
    plan.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "position" | "recorded_at"));
    plan
}

#[test]
fn a_preview_names_what_is_reversed_lost_and_overtaken() {
    let server = Server::start();
    let (admin, staff) = (server.admin(), server.staff());
    let table = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200)["position"].clone();
    let added = admin.command(json!({"type": "add_guest", "first_name": "Anna"})).expect(200);
    let anna = added["position"].clone();
    let changed = admin.command(json!({"type": "change_guest", "guest": anna, "diet": "vegan", "notes": "window"})).expect(200);
    let seated = staff.command(json!({"type": "seat_guest", "guest": anna, "table": table})).expect(200);
    staff.command(json!({"type": "change_guest", "guest": anna, "diet": "halal"})).expect(200);

    let shown = preview(&admin, &batch(&changed));
    assert_eq!(
        shown["reversed"],
        json!([{"change": "changed", "entity": "guest", "id": anna, "label": "Anna", "field": "notes", "before": "window", "after": null}])
    );
    assert_eq!((&shown["overtaken"][0]["field"], &shown["overtaken"][0]["label"]), (&json!("diet"), &json!("Anna")));
    assert_eq!(shown["overtaken"][0]["why"], "set to halal later, by token:staff; stays");
    assert_eq!((&shown["lost"], &shown["regained"]), (&json!([]), &json!([])));

    let shown = preview(&admin, &batch(&added));
    assert_eq!(
        shown["reversed"],
        json!([{"change": "removed", "entity": "guest", "id": anna, "label": "Anna", "field": null, "before": null, "after": null}])
    );
    let lost: Vec<(&Value, &Value, &Value)> =
        shown["lost"].as_array().unwrap().iter().map(|lost| (&lost["kind"], &lost["actor"], &lost["why"])).collect();
    let why = json!("the guest was added by this batch");
    assert_eq!(
        lost,
        [
            (&json!("guest_changed"), &json!("token:admin"), &why),
            (&json!("guest_seated"), &json!("token:staff"), &why),
            (&json!("guest_changed"), &json!("token:staff"), &why)
        ]
    );
    assert_eq!(shown["lost"][1]["position"], seated["position"]);

    retract(&admin, &batch(&added)).expect(200);
    assert_eq!(admin.plan()["guests"], json!([]));
    let shown = preview(&admin, &batch(&added));
    assert_eq!(shown["reversed"][0]["change"], "added");
    assert_eq!(shown["regained"].as_array().unwrap().len(), 3, "{shown}");
    reinstate(&admin, &batch(&added)).expect(200);
    let plan = admin.plan();
    assert_eq!(
        (&plan["guests"][0]["id"], &plan["guests"][0]["diet"], &plan["guests"][0]["table"]),
        (&anna, &json!("halal"), &table),
        "with the id it had"
    );
}

#[test]
fn two_in_a_row_and_in_either_order() {
    let server = Server::with_sample();
    let admin = server.admin();
    let start = content(&admin.plan());
    let first = admin.upload_and_apply("guests", "guests-second-list.xlsx", &json!({}));
    let second = admin.upload_and_apply("draw", "draw-wrong.xlsx", &json!({}));
    let both = content(&admin.plan());
    for order in [[&first, &second], [&second, &first]] {
        retract(&admin, order[0]).expect(200);
        let one = content(&admin.plan());
        assert!(one != start && one != both);
        retract(&admin, order[1]).expect(200);
        assert_eq!(content(&admin.plan()), start, "retracting the second must not bring back the first");
        reinstate(&admin, order[0]).expect(200);
        reinstate(&admin, order[1]).expect(200);
        assert_eq!(content(&admin.plan()), both);
    }
}

#[test]
fn across_checkpoints_and_a_restart() {
    let mut server = Server::with_sample();
    let admin = server.admin();
    let plan = admin.plan();
    let start = content(&plan);
    let early = admin.get("/api/v1/batches?limit=1000").expect(200);
    let draw =
        early.as_array().unwrap().iter().find(|batch| batch["upload"]["kind"] == "draw").unwrap()["batch"].as_str().unwrap().to_owned();
    // Thousands of events later, behind several checkpoints.
    let free = plan["guests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|guest| guest["table"].is_null() && guest["rsvp"] == "accepted")
        .map(|guest| guest["id"].clone())
        .take(100)
        .collect::<Vec<_>>();
    let table = admin.command(json!({"type": "add_table", "number": "X1", "seats": 100})).expect(200);
    for round in 0..30 {
        let commands: Vec<Value> = free
            .iter()
            .map(|guest| match round % 2 {
                0 => json!({"type": "seat_guest", "guest": guest, "table": table["position"]}),
                _ => json!({"type": "unseat_guest", "guest": guest}),
            })
            .collect();
        admin.post("/api/v1/commands", &json!({"id": Uuid::now_v7(), "commands": commands})).expect(200);
    }
    assert!(admin.plan()["position"].as_u64().unwrap() > 5_000);
    retract(&admin, &batch(&table)).expect(200);
    assert_eq!(content(&admin.plan()), start);
    retract(&admin, &draw).expect(200);
    let digest = admin.get("/api/v1/plan/digest").expect(200);
    assert_eq!(admin.plan()["tables"].as_array().unwrap().iter().filter(|table| !table["spot"].is_null()).count(), 12, "the VIP tables");
    server.restart();
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/plan/digest").expect(200), digest);
    reinstate(&admin, &draw).expect(200);
    assert_eq!(content(&admin.plan()), start);
}

#[test]
fn ones_own_latest_change_can_be_undone_unless_others_built_on_it() {
    let server = Server::start();
    let (admin, staff) = (server.admin(), server.staff());
    let undo = |batch: &str| staff.post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7()}));
    let first = staff.command(json!({"type": "add_guest", "first_name": "Anna"})).expect(200);
    let second = staff.command(json!({"type": "add_guest", "first_name": "Ben"})).expect(200);
    let others = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200);
    undo(&batch(&others)).problem(403, "role_too_low");
    undo(&batch(&first)).problem(403, "role_too_low");
    undo(&batch(&second)).expect(200);
    // Undone changes do not count: now the one before is the latest.
    let ben = second["position"].clone();
    admin.command(json!({"type": "change_guest", "guest": first["position"], "diet": "vegan"})).expect(200);
    let refused = undo(&batch(&first)).problem(409, "others_built_on_it");
    assert_eq!(refused["lost"][0]["actor"], "token:admin");
    // Redo is reinstating; what an admin took back, an admin brings back.
    staff.post(&format!("/api/v1/batches/{}/reinstate", batch(&second)), &json!({"id": Uuid::now_v7()})).expect(200);
    assert!(admin.plan()["guests"].as_array().unwrap().iter().any(|guest| guest["id"] == ben));
    retract(&admin, &batch(&second)).expect(200);
    staff.post(&format!("/api/v1/batches/{}/reinstate", batch(&second)), &json!({"id": Uuid::now_v7()})).problem(403, "role_too_low");
}

#[test]
fn what_cannot_be_retracted_is_refused() {
    let server = Server::start();
    let admin = server.admin();
    let created = batch(&admin.get("/api/v1/batches").expect(200)[0]);
    retract(&admin, &created).problem(409, "not_retractable");
    retract(&admin, "0193aaaa-0000-7000-8000-000000000000").problem(404, "unknown_batch");
    retract(&admin, "nonsense").problem(404, "not_found");
    let table = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200);
    reinstate(&admin, &batch(&table)).problem(409, "not_retracted");
    let id = Uuid::now_v7();
    let path = format!("/api/v1/batches/{}/retract", batch(&table));
    admin.post(&path, &json!({"id": id})).problem(422, "invalid");
    admin.post(&path, &json!({"id": id, "reason": "wrong", "raeson": "x"})).problem(422, "invalid");
    let done = admin.post(&path, &json!({"id": id, "reason": "wrong"})).expect(200);
    assert_eq!(retract(&admin, &batch(&table)).problem(409, "already_retracted")["position"], done["position"]);
    retract(&admin, &id.to_string()).problem(409, "not_retractable");
    // The same id for something else is no repetition.
    admin.post(&path.replace("/retract", "/reinstate"), &json!({"id": id, "reason": "wrong"})).problem(409, "id_taken");
    admin.post(&path, &json!({"id": table["batch"], "reason": "wrong"})).problem(409, "id_taken");
}

#[test]
fn a_link_to_somebody_who_is_gone_is_no_change() {
    let server = Server::start();
    let admin = server.admin();
    let [a, b] =
        ["Anna", "Ben"].map(|name| admin.command(json!({"type": "add_guest", "first_name": name})).expect(200)["position"].clone());
    let linked = admin.command(json!({"type": "change_guest", "guest": b, "plus_one_of": a})).expect(200);
    admin.command(json!({"type": "remove_guest", "guest": a})).expect(200);
    assert_eq!(preview(&admin, &batch(&linked))["reversed"], json!([]));
}

#[test]
fn a_preview_that_no_longer_holds_is_shown_anew() {
    let server = Server::start();
    let admin = server.admin();
    let table = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200);
    let change = admin.command(json!({"type": "change_table", "table": table["position"], "name": "Window", "host": "Berta"})).expect(200);
    let shown = preview(&admin, &batch(&change));
    // Something else moves the stream on: the confirmation holds.
    admin.command(json!({"type": "add_table", "number": "T2"})).expect(200);
    let other = admin.command(json!({"type": "change_table", "table": table["position"], "host": "Carla"})).expect(200);
    let ask = json!({"id": Uuid::now_v7(), "reason": "wrong", "position": shown["position"]});
    let path = format!("/api/v1/batches/{}/retract", batch(&change));
    let refused = admin.post(&path, &ask).problem(409, "preview_outdated");
    assert_eq!(refused["preview"]["reversed"].as_array().unwrap().len(), 1, "only the name by now");
    assert_eq!(refused["preview"]["position"], other["position"]);
    let ask = json!({"id": Uuid::now_v7(), "reason": "wrong", "position": refused["preview"]["position"]});
    admin.command(json!({"type": "add_table", "number": "T3"})).expect(200);
    admin.post(&path, &ask).expect(200);
}

#[test]
fn a_retraction_counts_as_a_change_of_what_it_turned_back_also_after_a_restart() {
    let mut server = Server::start();
    let table = server.admin().command(json!({"type": "add_table", "number": "T1"})).expect(200)["position"].clone();
    let change = server.admin().command(json!({"type": "change_table", "table": table, "name": "Window"})).expect(200);
    let seen = server.admin().plan()["position"].clone();
    retract(&server.admin(), &batch(&change)).expect(200);
    for _ in 0..2 {
        let stale = json!({"id": Uuid::now_v7(), "seen": seen, "command": {"type": "change_table", "table": table, "name": "Door"}});
        let refused = server.staff().post("/api/v1/commands", &stale).problem(409, "changed_meanwhile");
        assert_eq!((&refused["fields"][0]["actor"], &refused["fields"][0]["value"]), (&json!("token:admin"), &Value::Null));
        // Another field was not touched by it.
        let fine = json!({"id": Uuid::now_v7(), "seen": seen, "command": {"type": "change_table", "table": table, "seats": 4}});
        server.staff().post("/api/v1/commands", &fine).expect(200);
        server.restart();
    }
}

#[test]
fn what_two_lists_agree_on_stands_when_the_first_is_taken_back() {
    let server = Server::with_sample();
    let admin = server.admin();
    let first = admin.get("/api/v1/batches?limit=1000").expect(200);
    let first =
        first.as_array().unwrap().iter().find(|batch| batch["upload"]["kind"] == "guests").unwrap()["batch"].as_str().unwrap().to_owned();
    let start = content(&admin.plan());
    admin.upload_and_apply("guests", "gaeste.xlsx", &json!({}));
    assert_eq!(content(&admin.plan()), start);
    let shown = preview(&admin, &first);
    assert_eq!((&shown["reversed"], &shown["lost"]), (&json!([]), &json!([])));
    retract(&admin, &first).expect(200);
    assert_eq!(content(&admin.plan()), start, "the second list says all of it, under the same ids");
}

#[test]
fn redoing_ones_own_change_does_not_undo_what_others_did_since() {
    let server = Server::start();
    let (admin, staff) = (server.admin(), server.staff());
    let table = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200)["position"].clone();
    let guest = admin.command(json!({"type": "add_guest", "first_name": "Anna"})).expect(200)["position"].clone();
    let removed = staff.command(json!({"type": "remove_table", "table": table})).expect(200);
    let path = format!("/api/v1/batches/{}", batch(&removed));
    staff.post(&format!("{path}/retract"), &json!({"id": Uuid::now_v7()})).expect(200);
    admin.command(json!({"type": "seat_guest", "guest": guest, "table": table})).expect(200);
    staff.post(&format!("{path}/reinstate"), &json!({"id": Uuid::now_v7()})).problem(409, "others_built_on_it");
    reinstate(&admin, &batch(&removed)).expect(200);
}

#[test]
fn the_same_retraction_many_times_at_once_is_done_once_and_answered_the_same() {
    let server = Server::start();
    let admin = server.admin();
    let table = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200);
    let path = format!("/api/v1/batches/{}/retract", batch(&table));
    let ask = json!({"id": Uuid::now_v7(), "reason": "wrong"});
    let askers: Vec<_> = (0..8)
        .map(|_| {
            let (admin, path, ask) = (admin.clone(), path.clone(), ask.clone());
            std::thread::spawn(move || admin.post(&path, &ask).expect(200))
        })
        .collect();
    let answers: Vec<Value> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(admin.plan()["position"], answers[0]["position"]);
}
