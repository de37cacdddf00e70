//! Who is here, and on which page.

use super::Address;
use crate::lang::T;
use crate::plan::{Guest, GuestId, Plan, Room, RoomId, Table, TableId};
use askama::Template;
use std::collections::BTreeMap;
use std::sync::Arc;

struct Person {
    name: String,
    initials: String,
    /// Where to find them.
    pages: BTreeMap<String, String>,
}

#[derive(Template)]
#[template(path = "here.html")]
pub struct Here {
    t: T,
    people: Vec<Person>,
    /// Of many, the rest is only counted.
    more: usize,
}

/// So many people are named.
const NAMED: usize = 40;
/// So many are shown by their initials before anybody opens the list.
const DOTS: usize = 3;

impl Here {
    #[must_use]
    pub fn of<'a>(plan: &Plan, t: T, visits: impl Iterator<Item = (&'a Arc<str>, &'a Address)>) -> Self {
        let mut people: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        for (name, address) in visits {
            people.entry(name).or_default().insert(address.to_string(), page(plan, t, address));
        }
        let more = people.len().saturating_sub(NAMED);
        let people = people.into_iter().take(NAMED).map(|(name, pages)| Person { name: name.to_owned(), initials: initials(name), pages });
        Self { t, people: people.collect(), more }
    }

    fn count(&self) -> usize {
        self.people.len() + self.more
    }

    fn dots(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().take(DOTS)
    }
}

fn initials(name: &str) -> String {
    name.split(|letter: char| !letter.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

/// What people call the page.
fn page(plan: &Plan, t: T, address: &Address) -> String {
    let name = match address.parts()[..] {
        [] => t.overview(),
        ["guests", id] => id.parse().ok().and_then(|id| plan.guest(GuestId(id))).map_or_else(|| t.guests(), Guest::label),
        ["tables", id] => id.parse().ok().and_then(|id| plan.table(TableId(id))).map_or_else(|| t.tables(), Table::label),
        ["floor", id] => id.parse().ok().and_then(|id| plan.room(RoomId(id))).map_or_else(|| t.floor(), Room::label),
        ["guests"] => t.guests(),
        ["tables"] => t.tables(),
        ["floor"] => t.floor(),
        ["uploads", ..] => t.uploads(),
        ["history" | "changes", ..] => t.history(),
        ["reports", ..] => t.reports(),
        ["accounts"] => t.accounts(),
        ["mail", ..] => t.mail(),
        ["lists", ..] => t.lists(),
        ["find", ..] => t.find_button(),
        [section, ..] => {
            let mut letters = section.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    };
    if address.number("at").is_some() { t.page_as_it_was(name) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_named_once_with_all_their_pages() {
        let (berta, anna): (Arc<str>, Arc<str>) = (Arc::from("berta"), Arc::from("anna-lena k"));
        let (guests, floor) = (Address::parse("/guests?q=a"), Address::parse("/floor"));
        let here = Here::of(
            &Plan::default(),
            crate::lang::english(),
            [(&berta, &guests), (&berta, &floor), (&anna, &guests), (&berta, &guests)].into_iter(),
        );
        assert_eq!(here.count(), 2);
        assert_eq!((here.people[0].initials.as_str(), here.people[0].pages.len()), ("AL", 1));
        assert_eq!((here.people[1].name.as_str(), here.people[1].pages.len()), ("berta", 2));
    }
}
