//! The incident, over HTTP: wrong rows take the VIPs' places, and nothing is lost.

use crate::harness::server::{Client, Server};
use crate::harness::workbook;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

/// Where each table stands, by number.
fn places(plan: &Value) -> Vec<(String, Option<String>)> {
    let spots = plan["spots"].as_array().unwrap();
    let code = |id: &Value| spots.iter().find(|spot| spot["id"] == *id).map(|spot| spot["code"].as_str().unwrap().to_owned());
    plan["tables"].as_array().unwrap().iter().map(|table| (table["number"].as_str().unwrap().to_owned(), code(&table["spot"]))).collect()
}

/// A second client that goes on seating and unseating one guest; answers how often it was accepted.
fn works_on(client: Client, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u32> {
    std::thread::spawn(move || {
        let plan = client.plan();
        let guest =
            plan["guests"].as_array().unwrap().iter().find(|guest| guest["table"].is_null() && guest["rsvp"] == "accepted").unwrap()["id"]
                .clone();
        let table =
            client.command(json!({"type": "add_table", "number": "X1", "seats": 4})).expect(200)["events"][0]["payload"]["table"].clone();
        let mut accepted = 0;
        while !stop.load(Ordering::Relaxed) || accepted < 10 {
            client.command(json!({"type": "seat_guest", "guest": guest, "table": table})).expect(200);
            client.command(json!({"type": "unseat_guest", "guest": guest})).expect(200);
            accepted += 1;
        }
        client.command(json!({"type": "seat_guest", "guest": guest, "table": table})).expect(200);
        accepted
    })
}

#[test]
fn a_wrong_vip_placement_is_taken_back_while_everybody_works_on() {
    let mut server = Server::with_sample();
    let admin = server.admin();
    let good = places(&admin.plan());
    let stop = Arc::new(AtomicBool::new(false));
    let second_client = works_on(server.staff(), stop.clone());

    // The VIP rows are wrong: three tables change places, and the others lose theirs.
    let mut wrong = "Table;Spot\n".to_owned();
    for (table, spot) in [("T001", "M-15"), ("T002", "M-29"), ("T003", "M-25"), ("T004", "-"), ("T005", "-"), ("T006", "-")] {
        wrong.push_str(&format!("{table};{spot}\n"));
    }
    let preview = admin.upload("vip-placement", "draw-v2.csv", wrong.as_bytes()).expect(201);
    assert_eq!((&preview["counts"]["changed"], &preview["can_apply"]), (&json!(6), &json!(true)), "{preview}");
    let batch = preview["id"].as_str().unwrap().to_owned();
    let applied = admin.post(&format!("/api/v1/uploads/{batch}/apply"), &json!({})).expect(200);
    let seat_of = |plan: &Value, number: &str| places(plan).into_iter().find(|(table, _)| table == number).unwrap().1;
    assert_eq!(seat_of(&admin.plan(), "T004"), None, "the VIPs have lost their places");

    // What would taking it back change?
    let preview = admin.get(&format!("/api/v1/batches/{batch}/retraction")).expect(200);
    assert_eq!(preview["reversed"].as_array().unwrap().len(), 6, "{preview}");
    assert_eq!(preview["lost"], json!([]));
    assert_eq!(seat_of(&admin.plan(), "T004"), None, "a preview writes nothing");
    let id = Uuid::now_v7();
    let ask = json!({"id": id, "reason": "wrong file", "position": preview["position"]});
    let done = admin.post(&format!("/api/v1/batches/{batch}/retract"), &ask).expect(200);
    assert_eq!(done["reversed"], preview["reversed"]);
    assert!(done["position"].as_u64() > applied["position"].as_u64());
    // The same request again, as after a broken connection, answers the same and does nothing.
    assert_eq!(admin.post(&format!("/api/v1/batches/{batch}/retract"), &ask).expect(200), done);

    stop.store(true, Ordering::Relaxed);
    assert!(second_client.join().unwrap() >= 10, "the second client worked on throughout");
    let without_x1 = |plan: &Value| places(plan).into_iter().filter(|(table, _)| table != "X1").collect::<Vec<_>>();
    let after = admin.plan();
    assert_eq!(without_x1(&after), good, "every table stands where it stood");
    let x1 = after["tables"].as_array().unwrap().iter().find(|table| table["number"] == "X1").unwrap()["id"].clone();
    assert!(after["guests"].as_array().unwrap().iter().any(|guest| guest["table"] == x1), "what the second client did stands");

    // A restart changes nothing of it.
    let digest = admin.get("/api/v1/plan/digest").expect(200);
    server.restart();
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/plan/digest").expect(200), digest);

    // The corrected file, and the same file once more.
    let batch = admin.upload_and_apply("vip-placement", "vip-placement.xlsx", &json!({}));
    assert_eq!(without_x1(&admin.plan()), good);
    let again = admin.upload("vip-placement", "vip-placement.xlsx", &workbook("vip-placement.xlsx")).expect(201);
    assert_eq!((&again["counts"]["unchanged"], &again["changes"]), (&json!(12), &json!([])));
    admin.post(&format!("/api/v1/uploads/{}/apply", again["id"].as_str().unwrap()), &json!({})).expect(200);
    // What two files agree on stands when one of them is taken back.
    admin
        .post(&format!("/api/v1/batches/{batch}/retract"), &json!({"id": Uuid::now_v7(), "reason": "the second one says the same"}))
        .expect(200);
    assert_eq!(without_x1(&admin.plan()), good);
}

#[test]
fn the_right_draw_after_the_wrong_one_stands_when_the_wrong_one_is_taken_back() {
    let server = Server::with_sample();
    let admin = server.admin();
    let good = places(&admin.plan());
    let wrong = admin.upload_and_apply("draw", "draw-wrong.xlsx", &json!({}));
    assert_eq!(places(&admin.plan()).iter().zip(&good).filter(|(now, then)| now != then).count(), 100);
    admin.upload_and_apply("draw", "draw.xlsx", &json!({}));
    assert_eq!(places(&admin.plan()), good);
    let preview = admin.get(&format!("/api/v1/batches/{wrong}/retraction")).expect(200);
    assert_eq!(preview["reversed"], json!([]), "everything that the right one said stands");
    assert_eq!(preview["overtaken"].as_array().unwrap().len(), 100);
    admin.post(&format!("/api/v1/batches/{wrong}/retract"), &json!({"id": Uuid::now_v7(), "reason": "wrong draw"})).expect(200);
    assert_eq!(places(&admin.plan()), good);
}

#[test]
fn a_draw_with_empty_vip_rows_leaves_every_vip_where_it_stands() {
    let server = Server::with_sample();
    let admin = server.admin();
    let good = places(&admin.plan());
    let preview = admin.upload("draw", "draw.xlsx", &workbook("draw-with-empty-vip-rows.xlsx")).expect(201);
    assert_eq!((&preview["counts"]["protected"], preview["protected"].as_array().unwrap().len()), (&json!(12), 12));
    admin.post(&format!("/api/v1/uploads/{}/apply", preview["id"].as_str().unwrap()), &json!({})).expect(200);
    assert_eq!(places(&admin.plan()), good);
}
