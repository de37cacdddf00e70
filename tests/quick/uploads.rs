//! Uploads over HTTP: every workbook of the sample, every one that must be refused, and what a person can choose.

use crate::harness::server::{Client, Server};
use crate::harness::workbook;
use serde_json::{Value, json};
use tafel::plan::command::Role;
use uuid::Uuid;

fn preview(client: &Client, kind: &str, name: &str) -> Value {
    client.upload(kind, name, &workbook(name)).expect(201)
}

fn counts(preview: &Value) -> Value {
    let counts = preview["counts"].as_object().unwrap();
    counts.iter().filter(|(_, count)| **count != 0).map(|(name, count)| (name.clone(), count.clone())).collect()
}

fn problems(preview: &Value) -> Vec<(u64, &str, &str)> {
    preview["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["row"].as_u64().unwrap(), problem["column"].as_str().unwrap(), problem["code"].as_str().unwrap()))
        .collect()
}

fn length(preview: &Value, list: &str) -> usize {
    preview[list].as_array().unwrap().len()
}

fn apply(client: &Client, preview: &Value, choices: &Value) -> crate::harness::server::Answer {
    client.post(&format!("/api/v1/uploads/{}/apply", preview["id"].as_str().unwrap()), choices)
}

#[test]
fn the_sample_is_uploaded_in_its_order_and_each_file_again_changes_nothing() {
    let server = Server::start();
    let admin = server.admin();
    for (kind, name, first, warnings) in [
        ("tables", "tables.xlsx", json!({"rows": 180, "added": 180}), 0),
        ("floor", "floor.xlsx", json!({"rows": 191, "added": 191}), 0),
        ("guests", "guests.xlsx", json!({"rows": 1620, "added": 1620}), 0),
        ("vip-placement", "vip-placement.xlsx", json!({"rows": 12, "changed": 12}), 0),
        ("draw", "draw.xlsx", json!({"rows": 168, "changed": 168}), 25),
    ] {
        let shown = preview(&admin, kind, name);
        assert_eq!((counts(&shown), length(&shown, "problems"), length(&shown, "warnings")), (first, 0, warnings), "{name}");
        let applied = apply(&admin, &shown, &json!({})).expect(200);
        assert_eq!(applied["counts"], shown["counts"]);
        assert_eq!(apply(&admin, &shown, &json!({})).expect(200), applied, "applying twice answers the same");
        apply(&admin, &shown, &json!({"leave_out": [2]})).problem(409, "id_taken");
        let again = preview(&admin, kind, name);
        assert_eq!((&again["changes"], &again["counts"]["unchanged"]), (&json!([]), &again["counts"]["rows"]), "{name} again");
    }
    let plan = admin.plan();
    assert_eq!([length(&plan, "guests"), length(&plan, "tables"), length(&plan, "spots"), length(&plan, "rooms")], [1620, 180, 186, 5]);
    let linked = plan["guests"].as_array().unwrap().iter().filter(|guest| !guest["plus_one_of"].is_null()).count();
    assert_eq!(linked, 338, "every plus-one is linked");
    // The same list in German, with other columns in another order.
    let german = preview(&admin, "guests", "gaeste.xlsx");
    assert_eq!((counts(&german), &german["changes"]), (json!({"rows": 1620, "unchanged": 1620}), &json!([])));
    assert_eq!(length(&german, "warnings"), 0);
    // The wrong draw would move a hundred tables.
    assert_eq!(counts(&preview(&admin, "draw", "draw-wrong.xlsx")), json!({"rows": 168, "changed": 100, "unchanged": 68}));
}

#[test]
fn the_second_list_changes_37_adds_30_and_lists_the_25_it_has_not() {
    let server = Server::with_sample();
    let admin = server.admin();
    let shown = preview(&admin, "guests", "guests-second-list.xlsx");
    assert_eq!(counts(&shown), json!({"rows": 1625, "added": 30, "changed": 37, "unchanged": 1558}));
    assert_eq!((length(&shown, "missing"), length(&shown, "problems"), length(&shown, "moves")), (25, 0, 0));
    let changed: Vec<&Value> = shown["changes"].as_array().unwrap().iter().filter(|change| change["change"] == "changed").collect();
    let renamed: Vec<_> =
        changed.iter().filter(|change| change["field"] == "last_name").map(|change| (&change["before"], &change["after"])).collect();
    assert_eq!(renamed, [(&json!("Haas"), &json!("Haasn")), (&json!("Brandt"), &json!("Brandtn"))]);
    assert_eq!(changed.iter().filter(|change| change["field"] == "diet").count(), 35);
    let removed = shown["missing"][0]["id"].clone();
    let applied = apply(&admin, &shown, &json!({"remove": [removed]})).expect(200);
    assert_eq!((&applied["counts"]["added"], &applied["counts"]["removed"]), (&json!(30), &json!(1)));
    assert_eq!(length(&admin.plan(), "guests"), 1620 + 30 - 1);
    let again = preview(&admin, "guests", "guests-second-list.xlsx");
    assert_eq!((&again["changes"], length(&again, "missing")), (&json!([]), 24), "renamed leaders keep those who accompany them");
}

#[test]
fn hostile_names_are_taken_but_for_the_cell_that_is_too_long_and_stay_as_they_are() {
    let server = Server::start();
    let admin = server.admin();
    let shown = preview(&admin, "guests", "hostile-names.xlsx");
    assert_eq!(
        (counts(&shown), problems(&shown)),
        (json!({"rows": 12, "added": 11, "refused": 1}), vec![(13, "First name", "cell_too_long")])
    );
    apply(&admin, &shown, &json!({})).problem(409, "upload_has_problems");
    apply(&admin, &shown, &json!({"leave_out": [13]})).expect(200);
    let plan = admin.plan();
    let names: Vec<&str> = plan["guests"].as_array().unwrap().iter().map(|guest| guest["first_name"].as_str().unwrap()).collect();
    for name in [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE event;--",
        "\"quoted\", comma",
        "line\nbreak",
        "{{7*7}}",
        "\u{202e}evil",
        "-1+1",
    ] {
        assert!(names.contains(&name), "{name:?} in {names:?}");
    }
    assert_eq!(admin.get("/api/v1/events").expect(200)["last"], 13);
}

#[test]
fn what_is_no_spreadsheet_is_refused_in_words() {
    let server = Server::start();
    let admin = server.admin();
    for (name, status, code) in [
        ("refuse/empty.xlsx", 415, "empty_file"),
        ("refuse/text-named.xlsx", 415, "not_a_spreadsheet"),
        ("refuse/truncated.xlsx", 415, "damaged_spreadsheet"),
        ("refuse/password.xlsx", 422, "password_protected"),
        ("refuse/header-only.xlsx", 422, "no_rows"),
        ("refuse/no-header.xlsx", 422, "no_header"),
        ("refuse/unknown-columns.xlsx", 422, "no_header"),
    ] {
        admin.upload("guests", name, &workbook(name)).problem(status, code);
    }
    let unknown = admin.upload("nonsense", "guests.xlsx", &workbook("guests.xlsx")).problem(404, "unknown_kind");
    assert_eq!(unknown["title"], "There is no kind of upload \"nonsense\"");
    admin.upload("tables", "cut-off.csv", b"Table,Seats\nX1,4\nX2,5\nX3,\"6").problem(415, "damaged_spreadsheet");
    admin.upload("guests", "large.csv", &vec![b'a'; 10 * 1024 * 1024 + 1]).problem(413, "too_large");
    let rows = (0..20_002).map(|row| format!("{row},Anna")).collect::<Vec<_>>().join("\n");
    let refused = admin.upload("guests", "long.csv", format!("Employee No,First name\n{rows}").as_bytes()).problem(413, "too_large");
    assert!(refused["detail"].as_str().unwrap().contains("20,000 rows"), "{refused}");
    let wide = format!("Employee No{}\n1{}\n", ",x".repeat(100), ",1".repeat(100));
    assert!(
        admin.upload("guests", "wide.csv", wide.as_bytes()).problem(413, "too_large")["detail"].as_str().unwrap().contains("100 columns")
    );
    assert_eq!(admin.get("/api/v1/events").expect(200)["last"], 1, "nothing was written");
}

#[test]
fn wrong_cells_are_problems_with_row_and_column() {
    let server = Server::with_sample();
    let admin = server.admin();
    let expected = [
        (
            "tables",
            "refuse/bad-cells.xlsx",
            vec![
                (2, "Seats", "bad_value"),
                (3, "Seats", "bad_value"),
                (4, "Seats", "bad_value"),
                (5, "Table", "number_missing"),
                (6, "Name", "cell_too_long"),
                (6, "VIP", "bad_value"),
            ],
        ),
        (
            "guests",
            "refuse/formulas.xlsx",
            vec![
                (2, "Employee No", "formula_without_value"),
                (2, "First name", "formula_without_value"),
                (2, "Last name", "formula_without_value"),
            ],
        ),
        ("guests", "refuse/duplicate-guests.xlsx", vec![(2, "Employee No", "duplicate_guest"), (3, "Employee No", "duplicate_guest")]),
        ("draw", "refuse/same-spot-twice.xlsx", vec![(2, "Spot", "duplicate_spot"), (3, "Spot", "duplicate_spot")]),
        ("draw", "refuse/same-table-twice.xlsx", vec![(2, "Table", "duplicate_table"), (3, "Table", "duplicate_table")]),
        ("draw", "refuse/unknown-table.xlsx", vec![(2, "Table", "unknown_table"), (3, "Spot", "unknown_spot")]),
    ];
    for (kind, name, problems_expected) in expected {
        let shown = preview(&admin, kind, name);
        assert_eq!(problems(&shown), problems_expected, "{name}");
        assert_eq!(shown["can_apply"], false);
        apply(&admin, &shown, &json!({})).problem(409, "upload_has_problems");
    }
    // Of two rows that claim one spot, leaving one out is enough.
    let shown = preview(&admin, "draw", "refuse/same-spot-twice.xlsx");
    let id = shown["id"].as_str().unwrap();
    let left = admin.get(&format!("/api/v1/uploads/{id}?leave_out=3")).expect(200);
    assert_eq!((counts(&left), &left["can_apply"]), (json!({"rows": 2, "unchanged": 1, "left_out": 1}), &json!(true)));
    let both = admin.get(&format!("/api/v1/uploads/{id}?leave_out=2&leave_out=3")).expect(200);
    assert_eq!((counts(&both), &both["can_apply"]), (json!({"rows": 2, "left_out": 2}), &json!(false)));
}

#[test]
fn a_sheet_that_is_not_read_is_named() {
    let server = Server::start();
    let admin = server.admin();
    let mut written = rust_xlsxwriter::Workbook::new();
    for (sheet, rows) in
        [("Friday", vec!["First name", "Anna"]), ("Saturday", vec!["First name", "Berta", "Clara"]), ("Remarks", vec!["None"])]
    {
        let sheet = written.add_worksheet().set_name(sheet).unwrap();
        for (row, text) in (0..).zip(rows) {
            sheet.write(row, 0, text).unwrap();
            sheet.write(row, 1, if row == 0 { "Last name" } else { "Bauer" }).unwrap();
        }
    }
    written.add_worksheet().set_name("Empty").unwrap();
    let shown = admin.upload("guests", "days.xlsx", &written.save_to_buffer().unwrap()).expect(201);
    assert_eq!(counts(&shown), json!({"rows": 1, "added": 1}));
    let warnings: Vec<_> =
        shown["warnings"].as_array().unwrap().iter().map(|one| (&one["code"], one["message"].as_str().unwrap())).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().all(|(code, _)| **code == json!("sheet_not_read")));
    assert!(warnings[0].1.contains("Saturday") && warnings[1].1.contains("Remarks"), "{warnings:?}");
}

