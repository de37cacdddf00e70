//! The ledger: the one way to change the plan, and the newest plan to read.
//!
//! One writer task owns the stream's end; everybody else holds this handle, sends it requests, and reads snapshots.

mod batches;
mod blocking;
mod clocks;
mod disk;
mod fingerprint;
mod group;
mod history;
mod recent;
mod replay;
mod settle;
mod tail;
mod undo;
mod validity;
mod writer;

pub(crate) use blocking::blocking;
pub use blocking::simulate_on_this_thread;
pub use replay::{ReplayError, first_of, fold};
pub use undo::{ChangeValidity, can_be_undone};
pub use validity::{Doing, Validity, Voids};

pub use crate::clock::now;

use crate::clock::{Clock, SystemTime};
use crate::plan::command::Request;
use crate::plan::event::Event;
use crate::plan::{BatchId, Plan, Position, Refusal};
use crate::store::{Chunk, Fut, Store, StoreError, StoredEvent};
use history::History;
use parking_lot::RwLock;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

/// So many requests may wait for the writer; the next one waits for a place, then is turned away.
const QUEUE_REQUESTS: usize = 1_024;
/// How long a request waits for a place in the queue.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);

/// How requests are decided: [`crate::plan::decide`], but for tests that need a decision to crash.
pub type Decide = fn(&Plan, &Request) -> Result<Vec<Event>, Refusal>;

/// The plan at one position, with what is void there.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub plan: Plan,
    pub validity: Validity,
}

/// What became of a request: its events are durable.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The last event's position; the plan's, where there was nothing to do.
    pub position: Position,
    pub batch: BatchId,
    pub events: Chunk,
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The plan does not allow it.
    #[error("refused: {}", .0.code())]
    Refused(Box<Refusal>),
    /// The caller's role does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The store is away or the outcome is unknown. The same id, sent again, settles it.
    #[error("the store is away: {0}")]
    Unavailable(String),
    /// Nothing was decided, and nothing written: something else than the store stands in the way.
    #[error("not decided: {0}")]
    NotDecided(String),
    /// The store will not take these events, however often they are sent.
    #[error("the store refuses the events: {0}")]
    Rejected(String),
    /// A decision crashed. Nothing was written; the id is in the log.
    #[error("the decision crashed ({0})")]
    Crashed(Uuid),
    /// The store is away, so what only it knows cannot be read.
    #[error("the store is away: {0}")]
    Unreadable(String),
    /// The stream is broken.
    #[error(transparent)]
    Broken(ReplayError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Store(StoreError::Unavailable(why)) => Self::Unreadable(why.to_string()),
            error => Self::Broken(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What the handle and the writer share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) history: History,
    published: RwLock<Arc<Snapshot>>,
    position: watch::Sender<Position>,
    is_up: watch::Sender<bool>,
    /// Why nothing may be decided here, though the store answers.
    hindered: RwLock<Option<Arc<str>>>,
    pub(crate) clock: Clock,
    pub(crate) disk: disk::Disk,
    /// The life of the stream that this is.
    pub(crate) incarnation: String,
}

impl Shared {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.published.read().clone()
    }

    /// Shows a snapshot to everybody. Only what is durable comes here.
    pub(crate) fn publish(&self, snapshot: Arc<Snapshot>) {
        let position = snapshot.plan.position;
        self.history.offer(&snapshot.plan, snapshot.validity.voids());
        *self.published.write() = snapshot;
        self.position.send_replace(position);
    }

    /// Decides nothing from now on, or goes on.
    pub(crate) fn set_hindered(&self, why: Option<String>) {
        let mut hindered = self.hindered.write();
        if let Some(why) = &why
            && hindered.as_deref() != Some(why)
        {
            tracing::error!(why, "not ready, and nothing is decided until it is mended");
        }
        let is_another = hindered.is_some() != why.is_some();
        *hindered = why.map(Arc::from);
        drop(hindered);
        if is_another {
            // Open pages say so, too.
            self.is_up.send_modify(|_| {});
        }
    }

    pub(crate) fn hindered(&self) -> Option<Arc<str>> {
        self.hindered.read().clone()
    }

    pub(crate) fn set_up(&self, is_up: bool) {
        if self.is_up.send_if_modified(|was| std::mem::replace(was, is_up) != is_up) {
            if is_up {
                tracing::info!("the store is back");
            } else {
                tracing::error!("the store is away; commands are answered 503 until it is back");
            }
            metrics::gauge!("tafel_store_up").set(if is_up { 1.0 } else { 0.0 });
        }
    }
}

