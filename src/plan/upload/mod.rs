//! Uploads: what a spreadsheet's rows would change, and the events that change it. Pure, as all decisions are.

mod floor;
mod guests;
mod identity;
mod merge;
mod placement;
mod plus_one;
mod shared;
mod table_words;
mod tables;
mod trouble;

pub use merge::{Conflict, FieldRef, Since, against};
pub use trouble::{Claim, Trouble};

use super::command::ApplyUpload;
use super::diff::{Change, diff};
use super::event::{Body, Event, UploadApplied};
use super::evolve::apply;
use super::floor::SpotPatch;
use super::guest::GuestPatch;
use super::id::{BatchId, Position, Subject};
use super::invalid::Invalid;
use super::refusal::{InvalidField, Refusal};
use super::state::Plan;
use super::table::TablePatch;
use super::value::{Code, Metres, Patch, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UploadKind {
    Guests,
    Tables,
    Floor,
    Draw,
    VipPlacement,
}

impl UploadKind {
    pub const ALL: [Self; 5] = [Self::Guests, Self::Tables, Self::Floor, Self::Draw, Self::VipPlacement];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guests => "guests",
            Self::Tables => "tables",
            Self::Floor => "floor",
            Self::Draw => "draw",
            Self::VipPlacement => "vip-placement",
        }
    }
}

impl FromStr for UploadKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// A row by the number that the spreadsheet program shows, and its sheet where the file has several that count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowRef {
    pub sheet: Option<Arc<str>>,
    pub row: u32,
}

impl fmt::Display for RowRef {
    /// `12`, or `Rooms!3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            Some(sheet) => write!(f, "{sheet}!{}", self.row),
            None => write!(f, "{}", self.row),
        }
    }
}

impl FromStr for RowRef {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (sheet, row) = match text.rsplit_once('!') {
            Some((sheet, row)) => (Some(Arc::from(sheet)), row),
            None => (None, text),
        };
        let row = row.trim().parse().map_err(|_| format!("{text:?} is not a row: write 12, or Rooms!3 where a file has several sheets"))?;
        Ok(Self { sheet, row })
    }
}

/// A row's values, and what was wrong with its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<T> {
    pub at: RowRef,
    pub value: T,
    pub problems: Vec<Problem>,
    /// Cells that are left out for their words; the row counts all the same.
    pub unknown: Vec<UnknownWord>,
}

/// A word in a column of few words that is none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    pub header: String,
    pub text: String,
    pub invalid: Invalid,
}

/// A spreadsheet as far as one can understand it without a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    pub kind: UploadKind,
    pub file: Text,
    pub sha256: Text,
    pub columns: Vec<Column>,
    pub rows: Rows,
    /// Sheets of the workbook with content that is not read.
    pub unread: Vec<String>,
    /// How its text was read, where it is not plainly Unicode.
    pub encoding: Option<TextEncoding>,
    pub origin: Origin,
}

/// An encoding that was guessed by the letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEncoding {
    /// As browsers call it.
    pub name: String,
    /// How many lines are in it; all of them, where there is no number.
    pub lines: Option<u32>,
}

/// The code of a warning that the text was read in an encoding that was guessed.
pub const READ_AS: &str = "read_as";
/// The code of a warning that is about more than a row.
pub const SHEET_NOT_READ: &str = "sheet_not_read";
/// The code of a warning that a column of few words has another.
pub const UNKNOWN_WORD: &str = "unknown_word";
/// The code of a warning that a new guest may be somebody who is there already.
pub const LIKELY_DOUBLE: &str = "likely_double";

/// Where a list comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// From wherever people have their lists from.
    #[default]
    Unknown,
    /// It was exported from a plan at a position.
    Exported { stream: uuid::Uuid, position: Position },
    /// It was exported from another plan than this one.
    Foreign,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    Guests(Vec<Row<GuestRow>>),
    Tables(Vec<Row<TablePatch>>),
    Floor { rooms: Vec<Row<RoomRow>>, spots: Vec<Row<SpotRow>> },
    Placement(Vec<Row<PlacementRow>>),
}