#[test]
fn the_four_formats_hold_the_same() {
    let server = Server::with_sample();
    let admin = server.admin();
    for name in ["draw-wrong.xls", "draw-wrong.ods", "draw-wrong.csv", "draw-wrong-excel.csv", "draw-wrong.tsv"] {
        let shown = preview(&admin, "draw", name);
        assert_eq!((counts(&shown), length(&shown, "problems")), (json!({"rows": 168, "changed": 100, "unchanged": 68}), 0), "{name}");
    }
    for name in ["guests-40.xls", "guests-40.ods", "guests-40-windows-1252.csv", "guests-40.csv"] {
        let shown = preview(&admin, "guests", name);
        assert_eq!((counts(&shown), &shown["changes"]), (json!({"rows": 40, "unchanged": 40}), &json!([])), "{name}");
    }
}

#[test]
fn guests_who_sit_elsewhere_by_now_are_moved_only_if_ticked() {
    let server = Server::with_sample();
    let admin = server.admin();
    let plan = admin.plan();
    let guest = plan["guests"].as_array().unwrap().iter().find(|guest| guest["employee_no"] == "100001").unwrap();
    admin.command(json!({"type": "unseat_guest", "guest": guest["id"]})).expect(200);
    let table = admin.command(json!({"type": "add_table", "number": "X1"})).expect(200)["events"][0]["payload"]["table"].clone();
    admin.command(json!({"type": "seat_guest", "guest": guest["id"], "table": table})).expect(200);
    let shown = preview(&admin, "guests", "guests.xlsx");
    assert_eq!((counts(&shown), length(&shown, "moves")), (json!({"rows": 1620, "unchanged": 1620}), 1));
    assert_eq!(
        (&shown["moves"][0]["row"], &shown["moves"][0]["before"], &shown["moves"][0]["after"]),
        (&json!(2), &json!("X1"), &json!("T013"))
    );
    apply(&admin, &shown, &json!({})).expect(200);
    let table_of =
        |client: &Client| client.plan()["guests"].as_array().unwrap().iter().find(|now| now["id"] == guest["id"]).unwrap()["table"].clone();
    assert_eq!(table_of(&admin), table, "a list sent again does not undo weeks of work");
    let shown = preview(&admin, "guests", "guests.xlsx");
    apply(&admin, &shown, &json!({"move": [2]})).expect(200);
    assert_eq!(table_of(&admin), guest["table"]);
}

