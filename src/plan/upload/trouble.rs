//! What is wrong with a row of a spreadsheet.

use crate::plan::invalid::Invalid;
use crate::plan::value::Metres;
use serde::{Serialize, Serializer};

/// What is wrong with a row or a cell, in English; other languages word it anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("{header} {invalid}")]
    TooLong { header: String, invalid: Invalid },
    #[error("{header} holds the error {error}")]
    HoldsError { header: String, error: String },
    #[error("{header} holds a formula, and the file does not say its result: paste it as a value")]
    Formula { header: String },
    #[error("{header} {text:?} {invalid}")]
    Bad { header: String, text: String, invalid: Invalid },
    #[error("{header} {text:?} {invalid}: the field is left as it is in {}", rows_in_words(*.rows))]
    UnknownWord { header: String, text: String, invalid: Invalid, rows: u32 },
    #[error("{header} cannot be cleared")]
    NotCleared { header: String },
    #[error("The sheet \u{201c}{0}\u{201d} is not read: put all rows into one sheet, or upload it as a file of its own")]
    SheetNotRead(String),
    #[error("The text is not in Unicode, and was read as {0}: look whether the names are right, or save the file as UTF-8")]
    ReadAs(String),
    #[error("{} not in Unicode, and read as {encoding}: look whether the names are right, or save the file as UTF-8", lines_in_words(*.lines))]
    LinesReadAs { encoding: String, lines: u32 },
    #[error("The file was exported from another plan, so it is read as any list")]
    Foreign,
    #[error("A new guest needs a first or a last name")]
    NameNeeded,
    #[error("A first or a last name must remain")]
    NameMustRemain,
    #[error("The row has no employee number, no e-mail and no name")]
    Nobody,
    #[error("{count} guests have this name, and the row does not say which of them is meant: {people}")]
    AmbiguousName { count: usize, people: String },
    #[error("{0} has this name already: if it is the same person, leave the row out")]
    MayBe(String),
    #[error("Row {0} has this name already: if it is the same person, leave one of them out")]
    MayBeRow(u32),
    #[error("{email} is the address of {who}: the guest gets none, and is reached through {who}")]
    SharedEmail { email: String, who: String },
    #[error("{label} was removed since the export, and stays so")]
    StaysRemoved { label: String },
    #[error("{label} was removed since the export; leave the row out, or add the guest again by hand")]
    Removed { label: String },
    #[error("{what} in rows {rows}")]
    Twice { what: Claim, rows: String },
    #[error("{number} is the employee number of {holder}")]
    NumberTaken { number: String, holder: String },
    #[error("{email} is the address of {holder}")]
    EmailTaken { email: String, holder: String },
    #[error("There is no table {0}")]
    NoTable(String),
    #[error("There is no room {0}")]
    NoRoom(String),
    #[error("There is no spot {0}")]
    NoSpot(String),
    #[error("Who declined gets no seat")]
    Declined,
    #[error("Table {table} has {seats} seats, and {more} more would be needed")]
    Full { table: String, seats: u32, more: i64 },
    #[error("The row has no table number")]
    NoNumber,
    #[error("{seated} guests sit at table {table}; {seats} seats are not enough")]
    TooFewSeats { table: String, seated: u32, seats: u32 },
    #[error("{spot} reaches beyond the walls of {room} ({width_m} m by {depth_m} m)")]
    BeyondWalls { spot: String, room: String, width_m: Metres, depth_m: Metres },
    #[error("Spot {0} would be outside")]
    LeftOutside(String),
    #[error("The row has no room")]
    RoomMissing,
    #[error("The row has no spot")]
    SpotMissing,
    #[error("The new room {0} needs a width and a depth")]
    SizeMissing(String),
    #[error("A new spot needs a room, an x and a y")]
    PlaceMissing,
    #[error("The row names no table")]
    TableMissing,
    #[error("{0} is no VIP table; other tables are placed by the draw")]
    NotVip(String),
    #[error("Table {table} stands on {spot}, and the file does not move it")]
    SpotTaken { table: String, spot: String },
    #[error("{table} has {table_seats} seats, {spot} has {spot_seats}")]
    SpotTooSmall { table: String, table_seats: u32, spot: String, spot_seats: u32 },
    #[error("Nobody is called {0}, so no link is made")]
    UnknownLeader(String),
    #[error("Several guests are called {0}, so no link is made")]
    AmbiguousLeader(String),
}

fn lines_in_words(lines: u32) -> String {
    if lines == 1 { "One line is".to_owned() } else { format!("{lines} lines are") }
}

fn rows_in_words(rows: u32) -> String {
    if rows == 1 { "one row".to_owned() } else { format!("{rows} rows") }
}

/// What several rows claim at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Claim {
    #[error("{0} stands")]
    Guest(String),
    #[error("Employee number {0} stands")]
    EmployeeNo(String),
    #[error("{0} stands")]
    Email(String),
    #[error("Table {0} stands")]
    Table(String),
    #[error("Room {0} stands")]
    Room(String),
    #[error("Spot {0} stands")]
    Spot(String),
    #[error("Spot {0} is given away")]
    GivenAway(String),
}

impl Serialize for Trouble {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
