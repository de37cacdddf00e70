//! Live pages: what sockets hear, and who is held up by whom.

use crate::harness::server::Server;
use serde_json::json;
use tafel::plan::command::Role;

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
