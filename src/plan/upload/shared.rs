//! Addresses that two people share: each guest has one of their own in the plan, so whoever comes second is reached through the first.

use super::guests::Meant;
use super::identity::{describe, folded};
use super::{Draft, GuestRow, Row, RowRef, Trouble};
use crate::plan::guest::GuestPatch;
use crate::plan::id::GuestId;
use crate::plan::value::{Key, Patch, Text};
use std::borrow::Cow;
use std::collections::HashMap;

/// Whose address a row has.
enum Holder {
    Guest(GuestId),
    Row(RowRef),
}

/// The rows with somebody else's address.
#[derive(Default)]
pub(super) struct Shared {
    /// Who has each address of the file first.
    first: HashMap<Key, (RowRef, Option<Text>)>,
    holders: HashMap<RowRef, Holder>,
}

impl Shared {
    /// The row without an address that is another person's: somebody of another first name, without a number of their own that says
    /// who they are.
    pub(super) fn of_their_own<'r>(&mut self, draft: &mut Draft<'_>, row: &'r Row<GuestRow>) -> Cow<'r, Row<GuestRow>> {
        let set = &row.value.set;
        let Some(email) = set.email.set().filter(|_| row.value.since.is_none()) else { return Cow::Borrowed(row) };
        let is_known = set.employee_no.set().is_some_and(|number| draft.plan.guest_by_employee_no(number.as_str()).is_some());
        let holder = draft.plan.guest_by_email(email.as_str()).and_then(|id| draft.plan.guest(id));
        let holder = holder.filter(|holder| !is_known && is_other(set, holder.first_name.as_ref()));
        let key = Key::of(email.as_str());
        let (holder, who) = if let Some(holder) = holder {
            (Holder::Guest(holder.id), describe(holder))
        } else if let Some((first, name)) = self.first.get(&key).filter(|(_, name)| is_other(set, name.as_ref())) {
            (Holder::Row(first.clone()), format!("{} (row {})", name.as_ref().map_or("", Text::as_str), first.row))
        } else {
            self.first.entry(key).or_insert_with(|| (row.at.clone(), set.first_name.set().cloned()));
            return Cow::Borrowed(row);
        };
        draft.warn(&row.at, "email", "email_shared", Trouble::SharedEmail { email: email.to_string(), who });
        self.holders.insert(row.at.clone(), holder);
        let mut own = row.clone();
        own.value.set.email = Patch::Keep;
        Cow::Owned(own)
    }

    /// Through whom the guest is reached; `ids` are those of the file's rows.
    pub(super) fn leader(&self, guest: &Meant<'_>, ids: &HashMap<&RowRef, GuestId>) -> Option<GuestId> {
        let leader = match self.holders.get(guest.at)? {
            Holder::Guest(id) => Some(*id),
            Holder::Row(at) => ids.get(at).copied(),
        };
        leader.filter(|leader| *leader != guest.id)
    }
}

/// Whether the row is about somebody of another first name than this one; where one of them has none, nobody can tell.
fn is_other(set: &GuestPatch, first_name: Option<&Text>) -> bool {
    set.first_name.set().zip(first_name).is_some_and(|(said, now)| folded(said.as_str()) != folded(now.as_str()))
}
