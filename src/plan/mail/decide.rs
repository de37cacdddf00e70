//! What may happen to mails: who may send, in which order, how fast, and what only a person may decide.

use super::assess::{Drafted, assess};
use super::{Going, MailAsk, MailEvent, MailRefusal, Mailing, MailingId, Mails, Post, Texts, Told};

use crate::plan::refusal::Refusal;
use crate::plan::state::Plan;
use crate::plan::value::Timestamp;
use std::sync::Arc;

/// No rate is slower than one mail an hour.
const LONGEST_INTERVAL_US: i64 = 3_600_000_000;

/// The events that carry it out.
///
/// # Errors
/// Why not.
pub(in crate::plan) fn decide(plan: &Plan, ask: &MailAsk, at: Timestamp) -> Result<Vec<MailEvent>, Refusal> {
    let mails = &plan.mails;
    match ask {
        MailAsk::Start { asked, expected } => {
            let template = plan.template(asked.template).ok_or(Refusal::UnknownTemplate(asked.template))?;
            let preview = assess(plan, template, asked);
            if *expected != preview.digest() {
                return Err(MailRefusal::Outdated.into());
            }
            if !preview.can_start() {
                return Err(MailRefusal::CannotStart.into());
            }
            let told = |letter: &Drafted| {
                let is_silent = !preview.telling.contains(&letter.mail.language);
                letter.guests.iter().map(|guest| Told { is_silent, ..Told::now(plan, *guest) }).collect::<Arc<[Told]>>()
            };
            Ok(vec![MailEvent::BatchStarted {
                template: asked.template,
                name: template.name.clone(),
                texts: Texts::now(template),
                audience: asked.audience.clone(),
                fallback: asked.fallback,
                position: plan.position,
                letters: preview.letters.iter().map(told).collect(),
            }])
        }
        MailAsk::Pause { mailing } => going(mails, *mailing, Going::On, MailEvent::BatchPaused { mailing: *mailing }),
        MailAsk::Resume { mailing } => going(mails, *mailing, Going::Paused, MailEvent::BatchResumed { mailing: *mailing }),
        MailAsk::Stop { mailing } => {
            let found = find(mails, *mailing)?;
            Ok(if found.state == Going::Stopped { Vec::new() } else { vec![MailEvent::BatchStopped { mailing: *mailing }] })
        }
        MailAsk::Claim { runner, until } => {
            let is_mine = mails.claim.as_ref().is_some_and(|claim| claim.runner == *runner);
            match &mails.claim {
                Some(claim) if !is_mine && claim.is_live(at) => {
                    return Err(MailRefusal::Claimed { runner: claim.runner.to_string(), until: claim.until }.into());
                }
                _ => {}
            }
            Ok(vec![MailEvent::Claimed { runner: runner.clone(), token: mails.last_token + 1, until: *until }])
        }
        MailAsk::Release { runner } => {
            let claim = mails.claim.as_ref().filter(|claim| claim.runner == *runner);
            Ok(claim.map(|claim| MailEvent::Released { token: claim.token }).into_iter().collect())
        }
        MailAsk::Announce { mailing, letter, token, interval_us } => {
            announceable(mails, *mailing, *letter, *token, at)?;
            // Two instances together are no faster than one. Where the clock is behind the stream's, the sender's own watch keeps the pace.
            let since = mails.announced_at.map_or(i64::MAX, |announced| at.0.saturating_sub(announced.0));
            if since >= 0 && since < (*interval_us).min(LONGEST_INTERVAL_US) {
                return Err(MailRefusal::TooSoon.into());
            }
            Ok(vec![MailEvent::Sending { mailing: *mailing, letter: *letter, token: *token }])
        }
        MailAsk::Sent { mailing, letter, token, reply } => {
            handed_over(mails, *mailing, *letter, *token)?;
            Ok(vec![MailEvent::Sent { mailing: *mailing, letter: *letter, token: *token, reply: reply.clone() }])
        }
        MailAsk::Fail { mailing, letter, token, details, retry_at, uncertain } => {
            handed_over(mails, *mailing, *letter, *token)?;
            Ok(vec![MailEvent::Failed {
                mailing: *mailing,
                letter: *letter,
                token: *token,
                details: details.clone(),
                retry_at: *retry_at,
                uncertain: *uncertain,
            }])
        }
        MailAsk::Skip { mailing, letter, token, details } => {
            announceable(mails, *mailing, *letter, *token, at)?;
            Ok(vec![MailEvent::Skipped { mailing: *mailing, letter: *letter, token: *token, details: details.clone() }])
        }
        MailAsk::Hold { token, details, retry_at } => {
            fenced(mails, *token)?;
            Ok(vec![MailEvent::Held { token: *token, details: details.clone(), retry_at: *retry_at }])
        }
        MailAsk::Retry { mailing } => {
            let found = find(mails, *mailing)?;
            if found.state == Going::Stopped {
                return Err(MailRefusal::Stopped.into());
            }
            let failed: Vec<u32> = found.in_state(|state| matches!(state, Post::Failed(_))).map(|(letter, _)| letter).collect();
            if failed.is_empty() {
                return Err(MailRefusal::NothingToRetry.into());
            }
            Ok(failed.into_iter().map(|letter| MailEvent::Retried { mailing: *mailing, letter }).collect())
        }
        MailAsk::Decide { mailing, letter, was_received } => {
            let batch = find(mails, *mailing)?;
            if batch.letter(*letter).ok_or(MailRefusal::Unknown)?.state != Post::Uncertain {
                return Err(MailRefusal::NotUncertain.into());
            }
            // It would wait for ever.
            if batch.state == Going::Stopped && !was_received {
                return Err(MailRefusal::Stopped.into());
            }
            Ok(vec![MailEvent::Decided { mailing: *mailing, letter: *letter, was_received: *was_received }])
        }
    }
}

