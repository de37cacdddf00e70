//! The guest, field by field.

use super::id::{GuestId, TableId};
use super::subject::{Touch, one, subject};
use super::value::{Code, Email, EmployeeNo, Extra, ExtraPatch, Patch, Rsvp, Slot, Text, Timestamp};

subject! {
    /// A person invited.
    Guest, GuestPatch, GuestId {
        /// Unique among the guests.
        employee_no: Option<EmployeeNo> => EmployeeNo,
        first_name: Option<Text> => Text,
        last_name: Option<Text> => Text,
        /// Unique among the guests, compared without case.
        email: Option<Email> => Email,
        company: Option<Text> => Text,
        department: Option<Text> => Text,
        /// The party that the guest belongs to: a family, a person and the plus-one.
        party: Option<Code> => Code,
        /// The guest whom this one accompanies. May name somebody who is gone: see [`Plan::plus_one_of`](super::Plan::plus_one_of).
        plus_one_of: Option<GuestId> => GuestId,
        vip: bool => bool,
        diet: Option<Text> => Text,
        allergies: Option<Text> => Text,
        wheelchair: bool => bool,
        rsvp: Rsvp => Rsvp,
        language: Option<Text> => Text,
        notes: Option<Text> => Text,
        /// Columns of the organisers' own, by name.
        extra: Extra => ExtraPatch,
    }
    own {
        /// Where the guest is planned to sit.
        table: Option<TableId>,
        arrived_at: Option<Timestamp>,
    }
}

impl Guest {
    /// A guest with nothing but what the patch says.
    pub(in crate::plan) fn new(id: GuestId, patch: &GuestPatch, touch: Touch) -> Self {
        let mut guest = Self {
            id,
            employee_no: None,
            first_name: None,
            last_name: None,
            email: None,
            company: None,
            department: None,
            party: None,
            plus_one_of: None,
            vip: false,
            diet: None,
            allergies: None,
            wheelchair: false,
            rsvp: Rsvp::Invited,
            language: None,
            notes: None,
            extra: Extra::new(),
            table: None,
            arrived_at: None,
            touched: [touch; Self::FIELDS.len()],
        };
        guest.apply(patch, touch);
        guest
    }

    /// First and last name, as far as there are any.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => format!("{first} {last}"),
            (Some(name), None) | (None, Some(name)) => name.to_string(),
            (None, None) => format!("Guest {}", self.id),
        }
    }
}
