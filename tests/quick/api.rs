//! The JSON interface, shape by shape.

use crate::harness::server::Server;
use serde_json::{Value, json};
use tafel::plan::command::Role;
use uuid::Uuid;

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_plan_has_the_shape_that_others_rely_on() {
    let server = Server::with_sample();
    let admin = server.admin();
    let plan = admin.plan();
    assert_eq!(keys(&plan), ["guests", "plan", "position", "recorded_at", "rooms", "spots", "stream", "tables"]);
    assert_eq!(plan["plan"], json!({"title": "Winter Ball", "date": "2026-12-11", "default_seats": 10}));
    // Fields may be added; none of these may go.
    for field in [
        "allergies",
        "arrived_at",
        "company",
        "department",
        "diet",
        "email",
        "employee_no",
        "extra",
        "first_name",
        "id",
        "language",
        "last_name",
        "notes",
        "party",
        "plus_one_of",
        "rsvp",
        "table",
        "vip",
        "wheelchair",
    ] {
        assert!(plan["guests"][0].get(field).is_some(), "{field}");
    }
    assert_eq!(plan["guests"][0]["employee_no"], "100001");
    assert_eq!(keys(&plan["tables"][0]), ["host", "id", "name", "number", "seats", "spot", "vip"]);
    assert_eq!(keys(&plan["rooms"][0]), ["depth_m", "id", "name", "width_m"]);
    assert_eq!(keys(&plan["spots"][0]), ["code", "depth_m", "id", "room", "rotation_deg", "seats", "shape", "width_m", "x_m", "y_m"]);
    assert_eq!(
        (&plan["spots"][0]["x_m"], &plan["spots"][0]["width_m"], &plan["rooms"][0]["width_m"]),
        (&json!(1.5), &json!(1.8), &json!(40))
    );
    let recorded_at = plan["recorded_at"].as_str().unwrap();
    assert!(recorded_at.ends_with('Z') && recorded_at.len() == "2026-12-01T09:30:00.123456Z".len(), "{recorded_at}");
}

