//! How often a page is rendered for all who look at it, as a process tells of itself: its metrics count for it alone.

use crate::harness::process::{Process, prepare, url};
use crate::harness::server::{Browser, add_session};
use serde_json::json;
use tafel::plan::command::Role;

#[test]
fn a_change_reaches_every_page_and_is_rendered_once_for_all_who_look_at_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let signed_in = |role: Role| add_session(&url(folder.path()), role);
    let sessions = [signed_in(Role::Staff), signed_in(Role::Viewer)];
    let process = Process::start(folder.path(), &["--sample"]);
    let [staff, viewer] = sessions.map(|session| Browser::at(process.address, Some(session)));
    let admin = process.client(&tokens, Role::Admin);
    let renders = || {
        let metrics = admin.get("/metrics").body;
        let line = metrics.as_str().unwrap().lines().find_map(|line| line.strip_prefix("tafel_renders_total "));
        line.map_or(0, |count| count.parse::<u64>().unwrap())
    };
    let since = admin.plan()["position"].as_u64().unwrap();
    let mut sockets: Vec<_> = (0..20).map(|_| staff.socket("/tables", since)).collect();
    sockets.extend((0..20).map(|_| viewer.socket("/tables", since)));
    sockets.extend((0..20).map(|_| staff.socket("/guests?show=vip", since)));
    // Every page is rendered once when its first socket comes.
    while renders() < 3 {
        std::thread::yield_now();
    }
    let command = json!({"type": "add_table", "number": "T900", "seats": 8});
    let position = process.client(&tokens, Role::Staff).command(command).expect(200)["position"].as_u64().unwrap();
    for socket in &mut sockets {
        assert_eq!(socket.next().0, position);
    }
    assert_eq!(renders(), 6, "once more for each page and role, not for each of 60 sockets");
    let (_, blocks) = staff.socket("/tables?q=T900", since).next();
    assert!(blocks.contains("T900"), "a socket that was away catches up");
}
