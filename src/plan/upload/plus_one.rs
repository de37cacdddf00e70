//! Whom a guest accompanies, by name: who is meant by "plus one of Anna Bauer".

use super::guests::Meant;
use super::identity::{full_name, guest_name};
use super::{Draft, Trouble};
use crate::plan::id::GuestId;
use crate::plan::state::Plan;
use crate::plan::value::{Key, Patch};
use std::collections::{HashMap, HashSet};

/// The people of the file and of the plan, by the names that they have or had.
pub(super) struct Names {
    /// By name: people of the file, in its order, under the name it gives them, then those under their name in the plan.
    in_file: HashMap<String, Vec<GuestId>>,
    in_plan: HashMap<String, Vec<GuestId>>,
    /// By party and name, both of the file and of the plan.
    in_party: HashMap<(Key, String), Vec<GuestId>>,
    /// The names of each guest: in the file, and in the plan.
    of_guest: HashMap<GuestId, HashSet<String>>,
    parties: HashMap<GuestId, Key>,
}

impl Names {
    pub(super) fn of(plan: &Plan, meant: &[Meant<'_>]) -> Self {
        let mut names = Self {
            in_file: HashMap::new(),
            in_plan: HashMap::new(),
            in_party: HashMap::new(),
            of_guest: HashMap::new(),
            parties: HashMap::new(),
        };
        // Nothing to look up, nothing to index.
        if meant.iter().all(|guest| guest.row.plus_one_of.set().is_none()) {
            return names;
        }
        for guest in meant {
            let set = &guest.row.set;
            let now = plan.guest(guest.id).filter(|_| !guest.is_new);
            let first = set.first_name.set().or(now.and_then(|now| now.first_name.as_ref()));
            let last = set.last_name.set().or(now.and_then(|now| now.last_name.as_ref()));
            let name = full_name(first, last);
            let party = match &set.party {
                Patch::Set(party) => Some(party),
                Patch::Clear => None,
                Patch::Keep => now.and_then(|now| now.party.as_ref()),
            };
            if let Some(party) = party {
                names.parties.insert(guest.id, Key::of(party.as_str()));
            }
            names.enter(guest.id, name, true);
        }
        let mut old_names = Vec::new();
        for (id, guest) in &plan.guests {
            let name = guest_name(guest);
            names.in_plan.entry(name.clone()).or_default().push(*id);
            if !names.of_guest.contains_key(id)
                && let Some(party) = &guest.party
            {
                names.parties.insert(*id, Key::of(party.as_str()));
            }
            old_names.push((*id, name));
        }
        for (id, name) in old_names {
            names.enter(id, name, false);
        }
        names
    }

    fn enter(&mut self, id: GuestId, name: String, in_file: bool) {
        if let Some(party) = self.parties.get(&id) {
            let members = self.in_party.entry((party.clone(), name.clone())).or_default();
            if !members.contains(&id) {
                members.push(id);
            }
        }
        if in_file {
            self.in_file.entry(name.clone()).or_default().push(id);
        }
        self.of_guest.entry(id).or_default().insert(name);
    }

    /// The link that the row states. A name that fits nobody, or several, is a warning, and states no link: one that
    /// stands was made when the name did fit, and a list sent twice must not undo it.
    pub(super) fn link(&self, draft: &mut Draft<'_>, guest: &Meant<'_>) -> Patch<GuestId> {
        let wanted = match &guest.row.plus_one_of {
            Patch::Set(wanted) => wanted,
            Patch::Clear => return Patch::Clear,
            Patch::Keep => return Patch::Keep,
        };
        let name = full_name(Some(wanted), None);
        let now = draft.plan.guest(guest.id).filter(|_| !guest.is_new);
        let linked = now.and_then(|now| draft.plan.plus_one_of(now));
        if let Some(leader) = linked.filter(|leader| self.of_guest.get(leader).is_some_and(|names| names.contains(&name))) {
            return Patch::Set(leader);
        }
        let others =
            |ids: Option<&Vec<GuestId>>| -> Vec<GuestId> { ids.into_iter().flatten().copied().filter(|id| *id != guest.id).collect() };
        let party = self.parties.get(&guest.id);
        if let Some(leader) = party.and_then(|party| others(self.in_party.get(&(party.clone(), name.clone()))).first().copied()) {
            return Patch::Set(leader);
        }
        let in_file = others(self.in_file.get(&name));
        let in_plan = others(self.in_plan.get(&name));
        match (in_file.as_slice(), in_plan.as_slice()) {
            ([leader], _) | ([], [leader]) => Patch::Set(*leader),
            ([], []) => {
                draft.warn(guest.at, "plus_one_of", "unknown_leader", Trouble::UnknownLeader(wanted.to_string()));
                Patch::Keep
            }
            _ => {
                draft.warn(guest.at, "plus_one_of", "ambiguous_leader", Trouble::AmbiguousLeader(wanted.to_string()));
                Patch::Keep
            }
        }
    }
}
