//! The guard before the parser of xls files: a small file must not become a large memory.

use super::{CELLS, Damage, Limit, NotASheet, SheetError, UNPACKED_BYTES};
use cfb::CompoundFile;
use std::io::{Cursor, Read as _};

/// Of the records in an xls file's stream.
const BEGIN_OF_SHEET: u16 = 0x0809;
const FILE_PASS: u16 = 0x002f;
const END_OF_SHEET: u16 = 0x000a;
/// FORMULA, MULRK, RSTRING, LABELSST, NUMBER, LABEL, BOOLERR, RK. Blank cells are skipped by the parser.
const CELL_RECORDS: [u16; 8] = [0x0006, 0x00bd, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205, 0x027e];

/// A workbook's stream in a compound file.
///
/// # Errors
/// It is something else, or protected by a password.
pub(super) fn check_compound(bytes: &[u8]) -> Result<Vec<u8>, SheetError> {
    let damaged = |error: std::io::Error| SheetError::Damaged(Damage::Said(error.to_string()));
    let mut compound = CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    if ["/EncryptedPackage", "/EncryptionInfo"].iter().any(|path| compound.exists(path)) {
        return Err(SheetError::PasswordProtected);
    }
    let Some(path) = ["/Workbook", "/Book"].into_iter().find(|path| compound.is_stream(path)) else {
        let is_document = compound.is_stream("/WordDocument");
        return Err(SheetError::NotASpreadsheet(if is_document { NotASheet::Document } else { NotASheet::OtherOffice }));
    };
    let mut stream = Vec::new();
    compound.open_stream(path).and_then(|stream_in| stream_in.take(UNPACKED_BYTES).read_to_end(&mut stream)).map_err(damaged)?;
    // It stands in the workbook's own part, which comes before the sheets.
    let is_protected = records(&stream).take_while(|(kind, _)| *kind != END_OF_SHEET).any(|(kind, _)| kind == FILE_PASS);
    if is_protected { Err(SheetError::PasswordProtected) } else { Ok(stream) }
}

/// Parsers fill up the rectangle between the outermost cells of each sheet.
///
/// # Errors
/// More cells would come of it than there can be.
pub(super) fn check_rectangles(stream: &[u8]) -> Result<(), SheetError> {
    let (mut before, mut rectangle) = (0, Rectangle::default());
    for (kind, body) in records(stream) {
        if kind == BEGIN_OF_SHEET {
            before += rectangle.cells();
            rectangle = Rectangle::default();
        } else if let (true, [row_low, row_high, column_low, column_high, ..]) = (CELL_RECORDS.contains(&kind), body) {
            rectangle.take(u16::from_le_bytes([*row_low, *row_high]), u16::from_le_bytes([*column_low, *column_high]));
            if before + rectangle.cells() > CELLS as u64 {
                return Err(SheetError::TooLarge(Limit::Cells));
            }
        }
    }
    Ok(())
}

/// Two bytes of type, two of length, the body. A cell's begins with its row and column.
fn records(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let [type_low, type_high, length_low, length_high, body @ ..] = rest else { return None };
        let length = usize::from(u16::from_le_bytes([*length_low, *length_high]));
        rest = body.get(length..).unwrap_or(&[]);
        Some((u16::from_le_bytes([*type_low, *type_high]), &body[..length.min(body.len())]))
    })
}

/// What lies between the outermost cells.
struct Rectangle {
    first: (u64, u64),
    last: (u64, u64),
}

impl Default for Rectangle {
    fn default() -> Self {
        Self { first: (u64::MAX, u64::MAX), last: (0, 0) }
    }
}

impl Rectangle {
    fn take(&mut self, row: u16, column: u16) {
        let (row, column) = (u64::from(row), u64::from(column));
        self.first = (self.first.0.min(row), self.first.1.min(column));
        self.last = (self.last.0.max(row), self.last.1.max(column));
    }

    fn cells(&self) -> u64 {
        if self.first.0 > self.last.0 { 0 } else { (self.last.0 - self.first.0 + 1) * (self.last.1 - self.first.1 + 1) }
    }
}
