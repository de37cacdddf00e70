//! The migrations of each database, built into the program.

use super::StoreError;
use refinery_core::{Migration, Runner};
use std::sync::Arc;

/// The files of a folder, by name. (refinery's own macro would have all of refinery built a second time, for the compiler.)
macro_rules! embed {
    ($folder:literal, [$($name:literal),+]) => {
        &[$(($name, include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")))),+]
    };
}

/// Name and text.
type File = (&'static str, &'static str);

pub(super) const SQLITE: &[File] = embed!(
    "sqlite",
    [
        "V1__stream",
        "V2__sessions",
        "V3__consumers",
        "V4__report_files",
        "V5__language",
        "V6__chain",
        "V7__clock",
        "V8__incarnation",
        "V9__upload_time"
    ]
);
#[cfg(feature = "postgres")]
pub(super) const POSTGRES: &[File] =
    embed!("postgres", ["V1__stream", "V2__desk", "V3__report_files", "V4__language", "V5__chain", "V6__clock", "V7__incarnation"]);
#[cfg(feature = "mssql")]
pub(super) const MSSQL: &[File] =
    embed!("mssql", ["V1__stream", "V2__desk", "V3__report_files", "V4__language", "V5__chain", "V6__clock", "V7__incarnation"]);

/// The versions from which on events have envelopes.
pub(super) const SQLITE_CHAIN: u32 = 6;
#[cfg(feature = "postgres")]
pub(super) const POSTGRES_CHAIN: u32 = 5;
#[cfg(feature = "mssql")]
pub(super) const MSSQL_CHAIN: u32 = 5;

/// What brings a database to this program's version.
pub(super) struct Migrations {
    pub runner: Runner,
    /// The version that it has then.
    pub known: u32,
}

impl Migrations {
    /// # Errors
    /// A file's name is not one of a migration.
    pub(super) fn of(files: &[File]) -> Result<Self, StoreError> {
        let migrations = files.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect::<Result<Vec<_>, _>>();
        let migrations = migrations.map_err(|error| StoreError::Migrate(Arc::new(error)))?;
        let known = migrations.iter().map(|migration| u32::try_from(migration.version()).unwrap_or(u32::MAX)).max().unwrap_or(0);
        Ok(Self { runner: Runner::new(&migrations), known })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn every_file_is_embedded(folder: &str, files: &[File]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let mut found: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        found.sort();
        assert_eq!(found, files.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        assert_eq!(Migrations::of(files).unwrap().known as usize, files.len());
    }

    #[test]
    fn every_migration_is_built_in() {
        every_file_is_embedded("sqlite", SQLITE);
        #[cfg(feature = "postgres")]
        every_file_is_embedded("postgres", POSTGRES);
        #[cfg(feature = "mssql")]
        every_file_is_embedded("mssql", MSSQL);
    }
}
