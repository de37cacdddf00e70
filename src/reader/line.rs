//! What goes over the pipes: a line that says what is wanted, and the file; then, line by line, what it holds.

use crate::plan::TEXT_CHARS;
use crate::plan::upload::TextEncoding;
use crate::sheet::{CELLS, COLUMNS, Cell, Guards, KEPT_ROWS, LAST_ROW, Limit, SHEETS, Sheet, SheetError};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};

/// What a reader is to do. The file follows it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// The file's name, of which the ending counts.
    pub(super) file: String,
    pub(super) memory_mib: u64,
    pub(super) processor_s: u64,
    pub(super) guards: Guards,
    pub(super) bytes: usize,
}

impl Request {
    pub(super) fn to_line(&self) -> io::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    pub(super) fn from(input: &mut impl BufRead) -> io::Result<Self> {
        let mut line = String::new();
        input.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// What a reader says. Without the last line it has not finished.
#[derive(Serialize, Deserialize)]
enum Line {
    #[serde(rename = "sheet")]
    Sheet { name: String, beyond: Option<Limit>, is_hidden: bool, encoding: Option<TextEncoding> },
    /// Its number, and the cells that hold something, by column.
    #[serde(rename = "row")]
    Row(u32, Vec<(usize, CellOnWire)>),
    #[serde(rename = "end")]
    End,
    #[serde(rename = "refused")]
    Refused(SheetError),
}

/// A cell. Numbers travel as their bits: text would have to be exact to the last of them.
#[derive(Serialize, Deserialize)]
enum CellOnWire {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "l")]
    Long(String, usize),
    #[serde(rename = "n")]
    Number(u64),
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "x")]
    Error(String),
    #[serde(rename = "f")]
    Formula,
}

impl CellOnWire {
    /// Nothing, where the cell is empty.
    fn of(cell: Cell) -> Option<Self> {
        Some(match cell {
            Cell::Empty => return None,
            Cell::Text(text) => Self::Text(text),
            Cell::Long { beginning, chars } => Self::Long(beginning, chars),
            Cell::Number(number) => Self::Number(number.to_bits()),
            Cell::Bool(value) => Self::Bool(value),
            Cell::Error(error) => Self::Error(error),
            Cell::Formula => Self::Formula,
        })
    }

    fn into_cell(self) -> Cell {
        match self {
            Self::Text(text) => Cell::text(text),
            Self::Long(beginning, chars) => Cell::Long { beginning: cut(beginning), chars },
            Self::Number(bits) => Cell::Number(f64::from_bits(bits)),
            Self::Bool(value) => Cell::Bool(value),
            Self::Error(error) => Cell::Error(cut(error)),
            Self::Formula => Cell::Formula,
        }
    }
}

/// No longer than any field.
fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(TEXT_CHARS) {
        text.truncate(end);
    }
    text
}

/// Says what was read, and forgets each row with that.
pub(super) fn write(output: &mut impl Write, read: Result<Vec<Sheet>, SheetError>) -> io::Result<()> {
    let mut put = |line: &Line| -> io::Result<()> {
        serde_json::to_writer(&mut *output, line)?;
        output.write_all(b"\n")
    };
    match read {
        Ok(sheets) => {
            for Sheet { name, rows, beyond, is_hidden, encoding } in sheets {
                put(&Line::Sheet { name, beyond, is_hidden, encoding })?;
                for (number, cells) in rows {
                    let cells = cells.into_iter().enumerate().filter_map(|(column, cell)| Some((column, CellOnWire::of(cell)?)));
                    put(&Line::Row(number, cells.collect()))?;
                }
            }
            put(&Line::End)
        }
        Err(error) => put(&Line::Refused(error)),
    }
}

/// Takes what a reader says, and believes it only within bounds.
#[derive(Default)]
pub(super) struct FromLines {
    sheets: Vec<Sheet>,
    /// With the empty ones between those that hold something.
    cells: usize,
}

impl FromLines {
    /// # Errors
    /// It is not what a reader says: why, for the log, and without what is in the file.
    pub(super) fn all(output: &[u8]) -> Result<Result<Vec<Sheet>, SheetError>, String> {
        let mut own = Self::default();
        // Not `lines`: a text may hold any character but the line end that JSON writes otherwise.
        for (index, line) in output.split(|byte| *byte == b'\n').enumerate() {
            let nonsense = |error: serde_json::Error| format!("line {}, column {}: {:?}", index + 1, error.column(), error.classify());
            match serde_json::from_slice(line).map_err(nonsense)? {
                Line::Sheet { name, beyond, is_hidden, encoding } => {
                    own.sheet(Sheet { name, is_hidden, encoding, beyond, ..Sheet::default() })?;
                }
                Line::Row(number, cells) => own.row(number, cells)?,
                Line::End => return Ok(Ok(own.sheets)),
                Line::Refused(error) => return Ok(Err(error.shortened())),
            }
        }
        Err("it did not finish".to_owned())
    }