#[test]
fn a_plan_that_moved_on_shows_the_new_preview_first() {
    let server = Server::with_sample();
    let admin = server.admin();
    let shown = preview(&admin, "draw", "draw-wrong.xlsx");
    let plan = admin.plan();
    let t013 = plan["tables"].as_array().unwrap().iter().find(|table| table["number"] == "T013").unwrap()["id"].clone();
    // Something else: the effect is the same, so it is applied.
    admin.command(json!({"type": "change_table", "table": t013, "name": "Window"})).expect(200);
    // The same table: the effect is another one.
    admin.command(json!({"type": "lift_table", "table": t013})).expect(200);
    let refused = apply(&admin, &shown, &json!({})).problem(409, "preview_outdated");
    let change = refused["preview"]["changes"].as_array().unwrap().iter().find(|change| change["label"] == "T013").unwrap();
    assert_eq!(change["before"], Value::Null);
    apply(&admin, &shown, &json!({})).expect(200);
}

#[test]
fn a_mapping_says_what_headers_mean_and_keeps_columns_of_ones_own() {
    let server = Server::start();
    let admin = server.admin();
    let mapping = json!({"Wer": "last_name", "Pers": "employee_no", "Shuttle": "extra", "Firma": null});
    let csv = b"Pers;Wer;Shuttle;Firma\n1;Bauer;yes;X\n2;Novak;;Y\n";
    let shown = admin.upload_mapped("guests", "list.csv", csv, Some(&mapping)).expect(201);
    assert_eq!(shown["columns"][2], json!({"header": "Shuttle", "field": "extra", "samples": ["yes"]}));
    apply(&admin, &shown, &json!({})).expect(200);
    let plan = admin.plan();
    assert_eq!(
        (&plan["guests"][0]["extra"], &plan["guests"][0]["company"], &plan["guests"][1]["extra"]),
        (&json!({"Shuttle": "yes"}), &Value::Null, &json!({}))
    );
    admin.upload_mapped("guests", "list.csv", csv, Some(&json!({"Wer": "nonsense"}))).problem(422, "invalid_mapping");
    admin.upload_mapped("guests", "list.csv", csv, Some(&json!(["no object"]))).problem(422, "invalid");
}

