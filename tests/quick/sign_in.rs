//! Signing in: sessions, limits, the first admin, and what other sites may not do.

use crate::harness::server::Server;
use tafel::ledger::now;
use tafel::plan::command::Role;
use tafel::store::{self, Access, Account};
use tafel::web::{Needs, ROUTES, password};

const PASSWORD: &str = "correct horse";

fn with_account(server: &Server, name: &str, role: Role) {
    let store = store::open(&server.store_url(), Access::Beside).unwrap();
    let hash = Some(password::hash(PASSWORD).unwrap());
    store
        .add_account(&Account { name: name.to_owned(), role, password_hash: hash, created_at: now(), disabled_at: None, language: None })
        .unwrap();
}

#[test]
fn a_session_survives_a_restart_rotates_and_ends() {
    let mut server = Server::start();
    with_account(&server, "berta", Role::Staff);
    let mut browser = server.anonymous();
    assert_eq!(browser.get("/guests?q=anna").location(), "/sign-in?next=%2Fguests%3Fq%3Danna");
    browser.get("/sign-in?next=%2Fguests%3Fq%3Danna").shows("value=\"/guests?q=anna\"");
    let wrong = browser.post("/sign-in", &[("name", "berta"), ("password", "wrong horse")]);
    assert_eq!(wrong.status, 401);
    wrong.shows("Wrong name or password").shows("value=\"berta\"");
    let right = browser.post("/sign-in", &[("name", "berta"), ("password", PASSWORD), ("next", "/guests?q=anna")]);
    assert_eq!(right.location(), "/guests?q=anna");
    for flag in ["__Host-tafel=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(right.header("set-cookie").contains(flag), "{}", right.header("set-cookie"));
    }
    browser.get("/").shows("berta");

    // A sign-in ends the session before it.
    let first = browser.cookie.clone();
    browser.post("/sign-in", &[("name", "berta"), ("password", PASSWORD)]).location();
    assert_ne!(browser.cookie, first);
    let second = std::mem::replace(&mut browser.cookie, first);
    assert_eq!(browser.get("/").status, 303);
    browser.cookie.clone_from(&second);

    server.restart();
    let mut browser = server.anonymous();
    browser.cookie.clone_from(&second);
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.post("/sign-out", &[]).location(), "/sign-in");
    browser.cookie = second;
    assert_eq!(browser.get("/").status, 303, "what was signed out is worth nothing");
}

#[test]
fn nobody_is_sent_to_another_site() {
    let server = Server::start();
    with_account(&server, "berta", Role::Staff);
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let mut browser = server.anonymous();
        assert_eq!(browser.post("/sign-in", &[("name", "berta"), ("password", PASSWORD), ("next", next)]).location(), "/", "{next}");
    }
}

#[test]
fn tries_are_limited_for_an_account_and_nobody_learns_which_names_there_are() {
    let server = Server::start();
    with_account(&server, "berta", Role::Staff);
    with_account(&server, "carla", Role::Staff);
    let mut browser = server.anonymous();
    let mut tried = |name: &str, password: &str| browser.post("/sign-in", &[("name", name), ("password", password)]).status;
    let statuses: Vec<u16> = (0..6).map(|_| tried("berta", "guessed it")).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
    assert_eq!(tried("BERTA", PASSWORD), 429, "in whatever case");
    assert_eq!(tried("nobody", "guessed it"), 401);
    assert_eq!(tried("carla", PASSWORD), 303, "others are not locked out");
    // Behind a proxy on this machine each address counts for itself; what stands before its entry anybody can write.
    let mut from = |address: &str| {
        let body = "name=berta&password=guessed+it".to_owned().into_bytes();
        browser.send("POST", "/sign-in", &[("X-Forwarded-For", address)], Some(("application/x-www-form-urlencoded", body))).status
    };
    assert_eq!((0..6).map(|_| from("198.51.100.7")).collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);
    assert_eq!(from("203.0.113.9, 198.51.100.7"), 429);
    assert_eq!(from("198.51.100.7, 203.0.113.9"), 401);
}

