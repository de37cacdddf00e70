//! One row's cells to values; what is wrong with a cell becomes a problem of its row.

use super::Cell;
use crate::plan::upload::{Column, Problem, RowRef, Trouble};
use crate::plan::{Invalid, Patch, Rsvp, Seats, Shape, TEXT_CHARS, Text};

/// The cells of one row, by field.
pub(super) struct Cells<'a> {
    at: &'a RowRef,
    columns: &'a [Column],
    row: &'a [Cell],
    pub(super) problems: Vec<Problem>,
}

impl<'a> Cells<'a> {
    pub(super) fn of(at: &'a RowRef, columns: &'a [Column], cells: &'a [Cell]) -> Self {
        Self { at, columns, row: cells, problems: Vec::new() }
    }

    /// A field's text, `-` for clearing; nothing where the cell is empty or was reported.
    fn text(&mut self, field: &str) -> Patch<String> {
        let Some(index) = self.columns.iter().position(|column| column.field.as_deref() == Some(field)) else { return Patch::Keep };
        self.text_at(index)
    }

    fn text_at(&mut self, index: usize) -> Patch<String> {
        let text = match self.row.get(index) {
            None | Some(Cell::Empty) => return Patch::Keep,
            Some(Cell::Text(text)) => text.trim().to_owned(),
            Some(Cell::Long { chars, .. }) => {
                let invalid = Invalid::TooLong { chars: *chars, most: TEXT_CHARS };
                self.problem(index, "cell_too_long", |header| Trouble::TooLong { header, invalid });
                return Patch::Keep;
            }
            Some(Cell::Number(number)) => digits(*number),
            Some(Cell::Bool(value)) => if *value { "yes" } else { "no" }.to_owned(),
            Some(Cell::Error(error)) => {
                let error = error.clone();
                self.problem(index, "cell_error", |header| Trouble::HoldsError { header, error });
                return Patch::Keep;
            }
            Some(Cell::Formula) => {
                self.problem(index, "formula_without_value", |header| Trouble::Formula { header });
                return Patch::Keep;
            }
        };
        match text.as_str() {
            "" => Patch::Keep,
            "-" | "–" => Patch::Clear,
            _ => Patch::Set(text),
        }
    }

    /// The header of the field's column.
    pub(super) fn header(&self, field: &str) -> Option<&'a str> {
        self.columns.iter().find(|column| column.field.as_deref() == Some(field)).map(|column| column.header.as_str())
    }

    fn problem(&mut self, index: usize, code: &'static str, trouble: impl FnOnce(String) -> Trouble) {
        let header = self.columns.get(index).map(|column| column.header.clone()).unwrap_or_default();
        self.problems.push(Problem::new(self.at, Some(header.clone()), code, trouble(header)));
    }

    /// A field's value; what cannot be taken for one is a problem.
    pub(super) fn patch<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Patch<T> {
        match self.text(field) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(text) => match parse(&text) {
                Ok(value) => Patch::Set(value),
                Err(invalid) => {
                    let index = self.columns.iter().position(|column| column.field.as_deref() == Some(field)).unwrap_or(0);
                    self.problem(index, "bad_value", |header| Trouble::Bad { header, text: shortened(&text), invalid });
                    Patch::Keep
                }
            },
        }
    }

    /// A field that can be set, but not cleared.
    pub(super) fn value<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Patch<T> {
        match self.patch(field, parse) {
            Patch::Clear => {
                let index = self.columns.iter().position(|column| column.field.as_deref() == Some(field)).unwrap_or(0);
                self.problem(index, "bad_value", |header| Trouble::NotCleared { header });
                Patch::Keep
            }
            patch => patch,
        }
    }

    /// The columns that are kept as fields of the guest's own.
    pub(super) fn extra(&mut self) -> Vec<(String, Patch<String>)> {
        let columns = self.columns;
        let extra = columns.iter().enumerate().filter(|(_, column)| column.field.as_deref() == Some("extra"));
        extra.map(|(index, column)| (column.header.clone(), self.text_at(index))).collect()
    }
}