#[test]
fn namesakes_are_told_apart_or_named() {
    let server = Server::start();
    let admin = server.admin();
    let first = b"Employee No,First name,Last name,Email\n1,Anna,Bauer,a@example.org\n2,Anna,Bauer,b@example.org\n3,Eva,Koch,\n";
    let shown = admin.upload("guests", "first.csv", first).expect(201);
    apply(&admin, &shown, &json!({})).expect(200);
    let second = b"First name,Last name,Email,Diet\nAnna,Bauer,,vegan\nEva,Koch,,halal\nAnna,Bauer,B@example.org,kosher\n";
    let shown = admin.upload("guests", "second.csv", second).expect(201);
    assert_eq!(problems(&shown), [(2, "Last name", "ambiguous_name")]);
    assert!(shown["problems"][0]["message"].as_str().unwrap().contains("Anna Bauer (1)"), "{shown}");
    apply(&admin, &shown, &json!({"leave_out": [2]})).expect(200);
    let plan = admin.plan();
    let diets: Vec<&Value> = plan["guests"].as_array().unwrap().iter().map(|guest| &guest["diet"]).collect();
    assert_eq!(diets, [&Value::Null, &json!("kosher"), &json!("halal")]);
    // An empty cell leaves a value as it is, a dash clears it.
    let third = b"Employee No,Last name,Diet\n2,,\n3,,-\n";
    let shown = admin.upload("guests", "third.csv", third).expect(201);
    assert_eq!(counts(&shown), json!({"rows": 2, "changed": 1, "unchanged": 1}));
    apply(&admin, &shown, &json!({})).expect(200);
    // A number that is new, with the address of somebody who has another number, is nobody's change.
    let fourth = b"Employee No,Last name,Email\n9,Bauer,a@example.org\n";
    assert_eq!(problems(&admin.upload("guests", "fourth.csv", fourth).expect(201)), [(2, "Email", "email_taken")]);
}

