//! The plan's values: newtypes that can only be built valid.

use super::invalid::Invalid;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;

/// The longest text that any field takes, in characters.
pub const TEXT_CHARS: usize = 4_000;
/// The longest code, number or name that identifies something, in characters.
pub const CODE_CHARS: usize = 64;
/// More seats than this at one table are a typing error.
pub(super) const SEATS_MAX: u32 = 1_000;
/// No room is wider or deeper than this, in metres.
pub(super) const METRES_MAX: i32 = 10_000;

fn tidy(raw: &str, max_chars: usize) -> Result<&str, Invalid> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Invalid::Empty);
    }
    // Counting characters is only needed where the bytes could be too many.
    if text.len() > max_chars {
        let chars = text.chars().count();
        if chars > max_chars {
            return Err(Invalid::TooLong { chars, most: max_chars });
        }
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Invalid::ControlCharacter);
    }
    Ok(text)
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:tt, $pattern:tt, $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
        #[schema(value_type = String, min_length = 1, max_length = $max, pattern = $pattern)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses what somebody typed.
            ///
            /// # Errors
            /// Says what is wrong with it.
            pub fn parse(raw: &str) -> Result<Self, Invalid> {
                let parse: fn(&str) -> Result<&str, Invalid> = $parse;
                parse(raw).map(|text| Self(text.into()))
            }

            /// A text that the stream holds: it was valid when it was written, so it is taken as it is.
            #[must_use]
            pub fn stored(text: &str) -> Self {
                Self(text.into())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&raw).map_err(serde::de::Error::custom)
            }
        }
    };
}

text!(
    /// Any text: trimmed, not empty, at most 4,000 characters, no control characters but line breaks and tabs.
    Text,
    4_000,
    r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*[^\s\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f][^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$",
    |raw| tidy(raw, TEXT_CHARS)
);
text!(
    /// A short name that identifies something: a table's number, a spot's code, a room's name, a party.
    Code,
    64,
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$",
    |raw| {
        let text = tidy(raw, CODE_CHARS)?;
        if text.contains(['\n', '\r', '\t']) { Err(Invalid::LineBreak) } else { Ok(text) }
    }
);
text!(
    /// An employee number: kept as text, so that leading zeros stay.
    EmployeeNo,
    64,
    r"^[^\s\u0000-\u001f\u007f-\u009f]+$",
    |raw| {
        let text = tidy(raw, CODE_CHARS)?;
        if text.contains(char::is_whitespace) { Err(Invalid::Blank) } else { Ok(text) }
    }
);
text!(
    /// An e-mail address, as it was typed; compared without case.
    Email,
    254,
    r#"^[^\s@,;<>"()\u0000-\u001f\u007f-\u009f]+@[^\s@.,;<>"()\u0000-\u001f\u007f-\u009f]([^\s@,;<>"()\u0000-\u001f\u007f-\u009f]*[^\s@.,;<>"()\u0000-\u001f\u007f-\u009f])?$"#,
    |raw| {
        let text = tidy(raw, 254)?;
        let (local, host) = text.rsplit_once('@').ok_or(Invalid::NoAt)?;
        let bad = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')');
        if local.is_empty() || host.is_empty() || host.starts_with('.') || host.ends_with('.') || local.contains('@') || text.contains(bad) {
            return Err(Invalid::NotAnAddress);
        }
        Ok(text)
    }
);

/// What two codes, numbers or addresses are compared by: without case, and cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        if text.chars().any(char::is_uppercase) { Self(text.to_lowercase().into()) } else { Self(text.into()) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number of seats, 1 to 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(value_type = u32, minimum = 1, maximum = 1_000)]
pub struct Seats(u32);

impl Seats {
    /// The seats of a table in a plan that was never told otherwise.
    pub const USUAL: Self = Self(10);

    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Seats {
    type Error = Invalid;
    fn try_from(seats: u32) -> Result<Self, Invalid> {
        if (1..=SEATS_MAX).contains(&seats) { Ok(Self(seats)) } else { Err(Invalid::NotSeats) }
    }
}

impl From<Seats> for u32 {
    fn from(seats: Seats) -> u32 {
        seats.0
    }
}

impl fmt::Display for Seats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A length in metres, exact to the millimetre: two plans are equal or not, never nearly so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = f64)]
pub struct Metres(i32);

impl Metres {
    /// A length; beyond ten kilometres it ends there.
    #[must_use]
    pub fn from_millimetres(millimetres: u32) -> Self {
        Self(i32::try_from(millimetres).map_or(METRES_MAX * 1_000, |mm| mm.min(METRES_MAX * 1_000)))
    }

    /// # Errors
    /// Not a number, or beyond ten kilometres.
    pub fn new(metres: f64) -> Result<Self, Invalid> {
        if metres.is_finite() && metres.abs() <= f64::from(METRES_MAX) {
            // In range by the line above, so the cast cannot lose anything but fractions of a millimetre.
            #[allow(clippy::cast_possible_truncation)]
            Ok(Self((metres * 1_000.0).round() as i32))
        } else {
            Err(Invalid::NotMetres)
        }
    }