/// A job for the writer.
pub(crate) enum Job {
    Command(CommandJob),
    ChangeValidity(Box<undo::ValidityJob>),
}

pub(crate) struct CommandJob {
    pub(crate) request: Request,
    pub(crate) fingerprint: Uuid,
    pub(crate) accepted_at: std::time::Instant,
    pub(crate) reply: oneshot::Sender<Result<Answer, Failure>>,
}

/// The handle. Clones share the writer.
#[derive(Clone)]
pub struct Ledger {
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    writer: Arc<parking_lot::Mutex<Option<JoinHandle<()>>>>,
}

impl Ledger {
    /// Replays the stream and starts the writer. Blocks its thread until the plan can be served.
    ///
    /// # Errors
    /// The store fails, or the stream is broken: the error says at which position.
    pub fn start(store: Arc<dyn Store>, decide: Decide) -> Result<Self, ReplayError> {
        Self::start_with(store, decide, Clock::new(SystemTime))
    }

    /// [`Ledger::start`], with a clock of one's own.
    ///
    /// # Errors
    /// The store fails, or the stream is broken: the error says at which position.
    pub fn start_with(store: Arc<dyn Store>, decide: Decide, clock: Clock) -> Result<Self, ReplayError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|error| StoreError::Unavailable(Arc::new(error)))?;
        let (ledger, writing) = runtime.block_on(Self::assemble(store, decide, clock))?;
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || runtime.block_on(writing));
        *ledger.writer.lock() = Some(thread.map_err(|error| StoreError::Unavailable(Arc::new(error)))?);
        Ok(ledger)
    }

    /// [`Ledger::start_with`], with the writer as a future, to be run by the caller: nothing is decided but while it is polled. Its only
    /// time is the runtime's and the clock's, so that a simulation has both in its hands. Blocks its thread for the replay.
    ///
    /// # Errors
    /// The store fails, or the stream is broken: the error says at which position.
    pub async fn assemble(store: Arc<dyn Store>, decide: Decide, clock: Clock) -> Result<(Self, Fut<'static, ()>), ReplayError> {
        let history = History::new(store.clone());
        // The database of an older program, which is only looked at, does not say; one that is away is noticed next.
        let incarnation = store.incarnation().unwrap_or_default();
        let end = store.end().await?;
        let last = end.position;
        let replayed = replay::replay(&*store, &history, last)?;
        clocks::warn_of_the_future(replayed.plan.recorded_at);
        let snapshot = Arc::new(Snapshot { plan: replayed.plan, validity: replayed.validity });
        let (position, _) = watch::channel(last);
        let shared = Arc::new(Shared {
            store,
            history,
            published: RwLock::new(snapshot.clone()),
            position,
            is_up: watch::channel(true).0,
            hindered: RwLock::new(None),
            clock,
            disk: disk::Disk::default(),
            incarnation,
        });
        metrics::gauge!("tafel_store_up").set(1.0);
        let (jobs, queue) = mpsc::channel(QUEUE_REQUESTS);
        let (stop, stopped) = watch::channel(false);
        let writer = writer::Writer::new(shared.clone(), decide, replayed.batches, end);
        let ledger = Self { jobs, shared, stop, writer: Arc::default() };
        Ok((ledger, Box::pin(writer.run(queue, stopped))))
    }

    /// The newest plan. It never changes; later ones are other snapshots.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// Whether the store answered when it was last asked.
    #[must_use]
    pub fn is_up(&self) -> bool {
        *self.shared.is_up.borrow() && self.is_serving()
    }

    /// Whether the store itself answered when it was last asked.
    #[must_use]
    pub fn is_store_up(&self) -> bool {
        *self.shared.is_up.borrow()
    }

    /// Told when the store goes away and when it is back.
    #[must_use]
    pub fn ups(&self) -> watch::Receiver<bool> {
        self.shared.is_up.subscribe()
    }

    /// Whether commands can be decided here: the writer works, and can read what others append.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        !self.jobs.is_closed() && self.shared.hindered().is_none()
    }

    /// Which life of the stream this is: empty in the first, another one after each restore.
    #[must_use]
    pub fn incarnation(&self) -> &str {
        &self.shared.incarnation
    }

    /// Which stream this is, to whoever sees its positions: its id and, after a restore, its life.
    #[must_use]
    pub fn stream(&self, plan: &Plan) -> String {
        let (id, life) = (plan.stream.unwrap_or_default(), self.incarnation());
        if life.is_empty() { id.to_string() } else { format!("{id}.{life}") }
    }

    /// Why nothing can be decided here, though the store answers.
    #[must_use]
    pub fn hindrance(&self) -> Option<Arc<str>> {
        self.shared.hindered()
    }

    /// Told of every new position.
    #[must_use]
    pub fn positions(&self) -> watch::Receiver<Position> {
        self.shared.position.subscribe()
    }

    /// A plan at least as new as `position`; `None` if there is none within the time.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> Option<Arc<Snapshot>> {
        if self.shared.snapshot().plan.position < position {
            let mut positions = self.positions();
            let arrived = positions.wait_for(|newest| *newest >= position);
            tokio::time::timeout(timeout, arrived).await.ok()?.ok()?;
        }
        Some(self.shared.snapshot())
    }

    /// Has the request decided and made durable. Once it is decided, it is carried out even if nobody waits for it any more;
    /// before that it is dropped.
    ///
    /// # Errors
    /// The request is refused, or the store fails.
    pub async fn submit(&self, request: Request) -> Result<Answer, Failure> {
        let (reply, answer) = oneshot::channel();
        let fingerprint = fingerprint::fingerprint(&request);
        let job = CommandJob { request, fingerprint, accepted_at: std::time::Instant::now(), reply };
        self.send(Job::Command(job)).await?;
        answer.await.map_err(|_| Failure::Unavailable("the server is stopping".to_owned()))?
    }

    async fn send(&self, job: Job) -> Result<(), Failure> {
        match self.jobs.send_timeout(job, QUEUE_TIMEOUT).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(Failure::NotDecided("too many requests are waiting".to_owned())),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(Failure::NotDecided("the server is stopping".to_owned())),
        }
    }

    /// The plan as it was known at a position, or as it would have been without what was void at `corrected_as_of`.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub async fn plan_at(&self, position: Position, corrected_as_of: Option<Position>) -> Result<Plan, Failure> {
        let shared = self.shared.clone();
        let voids = shared.snapshot().validity.voids_at(corrected_as_of.unwrap_or(position));
        Ok(blocking(move || shared.history.plan_at(position, &voids)).await??)
    }

    /// The plan as it was known at a position. Blocks its thread.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn past(&self, position: Position) -> Result<Plan, Failure> {
        let voids = self.shared.snapshot().validity.voids_at(position);
        Ok(self.shared.history.plan_at(position, &voids)?)
    }

    /// The events of the newest batch of these, where they are still kept and few: who has just done what.
    #[must_use]
    pub fn latest_batch(&self, after: Position, until: Position) -> Vec<Event> {
        self.shared.history.latest_batch(after, until)
    }

    /// The event at a position. Blocks its thread.
    ///
    /// # Errors
    /// The stream cannot be read.
    pub fn event_at(&self, position: Position) -> Result<Option<StoredEvent>, Failure> {
        let mut found = None;
        self.shared.store.scan(Position(position.0.saturating_sub(1)), position, &mut |raw| {
            found = Some(raw.to_stored());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Takes no more requests, answers those accepted, and ends the writer.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let thread = self.writer.lock().take();
        if let Some(thread) = thread {
            // The writer logs its own crash; there is nobody else to tell.
            let _ = blocking(move || thread.join()).await;
            self.shared.store.release();
        }
    }
}

/// The plan as the stream gives it, for whoever only looks. Blocks its thread.
///
/// # Errors
/// The store fails, or the stream is broken: the error says at which position.
pub fn replay_only(store: &Arc<dyn Store>) -> Result<Snapshot, ReplayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| StoreError::Unavailable(Arc::new(error)))?;
    let last = runtime.block_on(store.end())?.position;
    let replayed = replay::replay(&**store, &History::new(store.clone()), last)?;
    Ok(Snapshot { plan: replayed.plan, validity: replayed.validity })
}