#[test]
fn seats_are_not_given_away_twice() {
    let server = Server::start();
    let admin = server.admin();
    apply(&admin, &admin.upload("tables", "t.csv", b"Table,Seats,VIP\nT1,2,\nT2,2,yes\n").expect(201), &json!({})).expect(200);
    let list = b"Employee No,Last name,Table,RSVP\n1,A,T1,\n2,B,T1,\n3,C,T1,\n4,D,T2,declined\n5,E,T9,\n";
    let shown = admin.upload("guests", "g.csv", list).expect(201);
    assert_eq!(problems(&shown), [(4, "Table", "table_full"), (6, "Table", "unknown_table")]);
    assert_eq!((&shown["warnings"][0]["row"], &shown["warnings"][0]["code"]), (&json!(5), &json!("guest_declined")));
    apply(&admin, &shown, &json!({"leave_out": [4, 6]})).expect(200);
    // Too few seats for those who sit there.
    assert_eq!(problems(&admin.upload("tables", "t.csv", b"Table,Seats\nT1,1\n").expect(201)), [(2, "Seats", "too_few_seats")]);
    // Tables of the plan that the file has not can be removed with it.
    let shown = admin.upload("tables", "t.csv", b"Table,Seats\nT1,4\n").expect(201);
    let missing = shown["missing"][0].clone();
    assert_eq!((&missing["entity"], &missing["label"]), (&json!("table"), &json!("T2")));
    apply(&admin, &shown, &json!({"remove": [999]})).problem(422, "invalid");
    apply(&admin, &shown, &json!({"remove": [missing["id"]]})).expect(200);
    assert_eq!(length(&admin.plan(), "tables"), 1);
}

