//! The runner: starts what is due, works on what may be worked on, and tells of what goes wrong. Every instance has one.

use super::alert::{Telling, tell};
use super::attempt::Trouble;
use super::begin::begin;
use super::mark;
use super::schedule::Schedule;
use super::settings::Settings;
use super::watchful::{Concern, concerns};
use super::work::{Worker, ask, fresh_id, own_name, system};
use crate::ledger::{Failure, Ledger, blocking, now};
use crate::plan::command::ReportAsk;
use crate::plan::report::{CLOCKS_APART_US, ReportId, Reports, Step};
use crate::plan::{Refusal, ReportRefusal, Text, Timestamp};
use jiff::civil::Date;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Clocks are set, and machines sleep: nobody waits for longer than this without looking again.
const LOOKED_AGAIN: Duration = Duration::from_secs(30);
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(2);
/// A plan changes often; reports do not.
const SETTLES: Duration = Duration::from_millis(100);
/// An alert that was raised, and not sent by then, is sent by somebody else.
const SENT_WITHIN_US: i64 = 10 * 60 * 1_000_000;

/// A runner at work.
pub struct Handle {
    stop: watch::Sender<bool>,
    thread: parking_lot::Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Handle {
    /// Gives back what is claimed, and ends.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            // It has logged its own crash.
            let _ = blocking(move || thread.join()).await;
        }
    }
}

/// Starts a runner on a thread of its own.
///
/// # Errors
/// The schedule cannot be kept, or there is no thread to be had.
pub fn start(ledger: Ledger, settings: Settings) -> Result<Handle, String> {
    let schedule = settings.schedule().map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let (stop, stopped) = watch::channel(false);
    let runner = Arc::new(Runner { schedule, worker: Worker { ledger, settings, name: own_name() } });
    let run = move || {
        let here = tokio::task::LocalSet::new();
        here.block_on(&runtime, async {
            let watching = tokio::task::spawn_local(runner.clone().watch());
            runner.run(stopped).await;
            watching.abort();
        });
    };
    let thread = std::thread::Builder::new().name("reports".to_owned()).spawn(run).map_err(|error| error.to_string())?;
    Ok(Handle { stop, thread: parking_lot::Mutex::new(Some(thread)) })
}

struct Runner {
    schedule: Schedule,
    worker: Worker,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Enable(Date),
    Start(Date),
    Work(ReportId),
    /// Nothing before this instant.
    Wait(Timestamp),
}

