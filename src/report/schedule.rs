//! When reports are due: local times in a zone, whatever its clocks do. Pure.

use crate::plan::report::{ReportId, Reports};
use crate::plan::{Text, Timestamp};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

/// The cut-off and the deadline of every business date.
#[derive(Debug, Clone)]
pub struct Schedule {
    zone: TimeZone,
    name: Text,
    /// On the date itself; `None`: the first instant after it.
    cut_off: Option<Time>,
    /// The first such time after the cut-off.
    deadline: Time,
    /// Nobody begins before this much after the cut-off.
    pause: SignedDuration,
}

/// Why a schedule cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    #[error("zone: there is no time zone {0:?}; a name like Europe/Berlin is asked for")]
    Zone(String),
    #[error("{field}: {value:?} is not a time of day like 22:30")]
    Time { field: &'static str, value: String },
    #[error("cut_off: 00:00 is the beginning of a day; its end is 24:00")]
    Midnight,
    #[error("deadline: it is {minutes} minutes after the cut-off, and nothing is begun before that")]
    DeadlineTooEarly { minutes: i64 },
}

fn time(field: &'static str, value: &str) -> Result<Time, BadSchedule> {
    let bad = || BadSchedule::Time { field, value: value.to_owned() };
    let (hour, minute) = value.trim().split_once(':').ok_or_else(bad)?;
    Time::new(hour.parse().map_err(|_| bad())?, minute.parse().map_err(|_| bad())?, 0, 0).map_err(|_| bad())
}

fn micros(zoned: &jiff::Zoned) -> Timestamp {
    Timestamp(zoned.timestamp().as_microsecond())
}

impl Schedule {
    /// Times are `HH:MM`; `24:00`, and no cut-off at all, are the end of the day.
    ///
    /// # Errors
    /// A zone or a time is not understood, or the deadline comes too early.
    pub fn new(zone: &str, cut_off: Option<&str>, deadline: &str, pause: SignedDuration) -> Result<Self, BadSchedule> {
        let name = Text::stored(zone);
        let tz = TimeZone::get(zone).map_err(|_| BadSchedule::Zone(zone.to_owned()))?;
        let cut_off = cut_off.filter(|time| *time != "24:00").map(|value| time("cut_off", value)).transpose()?;
        if cut_off == Some(Time::midnight()) {
            return Err(BadSchedule::Midnight);
        }
        let deadline = if deadline == "24:00" { Time::midnight() } else { time("deadline", deadline)? };
        let schedule = Self { zone: tz, name, cut_off, deadline, pause };
        let minutes = schedule.window_minutes();
        // A deadline at the cut-off itself is the one of the next day, which is not what anybody means.
        if minutes * 60 <= schedule.pause.as_secs() || minutes >= 24 * 60 {
            return Err(BadSchedule::DeadlineTooEarly { minutes: minutes % (24 * 60) });
        }
        Ok(schedule)
    }

    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    #[must_use]
    pub fn zone_name(&self) -> &Text {
        &self.name
    }

    /// The first instant that does not belong to the date any more.
    #[must_use]
    pub fn cut_off(&self, date: Date) -> Timestamp {
        let far = Timestamp(jiff::Timestamp::MAX.as_microsecond());
        match self.cut_off {
            // Where there is no midnight, a day begins with the first instant that there is.
            None => date.tomorrow().ok().and_then(|next| next.to_zoned(self.zone.clone()).ok()).map_or(far, |zoned| micros(&zoned)),
            // A time that is skipped counts as so much after the gap; of one that comes twice, the first counts.
            Some(time) => date.to_datetime(time).to_zoned(self.zone.clone()).map_or(far, |zoned| micros(&zoned)),
        }
    }

    /// When the file must have been submitted.
    #[must_use]
    pub fn deadline(&self, date: Date) -> Timestamp {
        let cut_off = self.cut_off(date);
        let days = [0, 1, 2].into_iter().filter_map(|days| date.checked_add(days.days()).ok());
        days.filter_map(|day| day.to_datetime(self.deadline).to_zoned(self.zone.clone()).ok())
            .map(|zoned| micros(&zoned))
            .find(|deadline| *deadline > cut_off)
            .unwrap_or(cut_off)
    }

    /// From the cut-off of an ordinary day to its deadline, in minutes.
    #[must_use]
    pub fn window_minutes(&self) -> i64 {
        let usual = jiff::civil::date(2026, 1, 20);
        (self.deadline(usual).0 - self.cut_off(usual).0) / 60_000_000
    }

