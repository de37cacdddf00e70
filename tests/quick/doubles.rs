//! Who is who in a guest list: nobody is added twice without a word.

use crate::harness::server::{Client, Server};
use serde_json::{Value, json};

/// Uploads a list and applies it; answers its preview.
fn apply(admin: &Client, list: &str) -> Value {
    let shown = admin.upload("guests", "list.csv", list.as_bytes()).expect(201);
    let id = shown["id"].as_str().unwrap();
    admin.post(&format!("/api/v1/uploads/{id}/apply"), &json!({})).expect(200);
    shown
}

fn guests(admin: &Client) -> Vec<Value> {
    admin.plan()["guests"].as_array().unwrap().clone()
}

fn added_changed(shown: &Value) -> (u64, u64) {
    (shown["counts"]["added"].as_u64().unwrap(), shown["counts"]["changed"].as_u64().unwrap())
}

/// The rows that may be somebody else, and with which words.
fn doubles(shown: &Value) -> Vec<(u64, &str)> {
    let warnings = shown["warnings"].as_array().unwrap().iter();
    let likely = warnings.filter(|warning| warning["code"] == "likely_double");
    likely.map(|warning| (warning["row"].as_u64().unwrap(), warning["message"].as_str().unwrap())).collect()
}

#[test]
fn a_list_sent_again_with_more_columns_adds_nobody() {
    let server = Server::start();
    let admin = server.admin();
    apply(&admin, "First name,Last name,Notes\nJosé,Müller,a\nAnna,Bauer,b\n");
    // With addresses, then with numbers; the names composed in another way, with blanks and signs that nobody sees.
    let shown = apply(
        &admin,
        "First name,Last name,E-mail\nJose\u{301},Mu\u{308}ller,jose@example.org\n\u{a0}ANNA,Bauer\u{200b},anna@example.org\n",
    );
    assert_eq!((added_changed(&shown), doubles(&shown)), ((0, 2), vec![]));
    let shown = apply(&admin, "Employee No,First name,Last name\n0001,José,Müller\n0002,Anna,Bauer\n");
    assert_eq!(added_changed(&shown), (0, 2));
    let guests = guests(&admin);
    assert_eq!(guests.len(), 2);
    assert_eq!((&guests[0]["email"], &guests[0]["employee_no"]), (&json!("jose@example.org"), &json!("0001")));
}

#[test]
fn of_several_who_fit_the_row_asks_unless_party_or_company_tell() {
    let server = Server::start();
    let admin = server.admin();
    apply(&admin, "First name,Last name,Party,Company\nEva,Hahn,P1,\nEva,Hahn,P2,\nTim,Holt,,Acme\nTim,Holt,,Bolt\n");
    let list = "First name,Last name,Party,Company,E-mail\nEva,Hahn,p2,,eva@example.org\nTim,Holt,,ACME,tim@example.org\nEva,Hahn,,,other@example.org\n";
    let shown = admin.upload("guests", "list.csv", list.as_bytes()).expect(201);
    let problems: Vec<_> =
        shown["problems"].as_array().unwrap().iter().map(|problem| (problem["row"].as_u64().unwrap(), &problem["code"])).collect();
    assert_eq!(problems, [(4, &json!("ambiguous_name"))]);
    assert_eq!(added_changed(&shown), (0, 2));
}

#[test]
fn who_may_be_somebody_else_is_said_before_anything_is_applied() {
    let server = Server::start();
    let admin = server.admin();
    // In the same file, with and without the same table.
    let shown = admin.upload("guests", "list.csv", b"First name,Last name\nMara,Quendt\nMara,Quendt\n").expect(201);
    assert_eq!(doubles(&shown), [(3, "Row 2 has this name already: if it is the same person, leave one of them out")]);
    apply(&admin, "First name,Last name,E-mail\nUwe,Voss,uwe@example.org\n");
    // Another address is another person, as far as anybody knows.
    let shown = admin.upload("guests", "list.csv", b"First name,Last name,E-mail\nUwe,Voss,uwe.voss@example.com\n").expect(201);
    assert_eq!(doubles(&shown), [(2, "Uwe Voss (uwe@example.org) has this name already: if it is the same person, leave the row out")]);
    assert_eq!(added_changed(&shown), (1, 0));
}

#[test]
fn a_couple_with_one_address_is_two_guests_also_when_the_list_comes_again() {
    let server = Server::start();
    let admin = server.admin();
    let list = "First name,Last name,E-mail\nTom,Ashby,ashbys@example.org\nLena,Ashby,ashbys@example.org\nRudi,Kern,rk@example.org\n";
    let shown = apply(&admin, list);
    assert_eq!(added_changed(&shown), (3, 0));
    assert_eq!((&shown["warnings"][0]["row"], &shown["warnings"][0]["code"]), (&json!(3), &json!("email_shared")));
    let couple = guests(&admin);
    assert_eq!((&couple[0]["email"], &couple[1]["email"]), (&json!("ashbys@example.org"), &Value::Null));
    assert_eq!(couple[1]["plus_one_of"], couple[0]["id"]);
    let again = admin.upload("guests", "list.csv", list.as_bytes()).expect(201);
    assert_eq!((added_changed(&again), doubles(&again), &again["missing"]), ((0, 0), vec![], &json!([])));
    // A new name alone is the same person.
    let shown = admin.upload("guests", "list.csv", b"First name,Last name,E-mail\nTom,Ashby-Kern,ashbys@example.org\n").expect(201);
    assert_eq!(added_changed(&shown), (0, 1));
}
