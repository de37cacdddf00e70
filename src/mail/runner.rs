//! Whoever sends mails: one of all instances at a time, letter by letter. Every instance has one, on a thread of its own.

use super::address::{message, message_id};
use super::next::{Next, Pace, next};
use super::outcome::Outcome;
use super::post::Connection;
use super::settings::Settings;
use super::written::{Fate, fate, write_out};
use crate::ledger::{Answer, Failure, Ledger, blocking, now};
use crate::plan::command::{Ask, Conditions, Request};
use crate::plan::mail::{Broken, MailAsk, MailRefusal, Mailing, MailingId, Rendered};
use crate::plan::report::Details;
use crate::plan::{BatchId, Refusal, Text, Timestamp};
use crate::report::thread::{ENDS_WITHIN, Handle, LOOKED_AGAIN, PAUSE, SETTLES, until};
use crate::report::{fresh_id, own_name, pause_after, system};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Servers do not like to be kept waiting for nothing.
const CLOSED_AFTER: Duration = Duration::from_secs(5);
/// After a letter was taken, the server is there for as long as this.
const ASKED_AFTER: Duration = Duration::from_secs(1);
/// A letter that was put off so often waits for a person: some five hours.
const ATTEMPTS: u32 = 12;

/// Starts it on a thread of its own.
///
/// # Errors
/// There is no thread to be had.
pub fn start(ledger: Ledger, settings: Settings) -> Result<Handle, String> {
    // A crash costs the letter at hand, which is then said to be uncertain.
    Handle::start("mails", move |stopped| round(ledger.clone(), settings.clone(), stopped))
}

fn round(ledger: Ledger, settings: Settings, stopped: watch::Receiver<bool>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let pace = Pace { interval_us: settings.interval_us(), claim_us: settings.claim_us() };
    let sender = Sender { ledger, settings, pace, name: own_name(), connection: None, taken_at: None, announced_at: None, written: None };
    runtime.block_on(sender.run(stopped));
    runtime.shutdown_background();
    Ok(())
}

/// Has the stream say something of mails. The same id, if it is asked again.
///
/// # Errors
/// It is refused, or the store is away.
pub async fn say(ledger: &Ledger, id: BatchId, actor: &Arc<str>, ask: MailAsk) -> Result<Answer, Failure> {
    ledger.submit(Request { id, actor: actor.clone(), at: now(), conditions: Conditions::default(), ask: Ask::Mail(Box::new(ask)) }).await
}

/// All letters of a mailing, written out.
struct Written {
    mailing: MailingId,
    letters: Vec<Result<Rendered, Broken>>,
}

/// What it came to, for the loop.
enum Turn {
    GoesOn,
    /// It makes no sense to go on before this time has passed.
    Pauses(Duration),
}

struct Sender {
    ledger: Ledger,
    settings: Settings,
    pace: Pace,
    /// Under which claims are made: of this process alone.
    name: Text,
    connection: Option<Connection>,
    /// When the server took a letter, if it took the last one.
    taken_at: Option<Instant>,
    /// When we last announced a letter, by our own watch.
    announced_at: Option<Instant>,
    written: Option<Written>,
}

