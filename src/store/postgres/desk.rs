//! Accounts, tokens, sessions, uploads that wait, and consumers, in PostgreSQL.

use super::stream::instant;
use super::{ANSWERS_WITHIN, Fault, Postgres, on_connection, unavailable};
use crate::plan::{Position, Timestamp};
use crate::store::{
    Account, Accounts, ApiToken, Clocks, Confirmation, Consumer, Consumers, Incarnations, PendingUpload, ReportFile, ReportFiles, Session,
    Sessions, StoreError, Uploads, bound, new_incarnation, to_sha256,
};
use deadpool_postgres::Object;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

/// A value that a query owns, since it may outlive its caller.
type Value = Box<dyn ToSql + Sync + Send>;

fn values(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect()
}

async fn execute(client: &Object, sql: &str, parameters: &[Value]) -> Result<u64, Error> {
    client.execute(&client.prepare_cached(sql).await?, &values(parameters)).await
}

/// An instant as a parameter. Those of our own making are all within the calendar.
fn at(timestamp: Timestamp) -> Value {
    Box::new(instant(timestamp).unwrap_or(jiff::Timestamp::MAX))
}

impl Postgres {
    /// Answers how many rows it was about.
    fn change(&self, sql: &'static str, parameters: Vec<Value>) -> Result<u64, StoreError> {
        self.run(move |client| async move { execute(&client, sql, &parameters).await })
    }

    fn rows<T: Send + 'static>(
        &self,
        sql: &'static str,
        parameters: Vec<Value>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, StoreError> {
        self.run(move |client| async move {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, &values(&parameters)).await?.iter().map(read).collect()
        })
    }

    fn row<T: Send + 'static>(
        &self,
        sql: &'static str,
        parameters: Vec<Value>,
        read: fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, parameters, read)?.pop())
    }

    /// An insert that may find its name taken.
    fn add(&self, sql: &'static str, parameters: Vec<Value>, what: &'static str, name: &str) -> Result<(), StoreError> {
        let (pool, name) = (self.pool.clone(), name.to_owned());
        self.runtime.wait(async move {
            let added = on_connection(&pool, ANSWERS_WITHIN, |client| async move { execute(&client, sql, &parameters).await }).await;
            match added {
                Ok(_) => Ok(()),
                Err(Fault::Database(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Err(StoreError::Exists { what, name }),
                Err(fault) => Err(unavailable(fault)),
            }
        })
    }
}

/// A text that the database holds for something of ours.
struct Named<T>(T);

impl<'a, T: std::str::FromStr<Err = String>> tokio_postgres::types::FromSql<'a> for Named<T> {
    fn from_sql(ty: &tokio_postgres::types::Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(<&str>::from_sql(ty, raw)?.parse()?))
    }

    fn accepts(ty: &tokio_postgres::types::Type) -> bool {
        <&str as tokio_postgres::types::FromSql>::accepts(ty)
    }
}

fn account(row: &Row) -> Result<Account, Error> {
    Ok(Account {
        name: row.try_get(0)?,
        role: row.try_get::<_, Named<_>>(1)?.0,
        password_hash: row.try_get(2)?,
        created_at: row.try_get(3)?,
        disabled_at: row.try_get(4)?,
        language: row.try_get(5)?,
    })
}

fn token(row: &Row) -> Result<ApiToken, Error> {
    Ok(ApiToken {
        name: row.try_get(0)?,
        role: row.try_get::<_, Named<_>>(1)?.0,
        sha256: to_sha256(row.try_get(2)?),
        created_at: row.try_get(3)?,
    })
}

fn position(row: &Row, column: usize) -> Result<Position, Error> {
    row.try_get::<_, i64>(column).map(|position| Position(u64::try_from(position).unwrap_or(0)))
}

fn consumer(row: &Row) -> Result<Consumer, Error> {
    Ok(Consumer {
        name: row.try_get(0)?,
        position: position(row, 1)?,
        moved_by: row.try_get(2)?,
        moved_at: row.try_get(3)?,
        incarnation: row.try_get(4)?,
    })
}

fn text(value: &str) -> Value {
    Box::new(value.to_owned())
}

