//! SQLite, the embedded default: one connection that writes, on a thread of its own, and a few that read.

mod accounts;
mod clocks;
mod consumers;
mod identity;
mod incarnation;
mod open;
mod reports;
mod sessions;
mod stream;
mod tip;
mod uploads;

pub use open::Access;

use super::{Columns, StoreError, migrations, warn_of};
use parking_lot::Mutex;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Readers beyond these are closed when they are done.
const READERS_KEPT: usize = 4;

const BEFORE: Columns = Columns { hash: "NULL", envelope: "1, NULL, NULL, NULL, NULL, NULL, NULL" };

pub struct Sqlite {
    path: PathBuf,
    columns: &'static Columns,
    risks: Vec<String>,
    appender: stream::Appender,
    /// Accounts, tokens and uploads are written here; rarely, so they may wait for one another.
    desk: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Held while the program serves, so that a second server is refused. The system lets go of it with the process.
    lock: Mutex<Option<File>>,
}

impl Sqlite {
    /// Opens the database file, creates it where there is none, and migrates it to this program's version.
    ///
    /// # Errors
    /// It cannot be opened or migrated, is newer than the program, or (to serve) in use by another server.
    pub fn open(path: impl AsRef<Path>, access: Access) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if access == Access::Look {
            open::must_exist(path)?;
        }
        let lock = open::lock(path, access)?;
        let mut connection = if access == Access::Look { open::connect(path)? } else { open::create(path)? };
        let columns = Columns::of(open::migrate(path, &mut connection, access)?, migrations::SQLITE_CHAIN, &BEFORE);
        let risks = open::risks(&connection).map_err(unavailable)?;
        warn_of(&risks);
        if access == Access::Serve {
            open::refuse_what_was_lost(path, &connection)?;
        }
        // The guards in the file are against others: what is appended here has been checked (`Append::check`), behind the event that it
        // names, and only an erasure overwrites. Each of them would be looked at for every row.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).map_err(unavailable)?;
        let appender = stream::Appender::start(connection, identity::Identity::of(path), tip::Tip::of(path));
        let desk = Mutex::new(open::connect(path)?);
        Ok(Self { path: path.to_owned(), columns, risks, appender, desk, readers: Mutex::new(Vec::new()), lock: Mutex::new(lock) })
    }

    /// Runs a reading on a connection of its own.
    fn reading<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let pooled = self.readers.lock().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open::connect(&self.path)?,
        };
        // A connection that failed is not used again.
        let read = read(&connection).map_err(unavailable)?;
        let mut readers = self.readers.lock();
        if readers.len() < READERS_KEPT {
            readers.push(connection);
        }
        Ok(read)
    }
}

fn unavailable(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(Arc::new(error))
}
