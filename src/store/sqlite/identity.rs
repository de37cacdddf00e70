//! Whether the database's files are still those that were opened: what is written to a file that was moved or removed is lost.

use crate::store::StoreError;
use parking_lot::Mutex;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

/// The database, its write-ahead log, and what its readers share. None is opened here: closing it would drop SQLite's locks.
pub(super) struct Identity {
    files: [(PathBuf, Mutex<Option<FileId>>); 3],
}

impl Identity {
    /// Of a database that is open; its log may come with the first commit.
    pub(super) fn of(database: &Path) -> Self {
        let beside = |suffix: &str| {
            let mut name = database.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let file = |path: PathBuf| {
            let id = file_id(&path).ok();
            (path, Mutex::new(id))
        };
        Self { files: [file(database.to_owned()), file(beside("-wal")), file(beside("-shm"))] }
    }

    /// # Errors
    /// A file is not the one that was opened.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        for (path, known) in &self.files {
            let mut known = known.lock();
            match (file_id(path), *known) {
                (Ok(found), Some(opened)) if found == opened => {}
                (Ok(found), None) => *known = Some(found),
                (Err(error), None) if error.kind() == io::ErrorKind::NotFound => {}
                (Ok(_), Some(_)) => return Err(replaced(path, "another file has its place")),
                (Err(error), _) => return Err(replaced(path, &error.to_string())),
            }
        }
        Ok(())
    }
}

fn replaced(path: &Path, why: &str) -> StoreError {
    let words = format!(
        "{} is not the file any more that this server has opened ({why}). Nothing more is written. Stop the server, put the files of \
         the database back as they were, or restore a backup, and start it again",
        path.display()
    );
    StoreError::Unavailable(Arc::new(io::Error::other(words)))
}

#[cfg(unix)]
fn file_id(path: &Path) -> io::Result<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path)?;
    Ok(FileId { device: metadata.dev(), inode: metadata.ino() })
}

/// Elsewhere an open file cannot be moved or removed.
#[cfg(not(unix))]
fn file_id(_: &Path) -> io::Result<FileId> {
    Ok(FileId { device: 0, inode: 0 })
}