impl Accounts for Postgres {
    fn add_account(&self, account: &Account) -> Result<(), StoreError> {
        let Account { name, role, password_hash, created_at, disabled_at, language: _ } = account;
        let sql = "INSERT INTO account (name, role, password_hash, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5)";
        let disabled_at: Value = match disabled_at {
            Some(disabled_at) => at(*disabled_at),
            None => Box::new(None::<jiff::Timestamp>),
        };
        let parameters = vec![text(name), text(role.as_str()), Box::new(password_hash.clone()), at(*created_at), disabled_at];
        self.add(sql, parameters, "account", name)
    }

    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.rows(
            "SELECT name, role, password_hash, created_at, disabled_at, language FROM account ORDER BY lower(name)",
            Vec::new(),
            account,
        )
    }

    fn disable_account(&self, name: &str, instant: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET disabled_at = $2 WHERE lower(name) = lower($1) AND disabled_at IS NULL";
        Ok(self.change(sql, vec![text(name), at(instant)])? > 0)
    }

    fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET password_hash = $2 WHERE lower(name) = lower($1)";
        Ok(self.change(sql, vec![text(name), text(password_hash)])? > 0)
    }

    fn set_language(&self, name: &str, language: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET language = $2 WHERE lower(name) = lower($1)";
        Ok(self.change(sql, vec![text(name), text(language)])? > 0)
    }

    fn set_role(&self, name: &str, role: crate::plan::command::Role) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET role = $2 WHERE lower(name) = lower($1)";
        Ok(self.change(sql, vec![text(name), text(role.as_str())])? > 0)
    }

    fn enable_account(&self, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET disabled_at = NULL WHERE lower(name) = lower($1) AND disabled_at IS NOT NULL";
        Ok(self.change(sql, vec![text(name)])? > 0)
    }

    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT name, role, password_hash, created_at, disabled_at, language FROM account WHERE lower(name) = lower($1)";
        self.row(sql, vec![text(name)], account)
    }

    fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
        let ApiToken { name, role, sha256, created_at } = token;
        let sql = "INSERT INTO api_token (name, role, sha256, created_at) VALUES ($1, $2, $3, $4)";
        self.add(sql, vec![text(name), text(role.as_str()), Box::new(sha256.to_vec()), at(*created_at)], "token", name)
    }

    fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.rows("SELECT name, role, sha256, created_at FROM api_token ORDER BY lower(name)", Vec::new(), token)
    }

    fn token_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
        self.row("SELECT name, role, sha256, created_at FROM api_token WHERE sha256 = $1", vec![Box::new(sha256.to_vec())], token)
    }

    fn revoke_token(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.change("DELETE FROM api_token WHERE lower(name) = lower($1)", vec![text(name)])? > 0)
    }
}

impl Sessions for Postgres {
    fn add_session(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        let Session { sha256, account, created_at, expires_at } = session;
        self.change("DELETE FROM session WHERE expires_at <= $1", vec![at(now)])?;
        let sql = "INSERT INTO session (sha256, account, created_at, expires_at) SELECT $1, name, $3, $4 FROM account WHERE lower(name) = lower($2)";
        let parameters = vec![Box::new(sha256.to_vec()) as Value, text(account), at(*created_at), at(*expires_at)];
        match self.change(sql, parameters)? {
            0 => Err(StoreError::Unknown { what: "account", name: account.clone() }),
            _ => Ok(()),
        }
    }

    fn account_in_session(&self, sha256: &[u8; 32], now: Timestamp) -> Result<Option<Account>, StoreError> {
        let sql = "SELECT account.name, account.role, account.password_hash, account.created_at, account.disabled_at, account.language
                   FROM session JOIN account ON account.name = session.account
                   WHERE sha256 = $1 AND expires_at > $2 AND disabled_at IS NULL";
        self.row(sql, vec![Box::new(sha256.to_vec()), at(now)], account)
    }

    fn end_session(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.change("DELETE FROM session WHERE sha256 = $1", vec![Box::new(sha256.to_vec())]).map(|_| ())
    }

    fn end_sessions_of(&self, account: &str) -> Result<usize, StoreError> {
        let ended = self.change("DELETE FROM session WHERE lower(account) = lower($1)", vec![text(account)])?;
        Ok(usize::try_from(ended).unwrap_or(usize::MAX))
    }

    fn sessions(&self, now: Timestamp) -> Result<Vec<(String, usize)>, StoreError> {
        let sql = "SELECT account, COUNT(*) FROM session WHERE expires_at > $1 GROUP BY account";
        self.rows(sql, vec![at(now)], |row| Ok((row.try_get(0)?, usize::try_from(row.try_get::<_, i64>(1)?).unwrap_or(0))))
    }
}

impl Uploads for Postgres {
    fn keep_upload(&self, upload: &PendingUpload, expired: Timestamp) -> Result<(), StoreError> {
        self.change("DELETE FROM pending_upload WHERE created_at < $1", vec![at(expired)])?;
        let PendingUpload { id, kind, file, mapping, content, actor, position, created_at } = upload;
        let sql = "INSERT INTO pending_upload (id, kind, file, mapping, content, actor, position, created_at)
                   VALUES ($1, $2, $3, $4::text::json, $5, $6, $7, $8)";
        let parameters = vec![
            Box::new(*id) as Value,
            text(kind),
            text(file),
            text(mapping),
            Box::new(content.clone()),
            text(actor),
            Box::new(bound(*position)),
            at(*created_at),
        ];
        self.change(sql, parameters).map(|_| ())
    }

    fn upload(&self, id: Uuid) -> Result<Option<PendingUpload>, StoreError> {
        let sql = "SELECT id, kind, file, mapping::text, content, actor, position, created_at FROM pending_upload WHERE id = $1";
        self.row(sql, vec![Box::new(id)], |row| {
            Ok(PendingUpload {
                id: row.try_get(0)?,
                kind: row.try_get(1)?,
                file: row.try_get(2)?,
                mapping: row.try_get(3)?,
                content: row.try_get(4)?,
                actor: row.try_get(5)?,
                position: position(row, 6)?,
                created_at: row.try_get(7)?,
            })
        })
    }

