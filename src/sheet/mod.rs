//! Spreadsheets: a file to rows, headers to columns, cells to values. What they mean to a plan is the plan's business.

mod cells;
mod columns;
mod delimited;
mod exported;
mod guard;
mod marked;
mod rows;
mod unreadable;
mod workbook;

pub use exported::{mark, template};
pub use marked::problems;
pub use unreadable::{Damage, Limit, NotASheet, SheetError, wanted};

use crate::plan::upload::{Upload, UploadKind};
use crate::plan::{Invalid, TEXT_CHARS, Text};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest file.
pub const FILE_BYTES: usize = 10 * 1024 * 1024;
/// The most that a file may unpack to.
pub const UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// The most rows with content in all sheets, header apart.
pub const ROWS: usize = 20_000;
/// The most columns.
pub const COLUMNS: usize = 100;

/// Which header stands for which field; `None` leaves the column out, `extra` keeps it as a field of the guest.
pub type Mapping = BTreeMap<String, Option<String>>;

/// The fields that a column of such an upload can stand for.
#[must_use]
pub fn fields(kind: UploadKind) -> Vec<&'static str> {
    columns::names(kind)
}

/// A cell, as far as the formats agree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Bool(bool),
    /// `#DIV/0!` and its like.
    Error(String),
    /// A formula whose result the file does not hold.
    Formula,
}

impl Cell {
    /// As a person reads it.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
            Self::Formula => "a formula".to_owned(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// One sheet: its rows with content, by the number that the spreadsheet program shows.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: BTreeMap<u32, Vec<Cell>>,
}

/// Reads a file as far as one can without a plan. Blocks its thread for as long as parsing takes.
///
/// # Errors
/// The file cannot be read at all. What is wrong with single cells is in the upload's rows.
pub fn read(kind: UploadKind, file: &str, bytes: &[u8], mapping: &Mapping) -> Result<Upload, SheetError> {
    if bytes.is_empty() {
        return Err(SheetError::EmptyFile);
    }
    if bytes.len() > FILE_BYTES {
        return Err(SheetError::TooLarge(Limit::FileBytes));
    }
    let mut sheets = sheets(file, bytes)?;
    let (origin, own) = exported::take_marker(&mut sheets);
    // Fields of the plan's own go back to where they came from.
    let mut mapping = mapping.clone();
    for header in own {
        mapping.entry(header).or_insert_with(|| Some("extra".to_owned()));
    }
    let (columns, rows, unread) = rows::read(kind, sheets, &mapping)?;
    Ok(Upload {
        kind,
        file: file_name(file),
        sha256: Text::stored(&HEXLOWER.encode(&Sha256::digest(bytes))),
        columns,
        rows,
        unread,
        origin,
    })
}

fn sheets(file: &str, bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    if workbook::is_workbook(bytes) { workbook::read(bytes) } else { delimited::read(file, bytes) }
}

/// What a file probably is, by its headers, and by its name where two kinds have the same.
///
/// # Errors
/// The file cannot be read at all, or fits none.
pub fn guess(file: &str, bytes: &[u8]) -> Result<UploadKind, SheetError> {
    let mut sheets = sheets(file, bytes)?;
    exported::take_marker(&mut sheets);
    rows::guess(&sheets, &file.to_lowercase()).ok_or_else(|| {
        let (row, columns) = rows::likely_header(None, &sheets, &Mapping::new());
        SheetError::NoHeader { kind: None, row, columns }
    })
}

/// The file's own name, without folders and without anything that does not belong into a line.
fn file_name(file: &str) -> Text {
    const SHOWN: usize = 200;
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name: String = name.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    Text::parse(&name).unwrap_or_else(|_| Text::stored("unnamed"))
}

/// A cell's text must fit, whatever column it stands in.
pub(crate) fn too_long(text: &str) -> Option<Invalid> {
    let chars = if text.len() > TEXT_CHARS { text.chars().count() } else { 0 };
    (chars > TEXT_CHARS).then_some(Invalid::TooLong { chars, most: TEXT_CHARS })
}

/// Shared by all rows of a sheet.
pub(crate) type SheetName = Option<Arc<str>>;
