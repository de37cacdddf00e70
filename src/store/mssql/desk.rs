//! Accounts, tokens, sessions, uploads that wait, and consumers, in SQL Server.

use super::stream::{instant, position, there, timestamp};
use super::{Client, DUPLICATE_KEY, Fault, Mssql, code, unavailable, with_retry};
use crate::plan::command::Role;
use crate::plan::{Position, Timestamp};
use crate::store::{
    Account, Accounts, ApiToken, Clocks, Confirmation, Consumer, Consumers, Incarnations, PendingUpload, ReportFile, ReportFiles, Session,
    Sessions, StoreError, Uploads, bound, to_sha256,
};
use std::borrow::Cow;
use tiberius::error::Error;
use tiberius::{ColumnData, IntoSql, Query, Row, ToSql as _};
use time::OffsetDateTime;
use uuid::Uuid;

/// A parameter. (An absent text or instant would be sent without its type, which not every server takes.)
#[derive(Clone)]
enum Value {
    Text(String),
    Number(i64),
    MaybeNumber(Option<i64>),
    Instant(OffsetDateTime),
    Bytes(Vec<u8>),
    Id(Uuid),
}

/// An instant that the query keeps.
struct Owned(OffsetDateTime);

impl<'a> IntoSql<'a> for Owned {
    fn into_sql(self) -> ColumnData<'a> {
        match self.0.to_sql() {
            ColumnData::DateTimeOffset(instant) => ColumnData::DateTimeOffset(instant),
            _ => ColumnData::DateTimeOffset(None),
        }
    }
}

fn query(sql: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Query<'static> {
    let mut query = Query::new(sql);
    for value in values {
        match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
            Value::MaybeNumber(number) => query.bind(number),
            Value::Instant(instant) => query.bind(Owned(instant)),
            Value::Bytes(bytes) => query.bind(bytes),
            Value::Id(id) => query.bind(id),
        }
    }
    query
}

