//! Texts of mails, who would get them, and what only a person may say.

use crate::harness::server::{Browser, Server};
use crate::harness::workbook;
use serde_json::json;
use tafel::plan::command::Role;
use uuid::Uuid;

/// Six guests: two who share an address, one who declined, one without an address, one whose address is none.
fn party() -> Server {
    let server = Server::with_mail();
    let admin = server.admin();
    let guests = [
        json!({"first_name": "Anna", "last_name": "Größl", "email": "anna@b.example", "language": "de", "extra": {"Hotel": "Sacher"}}),
        json!({"first_name": "Bert", "last_name": "Berg", "email": "bert@b.example", "rsvp": "declined"}),
        json!({"first_name": "Carla", "last_name": "Cole"}),
        json!({"first_name": "Dora", "last_name": "Day", "email": "dora@nowhere..example"}),
        json!({"first_name": "{{7*7}}", "last_name": "<script>alert(1)</script>", "email": "eve@b.example"}),
    ];
    for guest in guests {
        let mut guest = guest;
        guest["type"] = json!("add_guest");
        admin.command(guest).expect(200);
    }
    let anna = admin.plan()["guests"][0]["id"].clone();
    admin.command(json!({"type": "add_guest", "first_name": "Max", "last_name": "Größl", "plus_one_of": anna})).expect(200);
    server
}

fn text(server: &Server, fields: serde_json::Value) -> u64 {
    let mut command = fields;
    command["type"] = json!("add_template");
    server.staff().command(command).expect(200);
    server.admin().plan()["templates"].as_array().unwrap().last().unwrap()["id"].as_u64().unwrap()
}

fn usual(server: &Server) -> u64 {
    text(
        server,
        json!({"name": "Table", "subject_en": "Hello {{ name }}", "body_en": "You: {% for g in guests %}{{ g.name }};{% endfor %} {{ extra.Hotel|default('home') }}"}),
    )
}

fn fields_again(fields: &[(&str, &str)]) -> (&'static str, String) {
    ("expected", fields.iter().find(|(name, _)| *name == "expected").unwrap().1.to_owned())
}

