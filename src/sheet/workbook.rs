//! Workbooks (xlsx, xlsm, xls, ods) to rows.

use super::guard::{check_compound, check_rectangles};
use super::package::{self, Package, damaged};
use super::{COLUMNS, Cell, Guards, KEPT_ROWS, LAST_ROW, Limit, Sheet, SheetError, ods};
use calamine::{Data, DataRef, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError};
use std::fmt::Display;
use std::io::Cursor;

const ZIP: &[u8] = b"PK\x03\x04";
/// Of compound files: xls, and whatever is encrypted by an office program.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(COMPOUND)
}

pub(super) fn read(file: &str, bytes: &[u8], guards: Guards) -> Result<Vec<Sheet>, SheetError> {
    if bytes.starts_with(COMPOUND) {
        if guards == Guards::On {
            check_rectangles(&check_compound(bytes)?)?;
        }
        return read_xls(bytes);
    }
    let mut archive = package::open(bytes)?;
    let kind = package::kind(&mut archive, file)?;
    if guards == Guards::On {
        package::check_size(&mut archive)?;
    }
    match kind {
        Package::Xlsx => read_xlsx(&package::with_usual_names(bytes, &mut archive)?),
        Package::Ods => {
            let package = ods::reshaped(&mut archive, guards)?;
            drop(archive);
            read_ods(&package)
        }
    }
}

/// Collects the rows of one file.
#[derive(Default)]
struct Collector {
    sheets: Vec<Sheet>,
}

impl Collector {
    fn begin(&mut self, metadata: &calamine::Sheet) {
        let is_hidden = metadata.visible != SheetVisible::Visible;
        self.sheets.push(Sheet { name: metadata.name.clone(), is_hidden, ..Sheet::default() });
    }

    /// `row` and `column` count from 0.
    fn put(&mut self, row: u32, column: u32, cell: Cell) {
        let (Some(sheet), false) = (self.sheets.last_mut(), cell.is_empty()) else { return };
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        // Only a sheet that is read has to be within the limits.
        if column >= COLUMNS {
            sheet.beyond.get_or_insert(Limit::Columns);
            return;
        }
        let row = row.saturating_add(1);
        if row > LAST_ROW {
            sheet.beyond = Some(Limit::Rows);
            return;
        }
        if sheet.rows.len() >= KEPT_ROWS && !sheet.rows.contains_key(&row) {
            sheet.beyond = Some(Limit::Rows);
            return;
        }
        let cells = sheet.rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
    }
}

/// Cell by cell, so that a sheet with two cells in opposite corners costs two cells.
fn read_xlsx(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let refuse = |error: XlsxError| match error {
        XlsxError::Password => SheetError::PasswordProtected,
        error => damaged(error),
    };
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(refuse)?;
    let mut collector = Collector::default();
    // Charts and macros have sheets of their own, without cells.
    let with_cells = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let with_cells: Vec<calamine::Sheet> = with_cells.cloned().collect();
    for sheet in with_cells {
        let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(refuse)?;
        collector.begin(&sheet);
        while let Some(record) = cells.next_cell_with_formula_metadata().map_err(refuse)? {
            let (row, column) = record.pos;
            // A text without letters is a result, too.
            let has_result = !matches!(record.value, DataRef::Empty);
            let cell = if record.formula.is_some() && !has_result { Cell::Formula } else { cell(Data::from(record.value)) };
            collector.put(row, column, cell);
        }
    }
    Ok(collector.sheets)
}

fn read_xls(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => SheetError::PasswordProtected,
        error => damaged(error),
    })?;
    read_ranges(&mut workbook)
}

fn read_ods(bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let mut workbook = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
        OdsError::Password => SheetError::PasswordProtected,
        error => damaged(error),
    })?;
    read_ranges(&mut workbook)
}

fn read_ranges<R: Reader<Cursor<B>>, B: AsRef<[u8]>>(workbook: &mut R) -> Result<Vec<Sheet>, SheetError>
where
    Cursor<B>: std::io::Read + std::io::Seek,
    R::Error: Display,
{
    let mut collector = Collector::default();
    for sheet in workbook.sheets_metadata().to_vec() {
        let values = workbook.worksheet_range(&sheet.name).map_err(damaged)?;
        let formulas = workbook.worksheet_formula(&sheet.name).map_err(damaged)?;
        collector.begin(&sheet);
        put_range(&mut collector, &values, &formulas);
    }
    Ok(collector.sheets)
}

fn put_range(collector: &mut Collector, values: &Range<Data>, formulas: &Range<String>) {
    let start = values.start().unwrap_or((0, 0));
    for (row, column, value) in values.used_cells() {
        collector.put(start.0 + narrow(row), start.1 + narrow(column), cell(value.clone()));
    }
    let formula_start = formulas.start().unwrap_or((0, 0));
    for (row, column, formula) in formulas.used_cells() {
        let at = (formula_start.0 + narrow(row), formula_start.1 + narrow(column));
        // A text without letters is a result, too.
        if !formula.is_empty() && values.get_value(at).is_none_or(|value| matches!(value, Data::Empty)) {
            collector.put(at.0, at.1, Cell::Formula);
        }
    }
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX / 2)
}

fn cell(value: Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Float(number) => Cell::Number(number),
        // Exact up to 2^53, beyond which no spreadsheet program is.
        #[allow(clippy::cast_precision_loss)]
        Data::Int(number) => Cell::Number(number as f64),
        Data::Bool(value) => Cell::Bool(value),
        Data::DateTime(instant) => {
            // Less than a day is a time of day, or a length of time; its date would be the calendar's first.
            if instant.is_duration() || instant.as_f64() < 1.0 {
                #[allow(clippy::cast_possible_truncation)] // Minutes of at most some years.
                let minutes = (instant.as_f64() * 24.0 * 60.0).round() as i64;
                return Cell::Text(format!("{:02}:{:02}", minutes / 60, minutes % 60));
            }
            let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            Cell::Text(if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") })
        }
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}
