//! The writer: the one task that appends. While a group is on its way to the disk, the next one is decided.

use super::batches::Batches;
use super::group::{Entry, Group};
use super::settle;
use super::tail::Tail;
use super::undo::ValidityJob;
use super::{Answer, CommandJob, Decide, Failure, Job, Shared, Snapshot};
use crate::plan::{BatchId, Position};
use crate::store::{Append, AppendError, End, Fut, StoreError, StoredBatch};
use metrics::{Counter, Histogram, counter, gauge, histogram};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// A group takes no further command beyond these.
const GROUP_COMMANDS: usize = 512;
const GROUP_EVENTS: usize = 20_000;
/// The pauses before a commit that failed is tried again; then its commands are answered "unknown".
pub(super) const RETRY_PAUSES: [Duration; 3] = [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(400)];
/// A database that does not answer is not tried again after so long: whoever waits is told within 15 s.
const SETTLE_WITHIN: Duration = Duration::from_secs(8);

pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    decide: Decide,
    pub(super) batches: Batches,
    /// What everybody sees: durable.
    pub(super) committed: Arc<Snapshot>,
    /// Its last event.
    pub(super) tip: End,
    /// On its way to the disk, with the instant at which it left.
    in_flight: Option<InFlight>,
    /// Being decided, on the plan after the group in flight.
    pub(super) building: Group,
    /// Ids of the commands in either group.
    pending: HashSet<BatchId>,
    /// To be decided before anything from the queue.
    pub(super) waiting: VecDeque<CommandJob>,
    /// Batches that commands which wait name again.
    pub(super) stored_batches: HashMap<BatchId, StoredBatch>,
    /// The same ids as pending ones: they get their answer from the stream.
    repeated: Vec<CommandJob>,
    /// So many commands are committed alone, because one of them spoilt a group.
    pub(super) alone: usize,
    /// Retractions need the stream's end for themselves.
    exclusive: VecDeque<Box<ValidityJob>>,
    /// When to look for what others append, and when to let them go first.
    pub(super) tail: Tail,
    gauges: Gauges,
}

/// A group on its way to the disk.
struct InFlight {
    group: Group,
    append: Arc<Append>,
    commit: Fut<'static, Result<(), AppendError>>,
    began: Instant,
}

/// Handles to the metrics, looked up once.
struct Gauges {
    events: Counter,
    accepted: Counter,
    refused: Counter,
    failed: Counter,
    commit_seconds: Histogram,
    commit_events: Histogram,
}

