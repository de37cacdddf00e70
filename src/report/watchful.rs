//! What is worth an alert: pure, from what the stream says of reports.

use super::schedule::Schedule;
use crate::plan::Timestamp;
use crate::plan::report::{Report, Reports, Step};
use crate::plan::{Text, report::ReportId};
use jiff::ToSpan;
use jiff::civil::Date;

/// Reports of so many dates say what is usual.
const USUAL_REPORTS: usize = 60;
/// With fewer, nothing is.
const ENOUGH_REPORTS: usize = 5;
/// A step that takes less than this is never slow.
const NOTICED_US: i64 = 10_000_000;
/// Nobody is told of what lies further back.
const TOLD_DAYS: i32 = 3;
/// How far ahead a trend is followed.
const AHEAD_DAYS: f64 = 30.0;
const DAY_US: i64 = 86_400_000_000;

/// Somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Concern {
    pub key: String,
    pub report: Option<ReportId>,
    pub subject: String,
    pub message: String,
}

/// What somebody should know by now, and has not been told of, with the instant of the next thing that might become one.
pub(super) fn concerns(reports: &Reports, schedule: &Schedule, before_deadline_us: i64, now: Timestamp) -> (Vec<Concern>, Timestamp) {
    let (mut concerns, mut next) = (Vec::new(), Timestamp(now.0 + DAY_US));
    let current = schedule.current(now);
    let first = current.checked_sub(TOLD_DAYS.days()).unwrap_or(current);
    let Some(from) = reports.from else { return (concerns, next) };
    for date in first.max(from).series(1.day()).take_while(|date| *date < current) {
        let mut late = |report: Option<&Report>| {
            if report.is_some_and(|report| report.step(Step::Submit).finished_at.is_some()) {
                return;
            }
            let deadline = report.map_or_else(|| schedule.deadline(date), |report| report.terms.deadline);
            let alert_at = Timestamp(deadline.0 - before_deadline_us);
            if alert_at <= now {
                concerns.push(late(date, report, deadline, now));
            } else {
                next = next.min(alert_at);
            }
        };
        late(reports.newest_of(date));
    }
    for report in reports.all.values().rev().take_while(|report| report.id.date >= first) {
        troubles(report, &mut concerns);
        slowness(reports, report, &mut concerns);
    }
    trend(reports, current, &mut concerns);
    concerns.retain(|concern| !reports.alerts.contains_key(&Text::stored(&concern.key)));
    (concerns, next)
}

/// Nothing is decided, or nothing is made up, before somebody has looked at the clock.
pub(super) fn clock_is_doubted(schedule: &Schedule, now: Timestamp) -> Concern {
    Concern {
        key: format!("clock/{}", schedule.current(now)),
        report: None,
        subject: "the server's clock is in doubt".to_owned(),
        message: format!(
            "It says {now}. It has jumped, or several reports fell due at once when the server was started. Set the clock right; or, if it \
             is right, say so: tafel clock confirm, or the button that an admin sees on every page."
        ),
    }
}

fn late(date: Date, report: Option<&Report>, deadline: Timestamp, now: Timestamp) -> Concern {
    let minutes = (deadline.0 - now.0) / 60_000_000;
    let when =
        if minutes >= 0 { format!("Its deadline is in {minutes} minutes") } else { format!("Its deadline was {} minutes ago", -minutes) };
    let state = match report {
        None => "It has not been started: does any instance run?".to_owned(),
        Some(report) => match &report.failure {
            Some(failed) => format!("It is {}; {} failed: {}", words(report.state()), failed.step, failed.details),
            None => format!("It is {}.", words(report.state())),
        },
    };
    Concern {
        key: format!("late/{date}"),
        report: report.map(|report| report.id),
        subject: format!("the report of {date} is not submitted"),
        message: format!("{when} ({deadline}). {state}"),
    }
}

fn words(state: &str) -> String {
    state.replace('_', " ")
}

fn troubles(report: &Report, concerns: &mut Vec<Concern>) {
    let id = report.id;
    let key = |what: &str, number: u32| format!("{what}/{}/{}/{number}", id.date, id.revision);
    if let Some(failed) = &report.failure {
        if failed.uncertain {
            concerns.push(Concern {
                key: key("uncertain", failed.attempt),
                report: Some(id),
                subject: format!("nobody can tell whether the report of {id} has arrived"),
                message: format!("Ask the authority, then press one of the two buttons at /reports/{}. {}", id.date, failed.details),
            });
        } else if failed.retry_at.is_none() {
            concerns.push(Concern {
                key: format!("{}/{}", key("failed", failed.attempt), failed.step),
                report: Some(id),
                subject: format!("the report of {id} has failed"),
                message: format!("{} is not tried again before somebody has seen to it: {}", failed.step, failed.details),
            });
        }
    }
    if report.taken_over > 0 {
        concerns.push(Concern {
            key: key("taken_over", report.taken_over),
            report: Some(id),
            subject: format!("the report of {id} was taken over"),
            message: "Whoever worked on it did not finish, and did not give it back: an instance has died or hangs.".to_owned(),
        });
    }
}

