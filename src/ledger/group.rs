//! A group: the commands that become durable together, decided one after the other.

use super::{Answer, CommandJob, Decide, Failure};
use crate::plan::command::Request;
use crate::plan::event::Event;
use crate::plan::{Plan, Position, Refusal, evolve};
use crate::store::codec::encode;
use crate::store::{Append, Chunk, End, Origin, StoredEvent};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use uuid::Uuid;

/// A decided request that waits for its group to be durable. A refusal waits too: what it was decided on may not be.
pub(super) struct Entry {
    pub(super) job: CommandJob,
    pub(super) decided: Result<Chunk, Refusal>,
}

/// Commands in the order of their decision.
pub(super) struct Group {
    /// The plan after the group.
    pub(super) plan: Plan,
    pub(super) entries: Vec<Entry>,
    pub(super) events: Vec<Event>,
}

impl Group {
    pub(super) fn after(plan: Plan) -> Self {
        Self { plan, entries: Vec::new(), events: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Decides the request on the plan after the group so far, and adds it.
    ///
    /// # Errors
    /// The decision crashed, or its events cannot be written down: this request is answered, the others go on.
    pub(super) fn add(&mut self, decide: Decide, job: CommandJob) -> Result<(), Box<(CommandJob, Failure)>> {
        let plan = &self.plan;
        // The plan is a value: whatever a crash leaves half done is thrown away with the clone.
        let decided = catch_unwind(AssertUnwindSafe(|| carry_out(decide, plan, &job.request)));
        let decided = match decided {
            Ok(Ok(carried_out)) => carried_out,
            Ok(Err(error)) => return Err(Box::new((job, Failure::Rejected(error.to_string())))),
            Err(panic) => {
                let id = Uuid::now_v7();
                tracing::error!(%id, batch = %job.request.id, command = job.request.ask.name(), panic = words(&panic), "a decision crashed");
                return Err(Box::new((job, Failure::Crashed(id))));
            }
        };
        let decided = decided.map(|CarriedOut { plan, chunk, events }| {
            self.plan = plan;
            self.events.extend(events);
            chunk
        });
        self.entries.push(Entry { job, decided });
        Ok(())
    }

    /// What is to be appended behind the stream's end.
    pub(super) fn append(&self, end: End) -> Append {
        let decided =
            |entry: &Entry| entry.decided.as_ref().ok().filter(|chunk| !chunk.is_empty()).map(|chunk| (chunk.clone(), entry.origin()));
        let expires_at =
            self.entries.iter().filter(|entry| decided(entry).is_some()).filter_map(|entry| entry.job.request.conditions.expires_at);
        Append::new(end, self.entries.iter().filter_map(decided)).until(expires_at.min())
    }

    /// How many of its commands have events.
    pub(super) fn writing(&self) -> usize {
        self.entries.iter().filter(|entry| entry.decided.as_ref().is_ok_and(|chunk| !chunk.is_empty())).count()
    }
}

impl Entry {
    fn origin(&self) -> Origin {
        let CommandJob { request, fingerprint, .. } = &self.job;
        Origin { request: Some(*fingerprint), cause: Some(Cow::Borrowed(request.ask.name())), trace: None }
    }

    /// The answer, once the group is durable.
    pub(super) fn answer(&self, position: Position) -> Result<Answer, Failure> {
        let events = self.decided.clone()?;
        let position = events.last().map_or(position, |event| event.position);
        Ok(Answer { position, batch: self.job.request.id, events })
    }
}

/// A decision, and what comes of it.
struct CarriedOut {
    plan: Plan,
    chunk: Chunk,
    events: Vec<Event>,
}

fn carry_out(decide: Decide, plan: &Plan, request: &Request) -> Result<Result<CarriedOut, Refusal>, serde_json::Error> {
    let events = match decide(plan, request) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let plan = events.iter().fold(plan.clone(), evolve);
    let chunk = events.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    Ok(Ok(CarriedOut { plan, chunk: Arc::from(chunk), events }))
}

/// The event as the store takes it.
///
/// # Errors
/// Never for an event that the plan's types can express.
pub(super) fn stored(event: &Event) -> Result<StoredEvent, serde_json::Error> {
    Ok(StoredEvent {
        position: event.position,
        recorded_at: event.recorded_at,
        actor: event.actor.clone(),
        batch: event.batch,
        kind: Cow::Borrowed(event.body.kind()),
        payload: encode(&event.body)?,
    })
}

/// What a panic said.
pub(super) fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no words)")
}
