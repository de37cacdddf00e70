//! A store that goes wrong as a test wants it.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use tafel::ledger::now;
use tafel::plan::command::Role;
use tafel::plan::{BatchId, Position, Timestamp};
use tafel::store::{
    Account, Accounts, ApiToken, Append, AppendError, Chunk, Clocks, Confirmation, Consumer, Consumers, End, Fut, Incarnations, Overwrite,
    PendingUpload, RecordSink, ReportFile, ReportFiles, Session, Sessions, Sink, Store, StoreError, StoredBatch, StoredEvent, Stream,
    Uploads,
};
use tokio::sync::Notify;
use uuid::Uuid;

/// A store whose appends go as a test has them.
pub struct Wayward {
    inner: Arc<Mutex<Arc<dyn Store>>>,
    /// Called for each append, with its number from 0: what goes wrong.
    goes: Box<dyn Fn(usize, &[Chunk]) -> Goes + Send + Sync>,
    appends: AtomicUsize,
    /// What is said of the database server's clock: so far from ours.
    skew_us: AtomicI64,
    /// How often batches were looked up together.
    lookups: AtomicUsize,
    /// Whether it says where the stream ends, and then nothing of what is in it.
    hides: AtomicBool,
}

/// A server that is not next door answers a question after so long.
const LOOKUP_TAKES: Duration = Duration::from_millis(50);

impl Wayward {
    pub fn new(inner: Arc<dyn Store>, goes: impl Fn(usize, &[Chunk]) -> Goes + Send + Sync + 'static) -> Arc<Self> {
        let inner = Arc::new(Mutex::new(inner));
        Arc::new(Self {
            inner,
            goes: Box::new(goes),
            appends: AtomicUsize::new(0),
            skew_us: AtomicI64::new(0),
            lookups: AtomicUsize::new(0),
            hides: AtomicBool::new(false),
        })
    }

    /// Whatever stands in the lock at the moment; nothing else goes wrong.
    pub fn switching(inner: Arc<Mutex<Arc<dyn Store>>>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            goes: Box::new(|_, _| Goes::Well),
            appends: AtomicUsize::new(0),
            skew_us: AtomicI64::new(0),
            lookups: AtomicUsize::new(0),
            hides: AtomicBool::new(false),
        })
    }

    fn inner(&self) -> Arc<dyn Store> {
        self.inner.lock().clone()
    }

    pub fn hide(&self, hides: bool) {
        self.hides.store(hides, Ordering::SeqCst);
    }

    pub fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }

    pub fn set_skew(&self, skew_us: i64) {
        self.skew_us.store(skew_us, Ordering::SeqCst);
    }
}

pub enum Goes {
    Well,
    /// Nothing is written.
    Fails,
    /// It is written, and the answer is lost.
    AnswerLost,
    Refuses,
    /// It is on its way for as long as the test likes.
    Waits(Arc<Notify>),
}

fn away() -> AppendError {
    AppendError::Failed(StoreError::Unavailable(Arc::new(std::io::Error::other("the disk is full"))))
}

impl Stream for Wayward {
    fn append(&self, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        let number = self.appends.fetch_add(1, Ordering::SeqCst);
        let goes = (self.goes)(number, append.chunks());
        Box::pin(async move {
            match goes {
                Goes::Well => self.inner().append(append).await,
                Goes::Fails => Err(away()),
                Goes::AnswerLost => {
                    self.inner().append(append).await?;
                    Err(away())
                }
                Goes::Waits(until) => {
                    until.notified().await;
                    self.inner().append(append).await
                }
                Goes::Refuses => Err(AppendError::Refused("I will not".to_owned())),
            }
        })
    }
    fn end(&self) -> Fut<'_, Result<End, StoreError>> {
        Box::pin(async { self.inner().end().await })
    }
    fn clock(&self) -> Fut<'_, Result<Option<Timestamp>, StoreError>> {
        Box::pin(async { Ok(Some(Timestamp(now().0 + self.skew_us.load(Ordering::SeqCst)))) })
    }
    fn appended(&self) -> Option<tokio::sync::watch::Receiver<u64>> {
        self.inner().appended()
    }
    fn scan(&self, after: Position, until: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        self.inner().scan(after, until, sink)
    }
    fn scan_back(&self, before: Position, sink: Sink<'_>) -> Result<(), StoreError> {
        self.inner().scan_back(before, sink)
    }
    fn scan_validity(&self, sink: Sink<'_>) -> Result<(), StoreError> {
        self.inner().scan_validity(sink)
    }
    fn batch(&self, batch: BatchId) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner().batch(batch)
    }
    fn batches(&self, batches: &[BatchId]) -> Result<HashMap<BatchId, StoredBatch>, StoreError> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(LOOKUP_TAKES);
        self.inner().batches(batches)
    }
    fn head(&self, batch: BatchId) -> Result<Option<StoredEvent>, StoreError> {
        self.inner().head(batch)
    }
    fn scan_records(&self, after: Position, until: Position, sink: RecordSink<'_>) -> Result<(), StoreError> {
        if self.hides.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable(Arc::new(std::io::Error::other("the connection was reset"))));
        }
        self.inner().scan_records(after, until, sink)
    }
    fn request_of(&self, batch: BatchId) -> Result<Option<Uuid>, StoreError> {
        self.inner().request_of(batch)
    }
    fn chain(&self) -> Result<u64, StoreError> {
        self.inner().chain()
    }
    fn erase(&self, overwrite: Vec<Overwrite>, append: Arc<Append>) -> Fut<'_, Result<(), AppendError>> {
        Box::pin(async move { self.inner().erase(overwrite, append).await })
    }
    fn probe(&self) -> Fut<'_, Result<(), StoreError>> {
        Box::pin(async { self.inner().probe().await })
    }
    fn release(&self) {
        self.inner().release();
    }
}

