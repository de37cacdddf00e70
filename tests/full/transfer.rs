//! The stream as a file: from one database to another, resumed, and refused where it was truncated or edited.

use crate::harness::contract::{records, runtime};
use crate::harness::mssql::{OnServer, server as sql_server};
use crate::harness::postgres::shared;
use crate::harness::process::{Process, prepare, tafel, url};
use serde_json::json;
use std::sync::Arc;
use tafel::plan::command::Role;
use tafel::store::{self, Access, Append, End};

/// The program with these arguments; answers whether it went well, and what it said.
fn say(arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = tafel();
    command.args(arguments).envs(environment.iter().copied());
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_stream_moves_from_one_database_to_another_in_two_commands_and_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &["--sample"]);
    let digest = server.client(&tokens, Role::Viewer).get("/api/v1/plan/digest").expect(200);
    let (position, sha256) = (digest["position"].as_u64().unwrap(), digest["sha256"].as_str().unwrap());
    let file = folder.path().join("backup.jsonl");
    let (from, backup) = (url(folder.path()), file.to_str().unwrap());
    // Beside the running server.
    let (done, said) = say(&["log", "export", "--store", &from, "--output", backup], &[]);
    assert!(done && said.contains(&format!("Exported {position} events")), "{said}");
    let token = &tokens.iter().find(|(role, _)| *role == Role::Viewer).unwrap().1;
    let against = format!("http://{}", server.address);
    let (done, said) = say(&["log", "verify", "--store", &from, "--against", &against], &[("TAFEL_TOKEN", token)]);
    assert!(done && said.contains(sha256) && said.contains("has the same plan"), "{said}");

    let on_sql_server = sql_server().map(|server| OnServer::new(&server));
    let here = [url(tempfile::tempdir_in(folder.path()).unwrap().keep().as_path()), shared().database()];
    for to in here.into_iter().chain(on_sql_server.as_ref().map(OnServer::url)) {
        // An import that broke off: the first part of the file, as a file of its own, has other checksums, so a store with
        // the first events stands for it.
        let store = store::open(&to, Access::Beside).unwrap();
        let from = store::open(&from, Access::Beside).unwrap();
        let append = Arc::new(Append::copied(End::NOTHING, records(&*from)[..700].to_vec()).unwrap());
        runtime().block_on(store.append(append)).unwrap();
        let (done, said) = say(&["log", "import", backup, "--store", &to], &[]);
        assert!(done && said.contains(&format!("Imported {} events; the stream ends at {position}", position - 700)), "{said}");
        let (done, said) = say(&["log", "import", backup, "--store", &to], &[]);
        assert!(done && said.contains("Imported 0 events"), "the same again changes nothing: {said}");
        let (done, said) = say(&["log", "verify", "--store", &to, "--against", &against], &[("TAFEL_TOKEN", token)]);
        assert!(done && said.contains(sha256), "{said}");
    }
}

#[test]
fn a_truncated_or_edited_export_is_refused_with_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = prepare(folder.path());
    let server = Process::start(folder.path(), &[]);
    for number in 0..20 {
        server.client(&tokens, Role::Staff).command(json!({"type": "add_table", "number": format!("T{number}")})).expect(200);
    }
    let (done, text) = say(&["log", "export", "--store", &url(folder.path())], &[]);
    assert!(done);
    let text = text.replace("Exported 21 events.\n", "");
    let lines: Vec<&str> = text.lines().collect();
    let file = folder.path().join("edited.jsonl");
    let target = tempfile::tempdir().unwrap();
    let refused = |content: String, words: &[&str]| {
        std::fs::write(&file, content).unwrap();
        let (done, said) = say(&["log", "import", file.to_str().unwrap(), "--store", &url(target.path())], &[]);
        assert!(!done && words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
        let (_, said) = say(&["log", "verify", "--store", &url(target.path())], &[]);
        assert!(said.contains("0 events"), "nothing was written: {said}");
    };
    let whole = |lines: &[&str]| lines.join("\n") + "\n";
    refused(whole(&lines[..15]), &["line 16", "truncated"]);
    refused(text[..text.len() - 30].to_owned(), &["line 22", "truncated"]);
    refused(text.replace("\"T7\"", "\"T77\""), &["line 22", "checksum"]);
    refused(whole(&[&lines[..5], &lines[6..]].concat()), &["line 6", "position"]);
    refused(text.replacen("table_added", "table_conjured", 1), &["line 3", "table_conjured"]);
    refused(text.replacen("\"number\"", "\"nummer\"", 1), &["line 3", "nummer"]);
    refused(text.clone() + lines[21] + "\n", &["line 23", "more than"]);
    refused(text.replace("tafel-log/2", "tafel-log/9"), &["line 1", "tafel-log/9"]);
    refused(String::new(), &["line 1", "empty"]);
    // Another stream.
    let other = tempfile::tempdir().unwrap();
    drop(Process::start(other.path(), &[]));
    std::fs::write(&file, &text).unwrap();
    let (done, said) = say(&["log", "import", file.to_str().unwrap(), "--store", &url(other.path())], &[]);
    assert!(!done && said.contains("another stream"), "{said}");
    // It joins by its positions, and is another party all the same.
    let joins = folder.path().join("joins.jsonl");
    let (done, said) = say(&["log", "export", "--store", &url(folder.path()), "--from", "2", "--output", joins.to_str().unwrap()], &[]);
    assert!(done, "{said}");
    let (done, said) = say(&["log", "import", joins.to_str().unwrap(), "--store", &url(other.path())], &[]);
    assert!(!done && said.contains("another stream"), "{said}");
    let (done, said) = say(&["log", "verify", "--store", "sqlite:/no/such/folder/tafel.db"], &[]);
    assert!(!done && said.contains("cannot open"), "{said}");
}
