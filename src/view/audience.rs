//! Whom mails go to: as an address says it, and in words.

use super::guests::shows;
use super::{Address, Listed, listed};
use crate::lang::T;
use crate::plan::mail::{Asked, Language};
use crate::plan::{Guest, GuestId, Plan, RoomId, Subject, TableId, TemplateId, Text};

/// Whom the address means, and in words: `to`, and what the list of guests is filtered by.
#[must_use]
pub(super) fn audience(plan: &Plan, t: T, address: &Address) -> (Vec<GuestId>, String) {
    let those = |is: &dyn Fn(&Guest) -> bool| plan.guests.values().filter(|guest| is(guest)).map(|guest| guest.id).collect::<Vec<_>>();
    match address.get("to") {
        "new" => (those(&|guest| !plan.mails.was_written_to(guest.id)), t.audience_new()),
        "changed" => (those(&|guest| plan.knows_outdated_table(guest.id)), t.audience_changed()),
        "picked" => {
            let picked: Vec<GuestId> = address
                .query
                .iter()
                .filter(|(name, _)| name == "guests")
                .flat_map(|(_, value)| value.split(','))
                .filter_map(|id| id.trim().parse().ok().map(GuestId))
                .collect();
            let words = t.audience_picked(picked.len());
            (picked, words)
        }
        "filter" => {
            let found: Vec<GuestId> = listed(plan, address).iter().map(|Listed { guest, .. }| guest.id).collect();
            let show = shows(t).into_iter().find(|(value, _)| !value.is_empty() && *value == address.get("show")).map(|(_, words)| words);
            let room = address.number("room").map(|id| plan.label(Subject::Room(RoomId(id))));
            let table = address.number("table").map(|id| plan.label(Subject::Table(TableId(id))));
            let typed = ["q", "diet"].map(|name| Some(address.get(name).to_owned()).filter(|text| !text.is_empty()));
            let said: Vec<String> = typed.into_iter().chain([show, room, table]).flatten().collect();
            (found, t.audience_filter(said.join(", ")))
        }
        _ => (plan.guests.keys().copied().collect(), t.audience_all()),
    }
}

/// What the address asks for.
#[must_use]
pub fn asked(plan: &Plan, t: T, template: TemplateId, address: &Address) -> Asked {
    let (guests, audience) = audience(plan, t, address);
    let fallback = if address.get("language") == "de" { Language::De } else { Language::En };
    let one_each = address.get("each") == "yes";
    Asked { template, guests, audience: Text::stored(&audience), fallback, one_each }
}

/// What the list of guests is filtered by.
pub(super) const FILTERS: [&str; 5] = ["q", "show", "diet", "room", "table"];

/// The audience's part of the address, for links that keep it.
pub(super) fn kept(address: &Address, path: &str) -> Address {
    let names = ["to", "guests", "language", "each"];
    let is_kept = |name: &str| names.contains(&name) || FILTERS.contains(&name);
    let query = address.query.iter().filter(|(name, _)| is_kept(name)).cloned().collect();
    Address { path: path.to_owned(), query }
}
