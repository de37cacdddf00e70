//! An instance: the real ledger, writer and all, as a process that can be paused, killed, and started anew.

use super::database::{Database, Line, MachineTime, SimulatedStore, Truth};
use fastrand::Rng;
use parking_lot::Mutex;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tafel::clock::Clock;
use tafel::ledger::Ledger;
use tafel::plan::decide;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

/// A process: what runs in it runs while it is neither paused nor killed.
#[derive(Clone, Default)]
struct Process(Arc<Mutex<ProcessState>>);

#[derive(Default)]
struct ProcessState {
    is_paused: bool,
    is_killed: bool,
    wakers: Vec<Waker>,
}

impl Process {
    fn set(&self, change: impl FnOnce(&mut ProcessState)) {
        let mut state = self.0.lock();
        change(&mut state);
        if !state.is_paused || state.is_killed {
            state.wakers.drain(..).for_each(Waker::wake);
        }
    }

    /// Runs something in the process, until it ends or is not wanted any more.
    fn spawn(&self, inner: impl Future<Output = ()> + Send + 'static) -> tokio::task::AbortHandle {
        tokio::spawn(InProcess { process: self.clone(), inner: Box::pin(inner) }).abort_handle()
    }
}

struct InProcess {
    process: Process,
    inner: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Future for InProcess {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.process.0.lock();
        if state.is_killed {
            return Poll::Ready(());
        }
        // A killed process, too, must be polled once more: to be dropped.
        state.wakers.retain(|waker| !waker.will_wake(context.waker()));
        state.wakers.push(context.waker().clone());
        if state.is_paused {
            return Poll::Pending;
        }
        drop(state);
        self.inner.as_mut().poll(context)
    }
}

/// One life of an instance.
#[derive(Clone)]
struct Life {
    ledger: Ledger,
    process: Process,
}

/// A machine on which an instance runs, most of the time.
#[derive(Clone)]
pub struct Instance {
    pub number: usize,
    life: Arc<Mutex<Option<Life>>>,
    pub line: Arc<Mutex<Line>>,
    pub offset_us: Arc<AtomicI64>,
    database: Database,
    truth: Truth,
    is_local: bool,
    tells: bool,
    rng: Arc<Mutex<Rng>>,
}

impl Instance {
    pub fn new(number: usize, database: Database, truth: Truth, is_local: bool, tells: bool, rng: Rng) -> Self {
        let (life, line, offset_us) = (Arc::default(), Arc::default(), Arc::default());
        Self { number, life, line, offset_us, database, truth, is_local, tells, rng: Arc::new(Mutex::new(rng)) }
    }

    fn time(&self) -> MachineTime {
        MachineTime { truth: self.truth, offset_us: self.offset_us.clone() }
    }

    pub fn ledger(&self) -> Option<Ledger> {
        self.life.lock().as_ref().map(|life| life.ledger.clone())
    }

    /// Starts it, as soon as the database can be read.
    pub async fn start(&self) {
        loop {
            // With the database on the same machine there is nothing to compare a wrong clock with at a start.
            if self.is_local && self.offset_us.load(Ordering::Relaxed) != 0 {
                sleep(Duration::from_millis(100)).await;
                continue;
            }
            let rng = self.rng.lock().fork();
            let store = SimulatedStore::new(self.database.clone(), self.line.clone(), rng, self.time(), self.is_local, self.tells);
            if let Ok((ledger, writing)) = Ledger::assemble(Arc::new(store), decide, Clock::new(self.time())).await {
                let process = Process::default();
                process.spawn(writing);
                *self.life.lock() = Some(Life { ledger, process });
                return;
            }
            sleep(Duration::from_millis(300)).await;
        }
    }

    pub async fn start_unless_it_runs(&self) {
        if self.life.lock().is_none() {
            self.start().await;
        }
    }

    pub fn kill(&self) {
        if let Some(life) = self.life.lock().take() {
            life.process.set(|state| state.is_killed = true);
        }
    }

    pub fn set_paused(&self, is_paused: bool) {
        if let Some(life) = &*self.life.lock() {
            life.process.set(|state| state.is_paused = is_paused);
        }
    }

    /// Has something done in the process; `None` where there is no answer in time. Whoever gave up, the process learns of it
    /// some time later, as a server does of a connection that is closed.
    pub async fn call<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(Ledger) -> F + Send + 'static,
    ) -> Option<T> {
        let Life { ledger, process } = self.life.lock().clone()?;
        let (there, back, notices) = {
            let mut rng = self.rng.lock();
            (rng.u64(0..10), if rng.u8(..50) == 0 { None } else { Some(rng.u64(0..10)) }, rng.u64(0..300))
        };
        let (answer, answered) = oneshot::channel();
        let work = process.spawn(async move {
            sleep(Duration::from_millis(there)).await;
            let _ = answer.send(work(ledger).await);
        });
        let answered = timeout(patience, answered).await;
        if let (Ok(Ok(answer)), Some(back)) = (answered, back) {
            sleep(Duration::from_millis(back)).await;
            return Some(answer);
        }
        process.spawn(async move {
            sleep(Duration::from_millis(notices)).await;
            work.abort();
        });
        None
    }

    /// What whoever runs it does: starts it anew where it can go on no more, and sets its clock right.
    pub async fn look_after(&self) {
        let is_lost = self.ledger().is_none_or(|ledger| {
            let end = self.database.content.lock().end();
            // A clock is waited for; of a restored database only a new start takes what there is.
            ledger.hindrance().is_some_and(|why| !why.contains("clock")) || ledger.snapshot().plan.position > end.position
        });
        if is_lost {
            self.kill();
            self.start().await;
        }
        if self.offset_us.load(Ordering::Relaxed) == 0
            && let Some(ledger) = self.ledger()
            && ledger.clock().is_awaited()
        {
            let _ = ledger.confirm_clock("operator").await;
        }
    }
}
