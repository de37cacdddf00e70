//! A change, before and after, with a link to what it is about.

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
    pub fn of(change: &Change) -> Self {
        let href = match (change.entity, change.id) {
            ("guest", Some(id)) => format!("/guests/{id}"),
            ("table", Some(id)) => format!("/tables/{id}"),
            ("room", Some(id)) => format!("/floor/{id}"),
            _ => String::new(),
        };
        let whole = |kind: &str| format!("{kind} {}", change.entity);
        let field = match change.change {
            ChangeKind::Added => whole("new"),
            ChangeKind::Removed => whole("removed"),
            ChangeKind::Changed => change.field.unwrap_or_default().replace('_', " "),
        };
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        Self { href, label: change.label.clone(), field, before: value(&change.before), after: value(&change.after) }
    }
}
