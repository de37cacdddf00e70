//! Text with separators (csv) to rows: comma, semicolon or tab; UTF-8, UTF-16 with a mark, or Windows-1252.

use super::{COLUMNS, Cell, Damage, KEPT_ROWS, LAST_ROW, Limit, NotASheet, Sheet, SheetError};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

const ENDINGS: [&str; 3] = [".csv", ".txt", ".tsv"];

pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let name = file.to_lowercase();
    if !ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        let is_text = decode(bytes).is_some();
        return Err(SheetError::NotASpreadsheet(if is_text { NotASheet::PlainText } else { NotASheet::NoFormat }));
    }
    let Some(text) = decode(bytes) else {
        return Err(SheetError::NotASpreadsheet(NotASheet::NoText));
    };
    // One kind of line end, so that the reader's line numbers count every line once.
    let text = text.replace("\r\n", "\n").replace('\r', "\n") + "\n" + END + "\n";
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator(&text)).from_reader(text.as_bytes());
    let mut sheet = Sheet { name: "csv".to_owned(), ..Sheet::default() };
    let mut record = csv::StringRecord::new();
    // A cell may span lines; the spreadsheet program shows it as one row.
    let mut lines_within_cells = 0;
    let mut ended = false;
    while reader.read_record(&mut record).map_err(|error| SheetError::Damaged(Damage::Said(error.to_string())))? {
        ended = record.len() == 1 && record.get(0) == Some(END);
        if ended {
            break;
        }
        // Now at the line below the record; blank lines above it were passed over, but count.
        lines_within_cells += record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let row = u32::try_from(reader.position().line().saturating_sub(1 + lines_within_cells)).unwrap_or(u32::MAX);
        if record.iter().skip(COLUMNS).any(|cell| !cell.trim().is_empty()) {
            return Err(SheetError::TooLarge(Limit::Columns));
        }
        let cells: Vec<Cell> = record
            .iter()
            .take(COLUMNS)
            .map(|cell| if cell.is_empty() { Cell::Empty } else { Cell::text(unquoted(cell).to_owned()) })
            .collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            sheet.rows.insert(row, cells);
        }
        if row > LAST_ROW {
            return Err(SheetError::TooLarge(Limit::Lines));
        }
        if sheet.rows.len() > KEPT_ROWS {
            return Err(SheetError::TooLarge(Limit::Rows));
        }
    }
    if !ended {
        let row = sheet.rows.last_key_value().map_or(1, |(row, _)| *row);
        return Err(SheetError::Damaged(Damage::OpenQuote { row }));
    }
    Ok(vec![sheet])
}

/// Without the mark that keeps a spreadsheet program from taking the cell for a formula, and without the formula that keeps it from
/// taking a text for a number (`="00042"`): exports put them there.
fn unquoted(cell: &str) -> &str {
    if let Some(text) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).filter(|text| !text.contains('"')) {
        return text;
    }
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(cell)
}

/// A line of our own behind the last one. Where it is not found again, an open quote has swallowed it, and who knows what else.
const END: &str = "\u{2}end\u{3}";

fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    }
    if bytes.contains(&0) {
        return None;
    }
    UTF_8.decode_without_bom_handling_and_without_replacement(bytes).or_else(|| Some(WINDOWS_1252.decode_without_bom_handling(bytes).0))
}

/// The separator that the first line with any uses most, outside of quotes.
fn separator(text: &str) -> u8 {
    for line in text.lines().take(20) {
        let mut counts = [(b';', 0), (b'\t', 0), (b',', 0)];
        let mut quoted = false;
        for byte in line.bytes() {
            quoted ^= byte == b'"';
            for (separator, count) in &mut counts {
                *count += usize::from(!quoted && byte == *separator);
            }
        }
        if let Some((separator, _)) = counts.iter().filter(|(_, count)| *count > 0).max_by_key(|(_, count)| *count) {
            return *separator;
        }
    }
    b','
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<Cell>)> {
        read("list.csv", bytes).unwrap().remove(0).rows.into_iter().collect()
    }

    fn texts(cells: &[&str]) -> Vec<Cell> {
        cells.iter().map(|cell| if cell.is_empty() { Cell::Empty } else { Cell::Text((*cell).to_owned()) }).collect()
    }

    #[test]
    fn separators_are_found_out() {
        for text in ["Table,Spot\nT1,A\n", "Table;Spot\r\nT1;A\r\n", "Table\tSpot\nT1\tA\n", "\"a,b,c\";x\n"] {
            assert_eq!(rows(text.as_bytes())[0].1.len(), 2, "{text:?}");
        }
    }

    #[test]
    fn what_keeps_a_text_a_text_is_taken_off() {
        let cells = texts(&["00042", "-1", "=1+1", "=\"a\"&\"b\"", "'quoted'"]);
        assert_eq!(rows(b"\"=\"\"00042\"\"\";'-1;=1+1;\"=\"\"a\"\"&\"\"b\"\"\";'quoted'"), [(1, cells)]);
        assert_eq!(rows(b"=\"00042\";x")[0].1[0], Cell::Text("00042".to_owned()));
    }

    #[test]
    fn encodings_are_found_out() {
        assert_eq!(rows("Größl;A".as_bytes()), [(1, texts(&["Größl", "A"]))]);
        assert_eq!(rows(b"Gr\xf6\xdfl;A"), [(1, texts(&["Größl", "A"]))]);
        assert_eq!(rows("\u{feff}Größl;A".as_bytes()), [(1, texts(&["Größl", "A"]))]);
        let utf16: Vec<u8> = "\u{feff}Größl;A".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&utf16), [(1, texts(&["Größl", "A"]))]);
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_program_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "Table,Notes\n\nT1,\"two\nlines\"\nT2,\n\n\nT3,x\n".replace('\n', end);
            assert_eq!(rows(text.as_bytes()).iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 3, 4, 7], "{end:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_no_list() {
        for text in ["Table,Seats\nX1,4\nX2,5\nX3,\"6", "Table,Spot\r\n\"T013,G-01", "A;B\n1;\"x\n2;y\n"] {
            assert!(matches!(read("list.csv", text.as_bytes()), Err(SheetError::Damaged(Damage::OpenQuote { .. }))), "{text:?}");
        }
        assert_eq!(rows(b"Table,Seats\nX1,\"4\n\"\nX2,5\"").len(), 3, "an inch is no quote");
    }

    #[test]
    fn other_files_are_not_taken_for_text() {
        assert!(matches!(read("list.xlsx", b"First name,Last name\nAnna,Bauer\n"), Err(SheetError::NotASpreadsheet(_))));
        assert!(matches!(read("list.csv", b"a\0b"), Err(SheetError::NotASpreadsheet(_))));
    }
}
