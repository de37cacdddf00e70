//! What a runner does next. Pure: reports, the schedule, a name and an instant in; the next thing to do out.

use super::schedule::Schedule;
use crate::plan::report::{CLOCKS_APART_US, ReportId, Reports, Step};
use crate::plan::{Text, Timestamp};
use jiff::civil::Date;

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Enable(Date),
    Start(Date),
    Work(ReportId),
    /// Nothing before this instant.
    Wait(Timestamp),
}

/// What a runner of this name does now. Pure.
pub(super) fn next(reports: &Reports, schedule: &Schedule, from: Option<Date>, name: &Text, now: Timestamp) -> Next {
    match schedule.missing(reports, now).filter(|_| reports.from.is_some()) {
        Some(date) => Next::Start(date),
        None => next_but_starting(reports, schedule, from, name, now),
    }
}

/// [`next`], where nothing may be started for now.
pub(super) fn next_but_starting(reports: &Reports, schedule: &Schedule, from: Option<Date>, name: &Text, now: Timestamp) -> Next {
    if reports.from.is_none() {
        return Next::Enable(from.unwrap_or_else(|| schedule.current(now)));
    }
    let mut wake = schedule.due(schedule.current(now));
    if wake <= now {
        wake = schedule.due(schedule.current(Timestamp(wake.0 + 1)));
    }
    // The day that has just ended, before its pause is over.
    let yesterday = schedule.current(now).yesterday().map_or(wake, |date| schedule.due(date));
    if yesterday > now {
        wake = wake.min(yesterday);
    }
    // What others are submitting goes first, so that the authority gets one day after the other. What has failed holds nobody up.
    let mut is_behind = false;
    for report in reports.all.values().filter(|report| !report.is_done() && !reports.is_superseded(report)) {
        let retry_at = match &report.failure {
            None => now,
            Some(failed) => match failed.retry_at {
                None => continue,
                Some(retry_at) => retry_at,
            },
        };
        let free_at = match &report.claim {
            Some(claim) if claim.runner != *name && claim.is_live(now) => Timestamp(claim.until.0.saturating_add(CLOCKS_APART_US)),
            _ => now,
        };
        let at = retry_at.max(free_at);
        let submits = report.step(Step::Submit).finished_at.is_none();
        if submits && is_behind {
            continue;
        }
        is_behind |= submits && report.failure.is_none();
        if at <= now {
            return Next::Work(report.id);
        }
        wake = wake.min(at);
    }
    Next::Wait(wake)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{happens, happens_at, started};
    use super::*;
    use crate::plan::Plan;
    use crate::plan::report::{Details, ReportEvent};
    use jiff::SignedDuration;
    use jiff::civil::date;

    const SECOND: i64 = 1_000_000;

    fn schedule() -> Schedule {
        Schedule::new("Europe/Berlin", None, "06:00", SignedDuration::from_secs(10)).unwrap()
    }

    fn next_of(plan: &Plan, now: Timestamp) -> Next {
        next(&plan.reports, &schedule(), None, &Text::stored("me"), now)
    }

    #[test]
    fn reports_are_switched_on_from_the_day_that_is_not_over() {
        let noon = Timestamp(schedule().cut_off(date(2026, 11, 20)).0 + 12 * 3_600 * SECOND);
        assert_eq!(next_of(&Plan::default(), noon), Next::Enable(date(2026, 11, 21)));
        let from = Some(date(2026, 11, 1));
        assert_eq!(next(&Reports::default(), &schedule(), from, &Text::stored("me"), noon), Next::Enable(date(2026, 11, 1)));
    }

    #[test]
    fn it_sleeps_until_the_next_is_due_and_then_starts_it() {
        let today = date(2026, 11, 21);
        let plan = happens(Plan::default(), ReportEvent::Enabled { from: today });
        let end = schedule().cut_off(today);
        let due = Timestamp(end.0 + 10 * SECOND);
        assert_eq!(next_of(&plan, Timestamp(end.0 - 1)), Next::Wait(due));
        assert_eq!(next_of(&plan, Timestamp(end.0 + 5 * SECOND)), Next::Wait(due));
        assert_eq!(next_of(&plan, due), Next::Start(today));
        let three_days_later = Timestamp(schedule().cut_off(date(2026, 11, 24)).0 + SECOND);
        assert_eq!(next_of(&plan, three_days_later), Next::Start(today), "the oldest first");
    }

    #[test]
    fn one_day_is_submitted_after_the_other_unless_it_has_failed() {
        let (first, second) = (date(2026, 11, 20), date(2026, 11, 21));
        let id = |date| ReportId { date, revision: 1 };
        let due = schedule().due(second);
        let plan = happens(Plan::default(), ReportEvent::Enabled { from: first });
        let plan = [first, second].into_iter().fold(plan, |plan, date| happens_at(plan, started(id(date), &schedule()), due));
        let until = Timestamp(due.0 + 300 * SECOND);
        let claimed = ReportEvent::Claimed { report: id(first), runner: Text::stored("them"), token: 1, until };
        let plan = happens(plan, claimed);
        assert_eq!(next_of(&plan, due), Next::Wait(Timestamp(until.0 + CLOCKS_APART_US)));
        let (details, retry_at) = (Details::of("refused"), Some(until));
        let failed =
            ReportEvent::Failed { report: id(first), step: Step::Submit, attempt: 1, token: 1, details, retry_at, uncertain: false };
        assert_eq!(next_of(&happens(plan, failed), due), Next::Work(id(second)), "the other does not wait for that");
    }

    #[test]
    fn it_keeps_away_from_what_others_work_on_until_their_claim_is_surely_over() {
        let today = date(2026, 11, 21);
        let report = ReportId { date: today, revision: 1 };
        let due = schedule().due(today);
        let after = |seconds: i64| Timestamp(due.0 + seconds * SECOND);
        let plan = happens(Plan::default(), ReportEvent::Enabled { from: today });
        let plan = happens_at(plan, started(report, &schedule()), due);
        assert_eq!(next_of(&plan, due), Next::Work(report));
        let claimed = |runner: &str| ReportEvent::Claimed { report, runner: Text::stored(runner), token: 1, until: after(300) };
        let theirs = happens(plan.clone(), claimed("them"));
        assert_eq!(next_of(&theirs, after(300)), Next::Wait(after(305)), "their clock may be behind ours");
        assert_eq!(next_of(&theirs, after(305)), Next::Work(report));
        assert_eq!(next_of(&happens(plan.clone(), claimed("me")), after(1)), Next::Work(report));
        let failed = |retry_at| ReportEvent::Failed {
            report,
            step: Step::CreateRows,
            attempt: 1,
            token: 1,
            details: Details::of("refused"),
            retry_at,
            uncertain: false,
        };
        let later = happens(plan.clone(), failed(Some(after(60))));
        assert_eq!(next_of(&later, after(1)), Next::Wait(after(60)));
        assert_eq!(next_of(&later, after(60)), Next::Work(report));
        let never = happens(plan, failed(None));
        let tomorrow = schedule().due(date(2026, 11, 22));
        assert_eq!(next_of(&never, after(60)), Next::Wait(tomorrow));
        assert_eq!(next_of(&happens(never, ReportEvent::Retried { report }), after(60)), Next::Work(report));
    }
}
