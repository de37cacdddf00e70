//! Retraction, reinstatement and one's own undo: prepared aside, done by the writer in a moment.

use super::group::{stored, words};
use super::writer::{RETRY_PAUSES, Writer};
use super::{Failure, Job, Ledger, Snapshot, Voids, blocking};
use crate::plan::event::{Body, Event, Family, Retraction};
use crate::plan::retract::{Comparison, RetractionPreview};
use crate::plan::{BatchId, Lasting, Position, Refusal, Text, Timestamp, evolve};
use crate::store::codec::Decoder;
use crate::store::{Append, AppendError, Chunk, Origin, RawEvent, Store, StoredEvent};
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

/// The wish to declare a batch void, or valid again.
#[derive(Debug, Clone)]
pub struct ChangeValidity {
    /// The id of this request, so of the batch that it writes.
    pub id: BatchId,
    pub batch: BatchId,
    pub retracts: bool,
    pub reason: Text,
    pub actor: Arc<str>,
    /// Admins may do it to anything; others to their own latest batch, if nobody has built on it.
    pub is_admin: bool,
    pub at: Timestamp,
    /// The position of the preview that was confirmed.
    pub position: Option<Position>,
}

pub(crate) struct ValidityJob {
    ask: ChangeValidity,
    comparison: Comparison,
    /// The void batches that the comparison was made with.
    now: Voids,
    /// The preview that was confirmed.
    expected: Option<RetractionPreview>,
    accepted_at: Instant,
    reply: oneshot::Sender<Result<RetractionPreview, Failure>>,
}

impl Ledger {
    /// What retracting the batch would change; of a retracted batch, what reinstating it would. Writes nothing.
    ///
    /// # Errors
    /// There is no such batch, it cannot be retracted, or the stream cannot be read.
    pub async fn preview_retraction(&self, batch: BatchId) -> Result<RetractionPreview, Failure> {
        let ledger = self.clone();
        blocking(move || ledger.preview_now(&ledger.snapshot(), batch)).await?
    }

    /// [`Ledger::preview_retraction`], against a snapshot. Blocks its thread.
    ///
    /// # Errors
    /// There is no such batch, it cannot be retracted, or the stream cannot be read.
    pub fn preview_now(&self, snapshot: &Snapshot, batch: BatchId) -> Result<RetractionPreview, Failure> {
        let began = Instant::now();
        let first = self.retractable(batch)?.position;
        let (now, then) = voids(snapshot, batch, first, !snapshot.validity.voids().contains_key(&batch));
        let comparison = self.shared.history.compare(batch, &now, &then, snapshot.plan.position)?;
        let (preview, _) = comparison.finish(&snapshot.plan);
        log(&preview, "previewed", "", began);
        Ok(preview)
    }

    /// Retracts or reinstates. Carried out even if nobody waits for it any more.
    ///
    /// # Errors
    /// The caller may not, the effect is another one than was confirmed, or the store fails.
    pub async fn change_validity(&self, ask: ChangeValidity) -> Result<RetractionPreview, Failure> {
        let ledger = self.clone();
        let carried_out = tokio::spawn(async move {
            let accepted_at = Instant::now();
            let preparing = ledger.clone();
            let asked = ask.clone();
            let prepared = blocking(move || preparing.prepare(ask, accepted_at)).await?;
            let answered = match prepared {
                Ok(Prepared::Repeated(preview)) => return Ok(*preview),
                Ok(Prepared::New(job, answer)) => {
                    ledger.send(Job::ChangeValidity(job)).await?;
                    answer.await.map_err(|_| Failure::Unavailable("the server is stopping".to_owned()))?
                }
                Err(failure) => Err(failure),
            };
            // The same request may have come twice at once, and the other one was faster.
            match answered {
                Ok(preview) => Ok(preview),
                Err(failure) => {
                    blocking(move || match ledger.shared.store.head(asked.id)? {
                        Some(done) => ledger.repeat(&done, &asked),
                        None => Err(failure),
                    })
                    .await?
                }
            }
        });
        carried_out.await.map_err(|error| Failure::Unavailable(error.to_string()))?
    }