#[test]
fn tables_exchange_spots_but_displace_nobody() {
    let server = Server::with_sample();
    let admin = server.admin();
    let spot_of = |number: &str| {
        let plan = admin.plan();
        let spot = plan["tables"].as_array().unwrap().iter().find(|table| table["number"] == number).unwrap()["spot"].clone();
        plan["spots"].as_array().unwrap().iter().find(|other| other["id"] == spot).unwrap()["code"].as_str().unwrap().to_owned()
    };
    let (t013, t014, t015) = (spot_of("T013"), spot_of("T014"), spot_of("T015"));
    let taken = admin.upload("draw", "d.csv", format!("Table,Spot\nT013,{t014}\nT014,{t015}\n").as_bytes()).expect(201);
    assert_eq!(
        problems(&taken),
        [(2, "Spot", "spot_taken"), (3, "Spot", "spot_taken")],
        "a row that stays keeps its spot, so the other one stays, too"
    );
    let ring = admin.upload("draw", "d.csv", format!("Table,Spot\nT013,{t014}\nT014,{t015}\nT015,{t013}\n").as_bytes()).expect(201);
    apply(&admin, &ring, &json!({})).expect(200);
    assert_eq!((spot_of("T013"), spot_of("T014"), spot_of("T015")), (t014, t015, t013));
    // A draw takes no VIP's spot, a VIP placement places VIP tables only.
    let vip = spot_of("T001");
    assert_eq!(
        problems(&admin.upload("draw", "d.csv", format!("Table,Spot\nT013,{vip}\n").as_bytes()).expect(201)),
        [(2, "Spot", "spot_taken")]
    );
    assert_eq!(
        problems(&admin.upload("vip-placement", "v.csv", format!("Table,Spot\nT013,{vip}\n").as_bytes()).expect(201)),
        [(2, "Table", "not_vip")]
    );
}

#[test]
fn floors_name_their_sheets_and_stay_within_their_walls() {
    let server = Server::start();
    let admin = server.admin();
    let shown = preview(&admin, "floor", "floor.xlsx");
    let id = shown["id"].as_str().unwrap();
    // Without its room, none of the room's spots can be placed.
    let left = admin.get(&format!("/api/v1/uploads/{id}?leave_out=Rooms!2")).expect(200);
    assert!(length(&left, "problems") > 50);
    assert_eq!((&left["problems"][0]["sheet"], &left["problems"][0]["code"]), (&json!("Spots"), &json!("unknown_room")));
    apply(&admin, &shown, &json!({})).expect(200);
    let outside = admin.upload("floor", "f.csv", b"Spot,Room,X,Y\nZ-01,Great Hall,0.1,5\nZ-02,Nowhere,5,5\nG-01,,2,2\n").expect(201);
    assert_eq!(problems(&outside), [(2, "X", "outside_room"), (3, "Room", "unknown_room")]);
    let smaller = admin.upload("floor", "f.csv", b"Raum;Breite m;Tiefe m\nGreat Hall;10;28\n").expect(201);
    assert_eq!(problems(&smaller), [(2, "Breite m", "outside_room")]);
}

#[test]
fn an_upload_that_is_unknown_is_not_applied() {
    let server = Server::start();
    let admin = server.admin();
    admin.post("/api/v1/uploads/0193aaaa-0000-7000-8000-000000000000/apply", &json!({})).problem(404, "unknown_upload");
    admin.get("/api/v1/uploads/nonsense").problem(404, "not_found");
    // The id of another batch is no upload.
    let batch = admin.command(json!({"type": "add_table", "number": "T1"})).expect(200)["batch"].as_str().unwrap().to_owned();
    admin.post(&format!("/api/v1/uploads/{batch}/apply"), &json!({})).problem(409, "id_taken");
}

