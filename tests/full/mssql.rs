//! SQL Server keeps the contract, and several instances on it: where there is one.

use super::instances::insisting;
use crate::harness::contract::{self, Database};
use crate::harness::mssql::{OnServer, execute, server};
use std::time::Duration;
use tafel::store::{self, Access};
use url::Url;

const ABSENT: &str = "There is no SQL Server: set TAFEL_TEST_MSSQL, or start compose.yaml. NOTHING OF IT WAS TESTED.";

impl Database for OnServer {
    fn url(&self) -> String {
        self.url()
    }
    fn keeps_letters(&self) -> bool {
        !self.is_babelfish
    }
    fn statement(&self, sql: &str) -> Result<(), String> {
        execute(&Url::parse(&self.url()).unwrap(), sql)
    }
    fn drop_guards(&self) {
        self.statement("DISABLE TRIGGER event_is_append_only ON event").unwrap();
    }
}

#[test]
fn sql_server_keeps_the_contract() {
    let Some(server) = server() else { return println!("{ABSENT}") };
    contract::holds(|| OnServer::new(&server));
    let mut wrong = server.clone();
    wrong.set_path("no_such_database");
    let error = store::open(wrong.as_str(), Access::Serve).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("no_such_database"), "{error}");
    let mut wrong = server;
    wrong.set_password(Some("secret")).unwrap();
    let error = store::open(wrong.as_str(), Access::Serve).map(|_| ()).unwrap_err().to_string();
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn several_instances_on_sql_server_lose_nothing_and_double_nothing() {
    let Some(server) = server() else { return println!("{ABSENT}") };
    let database = OnServer::new(&server);
    insisting(database.url(), Duration::from_secs(20));
}

#[test]
fn what_is_wrong_in_a_url_is_said_in_words_and_without_the_password() {
    for (url, words) in [
        ("mssql://sa:secret@127.0.0.1:1/tafel", "refused"),
        ("mssql://sa:secret@127.0.0.1/tafel?encrypted=yes", "is not understood"),
        ("mssql:tafel", "names no host"),
    ] {
        let error = store::open(url, Access::Serve).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains("secret"), "{url}: {error}");
    }
}
