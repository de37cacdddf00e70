//! The conditions of a request: what must hold, and until when it may be carried out.

use super::{Position, Timestamp};

/// Without a time of its own, a command is good for so long after it was received.
const GOOD_FOR_US: i64 = 60_000_000;
/// So far may a database's clock be behind ours.
const SKEW_US: i64 = 2_000_000;

/// What the plan must look like for a request to be carried out, and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The position that the person was looking at: nobody may have changed since what the request changes.
    pub seen: Option<Position>,
    /// What the same client has written since it saw that, from the first position to the last: no conflict.
    pub own: Vec<(Position, Position)>,
    /// Where the stream must end: nothing at all may have happened since.
    pub expected: Option<Position>,
    /// Whoever waits for the answer will have given up by then, so nothing may be done any more.
    pub expires_at: Option<Timestamp>,
}

impl Conditions {
    /// What the client has given, or else the usual time.
    #[must_use]
    pub fn in_time(self, at: Timestamp) -> Self {
        Self { expires_at: self.expires_at.or(Some(Timestamp(at.0 + GOOD_FOR_US))), ..self }
    }

    /// Whether what was not done by now will stay undone: only who says how long to try can be told.
    #[must_use]
    pub fn is_over(given: Option<Timestamp>, now: Timestamp) -> bool {
        given.is_some_and(|expires_at| now.0 > expires_at.0.saturating_add(SKEW_US))
    }

    /// Whether the event there was written by the client itself, as far as it says.
    #[must_use]
    pub fn is_own(&self, position: Position) -> bool {
        self.own.iter().any(|(first, last)| (*first..=*last).contains(&position))
    }
}
