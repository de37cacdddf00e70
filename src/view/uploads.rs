//! Uploads: which there are, and what one would change.

use super::{Address, Shown, troubles};
use crate::lang::T;
use crate::plan::Plan;
use crate::plan::diff::ChangeKind;
use crate::plan::upload::{
    Choices, Column, LIKELY_DOUBLE, Preview, Problem, READ_AS, RowChange, SHEET_NOT_READ, UNKNOWN_WORD, Upload, UploadKind,
};
use askama::Template;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "uploads.html")]
pub struct UploadsPage {
    t: T,
    /// The one that is asked for; all where none is.
    chosen: Option<UploadKind>,
}

impl UploadsPage {
    #[must_use]
    pub fn of(t: T, chosen: Option<UploadKind>) -> Self {
        Self { t, chosen }
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.chosen.map_or_else(|| self.t.uploads(), |kind| self.t.upload_kind(words(self.t, kind).0))
    }

    fn kinds(&self) -> Vec<(UploadKind, String, String)> {
        // In the order in which a new party is set up.
        let all = [UploadKind::Tables, UploadKind::Floor, UploadKind::Guests, UploadKind::VipPlacement, UploadKind::Draw];
        let chosen = all.into_iter().filter(|kind| self.chosen.is_none_or(|chosen| chosen == *kind));
        let described = |kind| {
            let (name, about) = words(self.t, kind);
            (kind, name, about)
        };
        chosen.map(described).collect()
    }
}

/// What the kind is called, and what it is for.
fn words(t: T, kind: UploadKind) -> (String, String) {
    match kind {
        UploadKind::Tables => (t.kind_tables(), t.kind_tables_words()),
        UploadKind::Floor => (t.kind_floor(), t.kind_floor_words()),
        UploadKind::Guests => (t.kind_guests(), t.kind_guests_words()),
        UploadKind::VipPlacement => (t.kind_vip(), t.kind_vip_words()),
        UploadKind::Draw => (t.kind_draw(), t.kind_draw_words()),
    }
}

#[derive(Template)]
#[template(path = "upload.html")]
pub struct UploadPage<'a> {
    t: T,
    id: Uuid,
    kind: UploadKind,
    file: &'a str,
    preview: &'a Preview,
    /// The first rows that change nothing, by what the plan calls them.
    unchanged: Vec<(String, String)>,
    choices: &'a Choices,
    fields: Vec<&'static str>,
    /// Of the changes, only those that hold this,
    find: &'a str,
    /// and are of this kind: new, changed, removed, or any.
    only: &'a str,
    /// Two columns were said to be the same.
    is_twice: bool,
}

/// All that a row changes.
struct RowOf {
    row: String,
    label: String,
    href: String,
    kind: &'static str,
    lines: Vec<Shown>,
}

/// Rows of changes that are shown; the search finds the others.
const SHOWN: usize = 200;

impl<'a> UploadPage<'a> {
    #[must_use]
    pub fn of(
        id: Uuid,
        t: T,
        upload: &'a Upload,
        preview: &'a Preview,
        choices: &'a Choices,
        fields: Vec<&'static str>,
        address: &'a Address,
    ) -> Self {
        let (find, only) = (address.get("find"), address.get("only"));
        Self {
            t,
            id,
            kind: upload.kind,
            file: upload.file.as_str(),
            preview,
            unchanged: Vec::new(),
            choices,
            fields,
            find,
            only,
            is_twice: address.get("again") == "twice",
        }
    }

    fn what(&self) -> String {
        words(self.t, self.kind).0
    }

    /// The changes, row by row, as far as they hold what is searched for.
    fn rows(&self) -> (Vec<RowOf>, usize) {
        let mut rows: Vec<RowOf> = Vec::new();
        for change in &self.preview.changes {
            let (at, shown) = (at(change), Shown::of(self.t, &change.change));
            match rows.last_mut().filter(|last| last.row == at && last.label == shown.label) {
                Some(last) => last.lines.push(shown),
                None => rows.push(RowOf {
                    row: at,
                    label: shown.label.clone(),
                    href: shown.href.clone(),
                    kind: kind(change),
                    lines: vec![shown],
                }),
            }
        }
        let words: Vec<String> = self.find.split_whitespace().map(str::to_lowercase).collect();
        let holds = |row: &RowOf| {
            let lines = row
                .lines
                .iter()
                .flat_map(|line| [&line.field, &line.before, &line.after])
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" ");
            let text = format!("{} {} {lines}", row.row, row.label).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        rows.retain(|row| (self.only.is_empty() || row.kind == self.only) && holds(row));
        let more = rows.len().saturating_sub(SHOWN);
        rows.truncate(SHOWN);
        (rows, more)
    }

    fn kinds_of_change(&self) -> Vec<(&'static str, String)> {
        let t = self.t;
        vec![("", t.all_changes()), ("new", t.only_new()), ("changed", t.only_changed()), ("removed", t.only_removed())]
    }

    fn is_only(&self, kind: &str) -> bool {
        self.only == kind
    }

    /// Names whom the rows are about that change nothing.
    #[must_use]
    pub fn named(self, plan: &Plan) -> Self {
        let named = self.preview.unchanged.iter().take(SHOWN).map(|(at, subject)| (at.to_string(), plan.label(*subject)));
        Self { unchanged: named.collect(), ..self }
    }