#[test]
fn the_link_makes_the_first_admin_once() {
    let mut server = Server::start();
    let key = server.setup.clone().expect("there is nobody yet");
    let mut browser = server.anonymous();
    assert_eq!(browser.get("/setup?key=guessed").status, 404);
    browser.get(&format!("/setup?key={key}")).shows("Create the first admin");
    let short = browser.post("/setup", &[("key", &key), ("name", "anton"), ("password", "short")]);
    assert_eq!(short.status, 422);
    short.shows("at least 10 characters");
    assert_eq!(browser.post("/setup", &[("key", &key), ("name", "anton"), ("password", PASSWORD)]).location(), "/");
    browser.get("/accounts").shows("anton");
    assert_eq!(server.anonymous().post("/setup", &[("key", &key), ("name", "eve"), ("password", PASSWORD)]).status, 404);
    server.restart();
    assert_eq!(server.setup, None, "there is an admin now");
    // A link that was printed before somebody else made the first admin.
    let other = Server::start();
    let key = other.setup.clone().unwrap();
    with_account(&other, "anton", Role::Admin);
    assert_eq!(other.anonymous().post("/setup", &[("key", &key), ("name", "eve"), ("password", PASSWORD)]).status, 404);
}

#[test]
fn admins_manage_accounts() {
    let server = Server::start();
    let mut admin = server.browser(Role::Admin);
    let added = admin.post("/accounts", &[("action", "add"), ("name", "dora"), ("role", "staff")]);
    assert_eq!(added.status, 200);
    let password = added.text.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut dora = server.anonymous();
    dora.post("/sign-in", &[("name", "dora"), ("password", &password)]).location();
    assert_eq!(dora.get("/accounts").status, 403);
    admin.post("/accounts", &[("action", "role"), ("name", "dora"), ("role", "viewer")]).location();
    assert_eq!(dora.get("/undo").status, 403, "at once");
    admin.post("/accounts", &[("action", "disable"), ("name", "dora")]).location();
    assert_eq!(dora.get("/").status, 303, "her session has ended");
    assert_eq!(admin.post("/accounts", &[("action", "disable"), ("name", "admin")]).status, 409, "nobody locks themselves out");
    assert_eq!(admin.post("/accounts", &[("action", "add"), ("name", "dora"), ("role", "staff")]).status, 422);
}

#[test]
fn other_sites_cannot_act_in_somebodys_name() {
    let server = Server::start();
    let mut staff = server.browser(Role::Staff);
    let own = format!("http://{}", server.address);
    let mut add = |headers: &[(&str, &str)]| {
        let body = "view=01980000-0000-7000-8000-000000000001&type=add_table&number=T1".as_bytes().to_vec();
        staff.send("POST", "/commands", headers, Some(("application/x-www-form-urlencoded", body))).status
    };
    assert_eq!(add(&[("Origin", "https://evil.example")]), 403);
    assert_eq!(add(&[("Sec-Fetch-Site", "cross-site")]), 403);
    assert_eq!(add(&[("Sec-Fetch-Site", "same-site"), ("Origin", &own)]), 403);
    assert_eq!(server.admin().plan()["tables"].as_array().unwrap().len(), 0);
    assert_eq!(add(&[("Origin", &own)]), 303);
    let mut viewer = server.browser(Role::Viewer);
    let socket = viewer.send(
        "GET",
        "/live?page=/",
        &[("Origin", "https://evil.example"), ("Upgrade", "websocket"), ("Connection", "upgrade")],
        None,
    );
    assert_eq!(socket.status, 403);
    // A cookie is no token: the JSON interface does not take it.
    assert_eq!(staff.send("GET", "/api/v1/plan", &[], None).status, 401);
}

#[test]
fn every_page_asks_for_the_role_of_its_line() {
    let server = Server::start();
    let pages = ROUTES.iter().filter(|route| !route.path.starts_with("/api/v1/") && route.method == "GET");
    for route in pages {
        let least = match route.needs {
            Needs::Nothing => continue,
            Needs::Role(role) => role,
            Needs::Upload => Role::Admin,
        };
        let path = route.path.replace("{id}", "0193aaaa-0000-7000-8000-000000000000");
        assert!(server.anonymous().get(&path).location().starts_with("/sign-in"), "{path}");
        for role in Role::ALL {
            let status = server.browser(role).get(&path).status;
            assert_eq!(status == 403, role < least, "{path} as {role}: {status}");
            assert!(status < 500, "{path} as {role}: {status}");
        }
    }
    for route in
        ROUTES.iter().filter(|route| !route.path.starts_with("/api/v1/") && route.method == "POST" && route.needs != Needs::Nothing)
    {
        let path = route.path.replace("{id}", "0193aaaa-0000-7000-8000-000000000000");
        assert_eq!(server.anonymous().post(&path, &[]).status, 401, "{path}");
        let viewer = server.browser(Role::Viewer).post(&path, &[]).status;
        assert!(viewer == 403 || route.needs == Needs::Role(Role::Viewer), "{path}: {viewer}");
    }
}
