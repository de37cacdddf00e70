//! Files of uploads, parsed: lately, so that each look at a preview need not parse again, and two at a time.

use crate::ledger::blocking;
use crate::plan::upload::{Upload, UploadKind};
use crate::sheet::{self, Mapping};
use crate::store::PendingUpload;
use crate::web::problem::Problem;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// So many parsed files are remembered.
const REMEMBERED: usize = 8;
/// So many files are parsed at a time: what bounds the memory.
const PARSING: usize = 2;

/// What a file holds, or why that is not known.
type Outcome = Result<Arc<Upload>, Problem>;

/// Files that were parsed lately, with what came of it.
pub(crate) struct Parsed {
    recent: Mutex<VecDeque<(Uuid, Outcome)>>,
    parsing: Semaphore,
}

impl Default for Parsed {
    fn default() -> Self {
        Self { recent: Mutex::new(VecDeque::new()), parsing: Semaphore::new(PARSING) }
    }
}

impl Parsed {
    pub(super) fn get(&self, id: Uuid) -> Option<Outcome> {
        self.recent.lock().iter().find(|(known, _)| *known == id).map(|(_, parsed)| parsed.clone())
    }

    pub(super) fn keep(&self, id: Uuid, parsed: Outcome) {
        let mut recent = self.recent.lock();
        recent.truncate(REMEMBERED - 1);
        recent.push_front((id, parsed));
    }

    /// What the file is, and the file.
    pub(super) async fn guess(&self, file: String, content: Vec<u8>) -> Result<(UploadKind, Vec<u8>), Problem> {
        let _permit = self.parsing.acquire().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
        Ok(blocking(move || sheet::guess(&file, &content).map(|kind| (kind, content))).await??)
    }

    /// The file again, with what is wrong marked in it.
    pub(crate) async fn marked(
        &self,
        kind: UploadKind,
        kept: PendingUpload,
        problems: Vec<(crate::plan::upload::Problem, String)>,
    ) -> Result<Vec<u8>, Problem> {
        let _permit = self.parsing.acquire().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
        let mapping: Mapping = serde_json::from_str(&kept.mapping).unwrap_or_default();
        let file = blocking(move || sheet::problems(kind, &kept.file, &kept.content, &mapping, &problems)).await?;
        file.map_err(|error| {
            tracing::error!(%error, "the problems of an upload cannot be written");
            Problem::fault()
        })
    }

    pub(super) async fn parse(&self, kind: UploadKind, file: String, content: Arc<Vec<u8>>, mapping: Mapping) -> Outcome {
        let _permit = self.parsing.acquire().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
        let read = blocking(move || sheet::read(kind, &file, &content, &mapping)).await?;
        Ok(Arc::new(read?))
    }
}
