//! What one finds one's way by in the stream: where days begin, uploads were applied, and batches were taken back.

use super::event::{Body, Event};
use super::id::Position;
use super::value::{Text, Timestamp};
use imbl::Vector;

/// A day, in which instants are counted here.
const DAY_US: i64 = 86_400_000_000;

/// Whether the two are of different days.
#[inline]
pub(super) fn is_new_day(before: Timestamp, at: Timestamp) -> bool {
    at.0.div_euclid(DAY_US) != before.0.div_euclid(DAY_US)
}

/// How many guests sit, stand, and do not come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub seated: usize,
    pub unseated: usize,
    pub declined: usize,
}

/// A place in the stream that people remember.
#[derive(Debug, Clone, PartialEq)]
pub struct Landmark {
    /// The event that it is.
    pub position: Position,
    pub recorded_at: Timestamp,
    pub mark: Mark,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// The first event of a day, in UTC; how many sat then, that is, at the end of the day before. As the
    /// plan is corrected today: what was taken back since does not count.
    Day(Tally),
    /// An upload was applied.
    Upload(Text),
    /// A batch was taken back, or brought back.
    Retraction,
}

/// All of them, in the order of the stream; also of events that are void, since they happened all the same.
#[derive(Debug, Clone, Default)]
pub struct Landmarks {
    all: Vector<Landmark>,
}

impl Landmarks {
    /// Notes what the event begins.
    #[inline]
    pub(super) fn pass(&mut self, event: &Event) {
        match &event.body {
            Body::UploadApplied(upload) => self.note(event, Mark::Upload(upload.file.clone())),
            Body::BatchRetracted(_) | Body::BatchReinstated(_) => self.note(event, Mark::Retraction),
            _ => {}
        }
    }

    #[cold]
    pub(super) fn note(&mut self, event: &Event, mark: Mark) {
        self.all.push_back(Landmark { position: event.position, recorded_at: event.recorded_at, mark });
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Landmark> {
        self.all.iter()
    }
}