    fn prepare(&self, ask: ChangeValidity, accepted_at: Instant) -> Result<Prepared, Failure> {
        if let Some(done) = self.shared.store.head(ask.id)? {
            return self.repeat(&done, &ask).map(Box::new).map(Prepared::Repeated);
        }
        let head = self.retractable(ask.batch)?;
        let snapshot = self.snapshot();
        refuse_twice(&snapshot, &ask)?;
        if !ask.is_admin {
            forbid_others(&*self.shared.store, &snapshot, &ask)?;
        }
        let (now, then) = voids(&snapshot, ask.batch, head.position, ask.retracts);
        let comparison = self.shared.history.compare(ask.batch, &now, &then, snapshot.plan.position)?;
        let expected = match ask.position {
            None => None,
            Some(position) if position < snapshot.plan.position => {
                let (now, then) = voids_at(&snapshot, ask.batch, head.position, position, ask.retracts);
                let present = self.shared.history.plan_at(position, &now)?;
                Some(self.shared.history.compare(ask.batch, &now, &then, position)?.finish(&present).0)
            }
            // Confirmed at the newest position; the writer may have moved on by the time it is its turn.
            Some(_) => Some(comparison.clone().finish(&snapshot.plan).0),
        };
        let (reply, answer) = oneshot::channel();
        Ok(Prepared::New(Box::new(ValidityJob { ask, comparison, now, expected, accepted_at, reply }), answer))
    }

    /// The same request again: the same answer, as of then. The event says all that was asked for.
    fn repeat(&self, done: &StoredEvent, ask: &ChangeValidity) -> Result<RetractionPreview, Failure> {
        let event = Decoder::default().decode(done.raw()).map_err(super::ReplayError::from)?;
        let (Retraction { batch, reason, .. }, retracts) = match &event.body {
            Body::BatchRetracted(retraction) => (retraction, true),
            Body::BatchReinstated(retraction) => (retraction, false),
            _ => return Err(Refusal::IdTaken.into()),
        };
        let batch = *batch;
        if (batch, retracts, reason, &event.actor) != (ask.batch, ask.retracts, &ask.reason, &ask.actor) {
            return Err(Refusal::IdTaken.into());
        }
        let snapshot = self.snapshot();
        let before = Position(event.position.0 - 1);
        let first = self.retractable(batch)?.position;
        let (now, then) = voids_at(&snapshot, batch, first, before, retracts);
        let present = self.shared.history.plan_at(before, &now)?;
        let (mut preview, _) = self.shared.history.compare(batch, &now, &then, before)?.finish(&present);
        preview.position = event.position;
        Ok(preview)
    }

    /// The first event of a batch that may be retracted.
    fn retractable(&self, batch: BatchId) -> Result<StoredEvent, Failure> {
        let head = self.shared.store.head(batch)?.ok_or(Refusal::UnknownBatch)?;
        let why = match (Family::of(&head.kind), &*head.kind) {
            (Family::Retraction, "batch_retracted") => Lasting::Retraction,
            (Family::Retraction, _) => Lasting::Reinstatement,
            (Family::Mail, _) => Lasting::Mail,
            (Family::Report, _) => Lasting::Report,
            (Family::Command, "plan_created") => Lasting::Beginning,
            (Family::Command, "guest_erased") => Lasting::Erasure,
            (Family::Command | Family::Upload, _) => return Ok(head),
        };
        Err(Refusal::NotRetractable { why }.into())
    }
}

/// Whether an event of the kind is a change that its author can take back: not what was sent, reported, or is a retraction itself.
#[must_use]
pub fn can_be_undone(kind: &str) -> bool {
    matches!(Family::of(kind), Family::Command | Family::Upload)
}

