//! Tables as lists name them: by number, by name, or in words around a number.

use crate::plan::Plan;
use crate::plan::id::TableId;
use crate::plan::value::Key;
use std::collections::HashMap;

/// Finds tables by what lists call them.
pub(super) struct TableWords<'a> {
    plan: &'a Plan,
    /// None where several could be meant.
    by_name: HashMap<Key, Option<TableId>>,
    by_core: HashMap<String, Option<TableId>>,
}

impl<'a> TableWords<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let (mut by_name, mut by_core) = (HashMap::new(), HashMap::new());
        for table in plan.tables.values() {
            if let Some(name) = &table.name {
                by_name.entry(Key::of(name.as_str())).and_modify(|found| *found = None).or_insert(Some(table.id));
            }
            by_core.entry(core(table.number.as_str())).and_modify(|found| *found = None).or_insert(Some(table.id));
        }
        Self { plan, by_name, by_core }
    }

    /// A table's own number goes before its name, and both before a number with words around it: `Table 5`, `Tisch Nr. 05` and `#5` are
    /// table 5, where no other could be meant.
    pub(super) fn find(&self, words: &str) -> Option<TableId> {
        let by_name = || self.by_name.get(&Key::of(words)).copied().flatten();
        let by_core = || self.by_core.get(&core(words)).copied().flatten();
        self.plan.table_by_number(words).or_else(by_name).or_else(by_core)
    }
}

/// What is left of a number without the words for "table" and "number", and without leading zeros: `t5` of `T-005`.
fn core(words: &str) -> String {
    const AROUND: &[&str] = &["table", "tables", "tbl", "tisch", "no", "number", "nr", "nummer"];
    let lower = words.to_lowercase();
    // A word and digits that touch are two: `Table5`.
    let mut parts: Vec<String> = Vec::new();
    let mut was_digit = None;
    for char in lower.chars() {
        if !char.is_alphanumeric() {
            was_digit = None;
            continue;
        }
        let is_digit = char.is_numeric();
        match parts.last_mut().filter(|_| was_digit == Some(is_digit)) {
            Some(part) => part.push(char),
            None => parts.push(char.into()),
        }
        was_digit = Some(is_digit);
    }
    let parts = parts.iter().filter(|part| !AROUND.contains(&part.as_str()));
    let stripped = parts.map(|part| match part.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    });
    let core: String = stripped.collect();
    if core.is_empty() { lower } else { core }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_number_is_left_out() {
        for words in ["5", "05", "Table 5", "TABLE5", "Tisch Nr. 5", "tisch-05", "#5", "No. 5"] {
            assert_eq!(core(words), "5", "{words}");
        }
        assert_eq!([core("T005"), core("t-5"), core("T 5"), core("VIP 1")], ["t5", "t5", "t5", "vip1"]);
        assert_eq!([core("Table"), core("0")], ["table", "0"]);
    }
}
