//! The shapes of payloads, as they stand in the stream. Fields may be added with a default; none may change.

use crate::plan::print::List;
use crate::plan::upload::{Counts, UploadKind};
use crate::plan::{Patch, Rsvp, Shape};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// Text that is borrowed from the payload wherever it holds no escapes.
#[derive(Debug)]
pub(super) struct Str<'a>(pub(super) Cow<'a, str>);

impl Serialize for Str<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Str<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

macro_rules! payload {
    ($(#[$doc:meta])* $name:ident<'a> { $($(#[$attr:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name<'a> { $($(#[$attr])* pub(super) $field: $type),* }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $($(#[$attr])* pub(super) $field: $type),* }
    };
}

payload!(
    /// `plan_created` (with `stream`), `plan_changed`.
    Plan<'a> {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stream: Option<Uuid>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        title: Patch<Str<'a>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        date: Patch<jiff::civil::Date>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        default_seats: Patch<u32>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        notice: Patch<Str<'a>>,
    }
);

payload!(
    /// `guest_added`, `guest_changed`, `guest_stated` (which alone may say a `table`).
    GuestSet<'a> {
        guest: u64,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        employee_no: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        first_name: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        last_name: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        email: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        company: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        department: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        party: Patch<Str<'a>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        plus_one_of: Patch<u64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        vip: Patch<bool>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        diet: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        allergies: Patch<Str<'a>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        wheelchair: Patch<bool>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        rsvp: Patch<Rsvp>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        language: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        notes: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        extra: Patch<BTreeMap<Str<'a>, Option<Str<'a>>>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        table: Patch<u64>,
    }
);

impl PartialEq for Str<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Str<'_> {}

impl PartialOrd for Str<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

payload!(
    /// `guest_removed`, `guest_unseated`, `guest_arrived`, `guest_arrival_undone`.
    Guest { guest: u64 }
);
payload!(
    /// `guest_erased`.
    Guests { guests: Vec<u64> }
);
payload!(
    /// `guest_seated`.
    Seated { guest: u64, table: u64 }
);
payload!(
    /// `table_added`, `table_changed`, `table_stated`.
    TableSet<'a> {
        table: u64,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        number: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        name: Patch<Str<'a>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        seats: Patch<u32>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        vip: Patch<bool>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        host: Patch<Str<'a>>,
    }
);
payload!(
    /// `table_removed`, `table_lifted`.
    Table { table: u64 }
);
payload!(
    /// `tables_picked_up`.
    Tables { tables: Vec<u64> }
);
payload!(
    /// `table_placed`.
    Placed {
        table: u64,
        spot: u64,
        #[serde(default, skip_serializing_if = "is_false")]
        by_upload: bool,
    }
);
payload!(
    /// `room_added`, `room_changed`, `room_stated`.
    RoomSet<'a> {
        room: u64,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        name: Patch<Str<'a>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        width_m: Patch<f64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        depth_m: Patch<f64>,
    }
);
payload!(
    /// `room_removed`.
    Room { room: u64 }
);
payload!(
    /// `spot_added`, `spot_changed`, `spot_stated`.
    SpotSet<'a> {
        spot: u64,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        code: Patch<Str<'a>>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        room: Patch<u64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        x_m: Patch<f64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        y_m: Patch<f64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        width_m: Patch<f64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        depth_m: Patch<f64>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        shape: Patch<Shape>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        seats: Patch<u32>,
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        rotation_deg: Patch<i32>,
    }
);
payload!(
    /// `spot_removed`.
    Spot { spot: u64 }
);
payload!(
    /// `mail_template_added`, `mail_template_changed`.
    TemplateSet<'a> {
        template: u64,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        name: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        subject_en: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        body_en: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        subject_de: Patch<Str<'a>>,
        #[serde(borrow, default, skip_serializing_if = "Patch::is_keep")]
        body_de: Patch<Str<'a>>,
    }
);
payload!(
    /// `mail_template_removed`.
    Template { template: u64 }
);
payload!(
    /// `list_printed`.
    Printed { list: List, position: u64 }
);
payload!(
    /// `upload_applied`.
    Upload<'a> {
        kind: UploadKind,
        #[serde(borrow)]
        file: Str<'a>,
        #[serde(borrow)]
        sha256: Str<'a>,
        rows: u32,
        counts: Counts,
    }
);
payload!(
    /// `batch_retracted`, `batch_reinstated`.
    Retraction<'a> {
        batch: Uuid,
        #[serde(borrow)]
        reason: Str<'a>,
        #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
        reversed: Vec<Reversed<'a>>,
    }
);
payload!(
    Reversed<'a> {
        #[serde(borrow)]
        entity: Str<'a>,
        id: u64,
        #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Str<'a>>,
    }
);

#[allow(clippy::trivially_copy_pass_by_ref)] // The shape that serde asks for.
fn is_false(value: &bool) -> bool {
    !value
}