#[test]
fn a_command_answers_its_events_and_the_same_id_the_same_answer() {
    let mut server = Server::start();
    let staff = server.staff();
    let body = json!({"id": Uuid::now_v7(), "command": {"type": "add_table", "number": "T017", "seats": 8}});
    let answer = staff.post("/api/v1/commands", &body).expect(200);
    let event = &answer["events"][0];
    assert_eq!(
        (keys(&answer), keys(event)),
        (vec!["batch", "events", "position"], vec!["actor", "batch", "kind", "payload", "position", "recorded_at"])
    );
    assert_eq!((&event["kind"], &event["actor"], &answer["batch"]), (&json!("table_added"), &json!("token:staff"), &body["id"]));
    assert_eq!(event["payload"], json!({"table": answer["position"], "number": "T017", "seats": 8}));
    assert_eq!(staff.post("/api/v1/commands", &body).expect(200), answer);
    // Another request under the id is not answered as if it had been done; also after a restart.
    let other = json!({"id": body["id"], "command": {"type": "add_table", "number": "T018"}});
    staff.post("/api/v1/commands", &other).problem(409, "id_taken");
    server.restart();
    server.staff().post("/api/v1/commands", &other).problem(409, "id_taken");
    assert_eq!(server.staff().post("/api/v1/commands", &body).expect(200), answer);
    assert_eq!(server.staff().plan()["tables"].as_array().unwrap().len(), 1);
    // A command that changes nothing has no events, and is decided anew when it comes again.
    let nothing = json!({"id": Uuid::now_v7(), "command": {"type": "change_table", "table": answer["position"], "seats": 8}});
    assert_eq!(server.staff().post("/api/v1/commands", &nothing).expect(200)["events"], json!([]));
    server.staff().command(json!({"type": "change_table", "table": answer["position"], "seats": 9})).expect(200);
    assert_eq!(server.staff().post("/api/v1/commands", &nothing).expect(200)["events"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_wrong_with_a_request_is_said_where_it_is() {
    let server = Server::start();
    let staff = server.staff();
    staff.send("POST", "/api/v1/commands", &[], Some(("application/json", b"{".to_vec()))).unwrap().problem(400, "bad_request");
    let pointer =
        |body: Value| staff.post("/api/v1/commands", &body).problem(422, "invalid")["errors"][0]["pointer"].as_str().unwrap().to_owned();
    let id = Uuid::now_v7();
    assert_eq!(pointer(json!([])), "");
    assert_eq!(pointer(json!({"command": {"type": "seat_guest"}})), "/id");
    assert_eq!(pointer(json!({"id": "x", "command": {}})), "/id");
    assert_eq!(pointer(json!({"id": id})), "/command");
    assert_eq!(pointer(json!({"id": id, "commands": []})), "/commands");
    assert_eq!(pointer(json!({"id": id, "command": {}})), "/command/type");
    assert_eq!(pointer(json!({"id": id, "command": {"type": "add_guest", "email": "nobody"}})), "/command/email");
    assert_eq!(pointer(json!({"id": id, "command": {"type": "add_guest", "first_name": "a\u{0}b"}})), "/command/first_name");
    assert_eq!(pointer(json!({"id": id, "command": {"type": "add_guest", "first_name": "x".repeat(4_001)}})), "/command/first_name");
    assert_eq!(pointer(json!({"id": id, "command": {"type": "add_table", "number": "T1", "seats": 0}})), "/command/seats");
    assert_eq!(pointer(json!({"id": id, "command": {"type": "add_table"}})), "/command/number");
    assert_eq!(pointer(json!({"id": id, "seen": -1, "command": {"type": "add_table", "number": "T1"}})), "/seen");
    assert_eq!(
        pointer(json!({"id": id, "commands": [{"type": "add_table", "number": "T1"}, {"type": "add_table", "nmber": "T2"}]})),
        "/commands/1/nmber"
    );
    let many: Vec<Value> = (0..1_001).map(|number| json!({"type": "add_table", "number": number.to_string()})).collect();
    assert_eq!(pointer(json!({"id": id, "commands": many})), "/commands");
    let huge = json!({"id": id, "command": {"type": "add_guest", "notes": "x".repeat(5 << 20)}});
    staff.post("/api/v1/commands", &huge).problem(413, "too_large");
    assert_eq!(staff.get(&format!("/api/v1/events?after={}&wait=1", u64::MAX)).status, 200);
    assert_eq!(staff.plan()["position"], 1, "nothing was written");
}

#[test]
fn refusals_are_problem_documents_with_their_fields() {
    let server = Server::start();
    let staff = server.staff();
    let table = staff.command(json!({"type": "add_table", "number": "T017", "seats": 1})).expect(200)["position"].clone();
    let guests: Vec<Value> = ["Anna", "Ben"]
        .map(|name| staff.command(json!({"type": "add_guest", "first_name": name})).expect(200)["position"].clone())
        .to_vec();
    let seen = staff.plan()["position"].clone();
    let refused = staff.command(json!({"type": "seat_guests", "guests": guests, "table": table})).problem(409, "table_full");
    assert_eq!((&refused["title"], &refused["missing"], &refused["seats"]), (&json!("Table T017 is full"), &json!(1), &json!(1)));
    staff.command(json!({"type": "seat_guest", "guest": 999, "table": table})).problem(404, "unknown_guest");
    server.admin().command(json!({"type": "seat_guest", "guest": guests[0], "table": table})).expect(200);
    let body = json!({"id": Uuid::now_v7(), "seen": seen, "command": {"type": "unseat_guest", "guest": guests[0]}});
    let stale = staff.post("/api/v1/commands", &body).problem(409, "changed_meanwhile");
    assert_eq!(
        (&stale["fields"][0]["field"], &stale["fields"][0]["value"], &stale["fields"][0]["actor"]),
        (&json!("table"), &json!("T017"), &json!("token:admin"))
    );
    assert!(stale["fields"][0]["recorded_at"].is_string());
}

/// A refusal is final once nobody can carry the command out any more; and that is told.
#[test]
fn a_command_says_until_when_it_is_good_and_at_which_position() {
    let server = Server::start();
    let staff = server.staff();
    let add = |id: Uuid, number: &str, more: &Value| {
        let mut body = json!({"id": id, "command": {"type": "add_table", "number": number}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        staff.post("/api/v1/commands", &body)
    };
    let instant = |us: i64| json!({"expires_at": tafel::plan::Timestamp(tafel::ledger::now().0 + us)});
    add(Uuid::now_v7(), "T1", &instant(60_000_000)).expect(200);
    // A refusal before that may yet be undone by an earlier try; so may one that was never told an end.
    let id = Uuid::now_v7();
    assert_eq!(add(id, "T1", &instant(60_000_000)).problem(409, "number_taken")["final"], json!(false));
    assert_eq!(add(Uuid::now_v7(), "T1", &json!({})).problem(409, "number_taken")["final"], json!(false));
    // Decided anew until then; expired, and done for, after it.
    let late = add(id, "T2", &instant(-3_000_000)).problem(409, "expired");
    assert_eq!(late["final"], json!(true));
    assert_eq!(add(id, "T2", &instant(-1_000_000)).problem(409, "expired")["final"], json!(false), "clocks differ a little");
    let done = add(id, "T2", &json!({})).expect(200);
    assert!(done.get("final").is_none(), "{done}");
    assert_eq!(add(id, "T2", &instant(-3_000_000)).expect(200), done, "what was done is answered for good");
    // Nothing to do is an answer of the same kind.
    let unchanged = json!({"id": Uuid::now_v7(), "command": {"type": "change_table", "table": done["position"], "number": "T2"}});
    assert_eq!(staff.post("/api/v1/commands", &unchanged).expect(200)["final"], json!(false));
    // Only if nothing at all has happened since.
    let position = staff.plan()["position"].as_u64().unwrap();
    add(Uuid::now_v7(), "T3", &json!({"expected": position})).expect(200);
    let moved = add(Uuid::now_v7(), "T4", &json!({"expected": position})).problem(409, "position_moved");
    assert_eq!((&moved["position"], &moved["expected"]), (&json!(position + 1), &json!(position)));
}

/// Two tabs, two devices, one account: what the other one has written is not overwritten unseen.
#[test]
fn the_same_account_on_another_connection_is_somebody_else() {
    let server = Server::start();
    let (one, other) = (server.staff(), server.staff());
    let guest = one.command(json!({"type": "add_guest", "first_name": "Anna"})).expect(200)["position"].clone();
    let change = |client: &crate::harness::server::Client, diet: &str, own: &Value| {
        let command = json!({"type": "change_guest", "guest": guest, "diet": diet});
        client.post("/api/v1/commands", &json!({"id": Uuid::now_v7(), "seen": guest, "own": own, "command": command}))
    };
    let first = change(&one, "vegan", &json!([])).expect(200)["position"].clone();
    change(&other, "halal", &json!([])).problem(409, "changed_meanwhile");
    change(&one, "vegetarian", &json!([[first, first]])).expect(200);
}

#[test]
fn the_past_can_be_looked_at_as_it_was_known_or_corrected() {
    let server = Server::start();
    let admin = server.admin();
    let batch = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200)["batch"].as_str().unwrap().to_owned();
    admin.command(json!({"type": "add_table", "number": "T2"})).expect(200);
    let done = admin.post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7(), "reason": "wrong"})).expect(200);
    let numbers = |path: &str| -> Vec<String> {
        let plan = admin.get(path).expect(200);
        plan["tables"].as_array().unwrap().iter().map(|table| table["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(numbers("/api/v1/plan"), ["T2"]);
    assert_eq!(numbers("/api/v1/plan?at=3"), ["T1", "T2"]);
    assert_eq!(numbers(&format!("/api/v1/plan?at=3&corrected_as_of={}", done["position"])), ["T2"]);
    assert_eq!(numbers("/api/v1/plan?at=0"), [] as [&str; 0]);
    admin.get("/api/v1/plan?at=99").problem(404, "unknown_position");
    admin.get("/api/v1/plan?at=x").problem(400, "bad_request");
    let digest = |path: &str| admin.get(path).expect(200)["sha256"].as_str().unwrap().to_owned();
    assert_eq!(digest("/api/v1/plan/digest").len(), 64);
    assert_ne!(digest("/api/v1/plan/digest?at=3"), digest(&format!("/api/v1/plan/digest?at=3&corrected_as_of={}", done["position"])));
}

#[test]
fn an_etag_saves_the_body() {
    let server = Server::start();
    let admin = server.admin();
    let etag = admin.get("/api/v1/plan").header("etag").unwrap().to_owned();
    let again = || admin.send("GET", "/api/v1/plan", &[("If-None-Match", &etag)], None).unwrap();
    assert_eq!((again().status, again().header("etag")), (304, Some(etag.as_str())));
    assert_eq!(admin.send("GET", "/api/v1/plan", &[("If-None-Match", &format!("W/{etag}"))], None).unwrap().status, 304);
    admin.command(json!({"type": "add_table", "number": "T1"})).expect(200);
    assert_eq!(again().status, 200);
}

#[test]
fn what_somebody_was_answered_they_see_from_then_on() {
    let server = Server::start();
    let staff = server.staff();
    let position = staff.command(json!({"type": "add_table", "number": "T1"})).expect(200)["position"].as_u64().unwrap();
    let seen = staff.get("/api/v1/plan").header("tafel-position").unwrap().to_owned();
    assert_eq!(seen, format!("{}/{position}", staff.plan()["stream"].as_str().unwrap()));
    assert!(staff.get(&format!("/api/v1/plan?wait_for={position}")).expect(200)["position"].as_u64().unwrap() >= position);
    // A plan that is not there yet is waited for, and found when it comes.
    let waiting = std::thread::spawn({
        let staff = staff.clone();
        move || staff.get(&format!("/api/v1/plan?wait_for={}", position + 1)).expect(200)
    });
    staff.command(json!({"type": "add_table", "number": "T2"})).expect(200);
    assert_eq!(waiting.join().unwrap()["tables"].as_array().unwrap().len(), 2);
    // What nobody here has seen yet is waited for, and then it is said, instead of deciding on an older plan.
    let body = json!({"id": Uuid::now_v7(), "seen": 1_000_000, "command": {"type": "add_table", "number": "T3"}});
    staff.post("/api/v1/commands", &body).problem(503, "unavailable");
    // Another stream's position means nothing here.
    let foreign = format!("{}/999999", Uuid::new_v4());
    assert_eq!(staff.send("GET", "/api/v1/plan", &[("Tafel-Position", &foreign)], None).unwrap().status, 200);
}

#[test]
fn the_stream_is_read_page_by_page_and_waited_for() {
    let server = Server::start();
    let staff = server.staff();
    for number in 1..=5 {
        staff.command(json!({"type": "add_table", "number": number.to_string()})).expect(200);
    }
    let viewer = server.client(Role::Viewer);
    let page = viewer.get("/api/v1/events?after=1&limit=3").expect(200);
    let positions: Vec<u64> = page["events"].as_array().unwrap().iter().map(|event| event["position"].as_u64().unwrap()).collect();
    assert_eq!((positions, &page["last"]), (vec![2, 3, 4], &json!(6)));
    assert_eq!(viewer.get("/api/v1/events?after=6").expect(200)["events"], json!([]));
    for bad in ["limit=0", "limit=10001", "after=x"] {
        viewer.get(&format!("/api/v1/events?{bad}")).problem(400, "bad_request");
    }
    let waiting = std::thread::spawn({
        let viewer = viewer.clone();
        move || viewer.get("/api/v1/events?after=6&wait=30").expect(200)
    });
    staff.command(json!({"type": "add_table", "number": "6"})).expect(200);
    assert_eq!(waiting.join().unwrap()["events"][0]["position"], 7);
}

#[test]
fn batches_are_listed_newest_first_with_words() {
    let server = Server::with_sample();
    let admin = server.admin();
    let plan = admin.plan();
    let guest = plan["guests"].as_array().unwrap().iter().find(|guest| guest["table"].is_null() && guest["rsvp"] == "accepted").unwrap();
    let table = admin.command(json!({"type": "add_table", "number": "X1"})).expect(200)["position"].clone();
    admin.command(json!({"type": "seat_guest", "guest": guest["id"], "table": table})).expect(200);
    let batches = admin.get("/api/v1/batches").expect(200);
    let words: Vec<&str> = batches.as_array().unwrap().iter().map(|batch| batch["summary"].as_str().unwrap()).collect();
    let name = format!("Seated {} {} at X1", guest["first_name"].as_str().unwrap(), guest["last_name"].as_str().unwrap());
    assert_eq!(
        words,
        [
            name.as_str(),
            "Added table X1",
            "Upload draw.xlsx: 168 tables placed",
            "Upload vip-placement.xlsx: 12 tables placed",
            "Upload guests.xlsx: 1620 guests added",
            "Upload floor.xlsx: 191 rooms and spots added",
            "Upload tables.xlsx: 180 tables added",
            "Created the plan"
        ]
    );
    let draw = &batches[2];
    assert_eq!(keys(draw), ["actor", "batch", "first", "last", "recorded_at", "retracted", "summary", "upload"]);
    assert_eq!((&draw["upload"]["kind"], &draw["upload"]["file"], &draw["retracted"]), (&json!("draw"), &json!("draw.xlsx"), &Value::Null));
    // Paging: from a batch's first event on, or from within one, which is then shown whole.
    let page = admin.get(&format!("/api/v1/batches?before={}&limit=2", draw["first"])).expect(200);
    assert_eq!(page, json!([batches[3], batches[4]]));
    let within = admin.get(&format!("/api/v1/batches?before={}&limit=1", draw["first"].as_u64().unwrap() + 3)).expect(200);
    assert_eq!(within, json!([draw]));
    admin
        .post(
            &format!("/api/v1/batches/{}/retract", draw["batch"].as_str().unwrap()),
            &json!({"id": Uuid::now_v7(), "reason": "wrong file"}),
        )
        .expect(200);
    let batches = admin.get("/api/v1/batches?limit=4").expect(200);
    assert_eq!(batches[0]["summary"], "Took back a change: wrong file");
    assert_eq!((&batches[3]["retracted"]["reason"], &batches[3]["retracted"]["actor"]), (&json!("wrong file"), &json!("token:admin")));
}

#[test]
fn probes_and_metrics_answer_without_a_token() {
    let server = Server::start();
    let nobody = server.nobody();
    assert_eq!((nobody.get("/healthz").status, nobody.get("/readyz").status), (200, 200));
    server.staff().command(json!({"type": "add_table", "number": "T1"})).expect(200);
    let text = nobody.get("/metrics").expect(200);
    let text = text.as_str().unwrap();
    for name in [
        "tafel_events_total",
        "tafel_commands_total{outcome=\"accepted\"}",
        "tafel_commit_seconds_bucket",
        "tafel_commit_events_bucket",
        "tafel_stream_position",
        "tafel_plan_guests",
        "tafel_replay_seconds",
        "tafel_store_up 1",
        "tafel_clock_skew_seconds",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_open_fds",
    ] {
        assert!(text.contains(name), "{name} in {text}");
    }
}
