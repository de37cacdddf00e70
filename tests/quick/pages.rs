//! Pages without scripts: what they show, and what their forms do.

use crate::harness::server::{Browser, Page, Server};
use serde_json::json;
use tafel::plan::command::Role;
use uuid::Uuid;

/// The id of the first guest, table or room whose page the list links to.
fn first_id(page: &Page, path: &str) -> String {
    let start = page.text.find(&format!("href=\"{path}/")).unwrap_or_else(|| panic!("no link to {path} in {}", page.text));
    page.text[start..].split('"').nth(1).unwrap().rsplit('/').next().unwrap().split('?').next().unwrap().to_owned()
}

/// The id of the first table's card.
fn first_table(page: &Page) -> String {
    let (_, behind) = page.text.split_once("data-table=\"").unwrap_or_else(|| panic!("no table in {}", page.text));
    behind.split('"').next().unwrap().to_owned()
}

fn position(server: &Server) -> u64 {
    server.admin().plan()["position"].as_u64().unwrap()
}

#[test]
fn every_page_of_the_sample_shows_the_party() {
    let server = Server::with_sample();
    let mut admin = server.browser(Role::Admin);
    admin.get("/").shows("163</b>").shows("without a seat").shows("Upload draw.xlsx: 168 tables placed");
    admin.get("/").shows("243 at 120 tables");
    admin.get("/guests").shows("1–100 of 1,620").shows("rel=\"next\"");
    let all = admin.get("/guests?page=all");
    assert_eq!(all.text.matches("<tr id=\"g").count(), 1_620);
    admin.get("/guests?show=unseated").shows("163 match");
    admin.get("/guests?q=T017&show=seated").shows("match");
    admin.get("/find").shows("single typos are ignored");
    admin.get("/find?q=tabel+T017").shows("T017").shows("seats");
    admin.get("/find/list?q=T017").shows("role=\"option\"");
    admin.get("/find?q=%3Cb%3E").shows("No results for");
    admin.get("/guests?q=nobody-is-called-this").shows("No guests found");
    let tables = admin.get("/tables");
    assert_eq!(tables.text.matches("<li id=\"t").count(), 180);
    let table = first_table(&tables);
    admin.get(&format!("/tables/{table}")).shows("T001").shows("seats taken");
    let room = first_id(&admin.get("/floor"), "/floor");
    admin.get(&format!("/floor/{room}")).shows("<svg").shows("Drag a table");
    admin.get("/uploads").shows("VIP placement");
    admin.get("/history").shows("uploaded tables.xlsx");
    admin.get("/history?kind=retractions").shows("No matching changes");
    assert_eq!(admin.get("/guests/999999").status, 404);
}

#[test]
fn an_empty_plan_says_what_to_do() {
    let server = Server::start();
    let mut admin = server.browser(Role::Admin);
    admin.get("/").shows("Start a new plan").shows("/uploads/tables");
    admin.get("/guests").shows("no guests yet");
    admin.get("/tables").shows("no tables yet");
    admin.get("/floor").shows("no rooms yet");
    assert_eq!(admin.get("/undo").status, 404);
}

fn view(browser: &mut Browser, path: &str) -> String {
    browser.get(path).field("view")
}

#[test]
fn a_form_seats_and_a_second_click_writes_nothing() {
    let server = Server::with_sample();
    let mut staff = server.browser(Role::Staff);
    let guest = first_id(&staff.get("/guests?show=unseated"), "/guests");
    let table = first_table(&staff.get("/tables?show=free"));
    let path = format!("/guests/{guest}");
    let view = view(&mut staff, &path);
    let fields = [("view", view.as_str()), ("guest", &guest), ("table", &table), ("back", &path), ("type", "seat_guest")];
    assert_eq!(staff.post("/commands", &fields).location(), path);
    staff.get(&path).shows("Sits at");
    let after = position(&server);
    assert_eq!(staff.post("/commands", &fields).location(), path, "a repeat is answered alike");
    assert_eq!(position(&server), after);
    // Another page's form is another command: to unseat, and then to seat again.
    let next = self::view(&mut staff, &path);
    staff.post("/commands", &[("view", &next), ("guest", &guest), ("back", &path), ("type", "unseat_guest")]).location();
    let again = self::view(&mut staff, &path);
    staff.post("/commands", &[("view", &again), ("guest", &guest), ("table", &table), ("back", &path), ("type", "seat_guest")]).location();
    assert_eq!(position(&server), after + 2);
    // One's own undo leads to the latest change, and takes it back.
    let undo = staff.get("/undo").location().to_owned();
    let page = staff.get(&undo);
    page.shows("Take back 1 change<");
    let (view, seen) = (page.field("view"), page.field("position"));
    staff.post(&format!("{undo}/retract"), &[("view", &view), ("position", &seen)]).location();
    staff.get(&path).shows("Has no seat yet");
}