    #[must_use]
    pub fn get(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }

    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for Metres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl Serialize for Metres {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole metres are written as `40`, as people and the interface do.
        if self.0 % 1_000 == 0 { serializer.serialize_i32(self.0 / 1_000) } else { serializer.serialize_f64(self.get()) }
    }
}

impl<'de> Deserialize<'de> for Metres {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A rotation in whole degrees, 0 to 359, clockwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i32", into = "i32")]
#[schema(value_type = i32)]
pub struct Degrees(i32);

impl Degrees {
    #[must_use]
    pub fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i32> for Degrees {
    type Error = Invalid;
    fn try_from(degrees: i32) -> Result<Self, Invalid> {
        if (-360..=360).contains(&degrees) { Ok(Self(degrees.rem_euclid(360))) } else { Err(Invalid::NotDegrees) }
    }
}

impl From<Degrees> for i32 {
    fn from(degrees: Degrees) -> i32 {
        degrees.0
    }
}

impl fmt::Display for Degrees {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_word:literal $(, $case:ident = $word:literal)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { #[default] $first $(, $case)* }

        impl $name {
            pub const ALL: &'static [Self] = &[Self::$first $(, Self::$case)*];

            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word $(, Self::$case => $word)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// What a guest answered.
    Rsvp { Invited = "invited", Accepted = "accepted", Maybe = "maybe", Declined = "declined" }
);
words!(
    /// The outline of a spot.
    Shape { Round = "round", Rect = "rect" }
);

/// An instant in UTC, in microseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(pub i64);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Beyond the years that are known there is only an end.
        let instant =
            jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX });
        write!(f, "{instant:.6}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let instant = jiff::Timestamp::deserialize(deserializer)?;
        Ok(Self(instant.as_microsecond()))
    }
}

/// The values that a guest's own columns hold, by header.
pub type Extra = std::collections::BTreeMap<Code, Text>;
/// What to do with each of a guest's own columns: `None` takes it away.
pub type ExtraPatch = std::collections::BTreeMap<Code, Option<Text>>;

/// What a command or an event says about one field. Absent in JSON: keep. `null`: clear.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    pub fn set(&self) -> Option<&T> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(f(value)),
        }
    }
}

impl<T> From<Option<T>> for Patch<T> {
    /// `None` clears.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.set().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

/// A field of a subject: how a patch changes it, and what a page shows of it.
pub(super) trait Slot<V>: Sized + PartialEq {
    /// The value after the patch; `None` where it stays as it is.
    fn patched(&self, patch: &Patch<V>) -> Option<Self>;
    /// The value in words; `None` where there is none.
    fn shown(&self) -> Option<String>;
}

impl<V: Clone + PartialEq + fmt::Display> Slot<V> for Option<V> {
    fn patched(&self, patch: &Patch<V>) -> Option<Self> {
        let new = match patch {
            Patch::Keep => return None,
            Patch::Clear => None,
            Patch::Set(value) => Some(value.clone()),
        };
        (new != *self).then_some(new)
    }

    fn shown(&self) -> Option<String> {
        self.as_ref().map(ToString::to_string)
    }
}

macro_rules! slot {
    // `clears to` a default, or stays as it is where there must be a value.
    ($ty:ty, $cleared:expr, $shown:expr) => {
        impl Slot<$ty> for $ty {
            fn patched(&self, patch: &Patch<$ty>) -> Option<Self> {
                let cleared: Option<$ty> = $cleared;
                let new = match patch {
                    Patch::Keep => return None,
                    Patch::Clear => cleared?,
                    Patch::Set(value) => value.clone(),
                };
                (new != *self).then_some(new)
            }

            fn shown(&self) -> Option<String> {
                let shown: fn(&$ty) -> Option<String> = $shown;
                shown(self)
            }
        }
    };
}

slot!(bool, Some(false), |yes| yes.then(|| "yes".to_owned()));
slot!(Rsvp, Some(Rsvp::Invited), |rsvp| Some(rsvp.to_string()));
slot!(Degrees, Some(Degrees(0)), |degrees| Some(degrees.to_string()));
slot!(Shape, None, |shape| Some(shape.to_string()));
slot!(Seats, None, |seats| Some(seats.to_string()));
slot!(Metres, None, |metres| Some(metres.to_string()));
slot!(Code, None, |code| Some(code.to_string()));
slot!(Text, None, |text| Some(text.to_string()));
slot!(Date, None, |date| Some(date.to_string()));
slot!(super::id::RoomId, None, |room| Some(room.to_string()));

impl Slot<ExtraPatch> for Extra {
    fn patched(&self, patch: &Patch<ExtraPatch>) -> Option<Self> {
        let mut new = self.clone();
        match patch {
            Patch::Keep => return None,
            Patch::Clear => new.clear(),
            Patch::Set(changes) => {
                for (name, value) in changes {
                    match value {
                        Some(value) => drop(new.insert(name.clone(), value.clone())),
                        None => drop(new.remove(name)),
                    }
                }
            }
        }
        (new != *self).then_some(new)
    }

    fn shown(&self) -> Option<String> {
        let fields: Vec<String> = self.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        (!fields.is_empty()).then(|| fields.join("; "))
    }
}
