//! The languages that pages speak, and their messages: typed functions, made of `locales/` when the program is built.

use crate::plan::command::Role;
use crate::plan::{Rsvp, Shape};
use jiff::tz::TimeZone;
use std::sync::{LazyLock, OnceLock};

#[allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, dead_code)] // Generated.
mod messages {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

pub use messages::{L10n as Lang, L10nLanguage as Texts};

/// The messages of one language.
pub type T = &'static Texts;

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Lang::En.load());
static GERMAN: LazyLock<Texts> = LazyLock::new(|| Lang::De.load());

impl Lang {
    #[must_use]
    pub fn texts(self) -> T {
        match self {
            Self::En => &ENGLISH,
            Self::De => &GERMAN,
        }
    }
}

/// One party takes place somewhere, so all pages of a process tell times as clocks do there.
static ZONE: OnceLock<TimeZone> = OnceLock::new();

/// Sets the zone in which pages tell times; the first one holds.
pub fn set_zone(zone: TimeZone) {
    ZONE.get_or_init(|| zone);
}

/// The zone in which pages tell times.
#[must_use]
pub fn zone() -> &'static TimeZone {
    static UTC: TimeZone = TimeZone::UTC;
    ZONE.get().unwrap_or(&UTC)
}

/// A whole number as people write it there.
#[must_use]
pub fn number(t: &Texts, number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    if digits.len() <= 3 {
        return digits;
    }
    let separator = t.thousands();
    let mut out = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push_str(&separator);
        }
        out.push(digit);
    }
    out
}

/// A field as people call it.
#[must_use]
pub fn field(t: &Texts, name: &str) -> String {
    match name {
        "title" => t.field_title(),
        "date" => t.field_date(),
        "default_seats" => t.field_default_seats(),
        "notice" => t.field_notice(),
        "employee_no" => t.field_employee_no(),
        "first_name" => t.field_first_name(),
        "last_name" => t.field_last_name(),
        "email" => t.field_email(),
        "company" => t.field_company(),
        "department" => t.field_department(),
        "party" => t.field_party(),
        "plus_one_of" => t.field_plus_one_of(),
        "vip" => t.field_vip(),
        "diet" => t.field_diet(),
        "allergies" => t.field_allergies(),
        "wheelchair" => t.field_wheelchair(),
        "rsvp" => t.field_rsvp(),
        "language" => t.field_language(),
        "notes" => t.field_notes(),
        "extra" => t.field_extra(),
        "table" => t.field_table(),
        "arrived_at" => t.field_arrived_at(),
        "number" => t.field_number(),
        "name" => t.field_name(),
        "seats" => t.field_seats(),
        "host" => t.field_host(),
        "spot" => t.field_spot(),
        "width_m" => t.field_width_m(),
        "depth_m" => t.field_depth_m(),
        "code" => t.field_code(),
        "room" => t.field_room(),
        "x_m" => t.field_x_m(),
        "y_m" => t.field_y_m(),
        "shape" => t.field_shape(),
        "rotation_deg" => t.field_rotation_deg(),
        "subject_en" => t.field_subject_en(),
        "body_en" => t.field_body_en(),
        "subject_de" => t.field_subject_de(),
        "body_de" => t.field_body_de(),
        other => other.replace('_', " "),
    }
}

/// A kind of subject as people call it.
#[must_use]
pub fn entity(t: &Texts, entity: &str) -> String {
    match entity {
        "guest" => t.entity_guest(),
        "table" => t.entity_table(),
        "room" => t.entity_room(),
        "spot" => t.entity_spot(),
        "template" => t.entity_template(),
        _ => t.entity_plan(),
    }
}

/// What a guest has answered.
#[must_use]
pub fn rsvp(t: &Texts, rsvp: Rsvp) -> String {
    match rsvp {
        Rsvp::Invited => t.rsvp_invited(),
        Rsvp::Accepted => t.rsvp_accepted(),
        Rsvp::Maybe => t.rsvp_maybe(),
        Rsvp::Declined => t.rsvp_declined(),
    }
}

/// What an account may do, as people call it.
#[must_use]
#[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
pub fn role(t: &Texts, role: &Role) -> String {
    match role {
        Role::Viewer => t.role_viewer(),
        Role::Door => t.role_door(),
        Role::Staff => t.role_staff(),
        Role::Admin => t.role_admin(),
    }
}

/// The outline of a spot.
#[must_use]
#[allow(clippy::trivially_copy_pass_by_ref)] // Templates pass references.
pub fn shape(t: &Texts, shape: &Shape) -> String {
    match shape {
        Shape::Round => t.shape_round(),
        Shape::Rect => t.shape_rect(),
    }
}

/// English, for logs, files, and programs.
#[must_use]
pub fn english() -> T {
    Lang::En.texts()
}

/// For whom a page is made: everybody of one role and one language sees the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reader {
    pub role: Role,
    pub lang: Lang,
}
