//! The problems of an upload as a spreadsheet: the file's own cells, those that are wrong marked and commented.

use super::{Book, Cell, Mapping, Sheet, exported, rows};
use crate::plan::upload::{Problem, UploadKind};
use rust_xlsxwriter::{Color, Format, Note, Workbook, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Half of what Excel takes, since it counts otherwise.
const CELL_CHARS: usize = 16_000;
const NOTE_CHARS: usize = 1_000;
const NAME_CHARS: usize = 24;

impl Book {
    /// The file again as xlsx, row by row, with what is wrong marked where it stands, in the words that are given with it.
    ///
    /// # Errors
    /// The workbook cannot be written.
    pub fn marked(mut self, kind: UploadKind, mapping: &Mapping, problems: &[(Problem, String)]) -> Result<Vec<u8>, XlsxError> {
        exported::take_marker(&mut self.sheets);
        let mapping = &super::trimmed(mapping);
        let mut workbook = Workbook::new();
        // Without a sheet's name it is the one that was read.
        let read = rows::header_of(kind, &self.sheets, mapping);
        for (index, sheet) in self.sheets.iter().enumerate() {
            let header = rows::header_in(kind, sheet, mapping);
            let is_about = |(problem, _): &&(Problem, String)| match &problem.sheet {
                Some(name) => **name == *sheet.name,
                None => read == Some(index),
            };
            let here: Vec<&(Problem, String)> = problems.iter().filter(is_about).collect();
            let written = workbook.add_worksheet();
            written.set_name(name(&sheet.name, index))?;
            write(written, sheet, &header, &here)?;
        }
        workbook.save_to_buffer()
    }
}

/// A sheet's name as Excel takes it, and unlike any other.
fn name(name: &str, index: usize) -> String {
    let plain: String = name.chars().filter(|letter| !"[]:*?/\\'".contains(*letter) && !letter.is_control()).take(NAME_CHARS).collect();
    format!("{} {plain}", index + 1).trim_end().to_owned()
}

/// What Excel takes in a cell, in a note, and of a sheet's name.
fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

fn write(written: &mut Worksheet, sheet: &Sheet, header: &[String], problems: &[&(Problem, String)]) -> Result<(), XlsxError> {
    let wrong = Format::new().set_background_color(Color::RGB(0x00FD_EBE8)).set_font_color(Color::RGB(0x00A6_261D));
    let plain = Format::new();
    let mut at: BTreeMap<(u32, u16), Vec<&str>> = BTreeMap::new();
    for (problem, words) in problems {
        let column = problem.column.as_ref().and_then(|column| header.iter().position(|header| header == column));
        let column = column.and_then(|column| u16::try_from(column).ok()).unwrap_or_default();
        at.entry((problem.row.saturating_sub(1), column)).or_default().push(words);
    }
    for (row, cells) in &sheet.rows {
        let row = row.saturating_sub(1);
        for (column, cell) in (0_u16..).zip(cells) {
            let format = if at.contains_key(&(row, column)) { &wrong } else { &plain };
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => drop(written.write_number_with_format(row, column, *number, format)?),
                Cell::Bool(value) => drop(written.write_boolean_with_format(row, column, *value, format)?),
                other => drop(written.write_string_with_format(row, column, cut(&other.words(), CELL_CHARS), format)?),
            }
        }
    }
    for ((row, column), messages) in &at {
        let is_there = sheet.rows.get(&(row + 1)).and_then(|cells| cells.get(usize::from(*column))).is_some_and(|cell| !cell.is_empty());
        if !is_there {
            written.write_blank(*row, *column, &wrong)?;
        }
        written.insert_note(*row, *column, &Note::new(cut(&messages.join("\n"), NOTE_CHARS)).set_author("Tafel"))?;
    }
    Ok(())
}
