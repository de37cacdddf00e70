//! The lives of the stream, in SQLite.

use super::{Sqlite, unavailable};
use crate::store::{Incarnations, StoreError};
use rusqlite::OptionalExtension;

impl Incarnations for Sqlite {
    fn incarnation(&self) -> Result<String, StoreError> {
        let sql = "SELECT id FROM incarnation";
        let known = self.reading(|connection| connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional());
        Ok(known?.unwrap_or_default())
    }

    fn begin_incarnation(&self, id: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO incarnation (one, id) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET id = ?1";
        self.desk.lock().execute(sql, [id]).map_err(unavailable)?;
        self.appender.note_tip()
    }
}
