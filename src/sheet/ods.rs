//! OpenDocument spreadsheets, put into the shape that the parser takes: only cells in rows, only text in paragraphs.

use super::package::{Archive, CONTENT, damaged, part};
use super::{CELLS, Guards, LAST_ROW, Limit, SheetError, UNPACKED_BYTES};
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MEDIA_TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MOST_ROWS: u64 = LAST_ROW as u64;
/// No spreadsheet program has more.
const MOST_COLUMNS: u64 = 16_384;

/// The package anew, with nothing in it but the content.
pub(super) fn reshaped(archive: &mut Archive<'_>, guards: Guards) -> Result<Vec<u8>, SheetError> {
    let part = part(archive, CONTENT)?.ok_or_else(|| damaged(CONTENT))?;
    let content = archive.by_index(part).map_err(damaged)?;
    // A vector that grows takes twice as much for a while.
    let size = usize::try_from(content.size().min(UNPACKED_BYTES)).unwrap_or_default();
    let mut package = ZipWriter::new(Cursor::new(Vec::with_capacity(size + size / 8 + 4_096)));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text) in [("mimetype", MEDIA_TYPE), ("META-INF/manifest.xml", "<?xml version=\"1.0\"?><manifest/>")] {
        package.start_file(name, stored).map_err(damaged)?;
        package.write_all(text.as_bytes()).map_err(damaged)?;
    }
    package.start_file(CONTENT, stored).map_err(damaged)?;
    let tally = (guards == Guards::On).then(Tally::default);
    let (reader, writer) = (Reader::from_reader(BufReader::new(content)), Writer::new(&mut package));
    Pass { reader, writer, held: None, within: Within::default(), tally }.run()?;
    Ok(package.finish().map_err(damaged)?.into_inner())
}

/// The content on its way from one package to the other.
struct Pass<R, W> {
    reader: Reader<R>,
    writer: Writer<W>,
    /// A cell that has no value but its text, if there is any: known at its end.
    held: Option<Held>,
    within: Within,
    tally: Option<Tally>,
}

struct Held {
    start: BytesStart<'static>,
    content: Writer<Vec<u8>>,
    has_text: bool,
}

/// What is open.
#[derive(Default)]
struct Within {
    row: bool,
    cell: bool,
    paragraphs: usize,
    /// The paragraph's last letter was a space, or there is none yet: another one says nothing.
    after_space: bool,
}

impl<R: BufRead, W: Write> Pass<R, W> {
    fn run(mut self) -> Result<(), SheetError> {
        let (mut buffer, mut skipped) = (Vec::new(), Vec::new());
        loop {
            buffer.clear();
            match self.reader.read_event_into(&mut buffer).map_err(damaged)? {
                Event::Eof => return Ok(()),
                Event::Start(start) => {
                    if self.is_left_out(start.name().as_ref()) {
                        skipped.clear();
                        self.reader.read_to_end_into(start.name(), &mut skipped).map_err(damaged)?;
                        continue;
                    }
                    self.begin(&start)?;
                    if is_cell(start.name().as_ref()) && !has_value(&start) {
                        self.held = Some(Held { start: start.into_owned(), content: Writer::new(Vec::new()), has_text: false });
                    } else {
                        self.put(Event::Start(start))?;
                    }
                }
                Event::Empty(start) => {
                    if self.is_left_out(start.name().as_ref()) {
                        continue;
                    }
                    self.begin(&start)?;
                    self.end(start.name().as_ref())?;
                    self.put(Event::Empty(start))?;
                }
                Event::End(end) => {
                    self.end(end.name().as_ref())?;
                    if is_cell(end.name().as_ref()) {
                        self.release()?;
                    }
                    self.put(Event::End(end))?;
                }
                Event::Text(text) => self.text(&text.xml10_content())?,
                // The parser passes it over, other programs do not.
                Event::CData(text) => self.text(&escape(text.xml10_content()))?,
                reference @ Event::GeneralRef(_) if self.within.paragraphs > 0 => {
                    self.within.after_space = false;
                    self.count_text(reference.len());
                    self.put(reference)?;
                }
                declaration @ Event::Decl(_) => self.put(declaration)?,
                // Between elements there is nothing to be read.
                _ => {}
            }
        }
    }