/// One row of a guest list. Names of people and tables stay words until a plan resolves them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GuestRow {
    pub set: GuestPatch,
    pub plus_one_of: Patch<Text>,
    pub table: Patch<Code>,
    /// What it was exported as; none where it was not, or is somebody new.
    pub since: Option<Arc<Since>>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoomRow {
    pub name: Option<Code>,
    pub width_m: Option<Metres>,
    pub depth_m: Option<Metres>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpotRow {
    pub room: Option<Code>,
    pub set: SpotPatch,
}

/// One row of a draw or of a VIP placement: an empty spot says nothing, a dash lifts the table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlacementRow {
    pub table: Option<Code>,
    pub spot: Patch<Code>,
}

/// A column of the file, and the field that it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Column {
    pub header: String,
    /// The field, `extra`, or `null` where the column is left out.
    pub field: Option<String>,
    /// The first few values below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
}

/// What a person chose on the preview.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    pub leave_out: BTreeSet<RowRef>,
    /// Which of the missing to remove, by id.
    pub remove: BTreeSet<u64>,
    /// Which rows may move a guest who sits elsewhere by now.
    pub moves: BTreeSet<RowRef>,
    /// Of which conflicts the file's value is written.
    pub mine: BTreeSet<FieldRef>,
}

/// What applying the upload would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Preview {
    /// The plan that it was computed against.
    pub position: Position,
    pub can_apply: bool,
    pub counts: Counts,
    pub changes: Vec<RowChange>,
    /// Rows that say what the plan says already, and of what; programs have the count.
    #[serde(skip)]
    pub unchanged: Vec<(RowRef, Subject)>,
    pub protected: Vec<Protected>,
    pub moves: Vec<Move>,
    /// Of a list that was exported from this plan, and changed on both sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
    pub missing: Vec<Missing>,
    pub columns: Vec<Column>,
}

/// How many rows come to what; each row with content counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub rows: u32,
    pub added: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub protected: u32,
    pub refused: u32,
    #[serde(default)]
    pub left_out: u32,
    /// Not rows: what the plan has and the file has not, and was ticked to be removed.
    #[serde(default)]
    pub removed: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RowChange {
    /// `null` where no row says so: what is removed because the file has it not, or what follows from another row.
    pub row: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub sheet: Option<Arc<str>>,
    #[serde(flatten)]
    pub change: Change,
}

/// A row that is left out because it names a VIP table.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Protected {
    pub row: u32,
    pub label: String,
    pub why: &'static str,
}

/// A guest who sits elsewhere than the row says.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Move {
    pub row: u32,
    pub id: u64,
    pub label: String,
    pub before: String,
    pub after: String,
    /// Whether it was ticked, so will be done.
    pub ticked: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    pub row: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub sheet: Option<Arc<str>>,
    /// The column's header as it stands in the file.
    pub column: Option<String>,
    pub code: &'static str,
    #[schema(value_type = String)]
    pub message: Trouble,
}

impl Problem {
    #[must_use]
    pub fn new(at: &RowRef, column: Option<String>, code: &'static str, message: Trouble) -> Self {
        Self { row: at.row, sheet: at.sheet.clone(), column, code, message }
    }
}

/// Something that the plan has and the file has not.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Missing {
    pub entity: &'static str,
    pub id: u64,
    pub label: String,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// Its statement, and what it is about.
    Taken(Subject),
    /// Names something, but says nothing of it.
    Silent,
    Protected,
    Refused,
    LeftOut,
}

/// The assessment of an upload while it is being made.
struct Draft<'a> {
    plan: &'a Plan,
    upload: &'a Upload,
    choices: &'a Choices,
    outcomes: BTreeMap<RowRef, Outcome>,
    /// Subjects of rows that were refused only after their statement was made.
    refused: HashSet<Subject>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    protected: Vec<Protected>,
    moves: Vec<Move>,
    conflicts: Vec<Conflict>,
    missing: Vec<Missing>,
    removals: Vec<Body>,
    statements: Vec<Body>,
}

