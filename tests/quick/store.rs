//! The store: SQLite keeps the contract, and what only a file has.

use crate::harness::contract::{self, Database, all, append, event};
use std::path::Path;
#[cfg(not(all(feature = "mssql", feature = "postgres")))]
use tafel::capability::Capability;
use tafel::plan::Position;
use tafel::store::{Access, Incarnations as _, Sqlite, StoreError};
use tempfile::TempDir;
use uuid::Uuid;

/// A database file in a folder of its own.
struct File(TempDir);

impl Database for File {
    fn url(&self) -> String {
        format!("sqlite:{}", self.0.path().join("tafel.db").display())
    }
    fn statement(&self, sql: &str) -> Result<(), String> {
        statement(self.0.path(), sql).map(|_| ())
    }
    fn bytes(&self, id: Uuid) -> String {
        format!("x'{}'", id.simple())
    }
    fn instant(&self, microseconds: i64) -> String {
        microseconds.to_string()
    }
    fn drop_guards(&self) {
        for trigger in ["event_is_never_changed", "event_is_never_deleted", "event_leaves_no_gap"] {
            self.statement(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
    }
}

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder.join("tafel.db"), Access::Beside).unwrap()
}

/// A statement of somebody who has the database file.
fn statement(folder: &Path, sql: &str) -> Result<usize, String> {
    rusqlite::Connection::open(folder.join("tafel.db")).unwrap().execute(sql, []).map_err(|error| error.to_string())
}

#[test]
fn sqlite_keeps_the_contract() {
    contract::holds(|| File(tempfile::tempdir().unwrap()));
}

#[test]
fn a_gap_and_a_wrong_type_are_refused_by_the_file_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    append(&store, 0, &[event(1, "{}")]).unwrap();
    let gap = statement(
        folder.path(),
        "INSERT INTO event (position, recorded_at, actor, batch, kind, payload) VALUES (4, 0, 'x', zeroblob(16), 'x', '{}')",
    )
    .unwrap_err();
    assert!(gap.contains("no gaps"), "{gap}");
    assert!(
        statement(
            folder.path(),
            "INSERT INTO event (position, recorded_at, actor, batch, kind, payload) VALUES ('x', 0, 'x', zeroblob(16), 'x', '{}')"
        )
        .is_err(),
        "the tables are strict"
    );
}

#[test]
fn one_server_serves_a_file_and_commands_run_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tafel.db");
    let server = Sqlite::open(&path, Access::Serve).unwrap();
    let refused = Sqlite::open(&path, Access::Serve).map(|_| ()).unwrap_err();
    assert!(matches!(refused, StoreError::InUse(_)) && refused.to_string().contains("in use by another server"), "{refused}");
    let beside = open(folder.path());
    append(&beside, 0, &[event(1, "{}")]).unwrap();
    assert_eq!(all(&server).len(), 1);
    drop(server);
    assert!(Sqlite::open(&path, Access::Serve).is_ok());
}

#[test]
fn migrations_are_recorded_and_two_openings_at_once_are_safe() {
    let folder = tempfile::tempdir().unwrap();
    let openings: Vec<_> = (0..4)
        .map(|_| {
            let path = folder.path().to_owned();
            std::thread::spawn(move || drop(open(&path)))
        })
        .collect();
    openings.into_iter().for_each(|opening| opening.join().unwrap());
    let connection = rusqlite::Connection::open(folder.path().join("tafel.db")).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("SELECT COUNT(*) FROM refinery_schema_history"), 9);
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_file_that_is_no_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tafel.db");
    std::fs::write(&path, "this is a letter, not a database, and long enough to be read as one".repeat(100)).unwrap();
    let error = Sqlite::open(&path, Access::Serve).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert!(matches!(tafel::store::open("oracle:x", Access::Serve).map(|_| ()), Err(StoreError::Url(_))));
}

#[cfg(not(all(feature = "mssql", feature = "postgres")))]
#[test]
fn a_store_that_was_left_out_of_the_build_says_so() {
    for (url, capability) in [("postgres://u@127.0.0.1:1/d", Capability::Postgres), ("mssql://u:p@127.0.0.1:1/d", Capability::Mssql)] {
        if !capability.is_built_in() {
            let error = tafel::store::open(url, Access::Serve).map(drop).unwrap_err().to_string();
            assert!(error.contains(&format!("cargo feature {:?}", capability.feature())), "{error}");
        }
    }
}

/// What is written to a file that was moved, replaced or removed is lost with the process: it must not be acknowledged.
#[cfg(unix)]
#[test]
fn nothing_is_acknowledged_once_a_file_of_the_database_is_another_one() {
    for name in ["tafel.db", "tafel.db-wal", "tafel.db-shm"] {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join(name), folder.path().join("aside"));
        let store = open(folder.path());
        append(&store, 0, &[event(1, "{}")]).unwrap();
        std::fs::rename(&path, &aside).unwrap();
        let refused = append(&store, 1, &[event(2, "{}")]).unwrap_err().to_string();
        assert!(refused.contains(name) && refused.contains("Stop the server"), "{refused}");
        std::fs::write(&path, b"").unwrap();
        let refused = append(&store, 1, &[event(2, "{}")]).unwrap_err().to_string();
        assert!(refused.contains("another file has its place"), "{refused}");
        // Put back, it goes on, and nothing was written meanwhile.
        std::fs::rename(&aside, &path).unwrap();
        append(&store, 1, &[event(2, "{}")]).unwrap();
        assert_eq!(all(&store).len(), 2);
    }
}

/// SQLite takes a write-ahead log that was cut off for a shorter one, and opens: the tip tells what had been acknowledged.
#[test]
fn a_log_that_was_cut_off_is_refused_until_somebody_wants_it_so() {
    let (folder, whole, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(folder.path());
    for position in 1..=40 {
        append(&store, position - 1, &[event(position, "{}")]).unwrap();
    }
    for (name, to) in ["tafel.db", "tafel.db-wal", "tafel.db-tip"].into_iter().flat_map(|name| [(name, &whole), (name, &copy)]) {
        std::fs::copy(folder.path().join(name), to.path().join(name)).unwrap();
    }
    drop(Sqlite::open(whole.path().join("tafel.db"), Access::Serve).unwrap());
    let serve = || Sqlite::open(copy.path().join("tafel.db"), Access::Serve);
    let log = std::fs::File::options().write(true).open(copy.path().join("tafel.db-wal")).unwrap();
    log.set_len(log.metadata().unwrap().len() - 5_000).unwrap();
    let Err(refused) = serve() else { panic!("the tail is missing") };
    assert!(matches!(refused, StoreError::Lost { acknowledged: Position(40), end, .. } if end < Position(40)), "{refused}");
    assert!(refused.to_string().contains("tafel log restored --store sqlite:"), "{refused}");
    // It can be looked at, and taken as it is.
    let end = all(&Sqlite::open(copy.path().join("tafel.db"), Access::Look).unwrap()).len() as u64;
    open(copy.path()).begin_incarnation("0123abcd").unwrap();
    let restored = serve().unwrap();
    append(&restored, end, &[event(end + 1, "{}")]).unwrap();
}
