//! What is stored beside the stream: accounts, tokens, sessions, uploads that wait, consumers, and reports' files.

use super::StoreError;
use crate::plan::command::Role;
use crate::plan::{Position, Timestamp};
use uuid::Uuid;

/// Who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub role: Role,
    /// argon2id, in the PHC string format; `None` until a password is set.
    pub password_hash: Option<String>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// The language of its pages; `None` where the browser's counts.
    pub language: Option<String>,
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
    /// # Errors
    /// The store fails.
    fn set_language(&self, name: &str, language: &str) -> Result<bool, StoreError>;
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

/// Somebody's word that the clock is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// By that clock.
    pub at: Timestamp,
    pub by: String,
}

/// What people have said of the clock. These block their thread.
pub trait Clocks: Send + Sync {
    /// Takes the place of what was said before.
    ///
    /// # Errors
    /// The store fails.
    fn confirm_clock(&self, confirmation: &Confirmation) -> Result<(), StoreError>;
    /// # Errors
    /// The store fails.
    fn clock_confirmation(&self) -> Result<Option<Confirmation>, StoreError>;
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

/// Another program that reads the stream, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    pub name: String,
    pub position: Position,
    /// Who moved it there, and when.
    pub moved_by: String,
    pub moved_at: Timestamp,
    /// The life of the stream in which that was: see [`Incarnations`].
    pub incarnation: String,
}

/// Which life of the stream this is. A backup that is put back goes on otherwise than what others have read, so it begins a new one.
/// These block their thread.
pub trait Incarnations: Send + Sync {
    /// Empty in the first life.
    ///
    /// # Errors
    /// The store fails.
    fn incarnation(&self) -> Result<String, StoreError>;
    /// Begins a new life, and takes the stream's end as it is.
    ///
    /// # Errors
    /// The store fails.
    fn begin_incarnation(&self, id: &str) -> Result<(), StoreError>;
}

/// Consumers. These block their thread.
pub trait Consumers: Send + Sync {
    /// # Errors
    /// The store fails.
    fn consumers(&self) -> Result<Vec<Consumer>, StoreError>;
    /// # Errors
    /// The store fails.
    fn consumer(&self, name: &str) -> Result<Option<Consumer>, StoreError>;
    /// Moves the consumer, or makes it known. False where it is not at the position that is expected; a name that nobody
    /// knows is at 0.
    ///
    /// # Errors
    /// The store fails.
    fn move_consumer(&self, to: &Consumer, expected: Option<Position>) -> Result<bool, StoreError>;
    /// False where there is none of that name.
    ///
    /// # Errors
    /// The store fails.
    fn forget_consumer(&self, name: &str) -> Result<bool, StoreError>;
}

/// What a report sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    pub sha256: [u8; 32],
    pub name: String,
    pub content: Vec<u8>,
    pub created_at: Timestamp,
}

/// Reports' files, by what is in them, from when they are written until they are archived. These block their thread.
pub trait ReportFiles: Send + Sync {
    /// Nothing, where it is kept already.
    ///
    /// # Errors
    /// The store fails.
    fn keep_report_file(&self, file: &ReportFile) -> Result<(), StoreError>;
    /// # Errors
    /// The store fails.
    fn report_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError>;
    /// # Errors
    /// The store fails.
    fn forget_report_file(&self, sha256: &[u8; 32]) -> Result<(), StoreError>;
}
