//! Whether the OpenAPI document is true: schemathesis makes requests of all kinds from it, and holds the answers against it.
//!
//! `TAFEL_EXAMPLES=200` makes more of them for each operation.

use crate::harness::process::{Process, prepare};
use std::fs;
use std::process::Command;
use tafel::plan::command::Role;

/// What no schema can say, each with its reason.
const SETTINGS: &str = r#"
seed = 1
request-timeout = 30
warnings = false

# The answer while too many files are read at once, and while the plan is not there yet.
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]

# A command is held against the plan: a position beyond its end is a number like any other.
[[operations]]
include-name = "POST /api/v1/commands"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "503"]

# Whether bytes are a spreadsheet is not for a schema to say.
[[operations]]
include-name = "POST /api/v1/uploads/{id}"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "413", "415", "422", "503"]

# An admin has to say why, a person who takes back their own latest change has not.
[[operations]]
include-name = "POST /api/v1/batches/{id}/retract"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "503"]

# Where a consumer must stand is said for an acknowledgement only.
[[operations]]
include-name = "GET /api/v1/consumers/{name}/events"
parameters = { "query.wait" = 0 }
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "503"]

[[operations]]
include-name = "GET /api/v1/events"
parameters = { "query.wait" = 0 }
"#;

#[test]
fn the_document_is_true_for_every_role_and_for_nobody() {
    let python = std::env::var("TAFEL_TEST_PYTHON").expect("TAFEL_TEST_PYTHON: tests/run.sh installs it");
    let examples = std::env::var("TAFEL_EXAMPLES").unwrap_or_else(|_| "5".to_owned());
    for role in [Some(Role::Admin), Some(Role::Staff), Some(Role::Viewer), None] {
        let folder = tempfile::tempdir().unwrap();
        let tokens = prepare(folder.path());
        let server = Process::start(folder.path(), &["--sample"]);
        fs::write(folder.path().join("schemathesis.toml"), SETTINGS).unwrap();
        let mut run = Command::new(&python);
        run.args(["-m", "schemathesis.cli", "run", &format!("http://{}/api/v1/openapi.json", server.address)])
            .args([
                "--checks",
                "all",
                "--phases",
                "coverage,fuzzing,stateful",
                "--max-examples",
                &examples,
                "--generation-deterministic",
                "--no-color",
            ])
            // Streams do not end.
            .args(["--exclude-path", "/api/v1/events/live"])
            .current_dir(folder.path());
        if let Some(role) = role {
            let token = tokens.iter().find(|(of, _)| *of == role).map(|(_, token)| token).unwrap();
            run.args(["-H", &format!("Authorization: Bearer {token}")]);
        }
        let output = run.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let who = role.map_or_else(|| "nobody".to_owned(), |role| role.to_string());
        assert!(output.status.success(), "as {who}:\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
        let summary = said.lines().rev().find(|line| line.contains(" in ")).unwrap_or_default();
        println!("as {who}: {}", summary.trim_matches(['=', ' ']));
        server.terminate();
    }
}
