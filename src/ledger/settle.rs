//! What the stream says of a request or an append whose outcome is not known.

use super::CommandJob;
use crate::plan::event::Family;
use crate::store::chain::hash_at;
use crate::store::{Append, Store, StoreError, StoredEvent};

/// Whether an attempt had been successful after all: then the last of its events is there, with its very hash.
pub(super) fn is_in_the_stream(store: &dyn Store, append: &Append) -> bool {
    let end = append.end();
    matches!(hash_at(store, end.position), Ok(Some(hash)) if Some(hash) == end.hash)
}

/// Whether the batch that begins with this event was written for this very request. Of batches from before requests had
/// fingerprints, only who wrote what kind of event can be compared.
pub(super) fn is_same_request(store: &dyn Store, job: &CommandJob, first: &StoredEvent) -> Result<bool, StoreError> {
    let request = store.request_of(job.request.id)?;
    Ok(request.map_or_else(
        || first.actor == job.request.actor && Family::of(&first.kind) == job.request.ask.family(),
        |request| request == job.fingerprint,
    ))
}
