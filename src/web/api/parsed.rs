//! Files of uploads, parsed: lately, so that each look at a preview need not parse again.

use crate::plan::upload::{Upload, UploadKind};
use crate::reader::{ReadError, Reader};
use crate::sheet::{Book, Mapping};
use crate::store::PendingUpload;
use crate::web::problem::Problem;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// So many parsed files are remembered.
const REMEMBERED: usize = 8;
/// What a file holds, or why that is not known.
type Outcome = Result<Arc<Upload>, Problem>;

/// Files that were parsed lately, with what came of it.
pub(crate) struct Parsed {
    recent: Mutex<VecDeque<(Uuid, Outcome)>>,
    reader: Reader,
    /// KiB of files that are on their way, or wait to be read.
    room: Arc<Semaphore>,
}

/// So much of them is held in memory at a time, in KiB.
const ROOM: usize = 256 * 1024;

impl Parsed {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { recent: Mutex::default(), reader, room: Arc::new(Semaphore::new(ROOM)) }
    }

    pub(super) fn get(&self, id: Uuid) -> Option<Outcome> {
        self.recent.lock().iter().find(|(known, _)| *known == id).map(|(_, parsed)| parsed.clone())
    }

    pub(super) fn keep(&self, id: Uuid, parsed: Outcome) {
        let mut recent = self.recent.lock();
        recent.truncate(REMEMBERED - 1);
        recent.push_front((id, parsed));
    }

    /// Room for a file that comes, of which there are so many bytes by now.
    ///
    /// # Errors
    /// Too many files are on their way.
    pub(super) fn make_room(&self, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Problem> {
        let missing = bytes.div_ceil(1024).saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let more = self.room.clone().try_acquire_many_owned(missing).map_err(|_| Problem::from(ReadError::Busy))?;
        match held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        Ok(())
    }

    pub(crate) async fn try_a_reader(&self) -> Result<(), ReadError> {
        self.reader.read("try.csv", Arc::new(b"Table,Spot\n1,1\n".to_vec()), |_| Ok(())).await
    }

    /// The file again, with what is wrong marked in it.
    pub(crate) async fn marked(
        &self,
        kind: UploadKind,
        kept: PendingUpload,
        problems: Vec<(crate::plan::upload::Problem, String)>,
    ) -> Result<Vec<u8>, Problem> {
        let mapping: Mapping = serde_json::from_str(&kept.mapping).unwrap_or_default();
        let marked = self.reader.read(&kept.file, Arc::new(kept.content), move |book| Ok(book.marked(kind, &mapping, &problems)));
        marked.await?.map_err(|error| {
            tracing::error!(%error, "the problems of an upload cannot be written");
            Problem::fault()
        })
    }

    /// What the file says; without a kind, as what it looks like.
    pub(super) async fn parse(&self, kind: Option<UploadKind>, file: &str, content: Arc<Vec<u8>>, mapping: Mapping) -> Outcome {
        let upload = move |book: Book| {
            let kind = kind.map_or_else(|| book.guess(), Ok)?;
            book.upload(kind, &mapping)
        };
        Ok(Arc::new(self.reader.read(file, content, upload).await?))
    }
}