/// Applied, taken back, and applied again: it must not be called done, since nothing of it counts.
#[test]
fn what_was_applied_and_taken_back_is_not_called_applied_again() {
    let server = Server::start();
    let admin = server.admin();
    let shown = admin.upload("guests", "g.csv", "First name,Last name,E-mail\nZoë,Größl,z@example.org\n".as_bytes()).expect(201);
    let id = shown["id"].as_str().unwrap();
    let applied = apply(&admin, &shown, &json!({})).expect(200);
    assert_eq!(apply(&admin, &shown, &json!({})).expect(200), applied, "the same again is answered the same");
    apply(&admin, &shown, &json!({"leave_out": [2]})).problem(409, "id_taken");
    admin.post(&format!("/api/v1/batches/{id}/retract"), &json!({"id": Uuid::now_v7(), "reason": "the wrong file"})).expect(200);
    let refused = apply(&admin, &shown, &json!({})).problem(409, "upload_retracted");
    assert!(refused["detail"].as_str().unwrap().contains("Reinstate"), "{refused}");
    assert_eq!(admin.get(&format!("/api/v1/uploads/{id}")).expect(200)["can_apply"], json!(false));
    assert_eq!(admin.plan()["guests"], json!([]));
    // Its page offers both ways.
    let mut browser = server.browser(Role::Admin);
    browser.get(&format!("/uploads/{id}")).shows("later taken back").shows(&format!("/history/{id}")).shows("Apply again");
    let page = browser.post(&format!("/uploads/{id}/anew"), &[]);
    let anew = page.location().rsplit('/').next().unwrap();
    assert_ne!(anew, id);
    let shown = admin.get(&format!("/api/v1/uploads/{anew}")).expect(200);
    assert_eq!(shown["can_apply"], json!(true));
    apply(&admin, &shown, &json!({})).expect(200);
    assert_eq!(admin.plan()["guests"].as_array().unwrap().len(), 1);
}

#[test]
fn a_list_that_adds_somebody_is_applied_although_others_work_on() {
    let server = Server::start();
    let admin = server.admin();
    let shown = admin.upload("guests", "g.csv", b"Employee No,Last name,Plus one of\n1,Bauer,\n2,Novak,Bauer\n").expect(201);
    server.staff().command(json!({"type": "add_table", "number": "T1"})).expect(200);
    server.staff().command(json!({"type": "add_guest", "first_name": "Somebody else"})).expect(200);
    apply(&admin, &shown, &json!({})).expect(200);
    let plan = admin.plan();
    let guests = plan["guests"].as_array().unwrap();
    assert_eq!((guests.len(), &guests[2]["plus_one_of"]), (3, &guests[1]["id"]), "with the ids that they have where they stand");
    // Confirmed by position, whatever somebody else has looked at since.
    let shown = admin.upload("guests", "g.csv", b"Employee No,Last name\n1,Huber\n").expect(201);
    admin.command(json!({"type": "change_guest", "guest": guests[1]["id"], "last_name": "Haas"})).expect(200);
    admin.get(&format!("/api/v1/uploads/{}", shown["id"].as_str().unwrap())).expect(200);
    apply(&admin, &shown, &json!({"position": shown["position"]})).problem(409, "preview_outdated");
}

#[test]
fn problems_stay_short_however_many_rows_share_them() {
    let server = Server::start();
    let admin = server.admin();
    let rows: Vec<String> = (0..3_000).map(|row| format!("n/a,Anna {row},office@example.org")).collect();
    let shown = admin.upload("guests", "g.csv", format!("Employee No,Last name,Email\n{}", rows.join("\n")).as_bytes()).expect(201);
    assert_eq!((length(&shown, "problems"), &shown["counts"]["refused"]), (6_000, &json!(3_000)), "a number and an address each");
    let message = shown["problems"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("and 2990 more") && message.len() < 200, "{message}");
    // A known guest keeps a name.
    apply(&admin, &admin.upload("guests", "g.csv", b"Employee No,Last name\n1,Bauer\n").expect(201), &json!({})).expect(200);
    let nameless = admin.upload("guests", "g.csv", b"Employee No,Last name\n1,-\n").expect(201);
    assert_eq!(nameless["problems"][0]["code"], "name_missing");
}
