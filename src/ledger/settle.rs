//! What the stream says of a request or an append whose outcome is not known.

use super::writer::Writer;
use super::{Answer, CommandJob};
use crate::plan::event::Family;
use crate::plan::{BatchId, Refusal};
use crate::store::chain::hash_at;
use crate::store::{Append, Chunk, Store, StoreError, StoredBatch};

/// Whether an attempt had been successful after all: then the last of its events is there, with its very hash.
pub(super) fn is_in_the_stream(store: &dyn Store, append: &Append) -> bool {
    let end = append.end();
    matches!(hash_at(store, end.position), Ok(Some(hash)) if Some(hash) == end.hash)
}

impl Writer {
    /// The batch with this id, if the stream has it. Those that wait are looked up with it, in one question: after a restart, programs
    /// send again whatever they had no answer to.
    pub(super) fn stored(&mut self, id: BatchId) -> Result<Option<StoredBatch>, StoreError> {
        if let Some(batch) = self.stored_batches.remove(&id) {
            return Ok(Some(batch));
        }
        if !self.batches.may_have(id) {
            return Ok(None);
        }
        let waiting = self.waiting.iter().map(|job| job.request.id).filter(|id| self.batches.may_have(*id));
        let ids: Vec<BatchId> = std::iter::once(id).chain(waiting).collect();
        self.stored_batches = self.shared.store.batches(&ids)?;
        Ok(self.stored_batches.remove(&id))
    }

    /// Answers what was answered before.
    pub(super) fn repeat(&self, job: CommandJob, batch: StoredBatch) {
        // Under this id something else was done.
        if !is_same_request(&job, &batch) {
            return self.reply(job, Err(Refusal::IdTaken.into()), "refused");
        }
        let position = batch.events.last().map_or(self.committed.plan.position, |event| event.position);
        let answer = Answer { position, batch: job.request.id, events: Chunk::from(batch.events) };
        self.reply(job, Ok(answer), "repeated");
    }
}

/// Whether the batch was written for this very request. Of batches from before requests had fingerprints, only who wrote what kind of
/// event can be compared.
fn is_same_request(job: &CommandJob, batch: &StoredBatch) -> bool {
    match (batch.request, batch.events.first()) {
        (Some(request), _) => request == job.fingerprint,
        (None, Some(first)) => first.actor == job.request.actor && Family::of(&first.kind) == job.request.ask.family(),
        (None, None) => false,
    }
}
