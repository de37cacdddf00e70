//! Opening a database file: locks, settings, migrations.

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

/// Applies the migrations that are missing; one process at a time.
pub(super) fn migrate(path: &Path, connection: &mut Connection, access: Access) -> Result<(), StoreError> {
    let Migrations { runner, known } = Migrations::of(migrations::SQLITE)?;
    if is_current(connection, known)? || access == Access::Look {
        return Ok(());
    }
    let _alone = lock_migrations(path)?;
    // Another process may have done it while this one waited.
    if is_current(connection, known)? {
        return Ok(());
    }
    let report = runner.run(connection).map_err(|source| StoreError::Migrate(Arc::new(source)))?;
    for migration in report.applied_migrations() {
        tracing::info!(version = migration.version(), name = migration.name(), "migrated the database");
    }
    Ok(())
}

/// Whether the database has all migrations that this program knows; an error if it has more.
fn is_current(connection: &Connection, known: u32) -> Result<bool, StoreError> {
    let migrate = |error: rusqlite::Error| StoreError::Migrate(Arc::new(error));
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'refinery_schema_history'";
    if connection.query_row(table, [], |_| Ok(())).optional().map_err(migrate)?.is_none() {
        return Ok(false);
    }
    let newest = "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history";
    let found: u32 = connection.query_row(newest, [], |row| row.get(0)).map_err(migrate)?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found == known)
}