/// A number as people write it: `100001`, not `100001.0`.
fn digits(number: f64) -> String {
    // `Display` of a float writes the fewest digits that are exact, and no point where there is no fraction.
    format!("{number}")
}

pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}

/// A word as it is looked up: without case, and without what stands around it.
fn plain(text: &str) -> String {
    let is_around = |char: char| char.is_whitespace() || matches!(char, '.' | '!' | ',' | ';' | ':' | '"');
    text.trim_matches(is_around).replace('’', "'").to_lowercase()
}

/// The first word, where more follows: "Yes - 2 guests", "ja (Rollator)".
fn first_word(plain: &str) -> &str {
    plain.split(|char: char| char.is_whitespace() || matches!(char, ',' | ';' | ':' | '.' | '!' | '(')).next().unwrap_or(plain)
}

const YES: &[&str] = &["yes", "y", "true", "t", "1", "x", "on", "✓", "✔", "☑", "ja", "j", "wahr"];
const NO: &[&str] = &["no", "n", "false", "f", "0", "off", "✗", "✘", "☐", "nein", "falsch"];

fn yes_or_no(plain: &str) -> Option<bool> {
    let is_one_of = |words: &[&str]| words.contains(&plain);
    if is_one_of(YES) { Some(true) } else { is_one_of(NO).then_some(false) }
}

pub(super) fn yes_no(text: &str) -> Result<bool, Invalid> {
    let plain = plain(text);
    match plain.as_str() {
        "none" | "n/a" | "kein" | "keine" | "keiner" => Ok(false),
        _ => yes_or_no(&plain).or_else(|| yes_or_no(first_word(&plain))).ok_or(Invalid::NotYesOrNo),
    }
}

/// Whether somebody is a VIP: the column may also say so by its own word.
pub(super) fn vip(text: &str) -> Result<bool, Invalid> {
    if text.replace(['.', ' '], "").eq_ignore_ascii_case("vip") { Ok(true) } else { yes_no(text) }
}

const ACCEPTED: &[&str] = &[
    "accepted",
    "accept",
    "accepts",
    "approved",
    "attending",
    "attends",
    "will attend",
    "coming",
    "is coming",
    "confirmed",
    "going",
    "zugesagt",
    "zusage",
    "kommt",
    "nimmt teil",
    "dabei",
    "angemeldet",
    "bestätigt",
];
const DECLINED: &[&str] = &[
    "declined",
    "decline",
    "declines",
    "cancelled",
    "canceled",
    "not attending",
    "will not attend",
    "won't attend",
    "cannot attend",
    "can't attend",
    "not coming",
    "not going",
    "regret",
    "regrets",
    "abgesagt",
    "absage",
    "abgemeldet",
    "kommt nicht",
    "nimmt nicht teil",
    "nicht dabei",
    "storniert",
    "verhindert",
];
const INVITED: &[&str] = &[
    "invited",
    "open",
    "pending",
    "awaiting",
    "no answer",
    "no reply",
    "no response",
    "not answered",
    "unknown",
    "n/a",
    "?",
    "eingeladen",
    "offen",
    "ausstehend",
    "steht aus",
    "keine antwort",
    "keine rückmeldung",
    "unbekannt",
];

pub(super) fn rsvp(text: &str) -> Result<Rsvp, Invalid> {
    let plain = plain(text);
    let known = [(ACCEPTED, Rsvp::Accepted), (DECLINED, Rsvp::Declined), (INVITED, Rsvp::Invited)];
    if let Some((_, answer)) = known.into_iter().find(|(words, _)| words.contains(&plain.as_str())) {
        return Ok(answer);
    }
    match yes_or_no(&plain).or_else(|| yes_or_no(first_word(&plain))) {
        Some(true) => Ok(Rsvp::Accepted),
        Some(false) => Ok(Rsvp::Declined),
        None => Err(Invalid::NotAnAnswer),
    }
}

/// A number that identifies something, without the `.0` that a spreadsheet program or a database has added.
pub(super) fn whole(text: &str) -> &str {
    match text.split_once('.') {
        Some((digits, zeros)) if !digits.is_empty() && !zeros.is_empty() => {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && zeros.bytes().all(|byte| byte == b'0');
            if is_number { digits } else { text }
        }
        _ => text,
    }
}