fn form(browser: &mut Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> crate::harness::server::Page {
    let view = browser.get(page).field("view");
    let fields: Vec<(&str, &str)> = [("view", view.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(action, &fields)
}

#[test]
fn the_preview_counts_shares_addresses_and_leaves_out_who_must_not_get_one() {
    let server = party();
    let mut staff = server.browser(Role::Staff);
    let id = usual(&server);
    let page = staff.get(&format!("/mail/texts/{id}/send"));
    // Anna with Max, and the one with the hostile name.
    page.shows("<b class=\"figure\">2</b> emails to 3 guests")
        .shows("1 guest declined")
        .shows("1 without an email address")
        .shows("1 with an invalid email address");
    page.shows("You: Anna Größl;Max Größl; Sacher").shows("Hello {{7*7}} &#60;script&#62;");
    assert!(!page.text.contains("<script>alert(1)"), "{}", page.text);
    staff.get(&format!("/mail/texts/{id}/send?each=yes")).shows("<b class=\"figure\">3</b> emails to 3 guests");
    staff.get(&format!("/mail/texts/{id}/send?to=filter&q=anna")).shows("email to 1 guest").shows("filtered guests: anna");
    let guests = server.admin().plan()["guests"].as_array().unwrap().iter().map(|guest| guest["id"].to_string()).collect::<Vec<_>>();
    staff
        .get(&format!("/mail/texts/{id}/send?to=picked&guests={},{}", guests[0], guests[2]))
        .shows("2 selected guests")
        .shows("<b class=\"figure\">1</b>");
    staff.get(&format!("/mail?to=picked&guests={}", guests[0])).shows(&format!("/mail/texts/{id}/send?to=picked"));
    staff.get("/mail/texts/999").shows("There is no text 999");
    assert_eq!(staff.get("/mail/texts/x").status, 404);
    assert_eq!(staff.get("/mail/7/0").status, 404);
}

#[test]
fn what_is_wrong_with_a_text_is_named_and_nothing_is_sent() {
    let server = party();
    let mut staff = server.browser(Role::Staff);
    let id = text(
        &server,
        json!({"name": "Wrong", "subject_en": "S", "body_en": "Dear {{ nmae }}", "subject_de": "S", "body_de": "{% set x = 1 %}"}),
    );
    let page = staff.get(&format!("/mail/texts/{id}/send"));
    page.shows("English text, line 1: there is no field “nmae”.").shows("German text, line 1: “set” is not allowed in an email");
    let expected = page.field("expected");
    let refused = form(&mut staff, &format!("/mail/texts/{id}/send"), &format!("/mail/texts/{id}/start"), &[("expected", &expected)]);
    assert_eq!(refused.status, 409);
    refused.shows("Nothing can be sent");
    // While it is typed, nothing is saved.
    let typed =
        staff.post(&format!("/mail/texts/{id}/preview"), &[("subject_en", "Hi"), ("body_en", "{{ 'x' * 99999999 }}"), ("guest", "2")]);
    typed.shows("is not allowed in an email");
    staff
        .post(&format!("/mail/texts/{id}/preview"), &[("subject_en", "Hi"), ("body_en", "Dear {{ name }}"), ("guest", "2")])
        .shows("Dear Anna Größl");
    assert_eq!(staff.post(&format!("/mail/texts/{id}/preview"), &[("body_en", &"x".repeat(5_000))]).status, 422);
    // Gaps are named with the guests, and hold nothing up.
    let gaps = text(&server, json!({"name": "Gaps", "subject_en": "S", "body_en": "At {{ table }}"}));
    staff.get(&format!("/mail/texts/{gaps}/send")).shows("<code>table</code> is empty for 3 guests:").shows("Anna Größl</a>");
    staff.get(&format!("/mail/texts/{gaps}")).shows("is empty for 3 guests:");
    // Nobody but staff writes; names are unique; a header cannot be smuggled in by a name.
    assert_eq!(server.browser(Role::Viewer).post(&format!("/mail/texts/{id}/start"), &[]).status, 403);
    server.staff().command(json!({"type": "add_template", "name": "gaps"})).problem(409, "name_taken");
    server.staff().command(json!({"type": "add_template"})).problem(422, "invalid");
    server.staff().command(json!({"type": "change_template", "template": id, "name": "a\nb"})).problem(422, "invalid");
}

#[test]
fn a_corrected_text_is_taken_back_and_two_who_write_it_at_once_are_told() {
    let server = party();
    let id = usual(&server);
    let (staff, admin) = (server.staff(), server.admin());
    let seen = admin.plan()["position"].clone();
    let changed = staff.command(json!({"type": "change_template", "template": id, "body_en": "A better one"})).expect(200);
    let stale = json!({"id": Uuid::now_v7(), "seen": seen, "command": {"type": "change_template", "template": id, "body_en": "Mine"}});
    let refused = admin.post("/api/v1/commands", &stale);
    assert_eq!(refused.problem(409, "changed_meanwhile")["fields"][0]["value"], "A better one");
    let batch = changed["batch"].as_str().unwrap();
    let preview = admin.get(&format!("/api/v1/batches/{batch}/retraction")).expect(200);
    assert_eq!((&preview["reversed"][0]["entity"], &preview["reversed"][0]["field"]), (&json!("template"), &json!("body_en")));
    admin.post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7(), "reason": "worse"})).expect(200);
    assert!(admin.plan()["templates"][0]["body_en"].as_str().unwrap().starts_with("You: "));
    let mut browser = server.browser(Role::Staff);
    browser.get("/history?kind=mail").shows("changed the text Table: English text").shows("taken back");
}

#[test]
fn a_name_that_comes_back_is_held_by_one_text() {
    let server = party();
    let (staff, admin) = (server.staff(), server.admin());
    let old = usual(&server);
    let renamed = staff.command(json!({"type": "change_template", "template": old, "name": "Other"})).expect(200);
    usual(&server);
    let path = format!("/api/v1/batches/{}", renamed["batch"].as_str().unwrap());
    let preview = admin.get(&format!("{path}/retraction")).expect(200);
    admin.post(&format!("{path}/retract"), &json!({"id": Uuid::now_v7(), "reason": "worse"})).expect(200);
    let names: Vec<_> = admin.plan()["templates"].as_array().unwrap().iter().map(|text| text["name"].clone()).collect();
    assert_eq!(names, [json!(format!("Table~{old}")), json!("Table")], "{preview}");
}

