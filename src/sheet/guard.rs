//! The guard before the parsers: a small file must not become a large memory.

use super::{COLUMNS, Damage, Limit, NotASheet, ROWS, SheetError, UNPACKED_BYTES};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufReader, Cursor, Read};
use zip::ZipArchive;

/// Content further down than this is refused where a parser would fill up all rows before it.
const LAST_ROW: u64 = ROWS as u64 + 5_000;

const UNPACKED: SheetError = SheetError::TooLarge(Limit::Unpacked);

/// What kind of package a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Package {
    Xlsx,
    Ods,
}

/// Looks into the archive, and unpacks it to nowhere to see how much it really holds.
pub(super) fn check_zip(bytes: &[u8]) -> Result<Package, SheetError> {
    let damaged = |error: &dyn std::fmt::Display| SheetError::Damaged(Damage::Said(error.to_string()));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    let package = if has("xl/workbook.xml") || has("[Content_Types].xml") {
        Package::Xlsx
    } else if has("content.xml") {
        Package::Ods
    } else {
        return Err(SheetError::NotASpreadsheet(NotASheet::OtherArchive));
    };
    let mut left = UNPACKED_BYTES;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => SheetError::PasswordProtected,
            error => damaged(&error),
        })?;
        // The size that the archive claims is believed only where it is too large.
        if entry.size() > left {
            return Err(UNPACKED);
        }
        let unpacked = io::copy(&mut entry.take(left + 1), &mut io::sink()).map_err(|error| damaged(&error))?;
        left = left.checked_sub(unpacked).ok_or(UNPACKED)?;
    }
    if package == Package::Ods {
        let content = archive.by_name("content.xml").map_err(|error| damaged(&error))?;
        check_repetitions(BufReader::new(content))?;
    }
    Ok(package)
}

/// An ods file may say "this cell a million times": refuses content beyond the limits before anything is built from it.
fn check_repetitions(content: impl io::BufRead) -> Result<(), SheetError> {
    let mut reader = Reader::from_reader(content);
    let mut buffer = Vec::new();
    let (mut row, mut column, mut repeated_rows) = (0_u64, 0_u64, 1_u64);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| SheetError::Damaged(Damage::Said(error.to_string())))?;
        match &event {
            Event::Eof => return Ok(()),
            Event::Start(start) | Event::Empty(start) => match start.name().as_ref() {
                "table:table" => row = 0,
                "table:table-row" => {
                    row += repeated_rows;
                    repeated_rows = repetitions(start, "table:number-rows-repeated");
                    column = 0;
                }
                "table:table-cell" | "table:covered-table-cell" => {
                    column += repetitions(start, "table:number-columns-repeated");
                    // A cell with content has a value's type, or a formula.
                    let has_content = start
                        .attributes()
                        .flatten()
                        .any(|attribute| attribute.key.as_ref().starts_with("office:") || attribute.key.as_ref() == "table:formula");
                    if has_content && column > COLUMNS as u64 {
                        return Err(SheetError::TooLarge(Limit::Columns));
                    }
                    if has_content && row + repeated_rows > LAST_ROW {
                        return Err(SheetError::TooLarge(Limit::Rows));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn repetitions(start: &BytesStart<'_>, name: &str) -> u64 {
    let attribute = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    attribute.and_then(|attribute| attribute.value.parse().ok()).unwrap_or(1)
}

/// An xls file's parser fills up the rectangle between its outermost cells: refuses one that is too large.
///
/// Walks the records of the workbook's stream: two bytes of type, two of length. A cell's record begins with its row and column.
pub(super) fn check_xls(bytes: &[u8]) -> Result<(), SheetError> {
    /// FORMULA, MULRK, RSTRING, LABELSST, NUMBER, LABEL, BOOLERR, RK. Blank cells are skipped by the parser.
    const CELLS: [u16; 8] = [0x0006, 0x00bd, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205, 0x027e];
    let damaged = |error: io::Error| SheetError::Damaged(Damage::Said(error.to_string()));
    let mut compound = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let path = ["/Workbook", "/Book"].into_iter().find(|path| compound.is_stream(path));
    let Some(path) = path else {
        return Err(SheetError::NotASpreadsheet(NotASheet::OtherOffice));
    };
    let mut stream = Vec::new();
    compound.open_stream(path).and_then(|stream_in| stream_in.take(UNPACKED_BYTES).read_to_end(&mut stream)).map_err(damaged)?;
    let mut rest = stream.as_slice();
    while let [type_low, type_high, length_low, length_high, body @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*length_low, *length_high]));
        let kind = u16::from_le_bytes([*type_low, *type_high]);
        if let (true, [row_low, row_high, column_low, column_high, ..]) = (CELLS.contains(&kind), body) {
            let (row, column) = (u16::from_le_bytes([*row_low, *row_high]), u16::from_le_bytes([*column_low, *column_high]));
            if u64::from(row) >= LAST_ROW {
                return Err(SheetError::TooLarge(Limit::Rows));
            }
            if usize::from(column) >= COLUMNS {
                return Err(SheetError::TooLarge(Limit::Columns));
            }
        }
        rest = body.get(length..).unwrap_or(&[]);
    }
    Ok(())
}
