//! One row's cells to values; what is wrong with a cell becomes a problem of its row.

use super::Cell;
use super::columns::is_whole_name;
use super::words::visible;
use crate::plan::upload::{Column, Problem, RowRef, Trouble, UnknownWord};
use crate::plan::{Invalid, Patch, TEXT_CHARS};

/// The cells of one row, by field.
pub(super) struct Cells<'a> {
    at: &'a RowRef,
    columns: &'a [Column],
    row: &'a [Cell],
    pub(super) problems: Vec<Problem>,
    pub(super) unknown: Vec<UnknownWord>,
}

impl<'a> Cells<'a> {
    pub(super) fn of(at: &'a RowRef, columns: &'a [Column], cells: &'a [Cell]) -> Self {
        Self { at, columns, row: cells, problems: Vec::new(), unknown: Vec::new() }
    }

    /// A field's text, `-` for clearing; nothing where the cell is empty or was reported.
    fn text(&mut self, field: &str) -> Patch<String> {
        let Some(index) = self.columns.iter().position(|column| column.field.as_deref() == Some(field)) else { return Patch::Keep };
        self.text_at(index)
    }

    fn text_at(&mut self, index: usize) -> Patch<String> {
        let text = match self.row.get(index) {
            None | Some(Cell::Empty) => return Patch::Keep,
            Some(Cell::Text(text)) => visible(text),
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
        self.parsed(field, parse).unwrap_or_else(|(text, invalid)| {
            let index = self.columns.iter().position(|column| column.field.as_deref() == Some(field)).unwrap_or(0);
            self.problem(index, "bad_value", |header| Trouble::Bad { header, text, invalid });
            Patch::Keep
        })
    }

    /// A field's value, or the text that is none, shortened, and why.
    fn parsed<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Result<Patch<T>, (String, Invalid)> {
        match self.text(field) {
            Patch::Keep => Ok(Patch::Keep),
            Patch::Clear => Ok(Patch::Clear),
            Patch::Set(text) => parse(&text).map(Patch::Set).map_err(|invalid| (shortened(&text), invalid)),
        }
    }

    /// As [`Cells::patch`], where some texts say nothing.
    pub(super) fn given<T>(&mut self, field: &str, parse: impl Fn(&str) -> Option<Result<T, Invalid>>) -> Patch<T> {
        match self.text(field) {
            Patch::Set(text) if parse(&text).is_none() => Patch::Keep,
            // Read once more, so that what is wrong is said of the cell; what was wrong with reading it was said just now.
            Patch::Set(_) => self.patch(field, |text| parse(text).unwrap_or(Err(Invalid::Empty))),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        }
    }

    /// What stands in the column of whole names where the file has their parts, too.
    pub(super) fn whole_name(&mut self) -> Option<String> {
        let index = self.columns.iter().position(|column| column.field.is_none() && is_whole_name(&column.header))?;
        match self.row.get(index) {
            Some(Cell::Text(text)) => Some(visible(text)).filter(|name| !name.is_empty()),
            _ => None,
        }
    }

    /// A field whose value is one of a few words. People write it in words of their own: one that is not known costs neither the row nor
    /// what the plan has.
    pub(super) fn word<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Patch<T> {
        self.parsed(field, parse).unwrap_or_else(|(text, invalid)| {
            let header = self.header(field).unwrap_or(field).to_owned();
            self.unknown.push(UnknownWord { header, text, invalid });
            Patch::Keep
        })
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
}
