//! Sheets to the typed rows that an upload is made of.

use super::cells::{Cells, shortened};
use super::columns::{Content, is_full_name, recognise, taken};
use super::names::split;
use super::words::{address, diet, is_not_yet, language, number, rsvp, seats, shape, vip, whole, yes_no};
use super::{Cell, HEADER_WITHIN_ROWS, Limit, Mapping, ROWS, Sheet, SheetError, SheetName};
use crate::plan::upload::{Column, GuestRow, PlacementRow, Problem, RoomRow, Row, RowRef, Rows, SpotRow, UploadKind};
use crate::plan::{Code, Degrees, Email, EmployeeNo, GuestPatch, Invalid, Metres, Patch, SpotPatch, TablePatch, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many values of each column are shown to whoever maps it.
const SAMPLES: usize = 3;

/// So many problems of a row are named, as long as there are not more than these in all; then, one of each row. Whoever has a hundred
/// thousand of them mends the column, not the cells.
const PROBLEMS_A_ROW: usize = 20;
const PROBLEMS: usize = 5_000;

/// A sheet whose header was recognised.
struct Table {
    content: Content,
    name: String,
    columns: Vec<Column>,
    rows: Vec<(u32, Vec<Cell>)>,
}

pub(super) fn read(kind: UploadKind, mut sheets: Vec<Sheet>, mapping: &Mapping) -> Result<(Vec<Column>, Rows, Vec<String>), SheetError> {
    let (mut tables, mut unread) = (Vec::new(), Vec::new());
    let headers: Vec<Option<Header>> = sheets.iter().map(|sheet| find_header(kind, sheet, mapping)).collect::<Result<_, _>>()?;
    // Only a floor has sheets of two kinds; of others the one that says most counts.
    let best = best_of(&sheets, &headers);
    for (index, (sheet, header)) in sheets.iter_mut().zip(headers).enumerate() {
        match header {
            Some(header) if kind == UploadKind::Floor || best == Some(index) => match sheet.beyond {
                Some(limit) => return Err(SheetError::TooLarge(limit)),
                None => tables.push(header.into_table(sheet)),
            },
            None if sheet.rows.is_empty() => {}
            _ => unread.push(sheet.name.clone()),
        }
    }
    if tables.is_empty() {
        let (row, columns) = likely_header(Some(kind), &sheets, mapping);
        return Err(SheetError::NoHeader { kind: Some(kind), row, columns });
    }
    if tables.iter().all(|table| table.rows.is_empty()) {
        return Err(SheetError::NoRows);
    }
    if tables.iter().map(|table| table.rows.len()).sum::<usize>() > ROWS {
        return Err(SheetError::TooLarge(Limit::Rows));
    }
    let several = tables.len() > 1;
    let columns = tables.iter().flat_map(|table| table.columns.iter().cloned()).collect();
    let mut rows = match kind {
        UploadKind::Guests => Rows::Guests(Vec::new()),
        UploadKind::Tables => Rows::Tables(Vec::new()),
        UploadKind::Floor => Rows::Floor { rooms: Vec::new(), spots: Vec::new() },
        UploadKind::Draw | UploadKind::VipPlacement => Rows::Placement(Vec::new()),
    };
    for table in tables {
        let sheet: SheetName = several.then(|| Arc::from(table.name.as_str()));
        match (&mut rows, table.content) {
            (Rows::Guests(rows), _) => rows.extend(typed(&table, &sheet, guest)),
            (Rows::Tables(rows), _) => rows.extend(typed(&table, &sheet, table_row)),
            (Rows::Placement(rows), _) => rows.extend(typed(&table, &sheet, placement)),
            (Rows::Floor { rooms, .. }, Content::Rooms) => rooms.extend(typed(&table, &sheet, room)),
            (Rows::Floor { spots, .. }, _) => spots.extend(typed(&table, &sheet, spot)),
        }
    }
    Ok((columns, rows, unread))
}

/// A row that may be a header.
struct Likely<'a> {
    /// So many of its columns are known; and whether it has several.
    weight: (usize, bool),
    sheet: &'a Sheet,
    row: u32,
    columns: Vec<Column>,
}

