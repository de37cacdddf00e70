//! Ids and stream positions: numbers that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// The place of an event in the stream: 1, 2, 3 … without gaps. 0 is before the first event.
    Position
);
number!(
    /// A guest: the position of the event that first named them.
    GuestId
);
number!(
    /// A logical table: the position of the event that first named it.
    TableId
);
number!(
    /// A room of the venue: the position of the event that first named it.
    RoomId
);
number!(
    /// A physical table in a room: the position of the event that first named it.
    SpotId
);

number!(
    /// The text of a mail: the position of the event that first named it.
    TemplateId
);

impl Position {
    /// The position of the event after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The id of a command, so of the events that it wrote (UUID).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct BatchId(pub Uuid);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Anything in the plan that an event can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Plan,
    Guest(GuestId),
    Table(TableId),
    Room(RoomId),
    Spot(SpotId),
    Template(TemplateId),
}

impl Subject {
    /// The kind of subject, as the JSON interface names it.
    #[must_use]
    pub fn entity(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Guest(_) => "guest",
            Self::Table(_) => "table",
            Self::Room(_) => "room",
            Self::Spot(_) => "spot",
            Self::Template(_) => "template",
        }
    }

    /// The subject's number; 0 for the plan itself.
    #[must_use]
    pub fn id(self) -> u64 {
        match self {
            Self::Plan => 0,
            Self::Guest(id) => id.0,
            Self::Table(id) => id.0,
            Self::Room(id) => id.0,
            Self::Spot(id) => id.0,
            Self::Template(id) => id.0,
        }
    }

    /// The subject of that kind with that number, if there is such a kind.
    #[must_use]
    pub fn named(entity: &str, id: u64) -> Option<Self> {
        Some(match entity {
            "plan" => Self::Plan,
            "guest" => Self::Guest(GuestId(id)),
            "table" => Self::Table(TableId(id)),
            "room" => Self::Room(RoomId(id)),
            "spot" => Self::Spot(SpotId(id)),
            "template" => Self::Template(TemplateId(id)),
            _ => return None,
        })
    }
}
