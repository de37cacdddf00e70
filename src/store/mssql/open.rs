//! Opening a database on SQL Server: what it must be able to do, and its migrations.

use super::connect::{Manager, open_error};
use super::{Client, Fault, Server, connection, unavailable};
use crate::store::migrations::{self, Migrations};
use crate::store::{Access, StoreError};
use deadpool::managed::Pool;
use refinery_core::Migration;
use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use std::sync::Arc;
use tiberius::error::Error;

/// Runs migrations instead of refinery's own driver, which misses errors in statements and fails on case-sensitive databases.
struct Migrating<'c>(&'c mut Client);

impl AsyncTransaction for Migrating<'_> {
    type Error = Error;

    async fn execute<'a, T: Iterator<Item = &'a str> + Send + 'a>(&'a mut self, statements: T) -> Result<usize, Error> {
        run(self.0, "SET XACT_ABORT ON; BEGIN TRANSACTION").await?;
        let mut count = 0;
        for statement in statements {
            if let Err(error) = run(self.0, statement).await {
                // The first error is the one to be told.
                let _ = run(self.0, "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION").await;
                return Err(error);
            }
            count += 1;
        }
        run(self.0, "COMMIT TRANSACTION").await?;
        Ok(count)
    }
}

impl AsyncQuery<Vec<Migration>> for Migrating<'_> {
    async fn query<'a>(&'a mut self, query: &'a str) -> Result<Vec<Migration>, Error> {
        AsyncQuery::query(self.0, query).await
    }
}

impl AsyncMigrate for Migrating<'_> {
    /// refinery's own asks `sys.Tables`, which is another name than `sys.tables` where the database minds the case of letters.
    fn assert_migrations_table_query(table: &str) -> String {
        format!(
            "IF OBJECT_ID(N'{table}', N'U') IS NULL
                 CREATE TABLE {table} (version int PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255))"
        )
    }
}

/// Runs statements to their end: the driver tells of an error only to those who read what is answered.
async fn run(client: &mut Client, sql: &str) -> Result<(), Error> {
    client.simple_query(sql).await?.into_results().await.map(drop)
}

/// Applies the migrations that are missing; answers the version that the schema has.
///
/// # Errors
/// Nobody answers, the database is newer than the program, or a migration fails.
pub(super) async fn migrate(pool: &Pool<Manager>, shown: &str, access: Access) -> Result<u32, StoreError> {
    let Migrations { runner, known } = Migrations::of(migrations::MSSQL)?;
    let opening = |fault: Fault| {
        if fault.is_away() {
            StoreError::Unavailable(Arc::new(std::io::Error::other(format!("{shown}: {fault}"))))
        } else {
            open_error(shown, fault)
        }
    };
    let mut client = connection(pool).await.map_err(opening)?;
    check_compatibility(&mut client, shown).await?;
    let found = version(&mut client, known).await?;
    if access == Access::Look {
        return Ok(found);
    }
    if found == known {
        return chain(&mut client).await.map(|()| known);
    }
    let lock = "DECLARE @granted int; EXEC @granted = sp_getapplock @Resource = N'tafel_migration', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 60000; SELECT @granted";
    if number(&mut client, lock).await? < 0 {
        return Err(failed("another instance is migrating the database, and has not ended within a minute"));
    }
    // Another instance may have done it while this one waited.
    let outcome = match version(&mut client, known).await {
        Ok(found) if found == known => Ok(None),
        // V5 was written anew, to the same effect, when Babelfish was found not to take it.
        Ok(_) => runner
            .set_abort_divergent(false)
            .run_async(&mut Migrating(&mut client))
            .await
            .map(Some)
            .map_err(|error| StoreError::Migrate(Arc::new(error))),
        Err(error) => Err(error),
    };
    let unlock = "EXEC sp_releaseapplock @Resource = N'tafel_migration', @LockOwner = N'Session'; SELECT 0";
    number(&mut client, unlock).await?;
    for migration in outcome?.iter().flat_map(refinery_core::Report::applied_migrations) {
        tracing::info!(version = migration.version(), name = migration.name(), "migrated the database");
    }
    chain(&mut client).await.map(|()| known)
}

