//! Text with separators (csv) to rows: comma, semicolon, tab or bar; in Unicode, or in whatever encoding its letters speak for.

use super::{COLUMNS, Cell, Damage, KEPT_ROWS, LAST_ROW, Limit, NotASheet, Sheet, SheetError};
use crate::plan::upload::TextEncoding;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::collections::BTreeMap;

const ENDINGS: [&str; 3] = [".csv", ".txt", ".tsv"];

pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Vec<Sheet>, SheetError> {
    let name = file.to_lowercase();
    if !ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        let is_text = decode(bytes).is_some();
        return Err(SheetError::NotASpreadsheet(if is_text { NotASheet::PlainText } else { NotASheet::NoFormat }));
    }
    let Some((text, encoding)) = decode(bytes) else {
        return Err(SheetError::NotASpreadsheet(NotASheet::NoText));
    };
    // One kind of line end, so that the reader's line numbers count every line once.
    let text = text.replace("\r\n", "\n").replace('\r', "\n") + "\n" + END + "\n";
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator(&text)).from_reader(text.as_bytes());
    let mut sheet = Sheet { name: "csv".to_owned(), encoding, ..Sheet::default() };
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

/// The text, and how it was read where it is not plainly Unicode.
fn decode(bytes: &[u8]) -> Option<(Cow<'_, str>, Option<TextEncoding>)> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = &bytes[mark..];
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(rest) {
            return Some((text, None));
        }
        // The mark says UTF-8, and some of the lines are not.
        return (encoding == UTF_8).then(|| by_lines(rest)).map(|(text, encoding)| (text, Some(encoding)));
    }
    if bytes.contains(&0) {
        return without_mark(bytes).map(|text| (text, None));
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        return Some((text, None));
    }
    let (text, encoding) = by_lines(bytes);
    Some((text, Some(encoding)))
}

/// UTF-16 without a mark: of a list in our letters, every other byte is zero.
fn without_mark(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (big_endian, little_endian) = (zeros(0), zeros(1));
    let most = bytes.len() / 4;
    let encoding = match (big_endian > most, little_endian > most) {
        (true, false) => UTF_16BE,
        (false, true) => UTF_16LE,
        _ => return None,
    };
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Where some lines are UTF-8, the others were pasted in from elsewhere, and cost nobody else their letters. Where none is, all of the text
/// is in the encoding that its letters speak for.
fn by_lines(bytes: &[u8]) -> (Cow<'_, str>, TextEncoding) {
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let is_utf8 = lines().any(|line| !line.is_ascii() && std::str::from_utf8(line).is_ok());
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines().filter(|line| std::str::from_utf8(line).is_err()) {
        detector.feed(line, false);
    }
    detector.feed(&[], true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    if !is_utf8 {
        return (guessed.decode_without_bom_handling(bytes).0, TextEncoding { name: guessed.name().to_owned(), lines: None });
    }
    let (mut text, mut bad) = (String::with_capacity(bytes.len()), 0);
    for line in lines() {
        if let Ok(line) = std::str::from_utf8(line) {
            text.push_str(line);
        } else {
            bad += 1;
            text.push_str(&guessed.decode_without_bom_handling(line).0);
        }
    }
    (Cow::Owned(text), TextEncoding { name: guessed.name().to_owned(), lines: Some(bad) })
}

/// The separator that is steady: as often in as many lines as can be, outside of quotes. A title with a comma is one line.
fn separator(text: &str) -> u8 {
    const LINES: usize = 100;
    const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];
    if let Some(said) = text.lines().next().and_then(|line| line.trim_matches(['"', '\u{feff}']).strip_prefix("sep="))
        && let [separator] = said.as_bytes()
    {
        return *separator;
    }
    let steadiness = |separator: u8| {
        // How many lines have it how often.
        let mut lines: BTreeMap<usize, usize> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()).take(LINES) {
            let mut quoted = false;
            let is_between = |byte: u8| {
                quoted ^= byte == b'"';
                !quoted && byte == separator
            };
            *lines.entry(line.bytes().map(is_between).filter(|is| *is).count()).or_insert(0) += 1;
        }
        lines.remove(&0);
        lines.into_iter().map(|(count, lines)| (lines, count)).max().unwrap_or_default()
    };
    // Of equals the first.
    SEPARATORS.into_iter().rev().max_by_key(|separator| steadiness(*separator)).unwrap_or(b',')
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
        let list = "A list, of tables, made in May\nTable;Spot\nT1;\"A, left\"\nT2;B\nT3;C\n";
        assert_eq!(rows(list.as_bytes())[1].1, texts(&["Table", "Spot"]), "a title's commas are no separators");
        for text in ["Table|Spot\nT1|A\n", "sep=|\nT1|A\n"] {
            assert_eq!(rows(text.as_bytes()).last().unwrap().1, texts(&["T1", "A"]), "{text:?}");
        }
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
        let no_mark: Vec<u8> = "Größl;A".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&no_mark), [(1, texts(&["Größl", "A"]))]);
        let utf16: Vec<u8> = "\u{feff}Größl;A".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&utf16), [(1, texts(&["Größl", "A"]))]);
    }

    #[test]
    fn one_line_in_another_encoding_costs_the_others_nothing() {
        let encoding = |bytes: &[u8]| read("list.csv", bytes).unwrap().remove(0).encoding;
        let mixed = b"Name;Table\nGr\xc3\xb6\xc3\x9fl;A\nM\xfcller;B\nJos\xc3\xa9;C\n";
        let names: Vec<Cell> = rows(mixed).into_iter().map(|(_, cells)| cells[0].clone()).collect();
        assert_eq!(names, texts(&["Name", "Größl", "Müller", "José"]));
        assert_eq!(encoding(mixed), Some(TextEncoding { name: "windows-1252".to_owned(), lines: Some(1) }));
        let (polish, _, _) =
            encoding_rs::WINDOWS_1250.encode("Imię;Nazwisko\nStanisław;Wójcik\nŁucja;Dąbrowska\nJoanna;Śliwińska\nŻaneta;Pękała\n");
        assert_eq!(rows(&polish)[2].1, texts(&["Łucja", "Dąbrowska"]));
        assert_eq!(encoding(&polish).unwrap().name, "windows-1250");
        assert_eq!(encoding("Größl;A".as_bytes()), None, "nothing is said of what is plain");
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
