//! A disk that is full, on a small file system in memory; for real, so it needs the rights to mount one.

use crate::harness::process::{Process, prepare, url};
use crate::harness::server::{Browser, add_session};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tafel::plan::command::Role;
use uuid::Uuid;

/// A mounted file system; unmounted at the end, whatever happens.
pub struct Small(pub PathBuf);

impl Small {
    pub fn mount(folder: &Path) -> Self {
        let path = folder.join("small");
        std::fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(&path).status().unwrap();
        assert!(mounted.success(), "this test mounts a small tmpfs: it needs root, or CAP_SYS_ADMIN");
        Self(path)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

pub fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    while file.write_all(&[0; 4_096]).is_ok() {}
    // The last bytes, too.
    while file.write_all(&[0]).is_ok() {}
}

#[test]
fn a_full_disk_answers_503_shows_nothing_and_the_next_command_works_again() {
    let folder = tempfile::tempdir().unwrap();
    let small = Small::mount(folder.path());
    let tokens = prepare(&small.0);
    let session = add_session(&url(&small.0), Role::Staff);
    let server = Process::start(&small.0, &[]);
    let client = server.client(&tokens, Role::Staff);
    client.command(json!({"type": "add_table", "number": "before"})).expect(200);
    let mut browser = Browser::at(server.address, Some(session));
    browser.get("/tables").shows("before");
    let mut socket = browser.socket("/tables", 2);
    let filler = small.0.join("filler");
    fill(&filler);
    let ids: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
    let mut away = 0;
    for id in &ids {
        // Larger than whatever room the log file may have left.
        let body = json!({"id": id, "command": {"type": "add_guest", "first_name": id.to_string(), "notes": "x".repeat(4_000), "allergies": "y".repeat(4_000)}});
        let answer = client.post("/api/v1/commands", &body);
        if answer.status == 503 {
            away += 1;
            assert_eq!(answer.header("retry-after"), Some("2"));
            answer.problem(503, "store_away");
        }
    }
    assert!(away > 0, "the disk was full");
    let shown = client.plan();
    assert_eq!(shown["guests"].as_array().unwrap().len(), ids.len() - away, "nothing is shown that is not durable");
    assert_eq!(client.get("/readyz").status, 200, "pages are still served");
    browser.get("/tables").shows("before").shows("The database is not responding");
    socket.until(|blocks| blocks.contains("The database is not responding"));
    std::fs::remove_file(&filler).unwrap();
    socket.until(|blocks| !blocks.contains("The database is not responding"));
    client.command(json!({"type": "add_table", "number": "after"})).expect(200);
    // The same ids again settle what was unknown.
    for id in &ids {
        let body = json!({"id": id, "command": {"type": "add_guest", "first_name": id.to_string()}});
        client.post("/api/v1/commands", &body).expect(200);
    }
    let plan = client.plan();
    assert_eq!((plan["guests"].as_array().unwrap().len(), plan["tables"].as_array().unwrap().len()), (3, 2));
    let digest = client.get("/api/v1/plan/digest").expect(200);
    server.kill();
    let server = Process::start(&small.0, &[]);
    assert_eq!(server.client(&tokens, Role::Viewer).get("/api/v1/plan/digest").expect(200), digest);
}