impl Consumers for Wayward {
    fn consumers(&self) -> Result<Vec<Consumer>, StoreError> {
        self.inner().consumers()
    }
    fn consumer(&self, name: &str) -> Result<Option<Consumer>, StoreError> {
        self.inner().consumer(name)
    }
    fn move_consumer(&self, to: &Consumer, expected: Option<Position>) -> Result<bool, StoreError> {
        self.inner().move_consumer(to, expected)
    }
    fn forget_consumer(&self, name: &str) -> Result<bool, StoreError> {
        self.inner().forget_consumer(name)
    }
}

impl Clocks for Wayward {
    fn confirm_clock(&self, confirmation: &Confirmation) -> Result<(), StoreError> {
        self.inner().confirm_clock(confirmation)
    }
    fn clock_confirmation(&self) -> Result<Option<Confirmation>, StoreError> {
        self.inner().clock_confirmation()
    }
}

impl Incarnations for Wayward {
    fn incarnation(&self) -> Result<String, StoreError> {
        self.inner().incarnation()
    }
    fn begin_incarnation(&self, id: &str) -> Result<(), StoreError> {
        self.inner().begin_incarnation(id)
    }
}

impl ReportFiles for Wayward {
    fn keep_report_file(&self, file: &ReportFile) -> Result<(), StoreError> {
        self.inner().keep_report_file(file)
    }
    fn report_file(&self, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner().report_file(sha256)
    }
    fn forget_report_file(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.inner().forget_report_file(sha256)
    }
}

impl Accounts for Wayward {
    fn add_account(&self, account: &Account) -> Result<(), StoreError> {
        self.inner().add_account(account)
    }
    fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.inner().accounts()
    }
    fn disable_account(&self, name: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.inner().disable_account(name, at)
    }
    fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        self.inner().set_password(name, password_hash)
    }
    fn set_role(&self, name: &str, role: Role) -> Result<bool, StoreError> {
        self.inner().set_role(name, role)
    }

    fn set_language(&self, name: &str, language: &str) -> Result<bool, StoreError> {
        self.inner().set_language(name, language)
    }
    fn enable_account(&self, name: &str) -> Result<bool, StoreError> {
        self.inner().enable_account(name)
    }
    fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.inner().account(name)
    }
    fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
        self.inner().add_token(token)
    }
    fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.inner().tokens()
    }
    fn token_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<ApiToken>, StoreError> {
        self.inner().token_by_sha256(sha256)
    }
    fn revoke_token(&self, name: &str) -> Result<bool, StoreError> {
        self.inner().revoke_token(name)
    }
}

impl Sessions for Wayward {
    fn add_session(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        self.inner().add_session(session, now)
    }
    fn account_in_session(&self, sha256: &[u8; 32], now: Timestamp) -> Result<Option<Account>, StoreError> {
        self.inner().account_in_session(sha256, now)
    }
    fn end_session(&self, sha256: &[u8; 32]) -> Result<(), StoreError> {
        self.inner().end_session(sha256)
    }
    fn end_sessions_of(&self, account: &str) -> Result<usize, StoreError> {
        self.inner().end_sessions_of(account)
    }
    fn sessions(&self, now: Timestamp) -> Result<Vec<(String, usize)>, StoreError> {
        self.inner().sessions(now)
    }
}

impl Uploads for Wayward {
    fn keep_upload(&self, upload: &PendingUpload, expired: Timestamp) -> Result<(), StoreError> {
        self.inner().keep_upload(upload, expired)
    }
    fn upload(&self, id: Uuid) -> Result<Option<PendingUpload>, StoreError> {
        self.inner().upload(id)
    }
    fn previewed(&self, id: Uuid, position: Position) -> Result<(), StoreError> {
        self.inner().previewed(id, position)
    }
}
