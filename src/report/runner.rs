//! The runner: starts what is due, works on what may be worked on, and tells of what goes wrong. Every instance has one.

use super::alert::{Telling, tell};
use super::attempt::Trouble;
use super::begin::begin;
use super::mark;
use super::next::{Next, next, next_but_starting};
use super::schedule::Schedule;
use super::settings::Settings;
use super::thread::{ENDS_WITHIN, Handle, LOOKED_AGAIN, PAUSE, SETTLES, until};
use super::watchful::{Concern, clock_is_doubted, concerns};
use super::work::{Worker, ask, fresh_id, system};
use crate::ledger::{Failure, Ledger, now};
use crate::plan::command::ReportAsk;
use crate::plan::report::{Alert, Report, ReportId, Reports, Step, TOLD_WITHIN_US};
use crate::plan::{Refusal, ReportRefusal, Text, Timestamp};
use jiff::civil::Date;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// Where the clock has to be confirmed, it is looked so often whether it was.
const CONFIRMED_SOON_US: i64 = 1_000_000;
/// Nobody is told of what is older than a day.
const TOLD_FOR_US: i64 = 86_400_000_000;
/// Starts a runner on a thread of its own.
///
/// # Errors
/// The schedule cannot be kept, or there is no thread to be had.
pub fn start(ledger: Ledger, settings: Settings) -> Result<Handle, String> {
    let schedule = settings.schedule().map_err(|error| error.to_string())?;
    // A crash costs what was at hand; its claim runs out by itself.
    Handle::start("reports", move |stopped| round(ledger.clone(), settings.clone(), schedule.clone(), stopped))
}

/// Works until it is told to stop.
fn round(ledger: Ledger, settings: Settings, schedule: Schedule, stopped: watch::Receiver<bool>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let runner = Arc::new(Runner {
        started_at: now(),
        schedule,
        worker: Worker::new(ledger, settings),
        telling: Mutex::default(),
        told: Mutex::default(),
    });
    let here = tokio::task::LocalSet::new();
    here.block_on(&runtime, async {
        let mut watching = tokio::task::spawn_local(runner.clone().watch());
        tokio::select! {
            () = runner.run(stopped) => watching.abort(),
            crashed = &mut watching => if let Err(error) = crashed && error.is_panic() {
                std::panic::resume_unwind(error.into_panic());
            },
        }
    });
    drop(here);
    // A webhook that does not answer is nothing to wait for.
    runtime.shutdown_background();
    Ok(())
}

struct Runner {
    started_at: Timestamp,
    schedule: Schedule,
    worker: Worker,
    /// The alerts that this process is telling of.
    telling: Mutex<HashSet<String>>,
    /// What somebody was told of by us, also where it could not be written down.
    told: Mutex<HashSet<String>>,
}

