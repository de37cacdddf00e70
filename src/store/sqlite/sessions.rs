//! Sessions in SQLite.

use super::accounts::account;
use super::{Sqlite, unavailable};
use crate::plan::Timestamp;
use crate::store::{Account, Session, Sessions, StoreError};
use rusqlite::OptionalExtension;

impl Sessions for Sqlite {
    fn add_session(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let Session { sha256, account, created_at, expires_at } = session;
        let desk = self.desk.lock();
        desk.execute("DELETE FROM session WHERE expires_at <= ?1", [now.0]).map_err(unavailable)?;
        let sql = "INSERT INTO session (sha256, account, created_at, expires_at) SELECT ?1, name, ?3, ?4 FROM account WHERE name = ?2";
        match desk.execute(sql, (sha256, account, created_at.0, expires_at.0)).map_err(unavailable)? {
            0 => Err(StoreError::Unknown { what: "account", name: account.clone() }),
            _ => Ok(()),
        }
    }

    fn account_in_session(&self, sha256: &[u8; 32], now: Timestamp) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT account.name, account.role, account.password_hash, account.created_at, account.disabled_at, account.language
                   FROM session JOIN account ON account.name = session.account
                   WHERE sha256 = ?1 AND expires_at > ?2 AND disabled_at IS NULL";
        self.reading(|connection| connection.prepare_cached(sql)?.query_row((sha256, now.0), account).optional())
    }

    fn end_session(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.desk.lock().execute("DELETE FROM session WHERE sha256 = ?1", [sha256]).map(|_| ()).map_err(unavailable)
    }

    fn end_sessions_of(&self, account: &str) -> Result<usize, StoreError> {
        self.desk.lock().execute("DELETE FROM session WHERE account = ?1", [account]).map_err(unavailable)
    }

    fn sessions(&self, now: Timestamp) -> Result<Vec<(String, usize)>, StoreError> {
        let sql = "SELECT account, COUNT(*) FROM session WHERE expires_at > ?1 GROUP BY account";
        self.reading(|connection| {
            connection
                .prepare_cached(sql)?
                .query_map([now.0], |row| Ok((row.get(0)?, usize::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))?
                .collect()
        })
    }
}