#[test]
fn a_refusal_is_a_page_in_words_with_an_id() {
    let server = Server::start();
    let admin = server.admin();
    admin.command(json!({"type": "add_table", "number": "T1", "seats": 1})).expect(200);
    for name in ["Anna", "Bert"] {
        admin.command(json!({"type": "add_guest", "first_name": name})).expect(200);
    }
    let plan = admin.plan();
    let id = |kind: &str, index: usize| plan[kind][index]["id"].to_string();
    let mut staff = server.browser(Role::Staff);
    let (table, anna, bert) = (id("tables", 0), id("guests", 0), id("guests", 1));
    let view = view(&mut staff, "/guests");
    let both = [("view", view.as_str()), ("guests", &anna), ("guests", &bert), ("table", &table), ("type", "seat_guests")];
    let refused = staff.post("/commands", &both);
    assert_eq!(refused.status, 409);
    refused.shows("T1").shows("data-code=\"table_full\"").shows("Details are in the log under");
    assert_eq!(admin.plan()["guests"][0]["table"], json!(null));
    let nonsense = staff.post("/commands", &[("view", &view), ("type", "seat_guest"), ("guest", "twelve"), ("table", &table)]);
    assert_eq!(nonsense.status, 422);
    nonsense.shows("guest must be a whole number");
    assert_eq!(staff.post("/commands", &[("type", "add_table"), ("number", "T9")]).status, 400, "without a view it could be written twice");
}

#[test]
fn a_form_writes_only_what_was_touched_and_notices_who_was_faster() {
    let server = Server::start();
    let admin = server.admin();
    admin.command(json!({"type": "add_guest", "first_name": "Anna", "company": "Nordlicht", "vip": true})).expect(200);
    let guest = admin.plan()["guests"][0]["id"].to_string();
    let path = format!("/guests/{guest}");
    let mut staff = server.browser(Role::Staff);
    let page = staff.get(&path);
    let (view, seen) = (page.field("view"), page.field("seen"));
    admin.command(json!({"type": "change_guest", "guest": admin.plan()["guests"][0]["id"], "company": "Südlicht"})).expect(200);
    let save = |first: &'static str, company: &'static str| {
        vec![
            ("type", "change_guest"),
            ("first_name", first),
            ("was.first_name", "Anna"),
            ("company", company),
            ("was.company", "Nordlicht"),
            ("was.vip", "yes"),
        ]
    };
    let mut fields = vec![("view", view.as_str()), ("seen", seen.as_str()), ("guest", guest.as_str()), ("back", path.as_str())];
    fields.extend(save("Anne", "Nordlicht"));
    staff.post("/commands", &fields).location();
    let now = &admin.plan()["guests"][0];
    assert_eq!((&now["first_name"], &now["company"], &now["vip"]), (&json!("Anne"), &json!("Südlicht"), &json!(false)));
    let mut stale = vec![("view", view.as_str()), ("seen", seen.as_str()), ("guest", guest.as_str()), ("back", path.as_str())];
    stale.extend(save("Anna", "Westlicht"));
    let refused = staff.post("/commands", &stale);
    assert_eq!(refused.status, 409);
    refused
        .shows("changed_meanwhile")
        .shows("Südlicht <span class=\"muted\">– token:admin")
        .shows("Westlicht <span class=\"muted\">– yours")
        .shows("Save my choice");
    // Having read it, the person may send it again: the page has the form, about the newest plan.
    let newest = refused.field("seen");
    for field in &mut stale {
        if field.0 == "seen" {
            field.1 = &newest;
        }
    }
    staff.post("/commands", &stale).location();
    assert_eq!(admin.plan()["guests"][0]["company"], "Westlicht");
}