    fn more_unchanged(&self) -> usize {
        self.preview.unchanged.len().saturating_sub(self.unchanged.len())
    }

    /// A person can leave out any row that is one.
    fn is_row(row: &RowOf) -> bool {
        !row.row.is_empty()
    }

    fn row(problem: &Problem) -> String {
        row(problem.sheet.as_deref(), problem.row)
    }

    fn column(problem: &Problem) -> &str {
        problem.column.as_deref().unwrap_or_default()
    }

    fn words_of(&self, problem: &Problem) -> String {
        troubles::trouble(self.t, &problem.message)
    }

    /// The first rows with problems, each once, and how many more there are.
    fn bad_rows(&self) -> (Vec<(String, Vec<&Problem>)>, usize) {
        let mut rows: Vec<(String, Vec<&Problem>)> = Vec::new();
        for problem in &self.preview.problems {
            let at = Self::row(problem);
            // They are sorted by their rows.
            match rows.last_mut().filter(|(known, _)| *known == at) {
                Some((_, problems)) => problems.push(problem),
                None => rows.push((at, vec![problem])),
            }
        }
        let more = rows.len().saturating_sub(SHOWN);
        rows.truncate(SHOWN);
        (rows, more)
    }

    /// Sheets of the file that nobody would miss otherwise.
    fn unread(&self) -> Vec<&Problem> {
        self.preview.warnings.iter().filter(|problem| matches!(problem.code, SHEET_NOT_READ | READ_AS)).collect()
    }

    /// The rows that may mean somebody who is there already, each once.
    fn doubles(&self) -> BTreeMap<String, Vec<&Problem>> {
        let mut rows: BTreeMap<String, Vec<&Problem>> = BTreeMap::new();
        for problem in self.preview.warnings.iter().filter(|problem| problem.code == LIKELY_DOUBLE) {
            rows.entry(Self::row(problem)).or_default().push(problem);
        }
        rows
    }

    /// The words that are left out, each once; and how many more there are.
    fn unknown_words(&self) -> (Vec<&Problem>, usize) {
        const SHOWN: usize = 20;
        let mut words: Vec<&Problem> = self.preview.warnings.iter().filter(|problem| problem.code == UNKNOWN_WORD).collect();
        let more = words.len().saturating_sub(SHOWN);
        words.truncate(SHOWN);
        (words, more)
    }

    fn other_warnings(&self) -> Vec<&Problem> {
        self.preview.warnings.iter().filter(|problem| !matches!(problem.code, LIKELY_DOUBLE | READ_AS | UNKNOWN_WORD)).collect()
    }

    fn left_out(&self) -> Vec<String> {
        self.choices.leave_out.iter().map(ToString::to_string).collect()
    }

    fn is_removed(&self, id: u64) -> bool {
        self.choices.remove.contains(&id)
    }
}

fn is_field(column: &Column, field: &str) -> bool {
    column.field.as_deref() == Some(field)
}

/// A file of which nobody knows yet what its columns are.
#[derive(Template)]
#[template(path = "columns.html")]
pub struct ColumnsPage<'a> {
    t: T,
    id: Uuid,
    kind: UploadKind,
    /// Which row they stand in.
    row: u32,
    columns: &'a [Column],
    fields: Vec<&'static str>,
    /// What must be among them.
    wanted: String,
    /// Somebody has said what they are, and it is not enough.
    is_again: bool,
}

impl<'a> ColumnsPage<'a> {
    #[must_use]
    pub fn of(id: Uuid, t: T, (kind, row): (UploadKind, u32), columns: &'a [Column], fields: Vec<&'static str>, wanted: String) -> Self {
        Self { t, id, kind, row, columns, fields, wanted, is_again: false }
    }

    #[must_use]
    pub fn once_more(self, is_again: bool) -> Self {
        Self { is_again, ..self }
    }

    fn what(&self) -> String {
        words(self.t, self.kind).0
    }
}

fn kind(change: &RowChange) -> &'static str {
    match change.change.change {
        ChangeKind::Added => "new",
        ChangeKind::Changed => "changed",
        ChangeKind::Removed => "removed",
    }
}

fn at(change: &RowChange) -> String {
    change.row.map_or_else(String::new, |number| row(change.sheet.as_deref(), number))
}

fn row(sheet: Option<&str>, number: u32) -> String {
    sheet.map_or_else(|| number.to_string(), |sheet| format!("{sheet}!{number}"))
}

/// What the address leaves out, moves and removes.
///
/// # Errors
/// A row is none.
pub fn choices(address: &Address) -> Result<Choices, String> {
    let all = |name: &str| {
        let values = address.query.iter().filter(move |(key, _)| key == name).flat_map(|(_, value)| value.split(','));
        values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect::<Vec<_>>()
    };
    let rows = |name: &str| all(name).iter().map(|row| row.parse()).collect::<Result<_, String>>();
    let remove = all("remove").iter().map(|id| id.parse().map_err(|_| format!("{id:?} is no id"))).collect::<Result<_, _>>()?;
    let mine = all("mine").iter().map(|field| field.parse()).collect::<Result<_, _>>()?;
    Ok(Choices { leave_out: rows("leave_out")?, remove, moves: rows("move")?, mine })
}