    /// Between the cells of a row nothing else is taken, and within a cell no table and no drawing.
    fn is_left_out(&self, name: &str) -> bool {
        if self.within.cell { name == "table:table" || name.starts_with("draw:") } else { self.within.row && !is_cell(name) }
    }

    /// Text as it is written, escaped. Between paragraphs it is none, unless a cell goes without them.
    fn text(&mut self, text: &str) -> Result<(), SheetError> {
        if self.within.paragraphs == 0 && (!self.within.cell || text.trim().is_empty()) {
            return Ok(());
        }
        let text = single_spaced(text, &mut self.within.after_space).into_owned();
        self.count_text(text.len());
        self.put(Event::Text(BytesText::from_escaped(text)))
    }

    fn put(&mut self, event: Event<'_>) -> Result<(), SheetError> {
        match &mut self.held {
            Some(held) => held.content.write_event(event).map_err(damaged),
            None => self.writer.write_event(event).map_err(damaged),
        }
    }

    /// The parser takes the text of a cell only where the cell says that it is one.
    fn release(&mut self) -> Result<(), SheetError> {
        let Some(Held { start, content, has_text }) = self.held.take() else { return Ok(()) };
        let start = if has_text { with_type(&start) } else { start };
        self.writer.write_event(Event::Start(start)).map_err(damaged)?;
        self.writer.get_mut().write_all(&content.into_inner()).map_err(damaged)
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), SheetError> {
        match start.name().as_ref() {
            "table:table-row" => {
                self.within.row = true;
                if let Some(tally) = &mut self.tally {
                    tally.row = Row { repeated: number(start, "table:number-rows-repeated").min(MOST_ROWS), ..Row::default() };
                }
            }
            name if is_cell(name) => {
                self.within.cell = true;
                if let Some(tally) = &mut self.tally {
                    tally.cell = Cell {
                        repeated: number(start, "table:number-columns-repeated").min(MOST_COLUMNS),
                        is_used: start
                            .attributes()
                            .flatten()
                            .any(|attribute| attribute.key.as_ref().starts_with("office:") || attribute.key.as_ref() == "table:formula"),
                        text: 0,
                    };
                }
            }
            "text:p" | "text:h" => {
                self.within.paragraphs += 1;
                self.within.after_space = true;
            }
            "text:tab" | "text:line-break" => self.within.after_space = false,
            "text:s" => {
                self.within.after_space = false;
                let spaces = number(start, "text:c");
                if let Some(tally) = &mut self.tally {
                    tally.cell.text = tally.cell.text.saturating_add(spaces);
                    // Alone it is more than all of a file may hold.
                    check_text(tally.cell.text)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), SheetError> {
        match name {
            "table:table-row" => {
                self.within.row = false;
                if let Some(tally) = &mut self.tally {
                    tally.end_row()?;
                }
            }
            "table:table" => {
                if let Some(tally) = &mut self.tally {
                    tally.end_table();
                }
            }
            "text:p" | "text:h" => self.within.paragraphs = self.within.paragraphs.saturating_sub(1),
            name if is_cell(name) => {
                self.within.cell = false;
                if let Some(tally) = &mut self.tally {
                    tally.end_cell();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn count_text(&mut self, bytes: usize) {
        if let Some(held) = &mut self.held {
            held.has_text |= bytes > 0;
        }
        if let (true, Some(tally)) = (self.within.cell, &mut self.tally) {
            tally.cell.text = tally.cell.text.saturating_add(bytes as u64);
        }
    }
}

/// Whether the parser finds the cell's value by itself.
fn has_value(cell: &BytesStart<'_>) -> bool {
    let value_of = |name: &str| cell.attributes().flatten().find(|attribute| attribute.key.as_ref() == name).map(|found| found.value);
    let values = ["office:value", "office:date-value", "office:time-value", "office:boolean-value", "office:string-value"];
    values.iter().any(|name| value_of(name).is_some_and(|value| !value.is_empty()))
        || value_of("table:formula").is_some()
        || (value_of("office:value-type").as_deref() == Some("string") && value_of("office:string-value").is_none())
}

/// The cell as one of text.
fn with_type(cell: &BytesStart<'_>) -> BytesStart<'static> {
    let mut typed = BytesStart::new(cell.name().as_ref().to_owned());
    for attribute in cell.attributes().flatten().filter(|attribute| !attribute.key.as_ref().starts_with("office:")) {
        typed.push_attribute(attribute);
    }
    typed.push_attribute(("office:value-type", "string"));
    typed
}

fn is_cell(name: &str) -> bool {
    matches!(name, "table:table-cell" | "table:covered-table-cell")
}

fn number(start: &BytesStart<'_>, name: &str) -> u64 {
    let attribute = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    attribute.and_then(|attribute| attribute.value.trim().parse().ok()).unwrap_or(1)
}

/// Any number of spaces and line ends in a paragraph is one space, and none at its beginning: so the format has it.
fn single_spaced<'a>(text: &'a str, after_space: &mut bool) -> Cow<'a, str> {
    let is_space = |letter: char| matches!(letter, ' ' | '\t' | '\n' | '\r');
    let mut spaces = text.matches(is_space);
    let is_plain = !*after_space && spaces.next().is_none();
    if is_plain {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len());
    for letter in text.chars() {
        let space = is_space(letter);
        if !(space && *after_space) {
            spaced.push(if space { ' ' } else { letter });
        }
        *after_space = space;
    }
    Cow::Owned(spaced)
}

/// "This cell a million times" takes little to say: what would come of it.
#[derive(Default)]
struct Tally {
    cell: Cell,
    row: Row,
    /// Of the table that is open: its rows so far, the last that holds something, and the widest.
    rows: u64,
    last_row: u64,
    widest: u64,
    /// Of all tables before.
    cells: u64,
    text: u64,
}

#[derive(Default)]
struct Cell {
    repeated: u64,
    is_used: bool,
    text: u64,
}

#[derive(Default)]
struct Row {
    repeated: u64,
    columns: u64,
    /// Up to the last that holds something.
    used: u64,
    text: u64,
}

impl Tally {
    fn end_cell(&mut self) {
        let Cell { repeated, is_used, text } = std::mem::take(&mut self.cell);
        self.row.columns = self.row.columns.saturating_add(repeated);
        // A cell with content has a type, a formula, or at least a text.
        if is_used || text > 0 {
            self.row.used = self.row.columns.min(MOST_COLUMNS);
            self.row.text = self.row.text.saturating_add(text.saturating_mul(repeated));
        }
    }

    fn end_row(&mut self) -> Result<(), SheetError> {
        let row = std::mem::take(&mut self.row);
        self.rows = self.rows.saturating_add(row.repeated).min(MOST_ROWS);
        if row.used == 0 {
            return Ok(());
        }
        self.last_row = self.rows;
        self.widest = self.widest.max(row.used);
        if self.cells + self.last_row * self.widest > CELLS as u64 {
            return Err(SheetError::TooLarge(Limit::Cells));
        }
        self.text = self.text.saturating_add(row.text.saturating_mul(row.repeated));
        check_text(self.text)
    }

    fn end_table(&mut self) {
        self.cells += self.last_row * self.widest;
        (self.rows, self.last_row, self.widest) = (0, 0, 0);
    }
}

fn check_text(text: u64) -> Result<(), SheetError> {
    if text > UNPACKED_BYTES { Err(SheetError::TooLarge(Limit::Unpacked)) } else { Ok(()) }
}