impl Runner {
    async fn run(&self, mut stop: watch::Receiver<bool>) {
        self.tidy_up().await;
        self.set_first_day().await;
        let mut positions = self.worker.ledger.positions();
        while !*stop.borrow() {
            positions.mark_unchanged();
            let snapshot = self.worker.ledger.snapshot();
            let reports = &snapshot.plan.reports;
            let (seen, from) = (reports.changes, self.worker.settings.from);
            let mut next = next(reports, &self.schedule, from, &self.worker.name, now());
            if matches!(next, Next::Start(_)) && self.is_too_much_at_once() {
                let clock = self.worker.ledger.clock();
                if !clock.is_awaited() {
                    tracing::warn!(
                        "reports: several fell due while nobody watched the clock; somebody has to confirm it (tafel clock confirm)"
                    );
                }
                clock.await_confirmation();
                // What has begun goes on.
                next = match next_but_starting(reports, &self.schedule, from, &self.worker.name, now()) {
                    Next::Wait(_) => Next::Wait(Timestamp(now().0 + CONFIRMED_SOON_US)),
                    next => next,
                };
            }
            drop(snapshot);
            let pause = match next {
                Next::Enable(from) => {
                    ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Enable { from }).await.err().map(|error| error.to_string())
                }
                Next::Start(date) => self.start(date).await,
                Next::Work(report) => match self.work(report, &mut stop).await {
                    Ok(()) => None,
                    Err(trouble @ Trouble::Over(_)) => {
                        tracing::warn!(%report, "somebody else goes on");
                        Some(trouble.to_string())
                    }
                    Err(trouble) => Some(trouble.to_string()),
                },
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

    /// Works on a report, until that is over or this process ends. What the stream must still be told of is told first.
    async fn work(&self, report: ReportId, stop: &mut watch::Receiver<bool>) -> Result<(), Trouble> {
        let mut working = std::pin::pin!(self.worker.work(report));
        tokio::select! {
            worked = &mut working => return worked,
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
        let told = async {
            while self.worker.is_critical.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            worked = &mut working => worked?,
            () = told => {}
            () = tokio::time::sleep(ENDS_WITHIN / 2) => {}
        }
        let released = self.worker.release(report);
        // A store that is away is nothing to wait for: the claim runs out by itself.
        let _ = tokio::time::timeout(ENDS_WITHIN / 4, released).await;
        Ok(())
    }

    /// Where the settings name a first day, it is that one, also if another was named before.
    async fn set_first_day(&self) {
        let known = self.worker.ledger.snapshot().plan.reports.from;
        let Some(from) = self.worker.settings.from.filter(|from| known.is_some_and(|known| known != *from)) else { return };
        tracing::warn!(%from, before = %known.unwrap_or_default(), "the first day of reports is another one now");
        if let Err(error) = ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Enable { from }).await {
            tracing::warn!(%error, "the first day of reports stays as it was for now");
        }
    }

    /// Until something has happened to reports.
    async fn changed(&self, positions: &mut watch::Receiver<crate::plan::Position>, seen: u64) {
        until(&self.worker.ledger, positions, |plan| plan.reports.changes != seen).await;
    }

    /// More than one night was missed before this start, and nobody else says that so much time has passed.
    fn is_too_much_at_once(&self) -> bool {
        let reports = &self.worker.ledger.snapshot().plan.reports;
        !self.worker.ledger.clock().is_confirmed() && self.schedule.missing_by(reports, self.started_at) > 1
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
        let mut positions = self.worker.ledger.positions();
        loop {
            positions.mark_unchanged();
            let snapshot = self.worker.ledger.snapshot();
            let (reports, now) = (snapshot.plan.reports.clone(), now());
            drop(snapshot);
            let alerts = &self.worker.settings.alerts;
            let (concerns, next) = concerns(&reports, &self.schedule, alerts.before_deadline_us(&self.schedule), now);
            self.show(&reports, now);
            if self.worker.ledger.clock().is_awaited() {
                self.raise(clock_is_doubted(&self.schedule, now)).await;
            }
            for concern in concerns {
                self.raise(concern).await;
            }
            let is_waiting =
                |alert: &Alert| alert.sent_at.is_none() && alert.claimed_until < now && now.0 - alert.raised_at.0 < TOLD_FOR_US;
            for (key, alert) in reports.alerts.iter().filter(|(_, alert)| is_waiting(alert)) {
                self.retell(key, alert, now).await;
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
    async fn raise(self: &Arc<Self>, concern: Concern) {
        let Concern { key, report, subject, message } = concern;
        let text = |text: &str| Text::stored(text);
        let raise = ReportAsk::Raise { key: text(&key), report, subject: text(&subject), message: text(&message) };
        let raised = ask(&self.worker.ledger, fresh_id(), &system(), raise).await;
        let is_ours = match &raised {
            Ok(answer) => !answer.events.is_empty(),
            Err(Failure::Refused(_)) => false,
            Err(_) => true,
        };
        let is_new = !self.told.lock().contains(&key);
        let (date, revision) = (report.map(|report| report.date.to_string()), report.map(|report| report.revision));
        let telling = Telling { key, subject, message, date, revision };
        if is_ours && is_new {
            self.start_telling(telling);
        } else if raised.is_ok() && is_ours {
            // Told already, while it could not be written down.
            let _ = ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Sent { key: Text::stored(&telling.key) }).await;
        }
    }

    /// Nobody could be told, or whoever was to do it has died: one of all instances tries again.
    async fn retell(self: &Arc<Self>, key: &Text, alert: &Alert, now: Timestamp) {
        let until = Timestamp(now.0 + TOLD_WITHIN_US);
        let claimed = ask(&self.worker.ledger, fresh_id(), &system(), ReportAsk::Retell { key: key.clone(), until }).await;
        if claimed.is_ok_and(|answer| !answer.events.is_empty()) {
            let (subject, message) = (alert.subject.to_string(), alert.message.to_string());
            let (date, revision) = (alert.report.map(|report| report.date.to_string()), alert.report.map(|report| report.revision));
            self.start_telling(Telling { key: key.to_string(), subject, message, date, revision });
        }
    }

    fn start_telling(self: &Arc<Self>, telling: Telling) {
        if self.telling.lock().insert(telling.key.clone()) {
            tokio::task::spawn_local(self.clone().tell(telling));
        }
    }

    async fn tell(self: Arc<Self>, telling: Telling) {
        let has_told = tell(&self.worker.settings.alerts, &telling).await;
        self.telling.lock().remove(&telling.key);
        if has_told {
            self.told.lock().insert(telling.key.clone());
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
        let is_waiting = |report: &&Arc<Report>| report.step(Step::Submit).finished_at.is_none() && !reports.is_superseded(report);
        let waiting = reports.all.values().find(is_waiting);
        let deadline = match waiting {
            Some(report) => report.terms.deadline,
            None => self.schedule.deadline(self.schedule.current(now)),
        };
        metrics::gauge!("tafel_report_deadline_timestamp_seconds").set(deadline.0 as f64 / 1e6);
    }
}