/// How long a finished report took from its cut-off to its submission, if it was made in its own night.
fn took(report: &Report) -> Option<i64> {
    let submitted = report.step(Step::Submit).finished_at?;
    (report.id.revision == 1 && report.started_at.0 - report.terms.cut_off.0 < DAY_US).then(|| submitted.0 - report.terms.cut_off.0)
}

/// The finished reports before a date, newest first.
fn before(reports: &Reports, date: Date) -> impl Iterator<Item = &Report> {
    let first = ReportId { date, revision: 0 };
    reports.all.range(..first).rev().map(|(_, report)| report.as_ref()).filter(|report| report.is_done()).take(USUAL_REPORTS)
}

/// The middle one.
pub(super) fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

fn slowness(reports: &Reports, report: &Report, concerns: &mut Vec<Concern>) {
    let id = report.id;
    for step in Step::ALL {
        let Some(duration) = report.step(step).duration_us().filter(|duration| *duration > NOTICED_US) else { continue };
        let usual: Vec<i64> = before(reports, id.date).filter_map(|report| report.step(step).duration_us()).collect();
        if usual.len() < ENOUGH_REPORTS {
            continue;
        }
        if let Some(usual) = median(usual).filter(|usual| duration > 2 * usual) {
            concerns.push(Concern {
                key: format!("slow/{}/{}/{step}", id.date, id.revision),
                report: Some(id),
                subject: format!("{step} of the report of {id} was slow"),
                message: format!("It took {} s, and usually takes {} s.", duration / 1_000_000, usual / 1_000_000),
            });
        }
    }
    let window = report.terms.deadline.0 - report.terms.cut_off.0;
    if let Some(took) = took(report).filter(|took| *took > window / 2) {
        concerns.push(Concern {
            key: format!("tight/{}/{}", id.date, id.revision),
            report: Some(id),
            subject: format!("the report of {id} took more than half of its time"),
            message: format!("{} of {} minutes between cut-off and deadline.", took / 60_000_000, window / 60_000_000),
        });
    }
}