#[test]
fn a_batch_is_started_once_and_only_as_it_was_looked_at_then_paused_and_stopped() {
    let server = party();
    let mut staff = server.browser(Role::Staff);
    let id = usual(&server);
    let page = staff.get(&format!("/mail/texts/{id}/send"));
    let (view, expected) = (page.field("view"), page.field("expected"));
    // Somebody else renames a guest meanwhile: other mails would be sent.
    let anna = server.admin().plan()["guests"][0]["id"].clone();
    server.admin().command(json!({"type": "change_guest", "guest": anna, "first_name": "Anne"})).expect(200);
    let refused = staff.post(&format!("/mail/texts/{id}/start"), &[("view", &view), ("expected", &expected)]);
    assert_eq!(refused.status, 409);
    refused.shows("Other mails would be sent now");
    let unseen = staff.post(&format!("/mail/texts/{id}/start"), &[("view", &view)]);
    assert_eq!(unseen.status, 409, "a form that does not say what was shown");
    let page = staff.get(&format!("/mail/texts/{id}/send"));
    let fields = [("view", page.field("view")), ("expected", page.field("expected"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let started = staff.post(&format!("/mail/texts/{id}/start"), &fields).location().to_owned();
    assert_eq!(staff.post(&format!("/mail/texts/{id}/start"), &fields).location(), started, "a second click");
    staff.get("/mail").shows("Table").shows("0 of 2");
    staff.get(&format!("{started}/0")).shows("You: Anne Größl;Max Größl; Sacher").shows("does not mention a table");
    staff.get(&format!("/guests/{anna}")).shows("id=\"mails\"");
    staff.get(&format!("/mail/texts/{id}/send?to=new")).shows("<b class=\"figure\">0</b>");
    // Another page that showed the same is not right any more: it would be the same mail once more.
    let second = [("view", Uuid::now_v7().to_string()), fields_again(&fields)];
    let second: Vec<(&str, &str)> = second.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let twice = staff.post(&format!("/mail/texts/{id}/start"), &second);
    assert_eq!(twice.status, 409);
    twice.shows("Other mails would be sent now");
    staff.get(&format!("/mail/texts/{id}/send")).shows("3 guests already have this email");
    form(&mut staff, &started, &format!("{started}/pause"), &[]).location();
    staff.get(&started).shows("paused").shows("Resume");
    form(&mut staff, &started, &format!("{started}/resume"), &[]).location();
    form(&mut staff, &started, &format!("{started}/stop"), &[]).location();
    let other = format!("/mail/texts/{id}/send");
    let again = form(&mut staff, &other, &format!("{started}/resume"), &[]);
    assert_eq!(again.status, 409);
    again.shows("It was stopped");
    let decided = form(&mut staff, &other, &format!("{started}/0/decide"), &[("received", "yes")]);
    assert_eq!(decided.status, 409, "nothing is uncertain");
    assert_eq!(form(&mut staff, &other, &format!("{started}/fly"), &[]).status, 404);
    // Who was not written to after all is new again; and what was begun stays on record.
    staff.get(&format!("/mail/texts/{id}/send?to=new")).shows("<b class=\"figure\">2</b>");
    let batches = server.admin().get("/api/v1/batches?limit=20").body;
    let batch = batches.as_array().unwrap().iter().find(|batch| batch["summary"].as_str().unwrap().starts_with("started sending"));
    let batch = batch.unwrap()["batch"].as_str().unwrap().to_owned();
    server.admin().get(&format!("/api/v1/batches/{batch}/retraction")).problem(409, "not_retractable");
    // A trial goes to whoever asks, if the server is there.
    let trial = form(
        &mut staff,
        &format!("/mail/texts/{id}"),
        &format!("/mail/texts/{id}/trial"),
        &[("to", "me@b.example"), ("guest", &anna.to_string())],
    );
    assert_eq!(trial.status, 502);
    trial.shows("The mail server did not take it");
    assert_eq!(form(&mut staff, &format!("/mail/texts/{id}"), &format!("/mail/texts/{id}/trial"), &[("to", "me\r\nBcc: x")]).status, 422);
}

#[test]
fn the_hostile_workbooks_names_stay_names_in_every_mail() {
    let server = Server::with_mail();
    let admin = server.admin();
    let preview = admin.upload("guests", "hostile-names.xlsx", &workbook("hostile-names.xlsx")).expect(201);
    let bad: Vec<_> = preview["problems"].as_array().unwrap().iter().map(|problem| problem["row"].clone()).collect();
    admin.post(&format!("/api/v1/uploads/{}/apply", preview["id"].as_str().unwrap()), &json!({"leave_out": bad})).expect(200);
    let id = text(&server, json!({"name": "T", "subject_en": "For {{ name }}", "body_en": "Dear {{ first_name }}!"}));
    let mut staff = server.browser(Role::Staff);
    let plan = admin.plan();
    assert!(plan["guests"].as_array().unwrap().len() > 10);
    for guest in plan["guests"].as_array().unwrap() {
        let shown = staff.get(&format!("/mail/texts/{id}/send?to=picked&guests={}", guest["id"]));
        let name = guest["first_name"].as_str().unwrap();
        let escaped = name.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('\'', "&#39;").replace('"', "&#34;");
        shown.shows(&format!("Dear {escaped}!")).shows(&format!("<b>For {}", escaped.replace('\n', " ").trim()));
        assert!(!shown.text.contains("49</b>") && !shown.text.contains("<script>alert"), "{name}");
    }
}