impl Draft<'_> {
    /// The header under which the file has the field.
    fn header(&self, field: &str) -> Option<String> {
        self.upload.columns.iter().find(|column| column.field.as_deref() == Some(field)).map(|column| column.header.clone())
    }

    fn problem(&mut self, at: &RowRef, field: &str, code: &'static str, message: Trouble) {
        let column = self.header(field);
        self.problems.push(Problem::new(at, column, code, message));
        self.outcomes.insert(at.clone(), Outcome::Refused);
    }

    fn warn(&mut self, at: &RowRef, field: &str, code: &'static str, message: Trouble) {
        let column = self.header(field);
        self.warnings.push(Problem::new(at, column, code, message));
    }

    fn is_left_out(&self, at: &RowRef) -> bool {
        // A bare number means the row in whichever sheet.
        self.choices.leave_out.contains(at) || at.sheet.is_some() && self.choices.leave_out.contains(&RowRef { sheet: None, row: at.row })
    }

    /// Notes the rows left out; answers the others.
    fn remaining<'r, T>(&mut self, rows: &'r [Row<T>]) -> Vec<&'r Row<T>> {
        let (left_out, remaining): (Vec<_>, Vec<_>) = rows.iter().partition(|row| self.is_left_out(&row.at));
        self.outcomes.extend(left_out.into_iter().map(|row| (row.at.clone(), Outcome::LeftOut)));
        remaining
    }

    /// Notes the rows left out and the rows whose cells are wrong; answers the others.
    fn sound<'r, T>(&mut self, rows: &'r [Row<T>]) -> Vec<&'r Row<T>> {
        let (sound, wrong): (Vec<_>, Vec<_>) = self.remaining(rows).into_iter().partition(|row| row.problems.is_empty());
        self.warn_of_unknown_words(&sound);
        for row in wrong {
            self.refuse(row);
        }
        sound
    }

    /// One warning for each unknown word of a column, however many rows have it.
    fn warn_of_unknown_words<T>(&mut self, rows: &[&Row<T>]) {
        let mut words: HashMap<(&str, &str), (&RowRef, &UnknownWord, u32)> = HashMap::new();
        for row in rows {
            for word in &row.unknown {
                words.entry((&word.header, &word.text)).or_insert((&row.at, word, 0)).2 += 1;
            }
        }
        let mut words: Vec<_> = words.into_values().collect();
        words.sort_by_key(|(at, word, _)| (*at, word.header.as_str()));
        for (at, UnknownWord { header, text, invalid }, rows) in words {
            let words = Trouble::UnknownWord { header: header.clone(), text: text.clone(), invalid: invalid.clone(), rows };
            self.warnings.push(Problem::new(at, Some(header.clone()), UNKNOWN_WORD, words));
        }
    }

    /// Notes what is wrong with the row's cells.
    fn refuse<T>(&mut self, row: &Row<T>) {
        self.problems.extend(row.problems.iter().cloned());
        // Whoever mends the row anyway mends these, too.
        for UnknownWord { header, text, invalid } in &row.unknown {
            let words = Trouble::Bad { header: header.clone(), text: text.clone(), invalid: invalid.clone() };
            self.problems.push(Problem::new(&row.at, Some(header.clone()), "bad_value", words));
        }
        self.outcomes.insert(row.at.clone(), Outcome::Refused);
    }

    fn is_refused(&self, at: &RowRef) -> bool {
        self.outcomes.get(at) == Some(&Outcome::Refused)
    }

    /// A problem on each row of every group that claims the same thing.
    fn refuse_claimed_twice<K>(&mut self, claims: &HashMap<K, Vec<&RowRef>>, field: &str, code: &'static str, claim: impl Fn(&K) -> Claim) {
        let mut rows: Vec<(&RowRef, Trouble)> = Vec::new();
        for (what, claimants) in claims.iter().filter(|(_, claimants)| claimants.len() > 1) {
            let numbers = listed(claimants.iter().map(|at| at.row));
            let twice = Trouble::Twice { what: claim(what), rows: numbers };
            rows.extend(claimants.iter().map(|at| (*at, twice.clone())));
        }
        rows.sort_by_key(|(at, _)| *at);
        for (at, message) in rows {
            self.problem(at, field, code, message);
        }
    }

    /// The position that the first statement will have, behind the head and the removals.
    fn first_statement(&self) -> u64 {
        self.plan.position.0 + 2 + self.removals.len() as u64
    }
}