#[test]
fn of_several_guests_those_whom_others_moved_stay_if_one_says_so_and_the_rest_goes() {
    let server = Server::start();
    let admin = server.admin();
    for name in ["Anna", "Bert"] {
        admin.command(json!({"type": "add_guest", "first_name": name})).expect(200);
    }
    for number in ["T1", "T2"] {
        admin.command(json!({"type": "add_table", "number": number, "seats": 4})).expect(200);
    }
    let plan = admin.plan();
    let (anna, bert) = (plan["guests"][0]["id"].to_string(), plan["guests"][1]["id"].to_string());
    let (one, two) = (plan["tables"][0]["id"].to_string(), &plan["tables"][1]["id"]);
    let mut staff = server.browser(Role::Staff);
    let (view, seen) = (view(&mut staff, "/guests"), plan["position"].to_string());
    admin.command(json!({"type": "seat_guest", "guest": plan["guests"][0]["id"], "table": two})).expect(200);
    let button = format!("seat_guests table={one}");
    let stale = [("view", view.as_str()), ("seen", &seen), ("guests", &anna), ("guests", &bert), ("do", &button)];
    let refused = staff.post("/commands", &stale);
    assert_eq!(refused.status, 409);
    let keep = format!("keep.guest.{anna}.table");
    refused.shows(&format!("name=\"{keep}\"")).shows("Anna: table").shows("T1 <span").shows("T2 <span");
    let newest = refused.field("seen");
    let fields = [
        ("view", view.as_str()),
        ("seen", &newest),
        ("guests", &anna),
        ("guests", &bert),
        ("type", "seat_guests"),
        ("table", &one),
        (&keep, "theirs"),
    ];
    staff.post("/commands", &fields).location();
    let after = admin.plan();
    assert_eq!((&after["guests"][0]["table"], after["guests"][1]["table"].to_string()), (two, one));
}

#[test]
fn what_is_not_the_past_is_the_present() {
    let server = Server::with_sample();
    let mut viewer = server.browser(Role::Viewer);
    let newest = position(&server);
    assert_eq!(viewer.get(&format!("/guests?q=anna&at={newest}")).location(), "/guests?q=anna");
    assert_eq!(viewer.get("/tables?at=99999999999").location(), "/tables");
    assert_eq!(viewer.get("/tables?at=0").location(), "/tables");
    viewer.get(&format!("/tables?at={}", newest - 1)).shows("The plan as it was");
    // Batches and reports have a past, too; who was not there yet says so.
    viewer.get(&format!("/reports?at={}", newest - 1)).shows("The plan as it was");
    let batches = server.admin().get("/api/v1/batches?limit=1").body;
    let (last, first) = (batches[0]["batch"].as_str().unwrap(), batches[0]["first"].as_u64().unwrap());
    viewer.get(&format!("/history/{last}?at={}", first - 1)).shows("Not found");
    server.admin().post("/api/v1/commands", &json!({"id": Uuid::now_v7(), "command": {"type": "add_table", "number": "T990"}})).expect(200);
    viewer.get(&format!("/history/{last}?at={newest}")).shows("The plan as it was").shows("168 tables placed").shows("This is the past");
    for (path, status) in [
        ("/changes?from=99999999999&to=0", 200),
        ("/changes?from=x", 200),
        ("/history/at/0", 404),
        ("/history/at/99999999999", 404),
        ("/history/at/x", 404),
    ] {
        assert_eq!(viewer.get(path).status, status, "{path}");
    }
    viewer.get("/history?about=nobody-is-called-this").shows("No matching changes");
}

