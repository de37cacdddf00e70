//! A list that was exported, changed in a spreadsheet program, and comes back after others have changed the plan.

use crate::harness::server::{Client, Server};
use crate::harness::workbook;
use calamine::{Reader as _, Xlsx};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::io::Cursor;
use tafel::plan::command::Role;

/// The workbook with some cells changed, as a spreadsheet program would save it: row by employee number, column by header.
fn edited(bytes: &[u8], changes: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let mut written = Workbook::new();
    for (name, range) in book.worksheets() {
        let sheet = written.add_worksheet().set_name(&name).unwrap();
        let header: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
        for (row, cells) in (0_u32..).zip(range.rows()) {
            for (column, cell) in (0_u16..).zip(cells) {
                let number = cells[0].to_string();
                let is_this = |(who, field, _): &&(&str, &str, &str)| number == *who && header[usize::from(column)] == *field;
                let text = changes.iter().find(is_this).map_or_else(|| cell.to_string(), |(_, _, value)| (*value).to_owned());
                if !text.is_empty() {
                    sheet.write_string(row, column, text).unwrap();
                }
            }
        }
    }
    written.save_to_buffer().unwrap()
}

fn party(server: &Server) -> Client {
    let admin = server.admin();
    for (number, first, company) in [("1001", "Anna", "Nordlicht"), ("1002", "Bert", "Nordlicht"), ("1003", "Carla", "Nordlicht")] {
        let add = json!({"type": "add_guest", "employee_no": number, "first_name": first, "last_name": "Größl", "company": company, "extra": {"Shuttle": "yes"}});
        admin.command(add).expect(200);
    }
    for number in ["T1", "T2", "T3"] {
        admin.command(json!({"type": "add_table", "number": number, "seats": 8})).expect(200);
    }
    let plan = admin.plan();
    for guest in 0..3 {
        admin.command(json!({"type": "seat_guest", "guest": plan["guests"][guest]["id"], "table": plan["tables"][0]["id"]})).expect(200);
    }
    admin
}

fn apply(admin: &Client, preview: &Value, choices: &Value) -> Value {
    admin.post(&format!("/api/v1/uploads/{}/apply", preview["id"].as_str().unwrap()), choices).expect(200)
}

