//! Texts of mails, field by field.

use super::id::TemplateId;
use super::subject::{Touch, one, subject};
use super::value::{Code, Patch, Slot, Text};

subject! {
    /// The text of a mail, in both languages. Merge fields are written as `{{ name }}`.
    Template, TemplatePatch, TemplateId {
        /// Unique among the templates, compared without case.
        name: Code => Code,
        subject_en: Option<Text> => Text,
        body_en: Option<Text> => Text,
        subject_de: Option<Text> => Text,
        body_de: Option<Text> => Text,
    }
    own {}
}

impl Template {
    /// `None` where the patch names it not.
    pub(in crate::plan) fn new(id: TemplateId, patch: &TemplatePatch, touch: Touch) -> Option<Self> {
        let name = patch.name.set()?.clone();
        let none = (None, None, None, None);
        let (subject_en, body_en, subject_de, body_de) = none;
        let mut template = Self { id, name, subject_en, body_en, subject_de, body_de, touched: [touch; Self::FIELDS.len()] };
        template.apply(patch, touch);
        Some(template)
    }

    #[must_use]
    pub fn label(&self) -> String {
        self.name.to_string()
    }
}