/// The row that looks most like a header, by its number, and its columns: the one of which most is known; where nothing is, the
/// first that is more than a title.
pub(super) fn likely_header(kind: Option<UploadKind>, sheets: &[Sheet], mapping: &Mapping) -> (u32, Vec<Column>) {
    let contents = kind.map_or(Content::ALL, Content::of);
    let rows = sheets.iter().flat_map(|sheet| sheet.rows.iter().take(HEADER_WITHIN_ROWS).map(move |row| (sheet, row)));
    let mut likely: Option<Likely<'_>> = None;
    for (sheet, (number, cells)) in rows {
        let headers = headers(cells);
        let is_row = headers.iter().filter(|header| !header.is_empty()).count() > 1;
        for columns in contents.iter().filter_map(|content| taken(*content, &headers, mapping).ok()) {
            let weight = (columns.iter().filter(|column| column.field.is_some()).count(), is_row);
            if likely.as_ref().is_none_or(|best| weight > best.weight) {
                likely = Some(Likely { weight, sheet, row: *number, columns });
            }
        }
    }
    let Some(Likely { sheet, row, mut columns, .. }) = likely else { return (0, Vec::new()) };
    add_samples(&mut columns, sheet.rows.range(row + 1..).map(|(_, cells)| cells));
    columns.retain(|column| !column.header.is_empty());
    (row, columns)
}

/// The first few values below each.
fn add_samples<'a>(columns: &mut [Column], rows: impl Iterator<Item = &'a Vec<Cell>> + Clone) {
    for (index, column) in columns.iter_mut().enumerate() {
        let values = rows.clone().filter_map(|cells| cells.get(index)).filter(|cell| !cell.is_empty());
        column.samples = values.take(SAMPLES).map(|cell| shortened(&cell.words())).collect();
    }
}

/// The headers of the sheet, where one was recognised.
pub(super) fn header_in(kind: UploadKind, sheet: &Sheet, mapping: &Mapping) -> Vec<String> {
    let header = find_header(kind, sheet, mapping).ok().flatten();
    header.and_then(|header| sheet.rows.get(&header.row)).map(|cells| headers(cells)).unwrap_or_default()
}

/// The sheet that is read, where only one is.
pub(super) fn header_of(kind: UploadKind, sheets: &[Sheet], mapping: &Mapping) -> Option<usize> {
    let headers: Vec<Option<Header>> = sheets.iter().map(|sheet| find_header(kind, sheet, mapping).ok().flatten()).collect();
    best_of(sheets, &headers)
}

/// The kind of upload of which most columns are recognised.
pub(super) fn guess(sheets: &[Sheet], file: &str) -> Option<UploadKind> {
    // A floor plan says more of itself than a list of tables, and a draw may be one of VIPs.
    let is_vip =
        file.starts_with("vip") || ["vip-placement", "vip placement", "vip_placement", "ehrentisch"].iter().any(|word| file.contains(word));
    let placement = if is_vip { UploadKind::VipPlacement } else { UploadKind::Draw };
    let kinds = [UploadKind::Guests, UploadKind::Floor, placement, UploadKind::Tables];
    let fits = |kind: UploadKind| {
        let rows = sheets.iter().flat_map(|sheet| sheet.rows.values().take(HEADER_WITHIN_ROWS));
        let recognised = rows.flat_map(|cells| {
            let headers = headers(cells);
            Content::of(kind).iter().filter_map(move |content| recognise(*content, &headers, &Mapping::new()).ok().flatten())
        });
        recognised.map(|columns| columns.iter().filter(|column| column.field.is_some()).count()).max().unwrap_or_default()
    };
    let best = kinds.into_iter().map(|kind| (fits(kind), kind)).filter(|(columns, _)| *columns > 0);
    // Of equals, the one that stands first.
    best.fold(None, |best: Option<(usize, UploadKind)>, next| match best {
        Some(best) if best.0 >= next.0 => Some(best),
        _ => Some(next),
    })
    .map(|(_, kind)| kind)
}

/// A row that is a header, and what it makes of its columns.
struct Header {
    row: u32,
    content: Content,
    columns: Vec<Column>,
}

impl Header {
    /// So many of its columns are known.
    fn known(&self) -> usize {
        self.columns.iter().filter(|column| column.field.is_some()).count()
    }