    fn previewed(&self, id: Uuid, position: Position) -> Result<(), StoreError> {
        self.change("UPDATE pending_upload SET position = $2 WHERE id = $1", vec![Box::new(id), Box::new(bound(position))]).map(|_| ())
    }
}

impl ReportFiles for Postgres {
    fn keep_report_file(&self, file: &ReportFile) -> Result<(), StoreError> {
        let ReportFile { sha256, name, content, created_at } = file;
        let sql = "INSERT INTO report_file (sha256, name, content, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (sha256) DO NOTHING";
        let values = vec![Box::new(sha256.to_vec()) as Value, text(name), Box::new(content.clone()), at(*created_at)];
        self.change(sql, values).map(|_| ())
    }

    fn report_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.row("SELECT content FROM report_file WHERE sha256 = $1", vec![Box::new(sha256.to_vec())], |row| row.try_get(0))
    }

    fn forget_report_file(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.change("DELETE FROM report_file WHERE sha256 = $1", vec![Box::new(sha256.to_vec())]).map(|_| ())
    }
}

impl Clocks for Postgres {
    fn confirm_clock(&self, confirmation: &Confirmation) -> Result<(), StoreError> {
        let sql = "INSERT INTO clock_confirmation (one, confirmed_at, confirmed_by) VALUES (1, $1, $2)
                   ON CONFLICT (one) DO UPDATE SET confirmed_at = $1, confirmed_by = $2";
        self.change(sql, vec![at(confirmation.at), text(&confirmation.by)]).map(|_| ())
    }

    fn clock_confirmation(&self) -> Result<Option<Confirmation>, StoreError> {
        let said = |row: &Row| Ok(Confirmation { at: row.try_get(0)?, by: row.try_get(1)? });
        self.row("SELECT confirmed_at, confirmed_by FROM clock_confirmation", Vec::new(), said)
    }
}

/// Where the database lives: it is another place once it was restored elsewhere, or the server went another way.
const PLACE: &str = "SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
    substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), (SELECT oid FROM pg_database WHERE datname = current_database()))";

impl Postgres {
    /// A database that was restored elsewhere, or promoted, begins a new life of its stream by itself.
    pub(super) fn notice_another_place(&self) -> Result<(), StoreError> {
        let here = self.place()?;
        let first = "INSERT INTO incarnation (one, id, place) VALUES (1, '', $1) ON CONFLICT (one) DO NOTHING";
        self.change(first, vec![text(&here)])?;
        // Of several that start at once, one begins it.
        let (id, other) = (new_incarnation(), "UPDATE incarnation SET id = $1, place = $2 WHERE place <> $2");
        if self.change(other, vec![text(&id), text(&here)])? > 0 {
            tracing::warn!(incarnation = id, "the database was restored elsewhere, or promoted: the stream begins a new life");
        }
        Ok(())
    }

    fn place(&self) -> Result<String, StoreError> {
        Ok(self.row(PLACE, Vec::new(), |row| row.try_get(0))?.unwrap_or_default())
    }
}

impl Incarnations for Postgres {
    fn incarnation(&self) -> Result<String, StoreError> {
        let known = self.row("SELECT id FROM incarnation", Vec::new(), |row| row.try_get::<_, String>(0))?;
        Ok(known.unwrap_or_default())
    }

    fn begin_incarnation(&self, id: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO incarnation (one, id, place) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET id = $1, place = $2";
        self.change(sql, vec![text(id), text(&self.place()?)]).map(|_| ())
    }
}

impl Consumers for Postgres {
    fn consumers(&self) -> Result<Vec<Consumer>, StoreError> {
        self.rows("SELECT name, position, moved_by, moved_at, incarnation FROM consumer ORDER BY name", Vec::new(), consumer)
    }

    fn consumer(&self, name: &str) -> Result<Option<Consumer>, StoreError> {
        self.row("SELECT name, position, moved_by, moved_at, incarnation FROM consumer WHERE name = $1", vec![text(name)], consumer)
    }

    fn move_consumer(&self, to: &Consumer, expected: Option<Position>) -> Result<bool, StoreError> {
        let Consumer { name, position, moved_by, moved_at, incarnation } = to;
        // A name that nobody knows yet stands at 0.
        let sql = "INSERT INTO consumer AS known (name, position, moved_by, moved_at, incarnation)
                   SELECT $1, $2, $3, $4, $6
                   WHERE $5::bigint IS NULL OR $5 = COALESCE((SELECT position FROM consumer WHERE name = $1), 0)
                   ON CONFLICT (name) DO UPDATE SET position = $2, moved_by = $3, moved_at = $4, incarnation = $6
                   WHERE $5::bigint IS NULL OR known.position = $5";
        let parameters = vec![
            text(name),
            Box::new(bound(*position)) as Value,
            text(moved_by),
            at(*moved_at),
            Box::new(expected.map(bound)),
            text(incarnation),
        ];
        Ok(self.change(sql, parameters)? > 0)
    }

    fn forget_consumer(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.change("DELETE FROM consumer WHERE name = $1", vec![text(name)])? > 0)
    }
}
