//! Uploads that wait to be applied, in SQLite.

use super::{Sqlite, unavailable};
use crate::plan::{Position, Timestamp};
use crate::store::{PendingUpload, StoreError, Uploads, bound};
use rusqlite::OptionalExtension;
use uuid::Uuid;

impl Uploads for Sqlite {
    fn keep_upload(&self, upload: &PendingUpload, expired: Timestamp) -> Result<(), StoreError> {
        let mut desk = self.desk.lock();
        let mut keep = || -> rusqlite::Result<()> {
            let transaction = desk.transaction()?;
            transaction.execute("DELETE FROM pending_upload WHERE created_at < ?1", [expired.0])?;
            let PendingUpload { id, kind, file, mapping, content, actor, position, created_at } = upload;
            let sql = "INSERT INTO pending_upload (id, kind, file, mapping, content, actor, position, created_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let position = bound(*position);
            transaction.execute(sql, (id.as_bytes(), kind, file, mapping, content, actor, position, created_at.0))?;
            transaction.commit()
        };
        keep().map_err(unavailable)
    }

    fn upload(&self, id: Uuid) -> Result<Option<PendingUpload>, StoreError> {
        let sql = "SELECT kind, file, mapping, content, actor, position, created_at FROM pending_upload WHERE id = ?1";
        self.reading(|connection| {
            let found = connection.prepare_cached(sql)?.query_row([id.as_bytes()], |row| {
                let position: i64 = row.get(5)?;
                Ok(PendingUpload {
                    id,
                    kind: row.get(0)?,
                    file: row.get(1)?,
                    mapping: row.get(2)?,
                    content: row.get(3)?,
                    actor: row.get(4)?,
                    position: Position(u64::try_from(position).unwrap_or(0)),
                    created_at: Timestamp(row.get(6)?),
                })
            });
            found.optional()
        })
    }

    fn previewed(&self, id: Uuid, position: Position) -> Result<(), StoreError> {
        let position = bound(position);
        let sql = "UPDATE pending_upload SET position = ?2 WHERE id = ?1";
        self.desk.lock().execute(sql, (id.as_bytes(), position)).map(|_| ()).map_err(unavailable)
    }
}
