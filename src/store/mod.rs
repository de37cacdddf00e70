//! The store: what is durable. One trait, so that the rest of the program knows no database.

mod ahead;
pub mod chain;
pub mod codec;
mod desk;
mod migrations;
#[cfg(feature = "mssql")]
mod mssql;
#[cfg(any(feature = "mssql", feature = "postgres"))]
mod pages;
#[cfg(feature = "postgres")]
mod postgres;
mod rows;
#[cfg(any(feature = "mssql", feature = "postgres"))]
mod runtime;
mod sqlite;

pub use ahead::{Ahead, Page};
pub use chain::{Append, Chain, Envelope, Hash, Origin, Overwrite, Record, Window};
pub use desk::{
    Account, Accounts, ApiToken, Clocks, Confirmation, Consumer, Consumers, Incarnations, PendingUpload, ReportFile, ReportFiles, Session,
    Sessions, Uploads,
};
#[cfg(feature = "mssql")]
pub use mssql::Mssql;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use rows::Rows;
pub use sqlite::{Access, Sqlite};

#[cfg(not(all(feature = "mssql", feature = "postgres")))]
use crate::capability::Capability;
use crate::capability::NotBuiltIn;
use crate::plan::{BatchId, Position, Timestamp};
use std::borrow::Cow;
use std::collections::HashMap;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;

/// A future that any executor may run.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An event as the store holds it: the payload is still JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    pub position: Position,
    pub recorded_at: Timestamp,
    pub actor: Arc<str>,
    pub batch: BatchId,
    pub kind: Cow<'static, str>,
    /// A JSON object.
    pub payload: String,
}

/// The events of one command: shared by the append and the answer.
pub type Chunk = Arc<[StoredEvent]>;

/// An event while the store's row is still under the cursor.
#[derive(Debug, Clone, Copy)]
pub struct RawEvent<'a> {
    pub position: Position,
    pub recorded_at: Timestamp,
    pub actor: &'a str,
    pub batch: BatchId,
    pub kind: &'a str,
    pub payload: &'a str,
}

/// The last event, as far as it tells one stream's end from another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub position: Position,
    pub recorded_at: Timestamp,
    /// None where nobody has chained the event yet: see [`Stream::chain`].
    pub hash: Option<Hash>,
}

impl End {
    /// Of an empty stream.
    pub const NOTHING: Self = Self { position: Position(0), recorded_at: Timestamp(0), hash: Some(Hash::NOTHING) };
}

