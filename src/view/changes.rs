//! A change, before and after, with a link to what it is about.

use crate::lang::{Texts, entity, field};
use crate::plan::diff::{Change, ChangeKind};

/// One line of a preview.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Where to look at it; empty where there is no page for it.
    pub href: String,
    pub label: String,
    pub field: String,
    pub before: String,
    pub after: String,
}

impl Shown {
    #[must_use]
    pub fn of(t: &Texts, change: &Change) -> Self {
        let href = match (change.entity, change.id) {
            ("guest", Some(id)) => format!("/guests/{id}"),
            ("table", Some(id)) => format!("/tables/{id}"),
            ("room", Some(id)) => format!("/floor/{id}"),
            _ => String::new(),
        };
        let what = match change.change {
            ChangeKind::Added => t.new_what(entity(t, change.entity)),
            ChangeKind::Removed => t.removed_what(entity(t, change.entity)),
            ChangeKind::Changed => field(t, change.field.unwrap_or_default()),
        };
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        Self { href, label: change.label.clone(), field: what, before: value(&change.before), after: value(&change.after) }
    }
}
