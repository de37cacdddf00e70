//! Lists and cards for paper: what stands on them, as a page and as files, and what differs from what was printed.

use crate::harness::server::Server;
use crate::harness::workbook;
use calamine::{Reader as _, Xlsx};
use serde_json::json;
use std::io::Cursor;
use tafel::plan::command::Role;

const LISTS: [&str; 8] = ["guests", "tables", "rooms", "vips", "kitchen", "wheelchairs", "table-cards", "place-cards"];

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn every_list_of_the_sample_is_a_page_and_two_files() {
    let server = Server::with_sample();
    let mut viewer = server.browser(Role::Viewer);
    viewer.get("/lists").shows("Guests A–Z").shows("Place cards").shows("1,612");
    for list in LISTS {
        let page = viewer.get(&format!("/lists/{list}"));
        assert_eq!(page.status, 200, "{list}");
        page.shows("plan as of 2179").shows("UTC");
        assert!(!page.text.contains("Mark as printed"), "a viewer prints nothing");
        let csv = viewer.get(&format!("/lists/{list}/file.csv"));
        let xlsx = rows(&viewer.get(&format!("/lists/{list}/file.xlsx")).bytes);
        assert_eq!(csv.text.matches("\r\n").count(), xlsx.len(), "{list}");
        assert!(xlsx.len() > 10, "{list}: {}", xlsx.len());
    }
    viewer.get("/lists/guests").shows("</td><td>T067</td><td>Great Hall</td>");
    viewer.get("/lists/kitchen").shows("In total").shows("<td>vegetarian</td><td>243</td>");
    assert_eq!(viewer.get("/lists/unknown").status, 404);
    assert_eq!(viewer.get("/lists/guests/file.pdf").status, 404);
    // In German, and as it was.
    viewer.send("GET", "/lists/kitchen", &[("Accept-Language", "de")], None).shows("Insgesamt").shows("Allergien");
    viewer.get("/lists/guests?at=1900").shows("The plan as it was").shows("plan as of 1900");
}

#[test]
fn only_what_differs_from_what_was_printed_is_printed_again() {
    let server = Server::start();
    let admin = server.admin();
    for name in ["Anna", "Bert", "Carla"] {
        admin.command(json!({"type": "add_guest", "first_name": name, "last_name": "Größl", "diet": "vegan"})).expect(200);
    }
    for number in ["T1", "T2"] {
        admin.command(json!({"type": "add_table", "number": number})).expect(200);
    }
    let plan = admin.plan();
    let (guest, table) = (|index: usize| plan["guests"][index]["id"].clone(), |index: usize| plan["tables"][index]["id"].clone());
    for index in 0..3 {
        admin.command(json!({"type": "seat_guest", "guest": guest(index), "table": table(0)})).expect(200);
    }
    let mut staff = server.browser(Role::Staff);
    let mut since = 0;
    for list in LISTS {
        let page = staff.get(&format!("/lists/{list}"));
        let (view, position) = (page.field("view"), page.field("position"));
        since = position.parse().unwrap();
        let fields = [("view", view.as_str()), ("type", "mark_printed"), ("list", list), ("position", position.as_str())];
        staff.post("/commands", &fields).location();
        staff.get(&format!("/lists/{list}?since={position}")).shows("No changes: the printed list is up to date");
    }
    staff.get("/lists").shows("printed ").shows("by staff");
    staff.get("/history?kind=mail").shows("printed: Place cards");
    admin.command(json!({"type": "seat_guest", "guest": guest(0), "table": table(1)})).expect(200);
    admin.command(json!({"type": "remove_guest", "guest": guest(2)})).expect(200);
    let differs = |list: &str, browser: &mut crate::harness::server::Browser| browser.get(&format!("/lists/{list}?since={since}")).text;
    let guests = differs("guests", &mut staff);
    assert!(guests.contains("Größl, Anna</td><td>T2") && !guests.contains("Größl, Bert</td>"), "{guests}");
    assert!(guests.contains("No longer on the list: G: Größl, Carla"), "{guests}");
    let tables = differs("table-cards", &mut staff);
    assert!(tables.contains("<h2>T1</h2>") && tables.contains("<h2>T2</h2>"), "{tables}");
    let places = differs("place-cards", &mut staff);
    assert!(
        places.contains("<h2>Anna Größl</h2>") && !places.contains("<h2>Bert Größl</h2>") && places.contains("Carla Größl"),
        "{places}"
    );
    let file = rows(&staff.get(&format!("/lists/place-cards/file.xlsx?since={since}")).bytes);
    assert_eq!(file.len(), 2, "{file:?}");
    // What was marked by mistake is taken back like anything else.
    admin.command(json!({"type": "mark_printed", "list": "guests", "position": 1})).expect(200);
    admin.command(json!({"type": "mark_printed", "list": "guests", "position": 99_999})).problem(422, "invalid");
    admin.command(json!({"type": "mark_printed", "list": "napkins", "position": 1})).problem(422, "invalid");
    server.browser(Role::Viewer).post("/commands", &[("type", "mark_printed"), ("list", "guests"), ("position", "1")]);
}

#[test]
fn the_hostile_workbooks_names_stay_names_on_every_list_and_card() {
    let server = Server::start();
    let admin = server.admin();
    admin.command(json!({"type": "add_table", "number": "T1", "seats": 40, "name": "=1+1"})).expect(200);
    let preview = admin.upload("guests", "hostile-names.xlsx", &workbook("hostile-names.xlsx")).expect(201);
    let bad: Vec<_> = preview["problems"].as_array().unwrap().iter().map(|problem| problem["row"].clone()).collect();
    admin.post(&format!("/api/v1/uploads/{}/apply", preview["id"].as_str().unwrap()), &json!({"leave_out": bad})).expect(200);
    let plan = admin.plan();
    let guests: Vec<_> = plan["guests"].as_array().unwrap().iter().map(|guest| guest["id"].clone()).collect();
    for guest in &guests {
        admin.command(json!({"type": "change_guest", "guest": guest, "vip": true, "wheelchair": true, "diet": "=2+2"})).expect(200);
    }
    admin.command(json!({"type": "seat_guests", "guests": guests, "table": plan["tables"][0]["id"]})).expect(200);
    let mut viewer = server.browser(Role::Viewer);
    for list in LISTS.into_iter().filter(|list| *list != "rooms") {
        let page = viewer.get(&format!("/lists/{list}"));
        assert!(!page.text.contains("<script>alert"), "{list}");
        page.shows("&#60;script&#62;alert(1)&#60;/script&#62;").shows("DROP TABLE event").shows("{{7*7}}");
        let csv = viewer.get(&format!("/lists/{list}/file.csv")).text;
        for cell in csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(csv.as_bytes())
            .records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{list}: {cell}");
        }
        // A cell of a workbook is text, never a formula.
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(viewer.get(&format!("/lists/{list}/file.xlsx")).bytes)).unwrap();
        let sheet = book.sheet_names()[0].clone();
        assert!(book.worksheet_formula(&sheet).unwrap().cells().all(|(_, _, formula)| formula.is_empty()), "{list}");
    }
}
