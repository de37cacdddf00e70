//! What the tests share: plans built from commands, servers with a store of their own, and clients.

#![allow(dead_code)] // Each test binary uses a part of it.

#[cfg(feature = "full-tests")]
pub mod authority;
pub mod contract;
pub mod files;
pub mod hands;
pub mod longest;
#[cfg(feature = "full-tests")]
pub mod mssql;
pub mod plans;
#[cfg(feature = "full-tests")]
pub mod postgres;
pub mod process;
pub mod server;
#[cfg(feature = "full-tests")]
pub mod tds;
pub mod told;
#[cfg(feature = "full-tests")]
pub mod way;
pub mod wayward;

use std::path::PathBuf;
use std::time::Duration;

/// How long what has to come may take: no measure of speed, only the end of a test that would hang.
pub const PATIENCE: Duration = Duration::from_mins(4);

/// A workbook of the sample, or one that was made for the tests.
pub fn workbook(name: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let candidates = [root.join("tests/data").join(name), root.join("sample").join(name)];
    let found = candidates.iter().find(|path| path.exists()).unwrap_or_else(|| panic!("there is no workbook {name}"));
    std::fs::read(found).unwrap()
}