    /// From when on it may be begun.
    #[must_use]
    pub fn due(&self, date: Date) -> Timestamp {
        Timestamp(self.cut_off(date).0.saturating_add(i64::try_from(self.pause.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The business date whose cut-off is the next.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> Date {
        let local = jiff::Timestamp::from_microsecond(now.0).map_or(Date::MAX, |now| now.to_zoned(self.zone.clone()).date());
        let yesterday = local.yesterday().unwrap_or(local);
        [yesterday, local].into_iter().find(|date| self.cut_off(*date) > now).unwrap_or_else(|| local.tomorrow().unwrap_or(local))
    }

    /// How many dates without a report were due by an instant.
    #[must_use]
    pub fn missing_by(&self, reports: &Reports, at: Timestamp) -> usize {
        self.without_report(reports, at).filter(|date| self.due(*date) <= at).count()
    }

    /// The first date that is due and has no report.
    #[must_use]
    pub fn missing(&self, reports: &Reports, now: Timestamp) -> Option<Date> {
        self.without_report(reports, now).next().filter(|date| self.due(*date) <= now)
    }

    /// The dates before the current one that have no report, oldest first.
    fn without_report(&self, reports: &Reports, now: Timestamp) -> impl Iterator<Item = Date> {
        let current = self.current(now);
        let dates = reports.from.into_iter().flat_map(|from| from.series(1.day())).take_while(move |date| *date < current);
        dates.filter(|date| reports.get(ReportId { date: *date, revision: 1 }).is_none())
    }

    /// The time of an event as the report tells it: RFC 3339, in the zone.
    #[must_use]
    pub fn local(zone: &TimeZone, at: Timestamp) -> String {
        let zoned = jiff::Timestamp::from_microsecond(at.0).map(|instant| instant.to_zoned(zone.clone()));
        zoned.map_or_else(|_| String::new(), |zoned| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{happens, started};
    use super::*;
    use crate::plan::Plan;
    use crate::plan::report::ReportEvent;
    use jiff::civil::date;

    fn schedule(zone: &str, cut_off: Option<&str>, deadline: &str) -> Schedule {
        Schedule::new(zone, cut_off, deadline, SignedDuration::from_secs(10)).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_day_ends_at_local_midnight_also_when_clocks_change() {
        let berlin = schedule("Europe/Berlin", None, "06:00");
        assert_eq!(berlin.cut_off(date(2026, 11, 21)), at("2026-11-21T23:00:00Z"));
        assert_eq!(berlin.deadline(date(2026, 11, 21)), at("2026-11-22T05:00:00Z"));
        // The day has 23 hours, the night to its deadline is shorter by one.
        assert_eq!(berlin.cut_off(date(2026, 3, 28)), at("2026-03-28T23:00:00Z"));
        assert_eq!(berlin.deadline(date(2026, 3, 28)), at("2026-03-29T04:00:00Z"));
        assert_eq!(berlin.cut_off(date(2026, 3, 29)), at("2026-03-29T22:00:00Z"));
        // And 25.
        assert_eq!(berlin.cut_off(date(2026, 10, 24)), at("2026-10-24T22:00:00Z"));
        assert_eq!(berlin.cut_off(date(2026, 10, 25)), at("2026-10-25T23:00:00Z"));
        assert_eq!(berlin.cut_off(date(2028, 2, 29)), at("2028-02-29T23:00:00Z"), "a leap day is a day");
    }

    #[test]
    fn a_day_without_a_midnight_begins_with_its_first_instant() {
        // On 2026-09-06 clocks in Chile went from 00:00 to 01:00.
        let santiago = schedule("America/Santiago", None, "06:00");
        assert_eq!(santiago.cut_off(date(2026, 9, 5)), at("2026-09-06T04:00:00Z"));
        // In Cuba they went back from 01:00 to 00:00 on 2026-11-01: midnight came twice, and the first one counts.
        let havana = schedule("America/Havana", None, "06:00");
        assert_eq!(havana.cut_off(date(2026, 10, 31)), at("2026-11-01T04:00:00Z"));
    }

    #[test]
    fn a_time_that_is_skipped_or_comes_twice_has_one_instant() {
        let early = schedule("Europe/Berlin", Some("02:30"), "06:00");
        assert_eq!(early.cut_off(date(2026, 3, 29)), at("2026-03-29T01:30:00Z"), "03:30 in summer time");
        assert_eq!(early.cut_off(date(2026, 10, 25)), at("2026-10-25T00:30:00Z"), "the first of two");
    }

    #[test]
    fn a_cut_off_before_midnight_has_its_deadline_the_same_day() {
        let evening = schedule("Europe/Berlin", Some("22:30"), "24:00");
        assert_eq!(evening.cut_off(date(2026, 11, 21)), at("2026-11-21T21:30:00Z"));
        assert_eq!(evening.deadline(date(2026, 11, 21)), at("2026-11-21T23:00:00Z"));
        assert_eq!(evening.current(at("2026-11-21T21:29:59Z")), date(2026, 11, 21));
        assert_eq!(evening.current(at("2026-11-21T21:30:00Z")), date(2026, 11, 22));
    }

    #[test]
    fn nights_that_were_missed_are_found_in_order_and_once() {
        let berlin = schedule("Europe/Berlin", None, "06:00");
        let now = at("2026-11-21T10:00:00Z");
        let mut plan = happens(Plan::default(), ReportEvent::Enabled { from: date(2026, 11, 18) });
        for day in [18, 19, 20] {
            let report = ReportId { date: date(2026, 11, day), revision: 1 };
            assert_eq!(berlin.missing(&plan.reports, now), Some(report.date));
            plan = happens(plan, started(report, &berlin));
        }
        assert_eq!(berlin.missing(&plan.reports, now), None, "today is not over");
        assert_eq!(berlin.missing(&plan.reports, at("2026-11-21T23:00:05Z")), None, "nothing is begun at once");
        assert_eq!(berlin.missing(&plan.reports, at("2026-11-21T23:00:10Z")), Some(date(2026, 11, 21)));
    }

    #[test]
    fn what_cannot_be_kept_is_said() {
        let new = |zone: &str, cut_off: Option<&str>, deadline: &str| {
            Schedule::new(zone, cut_off, deadline, SignedDuration::from_secs(10)).map(|_| ()).unwrap_err().to_string()
        };
        assert!(new("Europe/Berlinn", None, "06:00").contains("Europe/Berlinn"));
        assert!(new("Europe/Berlin", Some("25:00"), "06:00").contains("cut_off"));
        assert!(new("Europe/Berlin", None, "6 o'clock").contains("deadline"));
        assert!(new("Europe/Berlin", Some("00:00"), "06:00").contains("24:00"));
        assert!(new("Europe/Berlin", Some("22:30"), "22:30").contains("deadline"));
        assert!(new("Europe/Berlin", None, "00:00").contains("deadline"));
    }
}