/// What a runner of this name does now. Pure.
fn next(reports: &Reports, schedule: &Schedule, from: Option<Date>, name: &Text, now: Timestamp) -> Next {
    if reports.from.is_none() {
        return Next::Enable(from.unwrap_or_else(|| schedule.current(now)));
    }
    if let Some(date) = schedule.missing(reports, now) {
        return Next::Start(date);
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
    for report in reports.all.values().filter(|report| !report.is_done()) {
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
        if at <= now {
            return Next::Work(report.id);
        }
        wake = wake.min(at);
    }
    Next::Wait(wake)
}

impl Runner {
    async fn run(&self, mut stop: watch::Receiver<bool>) {
        self.tidy_up().await;
        let mut positions = self.worker.ledger.positions();
        while !*stop.borrow() {
            positions.mark_unchanged();
            let snapshot = self.worker.ledger.snapshot();
            let reports = &snapshot.plan.reports;
            let (seen, from) = (reports.changes, self.worker.settings.from);
            let next = next(reports, &self.schedule, from, &self.worker.name, now());
            drop(snapshot);
            let pause = match next {
                Next::Enable(from) => {
                    ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Enable { from }).await.err().map(|error| error.to_string())
                }
                Next::Start(date) => self.start(date).await,
                Next::Work(report) => {
                    tokio::select! {
                        worked = self.worker.work(report) => match worked {
                            Ok(()) => None,
                            Err(trouble @ Trouble::Over(_)) => {
                                tracing::warn!(%report, "somebody else goes on");
                                Some(trouble.to_string())
                            }
                            Err(trouble) => Some(trouble.to_string()),
                        },
                        _ = stop.wait_for(|stopped| *stopped) => {
                            self.worker.release(report).await;
                            return;
                        }
                    }
                }
                Next::Wait(at) => {
                    let wait = Duration::from_micros(u64::try_from(at.0 - now().0).unwrap_or(0)).min(LOOKED_AGAIN);
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.changed(&mut positions, seen) => {}
                        _ = stop.wait_for(|stopped| *stopped) => return,
                    }
                    None
                }
            };
            if let Some(why) = pause {
                tracing::warn!(why, "reports: not now");
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    _ = stop.wait_for(|stopped| *stopped) => return,
                }
            }
        }
    }

    /// Until something has happened to reports.
    async fn changed(&self, positions: &mut watch::Receiver<crate::plan::Position>, seen: u64) {
        while positions.changed().await.is_ok() {
            if self.worker.ledger.snapshot().plan.reports.changes != seen {
                return;
            }
            tokio::time::sleep(SETTLES).await;
        }
        std::future::pending::<()>().await;
    }

    async fn start(&self, date: Date) -> Option<String> {
        let started = begin(&self.worker.ledger, &self.worker.settings, fresh_id(), &system(), date, None).await;
        mark("started").await;
        match started {
            Ok(()) => None,
            // Another instance was faster.
            Err(Failure::Refused(refusal)) if matches!(*refusal, Refusal::Report(ReportRefusal::Exists)) => None,
            Err(error) => Some(error.to_string()),
        }
    }

    /// Files whose reports are done may have been left over by somebody who was killed.
    async fn tidy_up(&self) {
        const NEWEST: usize = 10;
        let reports = self.worker.ledger.snapshot().plan.reports.clone();
        for report in reports.all.values().rev().take(NEWEST).filter(|report| report.is_done()) {
            self.worker.forget_file(report).await;
        }
    }

    /// Looks after the reports, whoever works on them.
    async fn watch(self: Arc<Self>) {
        let mut told_anyway = HashSet::new();
        let mut positions = self.worker.ledger.positions();
        loop {
            positions.mark_unchanged();
            let snapshot = self.worker.ledger.snapshot();
            let (reports, now) = (snapshot.plan.reports.clone(), now());
            drop(snapshot);
            let alerts = &self.worker.settings.alerts;
            let (concerns, next) = concerns(&reports, &self.schedule, alerts.before_deadline_us(), now);
            self.show(&reports, now);
            for concern in concerns {
                self.raise(concern, &mut told_anyway).await;
            }
            for (key, alert) in &reports.alerts {
                if alert.sent_at.is_none() && alert.raised_at.0 + SENT_WITHIN_US < now.0 {
                    let telling = Telling {
                        key: key.to_string(),
                        subject: alert.subject.to_string(),
                        message: alert.message.to_string(),
                        date: None,
                        revision: None,
                    };
                    tokio::task::spawn_local(self.clone().tell(telling));
                }
            }
            let wait = Duration::from_micros(u64::try_from(next.0 - now.0).unwrap_or(0)).min(LOOKED_AGAIN);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.changed(&mut positions, reports.changes) => {}
            }
            tokio::time::sleep(SETTLES).await;
        }
    }

    /// Whoever has it written down tells of it. Where nothing can be written, everybody does.
    async fn raise(self: &Arc<Self>, concern: Concern, told_anyway: &mut HashSet<String>) {
        let Concern { key, report, subject, message } = concern;
        let text = |text: &str| Text::stored(text);
        let raise = ReportAsk::Raise { key: text(&key), report, subject: text(&subject), message: text(&message) };
        let raised = ask(&self.worker.ledger, fresh_id(), &system(), raise).await;
        let is_ours = match &raised {
            Ok(answer) => !answer.events.is_empty(),
            Err(Failure::Refused(_)) => false,
            Err(_) => true,
        };
        let is_new = if raised.is_err() { told_anyway.insert(key.clone()) } else { !told_anyway.contains(&key) };
        let (date, revision) = (report.map(|report| report.date.to_string()), report.map(|report| report.revision));
        let telling = Telling { key, subject, message, date, revision };
        if is_ours && is_new {
            tokio::task::spawn_local(self.clone().tell(telling));
        } else if is_ours {
            // Told already, while it could not be written down.
            let _ = ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Sent { key: Text::stored(&telling.key) }).await;
        }
    }

    async fn tell(self: Arc<Self>, telling: Telling) {
        if tell(&self.worker.settings.alerts, &telling).await {
            // If that cannot be written down, somebody tells of it again.
            let _ = ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Sent { key: Text::stored(&telling.key) }).await;
        }
    }

    #[allow(clippy::cast_precision_loss)] // Gauges.
    fn show(&self, reports: &Reports, now: Timestamp) {
        let submitted = reports.all.values().filter_map(|report| report.step(Step::Submit).finished_at).max();
        if let Some(at) = submitted {
            metrics::gauge!("tafel_report_last_success_timestamp_seconds").set(at.0 as f64 / 1e6);
        }
        // Of the oldest that is not submitted; of today's, where all are.
        let waiting = reports.all.values().find(|report| report.step(Step::Submit).finished_at.is_none());
        let deadline = match waiting {
            Some(report) => report.terms.deadline,
            None => self.schedule.deadline(self.schedule.current(now)),
        };
        metrics::gauge!("tafel_report_deadline_timestamp_seconds").set(deadline.0 as f64 / 1e6);
    }
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
