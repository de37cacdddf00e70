//! Live pages: what sockets hear, how often it is rendered, and who is held up by whom.

use crate::harness::server::Server;
use serde_json::{Value, json};
use tafel::plan::command::Role;

fn renders(server: &Server) -> u64 {
    let metrics = server.admin().get("/metrics").body;
    let line = metrics.as_str().unwrap().lines().find_map(|line| line.strip_prefix("tafel_renders_total "));
    line.map_or(0, |count| count.parse().unwrap())
}

fn add_table(server: &Server, number: &str) -> Value {
    server.staff().command(json!({"type": "add_table", "number": number, "seats": 8})).expect(200)
}

#[test]
fn a_change_reaches_every_page_and_is_rendered_once_for_all_who_look_at_the_same() {
    let server = Server::with_sample();
    let (staff, viewer) = (server.browser(Role::Staff), server.browser(Role::Viewer));
    let since = server.admin().plan()["position"].as_u64().unwrap();
    let mut sockets: Vec<_> = (0..20).map(|_| staff.socket("/tables", since)).collect();
    sockets.extend((0..20).map(|_| viewer.socket("/tables", since)));
    sockets.extend((0..20).map(|_| staff.socket("/guests?show=vip", since)));
    // Every page has been rendered once when its first socket came.
    while renders(&server) < 3 {
        std::thread::yield_now();
    }
    let before = renders(&server);
    let position = add_table(&server, "T900")["position"].as_u64().unwrap();
    for socket in &mut sockets {
        assert_eq!(socket.next().0, position);
    }
    assert_eq!(renders(&server) - before, 3, "once for each page and role, not for each of 60 sockets");
    let (_, blocks) = staff.socket("/tables?q=T900", since).next();
    assert!(blocks.contains("T900"), "a socket that was away catches up");
}

#[test]
fn a_socket_that_does_not_read_holds_nobody_up_and_skips_to_the_newest() {
    let server = Server::with_sample();
    let staff = server.browser(Role::Staff);
    let since = server.admin().plan()["position"].as_u64().unwrap();
    let mut slow = staff.socket("/guests?page=all", since);
    let mut quick = staff.socket("/guests?page=all", since);
    let guest = server.admin().plan()["guests"][0]["id"].clone();
    let mut last = 0;
    // A page of 1,620 guests is over a megabyte: nothing buffers forty of them.
    for number in 0..40 {
        let company = format!("Company {number}");
        let change = json!({"type": "change_guest", "guest": guest, "company": company});
        last = server.staff().command(change).expect(200)["position"].as_u64().unwrap();
        quick.until(|blocks| blocks.contains(&company));
    }
    let mut pushes = 1;
    while slow.next().0 < last {
        pushes += 1;
    }
    assert!(pushes <= 3, "{pushes} pushes of 40 were waiting for the slow one");
}

#[test]
fn whoever_has_signed_out_hears_no_more() {
    let server = Server::start();
    let mut staff = server.browser(Role::Staff);
    let mut socket = staff.socket("/tables", 0);
    socket.next();
    staff.post("/sign-out", &[]).location();
    assert!(socket.ends(), "the socket is closed");
}

#[test]
fn a_socket_is_for_somebody_signed_in_from_the_same_origin() {
    let server = Server::start();
    let mut nobody = server.anonymous();
    let upgrade = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    assert_eq!(nobody.send("GET", "/live?page=%2F&since=1", &upgrade, None).location(), "/sign-in?next=%2Flive%3Fpage%3D%252F%26since%3D1");
    let mut viewer = server.browser(Role::Viewer);
    let mut foreign = upgrade.to_vec();
    foreign.push(("Origin", "https://elsewhere.example"));
    assert_eq!(viewer.send("GET", "/live?page=%2F&since=1", &foreign, None).status, 403);
    assert_eq!(viewer.send("GET", "/live?page=%2Faccounts&since=1", &upgrade, None).status, 403, "a page above one's role");
}
