//! Why a file cannot be read at all, and what to do about it, in the reader's language.

use crate::lang::{T, english};
use crate::plan::upload::{Column, UploadKind};
use serde::{Deserialize, Serialize};
use std::fmt;

/// So much of a library's own words is shown.
const SAID_CHARS: usize = 200;

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SheetError {
    EmptyFile,
    NotASpreadsheet(NotASheet),
    Damaged(Damage),
    PasswordProtected,
    TooLarge(Limit),
    TakesTooLong,
    /// More memory than a reader may have, although no guard foresaw it.
    TakesTooMuch,
    /// `kind` is what it should have been; without one, any would have done. The columns are of the row that looks most like a header.
    #[serde(skip)]
    NoHeader {
        kind: Option<UploadKind>,
        row: u32,
        columns: Vec<Column>,
    },
    NoRows,
    /// The mapping names a field that there is not.
    #[serde(skip)]
    Mapping {
        field: String,
        fields: Vec<&'static str>,
    },
}

/// What it is instead of a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotASheet {
    Contacts,
    Document,
    FlatOds,
    Link,
    NoFormat,
    NoText,
    Numbers,
    OldExcel,
    OtherArchive,
    OtherOffice,
    Pages,
    Pdf,
    Picture,
    PlainText,
    WebPage,
    Xlsb,
    Xml,
    Xml2003,
}

/// How one can tell that it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Damage {
    OpenQuote {
        row: u32,
    },
    /// Whoever tried to read it did not survive.
    Fatal,
    /// As the library says that reads the format.
    Said(String),
}

/// What it has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    FileBytes,
    Unpacked,
    Rows,
    Columns,
    Lines,
    /// In all sheets, with the empty ones between those that hold something.
    Cells,
    Sheets,
}

impl SheetError {
    /// The stable name, which is the last part of the problem's `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty_file",
            Self::NotASpreadsheet(_) => "not_a_spreadsheet",
            Self::Damaged(_) => "damaged_spreadsheet",
            Self::PasswordProtected => "password_protected",
            Self::TooLarge(_) | Self::TakesTooMuch => "too_large",
            Self::TakesTooLong => "takes_too_long",
            Self::NoHeader { .. } => "no_header",
            Self::NoRows => "no_rows",
            Self::Mapping { .. } => "invalid_mapping",
        }
    }

    /// The same, with what a library said of it cut to a length that can be shown.
    #[must_use]
    pub(crate) fn shortened(self) -> Self {
        match self {
            Self::Damaged(Damage::Said(words)) => Self::Damaged(Damage::Said(words.chars().take(SAID_CHARS).collect())),
            other => other,
        }
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn title(&self, t: T) -> String {
        match self {
            Self::EmptyFile => t.unreadable_empty(),
            Self::NotASpreadsheet(_) => t.unreadable_format(),
            Self::Damaged(_) => t.unreadable_damaged(),
            Self::PasswordProtected => t.unreadable_password(),
            Self::TooLarge(limit) => t.unreadable_large(limit.in_words(t)),
            Self::TakesTooLong => t.unreadable_slow(),
            Self::TakesTooMuch => t.unreadable_memory(),
            Self::NoHeader { .. } => t.unreadable_no_header(),
            Self::NoRows => t.unreadable_no_rows(),
            Self::Mapping { .. } => t.unreadable_mapping(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn detail(&self, t: T) -> String {
        match self {
            Self::EmptyFile => t.unreadable_empty_detail(),
            Self::NotASpreadsheet(what) => t.unreadable_format_detail(what.in_words(t)),
            Self::Damaged(damage) => t.unreadable_damaged_detail(damage.in_words(t)),
            Self::PasswordProtected => t.unreadable_password_detail(),
            Self::TooLarge(limit) => t.unreadable_large_detail(limit.in_words(t)),
            Self::TakesTooLong => t.unreadable_slow_detail(),
            Self::TakesTooMuch => t.unreadable_memory_detail(),
            Self::NoHeader { kind, columns, .. } if columns.is_empty() => t.unreadable_no_header_detail(wanted(t, *kind)),
            Self::NoHeader { kind, columns, .. } => {
                let found = columns.iter().map(|column| column.header.as_str()).collect::<Vec<_>>().join(", ");
                if kind.is_some() {
                    t.unreadable_header_detail(wanted(t, *kind), found)
                } else {
                    t.unreadable_any_detail(wanted(t, *kind), found)
                }
            }
            Self::NoRows => t.unreadable_no_rows_detail(),
            Self::Mapping { field, fields } => t.unreadable_mapping_detail(field.as_str(), fields.join(", ")),
        }
    }
}

/// In English, for logs.
impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title(english()))
    }
}

impl std::error::Error for SheetError {}

impl NotASheet {
    fn in_words(self, t: T) -> String {
        match self {
            Self::Contacts => t.unreadable_contacts(),
            Self::Document => t.unreadable_document(),
            Self::FlatOds => t.unreadable_fods(),
            Self::Link => t.unreadable_link(),
            Self::NoFormat => t.unreadable_no_format(),
            Self::NoText => t.unreadable_no_text(),
            Self::Numbers => t.unreadable_numbers(),
            Self::OldExcel => t.unreadable_old_excel(),
            Self::OtherArchive => t.unreadable_archive(),
            Self::OtherOffice => t.unreadable_office(),
            Self::Pages => t.unreadable_pages(),
            Self::Pdf => t.unreadable_pdf(),
            Self::Picture => t.unreadable_picture(),
            Self::PlainText => t.unreadable_plain_text(),
            Self::WebPage => t.unreadable_web_page(),
            Self::Xlsb => t.unreadable_xlsb(),
            Self::Xml => t.unreadable_xml(),
            Self::Xml2003 => t.unreadable_xml_2003(),
        }
    }
}

impl Damage {
    fn in_words(&self, t: T) -> String {
        match self {
            Self::OpenQuote { row } => t.unreadable_quote(row.to_string()),
            Self::Fatal => t.unreadable_fatal(),
            Self::Said(words) => words.clone(),
        }
    }
}

impl Limit {
    fn in_words(self, t: T) -> String {
        match self {
            Self::FileBytes => t.limit_file(),
            Self::Unpacked => t.limit_unpacked(),
            Self::Rows => t.limit_rows(),
            Self::Columns => t.limit_columns(),
            Self::Lines => t.limit_lines(),
            Self::Cells => t.limit_cells(),
            Self::Sheets => t.limit_sheets(),
        }
    }
}

/// What a header must have.
#[must_use]
pub fn wanted(t: T, kind: Option<UploadKind>) -> String {
    match kind {
        None => t.wanted_any(),
        Some(UploadKind::Guests) => t.wanted_guests(),
        Some(UploadKind::Tables) => t.wanted_tables(),
        Some(UploadKind::Floor) => t.wanted_floor(),
        Some(UploadKind::Draw | UploadKind::VipPlacement) => t.wanted_placement(),
    }
}
