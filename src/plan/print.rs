//! Lists on paper: which there are, and what was printed when.

use super::id::Position;
use super::value::Timestamp;
use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;

/// A list, or a set of cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Everybody from A to Z, for the entrance.
    Guests,
    /// Whoever sits at each table, for the hosts.
    Tables,
    /// The tables of each room.
    Rooms,
    Vips,
    /// Diets and allergies, per table and in total.
    Kitchen,
    Wheelchairs,
    TableCards,
    PlaceCards,
}

impl List {
    pub const ALL: [Self; 8] =
        [Self::Guests, Self::Tables, Self::Rooms, Self::Vips, Self::Kitchen, Self::Wheelchairs, Self::TableCards, Self::PlaceCards];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guests => "guests",
            Self::Tables => "tables",
            Self::Rooms => "rooms",
            Self::Vips => "vips",
            Self::Kitchen => "kitchen",
            Self::Wheelchairs => "wheelchairs",
            Self::TableCards => "table-cards",
            Self::PlaceCards => "place-cards",
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for List {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|list| list.as_str() == text).ok_or(())
    }
}

/// That a list was printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    /// The plan that is on the paper.
    pub position: Position,
    pub at: Timestamp,
    pub by: Arc<str>,
}

/// So many printings of each list are remembered.
const REMEMBERED: usize = 20;

/// The printings of each list, newest last.
#[derive(Debug, Clone, Default)]
pub struct Prints {
    all: OrdMap<List, Vector<Print>>,
}

impl Prints {
    pub(super) fn note(&mut self, list: List, print: Print) {
        let prints = self.all.entry(list).or_default();
        prints.push_back(print);
        if prints.len() > REMEMBERED {
            prints.pop_front();
        }
    }

    /// The printings of a list, newest first.
    pub fn of(&self, list: List) -> impl Iterator<Item = &Print> {
        self.all.get(&list).into_iter().flat_map(|prints| prints.iter().rev())
    }
}
