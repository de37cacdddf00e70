//! What is in a report: a row for each seated guest, as CSV.

use super::schedule::Schedule;
use crate::ledger::{Failure, Ledger};
use crate::plan::report::{FileFacts, Report};
use crate::plan::{Guest, Plan, Position, Table, Text, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::{self, Write};

const HEADER: [&str; 14] = [
    "business_date",
    "room",
    "spot",
    "table",
    "table_name",
    "guest_id",
    "employee_no",
    "last_name",
    "first_name",
    "company",
    "vip",
    "wheelchair",
    "diet",
    "arrived_at",
];

/// A seated guest.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub room: &'a str,
    pub spot: &'a str,
    pub table: &'a Table,
    pub guest: &'a Guest,
}

/// A file in memory, and what is to be known of it.
#[derive(Debug, Clone)]
pub struct Written {
    pub content: Vec<u8>,
    pub sha256: [u8; 32],
    pub rows: u64,
}

impl Written {
    #[must_use]
    pub fn facts(&self) -> FileFacts {
        FileFacts { rows: self.rows, bytes: self.content.len() as u64, sha256: Text::stored(&hex(&self.sha256)) }
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// # Errors
/// It is not the hexadecimal of a sha256.
pub(super) fn unhex(text: &Text) -> Result<[u8; 32], String> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_str().as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| format!("{text} is not a sha256"))
}

/// The seated guests by room, spot, table number, last name, first name and id; tables without a spot come last.
fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(plan.guests.len());
    for guest in plan.guests.values() {
        let Some(table) = guest.table.and_then(|table| plan.table(table)) else { continue };
        let spot = table.spot.and_then(|spot| plan.spot(spot));
        let room = spot.and_then(|spot| plan.room(spot.room));
        rows.push(Row { room: room.map_or("", |room| room.name.as_str()), spot: spot.map_or("", |spot| spot.code.as_str()), table, guest });
    }
    rows.sort_by(|a, b| {
        (a.spot.is_empty().cmp(&b.spot.is_empty()))
            .then_with(|| a.room.cmp(b.room))
            .then_with(|| a.spot.cmp(b.spot))
            .then_with(|| a.table.number.as_str().cmp(b.table.number.as_str()))
            .then_with(|| text(a.guest.last_name.as_ref()).cmp(text(b.guest.last_name.as_ref())))
            .then_with(|| text(a.guest.first_name.as_ref()).cmp(text(b.guest.first_name.as_ref())))
            .then_with(|| a.guest.id.cmp(&b.guest.id))
    });
    rows
}

/// Writes the header and the rows; answers how many rows there were.
///
/// # Errors
/// What `out` says.
pub fn write_rows<'a>(date: Date, zone: &TimeZone, rows: impl Iterator<Item = Row<'a>>, out: impl Write) -> io::Result<u64> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(HEADER)?;
    let (date, mut count) = (date.to_string(), 0);
    let mut id = String::new();
    for Row { room, spot, table, guest } in rows {
        count += 1;
        id.clear();
        id.push_str(&guest.id.to_string());
        writer.write_field(&date)?;
        writer.write_field(&*harmless(room))?;
        writer.write_field(&*harmless(spot))?;
        writer.write_field(&*harmless(table.number.as_str()))?;
        writer.write_field(&*harmless(text(table.name.as_ref())))?;
        writer.write_field(&id)?;
        writer.write_field(&*harmless(guest.employee_no.as_ref().map_or("", |number| number.as_str())))?;
        writer.write_field(&*harmless(text(guest.last_name.as_ref())))?;
        writer.write_field(&*harmless(text(guest.first_name.as_ref())))?;
        writer.write_field(&*harmless(text(guest.company.as_ref())))?;
        writer.write_field(yes(guest.vip))?;
        writer.write_field(yes(guest.wheelchair))?;
        writer.write_field(&*harmless(text(guest.diet.as_ref())))?;
        writer.write_field(guest.arrived_at.map_or_else(String::new, |at| Schedule::local(zone, at)))?;
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(count)
}

fn text(text: Option<&Text>) -> &str {
    text.map_or("", Text::as_str)
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "" }
}

/// What a spreadsheet program would take for a formula gets an apostrophe.
#[must_use]
pub fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

fn written(date: Date, zone: &TimeZone, plan: &Plan) -> io::Result<Written> {
    let mut content = Vec::new();
    let rows = write_rows(date, zone, rows(plan).into_iter(), &mut content)?;
    Ok(Written { sha256: Sha256::digest(&content).into(), content, rows })
}

/// The file of a report that was started: the same bytes whenever and wherever it is asked for.
///
/// # Errors
/// The stream cannot be read.
pub async fn file_at(ledger: &Ledger, report: &Report) -> Result<Written, Failure> {
    let terms = &report.terms;
    let zone = TimeZone::get(terms.zone.as_str()).map_err(|error| Failure::Rejected(error.to_string()))?;
    let plan = ledger.plan_at(terms.position, terms.corrected_as_of).await?;
    let date = report.id.date;
    crate::ledger::blocking(move || written(date, &zone, &plan)).await?.map_err(|error| Failure::Rejected(error.to_string()))
}

/// What the report of a date that is not over would be by now.
///
/// # Errors
/// Memory cannot be written.
pub fn draft(schedule: &Schedule, date: Date, plan: &Plan) -> io::Result<Written> {
    written(date, schedule.zone(), plan)
}

/// The last event that was recorded before an instant, and whether it is the stream's last. Blocks its thread.
///
/// # Errors
/// The stream cannot be read.
pub(super) fn last_before(ledger: &Ledger, instant: Timestamp) -> Result<(Position, bool), Failure> {
    let plan = &ledger.snapshot().plan;
    if plan.recorded_at < instant {
        return Ok((plan.position, true));
    }
    // Instants never fall along the stream, so halving finds it. Position 0 is before everything.
    let (mut before, mut not_before) = (0, plan.position.0);
    while not_before - before > 1 {
        let middle = before + (not_before - before) / 2;
        match ledger.event_at(Position(middle))? {
            Some(event) if event.recorded_at < instant => before = middle,
            _ => not_before = middle,
        }
    }
    Ok((Position(before), false))
}

/// The plan at the end of a day that is over.
///
/// # Errors
/// The stream cannot be read.
pub async fn plan_at_cut_off(ledger: &Ledger, schedule: &Schedule, date: Date, now: Timestamp) -> Result<Option<Plan>, Failure> {
    let cut_off = schedule.cut_off(date);
    if now < cut_off {
        return Ok(None);
    }
    let reading = ledger.clone();
    let (position, _) = crate::ledger::blocking(move || last_before(&reading, cut_off)).await??;
    ledger.plan_at(position, None).await.map(Some)
}
