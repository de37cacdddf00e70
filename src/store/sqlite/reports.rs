//! Reports' files, in SQLite.

use super::{Sqlite, unavailable};
use crate::store::{ReportFile, ReportFiles, StoreError};
use rusqlite::OptionalExtension;

impl ReportFiles for Sqlite {
    fn keep_report_file(&self, file: &ReportFile) -> Result<(), StoreError> {
        let ReportFile { sha256, name, content, created_at } = file;
        let sql = "INSERT INTO report_file (sha256, name, content, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (sha256) DO NOTHING";
        self.desk.lock().execute(sql, (sha256, name, content, created_at.0)).map(|_| ()).map_err(unavailable)
    }

    fn report_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT content FROM report_file WHERE sha256 = ?1";
        self.reading(|connection| connection.prepare_cached(sql)?.query_row([sha256], |row| row.get(0)).optional())
    }

    fn forget_report_file(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.desk.lock().execute("DELETE FROM report_file WHERE sha256 = ?1", [sha256]).map(|_| ()).map_err(unavailable)
    }
}