#[test]
fn pages_speak_the_accounts_language_or_else_the_browsers() {
    let server = Server::with_sample();
    let mut staff = server.browser(Role::Staff);
    let german = [("Accept-Language", "fr, de-AT;q=0.8, en;q=0.5")];
    let first = staff.send("GET", "/guests", &german, None);
    first.shows("<html lang=\"de\">").shows("Gäste").shows("1–100 von 1.620").shows("Vorname").shows("ohne Platz");
    staff.get("/guests").shows("<html lang=\"en\">").shows("1–100 of 1,620");
    for path in
        ["/", "/tables", "/tables?open=3", "/floor", "/history", "/changes", "/uploads", "/find?q=anna", "/reports", "/guests?at=1900"]
    {
        staff.send("GET", path, &german, None).shows("lang=\"de\"").shows("Überblick");
    }
    // The account's own choice is stronger, and is kept.
    staff.post("/language", &[("lang", "de"), ("back", "/tables")]).location();
    staff.get("/tables").shows("<html lang=\"de\">").shows("Tisch hinzufügen");
    assert_eq!(staff.post("/language", &[("lang", "xx")]).status, 400);
    // What is refused, and what was done, is said in it, too.
    let view = view(&mut staff, "/guests");
    let refused = staff.post("/commands", &[("view", &view), ("type", "add_table"), ("number", "T001")]);
    assert_eq!(refused.status, 409);
    refused.shows("Tisch T001 gibt es schon").shows("Wählen Sie etwas anderes");
    staff.get("/history").shows("lud draw.xlsx hoch: 168 Tische gestellt");
    staff.get("/guests/999999").shows("Das gibt es nicht");
    // So is what is wrong with a value, in a form and in a spreadsheet.
    let wrong = staff.post("/commands", &[("view", &view), ("type", "add_table"), ("number", &"9".repeat(65)), ("seats", "0")]);
    assert_eq!(wrong.status, 422);
    wrong.shows("Nummer ist 65 Zeichen lang; möglich sind höchstens 64");
    let list = "Number,Seats,VIP\nT001,none,vielleicht\n,10,no\nT900,1,no\nT900,1,no\n";
    let upload = server.admin().upload("tables", "tables.csv", list.as_bytes()).expect(201)["id"].as_str().unwrap().to_owned();
    let mut admin = server.browser(Role::Admin);
    let shown = admin.send("GET", &format!("/uploads/{upload}"), &german, None);
    shown.shows("„none“ muss eine ganze Zahl von 1 bis 1.000 sein").shows("„vielleicht“ muss ja oder nein sein");
    shown.shows("Die Zeile hat keine Tischnummer").shows("Tisch t900 kommt mehrmals vor: Zeilen 4, 5");
    // Programs are told in English, whatever their browser would like.
    assert_eq!(server.admin().get("/api/v1/batches?limit=1").body[0]["summary"], "Upload draw.xlsx: 168 tables placed");
}

#[test]
fn nobody_is_sent_elsewhere() {
    let server = Server::start();
    let mut admin = server.browser(Role::Admin);
    for (number, back) in
        ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\r\nSet-Cookie:x", "/\0", "https://evil.example"].iter().enumerate()
    {
        let view = Uuid::now_v7().to_string();
        let number = format!("T{number}");
        let answer = admin.post("/commands", &[("view", &view), ("type", "add_table"), ("number", &number), ("back", back)]);
        assert_eq!(answer.location(), "/", "{back:?}");
    }
}

#[test]
fn a_made_up_password_stands_outside_of_what_is_pushed() {
    let server = Server::start();
    let mut admin = server.browser(Role::Admin);
    let page = admin.post("/accounts", &[("name", "berta"), ("role", "staff"), ("action", "add")]);
    let (before_main, _) = page.text.split_once("<main").unwrap();
    assert!(before_main.contains("shown only once"), "{}", page.text);
}

#[test]
fn a_head_is_answered_and_other_methods_are_named() {
    let server = Server::start();
    let mut viewer = server.browser(Role::Viewer);
    for path in ["/healthz", "/guests"] {
        let head = viewer.send("HEAD", path, &[], None);
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
    }
    let wrong = viewer.send("DELETE", "/commands", &[], None);
    assert_eq!((wrong.status, wrong.header("allow")), (405, "POST"));
}

#[test]
fn many_ticks_are_one_form() {
    let server = Server::with_sample();
    let mut staff = server.browser(Role::Staff);
    let plan = server.admin().plan();
    let table = plan["tables"][0]["id"].to_string();
    let view = Uuid::now_v7().to_string();
    let ids: Vec<String> = plan["guests"].as_array().unwrap().iter().map(|guest| guest["id"].to_string()).collect();
    let mut fields = vec![("view", view.as_str()), ("type", "seat_guests"), ("table", table.as_str())];
    fields.extend(ids.iter().map(|id| ("guests", id.as_str())));
    // It is not too large to be understood, and refused by the plan.
    let refused = staff.post("/commands", &fields);
    assert_eq!(refused.status, 409, "{}", refused.text);
}