    /// Whether more of its columns are known in a list of another kind: a list of tables has names, too.
    fn is_another_list(&self, headers: &[String]) -> bool {
        let known = |content: &Content| {
            let columns = recognise(*content, headers, &Mapping::new()).ok().flatten().unwrap_or_default();
            columns.iter().filter(|column| column.field.is_some()).count()
        };
        self.content == Content::Guests && Content::ALL.iter().map(known).max().is_some_and(|most| most > self.known())
    }

    /// What is below it.
    fn into_table(self, sheet: &mut Sheet) -> Table {
        let Self { row, content, mut columns } = self;
        let rows: Vec<(u32, Vec<Cell>)> = sheet.rows.split_off(&(row + 1)).into_iter().collect();
        add_samples(&mut columns, rows.iter().map(|(_, cells)| cells));
        Table { content, name: sheet.name.clone(), columns, rows }
    }
}

/// The row of the sheet that explains most of what is below it: a title that happens to hold a header's word explains little. Of equals
/// the first, since a header may be repeated further down.
fn find_header(kind: UploadKind, sheet: &Sheet, mapping: &Mapping) -> Result<Option<Header>, SheetError> {
    let (mut wrong_mapping, mut best): (_, Option<Header>) = (None, None);
    for (number, cells) in sheet.rows.iter().take(HEADER_WITHIN_ROWS) {
        let headers = headers(cells);
        for content in Content::of(kind) {
            match recognise(*content, &headers, mapping) {
                Ok(Some(columns)) => {
                    let header = Header { row: *number, content: *content, columns };
                    if mapping.is_empty() && header.is_another_list(&headers) {
                        continue;
                    }
                    if best.as_ref().is_none_or(|best| header.known() > best.known()) {
                        best = Some(header);
                    }
                }
                Ok(None) => {}
                // A field of the floor's other sheet is no mistake.
                Err(error) => wrong_mapping = Some(error),
            }
        }
    }
    match (best, wrong_mapping) {
        (None, Some(error)) => Err(error),
        (best, _) => Ok(best),
    }
}

/// The sheet that says most: a visible one before a hidden one, one with rows below its header before an empty one, then the one of which
/// most columns are known. Of equals the first.
fn best_of(sheets: &[Sheet], headers: &[Option<Header>]) -> Option<usize> {
    let weight = |index: usize| {
        let (sheet, header) = (&sheets[index], headers[index].as_ref()?);
        let has_rows = sheet.rows.range(header.row + 1..).next().is_some();
        Some((has_rows, !sheet.is_hidden, header.known()))
    };
    let mut best: Option<(usize, _)> = None;
    for index in 0..sheets.len() {
        if let Some(weight) = weight(index)
            && best.is_none_or(|(_, most)| weight > most)
        {
            best = Some((index, weight));
        }
    }
    best.map(|(index, _)| index)
}

fn headers(cells: &[Cell]) -> Vec<String> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Long { beginning: text, .. } => text.trim().chars().take(100).collect(),
        Cell::Number(number) => number.to_string(),
        _ => String::new(),
    };
    cells.iter().map(text).collect()
}

