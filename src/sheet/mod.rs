//! Spreadsheets: a file to rows, headers to columns, cells to values. What they mean to a plan is the plan's business.

mod cells;
mod columns;
mod delimited;
mod exported;
mod guard;
mod headers;
mod marked;
mod names;
mod ods;
mod other;
mod package;
mod rows;
mod unreadable;
mod words;
mod workbook;

pub use exported::{mark, template};
pub use unreadable::{Damage, Limit, NotASheet, SheetError, wanted};

use crate::plan::upload::{TextEncoding, Upload, UploadKind};
use crate::plan::{TEXT_CHARS, Text};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest file.
pub const FILE_BYTES: usize = 10 * 1024 * 1024;
/// The most that a file may unpack to.
pub const UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
/// The most rows with content in all sheets that are read, header apart.
pub const ROWS: usize = 20_000;
/// A title or two may stand above the header.
const HEADER_WITHIN_ROWS: usize = 20;
/// So many rows of a sheet are kept until it is known whether it is read.
pub(crate) const KEPT_ROWS: usize = ROWS + HEADER_WITHIN_ROWS + 1;
/// No spreadsheet program has more rows.
pub(crate) const LAST_ROW: u32 = 1_048_576;
/// The most sheets, and the most cells in all of them, with the empty ones between those that hold something.
pub(crate) const SHEETS: usize = 250;
pub(crate) const CELLS: usize = 2_500_000;
/// The most columns.
pub const COLUMNS: usize = 100;

/// Which header stands for which field; `None` leaves the column out, `extra` keeps it as a field of the guest.
pub type Mapping = BTreeMap<String, Option<String>>;

/// By headers without the spaces around them.
fn trimmed(mapping: &Mapping) -> Mapping {
    let mut trimmed = Mapping::new();
    for (header, field) in mapping {
        trimmed.entry(header.trim().to_owned()).or_insert_with(|| field.clone());
    }
    trimmed
}

/// The fields that a column of such an upload can stand for.
#[must_use]
pub fn fields(kind: UploadKind) -> Vec<&'static str> {
    columns::names(kind)
}

/// Whether a file is inspected before its parser runs, so that one that is too large is refused in better words. What protects the
/// server are the limits of the process that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guards {
    On,
    /// For tests of those limits.
    Off,
}

/// A cell, as far as the formats agree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    /// A text that is longer than any field; its beginning, and how long it is.
    Long {
        beginning: String,
        chars: usize,
    },
    Number(f64),
    Bool(bool),
    /// `#DIV/0!` and its like.
    Error(String),
    /// A formula whose result the file does not hold.
    Formula,
}

impl Cell {
    pub(crate) fn text(text: String) -> Self {
        if text.len() <= TEXT_CHARS {
            return Self::Text(text);
        }
        let plain = text.trim();
        match plain.char_indices().nth(TEXT_CHARS) {
            None => Self::Text(plain.to_owned()),
            Some((end, _)) => Self::Long { beginning: plain[..end].to_owned(), chars: plain.chars().count() },
        }
    }

    /// As a person reads it.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Long { beginning, .. } => format!("{beginning}…"),
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: BTreeMap<u32, Vec<Cell>>,
    pub(crate) is_hidden: bool,
    /// How its text was read, where it is not plainly Unicode.
    pub(crate) encoding: Option<TextEncoding>,
    /// What it has too much of, so that not all of it is here.
    pub(crate) beyond: Option<Limit>,
}

/// A file's sheets, cell by cell: all that is known of it before it is known what it is for.
#[derive(Debug, Clone)]
pub struct Book {
    /// The file's name.
    file: String,
    sha256: String,
    pub(crate) sheets: Vec<Sheet>,
}

impl Book {
    pub(crate) fn new(file: &str, bytes: &[u8], sheets: Vec<Sheet>) -> Self {
        Self { file: file.to_owned(), sha256: HEXLOWER.encode(&Sha256::digest(bytes)), sheets }
    }

    /// Reads the cells of a file. Blocks its thread for as long as that takes, and trusts the parsers: files of strangers are read in a
    /// process of their own.
    ///
    /// # Errors
    /// The file cannot be read at all.
    pub fn open(file: &str, bytes: &[u8], guards: Guards) -> Result<Self, SheetError> {
        Ok(Self::new(file, bytes, cells(file, bytes, guards)?))
    }

    /// What it says, as far as that is known without a plan.
    ///
    /// # Errors
    /// It has no such list. What is wrong with single cells is in the upload's rows.
    pub fn upload(mut self, kind: UploadKind, mapping: &Mapping) -> Result<Upload, SheetError> {
        let (origin, own) = exported::take_marker(&mut self.sheets);
        let mut mapping = trimmed(mapping);
        // Fields of the plan's own go back to where they came from.
        for header in own {
            mapping.entry(header.trim().to_owned()).or_insert_with(|| Some("extra".to_owned()));
        }
        let encoding = self.sheets.iter().find_map(|sheet| sheet.encoding.clone());
        let (columns, rows, unread) = rows::read(kind, self.sheets, &mapping)?;
        Ok(Upload { kind, file: file_name(&self.file), sha256: Text::stored(&self.sha256), columns, rows, unread, encoding, origin })
    }

    /// What it probably is, by its headers, and by its name where two kinds have the same.
    ///
    /// # Errors
    /// It fits none.
    pub fn guess(&self) -> Result<UploadKind, SheetError> {
        // The hidden sheet of an export has no header that is known.
        rows::guess(&self.sheets, &self.file.to_lowercase()).ok_or_else(|| {
            let (row, columns) = rows::likely_header(None, &self.sheets, &Mapping::new());
            SheetError::NoHeader { kind: None, row, columns }
        })
    }
}

/// The cells of a file.
pub(crate) fn cells(file: &str, bytes: &[u8], guards: Guards) -> Result<Vec<Sheet>, SheetError> {
    if bytes.is_empty() {
        return Err(SheetError::EmptyFile);
    }
    if bytes.len() > FILE_BYTES {
        return Err(SheetError::TooLarge(Limit::FileBytes));
    }
    if workbook::is_workbook(bytes) {
        let sheets = workbook::read(file, bytes, guards)?;
        if sheets.len() > SHEETS {
            return Err(SheetError::TooLarge(Limit::Sheets));
        }
        if sheets.iter().flat_map(|sheet| sheet.rows.values()).map(Vec::len).sum::<usize>() > CELLS {
            return Err(SheetError::TooLarge(Limit::Cells));
        }
        return Ok(sheets);
    }
    match other::recognised(file, bytes) {
        Some(other) => Err(SheetError::NotASpreadsheet(other)),
        None => delimited::read(file, bytes),
    }
}

/// Reads a file of ours, in this process.
///
/// # Errors
/// As [`Book::open`] and [`Book::upload`].
pub fn read(kind: UploadKind, file: &str, bytes: &[u8], mapping: &Mapping) -> Result<Upload, SheetError> {
    Book::open(file, bytes, Guards::On)?.upload(kind, mapping)
}

/// The file's own name, without folders and without anything that does not belong into a line.
fn file_name(file: &str) -> Text {
    const SHOWN: usize = 200;
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name: String = name.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    Text::parse(&name).unwrap_or_else(|_| Text::stored("unnamed"))
}

/// Shared by all rows of a sheet.
pub(crate) type SheetName = Option<Arc<str>>;