/// A diet by its English name where it is a known one; others as they are.
pub(super) fn diet(text: &str) -> Result<Text, Invalid> {
    let known = match text.to_lowercase().as_str() {
        "vegetarian" | "veggie" | "vegetarisch" | "vegetarier" | "vegetarierin" => "vegetarian",
        "vegan" | "veganer" | "veganerin" => "vegan",
        "halal" => "halal",
        "kosher" | "koscher" => "kosher",
        "gluten-free" | "gluten free" | "glutenfree" | "glutenfrei" => "gluten-free",
        "lactose-free" | "lactose free" | "lactosefree" | "laktosefrei" | "lactosefrei" => "lactose-free",
        _ => text,
    };
    Text::parse(known)
}

/// A language by its code where it is a known one.
pub(super) fn language(text: &str) -> Result<Text, Invalid> {
    let known = match text.to_lowercase().as_str() {
        "de" | "german" | "deutsch" | "ger" => "de",
        "en" | "english" | "englisch" | "eng" => "en",
        _ => text,
    };
    Text::parse(known)
}

pub(super) fn shape(text: &str) -> Result<Shape, Invalid> {
    match text.to_lowercase().as_str() {
        "round" | "circle" | "rund" | "kreis" => Ok(Shape::Round),
        "rect" | "rectangle" | "rectangular" | "square" | "eckig" | "rechteckig" | "rechteck" | "quadratisch" => Ok(Shape::Rect),
        _ => Err(Invalid::NotAShape),
    }
}

pub(super) fn seats(text: &str) -> Result<Seats, Invalid> {
    whole(text).parse::<u32>().ok().and_then(|seats| Seats::try_from(seats).ok()).ok_or(Invalid::NotSeats)
}

/// A decimal number, with a point or with a comma.
pub(super) fn number(text: &str) -> Result<f64, Invalid> {
    text.replace(',', ".").parse().map_err(|_| Invalid::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits() {
        assert_eq!(digits(100_001.0), "100001");
        assert_eq!(digits(1.5), "1.5");
        assert_eq!(digits(1e12), "1000000000000");
        assert_eq!(digits(-4.0), "-4");
    }

    #[test]
    fn words_are_understood_in_both_languages() {
        assert_eq!(yes_no("JA"), Ok(true));
        assert_eq!(yes_no("nein"), Ok(false));
        assert!(yes_no("maybe").is_err());
        for (words, expected) in [("V.I.P.", Ok(true)), ("Gold", Err(Invalid::NotYesOrNo)), ("n", Ok(false)), ("✔", Ok(true))] {
            assert_eq!(vip(words), expected, "{words}");
        }
        for (words, expected) in [("ja (Rollator)", Ok(true)), ("1 x", Ok(true)), ("none", Ok(false)), ("often", Err(Invalid::NotYesOrNo))]
        {
            assert_eq!(yes_no(words), expected, "{words}");
        }
        for words in ["Zugesagt", "y", "Attending", "Going", "TRUE", "Confirmed", "x", "Yes - 2 guests", "nimmt teil", "✓", "Yes!"] {
            assert_eq!(rsvp(words), Ok(Rsvp::Accepted), "{words}");
        }
        for words in ["n", "Not attending", "Regrets", "No, sorry", "FALSE", "Can’t attend", "nimmt nicht teil", "0"] {
            assert_eq!(rsvp(words), Ok(Rsvp::Declined), "{words}");
        }
        for words in ["No response", "?", "offen", "Keine Antwort"] {
            assert_eq!(rsvp(words), Ok(Rsvp::Invited), "{words}");
        }
        assert!(rsvp("maybe").is_err(), "the plan has no place for it");
        assert_eq!(["42.0", "1.0", "1.5", "T1.0", "007", ".0", "0."].map(whole), ["42", "1", "1.5", "T1.0", "007", ".0", "0."]);
        assert_eq!(diet("Vegetarisch").unwrap().as_str(), "vegetarian");
        assert_eq!(diet("no onions").unwrap().as_str(), "no onions");
        assert_eq!(number("1,5"), Ok(1.5));
    }
}