#[test]
fn a_form_says_what_somebody_meant_and_nothing_else() {
    let server = Server::with_sample();
    let mut staff = server.browser(Role::Staff);
    // A number that there is not is named, and nothing was changed.
    let id = view(&mut staff, "/tables");
    let refused = staff.post("/commands", &[("view", &id), ("type", "seat_guests"), ("table_number", "999"), ("guests", "1")]);
    assert_eq!(refused.status, 422);
    refused.shows("999").shows("is not in the plan");
    // A line break that an upload brought is not taken out by somebody who changes the seats.
    server.admin().command(json!({"type": "add_table", "number": "T950", "name": "Silver\nTable", "seats": 8})).expect(200);
    let t950 = || server.admin().plan()["tables"].as_array().unwrap().iter().find(|table| table["number"] == "T950").unwrap().clone();
    let table = t950()["id"].to_string();
    let named = [("name", "SilverTable"), ("was.name", "Silver\nTable"), ("seats", "9"), ("was.seats", "8")];
    staff.post("/commands", &[&[("view", id.as_str()), ("type", "change_table"), ("table", &table)][..], &named].concat()).location();
    assert_eq!((&t950()["name"], &t950()["seats"]), (&json!("Silver\nTable"), &json!(9)));
    // Whoever removes a spot has not changed it.
    let mut admin = server.browser(Role::Admin);
    let used: Vec<_> = server.admin().plan()["tables"].as_array().unwrap().iter().map(|table| table["spot"].clone()).collect();
    let spots = server.admin().plan()["spots"].clone();
    let spot = spots.as_array().unwrap().iter().find(|spot| !used.contains(&spot["id"])).unwrap()["id"].to_string();
    let removal = format!("remove_spot spot={spot}");
    let id = view(&mut admin, "/");
    admin.post("/commands", &[("view", &id), ("type", "change_spot"), ("seats", "3"), ("was.seats", "8"), ("do", &removal)]).location();
    // What stands for a line break in an address is no header.
    assert_eq!(admin.get("/guests/%0A?at=99999999999").status, 303);
}

#[test]
fn who_is_at_the_door_marks_who_comes() {
    let server = Server::with_sample();
    let mut door = server.browser(Role::Door);
    let guest = first_id(&door.get("/guests?show=seated"), "/guests");
    let path = format!("/guests/{guest}");
    door.get(&path).shows("Mark as arrived");
    let id = view(&mut door, &path);
    door.post("/commands", &[("view", &id), ("guest", &guest), ("type", "mark_arrived")]).location();
    door.get(&path).shows("· arrived ").shows("Undo arrival");
    assert!(!server.browser(Role::Viewer).get(&path).text.contains("Undo arrival"));
}

#[test]
fn the_incident_by_forms() {
    let server = Server::with_sample();
    let mut admin = server.browser(Role::Admin);
    let before = server.admin().plan();
    let preview = admin.upload("draw", "draw-wrong.xlsx").location().to_owned();
    let page = admin.get(&preview);
    page.shows("100 changes").shows("Apply 100 changes");
    let (view, seen) = (page.field("view"), page.field("position"));
    let batch = admin.post(&format!("{preview}/apply"), &[("view", &view), ("position", &seen)]).location().to_owned();
    assert_ne!(server.admin().plan()["tables"], before["tables"]);
    let page = admin.get(&batch);
    page.shows("Taking it back would").shows("Take back 100 changes");
    let (view, seen) = (page.field("view"), page.field("position"));
    assert_eq!(
        admin.post(&format!("{batch}/retract"), &[("view", &view), ("position", &seen), ("reason", "")]).status,
        422,
        "an admin gives a reason"
    );
    admin.post(&format!("{batch}/retract"), &[("view", &view), ("position", &seen), ("reason", "wrong file")]).location();
    assert_eq!(server.admin().plan()["tables"], before["tables"]);
    admin.get(&batch).shows("Taken back by admin: wrong file").shows("Bring back 100 changes");
    admin.get("/history").shows("taken back by admin: wrong file");
}

