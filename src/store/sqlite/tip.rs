//! The tip: the last event that was acknowledged, kept beside the database.
//!
//! SQLite takes a log that was cut off for a shorter one; this is how the loss of its tail is noticed.

use crate::plan::Position;
use crate::store::{End, Hash, StoreError};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A tip that was noted is on the disk after this.
const ON_DISK_WITHIN: Duration = Duration::from_secs(1);

/// The file, open for writing. Each tip has the same length, so it is written in one go.
pub(super) struct Tip {
    path: PathBuf,
    file: Option<File>,
    /// When something was noted that is not on the disk yet.
    noted_at: Option<Instant>,
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-tip");
    PathBuf::from(name)
}

/// What was acknowledged last; nothing of a database that no program has written to that kept it.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub(super) fn read(database: &Path) -> Result<Option<(Position, Hash)>, StoreError> {
    let path = beside(database);
    let broken = |source: io::Error| StoreError::Open { path: path.display().to_string(), source: Arc::new(source) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(broken(error)),
    };
    // A first note that a full disk or a power failure has cut short says nothing.
    if text.trim_matches(['\0', ' ', '\n']).is_empty() {
        tracing::warn!(path = %path.display(), "what was acknowledged last is not noted beside the database");
        return Ok(None);
    }
    let parts = text.trim_end().split_once(' ').and_then(|(position, hash)| Some((position.parse().ok()?, Hash::parse(hash).ok()?)));
    let (position, hash) =
        parts.ok_or_else(|| broken(io::Error::other("it does not hold a position and a hash: take it away if the database is whole")))?;
    // Of an empty stream nothing can be lost.
    Ok(Some((Position(position), hash)).filter(|_| position > 0))
}

impl Tip {
    pub(super) fn of(database: &Path) -> Self {
        Self { path: beside(database), file: None, noted_at: None }
    }

    /// Notes what is durable in the database and about to be acknowledged. It is on the disk soon after; a process that is killed
    /// has written it all the same.
    pub(super) fn note(&mut self, end: End) {
        let Some(hash) = end.hash else { return };
        if let Err(error) = self.write(end.position, hash) {
            // The events are safe; only that their loss would be noticed is not.
            tracing::warn!(%error, path = %self.path.display(), "the last event cannot be noted beside the database");
        }
    }

    fn write(&mut self, position: Position, hash: Hash) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::options().create(true).truncate(false).write(true).open(&self.path)?),
        };
        let line = format!("{:020} {hash}\n", position.0);
        #[cfg(unix)]
        std::os::unix::fs::FileExt::write_all_at(file, line.as_bytes(), 0)?;
        #[cfg(not(unix))]
        {
            use std::io::{Seek as _, SeekFrom, Write as _};
            file.seek(SeekFrom::Start(0))?;
            file.write_all(line.as_bytes())?;
        }
        self.noted_at.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// How long it may yet wait for the disk; nothing where all is there.
    pub(super) fn may_wait(&self) -> Option<Duration> {
        self.noted_at.map(|noted_at| ON_DISK_WITHIN.saturating_sub(noted_at.elapsed()))
    }

    pub(super) fn sync(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.noted_at.is_some())
            && let Err(error) = file.sync_data()
        {
            tracing::warn!(%error, path = %self.path.display(), "the last event is not noted on the disk");
        }
        self.noted_at = None;
    }
}