/// Why nothing could be read or written. Faults of the machine, not of what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the database {0} is in use by another server; stop that one first, or give this one another --store")]
    InUse(String),
    #[error("the database has schema version {found}, this program knows versions up to {known}: start the newer program")]
    NewerSchema { found: u32, known: u32 },
    #[error("cannot open the database {path}: {source}")]
    Open { path: String, source: Arc<dyn std::error::Error + Send + Sync> },
    #[error("cannot migrate the database: {0}")]
    Migrate(Arc<dyn std::error::Error + Send + Sync>),
    #[error(
        "{path} lacks events that were acknowledged: the last one was at {acknowledged}, and the database ends at {end}, or goes on \
         otherwise. Its write-ahead log ({path}-wal) was removed or cut off, or a backup was put back. Put the missing file back; or, if \
         this is what you want to go on with: tafel log restored --store sqlite:{path}"
    )]
    Lost { path: String, acknowledged: Position, end: Position },
    #[error("the database does not answer: {0}")]
    Unavailable(Arc<dyn std::error::Error + Send + Sync>),
    #[error(
        "the store URL {0:?} is not understood; write sqlite:tafel.db, postgres://USER:PASSWORD@HOST/DATABASE, or mssql://USER:PASSWORD@HOST/DATABASE"
    )]
    Url(String),
    #[error(transparent)]
    NotBuiltIn(#[from] NotBuiltIn),
    #[error("there is a {what} named {name} already")]
    Exists { what: &'static str, name: String },
    #[error("there is no {what} named {name}")]
    Unknown { what: &'static str, name: String },
    #[error("the stream is broken at position {position}: {why}")]
    Broken { position: Position, why: String },
}

/// A batch as it is in the stream.
#[derive(Debug, Clone)]
pub struct StoredBatch {
    /// The fingerprint of the request that wrote it; none of a batch from before there were any.
    pub request: Option<Uuid>,
    /// At least one.
    pub events: Vec<StoredEvent>,
}

#[cfg(any(feature = "mssql", feature = "postgres"))]
impl StoredBatch {
    /// Gathers the rows of several batches, in the order of the stream.
    fn gather(rows: impl IntoIterator<Item = (Option<Uuid>, StoredEvent)>) -> HashMap<BatchId, Self> {
        let mut gathered: HashMap<BatchId, Self> = HashMap::new();
        for (request, event) in rows {
            let batch = gathered.entry(event.batch).or_insert(Self { request, events: Vec::new() });
            batch.events.push(event);
        }
        gathered
    }
}

/// Why events were not appended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Somebody else has appended since: nothing was written.
    #[error("the stream ends at position {last}, not at {expected}")]
    Conflict { expected: Position, last: Position },
    /// The store's clock says that it is too late for whoever waits, or too early for the events' stamps. Nothing was written.
    #[error("the database's clock says {clock}, so it is not the time for this")]
    Untimely { clock: Timestamp },
    /// The database refuses these events for what they are; others would be taken. Nothing was written.
    #[error("the database refuses the events: {0}")]
    Refused(String),
    /// The database failed. Whether the events were written is only known by reading.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// What reads a stream: called for each event in order; `Break` ends the reading.
pub type Sink<'a> = &'a mut dyn FnMut(RawEvent<'_>) -> ControlFlow<()>;

/// The columns of an envelope, as a query names them. Who only looks at a database of an older program finds none.
struct Columns {
    hash: &'static str,
    envelope: &'static str,
}

impl Columns {
    const CHAINED: Self = Self { hash: "hash", envelope: "schema_version, request, cause, trace, salt, digest, hash" };

    /// `before`: what a database whose events have no envelopes yet answers instead, of the same types.
    fn of(version: u32, chained_from: u32, before: &'static Self) -> &'static Self {
        if version >= chained_from { &Self::CHAINED } else { before }
    }
}

/// What reads a stream with its envelopes.
pub type RecordSink<'a> = &'a mut dyn FnMut(Record) -> ControlFlow<()>;

/// The event stream.
pub trait Stream: Send + Sync {
    /// Appends all events or none. The stream must end with the very event that they were chained to.
    fn append(&self, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>>;
    /// Where the stream ends.
    fn end(&self) -> Fut<'_, Result<End, StoreError>>;
    /// Reads the events after `after`, up to and with `until`, in order. Blocks its thread, memory bounded.
    ///
    /// # Errors
    /// The store fails. What the sink has seen by then was read.
    fn scan(&self, after: Position, until: Position, sink: Sink<'_>) -> Result<(), StoreError>;
    /// Reads the events before `before`, newest first. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn scan_back(&self, before: Position, sink: Sink<'_>) -> Result<(), StoreError>;
    /// The events that declare batches void or valid again. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn scan_validity(&self, sink: Sink<'_>) -> Result<(), StoreError>;
    /// The events of one batch, in order. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn batch(&self, batch: BatchId) -> Result<Vec<StoredEvent>, StoreError>;
    /// Those of these batches that are in the stream, whole, in one question where a server is asked. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn batches(&self, batches: &[BatchId]) -> Result<HashMap<BatchId, StoredBatch>, StoreError> {
        let mut stored = HashMap::new();
        for batch in batches {
            let events = self.batch(*batch)?;
            if !events.is_empty() {
                stored.insert(*batch, StoredBatch { request: self.request_of(*batch)?, events });
            }
        }
        Ok(stored)
    }
    /// The first event of a batch. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError>;
    /// [`Stream::scan`] with the envelopes, which few need.
    ///
    /// # Errors
    /// The store fails.
    fn scan_records(&self, after: Position, until: Position, sink: RecordSink<'_>) -> Result<(), StoreError>;
    /// The fingerprint of the request that wrote the batch; none of a batch from before there were any. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn request_of(&self, batch: BatchId) -> Result<Option<Uuid>, StoreError>;
    /// Chains what programs have written that knew of no chain: whatever is at the stream's end without a hash. Answers how many
    /// events that were. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn chain(&self) -> Result<u64, StoreError>;
    /// Overwrites payloads and appends events, all or nothing: what erasing a person's data needs. The salts go with the payloads.
    fn erase(&self, overwrite: Vec<Overwrite>, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>>;
    /// Writes something that means nothing: whether the store, having failed, could take an append now.
    fn probe(&self) -> Fut<'_, Result<(), StoreError>>;
    /// What the database server's clock says; `None` where there is no server.
    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>>;
    /// Whether it is on a disk of this machine.
    fn is_local(&self) -> bool {
        false
    }
    /// Whether its clock is this machine's, so that it cannot say whether that is right.
    fn is_on_our_clock(&self) -> bool {
        self.is_local()
    }
    /// Settings of the database with which a crash may lose what was acknowledged, as they were found at the opening.
    fn risks(&self) -> &[String] {
        &[]
    }
    /// Told of the position of what anybody has appended, mostly; `None` where the database tells of nothing.
    fn appended(&self) -> Option<watch::Receiver<u64>>;
    /// Lets another server in. What is read or written after this is not protected from it.
    fn release(&self);
}

/// Everything that is stored.
pub trait Store: Stream + Accounts + Sessions + Uploads + Consumers + ReportFiles + Clocks + Incarnations {}

impl StoredEvent {
    /// The event as a row under a cursor.
    #[must_use]
    pub fn raw(&self) -> RawEvent<'_> {
        RawEvent {
            position: self.position,
            recorded_at: self.recorded_at,
            actor: &self.actor,
            batch: self.batch,
            kind: &self.kind,
            payload: &self.payload,
        }
    }
}

impl RawEvent<'_> {
    /// A copy that outlives the cursor.
    #[must_use]
    pub fn to_stored(self) -> StoredEvent {
        StoredEvent {
            position: self.position,
            recorded_at: self.recorded_at,
            actor: Arc::from(self.actor),
            batch: self.batch,
            kind: Cow::Owned(self.kind.to_owned()),
            payload: self.payload.to_owned(),
        }
    }
}

impl<T: Stream + Accounts + Sessions + Uploads + Consumers + ReportFiles + Clocks + Incarnations> Store for T {}

/// Opens the store that the URL names, migrated to this program's version.
///
/// # Errors
/// The URL is not understood, the database cannot be opened, is newer than the program, or in use by another server.
pub fn open(url: &str, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Arc::new(Sqlite::open(path.strip_prefix("//").unwrap_or(path), access)?)),
        Some(("postgres" | "postgresql", _)) => open_postgres(url, access),
        Some(("mssql" | "sqlserver", _)) => open_mssql(url, access),
        _ => Err(StoreError::Url(without_password(url))),
    }
}

#[cfg(feature = "postgres")]
fn open_postgres(url: &str, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(Postgres::open(url, access)?))
}

#[cfg(not(feature = "postgres"))]
fn open_postgres(_: &str, _: Access) -> Result<Arc<dyn Store>, StoreError> {
    Err(NotBuiltIn { setting: "store", capability: Capability::Postgres }.into())
}

#[cfg(feature = "mssql")]
fn open_mssql(url: &str, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(Mssql::open(url, access)?))
}

#[cfg(not(feature = "mssql"))]
fn open_mssql(_: &str, _: Access) -> Result<Arc<dyn Store>, StoreError> {
    Err(NotBuiltIn { setting: "store", capability: Capability::Mssql }.into())
}

/// Whether the event holds U+0000: as such, or as JSON writes it. Some databases keep it, some do not, so none is asked to.
fn has_nul(event: &StoredEvent) -> bool {
    let is_escape = |(at, _): (usize, &str)| {
        // Behind an even number of backslashes, this one begins an escape.
        let before = event.payload.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        before.is_multiple_of(2)
    };
    event.actor.contains('\0') || event.payload.contains('\0') || event.payload.match_indices("\\u0000").any(is_escape)
}

/// The URL as it may be shown.
#[must_use]
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    // Some drivers take a password there, too.
    let rest = rest.split_once('?').filter(|(_, query)| query.to_lowercase().contains("password")).map_or(rest, |(before, _)| before);
    // A password that is not written as it should be may hold any sign.
    match rest.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}@{host}", user.split(':').next().unwrap_or(user)),
        None => format!("{scheme}://{rest}"),
    }
}

