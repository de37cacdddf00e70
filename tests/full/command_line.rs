//! The command line: the README's first command, accounts, tokens, and clear words when something is wrong.

use crate::harness::PATIENCE;
use crate::harness::process::{Process, prepare, tafel, url};
use crate::harness::server::Client;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use tafel::plan::command::Role;

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = tafel();
    command.args(arguments).args(["--store", &url(folder)]).current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn fails(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_sample_starts_prints_a_token_and_goes_on_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let mut child = tafel()
            .args(["--sample", "--listen", "127.0.0.1:0", "--store", &url(folder.path())])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut text = String::new();
        let mut stdout = child.stdout.take().unwrap();
        let began = Instant::now();
        while !text.contains("/api/v1/batches") {
            let mut bytes = [0; 4_096];
            let read = std::io::Read::read(&mut stdout, &mut bytes).unwrap();
            assert!(read > 0 && began.elapsed() < PATIENCE, "{text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        assert!(text.contains("1620 guests, 180 tables"), "{text}");
        let token = text.split("TAFEL_TOKEN=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let address = text.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
        assert_eq!(Client::new(address, Some(token.clone())).plan()["position"], 2_179);
        tokens.push(token);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_ne!(tokens[0], tokens[1], "each time anew");
}

#[test]
fn a_sample_is_not_loaded_over_another_party() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &[]);
    server.client(&tokens, Role::Staff).command(serde_json::json!({"type": "add_table", "number": "T1"})).expect(200);
    server.terminate();
    let server = Process::start(folder.path(), &["--sample"]);
    assert_eq!(server.client(&tokens, Role::Staff).plan()["tables"].as_array().unwrap().len(), 1);
}

#[test]
fn tokens_are_printed_once_listed_and_revoked_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path(), &[]);
    let token = succeeds(&run(folder.path(), &["token", "add", "reader", "--role", "viewer"], "")).trim().to_owned();
    assert!(token.starts_with("tafel_") && token.len() == 6 + 43, "256 bits: {token}");
    let client = Client::new(server.address, Some(token.clone()));
    client.get("/api/v1/plan").expect(200);
    assert!(
        fails(&run(folder.path(), &["token", "add", "reader", "--role", "viewer"], "")).contains("there is a token named reader already")
    );
    let listed = succeeds(&run(folder.path(), &["token", "list"], ""));
    assert!(listed.contains("reader\tviewer") && !listed.contains(&token), "{listed}");
    let database = std::fs::read(folder.path().join("tafel.db")).unwrap();
    assert!(!database.windows(token.len()).any(|window| window == token.as_bytes()), "the token is stored nowhere");
    succeeds(&run(folder.path(), &["token", "revoke", "reader"], ""));
    assert!(fails(&run(folder.path(), &["token", "revoke", "reader"], "")).contains("no token"));
    let began = Instant::now();
    while client.get("/api/v1/plan").status == 200 {
        assert!(began.elapsed() < PATIENCE, "a revoked token ends within seconds");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn accounts_are_added_listed_disabled_and_get_a_password() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        succeeds(&run(folder.path(), &["account", "add", "berta", "--role", "staff", "--password-stdin"], "correct horse battery\n"))
            .contains("Added berta as staff")
    );
    let made_up = succeeds(&run(folder.path(), &["account", "add", "anton", "--role", "admin"], ""));
    assert!(made_up.contains("shown only now"), "{made_up}");
    assert!(
        fails(&run(folder.path(), &["account", "add", "Berta", "--role", "staff", "--password-stdin"], "correct horse battery"))
            .contains("already")
    );
    assert!(
        fails(&run(folder.path(), &["account", "add", "carla", "--role", "staff", "--password-stdin"], "short")).contains("at least 10")
    );
    assert!(fails(&run(folder.path(), &["account", "add", "a b", "--role", "staff"], "")).contains("no possible name"));
    assert!(fails(&run(folder.path(), &["account", "add", "carla", "--role", "king"], "")).contains("there is no role"));
    succeeds(&run(folder.path(), &["account", "password", "anton"], "another good password\n"));
    assert!(fails(&run(folder.path(), &["account", "password", "nobody"], "another good password\n")).contains("no account"));
    succeeds(&run(folder.path(), &["account", "disable", "berta"], ""));
    assert!(fails(&run(folder.path(), &["account", "disable", "berta"], "")).contains("no active account"));
    let listed = succeeds(&run(folder.path(), &["account", "list"], ""));
    assert!(listed.contains("anton\tadmin\tactive") && listed.contains("berta\tstaff\tdisabled"), "{listed}");
    let connection = rusqlite::Connection::open(folder.path().join("tafel.db")).unwrap();
    let hash: String = connection.query_row("SELECT password_hash FROM account WHERE name = 'anton'", [], |row| row.get(0)).unwrap();
    assert!(hash.starts_with("$argon2id$"), "{hash}");
}

#[test]
fn what_is_wrong_at_the_start_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let first = Process::start(folder.path(), &[]);
    let second = fails(&run(folder.path(), &["serve", "--listen", "127.0.0.1:0"], ""));
    assert!(second.contains("in use by another server"), "{second}");
    let taken = fails(&run(tempfile::tempdir().unwrap().path(), &["--listen", &first.address.to_string()], ""));
    assert!(taken.contains("cannot listen on"), "{taken}");
    let mut elsewhere = tafel();
    let output = elsewhere.args(["token", "list", "--store", "oracle:x"]).current_dir(folder.path()).output().unwrap();
    assert!(fails(&output).contains("not understood"));
    std::fs::write(folder.path().join("tafel.toml"), "lisen = 1\n").unwrap();
    let misspelt = fails(&run(folder.path(), &["token", "list"], ""));
    assert!(misspelt.contains("tafel.toml") && misspelt.contains("lisen"), "{misspelt}");
}
