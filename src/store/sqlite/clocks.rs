//! What was said of the clock, in SQLite.

use super::{Sqlite, unavailable};
use crate::plan::Timestamp;
use crate::store::{Clocks, Confirmation, StoreError};
use rusqlite::OptionalExtension;

impl Clocks for Sqlite {
    fn confirm_clock(&self, confirmation: &Confirmation) -> Result<(), StoreError> {
        let sql = "INSERT INTO clock_confirmation (one, confirmed_at, confirmed_by) VALUES (1, ?1, ?2)
                   ON CONFLICT (one) DO UPDATE SET confirmed_at = ?1, confirmed_by = ?2";
        self.desk.lock().execute(sql, (confirmation.at.0, &confirmation.by)).map(|_| ()).map_err(unavailable)
    }

    fn clock_confirmation(&self) -> Result<Option<Confirmation>, StoreError> {
        let sql = "SELECT confirmed_at, confirmed_by FROM clock_confirmation";
        self.reading(|connection| {
            let said = |row: &rusqlite::Row<'_>| Ok(Confirmation { at: Timestamp(row.get(0)?), by: row.get(1)? });
            connection.prepare_cached(sql)?.query_row([], said).optional()
        })
    }
}
