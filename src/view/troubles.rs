//! What is wrong with a value, or with a row of a spreadsheet, in the reader's language.

use crate::lang::{T, number};
use crate::plan::Invalid;
use crate::plan::upload::{Claim, Trouble};

/// Goes on where the value's name ends.
#[must_use]
pub fn invalid(t: T, invalid: &Invalid) -> String {
    match invalid {
        Invalid::Empty | Invalid::CannotBeEmpty => t.invalid_empty(),
        Invalid::TooLong { chars, most } => t.invalid_too_long(number(t, chars), number(t, most)),
        Invalid::ControlCharacter => t.invalid_control(),
        Invalid::LineBreak => t.invalid_line_break(),
        Invalid::Blank => t.invalid_blank(),
        Invalid::NoAt => t.invalid_no_at(),
        Invalid::NotAnAddress => t.invalid_address(),
        Invalid::NotSeats => t.invalid_seats(),
        Invalid::NotMetres => t.invalid_metres(),
        Invalid::NotDegrees => t.invalid_degrees(),
        Invalid::NotPositive => t.invalid_not_positive(),
        Invalid::NotYesOrNo => t.invalid_yes_no(),
        Invalid::NotAnAnswer => t.invalid_answer(),
        Invalid::NotAShape => t.invalid_shape(),
        Invalid::NotANumber | Invalid::MustBeNumber => t.invalid_number(),
        Invalid::MustBeWhole => t.invalid_whole(),
        Invalid::MustBeNatural => t.invalid_natural(),
        Invalid::MustBeGiven => t.invalid_not_given(),
        Invalid::NameMustBeGiven => t.invalid_no_name(),
        Invalid::NameMustRemain => t.invalid_no_name_left(),
        Invalid::IsTheGuest => t.invalid_own_guest(),
        Invalid::MustBeChosen => t.invalid_not_chosen(),
        Invalid::Taken => t.invalid_taken(),
        Invalid::UnknownField => t.invalid_unknown(),
        Invalid::NotInThePlan => t.invalid_position(),
        Invalid::NotOfThisTime => t.invalid_time(),
        Invalid::BeforeThePlan => t.invalid_before_plan(),
        Invalid::NoneCalled(name) => t.invalid_none_called(name),
        Invalid::NotMissing(id) => t.invalid_not_missing(id.to_string()),
        Invalid::NotInTheFile(row) => t.invalid_no_row(row),
        Invalid::Said(words) => t.invalid_said(words),
    }
}

#[must_use]
pub fn trouble(t: T, trouble: &Trouble) -> String {
    match trouble {
        Trouble::TooLong { header, invalid: why } => t.trouble_field(header, invalid(t, why)),
        Trouble::HoldsError { header, error } => t.trouble_error(header, error),
        Trouble::Formula { header } => t.trouble_formula(header),
        Trouble::Bad { header, text, invalid: why } => t.trouble_value(header, text, invalid(t, why)),
        Trouble::UnknownWord { header, text, invalid: why, rows } => t.trouble_unknown_word(*rows, header, text, invalid(t, why)),
        Trouble::NotCleared { header } => t.trouble_not_cleared(header),
        Trouble::SheetNotRead(name) => t.trouble_sheet(name),
        Trouble::ReadAs(encoding) => t.trouble_read_as(encoding),
        Trouble::LinesReadAs { encoding, lines } => t.trouble_lines_read_as(*lines, encoding),
        Trouble::Foreign => t.trouble_foreign(),
        Trouble::NameNeeded => t.trouble_name_needed(),
        Trouble::NameMustRemain => t.trouble_name_remains(),
        Trouble::Nobody => t.trouble_nobody(),
        Trouble::AmbiguousName { count, people } => t.trouble_ambiguous_name(*count, people),
        Trouble::MayBe(who) => t.trouble_may_be(who),
        Trouble::MayBeRow(row) => t.trouble_may_be_row(*row),
        Trouble::SharedEmail { email, who } => t.trouble_shared_email(email, who),
        Trouble::StaysRemoved { label } => t.trouble_stays_removed(label),
        Trouble::Removed { label } => t.trouble_removed(label),
        Trouble::Twice { what, rows } => t.trouble_twice(claim(t, what), rows),
        Trouble::NumberTaken { number, holder } => t.trouble_number_taken(number, holder),
        Trouble::EmailTaken { email, holder } => t.trouble_email_taken(email, holder),
        Trouble::NoTable(number) => t.trouble_no_table(number),
        Trouble::NoRoom(name) => t.trouble_no_room(name),
        Trouble::NoSpot(code) => t.trouble_no_spot(code),
        Trouble::Declined => t.trouble_declined(),
        Trouble::Full { table, seats, more } => t.trouble_full(table, *seats, *more),
        Trouble::NoNumber => t.trouble_no_number(),
        Trouble::TooFewSeats { table, seated, seats } => t.trouble_few_seats(*seated, table, *seats),
        Trouble::BeyondWalls { spot, room, width_m, depth_m } => t.trouble_walls(spot, room, width_m.to_string(), depth_m.to_string()),
        Trouble::LeftOutside(spot) => t.trouble_left_outside(spot),
        Trouble::RoomMissing => t.trouble_room_missing(),
        Trouble::SpotMissing => t.trouble_spot_missing(),
        Trouble::SizeMissing(room) => t.trouble_size_missing(room),
        Trouble::PlaceMissing => t.trouble_place_missing(),
        Trouble::TableMissing => t.trouble_table_missing(),
        Trouble::NotVip(number) => t.trouble_not_vip(number),
        Trouble::SpotTaken { table, spot } => t.trouble_spot_taken(table, spot),
        Trouble::SpotTooSmall { table, table_seats, spot, spot_seats } => t.trouble_spot_small(table, *table_seats, spot, *spot_seats),
        Trouble::UnknownLeader(name) => t.trouble_unknown_leader(name),
        Trouble::AmbiguousLeader(name) => t.trouble_ambiguous_leader(name),
    }
}

fn claim(t: T, claim: &Claim) -> String {
    match claim {
        Claim::Guest(name) | Claim::Email(name) => name.clone(),
        Claim::EmployeeNo(number) => t.claim_number(number),
        Claim::Table(number) => t.claim_table(number),
        Claim::Room(name) => t.claim_room(name),
        Claim::Spot(code) => t.claim_spot(code),
        Claim::GivenAway(code) => t.claim_given_away(code),
    }
}