#[test]
fn an_upload_with_problems_is_applied_without_the_rows_left_out_and_columns_can_be_mapped() {
    let server = Server::with_sample();
    let mut admin = server.browser(Role::Admin);
    let preview = admin.upload("guests", "hostile-names.xlsx").location().to_owned();
    let page = admin.get(&preview);
    page.shows("row with problems");
    assert!(!page.text.contains("<script>"), "names are text");
    let row = page.field("leave_out");
    let (view, seen) = (page.field("view"), page.field("position"));
    assert_eq!(admin.post(&format!("{preview}/apply"), &[("view", &view), ("position", &seen)]).status, 409);
    admin.get(&format!("{preview}?leave_out={row}")).shows("Left out");
    let mapped = admin
        .post(&format!("{preview}/columns"), &[("view", &view), ("column First name", "last_name"), ("column Last name", "first_name")]);
    assert_ne!(mapped.location(), preview);
    assert_eq!(admin.get(mapped.location()).status, 200);
    let batch = admin.post(&format!("{preview}/apply"), &[("view", &view), ("position", &seen), ("leave_out", &row)]).location().to_owned();
    admin.get(&batch).shows("guests added");
    for page in ["/guests?page=all", "/", "/history", "/guests?sort=newest"] {
        assert!(!admin.get(page).text.contains("<script>alert"), "{page}");
    }
}

#[test]
fn a_table_is_placed_lifted_and_swapped_in_two_clicks() {
    let server = Server::with_sample();
    let mut staff = server.browser(Role::Staff);
    let room = first_id(&staff.get("/floor"), "/floor");
    let path = format!("/floor/{room}");
    let page = staff.get(&path);
    let pick = page.text.split("?pick=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let picked = staff.get(&format!("{path}?pick={pick}"));
    picked.shows("is selected");
    let said = |page: &Page, what: &str| {
        let start = page.text.find(&format!("value=\"{what} ")).unwrap();
        page.text[start..].split('"').nth(1).unwrap().to_owned()
    };
    let (swap, place) = (said(&picked, "swap_tables"), said(&picked, "place_table"));
    let before = position(&server);
    staff.post("/commands", &[("view", &picked.field("view")), ("do", &swap), ("back", &path)]).location();
    assert_eq!(position(&server), before + 3);
    let view = view(&mut staff, &path);
    staff.post("/commands", &[("view", &view), ("do", &place), ("back", &path)]).location();
    assert_eq!(position(&server), before + 4);
}

#[test]
fn pages_and_files_say_how_they_are_to_be_treated() {
    let server = Server::start();
    let mut viewer = server.browser(Role::Viewer);
    let page = viewer.get("/");
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    assert_eq!((page.header("x-content-type-options"), page.header("x-frame-options")), ("nosniff", "DENY"));
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert!(!page.text.contains("style=\"") && !page.text.contains("onclick"), "nothing inline");
    let script = page.text.split("<script src=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let file = viewer.send("GET", &script, &[("Accept-Encoding", "br")], None);
    assert_eq!(file.status, 200);
    assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(viewer.get("/static/tafel.000000000000.js").status, 404);
}

#[test]
fn a_page_that_breaks_tells_the_server_but_not_too_often() {
    let server = Server::start();
    let client = server.nobody();
    let report = json!({"message": "x is undefined", "page": "/guests?q=secret", "build": "0"});
    let statuses: Vec<u16> = (0..25).map(|_| client.post("/client-errors", &report).status).collect();
    assert_eq!(statuses[0], 204);
    assert_eq!(*statuses.last().unwrap(), 429);
}

#[test]
fn the_list_is_downloaded_as_it_is_shown_and_can_be_uploaded_again() {
    let server = Server::with_sample();
    let mut admin = server.browser(Role::Admin);
    let csv = admin.get("/guests.csv?show=unseated");
    assert_eq!(csv.text.lines().count(), 164);
    assert!(csv.text.starts_with("Employee no.,First name"), "{}", &csv.text[..80]);
    let xlsx = server.browser(Role::Viewer).get("/guests.xlsx?show=vip");
    assert_eq!(xlsx.header("content-disposition"), "attachment; filename=\"guests.xlsx\"");
    let again = server.admin().upload("guests", "guests.csv", admin.get("/guests.csv").text.as_bytes()).expect(201);
    assert_eq!(
        (&again["counts"]["changed"], &again["counts"]["added"], &again["problems"]),
        (&json!(0), &json!(0), &json!([])),
        "{}",
        again["changes"]
    );
}

#[test]
fn the_reference_is_a_page_of_its_own() {
    let server = Server::start();
    let page = server.anonymous().get("/api/docs");
    assert_eq!(page.status, 200);
    page.shows("POST /api/v1/commands").shows("GET /api/v1/batches/{id}/retraction");
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "nothing from elsewhere");
}
