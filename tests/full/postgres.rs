//! PostgreSQL keeps the contract, and what only a server has: passwords, rights, an end in the middle.

use crate::harness::contract::{self, Database};
use crate::harness::postgres::{postgres, shared};
use tafel::store::{self, Access};

/// A database on the server that the tests share.
struct OnServer(String);

impl Database for OnServer {
    fn url(&self) -> String {
        self.0.clone()
    }
    fn statement(&self, sql: &str) -> Result<(), String> {
        postgres(&self.0).unwrap().execute(sql)
    }
}

#[test]
fn postgres_keeps_the_contract() {
    contract::holds(|| OnServer(shared().database()));
}

#[test]
fn a_truncation_is_refused_too() {
    let database = OnServer(shared().database());
    drop(database.open());
    let error = database.statement("TRUNCATE event").unwrap_err();
    assert!(error.contains("append-only"), "{error}");
}

#[test]
fn what_is_wrong_is_said_in_words_and_without_the_password() {
    let port = shared().port;
    let refusals = [
        (format!("postgres://tafel:secret@127.0.0.1:{port}/no_such_database"), "does not exist"),
        ("postgres://tafel:secret@127.0.0.1:1/tafel".to_owned(), "refused"),
        (format!("postgres://nobody:secret@127.0.0.1:{port}/postgres"), "does not exist"),
        (format!("postgres://tafel:secret@127.0.0.1:{port}/postgres?sslmode=require"), "TLS"),
        (format!("postgres://tafel:secret@127.0.0.1:{port}/postgres?sslrootcert=/no/such/file"), "sslrootcert"),
        ("postgres://tafel:secret@[broken/tafel".to_owned(), "invalid"),
    ];
    for (url, words) in refusals {
        let error = store::open(&url, Access::Serve).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words), "{url}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
