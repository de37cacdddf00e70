//! The store: what is durable. One trait, so that the rest of the program knows no database.

pub mod codec;
mod rows;
mod sqlite;

pub use rows::Rows;
pub use sqlite::{Access, Sqlite};

use crate::plan::command::Role;
use crate::plan::{BatchId, Position, Timestamp};
use std::borrow::Cow;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
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
    #[error("the database does not answer: {0}")]
    Unavailable(Arc<dyn std::error::Error + Send + Sync>),
    #[error("the store URL {0:?} is not understood; write sqlite:tafel.db")]
    Url(String),
    #[error("there is a {what} named {name} already")]
    Exists { what: &'static str, name: String },
    #[error("the stream is broken at position {position}: {why}")]
    Broken { position: Position, why: String },
}

/// Why events were not appended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Somebody else has appended since: nothing was written.
    #[error("the stream ends at position {last}, not at {expected}")]
    Conflict { expected: Position, last: Position },
    /// The database refuses these events for what they are; others would be taken. Nothing was written.
    #[error("the database refuses the events: {0}")]
    Refused(String),
    /// The database failed. Whether the events were written is only known by reading.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// What reads a stream: called for each event in order; `Break` ends the reading.
pub type Sink<'a> = &'a mut dyn FnMut(RawEvent<'_>) -> ControlFlow<()>;

/// The event stream.
pub trait Stream: Send + Sync {
    /// Appends all events or none. Their positions follow `expected`, which must be the stream's last.
    fn append(&self, expected: Position, events: Vec<Chunk>) -> Fut<'_, Result<(), AppendError>>;
    /// The last position; 0 of an empty stream.
    fn last(&self) -> Fut<'_, Result<Position, StoreError>>;
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
    /// The first event of a batch. Blocks its thread.
    ///
    /// # Errors
    /// The store fails.
    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError>;
    /// Overwrites payloads and appends events, all or nothing: what erasing a person's data needs.
    fn erase(&self, expected: Position, overwrite: Vec<(Position, String)>, events: Chunk) -> Fut<'_, Result<(), AppendError>>;
    /// Writes something that means nothing: whether the store, having failed, could take an append now.
    fn probe(&self) -> Fut<'_, Result<(), StoreError>>;
    /// Lets another server in. What is read or written after this is not protected from it.
    fn release(&self);
}

/// Who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub role: Role,
    /// argon2id, in the PHC string format; `None` until a password is set.
    pub password_hash: Option<String>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

/// A token that a program signs in with; of the token itself there is only its sha256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub name: String,
    pub role: Role,
    pub sha256: [u8; 32],
    pub created_at: Timestamp,
}

/// Accounts and API tokens. These block their thread.
pub trait Accounts: Send + Sync {
    /// # Errors
    /// The name is taken, or the store fails.
    fn add_account(&self, account: &Account) -> Result<(), StoreError>;
    /// # Errors
    /// The store fails.
    fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// False where there is no such account.
    ///
    /// # Errors
    /// The store fails.
    fn disable_account(&self, name: &str, at: Timestamp) -> Result<bool, StoreError>;
    /// False where there is no such account.
    ///
    /// # Errors
    /// The store fails.
    fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError>;
    /// False where there is no such account.
    ///
    /// # Errors
    /// The store fails.
    fn set_role(&self, name: &str, role: Role) -> Result<bool, StoreError>;
    /// False where there is no such account, or it is not disabled.
    ///
    /// # Errors
    /// The store fails.
    fn enable_account(&self, name: &str) -> Result<bool, StoreError>;
    /// # Errors
    /// The store fails.
    fn account(&self, name: &str) -> Result<Option<Account>, StoreError>;
    /// # Errors
    /// The name is taken, or the store fails.
    fn add_token(&self, token: &ApiToken) -> Result<(), StoreError>;
    /// # Errors
    /// The store fails.
    fn tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// # Errors
    /// The store fails.
    fn token_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<ApiToken>, StoreError>;
    /// False where there is no such token.
    ///
    /// # Errors
    /// The store fails.
    fn revoke_token(&self, name: &str) -> Result<bool, StoreError>;
}

/// A browser in which somebody has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Of the secret in the cookie.
    pub sha256: [u8; 32],
    pub account: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Sessions. These block their thread.
pub trait Sessions: Send + Sync {
    /// Keeps the session, and forgets those that are over.
    ///
    /// # Errors
    /// There is no such account, or the store fails.
    fn add_session(&self, session: &Session, now: Timestamp) -> Result<(), StoreError>;
    /// Who is signed in there; `None` where the session is over or the account disabled.
    ///
    /// # Errors
    /// The store fails.
    fn account_in_session(&self, sha256: &[u8; 32], now: Timestamp) -> Result<Option<Account>, StoreError>;
    /// # Errors
    /// The store fails.
    fn end_session(&self, sha256: &[u8; 32]) -> Result<(), StoreError>;
    /// Answers how many there were.
    ///
    /// # Errors
    /// The store fails.
    fn end_sessions_of(&self, account: &str) -> Result<usize, StoreError>;
    /// How many sessions each account has.
    ///
    /// # Errors
    /// The store fails.
    fn sessions(&self, now: Timestamp) -> Result<Vec<(String, usize)>, StoreError>;
}

/// A file that waits to be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingUpload {
    pub id: Uuid,
    pub kind: String,
    pub file: String,
    /// JSON: header to field, `extra` or null.
    pub mapping: String,
    pub content: Vec<u8>,
    pub actor: String,
    /// The position of the preview that was shown last.
    pub position: Position,
    pub created_at: Timestamp,
}

/// Uploads that wait to be applied. These block their thread.
pub trait Uploads: Send + Sync {
    /// Keeps the file, and forgets those older than `expired`.
    ///
    /// # Errors
    /// The store fails.
    fn keep_upload(&self, upload: &PendingUpload, expired: Timestamp) -> Result<(), StoreError>;
    /// # Errors
    /// The store fails.
    fn upload(&self, id: Uuid) -> Result<Option<PendingUpload>, StoreError>;
    /// Notes which preview was shown last.
    ///
    /// # Errors
    /// The store fails.
    fn previewed(&self, id: Uuid, position: Position) -> Result<(), StoreError>;
}

/// Everything that is stored.
pub trait Store: Stream + Accounts + Sessions + Uploads {}

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

impl<T: Stream + Accounts + Sessions + Uploads> Store for T {}

/// Opens the store that the URL names, migrated to this program's version.
///
/// # Errors
/// The URL is not understood, the database cannot be opened, is newer than the program, or in use by another server.
pub fn open(url: &str, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Arc::new(Sqlite::open(path.strip_prefix("//").unwrap_or(path), access)?)),
        _ => Err(StoreError::Url(url.to_owned())),
    }
}