/// The line through how long the last reports took says when it will be more than half of the time.
fn trend(reports: &Reports, current: Date, concerns: &mut Vec<Concern>) {
    let points: Vec<(f64, f64)> = before(reports, current)
        .filter_map(|report| {
            #[allow(clippy::cast_precision_loss)] // Days and hours.
            Some((f64::from(report.id.date.since(current).ok()?.get_days()), took(report)? as f64))
        })
        .collect();
    let Some(newest) = before(reports, current).next() else { return };
    let window = newest.terms.deadline.0 - newest.terms.cut_off.0;
    if points.len() < ENOUGH_REPORTS * 2 {
        return;
    }
    #[allow(clippy::cast_precision_loss)]
    let (count, half) = (points.len() as f64, (window / 2) as f64);
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (day, duration) = (mean(&|point| point.0), mean(&|point| point.1));
    let spread = points.iter().map(|point| (point.0 - day).powi(2)).sum::<f64>();
    if spread == 0.0 {
        return;
    }
    let slope = points.iter().map(|point| (point.0 - day) * (point.1 - duration)).sum::<f64>() / spread;
    let (today, then) = (duration - slope * day, duration + slope * (AHEAD_DAYS - day));
    if slope > 0.0 && today <= half && then > half {
        let days = (half - today) / slope;
        concerns.push(Concern {
            key: format!("trend/{}", current.strftime("%Y-%m")),
            report: None,
            subject: "reports take longer and longer".to_owned(),
            message: format!("If it goes on like that, they take more than half of the time before their deadline in {days:.0} days."),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{happens, happens_at, started};
    use super::*;
    use crate::plan::Plan;
    use crate::plan::report::{Details, FileFacts, ReportEvent};
    use jiff::SignedDuration;
    use jiff::civil::date;

    fn schedule() -> Schedule {
        Schedule::new("Europe/Berlin", None, "06:00", SignedDuration::from_secs(10)).unwrap()
    }

    const MINUTE: i64 = 60_000_000;

    /// A night in which submitting took so many minutes.
    fn night(mut plan: Plan, day: Date, minutes: i64) -> Plan {
        let schedule = schedule();
        let report = ReportId { date: day, revision: 1 };
        let at = |minutes: i64| Timestamp(schedule.cut_off(day).0 + minutes * MINUTE);
        let file = FileFacts { rows: 1, bytes: 1, sha256: Text::stored("00") };
        let step = |step, minutes| (ReportEvent::StepStarted { report, step, attempt: 1, token: 1 }, minutes);
        let events = [
            (started(report, &schedule), 1),
            step(Step::CreateRows, 1),
            (ReportEvent::RowsCreated { report, token: 1, file }, 1),
            step(Step::Submit, 1),
            (ReportEvent::Submitted { report, token: 1 }, 1 + minutes),
            step(Step::Archive, 1 + minutes),
            (ReportEvent::Archived { report, token: 1, location: Text::stored("x") }, 1 + minutes),
        ];
        for (event, minutes) in events {
            plan = happens_at(plan, event, at(minutes));
        }
        plan
    }

    fn nights(minutes: impl Fn(i64) -> i64, count: i32) -> Plan {
        let first = date(2026, 11, 1);
        let plan = happens(Plan::default(), ReportEvent::Enabled { from: first });
        (0..count).fold(plan, |plan, day| night(plan, first.checked_add(day.days()).unwrap(), minutes(day.into())))
    }

    fn keys(plan: &Plan, now: Timestamp) -> Vec<String> {
        concerns(&plan.reports, &schedule(), 60 * MINUTE, now).0.into_iter().map(|concern| concern.key).collect()
    }

    /// So many minutes after the cut-off of a date.
    fn after(day: Date, minutes: i64) -> Timestamp {
        Timestamp(schedule().cut_off(day).0 + minutes * MINUTE)
    }

    #[test]
    fn what_is_not_submitted_an_hour_before_its_deadline_is_told_once() {
        let day = date(2026, 11, 21);
        let report = ReportId { date: day, revision: 1 };
        let mut plan = happens(Plan::default(), ReportEvent::Enabled { from: day });
        let (none, next) = concerns(&plan.reports, &schedule(), 60 * MINUTE, after(day, 10));
        assert_eq!((none, next), (Vec::new(), after(day, 300)), "and it is looked again then");
        assert_eq!(keys(&plan, after(day, 300)), ["late/2026-11-21"], "also where nobody has started it");
        plan = happens_at(plan, started(report, &schedule()), after(day, 1));
        assert_eq!(keys(&plan, after(day, 299)), Vec::<String>::new());
        assert_eq!(keys(&plan, after(day, 300)), ["late/2026-11-21"]);
        let key = Text::stored("late/2026-11-21");
        let (subject, message) = (key.clone(), key.clone());
        plan = happens(plan, ReportEvent::AlertRaised { key, report: Some(report), subject, message });
        assert_eq!(keys(&plan, after(day, 300)), Vec::<String>::new());
    }

    #[test]
    fn failures_that_wait_for_a_person_are_told_and_others_are_not() {
        let day = date(2026, 11, 21);
        let report = ReportId { date: day, revision: 1 };
        let plan = happens(Plan::default(), ReportEvent::Enabled { from: day });
        let plan = happens_at(plan, started(report, &schedule()), after(day, 1));
        let failed = |retry_at, uncertain| {
            let details = Details::of("refused");
            ReportEvent::Failed { report, step: Step::Submit, attempt: 2, token: 1, details, retry_at, uncertain }
        };
        let now = after(day, 10);
        assert_eq!(keys(&happens(plan.clone(), failed(Some(after(day, 20)), false)), now), Vec::<String>::new());
        assert_eq!(keys(&happens(plan.clone(), failed(None, false)), now), ["failed/2026-11-21/1/2/submit"]);
        assert_eq!(keys(&happens(plan, failed(None, true)), now), ["uncertain/2026-11-21/1/2"]);
    }

    #[test]
    fn a_claim_that_was_taken_over_is_told() {
        let day = date(2026, 11, 21);
        let report = ReportId { date: day, revision: 1 };
        let plan = happens(Plan::default(), ReportEvent::Enabled { from: day });
        let plan = happens_at(plan, started(report, &schedule()), after(day, 1));
        let claimed = |runner: &str, token| ReportEvent::Claimed { report, runner: Text::stored(runner), token, until: after(day, 5) };
        let plan = happens(plan, claimed("a", 1));
        let plan = happens(plan, claimed("a", 2));
        assert_eq!(keys(&plan, after(day, 2)), Vec::<String>::new(), "a claim that is renewed");
        assert_eq!(keys(&happens(plan, claimed("b", 3)), after(day, 12)), ["taken_over/2026-11-21/1/1"]);
    }

    #[test]
    fn a_slow_step_and_a_tight_night_are_told() {
        let usual = nights(|_| 10, 20);
        let day = date(2026, 11, 21);
        assert_eq!(keys(&night(usual.clone(), day, 19), after(day, 40)), Vec::<String>::new());
        assert_eq!(keys(&night(usual.clone(), day, 21), after(day, 40)), ["slow/2026-11-21/1/submit"]);
        let slow = night(usual, day, 190);
        assert_eq!(keys(&slow, after(day, 200)), ["slow/2026-11-21/1/submit", "tight/2026-11-21/1"]);
    }

    #[test]
    fn a_trend_that_reaches_half_of_the_time_within_a_month_is_told() {
        // From 20 minutes by 4 a day: 100 after 20 days; 180 after 40, but by 1 a day only after 160.
        let day = date(2026, 11, 21);
        assert_eq!(keys(&nights(|day| 20 + 4 * day, 20), after(day, -60)), ["trend/2026-11"]);
        assert_eq!(keys(&nights(|day| 20 + day, 20), after(day, -60)), Vec::<String>::new());
    }
}
