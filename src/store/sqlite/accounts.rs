//! Accounts and API tokens in SQLite.

use super::{Sqlite, unavailable};
use crate::plan::Timestamp;
use crate::plan::command::Role;
use crate::store::{Account, Accounts, ApiToken, StoreError};
use rusqlite::types::Type;
use rusqlite::{ErrorCode, OptionalExtension, Row};

fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let name: String = row.get(column)?;
    name.parse().map_err(|error: String| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        name: row.get(0)?,
        role: role(row, 1)?,
        password_hash: row.get(2)?,
        created_at: Timestamp(row.get(3)?),
        disabled_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        language: row.get(5)?,
    })
}

fn token(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken { name: row.get(0)?, role: role(row, 1)?, sha256: row.get(2)?, created_at: Timestamp(row.get(3)?) })
}

fn taken(error: rusqlite::Error, what: &'static str, name: &str) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => StoreError::Exists { what, name: name.to_owned() },
        _ => unavailable(error),
    }
}

impl Accounts for Sqlite {
    fn add_account(&self, account: &Account) -> Result<(), StoreError> {
        let Account { name, role, password_hash, created_at, disabled_at, language: _ } = account;
        let sql = "INSERT INTO account (name, role, password_hash, created_at, disabled_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = (name, role.as_str(), password_hash, created_at.0, disabled_at.map(|at| at.0));
        self.desk.lock().execute(sql, values).map(|_| ()).map_err(|error| taken(error, "account", name))
    }

    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT name, role, password_hash, created_at, disabled_at, language FROM account ORDER BY name";
        self.reading(|connection| connection.prepare_cached(sql)?.query_map([], account)?.collect())
    }

    fn disable_account(&self, name: &str, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET disabled_at = ?2 WHERE name = ?1 AND disabled_at IS NULL";
        self.desk.lock().execute(sql, (name, at.0)).map(|rows| rows > 0).map_err(unavailable)
    }

    fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET password_hash = ?2 WHERE name = ?1";
        self.desk.lock().execute(sql, (name, password_hash)).map(|rows| rows > 0).map_err(unavailable)
    }

    fn set_language(&self, name: &str, language: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET language = ?2 WHERE name = ?1";
        self.desk.lock().execute(sql, (name, language)).map(|rows| rows > 0).map_err(unavailable)
    }

    fn set_role(&self, name: &str, role: Role) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET role = ?2 WHERE name = ?1";
        self.desk.lock().execute(sql, (name, role.as_str())).map(|rows| rows > 0).map_err(unavailable)
    }

    fn enable_account(&self, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET disabled_at = NULL WHERE name = ?1 AND disabled_at IS NOT NULL";
        self.desk.lock().execute(sql, [name]).map(|rows| rows > 0).map_err(unavailable)
    }

    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT name, role, password_hash, created_at, disabled_at, language FROM account WHERE name = ?1";
        self.reading(|connection| connection.prepare_cached(sql)?.query_row([name], account).optional())
    }

    fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
        let ApiToken { name, role, sha256, created_at } = token;
        let sql = "INSERT INTO api_token (name, role, sha256, created_at) VALUES (?1, ?2, ?3, ?4)";
        self.desk.lock().execute(sql, (name, role.as_str(), sha256, created_at.0)).map(|_| ()).map_err(|error| taken(error, "token", name))
    }

    fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let sql = "SELECT name, role, sha256, created_at FROM api_token ORDER BY name";
        self.reading(|connection| connection.prepare_cached(sql)?.query_map([], token)?.collect())
    }

    fn token_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
        let sql = "SELECT name, role, sha256, created_at FROM api_token WHERE sha256 = ?1";
        self.reading(|connection| connection.prepare_cached(sql)?.query_row([sha256], token).optional())
    }

    fn revoke_token(&self, name: &str) -> Result<bool, StoreError> {
        self.desk.lock().execute("DELETE FROM api_token WHERE name = ?1", [name]).map(|rows| rows > 0).map_err(unavailable)
    }
}
