//! Every route, as nobody and as each role.

use crate::harness::server::{Client, Server};
use serde_json::json;
use tafel::plan::command::Role;
use tafel::web::{Needs, ROUTES, Route};

/// The routes of programs; pages have tests of their own.
fn programs() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.path.starts_with("/api/v1/") || ["/healthz", "/readyz", "/metrics"].contains(&route.path))
}

fn call(client: &Client, route: &Route) -> u16 {
    let path = route.path.replace("{kind}", "draw").replace("{name}", "kitchen").replace("{id}", "0193aaaa-0000-7000-8000-000000000000");
    match route.method {
        // What would go on for ever, with a header that ends it at once.
        "GET" if path.ends_with("/live") => client.send("GET", &path, &[("Last-Event-ID", "x")], None).unwrap().status,
        "GET" => client.get(&path).status,
        "POST" => client.post(&path, &json!({})).status,
        "PUT" | "DELETE" => client.send(route.method, &path, &[], None).unwrap().status,
        other => panic!("no test for {other}"),
    }
}

#[test]
fn every_route_asks_for_the_role_of_its_line() {
    let server = Server::start();
    for route in programs() {
        let least = match route.needs {
            Needs::Nothing => {
                assert_eq!(call(&server.nobody(), route), 200, "{} {}", route.method, route.path);
                continue;
            }
            Needs::Role(role) => role,
            Needs::Upload => Role::Admin,
        };
        assert_eq!(call(&server.nobody(), route), 401, "{} {} as nobody", route.method, route.path);
        for role in Role::ALL {
            let status = call(&server.client(role), route);
            if role < least {
                assert_eq!(status, 403, "{} {} as {role}", route.method, route.path);
            } else {
                assert!(!matches!(status, 401 | 403 | 500 | 503), "{} {} as {role}: {status}", route.method, route.path);
            }
        }
    }
}

#[test]
fn every_route_is_in_the_document_and_the_document_has_no_other() {
    let server = Server::start();
    let document = server.nobody().get("/api/v1/openapi.json").expect(200);
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        described.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let mut routes: Vec<(String, String)> = programs().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
}

#[test]
fn the_document_says_who_is_asked_for_a_token_and_what_may_be_answered() {
    let server = Server::start();
    let document = server.nobody().get("/api/v1/openapi.json").expect(200);
    for route in programs() {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        let answers = operation["responses"].as_object().unwrap();
        if route.needs == Needs::Nothing {
            assert_eq!(operation["security"], json!([]), "{} {}", route.method, route.path);
            assert!(!answers.contains_key("401"));
            continue;
        }
        assert!(["400", "401", "503"].iter().all(|status| answers.contains_key(*status)), "{} {}", route.method, route.path);
        assert!(route.needs == Needs::Role(Role::Viewer) || answers.contains_key("403"), "{} {}", route.method, route.path);
        for answer in answers.values().filter_map(|answer| answer["content"].get("application/problem+json")) {
            assert_eq!(answer["schema"]["$ref"], "#/components/schemas/Problem");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!parameter["schema"]["type"].is_array(), "no parameter can be null: {parameter}");
        }
    }
    let text = &document["components"]["schemas"]["Text"];
    assert!(text.is_null() || text["pattern"].is_string(), "{text}");
}

#[test]
fn each_command_asks_for_its_own_role() {
    let server = Server::start();
    let commands = [
        (Role::Door, json!({"type": "mark_arrived", "guest": 999})),
        (Role::Staff, json!({"type": "seat_guest", "guest": 999, "table": 999})),
        (Role::Admin, json!({"type": "remove_room", "room": 999})),
        (Role::Admin, json!({"type": "change_plan", "title": "x"})),
    ];
    for (least, command) in commands {
        for role in Role::ALL {
            let status = server.client(role).command(command.clone()).status;
            assert_eq!(status == 403, role < least, "{command} as {role}: {status}");
        }
    }
    // One command of a higher role lifts the whole batch.
    let both =
        json!({"id": uuid::Uuid::now_v7(), "commands": [{"type": "add_table", "number": "T1"}, {"type": "change_plan", "title": "x"}]});
    server.staff().post("/api/v1/commands", &both).problem(403, "role_too_low");
    assert_eq!(server.admin().plan()["tables"], json!([]));
}

#[test]
fn a_wrong_token_is_nobody() {
    let server = Server::start();
    for header in ["Bearer", "Bearer ", "Bearer tafel_wrong", "Basic YWRtaW46", "tafel_wrong"] {
        let answer = Client::new(server.address, None).send("GET", "/api/v1/plan", &[("Authorization", header)], None);
        answer.unwrap().problem(401, "unauthorized");
    }
}

#[test]
fn what_is_not_there_says_so() {
    let server = Server::start();
    server.nobody().get("/api/v1/nonsense").problem(404, "not_found");
    let refused = server.nobody().send("DELETE", "/api/v1/plan", &[], None).unwrap().problem(405, "method_not_allowed");
    assert!(refused["detail"].as_str().unwrap().contains("GET"), "{refused}");
}

/// The router goes by the decoded path, so the gate must, too.
#[test]
fn no_spelling_of_a_path_passes_the_gate() {
    let server = Server::start();
    for route in programs().filter(|route| route.needs != Needs::Nothing) {
        let path = route.path.replace("{kind}", "draw").replace("{id}", "0193aaaa-0000-7000-8000-000000000000");
        for spelling in [
            path.replacen("/v1", "/%761", 1),
            path.replacen("api", "a%70i", 1),
            format!("/{path}"),
            format!("{path}/"),
            path.to_uppercase(),
        ] {
            let status = server.nobody().send(route.method, &spelling, &[], None).unwrap().status;
            assert!(matches!(status, 401 | 404 | 405), "{} {spelling}: {status}", route.method);
        }
    }
    assert_eq!(server.nobody().get("/api/v1/pl%61n").status, 401);
    assert_eq!(server.client(Role::Viewer).get("/api/v1/pl%61n").status, 200);
}
