//! Working on one report: claim it, do its steps in order, and say in the stream what came of each.

use super::archive::{self, Place};
use super::attempt::{Trouble, attempt, pause_after};
use super::mark;
use super::parcel::Parcel;
use super::rows::{file_at, unhex};
use super::settings::Settings;
use super::submit::Submission;
use crate::ledger::{Answer, Failure, Ledger, blocking, now};
use crate::plan::command::{Ask, Conditions, ReportAsk, Request};
use crate::plan::report::{Details, FileFacts, Report, ReportId, Step};
use crate::plan::{BatchId, Refusal, ReportRefusal, Text, Timestamp};
use crate::store::ReportFile;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// Work ends after this part of the claim, so that its outcome is in the stream before the claim is over.
const WORKED: f64 = 0.8;
/// For so long it is tried to say what is done. Nobody else is kept from anything by that.
const SAID_WITHIN: Duration = Duration::from_hours(12);
/// Whoever has refused us so often is not asked again by itself.
const REFUSALS: u32 = 3;

/// Whoever works on reports.
pub(super) struct Worker {
    pub ledger: Ledger,
    pub settings: Settings,
    /// Under which claims are made: of this process alone.
    pub name: Text,
    /// Something is happening elsewhere of which the stream does not know yet.
    pub is_critical: AtomicBool,
}

/// What a step has come to.
enum Done {
    Rows(FileFacts),
    /// With the connection, for tidying up.
    Submitted(Box<Submission>),
    Archived(Text),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => match *refusal {
                Refusal::Report(
                    ReportRefusal::Fenced
                    | ReportRefusal::Done
                    | ReportRefusal::Claimed { .. }
                    | ReportRefusal::Waiting
                    | ReportRefusal::Superseded,
                ) => Self::Over(format!("{}: {}", refusal.title(), refusal.detail())),
                _ => Self::Lasting(refusal.title()),
            },
            failure => Self::Passing(failure.to_string()),
        }
    }
}

/// The name of this process, as others see it.
pub(crate) fn own_name() -> Text {
    let host = std::env::var("HOSTNAME").ok().or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty()).unwrap_or("tafel").to_owned();
    let unique = &Uuid::new_v4().simple().to_string()[..6];
    Text::stored(&format!("{host}/{}-{unique}", std::process::id()))
}

/// Has the stream say something of reports. The same id, if it is asked again.
pub(super) async fn ask(ledger: &Ledger, id: BatchId, actor: &Arc<str>, ask: ReportAsk) -> Result<Answer, Failure> {
    let at = ledger.clock().now();
    ledger.submit(Request { id, actor: actor.clone(), at, conditions: Conditions::default(), ask: Ask::Report(Box::new(ask)) }).await
}

pub(crate) fn system() -> Arc<str> {
    Arc::from("system")
}

pub(crate) fn fresh_id() -> BatchId {
    BatchId(Uuid::now_v7())
}

impl Worker {
    pub(super) fn new(ledger: Ledger, settings: Settings) -> Self {
        Self { ledger, settings, name: own_name(), is_critical: AtomicBool::new(false) }
    }

    fn report(&self, id: ReportId) -> Result<Report, Trouble> {
        self.ledger.snapshot().plan.reports.get(id).cloned().ok_or_else(|| Trouble::Over("there is no such report".to_owned()))
    }

    /// Asks until there is an answer, or the claim is over.
    async fn insist(&self, over: Instant, what: ReportAsk) -> Result<Answer, Trouble> {
        let (id, actor) = (fresh_id(), system());
        attempt(over, "writing to the stream", async |_| ask(&self.ledger, id, &actor, what.clone()).await.map_err(Trouble::from)).await
    }