/// The first few, and how many more: a list that grows with the file has no place in each of its rows.
fn listed(items: impl ExactSizeIterator<Item = impl fmt::Display>) -> String {
    const SHOWN: usize = 10;
    let more = items.len().saturating_sub(SHOWN);
    let words = items.take(SHOWN).map(|item| item.to_string()).collect::<Vec<_>>().join(", ");
    if more == 0 { words } else { format!("{words} and {more} more") }
}

/// The preview of an upload, with the events that would be appended.
///
/// # Errors
/// The choices name something that is not in the preview.
pub fn assess(plan: &Plan, upload: &Upload, choices: &Choices) -> Result<(Preview, Vec<Body>), Refusal> {
    let mut draft = Draft {
        plan,
        upload,
        choices,
        outcomes: BTreeMap::new(),
        refused: HashSet::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
        protected: Vec::new(),
        moves: Vec::new(),
        conflicts: Vec::new(),
        missing: Vec::new(),
        removals: Vec::new(),
        statements: Vec::new(),
    };
    for name in &upload.unread {
        draft.warnings.push(Problem::new(&RowRef { sheet: None, row: 1 }, None, SHEET_NOT_READ, Trouble::SheetNotRead(name.clone())));
    }
    if let Some(TextEncoding { name, lines }) = &upload.encoding {
        let words = match lines {
            Some(lines) => Trouble::LinesReadAs { encoding: name.clone(), lines: *lines },
            None => Trouble::ReadAs(name.clone()),
        };
        draft.warnings.push(Problem::new(&RowRef { sheet: None, row: 1 }, None, READ_AS, words));
    }
    if upload.origin == Origin::Foreign {
        draft.warnings.push(Problem::new(&RowRef { sheet: None, row: 1 }, None, "exported_elsewhere", Trouble::Foreign));
    }
    match &upload.rows {
        Rows::Guests(rows) => guests::assess(&mut draft, rows),
        Rows::Tables(rows) => tables::assess(&mut draft, rows),
        Rows::Floor { rooms, spots } => floor::assess(&mut draft, rooms, spots),
        Rows::Placement(rows) => placement::assess(&mut draft, rows),
    }
    check_choices(&draft)?;
    let mut bodies = Vec::with_capacity(draft.removals.len() + draft.statements.len() + 1);
    bodies.append(&mut draft.removals);
    bodies.append(&mut draft.statements);
    let after = outlook(plan, &bodies);
    let preview = finish(draft, &after);
    let head = UploadApplied { kind: upload.kind, file: upload.file.clone(), sha256: upload.sha256.clone(), counts: preview.counts };
    bodies.insert(0, Body::UploadApplied(head));
    Ok((preview, bodies))
}

/// The events of applying the upload, or why it cannot be applied.
pub(super) fn decide(plan: &Plan, ask: &ApplyUpload) -> Result<Vec<Body>, Refusal> {
    let (preview, bodies) = assess(plan, &ask.upload, &ask.choices)?;
    // Who is missing from the file is no effect, unless ticked; then it counts as removed.
    let same_effect =
        |expected: &Preview| Preview { position: preview.position, missing: preview.missing.clone(), ..expected.clone() } == preview;
    if ask.expected.as_ref().is_some_and(|expected| !same_effect(expected)) {
        return Err(Refusal::UploadOutdated { preview: Box::new(preview) });
    }
    if !preview.can_apply {
        return Err(Refusal::UploadHasProblems { preview: Box::new(preview) });
    }
    Ok(bodies)
}

