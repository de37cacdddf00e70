//! What one finds one's way by in the stream: where days begin, uploads were applied, and batches were taken back.

use super::event::{Body, Event};
use super::id::Position;
use super::value::{Text, Timestamp};
use imbl::Vector;

/// In every zone of today a day begins with a quarter of an hour.
const QUARTER_US: i64 = 15 * 60 * 1_000_000;

/// Whether the two are of different quarters of an hour.
#[inline]
pub(super) fn is_new_quarter(before: Timestamp, at: Timestamp) -> bool {
    at.0.div_euclid(QUARTER_US) != before.0.div_euclid(QUARTER_US)
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
    /// The first event of a quarter of an hour; how many sat before it. As the plan is corrected today: what was
    /// taken back since does not count.
    Quarter(Tally),
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

    /// With those quarters only that begin a day, in whatever zone days are told.
    pub fn by_day<D: PartialEq>(&self, day: impl Fn(Timestamp) -> D) -> Vec<&Landmark> {
        let mut last = None;
        let begins = |landmark: &&Landmark| {
            if !matches!(landmark.mark, Mark::Quarter(_)) {
                return true;
            }
            let day = Some(day(landmark.recorded_at));
            std::mem::replace(&mut last, day) != last
        };
        self.all.iter().filter(begins).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_zone_says() {
        let mut landmarks = Landmarks::default();
        let mut before = Timestamp(0);
        // An event every ten minutes, for two days.
        for number in 1..=288_u32 {
            let at = Timestamp(i64::from(number) * 600_000_000);
            if is_new_quarter(before, at) {
                let tally = Tally { seated: number as usize, ..Tally::default() };
                let mark = Mark::Quarter(tally);
                landmarks.all.push_back(Landmark { position: Position(number.into()), recorded_at: at, mark });
            }
            before = at;
        }
        let begun = |offset_min: i64| -> Vec<u64> {
            let day = |at: Timestamp| (at.0 / 60_000_000 + offset_min).div_euclid(1_440);
            landmarks.by_day(day).iter().map(|landmark| landmark.position.0).collect()
        };
        assert_eq!(begun(0), [2, 144, 288]);
        assert_eq!(begun(-8 * 60), [2, 48, 192], "in the evening of UTC");
        assert_eq!(begun(5 * 60 + 45), [2, 110, 254], "a quarter to, and the first event behind it");
    }
}