impl Sender {
    async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut positions = self.ledger.positions();
        while !*stop.borrow() {
            positions.mark_unchanged();
            let snapshot = self.ledger.snapshot();
            let (next, seen) = (next(&snapshot.plan.mails, self.pace, &self.name, now()), snapshot.plan.mails.changes);
            drop(snapshot);
            let turn = match next {
                Next::Claim => self.claim().await,
                Next::Release => {
                    self.close().await;
                    self.release().await
                }
                Next::Send { mailing, letter, token } => self.send(mailing, letter, token).await,
                Next::Wait(at) => {
                    let wait = Duration::from_micros(u64::try_from(at.0.saturating_sub(now().0)).unwrap_or(0)).min(LOOKED_AGAIN);
                    if wait > CLOSED_AFTER {
                        self.close().await;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = until(&self.ledger, &mut positions, |plan| plan.mails.changes != seen) => {}
                        _ = stop.wait_for(|stopped| *stopped) => {}
                    }
                    Turn::GoesOn
                }
            };
            if let Turn::Pauses(pause) = turn {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = stop.wait_for(|stopped| *stopped) => {}
                }
            }
        }
        self.close().await;
        // A store that is away is nothing to wait for: the claim runs out by itself.
        let _ = tokio::time::timeout(ENDS_WITHIN / 4, self.release()).await;
    }

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    /// Asks, and follows the stream up to the answer, so that what is done next is about the newest plan.
    async fn ask(&self, what: MailAsk) -> Result<(), Failure> {
        let answer = say(&self.ledger, fresh_id(), &system(), what).await?;
        self.ledger.wait_for(answer.position, Duration::from_secs(5)).await;
        Ok(())
    }

    async fn try_to(&self, what: MailAsk) -> Turn {
        match self.ask(what).await {
            Ok(()) => Turn::GoesOn,
            // Somebody else was faster, or a person has changed something: looked at again.
            Err(Failure::Refused(refusal)) => {
                tracing::info!(why = refusal.title(), "mails: not now");
                Turn::Pauses(SETTLES)
            }
            Err(error) => {
                tracing::warn!(%error, "mails: the stream cannot be written");
                Turn::Pauses(PAUSE)
            }
        }
    }

    async fn claim(&self) -> Turn {
        let until = Timestamp(now().0.saturating_add(self.pace.claim_us));
        self.try_to(MailAsk::Claim { runner: self.name.clone(), until }).await
    }

    async fn release(&self) -> Turn {
        let is_mine = self.ledger.snapshot().plan.mails.claim.as_ref().is_some_and(|claim| claim.runner == self.name);
        if is_mine { self.try_to(MailAsk::Release { runner: self.name.clone() }).await } else { Turn::GoesOn }
    }

    /// All letters of the mailing, written out once.
    async fn written(&mut self, mailing: &Arc<Mailing>, letter: u32) -> Result<Result<Rendered, Broken>, Failure> {
        if self.written.as_ref().is_none_or(|written| written.mailing != mailing.id) {
            let (ledger, id, mailing) = (self.ledger.clone(), mailing.id, mailing.clone());
            let letters = blocking(move || write_out(&ledger, &mailing)).await??;
            self.written = Some(Written { mailing: id, letters });
        }
        let index = usize::try_from(letter).unwrap_or(usize::MAX);
        let found = self.written.as_ref().and_then(|written| written.letters.get(index)).cloned();
        found.ok_or_else(|| Failure::Rejected(format!("mailing {} has no letter {letter}", mailing.id)))
    }

    async fn send(&mut self, id: MailingId, letter: u32, token: u64) -> Turn {
        let began = Instant::now();
        // By a watch, too: a clock may be behind the stream's, and would see no pause to make.
        let interval = Duration::from_micros(u64::try_from(self.pace.interval_us).unwrap_or_default());
        if let Some(left) = self.announced_at.and_then(|announced_at| interval.checked_sub(announced_at.elapsed())) {
            return Turn::Pauses(left);
        }
        let snapshot = self.ledger.snapshot();
        let Some(mailing) = snapshot.plan.mails.all.get(&id).cloned() else { return Turn::Pauses(SETTLES) };
        let (fate, stream) = (fate(&snapshot.plan, &mailing, letter), snapshot.plan.stream);
        drop(snapshot);
        let skip = |why: &str| MailAsk::Skip { mailing: id, letter, token, details: Details::of(why) };
        let (to, name) = match fate {
            Fate::Goes { to, name } => (to, name),
            Fate::Skipped(why) => return self.try_to(skip(why)).await,
        };
        let made = match self.written(&mailing, letter).await {
            Ok(Ok(mail)) => message(&self.settings, &to, &name, &mail, message_id(&self.settings, stream, id.0, letter)),
            Ok(Err(broken)) => Err(format!("the text cannot be written any more: {:?}", broken.what)),
            Err(Failure::Rejected(why)) => return self.hold(token, &why).await,
            Err(error) => {
                tracing::warn!(%error, "mails: the plan of then cannot be read");
                return Turn::Pauses(PAUSE);
            }
        };
        let made = match made {
            Ok(made) => made,
            Err(why) => return self.try_to(skip(&why)).await,
        };
        // Whether the server is there is found out before anything is announced: what was not announced was not sent.
        let is_reused = match self.connect().await {
            Ok(is_reused) => is_reused,
            Err(why) => return self.hold(token, &why).await,
        };
        // Connecting took long: the claim is looked at once more.
        if self.is_late(began) {
            return Turn::GoesOn;
        }
        let Some(connection) = self.connection.as_mut() else { return Turn::Pauses(SETTLES) };
        let announce = MailAsk::Announce { mailing: id, letter, token, interval_us: self.pace.interval_us };
        match say(&self.ledger, fresh_id(), &system(), announce).await {
            Ok(_) => self.announced_at = Some(Instant::now()),
            Err(Failure::Refused(refusal)) if matches!(*refusal, Refusal::Mail(MailRefusal::TooSoon)) => return Turn::Pauses(SETTLES / 10),
            Err(error) => {
                tracing::warn!(%error, "mails: not announced, so not sent");
                // The outcome may be unknown; then the stream says it, and nobody sends it without being asked.
                return Turn::Pauses(PAUSE);
            }
        }
        let mut outcome = connection.hand_over(&made).await;
        // Servers take so many letters over one connection and then hang up: nothing of this one was said.
        if is_reused && matches!(outcome, Outcome::Stale(_)) {
            self.connection = None;
            if let Ok(mut fresh) = Connection::open(&self.settings).await {
                if !self.is_late(began) {
                    outcome = fresh.hand_over(&made).await;
                }
                self.connection = Some(fresh);
            }
        }
        if let Outcome::Stale(words) = outcome {
            outcome = Outcome::Server(words);
        }
        self.tell(id, letter, token, outcome).await
    }

    /// Half the claim is left when a letter is begun, and a time-out is a tenth of it at most: a hand-over that begins now takes
    /// four of these, and would end too close to the claim's end.
    fn is_late(&self, began: Instant) -> bool {
        began.elapsed() > Duration::from_micros(u64::try_from(self.pace.claim_us / 10).unwrap_or_default())
    }

    /// Answers whether the connection was there before.
    async fn connect(&mut self) -> Result<bool, String> {
        // Who has just taken a letter need not be asked whether he is there.
        let was_there = self.taken_at.is_some_and(|taken_at| taken_at.elapsed() < ASKED_AFTER);
        if let Some(connection) = &mut self.connection
            && (was_there || connection.is_alive().await)
        {
            return Ok(true);
        }
        self.connection = None;
        self.connection = Some(Connection::open(&self.settings).await?);
        Ok(false)
    }

    async fn hold(&self, token: u64, why: &str) -> Turn {
        let times = self.ledger.snapshot().plan.mails.held.as_ref().map_or(1, |held| held.times.saturating_add(1));
        tracing::warn!(why, times, "mails: the server is not to be had");
        self.try_to(MailAsk::Hold { token, details: Details::of(why), retry_at: later(times) }).await
    }

    /// Has the stream say what came of a letter, until it does: nobody else knows.
    async fn tell(&mut self, mailing: MailingId, letter: u32, token: u64, outcome: Outcome) -> Turn {
        let attempts =
            self.ledger.snapshot().plan.mails.get(mailing).and_then(|found| found.letter(letter)).map_or(1, |found| found.attempts);
        let fail =
            |words: &str, retry_at, uncertain| MailAsk::Fail { mailing, letter, token, details: Details::of(words), retry_at, uncertain };
        let again = (attempts < ATTEMPTS).then(|| later(attempts));
        let mut server = None;
        let ask = match &outcome {
            Outcome::Taken(reply) => MailAsk::Sent { mailing, letter, token, reply: Details::of(reply) },
            Outcome::Refused(words) => fail(words, None, false),
            Outcome::Later(words) => fail(words, again, false),
            Outcome::Server(words) | Outcome::Stale(words) => {
                server = Some(words.clone());
                // It is hardly this letter's fault; but where it always is, the others are not to wait for it.
                fail(words, (attempts < ATTEMPTS).then(now), false)
            }
            Outcome::Unknown(words) => {
                // A server that cannot be understood is not given one letter after the other.
                server = Some(words.clone());
                fail(words, None, true)
            }
        };
        if !matches!(outcome, Outcome::Taken(_)) {
            tracing::warn!(mailing = mailing.0, letter, ?outcome, "a mail was not taken");
        }
        if matches!(outcome, Outcome::Server(_) | Outcome::Stale(_) | Outcome::Unknown(_)) {
            self.connection = None;
        }
        self.taken_at = matches!(outcome, Outcome::Taken(_)).then(Instant::now);
        let id = fresh_id();
        loop {
            match say(&self.ledger, id, &system(), ask.clone()).await {
                Ok(answer) => {
                    self.ledger.wait_for(answer.position, Duration::from_secs(5)).await;
                    break;
                }
                Err(Failure::Refused(refusal)) => {
                    tracing::error!(
                        mailing = mailing.0,
                        letter,
                        ?outcome,
                        why = refusal.title(),
                        "somebody else has taken over; a person decides"
                    );
                    break;
                }
                Err(error) => {
                    tracing::error!(%error, mailing = mailing.0, letter, ?outcome, "what came of a mail cannot be written yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        metrics::counter!("tafel_mails_total", "outcome" => outcome.name()).increment(1);
        match server {
            Some(words) => self.hold(token, &words).await,
            None => Turn::GoesOn,
        }
    }
}

impl Outcome {
    fn name(&self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::Refused(_) => "refused",
            Self::Later(_) => "later",
            Self::Server(_) | Self::Stale(_) => "server",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// When something is tried again that was tried so often.
fn later(times: u32) -> Timestamp {
    let pause = i64::try_from(pause_after(times).as_micros()).unwrap_or(i64::MAX);
    Timestamp(now().0.saturating_add(pause))
}
