//! Consumers in SQLite.

use super::{Sqlite, unavailable};
use crate::plan::{Position, Timestamp};
use crate::store::{Consumer, Consumers, StoreError, bound};
use rusqlite::{OptionalExtension, Row};

fn consumer(row: &Row<'_>) -> rusqlite::Result<Consumer> {
    let position: i64 = row.get(1)?;
    Ok(Consumer {
        name: row.get(0)?,
        position: Position(u64::try_from(position).unwrap_or(0)),
        moved_by: row.get(2)?,
        moved_at: Timestamp(row.get(3)?),
        incarnation: row.get(4)?,
    })
}

impl Consumers for Sqlite {
    fn consumers(&self) -> Result<Vec<Consumer>, StoreError> {
        let sql = "SELECT name, position, moved_by, moved_at, incarnation FROM consumer ORDER BY name";
        self.reading(|connection| connection.prepare_cached(sql)?.query_map([], consumer)?.collect())
    }

    fn consumer(&self, name: &str) -> Result<Option<Consumer>, StoreError> {
        let sql = "SELECT name, position, moved_by, moved_at, incarnation FROM consumer WHERE name = ?1";
        self.reading(|connection| connection.prepare_cached(sql)?.query_row([name], consumer).optional())
    }

    fn move_consumer(&self, to: &Consumer, expected: Option<Position>) -> Result<bool, StoreError> {
        let Consumer { name, position, moved_by, moved_at, incarnation } = to;
        // A name that nobody knows yet stands at 0.
        let sql = "INSERT INTO consumer (name, position, moved_by, moved_at, incarnation)
                   SELECT ?1, ?2, ?3, ?4, ?6
                   WHERE ?5 IS NULL OR ?5 = COALESCE((SELECT position FROM consumer WHERE name = ?1), 0)
                   ON CONFLICT (name) DO UPDATE SET position = ?2, moved_by = ?3, moved_at = ?4, incarnation = ?6";
        let desk = self.desk.lock();
        let mut statement = desk.prepare_cached(sql).map_err(unavailable)?;
        let parameters = (name, bound(*position), moved_by, moved_at.0, expected.map(bound), incarnation);
        let moved = statement.execute(parameters).map_err(unavailable)?;
        Ok(moved > 0)
    }

    fn forget_consumer(&self, name: &str) -> Result<bool, StoreError> {
        self.desk.lock().execute("DELETE FROM consumer WHERE name = ?1", [name]).map(|rows| rows > 0).map_err(unavailable)
    }
}
