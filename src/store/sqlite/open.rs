//! Opening a database file: locks, settings, migrations.

use super::tip;
use crate::store::StoreError;
use crate::store::migrations::{self, Migrations};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What the database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To serve it: no second server may.
    Serve,
    /// For a command that runs beside a server, or without one.
    Beside,
    /// To look at what is there: nothing is created, and nothing migrated.
    Look,
}

/// How long a connection waits for another one's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// # Errors
/// There is no such file.
pub(super) fn must_exist(path: &Path) -> Result<(), StoreError> {
    match path.metadata() {
        Ok(_) => Ok(()),
        Err(source) => Err(StoreError::Open { path: path.display().to_string(), source: Arc::new(source) }),
    }
}

/// The first connection, which creates the file where there is none.
pub(super) fn create(path: &Path) -> Result<Connection, StoreError> {
    // A new file gets its write-ahead log from whoever has it alone, and for that SQLite does not wait.
    let _alone = lock_migrations(path)?;
    connect_as(path, OpenFlags::default())
}

/// A further connection. A file that has gone meanwhile is not made anew.
pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    connect_as(path, OpenFlags::default() - OpenFlags::SQLITE_OPEN_CREATE)
}

fn connect_as(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    };
    open().map_err(|source| StoreError::Open { path: path.display().to_string(), source: Arc::new(source) })
}

/// Takes the lock that only one server can hold.
pub(super) fn lock(path: &Path, access: Access) -> Result<Option<File>, StoreError> {
    if access != Access::Serve {
        return Ok(None);
    }
    let file = lock_file(path, "server-lock")?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
        Err(TryLockError::Error(source)) => Err(StoreError::Open { path: path.display().to_string(), source: Arc::new(source) }),
    }
}

fn lock_file(path: &Path, suffix: &str) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-");
    name.push(suffix);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|source| StoreError::Open { path: name.display().to_string(), source: Arc::new(source) })
}

/// Waits until no other process creates or migrates the database; lets go when it is dropped.
fn lock_migrations(path: &Path) -> Result<File, StoreError> {
    let file = lock_file(path, "migration-lock")?;
    file.lock().map_err(|source| StoreError::Migrate(Arc::new(source)))?;
    Ok(file)
}

/// Applies the migrations that are missing; one process at a time. Answers the version that the schema has.
pub(super) fn migrate(path: &Path, connection: &mut Connection, access: Access) -> Result<u32, StoreError> {
    let Migrations { runner, known } = Migrations::of(migrations::SQLITE)?;
    let found = version(connection, known)?;
    if access == Access::Look {
        return Ok(found);
    }
    if found == known {
        return chain(connection).map(|()| known);
    }
    let _alone = lock_migrations(path)?;
    // Another process may have done it while this one waited.
    if version(connection, known)? == known {
        return chain(connection).map(|()| known);
    }
    let report = runner.run(connection).map_err(|source| StoreError::Migrate(Arc::new(source)))?;
    for migration in report.applied_migrations() {
        tracing::info!(version = migration.version(), name = migration.name(), "migrated the database");
    }
    chain(connection).map(|()| known)
}

/// What the file system, or whoever has built SQLite, has not let us set.
pub(super) fn risks(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    let journal = (journal != "wal").then(|| format!("journal_mode = {journal}"));
    Ok(journal.into_iter().chain((synchronous < 2).then(|| format!("synchronous = {synchronous}"))).collect())
}

/// What was acknowledged must be there.
///
/// # Errors
/// It is not, or cannot be known.
pub(super) fn refuse_what_was_lost(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let Some((acknowledged, hash)) = tip::read(path)? else { return Ok(()) };
    let (found, end) = super::stream::hash_and_end(connection, acknowledged).map_err(super::unavailable)?;
    if found == Some(hash) {
        return Ok(());
    }
    Err(StoreError::Lost { path: path.display().to_string(), acknowledged, end })
}

fn chain(connection: &mut Connection) -> Result<(), StoreError> {
    let count = super::stream::chain(connection).map_err(|error| StoreError::Migrate(Arc::new(error)))?;
    if count > 0 {
        tracing::info!(events = count, "chained the stream");
    }
    Ok(())
}

/// The version of the database's schema; an error if it is newer than what this program knows.
fn version(connection: &Connection, known: u32) -> Result<u32, StoreError> {
    let migrate = |error: rusqlite::Error| StoreError::Migrate(Arc::new(error));
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'refinery_schema_history'";
    if connection.query_row(table, [], |_| Ok(())).optional().map_err(migrate)?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history";
    let found: u32 = connection.query_row(newest, [], |row| row.get(0)).map_err(migrate)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found)
}