/// Makes a change; answers how many rows it was about. The driver's own count is 0 where NOCOUNT is on, which the append sets, and
/// which outlives it on some servers.
async fn counted(client: &mut Client, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
    let counting = query(format!("{sql};\nSELECT CAST(@@ROWCOUNT AS bigint);"), values);
    let count: i64 = there(there(counting.query(client).await?.into_row().await?)?.try_get(0)?)?;
    Ok(count.unsigned_abs())
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// The key of a name, which is the same in any case. Names are ASCII.
fn key(name: &str) -> Value {
    Value::Text(name.to_ascii_lowercase())
}

fn at(timestamp: Timestamp) -> Value {
    Value::Instant(instant(timestamp))
}

impl Mssql {
    /// Answers how many rows it was about.
    fn change(&self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        self.run(move |client| Box::pin(counted(client, sql, values)))
    }

    fn rows<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, StoreError> {
        self.run(move |client| {
            Box::pin(async move { query(sql, values).query(client).await?.into_first_result().await?.iter().map(read).collect() })
        })
    }

    fn row<T: Send + 'static>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, values, read)?.pop())
    }

    /// A change that may meet a key that is there already: then `None`.
    fn add(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<u64>, StoreError> {
        let pool = self.pool.clone();
        self.runtime.wait(async move {
            let added = with_retry(&pool, move |client| Box::pin(counted(client, sql, values)));
            match added.await {
                Ok(rows) => Ok(Some(rows)),
                Err(Fault::Database(error)) if code(&error).is_some_and(|code| DUPLICATE_KEY.contains(&code)) => Ok(None),
                Err(fault) => Err(unavailable(fault)),
            }
        })
    }
}

fn name(row: &Row, column: usize) -> Result<String, Error> {
    Ok(there(row.try_get::<&str, _>(column)?)?.to_owned())
}

fn role(row: &Row, column: usize) -> Result<Role, Error> {
    there(row.try_get::<&str, _>(column)?)?.parse().map_err(|error: String| Error::Conversion(error.into()))
}

fn account(row: &Row) -> Result<Account, Error> {
    let is_disabled = row.try_get::<OffsetDateTime, _>(4)?.is_some();
    Ok(Account {
        name: name(row, 0)?,
        role: role(row, 1)?,
        password_hash: row.try_get::<&str, _>(2)?.map(str::to_owned),
        created_at: timestamp(row, 3)?,
        disabled_at: is_disabled.then(|| timestamp(row, 4)).transpose()?,
        language: row.try_get::<&str, _>(5)?.map(str::to_owned),
    })
}

fn token(row: &Row) -> Result<ApiToken, Error> {
    let sha256 = to_sha256(there(row.try_get(2)?)?);
    Ok(ApiToken { name: name(row, 0)?, role: role(row, 1)?, sha256, created_at: timestamp(row, 3)? })
}

fn consumer(row: &Row) -> Result<Consumer, Error> {
    Ok(Consumer {
        name: name(row, 0)?,
        position: position(row, 1)?,
        moved_by: name(row, 2)?,
        moved_at: timestamp(row, 3)?,
        incarnation: name(row, 4)?,
    })
}

impl Accounts for Mssql {
    fn add_account(&self, account: &Account) -> Result<(), StoreError> {
        let Account { name, role, password_hash, created_at, disabled_at, language: _ } = account;
        let sql = "INSERT INTO account (name_key, name, role, password_hash, created_at) VALUES (@P1, @P2, @P3, NULLIF(@P4, N''), @P5)";
        let values = vec![key(name), text(name), text(role.as_str()), text(password_hash.as_deref().unwrap_or_default()), at(*created_at)];
        self.add(sql, values)?.ok_or_else(|| StoreError::Exists { what: "account", name: name.clone() })?;
        if let Some(disabled_at) = disabled_at {
            self.disable_account(name, *disabled_at)?;
        }
        Ok(())
    }

    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.rows("SELECT name, role, password_hash, created_at, disabled_at, language FROM account ORDER BY name_key", Vec::new(), account)
    }

    fn disable_account(&self, name: &str, instant: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET disabled_at = @P2 WHERE name_key = @P1 AND disabled_at IS NULL";
        Ok(self.change(sql, vec![key(name), at(instant)])? > 0)
    }

    fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        Ok(self.change("UPDATE account SET password_hash = @P2 WHERE name_key = @P1", vec![key(name), text(password_hash)])? > 0)
    }

    fn set_language(&self, name: &str, language: &str) -> Result<bool, StoreError> {
        Ok(self.change("UPDATE account SET language = @P2 WHERE name_key = @P1", vec![key(name), text(language)])? > 0)
    }

    fn set_role(&self, name: &str, role: Role) -> Result<bool, StoreError> {
        Ok(self.change("UPDATE account SET role = @P2 WHERE name_key = @P1", vec![key(name), text(role.as_str())])? > 0)
    }

    fn enable_account(&self, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET disabled_at = NULL WHERE name_key = @P1 AND disabled_at IS NOT NULL";
        Ok(self.change(sql, vec![key(name)])? > 0)
    }

    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.row(
            "SELECT name, role, password_hash, created_at, disabled_at, language FROM account WHERE name_key = @P1",
            vec![key(name)],
            account,
        )
    }

    fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
        let ApiToken { name, role, sha256, created_at } = token;
        let sql = "INSERT INTO api_token (name_key, name, role, sha256, created_at) VALUES (@P1, @P2, @P3, @P4, @P5)";
        let values = vec![key(name), text(name), text(role.as_str()), Value::Bytes(sha256.to_vec()), at(*created_at)];
        self.add(sql, values)?.map(|_| ()).ok_or_else(|| StoreError::Exists { what: "token", name: name.clone() })
    }

    fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.rows("SELECT name, role, sha256, created_at FROM api_token ORDER BY name_key", Vec::new(), token)
    }

    fn token_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
        self.row("SELECT name, role, sha256, created_at FROM api_token WHERE sha256 = @P1", vec![Value::Bytes(sha256.to_vec())], token)
    }

    fn revoke_token(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.change("DELETE FROM api_token WHERE name_key = @P1", vec![key(name)])? > 0)
    }
}