    fn sheet(&mut self, sheet: Sheet) -> Result<(), String> {
        if self.sheets.len() >= SHEETS {
            return Err("more sheets than there can be".to_owned());
        }
        let encoding = sheet.encoding.map(|encoding| TextEncoding { name: cut(encoding.name), ..encoding });
        self.sheets.push(Sheet { name: cut(sheet.name), encoding, ..sheet });
        Ok(())
    }

    fn row(&mut self, number: u32, cells: Vec<(usize, CellOnWire)>) -> Result<(), String> {
        let sheet = self.sheets.last_mut().ok_or("a row without a sheet")?;
        let is_next = sheet.rows.last_key_value().is_none_or(|(last, _)| *last < number);
        if !is_next || !(1..=LAST_ROW).contains(&number) || sheet.rows.len() >= KEPT_ROWS {
            return Err("a row where there can be none".to_owned());
        }
        let mut row: Vec<Cell> = Vec::new();
        for (column, cell) in cells {
            if column < row.len() || column >= COLUMNS {
                return Err("a cell where there can be none".to_owned());
            }
            row.resize(column, Cell::Empty);
            row.push(cell.into_cell());
        }
        self.cells += row.len();
        if self.cells > CELLS {
            return Err("more cells than there can be".to_owned());
        }
        sheet.rows.insert(number, row);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(read: Result<Vec<Sheet>, SheetError>) -> Vec<u8> {
        let mut output = Vec::new();
        write(&mut output, read).unwrap();
        output
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let cells = vec![
            Cell::Empty,
            Cell::Empty,
            Cell::Text("Größl\n\"=1\"\u{2028}".to_owned()),
            Cell::Long { beginning: "x".to_owned(), chars: 5_000 },
            Cell::Number(0.1 + 0.2),
            Cell::Number(f64::NEG_INFINITY),
            Cell::Bool(true),
            Cell::Error("#DIV/0!".to_owned()),
            Cell::Formula,
        ];
        let sheet = Sheet {
            name: "A \"list\"".to_owned(),
            rows: [(7, cells)].into(),
            beyond: Some(Limit::Columns),
            is_hidden: true,
            encoding: None,
        };
        let back = FromLines::all(&sent(Ok(vec![sheet.clone()]))).unwrap().unwrap();
        assert_eq!((&back[0].name, &back[0].rows, back[0].beyond, back[0].is_hidden), (&sheet.name, &sheet.rows, sheet.beyond, true));
        let refused = FromLines::all(&sent(Err(SheetError::PasswordProtected))).unwrap();
        assert_eq!(refused.unwrap_err(), SheetError::PasswordProtected);
    }

    #[test]
    fn nonsense_is_not_believed() {
        let sheet = r#"{"sheet":{"name":"A","beyond":null}}"#;
        let rows = |rows: &[&str]| format!("{sheet}\n{}\n\"end\"\n", rows.join("\n"));
        let wide = rows(&[&format!(r#"{{"row":[1,[[{COLUMNS},"f"]]]}}"#)]);
        let backwards = rows(&[r#"{"row":[1,[[2,"f"],[1,"f"]]]}"#]);
        let again = rows(&[r#"{"row":[2,[]]}"#, r#"{"row":[2,[]]}"#]);
        let far = rows(&[r#"{"row":[4294967295,[]]}"#]);
        let long = (1..=KEPT_ROWS + 1).fold(sheet.to_owned(), |text, row| format!("{text}\n{{\"row\":[{row},[]]}}"));
        let many = [sheet].repeat(SHEETS + 1).join("\n");
        let padded: Vec<String> = (1..=KEPT_ROWS).map(|row| format!(r#"{{"row":[{row},[[99,"f"]]]}}"#)).collect();
        let padded = format!("{sheet}\n{}\n", padded.join("\n")).repeat(2);
        for output in
            ["", "\n", "hello", sheet, "{\"row\":[1,[]]}\n\"end\"", "\u{0}\n", &wide, &backwards, &again, &far, &long, &many, &padded]
        {
            assert!(FromLines::all(output.as_bytes()).is_err(), "{}", &output[..output.len().min(80)]);
        }
    }
}