/// Who is no admin may only undo their own latest batch that still counts, and redo what they undid.
fn forbid_others(store: &dyn Store, snapshot: &Snapshot, ask: &ChangeValidity) -> Result<(), Failure> {
    let head = store.head(ask.batch)?.ok_or(Refusal::UnknownBatch)?;
    if head.actor != ask.actor {
        return Err(Failure::Forbidden("Only an admin may take back what somebody else did."));
    }
    if !ask.retracts {
        let own = snapshot.validity.retraction_of(ask.batch).is_some_and(|doing| doing.actor == ask.actor);
        return if own { Ok(()) } else { Err(Failure::Forbidden("Only an admin may bring back what somebody else took back.")) };
    }
    let mut latest = None;
    store.scan_back(snapshot.plan.position.next(), &mut |raw: RawEvent<'_>| {
        let counts = raw.actor == &*ask.actor && can_be_undone(raw.kind) && !snapshot.validity.voids().contains_key(&raw.batch);
        if counts {
            latest = Some(raw.batch);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    if latest == Some(ask.batch) {
        Ok(())
    } else {
        Err(Failure::Forbidden("You can take back your own latest change; an admin can take back any."))
    }
}

enum Prepared {
    Repeated(Box<RetractionPreview>),
    New(Box<ValidityJob>, oneshot::Receiver<Result<RetractionPreview, Failure>>),
}

fn refuse_twice(snapshot: &Snapshot, ask: &ChangeValidity) -> Result<(), Refusal> {
    match (snapshot.validity.retraction_of(ask.batch), ask.retracts) {
        (Some(doing), true) => Err(Refusal::AlreadyRetracted { position: doing.position }),
        (None, false) => Err(Refusal::NotRetracted),
        _ => Ok(()),
    }
}

/// What is void now, and what would be.
fn voids(snapshot: &Snapshot, batch: BatchId, first: Position, retracts: bool) -> (Voids, Voids) {
    with(snapshot.validity.voids().clone(), batch, first, retracts)
}

fn voids_at(snapshot: &Snapshot, batch: BatchId, first: Position, position: Position, retracts: bool) -> (Voids, Voids) {
    with(snapshot.validity.voids_at(position), batch, first, retracts)
}

fn with(now: Voids, batch: BatchId, first: Position, retracts: bool) -> (Voids, Voids) {
    let then = if retracts { now.update(batch, first) } else { now.without(&batch) };
    (now, then)
}

impl Writer {
    /// Does it at the stream's end, with nothing else under way.
    pub(super) async fn change_validity(&mut self, mut job: Box<ValidityJob>) {
        let result = self.try_change_validity(&mut job).await;
        match &result {
            Ok(preview) => {
                let doing = if job.ask.retracts { "retracted" } else { "reinstated" };
                log(preview, doing, &job.ask.actor, job.accepted_at);
            }
            Err(failure) => {
                tracing::info!(actor = &*job.ask.actor, batch = %job.ask.batch, outcome = %failure, "retraction not done");
            }
        }
        let _ = job.reply.send(result);
    }

    async fn try_change_validity(&mut self, job: &mut ValidityJob) -> Result<RetractionPreview, Failure> {
        const OVERTAKEN_MOST: usize = 20;
        let (mut overtaken, mut pauses) = (0, RETRY_PAUSES.iter());
        loop {
            self.look_for_others().await;
            if let Some(why) = self.shared.hindered() {
                return Err(Failure::NotDecided(why.to_string()));
            }
            if let Some(why) = self.shared.doubt(job.ask.at) {
                return Err(Failure::NotDecided(why));
            }
            if self.batches.may_have(job.ask.id) && self.shared.store.head(job.ask.id)?.is_some() {
                return Err(Failure::Unavailable("the same request was answered already: repeat it to see the answer".to_owned()));
            }
            // A crash costs this request, not the writer.
            let weighed = catch_unwind(AssertUnwindSafe(|| self.weigh(job)));
            let (preview, plan) = weighed.unwrap_or_else(|panic| {
                let id = uuid::Uuid::now_v7();
                tracing::error!(%id, batch = %job.ask.batch, panic = words(&*panic), "a retraction crashed");
                Err(Failure::Crashed(id))
            })?;
            let ask = &job.ask;
            let retraction = Retraction { batch: ask.batch, reason: ask.reason.clone(), reversed: preview.reversed_fields() };
            let event = Event {
                position: self.committed.plan.position.next(),
                recorded_at: ask.at.max(self.committed.plan.recorded_at),
                actor: ask.actor.clone(),
                batch: ask.id,
                body: if ask.retracts { Body::BatchRetracted(retraction) } else { Body::BatchReinstated(retraction) },
            };
            let row = stored(&event).map_err(|error| Failure::Rejected(error.to_string()))?;
            let cause = if ask.retracts { "retract_batch" } else { "reinstate_batch" };
            let origin = Origin { request: None, cause: Some(Cow::Borrowed(cause)), trace: None };
            let append = Arc::new(Append::new(self.tip, [(Chunk::from([row]), origin)]));
            match self.shared.store.append(append.clone()).await {
                Ok(()) => {
                    let mut validity = self.committed.validity.clone();
                    let store = self.shared.store.clone();
                    validity.note(&event, |batch| super::first_of(&*store, batch))?;
                    self.batches.note(event.batch);
                    self.tip = append.end();
                    self.publish(Snapshot { plan: evolve(plan, &event), validity });
                    self.shared.history.remember(vec![event.clone()]);
                    self.rebase();
                    return Ok(RetractionPreview { position: event.position, ..preview });
                }
                // Somebody else was faster: look again.
                Err(AppendError::Conflict { .. }) if overtaken < OVERTAKEN_MOST => overtaken += 1,
                Err(AppendError::Conflict { .. }) => return Err(Failure::NotDecided("others were faster again and again".to_owned())),
                Err(AppendError::Untimely { clock }) => {
                    let why = format!("this machine's clock is ahead of the database's, which says {clock}");
                    return Err(Failure::NotDecided(why));
                }
                Err(AppendError::Refused(why)) => return Err(Failure::Rejected(why)),
                // Nobody else is served meanwhile: as soon as with commands, the store counts as away.
                Err(AppendError::Failed(error)) => {
                    let Some(pause) = pauses.next() else {
                        self.shared.set_up(false);
                        return Err(error.into());
                    };
                    tokio::time::sleep(*pause).await;
                }
            }
        }
    }

    /// What it would change by now, unless it may not.
    fn weigh(&self, job: &mut ValidityJob) -> Result<(RetractionPreview, crate::plan::Plan), Failure> {
        let snapshot = &*self.committed;
        refuse_twice(snapshot, &job.ask)?;
        if !job.ask.is_admin {
            forbid_others(&*self.shared.store, snapshot, &job.ask)?;
        }
        let first = super::first_of(&*self.shared.store, job.ask.batch)?.ok_or(Refusal::UnknownBatch)?;
        let (now, then) = voids(snapshot, job.ask.batch, first, job.ask.retracts);
        if now == job.now {
            self.shared.history.catch_up(&mut job.comparison, &now, &then, snapshot.plan.position)?;
        } else {
            // Another retraction came first: what was folded aside no longer holds.
            job.comparison = self.shared.history.compare(job.ask.batch, &now, &then, snapshot.plan.position)?;
            job.now = now;
        }
        let (preview, plan) = job.comparison.clone().finish(&snapshot.plan);
        if job.expected.as_ref().is_some_and(|expected| !expected.same_effect(&preview)) {
            return Err(Refusal::RetractionOutdated { preview: Box::new(preview) }.into());
        }
        if !job.ask.is_admin && !preview.lost.is_empty() {
            return Err(Refusal::OthersBuiltOnIt { lost: preview.lost }.into());
        }
        Ok((preview, plan))
    }
}

fn log(preview: &RetractionPreview, doing: &str, actor: &str, began: Instant) {
    tracing::info!(
        doing,
        actor,
        batch = %preview.batch,
        position = preview.position.0,
        reversed = preview.reversed.len(),
        lost = preview.lost.len(),
        regained = preview.regained.len(),
        overtaken = preview.overtaken.len(),
        duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "retraction"
    );
}