    /// Claims it for a while; answers the token, and when work has to end.
    async fn claim(&self, report: ReportId) -> Result<(u64, Instant), Trouble> {
        let length = self.settings.claim();
        // The clock is read before the claim is asked for, so ours is over before it is with the others.
        let over = Instant::now() + length.mul_f64(WORKED);
        let until = Timestamp(now().0.saturating_add(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)));
        let answer = self.insist(over, ReportAsk::Claim { report, runner: self.name.clone(), until }).await?;
        // The answer is older than what may have happened since: a token counts only if it is ours.
        let plan = self.ledger.wait_for(answer.position, Duration::from_secs(5)).await;
        let plan = plan.ok_or_else(|| Trouble::Passing("the plan does not follow the stream".to_owned()))?;
        let claim = plan.plan.reports.get(report).and_then(|report| report.claim.clone());
        let claim = claim.filter(|claim| claim.runner == self.name);
        claim.map(|claim| (claim.token, over)).ok_or_else(|| Trouble::Over("it was taken over at once".to_owned()))
    }

    /// Works on it until it is done, or until it has failed.
    ///
    /// # Errors
    /// Why it is not done.
    pub(super) async fn work(&self, id: ReportId) -> Result<(), Trouble> {
        let (mut token, mut over) = self.claim(id).await?;
        mark("claimed").await;
        loop {
            let report = self.report(id)?;
            let Some(step) = report.next_step() else { break };
            let half = self.settings.claim().mul_f64(WORKED / 2.0);
            if over.saturating_duration_since(Instant::now()) < half {
                (token, over) = self.claim(id).await?;
            }
            self.step(id, step, token, over).await?;
        }
        mark("archived").await;
        self.forget_file(&self.report(id)?).await;
        Ok(())
    }

    /// What is left of the claim when work has ended, if it has ended in time.
    fn a_moment(&self) -> Instant {
        Instant::now() + self.settings.claim().mul_f64((1.0 - WORKED) / 2.0)
    }

    async fn step(&self, id: ReportId, step: Step, token: u64, over: Instant) -> Result<(), Trouble> {
        let began = Instant::now();
        let number = self.report(id)?.step(step).attempts;
        tracing::info!(report = %id, %step, attempt = number, token, "a step begins");
        let outcome = attempt(over, step.as_str(), async |number| match step {
            Step::CreateRows => self.create_rows(id).await.map(Done::Rows),
            Step::Submit => self.submit(id, token, number).await.map(Box::new).map(Done::Submitted),
            Step::Archive => self.archive(id).await.map(Done::Archived),
        });
        let trouble = match outcome.await {
            Ok(done) => {
                mark(match step {
                    Step::CreateRows => "rows_before_event",
                    Step::Submit => "submitted_before_event",
                    Step::Archive => "archived_before_event",
                })
                .await;
                let (finished, submission) = match done {
                    Done::Rows(file) => (ReportAsk::CreatedRows { report: id, token, file }, None),
                    Done::Submitted(submission) => (ReportAsk::Submitted { report: id, token }, Some(submission)),
                    Done::Archived(location) => (ReportAsk::Archived { report: id, token, location }, None),
                };
                // What is done has to be said, however long that takes: whether it still counts is for the token to tell.
                let said = self.insist(Instant::now() + SAID_WITHIN, finished).await;
                self.is_critical.store(false, Ordering::Relaxed);
                said?;
                if let Some(submission) = submission {
                    submission.clean_up(&id.file_name(), token).await;
                }
                let elapsed = began.elapsed();
                metrics::histogram!("tafel_report_step_seconds", "step" => step.as_str()).record(elapsed.as_secs_f64());
                tracing::info!(report = %id, %step, attempt = number, elapsed_ms = elapsed.as_millis(), "a step is done");
                mark(step.done()).await;
                return Ok(());
            }
            Err(over @ Trouble::Over(_)) => {
                self.is_critical.store(false, Ordering::Relaxed);
                return Err(over);
            }
            Err(trouble) => trouble,
        };
        metrics::counter!("tafel_report_failures_total", "step" => step.as_str()).increment(1);
        self.is_critical.store(false, Ordering::Relaxed);
        let (retries, uncertain) = match &trouble {
            Trouble::Refused(_) => (number < REFUSALS, false),
            Trouble::Person(_) => (false, false),
            Trouble::Uncertain(_) => (false, true),
            _ => (true, false),
        };
        let pause = pause_after(number);
        let retry_at = retries.then(|| Timestamp(now().0 + i64::try_from(pause.as_micros()).unwrap_or(0)));
        let details = Details::of(&trouble.to_string());
        tracing::error!(report = %id, %step, attempt = number, failure_details = details.as_str(), retries, uncertain, "a step has failed");
        let failed = ReportAsk::Fail { report: id, token, step, details, retry_at, uncertain };
        self.insist(self.a_moment(), failed).await?;
        mark("failed").await;
        Err(trouble)
    }

    async fn create_rows(&self, id: ReportId) -> Result<FileFacts, Trouble> {
        let report = self.report(id)?;
        let written = file_at(&self.ledger, &report).await?;
        mark("rows_written").await;
        let facts = written.facts();
        let file = ReportFile { sha256: written.sha256, name: id.file_name(), content: written.content, created_at: now() };
        let store = self.ledger.store().clone();
        let kept = blocking(move || store.keep_report_file(&file)).await?;
        kept.map_err(|error| Trouble::Passing(format!("keeping the file: {error}")))?;
        mark("file_kept").await;
        Ok(facts)
    }

    /// The bytes that were written for it.
    pub(super) async fn content(&self, report: &Report) -> Result<Vec<u8>, Trouble> {
        let facts = report.file.as_ref().ok_or_else(|| Trouble::Lasting("its rows are not written".to_owned()))?;
        let sha256 = unhex(&facts.sha256).map_err(Trouble::Person)?;
        let store = self.ledger.store().clone();
        let kept = blocking(move || store.report_file(&sha256)).await?;
        let kept = kept.map_err(|error| Trouble::Passing(format!("reading the file: {error}")))?;
        match kept {
            Some(content) if <[u8; 32]>::from(Sha256::digest(&content)) == sha256 => Ok(content),
            // The stream has what it was made of.
            _ => {
                let written = file_at(&self.ledger, report).await?;
                if written.sha256 == sha256 {
                    return Ok(written.content);
                }
                Err(Trouble::Person("the file that was written is gone, and this version of the program writes another one".to_owned()))
            }
        }
    }

    async fn submit(&self, id: ReportId, token: u64, number: u32) -> Result<Submission, Trouble> {
        let report = self.report(id)?;
        let settings = self.settings.sftp.as_ref().ok_or_else(|| Trouble::Lasting("there is no server in the settings".to_owned()))?;
        let content = self.content(&report).await?;
        let submission = Submission::connect(settings).await?;
        mark("connected").await;
        let announced: Vec<String> = report.announced.iter().map(ToString::to_string).collect();
        let unique = &Uuid::new_v4().simple().to_string()[..6];
        let parcel =
            Parcel { content: &content, name: &id.file_name(), mark: &format!("{token}-{number}-{unique}"), announced: &announced };
        let announce = async |name: String| {
            self.is_critical.store(true, Ordering::Relaxed);
            let announce = ReportAsk::Announce { report: id, token, name: Text::stored(&name) };
            ask(&self.ledger, fresh_id(), &system(), announce).await.map(drop).map_err(Trouble::from)
        };
        submission.submit(&parcel, announce).await?;
        Ok(submission)
    }

    async fn archive(&self, id: ReportId) -> Result<Text, Trouble> {
        let report = self.report(id)?;
        let content = self.content(&report).await?;
        let location = self.place()?.put(id.date, &id.file_name(), &content).await?;
        Ok(Text::stored(&location))
    }

    pub(super) fn place(&self) -> Result<Place, Trouble> {
        let settings = self.settings.archive.as_ref();
        let settings = settings.ok_or_else(|| Trouble::Lasting("there is no archive in the settings".to_owned()))?;
        archive::open(settings).map_err(Trouble::Lasting)
    }

    /// The archive has it, and the stream could give it again.
    pub(super) async fn forget_file(&self, report: &Report) {
        let Some(sha256) = report.file.as_ref().and_then(|file| unhex(&file.sha256).ok()) else { return };
        let store = self.ledger.store().clone();
        if let Ok(Err(error)) = blocking(move || store.forget_report_file(&sha256)).await {
            tracing::warn!(report = %report.id, %error, "a file that is archived stays in the store for now");
        }
    }

    /// Gives back what this process has claimed, so that nobody has to wait for it.
    pub(super) async fn release(&self, report: ReportId) {
        // Decided behind whatever this process has asked for before, so also behind a claim that nobody waits for any more.
        let released = ask(&self.ledger, fresh_id(), &system(), ReportAsk::Release { report, runner: self.name.clone() }).await;
        if let Err(error) = released {
            tracing::warn!(%report, %error, "a claim was not given back; it runs out by itself");
        }
    }
}

/// The file of a report, as it was sent, or as it will be: from the store, the stream, or the archive.
///
/// # Errors
/// None of them has it, in words.
pub async fn file_of(ledger: &Ledger, settings: &Settings, report: &Report) -> Result<Vec<u8>, String> {
    if report.file.is_none() {
        return file_at(ledger, report).await.map(|written| written.content).map_err(|failure| failure.to_string());
    }
    let worker = Worker::new(ledger.clone(), settings.clone());
    match worker.content(report).await {
        Ok(content) => Ok(content),
        Err(_) if report.archived_as.is_some() => {
            let reading = async { worker.place()?.get(report.id.date, &report.id.file_name()).await };
            reading.await.map_err(|trouble| trouble.to_string())
        }
        Err(trouble) => Err(trouble.to_string()),
    }
}

/// Has a person's word on a report written down: try it again, or whether it had arrived.
///
/// # Errors
/// There is nothing of the kind to be said, or the store fails.
pub async fn say(ledger: &Ledger, id: BatchId, actor: &Arc<str>, what: ReportAsk) -> Result<(), Failure> {
    ask(ledger, id, actor, what).await.map(drop)
}
