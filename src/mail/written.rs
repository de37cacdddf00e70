//! Letters as they are written, and whether they are still to be sent.

use crate::ledger::{Failure, Ledger};
use crate::plan::mail::{Broken, Letter, Mailing, Press, Rendered, address_of, is_address};
use crate::plan::{GuestId, Key, Plan, Rsvp};
use std::collections::BTreeSet;

/// A letter as it was written, from the plan as it was known when its mailing was started. Blocks its thread.
///
/// # Errors
/// The stream cannot be read.
pub fn as_sent(ledger: &Ledger, mailing: &Mailing, letter: u32) -> Result<Option<Rendered>, Failure> {
    let plan = ledger.past(mailing.position)?;
    let Some(letter) = mailing.letter(letter) else { return Ok(None) };
    let guests: Vec<GuestId> = letter.told.iter().map(|told| told.guest).collect();
    let press = Press::of(&plan, &mailing.texts);
    Ok(press.ok().and_then(|press| press.print(&guests, mailing.fallback).ok()))
}

/// What a letter is to be, by the plan as it is now.
pub(super) enum Fate {
    Goes {
        to: String,
        name: String,
    },
    /// Whoever it was for is not to have it.
    Skipped(&'static str),
}

/// What becomes of a letter by the plan as it is now.
pub(super) fn fate(plan: &Plan, mailing: &Mailing, letter: u32) -> Fate {
    let ids = mailing.letter(letter).into_iter().flat_map(|letter| letter.told.iter()).map(|told| told.guest);
    let there: Vec<_> = ids.filter_map(|id| plan.guest(id)).collect();
    let coming: Vec<_> = there.iter().filter(|guest| guest.rsvp != Rsvp::Declined).collect();
    let Some(first) = coming.first() else {
        return Fate::Skipped(if there.is_empty() { "removed from the plan meanwhile" } else { "declined meanwhile" });
    };
    let addresses: BTreeSet<Key> = coming.iter().filter_map(|guest| address_of(plan, guest)).map(|email| Key::of(email.as_str())).collect();
    match address_of(plan, first) {
        _ if addresses.len() > 1 => Fate::Skipped("they no longer share an address"),
        Some(email) if is_address(email) => Fate::Goes { to: email.to_string(), name: first.label() },
        _ => Fate::Skipped("there is no address to send it to any more"),
    }
}

/// All letters of a mailing, from the plan as it was known when it was started. Blocks its thread.
pub(super) fn write_out(ledger: &Ledger, mailing: &Mailing) -> Result<Vec<Result<Rendered, Broken>>, Failure> {
    let plan = ledger.past(mailing.position)?;
    let press = Press::of(&plan, &mailing.texts).map_err(|_| Failure::Rejected(format!("the text of mailing {} is none", mailing.id)))?;
    let print = |letter: &Letter| {
        let guests: Vec<GuestId> = letter.told.iter().map(|told| told.guest).collect();
        press.print(&guests, mailing.fallback)
    };
    Ok(mailing.letters.iter().map(print).collect())
}