#[test]
fn what_i_changed_and_what_they_changed_are_both_kept_and_where_both_did_a_person_decides() {
    let server = Server::start();
    let admin = party(&server);
    let exported = server.browser(Role::Staff).get("/guests.xlsx").bytes;
    // Others work on: a company that the file leaves alone, one that it changes too, and two who move.
    let before = admin.plan();
    let id = |index: usize| before["guests"][index]["id"].clone();
    admin.command(json!({"type": "change_guest", "guest": id(0), "company": "Theirs", "diet": "vegan"})).expect(200);
    admin.command(json!({"type": "change_guest", "guest": id(1), "company": "Theirs"})).expect(200);
    admin.command(json!({"type": "seat_guest", "guest": id(0), "table": before["tables"][1]["id"]})).expect(200);
    let file = edited(
        &exported,
        &[
            ("1001", "Department", "Mine"),
            ("1002", "Company", "Mine"),
            ("1002", "Notes", "Also mine"),
            ("1003", "Table", "T3"),
            ("1003", "Shuttle", "no"),
        ],
    );
    let preview = admin.upload("guests", "guests.xlsx", &file).expect(201);
    let changes: Vec<(String, String)> = preview["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["label"].as_str().unwrap().to_owned(), change["field"].as_str().unwrap().to_owned()))
        .collect();
    let named = |name: &str, field: &str| (format!("{name} Größl"), field.to_owned());
    assert_eq!(
        changes,
        [named("Anna", "department"), named("Bert", "notes"), named("Carla", "extra"), named("Carla", "table")],
        "only what was changed in the file: {preview}"
    );
    assert_eq!(preview["moves"], json!([]), "who was moved in the file, and by nobody else, is moved");
    let conflicts = preview["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!(
        (&conflict["field"], &conflict["before"], &conflict["theirs"], &conflict["mine"], &conflict["ticked"]),
        (&json!("company"), &json!("Nordlicht"), &json!("Theirs"), &json!("Mine"), &json!(false))
    );
    apply(&admin, &preview, &json!({}));
    let after = admin.plan();
    let guest = |index: usize| &after["guests"][index];
    assert_eq!((&guest(0)["company"], &guest(0)["department"], &guest(0)["diet"]), (&json!("Theirs"), &json!("Mine"), &json!("vegan")));
    assert_eq!(guest(0)["table"], after["tables"][1]["id"], "an unchanged cell turns nobody's work back");
    assert_eq!((&guest(1)["company"], &guest(1)["notes"]), (&json!("Theirs"), &json!("Also mine")));
    assert_eq!((&guest(2)["table"], &guest(2)["extra"]["Shuttle"]), (&after["tables"][2]["id"], &json!("no")));
    // The same file again, now with one's own value ticked.
    let again = admin.upload("guests", "guests.xlsx", &file).expect(201);
    let field = format!("{}:company", again["conflicts"][0]["row"]);
    let looked = admin.get(&format!("/api/v1/uploads/{}?mine={field}", again["id"].as_str().unwrap())).expect(200);
    assert_eq!((&looked["conflicts"][0]["ticked"], &looked["changes"][0]["after"]), (&json!(true), &json!("Mine")), "{looked}");
    apply(&admin, &again, &json!({"mine": [field]}));
    assert_eq!(admin.plan()["guests"][1]["company"], "Mine");
    let wrong = admin.post(&format!("/api/v1/uploads/{}/apply", again["id"].as_str().unwrap()), &json!({"mine": ["company"]}));
    assert_eq!(wrong.status, 422);
}

#[test]
fn somebody_new_of_the_same_name_is_somebody_new_and_each_own_field_and_seat_is_merged_for_itself() {
    let server = Server::start();
    let admin = party(&server);
    let before = admin.plan();
    admin.command(json!({"type": "change_guest", "guest": before["guests"][0]["id"], "extra": {"Hotel": "A"}})).expect(200);
    let exported = server.browser(Role::Staff).get("/guests.xlsx").bytes;
    // Others change another field of the plan's own, and move a guest whom the file unseats.
    admin.command(json!({"type": "change_guest", "guest": before["guests"][0]["id"], "extra": {"Shuttle": "late"}})).expect(200);
    admin.command(json!({"type": "seat_guest", "guest": before["guests"][1]["id"], "table": before["tables"][1]["id"]})).expect(200);
    let file = edited(&exported, &[("1001", "Hotel", "B"), ("1002", "Table", "-")]);
    let shown = admin.upload("guests", "guests.xlsx", &file).expect(201);
    assert_eq!((shown.get("conflicts"), shown["moves"].as_array().unwrap().len()), (None, 1), "{shown}");
    apply(&admin, &shown, &json!({}));
    let after = admin.plan();
    assert_eq!(after["guests"][0]["extra"], json!({"Hotel": "B", "Shuttle": "late"}));
    assert_eq!(after["guests"][1]["table"], after["tables"][1]["id"], "whom others moved is not unseated unasked");
    // The same field of the plan's own on both sides.
    let clash = admin.upload("guests", "guests.xlsx", &edited(&exported, &[("1001", "Shuttle", "no")])).expect(201);
    assert_eq!(
        (&clash["conflicts"][0]["field"], &clash["conflicts"][0]["theirs"], &clash["conflicts"][0]["mine"]),
        (&json!("Shuttle"), &json!("late"), &json!("no"))
    );
    // Whoever has a number of their own is nobody else, whatever the name.
    let namesake = edited(&exported, &[("1003", "Employee no.", "9999")]);
    let shown = admin.upload("guests", "guests.xlsx", &namesake).expect(201);
    assert_eq!((&shown["counts"]["added"], &shown["problems"]), (&json!(1), &json!([])), "{shown}");
}

#[test]
fn whoever_was_removed_meanwhile_does_not_come_back_by_accident_and_another_plans_list_is_any_list() {
    let server = Server::start();
    let admin = party(&server);
    let exported = server.browser(Role::Staff).get("/guests.xlsx").bytes;
    let guests = admin.plan()["guests"].clone();
    admin.command(json!({"type": "remove_guest", "guest": guests[0]["id"]})).expect(200);
    let untouched = admin.upload("guests", "guests.xlsx", &exported).expect(201);
    assert_eq!((&untouched["changes"], &untouched["warnings"][0]["code"]), (&json!([]), &json!("guest_removed")));
    let changed = admin.upload("guests", "guests.xlsx", &edited(&exported, &[("1001", "Company", "New")])).expect(201);
    assert_eq!(changed["problems"][0]["code"], "guest_removed");
    // Of another plan it is a list like any other: everybody is new there.
    let other = Server::start();
    let foreign = other.admin().upload(
        "guests",
        "guests.xlsx",
        &edited(&exported, &[("1001", "Table", ""), ("1002", "Table", ""), ("1003", "Table", "")]),
    );
    let foreign = foreign.expect(201);
    assert_eq!((&foreign["counts"]["added"], &foreign["warnings"][0]["code"]), (&json!(3), &json!("exported_elsewhere")));
}

#[test]
fn the_problems_of_a_file_come_back_marked_where_they_are_and_templates_are_understood() {
    let server = Server::with_sample();
    let mut admin = server.browser(Role::Admin);
    let shown = server.admin().upload("guests", "hostile-names.xlsx", &workbook("hostile-names.xlsx")).expect(201);
    let problem = &shown["problems"][0];
    let file = admin.get(&format!("/uploads/{}/problems.xlsx", shown["id"].as_str().unwrap())).bytes;
    let names: Vec<String> =
        zip::ZipArchive::new(Cursor::new(&file)).unwrap().file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().any(|name| name.contains("comments")), "{names:?}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&file[..])).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let mut original: Xlsx<_> = Xlsx::new(Cursor::new(workbook("hostile-names.xlsx"))).unwrap();
    assert_eq!(range.height(), original.worksheet_range_at(0).unwrap().unwrap().height(), "row {} stands where it stood", problem["row"]);
    for kind in ["guests", "tables", "floor", "draw", "vip-placement"] {
        let template = admin.get(&format!("/uploads/{kind}/template.xlsx"));
        assert_eq!(template.status, 200, "{kind}");
        let refused = server.admin().upload(kind, "template.xlsx", &template.bytes);
        assert_eq!(
            refused.body["type"], "/problems/no_rows",
            "the header is understood, and there is nothing below it: {kind} {}",
            refused.body
        );
        let guessed = server.admin().upload("any", "template.xlsx", &template.bytes);
        assert_eq!(guessed.body["type"], "/problems/no_rows", "{kind} is recognised by its headers");
    }
    for (name, kind) in [
        ("guests.xlsx", "guests"),
        ("tables.xlsx", "tables"),
        ("floor.xlsx", "floor"),
        ("draw.xlsx", "draw"),
        ("vip-placement.xlsx", "vip-placement"),
        ("gaeste.xlsx", "guests"),
    ] {
        assert_eq!(server.admin().upload("any", name, &workbook(name)).expect(201)["kind"], kind, "{name}");
    }
}