fn find(mails: &Mails, id: MailingId) -> Result<&Mailing, MailRefusal> {
    mails.get(id).ok_or(MailRefusal::Unknown)
}

fn going(mails: &Mails, id: MailingId, from: Going, event: MailEvent) -> Result<Vec<MailEvent>, Refusal> {
    let found = find(mails, id)?;
    match found.state {
        Going::Stopped => Err(MailRefusal::Stopped.into()),
        state if state == from => Ok(vec![event]),
        _ => Ok(Vec::new()),
    }
}

fn fenced(mails: &Mails, token: u64) -> Result<(), MailRefusal> {
    if mails.claim.as_ref().is_some_and(|claim| claim.token == token) { Ok(()) } else { Err(MailRefusal::Fenced) }
}

/// A letter that may be handed to the server now, by whoever holds the claim.
fn announceable(mails: &Mails, id: MailingId, letter: u32, token: u64, at: Timestamp) -> Result<(), MailRefusal> {
    fenced(mails, token)?;
    let found = find(mails, id)?;
    let letter = found.letter(letter).ok_or(MailRefusal::Unknown)?;
    match (found.state, letter.state) {
        (Going::On, Post::Waiting) => Ok(()),
        (Going::On, Post::Failed(Some(retry_at))) if retry_at <= at => Ok(()),
        (Going::On, _) => Err(MailRefusal::Done),
        (Going::Paused | Going::Stopped, _) => Err(MailRefusal::Stopped),
    }
}

/// The letter that was announced under this token. Also where the mailing was stopped meanwhile: what has happened is said.
fn handed_over(mails: &Mails, id: MailingId, letter: u32, token: u64) -> Result<(), MailRefusal> {
    let letter = find(mails, id)?.letter(letter).ok_or(MailRefusal::Unknown)?;
    match letter.state {
        Post::Sending(announced) if announced == token => Ok(()),
        _ => Err(MailRefusal::Fenced),
    }
}