fn typed<T>(table: &Table, sheet: &SheetName, parse: fn(&mut Cells<'_>) -> T) -> Vec<Row<T>> {
    let mut named = 0;
    let row = |(number, cells): &(u32, Vec<Cell>)| {
        let at = RowRef { sheet: sheet.clone(), row: *number };
        let mut cells = Cells::of(&at, &table.columns, cells);
        let value = parse(&mut cells);
        let mut problems: Vec<Problem> = std::mem::take(&mut cells.problems);
        // A row with one problem is refused like one with a hundred.
        problems.truncate(if named < PROBLEMS { PROBLEMS_A_ROW } else { 1 });
        named += problems.len();
        let unknown = std::mem::take(&mut cells.unknown);
        Row { at, value, problems, unknown }
    };
    table.rows.iter().map(row).collect()
}

fn guest(cells: &mut Cells<'_>) -> GuestRow {
    let extra: BTreeMap<Code, Option<Text>> = cells
        .extra()
        .into_iter()
        .filter_map(|(header, value)| {
            let value = match value {
                Patch::Keep => return None,
                Patch::Clear => None,
                Patch::Set(text) => Text::parse(&text).ok(),
            };
            Some((Code::parse(&header).ok()?, value))
        })
        .collect();
    let (first_name, last_name) = names(cells);
    GuestRow {
        set: GuestPatch {
            employee_no: cells.patch("employee_no", |text| EmployeeNo::parse(whole(text))),
            first_name,
            last_name,
            email: cells.given("email", |text| address(text).map(Email::parse)),
            company: cells.patch("company", Text::parse),
            department: cells.patch("department", Text::parse),
            party: cells.patch("party", Code::parse),
            plus_one_of: Patch::Keep,
            vip: cells.word("vip", vip),
            diet: cells.patch("diet", diet),
            allergies: cells.patch("allergies", Text::parse),
            wheelchair: cells.word("wheelchair", yes_no),
            rsvp: cells.word("rsvp", rsvp),
            language: cells.patch("language", language),
            notes: cells.patch("notes", Text::parse),
            extra: if extra.is_empty() { Patch::Keep } else { Patch::Set(extra) },
        },
        plus_one_of: cells.patch("plus_one_of", Text::parse),
        table: cells.given("table", |text| (!is_not_yet(text)).then(|| Code::parse(whole(text)))),
        since: None,
    }
}

/// First and last names, also out of a column with both.
fn names(cells: &mut Cells<'_>) -> (Patch<Text>, Patch<Text>) {
    let first = cells.patch("first_name", Text::parse);
    let has_first_names = cells.header("first_name").is_some();
    let is_full = cells.header("last_name").is_some_and(|header| is_full_name(header, has_first_names));
    let whole_name = cells.whole_name();
    let last = cells.patch("last_name", Text::parse);
    // Beside empty parts there may be the whole.
    let beside = whole_name.filter(|_| first.is_keep() && last.is_keep()).and_then(|name| Text::parse(&name).ok());
    let full = beside.or_else(|| last.set().filter(|_| is_full).cloned());
    let Some(full) = full else { return (first, last) };
    // Parts of a text that was valid are.
    let part = |text: Option<String>| text.map_or(Patch::Keep, |text| Patch::Set(Text::stored(&text)));
    let (first_of_it, last_of_it) = split(full.as_str());
    (if first.is_keep() { part(first_of_it) } else { first }, part(last_of_it))
}

fn table_row(cells: &mut Cells<'_>) -> TablePatch {
    TablePatch {
        number: cells.value("number", |text| Code::parse(whole(text))),
        name: cells.patch("name", Text::parse),
        seats: cells.value("seats", seats),
        vip: cells.word("vip", vip),
        host: cells.patch("host", Text::parse),
    }
}

fn room(cells: &mut Cells<'_>) -> RoomRow {
    RoomRow {
        name: cells.value("name", Code::parse).set().cloned(),
        width_m: cells.value("width_m", size).set().copied(),
        depth_m: cells.value("depth_m", size).set().copied(),
    }
}

fn spot(cells: &mut Cells<'_>) -> SpotRow {
    SpotRow {
        room: cells.value("room", Code::parse).set().cloned(),
        set: SpotPatch {
            code: cells.value("code", Code::parse),
            room: Patch::Keep,
            x_m: cells.value("x_m", metres),
            y_m: cells.value("y_m", metres),
            width_m: cells.value("width_m", size),
            depth_m: cells.value("depth_m", size),
            shape: cells.value("shape", shape),
            seats: cells.value("seats", seats),
            rotation_deg: cells.patch("rotation_deg", degrees),
        },
    }
}

fn placement(cells: &mut Cells<'_>) -> PlacementRow {
    PlacementRow { table: cells.value("number", |text| Code::parse(whole(text))).set().cloned(), spot: cells.patch("code", Code::parse) }
}

fn metres(text: &str) -> Result<Metres, Invalid> {
    Metres::new(number(text)?)
}

fn size(text: &str) -> Result<Metres, Invalid> {
    let metres = metres(text)?;
    if metres.is_positive() { Ok(metres) } else { Err(Invalid::NotPositive) }
}

fn degrees(text: &str) -> Result<Degrees, Invalid> {
    let degrees = number(text)?;
    let whole = (degrees.fract() == 0.0 && degrees.abs() <= 360.0).then(|| {
        #[allow(clippy::cast_possible_truncation)] // Whole, and at most 360.
        let degrees = degrees as i32;
        degrees
    });
    whole.map_or_else(|| Err(Invalid::NotDegrees), Degrees::try_from)
}