/// The plan after the events, numbered as they will be behind the head of the batch.
fn outlook(plan: &Plan, bodies: &[Body]) -> Plan {
    let mut after = plan.clone();
    let actor: Arc<str> = Arc::from("");
    for (position, body) in (plan.position.0 + 2..).map(Position).zip(bodies) {
        let event =
            Event { position, recorded_at: plan.recorded_at, actor: actor.clone(), batch: BatchId(uuid::Uuid::nil()), body: body.clone() };
        apply(&mut after, &event);
    }
    after
}

fn check_choices(draft: &Draft<'_>) -> Result<(), Refusal> {
    let unknown =
        |pointer: &str, message: Invalid| Refusal::Invalid { errors: vec![InvalidField { pointer: pointer.to_owned(), message }] };
    if let Some(id) = draft.choices.remove.iter().find(|id| !draft.missing.iter().any(|missing| missing.id == **id)) {
        return Err(unknown("/remove", Invalid::NotMissing(*id)));
    }
    if let Some(at) =
        draft.choices.moves.iter().find(|at| !draft.moves.iter().any(|moved| moved.row == at.row) && !draft.outcomes.contains_key(at))
    {
        return Err(unknown("/move", Invalid::NotInTheFile(at.to_string())));
    }
    Ok(())
}

fn finish(mut draft: Draft<'_>, after: &Plan) -> Preview {
    let by_subject: HashMap<Subject, RowRef> = draft
        .outcomes
        .iter()
        .filter_map(|(at, outcome)| if let Outcome::Taken(subject) = outcome { Some((*subject, at.clone())) } else { None })
        .collect();
    let mut differences = diff(draft.plan, after);
    differences.retain(|change| !draft.refused.contains(&change.subject));
    let mut touched: HashMap<Subject, bool> = HashMap::new();
    for change in &differences {
        let added = touched.entry(change.subject).or_default();
        *added |= change.field.is_none();
    }
    let mut changes: Vec<RowChange> = differences
        .into_iter()
        .map(|mut change| {
            let at = by_subject.get(&change.subject);
            // Ids are only given when the events are appended.
            if change.id.is_some_and(|id| id > draft.plan.position.0) {
                change.id = None;
                // Where it would be is not what it is: the same row at another position is the same change.
                change.subject = Subject::Plan;
            }
            RowChange { row: at.map(|at| at.row), sheet: at.and_then(|at| at.sheet.clone()), change }
        })
        .collect();
    changes.sort_by(|a, b| (a.row.is_none(), &a.sheet, a.row).cmp(&(b.row.is_none(), &b.sheet, b.row)));
    let mut counts = Counts { removed: u32::try_from(draft.choices.remove.len()).unwrap_or(u32::MAX), ..Counts::default() };
    let mut unchanged = Vec::new();
    for (at, outcome) in &draft.outcomes {
        counts.rows += 1;
        let count = match outcome {
            Outcome::Taken(subject) => match touched.get(subject) {
                Some(true) => &mut counts.added,
                Some(false) => &mut counts.changed,
                None => {
                    unchanged.push((at.clone(), *subject));
                    &mut counts.unchanged
                }
            },
            Outcome::Silent => &mut counts.unchanged,
            Outcome::Protected => &mut counts.protected,
            Outcome::Refused => &mut counts.refused,
            Outcome::LeftOut => &mut counts.left_out,
        };
        *count += 1;
    }
    draft.problems.sort_by_cached_key(|problem| (problem.sheet.clone(), problem.row, problem.column.clone(), problem.message.to_string()));
    draft.problems.dedup();
    let anything = counts.added + counts.changed + counts.unchanged + counts.removed > 0;
    Preview {
        position: draft.plan.position,
        can_apply: draft.problems.is_empty() && anything,
        counts,
        changes,
        unchanged,
        protected: draft.protected,
        moves: draft.moves,
        conflicts: draft.conflicts,
        problems: draft.problems,
        warnings: draft.warnings,
        missing: draft.missing,
        columns: draft.upload.columns.clone(),
    }
}
