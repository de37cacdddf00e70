//! Workbooks that Tafel writes to be read again: lists that say which plan they came from, and empty templates.

use super::columns::{Content, canonical};
use super::headers::Field;
use super::{Cell, Sheet};
use crate::plan::Position;
use crate::plan::upload::{Origin, UploadKind};
use rust_xlsxwriter::{Format, Note, Workbook, XlsxError};
use uuid::Uuid;

/// The hidden sheet, and what stands in its first cell.
const MARKER: &str = "Tafel";
const FIRST: &str = "tafel export";

/// Notes in the workbook which plan it was exported from, and which headers are fields of the plan's own.
///
/// # Errors
/// The sheet cannot be written.
pub fn mark(workbook: &mut Workbook, stream: Uuid, position: Position, own: &[String]) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet().set_name(MARKER)?;
    sheet.set_hidden(true);
    for (row, text) in (0_u32..).zip([FIRST.to_owned(), stream.to_string(), position.to_string()].iter().chain(own)) {
        sheet.write_string(row, 0, text)?;
    }
    Ok(())
}

/// Takes the hidden sheet out; what it says, and the headers of the plan's own fields.
pub(super) fn take_marker(sheets: &mut Vec<Sheet>) -> (Origin, Vec<String>) {
    let words = |sheet: &Sheet| -> Vec<String> { sheet.rows.values().filter_map(|cells| cells.first().map(Cell::words)).collect() };
    let found = sheets.iter().position(|sheet| sheet.name == MARKER && words(sheet).first().is_some_and(|first| first == FIRST));
    let Some(found) = found else { return (Origin::Unknown, Vec::new()) };
    let mut words = words(&sheets.remove(found)).into_iter().skip(1);
    let origin = words.next().zip(words.next()).and_then(|(stream, position)| {
        Some(Origin::Exported { stream: Uuid::parse_str(stream.trim()).ok()?, position: Position(position.trim().parse().ok()?) })
    });
    (origin.unwrap_or_default(), words.collect())
}

/// An empty workbook with the headers of such an upload, each with a word about what goes below it.
///
/// # Errors
/// The workbook cannot be written.
pub fn template(kind: UploadKind) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for content in Content::of(kind) {
        let sheet = workbook.add_worksheet().set_name(content.title())?;
        for (column, field) in (0_u16..).zip(content.fields()) {
            sheet.write_string_with_format(0, column, canonical(field), &bold)?;
            sheet.insert_note(0, column, &Note::new(help(field)).set_author("Tafel"))?;
            sheet.set_column_width(column, 16)?;
        }
        sheet.set_freeze_panes(1, 0)?;
    }
    workbook.save_to_buffer()
}

/// What goes below a header.
fn help((name, _): &Field) -> &'static str {
    match *name {
        "employee_no" => "Tells guests apart; the same number is the same guest. Without it the e-mail does, else the name.",
        "email" => "One guest each.",
        "party" => "A code that all who belong together share, like P0102.",
        "plus_one_of" => "The full name of the guest whom this one accompanies.",
        "vip" | "wheelchair" => "yes or no.",
        "rsvp" => "accepted, declined or invited.",
        "language" => "en or de.",
        "table" => "The number of the table. Who sits elsewhere by now is moved only if you say so.",
        "number" => "The table's number, unique.",
        "code" => "The spot's code, unique. In a draw, an empty cell says nothing.",
        "seats" => "A whole number.",
        "x_m" | "y_m" => "The middle of the spot in metres, from the left and from the upper wall.",
        "width_m" | "depth_m" => "In metres.",
        "shape" => "round or rect.",
        "rotation_deg" => "Degrees, clockwise; empty for none.",
        "room" => "The name of the room.",
        _ => "An empty cell leaves a value as it is; a dash clears it.",
    }
}
