//! What guests, tables, rooms and spots have in common: named fields, patches, and who touched what last.

use super::id::Position;
use super::value::Timestamp;

/// Who changed a field last: the event, its instant, and the actor's number in [`Plan::actor`](super::Plan::actor).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touch {
    pub position: Position,
    pub recorded_at: Timestamp,
    pub actor: u32,
}

macro_rules! one {
    ($name:ident) => {
        1
    };
}

/// Declares a subject, its patch, and the functions that go field by field, so that a new field is one line here.
///
/// `own` fields are set by events of their own (a guest's table, say), never by a patch.
macro_rules! subject {
    (
        $(#[$doc:meta])* $name:ident, $patch:ident, $id:ty {
            $($(#[$field_doc:meta])* $field:ident : $slot:ty => $value:ty),* $(,)?
        }
        own { $($(#[$own_doc:meta])* $own:ident : $own_type:ty),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            pub id: $id,
            $($(#[$field_doc])* pub $field: $slot,)*
            $($(#[$own_doc])* pub $own: $own_type,)*
            pub(in crate::plan) touched: [Touch; 0 $(+ one!($field))* $(+ one!($own))*],
        }

        /// The fields to set: absent keeps, `null` clears.
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $patch {
            $($(#[$field_doc])* #[serde(skip_serializing_if = "Patch::is_keep")] #[schema(value_type = Option<$value>)] pub $field: Patch<$value>,)*
        }

        impl $name {
            /// The names of all fields, in the order of their declaration.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field),)* $(stringify!($own),)*];

            /// Sets what the patch says; true if anything is different now.
            pub(in crate::plan) fn apply(&mut self, patch: &$patch, touch: Touch) -> bool {
                let mut changed = false;
                let mut touched = self.touched.iter_mut();
                $(
                    let last = touched.next();
                    if let Some(new) = self.$field.patched(&patch.$field) {
                        self.$field = new;
                        changed = true;
                        if let Some(last) = last { *last = touch; }
                    }
                )*
                changed
            }

            /// Who changed this field last.
            #[must_use]
            pub fn touch(&self, field: &str) -> Option<Touch> {
                let index = Self::FIELDS.iter().position(|name| *name == field)?;
                self.touched.get(index).copied()
            }

            pub(in crate::plan) fn set_touch(&mut self, field: &str, touch: Touch) {
                if let Some(index) = Self::FIELDS.iter().position(|name| *name == field) {
                    self.touched[index] = touch;
                }
            }

            pub(in crate::plan) fn touch_all(&mut self, touch: Touch) {
                self.touched.fill(touch);
            }

            /// A field's value in words, as far as the subject alone can say.
            #[must_use]
            pub fn shown(&self, field: &str) -> Option<String> {
                match field {
                    $(stringify!($field) => Slot::<$value>::shown(&self.$field),)*
                    $(stringify!($own) => self.$own.as_ref().map(ToString::to_string),)*
                    _ => None,
                }
            }

            /// The names of the fields whose values differ.
            pub(in crate::plan) fn differing(&self, other: &Self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field != other.$field { names.push(stringify!($field)); })*
                $(if self.$own != other.$own { names.push(stringify!($own)); })*
                names
            }
        }

        impl $patch {
            /// The names of the fields that the patch says something about.
            pub fn names(&self) -> impl Iterator<Item = &'static str> {
                [$((stringify!($field), !self.$field.is_keep()),)*].into_iter().filter(|(_, said)| *said).map(|(name, _)| name)
            }

            /// The part of the patch that would change the subject.
            #[must_use]
            pub fn against(&self, subject: &$name) -> Self {
                Self {
                    $($field: if subject.$field.patched(&self.$field).is_some() { self.$field.clone() } else { Patch::Keep },)*
                }
            }

            /// Says nothing of the field any more.
            #[allow(dead_code)] // Only lists are merged.
            pub(in crate::plan) fn keep(&mut self, field: &str) {
                $(if field == stringify!($field) { self.$field = Patch::Keep; })*
            }

            #[must_use]
            pub fn is_empty(&self) -> bool {
                true $(&& self.$field.is_keep())*
            }
        }
    };
}

pub(in crate::plan) use {one, subject};