impl Gauges {
    fn new() -> Self {
        let outcome = |outcome: &'static str| counter!("tafel_commands_total", "outcome" => outcome);
        Self {
            events: counter!("tafel_events_total"),
            accepted: outcome("accepted"),
            refused: outcome("refused"),
            failed: outcome("failed"),
            commit_seconds: histogram!("tafel_commit_seconds"),
            commit_events: histogram!("tafel_commit_events"),
        }
    }
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, decide: Decide, batches: Batches, tip: End) -> Self {
        let committed = shared.snapshot();
        let building = Group::after(committed.plan.clone());
        let tail = Tail::new(shared.store.appended());
        let writer = Self {
            shared,
            decide,
            batches,
            committed,
            tip,
            in_flight: None,
            building,
            pending: HashSet::new(),
            waiting: VecDeque::new(),
            stored_batches: HashMap::new(),
            repeated: Vec::new(),
            alone: 0,
            exclusive: VecDeque::new(),
            tail,
            gauges: Gauges::new(),
        };
        writer.show_gauges();
        writer
    }

    /// Works until it is told to stop; what was accepted by then is answered.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Job>, mut stopped: watch::Receiver<bool>) {
        let mut closed = false;
        loop {
            self.fill(&mut queue);
            if self.in_flight.is_none() {
                if !self.building.is_empty() {
                    // What is decided waits for its turn; whatever comes behind it, for that.
                    if self.tail.is_our_turn() {
                        self.commit().await;
                        continue;
                    }
                } else if let Some(job) = self.exclusive.pop_front() {
                    self.change_validity(job).await;
                    continue;
                } else if closed && self.waiting.is_empty() && queue.is_empty() {
                    return;
                }
            }
            let idle = self.in_flight.is_none();
            tokio::select! {
                biased;
                outcome = outcome(&mut self.in_flight), if !idle => self.settle(outcome).await,
                job = queue.recv(), if !closed && self.has_room() => match job {
                    Some(job) => self.take(job),
                    None => closed = true,
                },
                // A dropped handle stops the writer, too.
                () = is_stopped(&mut stopped), if !closed => {
                    queue.close();
                    closed = true;
                }
                () = self.tail.wait(self.committed.plan.position, !self.building.is_empty()), if idle => self.look_for_others().await,
            }
        }
    }

    fn has_room(&self) -> bool {
        let commands = if self.alone > 0 { 1 } else { GROUP_COMMANDS };
        self.exclusive.is_empty() && self.building.entries.len() < commands && self.building.events.len() < GROUP_EVENTS
    }

    /// Decides all that is there, without waiting for more.
    fn fill(&mut self, queue: &mut mpsc::Receiver<Job>) {
        while self.has_room() {
            if self.waiting.is_empty() {
                while self.has_room()
                    && self.waiting.len() < GROUP_COMMANDS
                    && let Ok(job) = queue.try_recv()
                {
                    self.take(job);
                }
            }
            let Some(job) = self.waiting.pop_front() else { break };
            self.take_command(job);
        }
        if self.waiting.is_empty() {
            self.stored_batches = HashMap::new();
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Command(job) => self.waiting.push_back(job),
            Job::ChangeValidity(job) => self.exclusive.push_back(job),
        }
    }

    fn take_command(&mut self, job: CommandJob) {
        let id = job.request.id;
        // Whoever has given up may have asked elsewhere by now, and been refused: this must not be done behind their back.
        if job.reply.is_closed() {
            return self.reply(job, Err(Failure::NotDecided("nobody waits for it any more".to_owned())), "abandoned");
        }
        if let Some(why) = self.shared.hindered() {
            return self.reply(job, Err(Failure::NotDecided(why.to_string())), "not decided");
        }
        // Looked at for each decision: a jump of a moment is enough to stamp the stream for good.
        if let Some(why) = self.shared.doubt(job.request.at) {
            return self.reply(job, Err(Failure::NotDecided(why)), "not decided");
        }
        if self.pending.contains(&id) {
            self.repeated.push(job);
            return;
        }
        match self.stored(id) {
            Ok(None) => {}
            Ok(Some(batch)) => return self.repeat(job, batch),
            Err(error) => return self.reply(job, Err(error.into()), "unknown"),
        }
        match self.building.add(self.decide, job) {
            Ok(()) => drop(self.pending.insert(id)),
            Err(crashed) => {
                let (job, failure) = *crashed;
                self.reply(job, Err(failure), "crashed");
            }
        }
    }

    /// Sends the group that was built on its way.
    async fn commit(&mut self) {
        let next = Group::after(self.building.plan.clone());
        let group = std::mem::replace(&mut self.building, next);
        let append = Arc::new(group.append(self.tip));
        if append.is_empty() {
            return self.answer_without_events(group).await;
        }
        let (store, appended) = (self.shared.store.clone(), append.clone());
        let commit = Box::pin(async move { store.append(appended).await });
        self.in_flight = Some(InFlight { group, append, commit, began: Instant::now() });
    }

    /// Refusals and "nothing to do" append nothing, so would not notice that somebody else was faster: look.
    async fn answer_without_events(&mut self, group: Group) {
        match self.shared.store.end().await {
            Ok(end) if end == self.tip => self.answer(group),
            Ok(end) => self.lost_the_race(group, end.position).await,
            Err(error) => {
                self.shared.set_up(false);
                self.give_up(group, unknown, &error.to_string());
            }
        }
    }

    async fn settle(&mut self, outcome: Result<(), AppendError>) {
        let Some(InFlight { group, append, began, .. }) = self.in_flight.take() else { return };
        self.shared.disk.have_answered();
        match outcome {
            Ok(()) => self.committed(group, &append, began),
            Err(AppendError::Conflict { last, .. }) => self.lost_the_race(group, last).await,
            Err(AppendError::Untimely { clock }) => self.came_at_the_wrong_time(group, &append, clock),
            Err(AppendError::Refused(why)) => self.refused_by_store(group, why),
            Err(AppendError::Failed(error)) => self.try_again(group, append, error, began).await,
        }
    }

    /// Somebody else has appended: read what, and decide anew.
    async fn lost_the_race(&mut self, group: Group, last: Position) {
        let before = self.committed.plan.position;
        self.look_for_others().await;
        if self.committed.plan.position > before {
            return self.decide_again(group);
        }
        // Nothing can be decided on what cannot be read, or on a past that the database no longer has.
        match self.shared.hindered() {
            Some(why) => self.give_up(group, |why| Failure::NotDecided(why.to_owned()), &why),
            None => self.give_up(group, unknown, &format!("the stream ends at {last}, and cannot be read")),
        }
    }

    fn committed(&mut self, mut group: Group, append: &Append, began: Instant) {
        self.shared.set_up(true);
        self.tail.have_committed(began.elapsed());
        self.alone = self.alone.saturating_sub(1);
        for chunk in group.entries.iter().filter_map(|entry| entry.decided.as_ref().ok()) {
            if let Some(event) = chunk.first() {
                self.batches.note(event.batch);
            }
        }
        self.gauges.events.increment(group.events.len() as u64);
        self.gauges.commit_seconds.record(began.elapsed().as_secs_f64());
        #[allow(clippy::cast_precision_loss)] // A histogram of at most some thousands.
        self.gauges.commit_events.record(group.events.len() as f64);
        self.tip = append.end();
        self.shared.history.remember(std::mem::take(&mut group.events));
        let snapshot = Snapshot { plan: group.plan.clone(), validity: self.committed.validity.clone() };
        self.publish(snapshot);
        self.answer(group);
    }

    pub(super) fn publish(&mut self, snapshot: Snapshot) {
        self.committed = Arc::new(snapshot);
        self.shared.publish(self.committed.clone());
        self.show_gauges();
    }

    /// The next group is decided on what is published.
    pub(super) fn rebase(&mut self) {
        self.building = Group::after(self.committed.plan.clone());
    }

    #[allow(clippy::cast_precision_loss)] // Gauges.
    fn show_gauges(&self) {
        gauge!("tafel_stream_position").set(self.committed.plan.position.0 as f64);
        gauge!("tafel_plan_guests").set(self.committed.plan.guests.len() as f64);
    }

    /// Answers a group that is durable.
    fn answer(&mut self, group: Group) {
        let position = self.committed.plan.position;
        for entry in group.entries {
            self.pending.remove(&entry.job.request.id);
            let answer = entry.answer(position);
            let outcome = match &answer {
                Ok(answer) if answer.events.is_empty() => "unchanged",
                Ok(_) => "accepted",
                Err(_) => "refused",
            };
            self.reply(entry.job, answer, outcome);
        }
        let repeated = std::mem::take(&mut self.repeated);
        self.waiting.extend(repeated);
    }

    /// Everything that is not durable is decided anew, in its order, on what is.
    pub(super) fn decide_again(&mut self, group: Group) {
        let building = std::mem::replace(&mut self.building, Group::after(self.committed.plan.clone()));
        self.pending.clear();
        let jobs = group.entries.into_iter().chain(building.entries).map(|entry: Entry| entry.job);
        for job in jobs.collect::<Vec<_>>().into_iter().rev() {
            self.waiting.push_front(job);
        }
        let repeated = std::mem::take(&mut self.repeated);
        self.waiting.extend(repeated);
    }

    /// One bad event must not fail the others: they are committed one by one.
    fn refused_by_store(&mut self, mut group: Group, why: String) {
        if group.writing() <= 1 {
            self.alone = self.alone.saturating_sub(1);
            let guilty = group.entries.iter().position(|entry| entry.decided.as_ref().is_ok_and(|chunk| !chunk.is_empty()));
            if let Some(guilty) = guilty {
                let entry = group.entries.remove(guilty);
                tracing::error!(batch = %entry.job.request.id, why, "the store refuses a command's events");
                self.reply(entry.job, Err(Failure::Rejected(why)), "rejected");
            }
        } else {
            self.alone = group.entries.len();
        }
        self.decide_again(group);
    }

    /// The outcome of a commit is unknown. The same events at the same position settle it, if the store answers.
    async fn try_again(&mut self, group: Group, append: Arc<Append>, error: StoreError, began: Instant) {
        let mut last_error = error;
        for pause in RETRY_PAUSES.into_iter().take_while(|_| began.elapsed() < SETTLE_WITHIN) {
            tracing::warn!(error = %last_error, expected = append.behind().position.0, "a commit failed; trying again");
            tokio::time::sleep(pause).await;
            match self.shared.store.append(append.clone()).await {
                Ok(()) => return self.committed(group, &append, began),
                Err(AppendError::Conflict { .. }) if settle::is_in_the_stream(&*self.shared.store, &append) => {
                    return self.committed(group, &append, began);
                }
                Err(AppendError::Conflict { last, .. }) => return self.lost_the_race(group, last).await,
                // A try before it may still be under way: that it came too late for this one says nothing of that.
                Err(AppendError::Untimely { .. }) => break,
                Err(AppendError::Refused(why)) => return self.refused_by_store(group, why),
                Err(AppendError::Failed(error)) => last_error = error,
            }
        }
        self.shared.set_up(false);
        self.alone = 0;
        self.give_up(group, unknown, &last_error.to_string());
    }

    /// Answers the group that it failed; what was decided on top of it is decided anew.
    pub(super) fn give_up(&mut self, group: Group, failure: impl Fn(&str) -> Failure, why: &str) {
        for entry in group.entries {
            self.pending.remove(&entry.job.request.id);
            self.reply(entry.job, Err(failure(why)), "unknown");
        }
        self.decide_again(Group::after(self.committed.plan.clone()));
    }

    /// Answers, counts and logs. A client that has gone away is none of the command's business.
    pub(super) fn reply(&self, job: CommandJob, answer: Result<Answer, Failure>, outcome: &'static str) {
        let counter = match outcome {
            "accepted" | "unchanged" | "repeated" => &self.gauges.accepted,
            "refused" => &self.gauges.refused,
            _ => &self.gauges.failed,
        };
        counter.increment(1);
        let refusal = match &answer {
            Err(Failure::Refused(refusal)) => refusal.code(),
            _ => "",
        };
        tracing::info!(
            actor = &*job.request.actor,
            batch = %job.request.id,
            command = job.request.ask.name(),
            outcome,
            refusal,
            position = answer.as_ref().map_or(0, |answer| answer.position.0),
            events = answer.as_ref().map_or(0, |answer| answer.events.len()),
            duration_us = u64::try_from(job.accepted_at.elapsed().as_micros()).unwrap_or(u64::MAX),
            "command"
        );
        let _ = job.reply.send(answer);
    }
}

/// What became of a group is not known.
fn unknown(why: &str) -> Failure {
    Failure::Unavailable(why.to_owned())
}

/// Until the writer is told to stop, or nobody is there any more to tell it.
async fn is_stopped(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Waits for the commit that is under way.
async fn outcome(in_flight: &mut Option<InFlight>) -> Result<(), AppendError> {
    match in_flight {
        Some(InFlight { commit, .. }) => commit.await,
        None => std::future::pending().await,
    }
}