impl Sessions for Mssql {
    fn add_session(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let Session { sha256, account, created_at, expires_at } = session;
        self.change("DELETE FROM session WHERE expires_at <= @P1", vec![at(now)])?;
        let sql = "INSERT INTO session (sha256, account, created_at, expires_at) SELECT @P1, name_key, @P3, @P4 FROM account WHERE name_key = @P2";
        match self.change(sql, vec![Value::Bytes(sha256.to_vec()), key(account), at(*created_at), at(*expires_at)])? {
            0 => Err(StoreError::Unknown { what: "account", name: account.clone() }),
            _ => Ok(()),
        }
    }

    fn account_in_session(&self, sha256: &[u8; 32], now: Timestamp) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT account.name, account.role, account.password_hash, account.created_at, account.disabled_at, account.language
                   FROM session JOIN account ON account.name_key = session.account
                   WHERE session.sha256 = @P1 AND session.expires_at > @P2 AND account.disabled_at IS NULL";
        self.row(sql, vec![Value::Bytes(sha256.to_vec()), at(now)], account)
    }

    fn end_session(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.change("DELETE FROM session WHERE sha256 = @P1", vec![Value::Bytes(sha256.to_vec())]).map(|_| ())
    }

    fn end_sessions_of(&self, account: &str) -> Result<usize, StoreError> {
        Ok(usize::try_from(self.change("DELETE FROM session WHERE account = @P1", vec![key(account)])?).unwrap_or(usize::MAX))
    }

    fn sessions(&self, now: Timestamp) -> Result<Vec<(String, usize)>, StoreError> {
        let sql = "SELECT account.name, COUNT(*) FROM session JOIN account ON account.name_key = session.account
                   WHERE session.expires_at > @P1 GROUP BY account.name";
        self.rows(sql, vec![at(now)], |row| Ok((name(row, 0)?, usize::try_from(there(row.try_get::<i32, _>(1)?)?).unwrap_or(0))))
    }
}

impl Uploads for Mssql {
    fn keep_upload(&self, upload: &PendingUpload, expired: Timestamp) -> Result<(), StoreError> {
        self.change("DELETE FROM pending_upload WHERE created_at < @P1", vec![at(expired)])?;
        let PendingUpload { id, kind, file, mapping, content, actor, position, created_at } = upload;
        let sql = "INSERT INTO pending_upload (id, kind, file_name, mapping, content, actor, position, created_at)
                   VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8)";
        let values = vec![
            Value::Id(*id),
            text(kind),
            text(file),
            text(mapping),
            Value::Bytes(content.clone()),
            text(actor),
            Value::Number(bound(*position)),
            at(*created_at),
        ];
        self.change(sql, values).map(|_| ())
    }

    fn upload(&self, id: Uuid) -> Result<Option<PendingUpload>, StoreError> {
        let sql = "SELECT id, kind, file_name, mapping, content, actor, position, created_at FROM pending_upload WHERE id = @P1";
        self.row(sql, vec![Value::Id(id)], |row| {
            Ok(PendingUpload {
                id: there(row.try_get(0)?)?,
                kind: name(row, 1)?,
                file: name(row, 2)?,
                mapping: name(row, 3)?,
                content: there(row.try_get::<&[u8], _>(4)?)?.to_vec(),
                actor: name(row, 5)?,
                position: position(row, 6)?,
                created_at: timestamp(row, 7)?,
            })
        })
    }

    fn previewed(&self, id: Uuid, position: Position) -> Result<(), StoreError> {
        let sql = "UPDATE pending_upload SET position = @P2 WHERE id = @P1";
        self.change(sql, vec![Value::Id(id), Value::Number(bound(position))]).map(|_| ())
    }
}

impl ReportFiles for Mssql {
    fn keep_report_file(&self, file: &ReportFile) -> Result<(), StoreError> {
        let ReportFile { sha256, name, content, created_at } = file;
        let sql = "INSERT INTO report_file (sha256, file_name, content, created_at) SELECT @P1, @P2, @P3, @P4
                   WHERE NOT EXISTS (SELECT 1 FROM report_file WHERE sha256 = @P1)";
        let values = vec![Value::Bytes(sha256.to_vec()), text(name), Value::Bytes(content.clone()), at(*created_at)];
        // Whoever was faster has kept the same.
        self.add(sql, values).map(|_| ())
    }