/// The database must read JSON as a table, which its compatibility level may forbid, whatever the server's version.
async fn check_compatibility(client: &mut Client, shown: &str) -> Result<(), StoreError> {
    match number(client, "SELECT CAST(COUNT(*) AS int) FROM OPENJSON(N'[1]')").await {
        Ok(_) => Ok(()),
        Err(StoreError::Unavailable(error)) => Err(StoreError::Unavailable(error)),
        Err(error) => Err(open_error(
            shown,
            std::io::Error::other(format!(
                "this database has no OPENJSON, which comes with compatibility level 130 (SQL Server 2016): raise it with \
                 ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 130 ({error})"
            )),
        )),
    }
}

pub(super) async fn server(pool: &Pool<Manager>) -> Result<Server, StoreError> {
    let mut client = connection(pool).await.map_err(unavailable)?;
    let is_babelfish = "SELECT CASE WHEN SERVERPROPERTY('BabelfishVersion') IS NULL THEN 0 ELSE 1 END";
    Ok(if number(&mut client, is_babelfish).await? == 0 { Server::Microsoft } else { Server::Babelfish })
}

/// Warns where readers wait behind whoever appends, with the statement that changes it.
pub(super) async fn warn_of_blocking(pool: &Pool<Manager>) {
    let blocking = "SELECT COUNT(*) FROM sys.databases WHERE name = DB_NAME() AND is_read_committed_snapshot_on = 0";
    let Ok(mut client) = connection(pool).await else { return };
    if matches!(number(&mut client, blocking).await, Ok(count) if count > 0) {
        tracing::warn!(
            statement = "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE",
            "in this database whoever reads waits while others write; the statement changes that, and ends the connections that are open"
        );
    }
}

/// Whether commits are acknowledged before they are on the disk, whatever a transaction asks for. A server that does not know the
/// setting does not have it.
pub(super) async fn risks(pool: &Pool<Manager>) -> Vec<String> {
    let forced = "SELECT COUNT(*) FROM sys.databases WHERE name = DB_NAME() AND delayed_durability_desc = 'FORCED'";
    let Ok(mut client) = connection(pool).await else { return Vec::new() };
    let is_forced = matches!(number(&mut client, forced).await, Ok(count) if count > 0);
    is_forced.then(|| "DELAYED_DURABILITY = FORCED".to_owned()).into_iter().collect()
}

/// What a statement of the opening has come to.
fn opening_failed(error: Error) -> StoreError {
    let fault = Fault::Database(error);
    if fault.is_away() { unavailable(fault) } else { StoreError::Migrate(Arc::new(fault)) }
}

fn failed(why: &str) -> StoreError {
    StoreError::Migrate(Arc::new(std::io::Error::other(why.to_owned())))
}

/// The first column of the first row.
async fn number(client: &mut Client, sql: &str) -> Result<i32, StoreError> {
    let asked = async { client.simple_query(sql).await?.into_row().await };
    let row = asked.await.map_err(opening_failed)?;
    row.and_then(|row| row.get::<i32, _>(0)).ok_or_else(|| failed("the database answered nothing"))
}

async fn chain(client: &mut Client) -> Result<(), StoreError> {
    let count = super::append::chain(client).await.map_err(opening_failed)?;
    if count > 0 {
        tracing::info!(events = count, "chained the stream");
    }
    Ok(())
}

/// The version of the database's schema; an error if it is newer than what this program knows.
async fn version(client: &mut Client, known: u32) -> Result<u32, StoreError> {
    let exists = "SELECT CASE WHEN OBJECT_ID(N'refinery_schema_history', N'U') IS NULL THEN 0 ELSE 1 END";
    if number(client, exists).await? == 0 {
        return Ok(0);
    }
    let found = u32::try_from(number(client, "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history").await?).unwrap_or(0);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    Ok(found)
}