fn warn_of(risks: &[String]) {
    for setting in risks {
        tracing::warn!(setting, "this database is set to lose data in a crash, also what was acknowledged; change the setting");
    }
}

/// The name of a new life of a stream.
#[must_use]
pub fn new_incarnation() -> String {
    Uuid::new_v4().simple().to_string()[..8].to_owned()
}

/// A position as databases count; beyond what they can is nothing.
fn bound(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

#[cfg(any(feature = "mssql", feature = "postgres"))]
/// A sha256 out of the database, whose constraint says that it has that length.
fn to_sha256(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(
            without_password("postgres://tafel:secret@db.example:5432/tafel?sslmode=require"),
            "postgres://tafel@db.example:5432/tafel?sslmode=require"
        );
        assert_eq!(without_password("postgres://db/tafel"), "postgres://db/tafel");
        assert_eq!(without_password("sqlite:a@b.db"), "sqlite:a@b.db");
        assert_eq!(without_password("postgres://tafel:s/cr?t@db/tafel"), "postgres://tafel@db/tafel");
        assert_eq!(without_password("postgres://db/tafel?user=tafel&password=secret"), "postgres://db/tafel");
    }

    #[test]
    fn a_nul_is_found_as_it_is_and_as_json_writes_it() {
        let event = |payload: &str| StoredEvent {
            position: Position(1),
            recorded_at: Timestamp(0),
            actor: Arc::from("berta"),
            batch: BatchId(uuid::Uuid::nil()),
            kind: Cow::Borrowed("x"),
            payload: payload.to_owned(),
        };
        assert!(has_nul(&event("{\"a\":\"\\u0000\"}")) && has_nul(&event("{\"a\":\"\\\\\\u0000\"}")) && has_nul(&event("\0")));
        assert!(!has_nul(&event("{\"a\":\"\\\\u0000\"}")) && !has_nul(&event("{\"a\":\"u0000\"}")));
    }
}