    fn report_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT content FROM report_file WHERE sha256 = @P1";
        self.row(sql, vec![Value::Bytes(sha256.to_vec())], |row| Ok(there(row.try_get::<&[u8], _>(0)?)?.to_vec()))
    }

    fn forget_report_file(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.change("DELETE FROM report_file WHERE sha256 = @P1", vec![Value::Bytes(sha256.to_vec())]).map(|_| ())
    }
}

impl Clocks for Mssql {
    fn confirm_clock(&self, confirmation: &Confirmation) -> Result<(), StoreError> {
        let values = || vec![at(confirmation.at), text(&confirmation.by)];
        if self.change("UPDATE clock_confirmation SET confirmed_at = @P1, confirmed_by = @P2", values())? == 0 {
            // Whoever was faster has said the same.
            self.add("INSERT INTO clock_confirmation (one, confirmed_at, confirmed_by) VALUES (1, @P1, @P2)", values())?;
        }
        Ok(())
    }

    fn clock_confirmation(&self) -> Result<Option<Confirmation>, StoreError> {
        let said = |row: &Row| Ok(Confirmation { at: timestamp(row, 0)?, by: there(row.try_get::<&str, _>(1)?)?.to_owned() });
        self.row("SELECT confirmed_at, confirmed_by FROM clock_confirmation", Vec::new(), said)
    }
}

impl Incarnations for Mssql {
    fn incarnation(&self) -> Result<String, StoreError> {
        Ok(self.row("SELECT id FROM incarnation", Vec::new(), |row| name(row, 0))?.unwrap_or_default())
    }

    fn begin_incarnation(&self, id: &str) -> Result<(), StoreError> {
        if self.change("UPDATE incarnation SET id = @P1", vec![text(id)])? == 0 {
            self.add("INSERT INTO incarnation (one, id) VALUES (1, @P1)", vec![text(id)])?;
        }
        Ok(())
    }
}

impl Consumers for Mssql {
    fn consumers(&self) -> Result<Vec<Consumer>, StoreError> {
        self.rows("SELECT name, position, moved_by, moved_at, incarnation FROM consumer ORDER BY name", Vec::new(), consumer)
    }

    fn consumer(&self, name: &str) -> Result<Option<Consumer>, StoreError> {
        self.row("SELECT name, position, moved_by, moved_at, incarnation FROM consumer WHERE name = @P1", vec![text(name)], consumer)
    }

    fn move_consumer(&self, to: &Consumer, expected: Option<Position>) -> Result<bool, StoreError> {
        let Consumer { name, position, moved_by, moved_at, incarnation } = to;
        let values = || {
            let expected = Value::MaybeNumber(expected.map(bound));
            vec![text(name), Value::Number(bound(*position)), text(moved_by), at(*moved_at), expected, text(incarnation)]
        };
        let update = "UPDATE consumer SET position = @P2, moved_by = @P3, moved_at = @P4, incarnation = @P6 WHERE name = @P1 AND (@P5 IS NULL OR position = @P5)";
        // A name that nobody knows yet stands at 0.
        let insert = "INSERT INTO consumer (name, position, moved_by, moved_at, incarnation) SELECT @P1, @P2, @P3, @P4, @P6
                      WHERE (@P5 IS NULL OR @P5 = 0) AND NOT EXISTS (SELECT 1 FROM consumer WHERE name = @P1)";
        if self.change(update, values())? > 0 {
            return Ok(true);
        }
        match self.add(insert, values())? {
            Some(rows) if rows > 0 => Ok(true),
            // Somebody else has made it known meanwhile.
            _ => Ok(self.change(update, values())? > 0),
        }
    }

    fn forget_consumer(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.change("DELETE FROM consumer WHERE name = @P1", vec![text(name)])? > 0)
    }
}
