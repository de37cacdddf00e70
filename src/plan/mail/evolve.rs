//! What each event does to the mails. Total: an event about a letter that is not there has no effect.

use super::{Going, Held, Letter, MailEvent, Mailing, MailingId, Mails, Post, Told};
use crate::plan::id::Position;
use crate::plan::report::{Claim, Details};
use crate::plan::value::Timestamp;
use imbl::{OrdSet, Vector};
use std::sync::Arc;

impl Mails {
    /// True where something is different now.
    pub(in crate::plan) fn apply(&mut self, event: &MailEvent, position: Position, at: Timestamp, actor: &Arc<str>) -> bool {
        let changed = self.take(event, position, at, actor);
        self.changes += u64::from(changed);
        changed
    }

    fn take(&mut self, event: &MailEvent, position: Position, at: Timestamp, actor: &Arc<str>) -> bool {
        match event {
            MailEvent::BatchStarted { template, name, texts, audience, fallback, position: told_at, letters } => {
                let numbers = 0..u32::try_from(letters.len()).unwrap_or(u32::MAX);
                for (number, told) in numbers.clone().zip(letters) {
                    for told in told.iter() {
                        self.of_guest.entry(told.guest).or_default().push_back((position, number));
                    }
                }
                let letter = |told: &Arc<[Told]>| Letter { told: told.clone(), state: Post::Waiting, attempts: 0, at, details: None };
                let mailing = Mailing {
                    id: position,
                    started_at: at,
                    started_by: actor.clone(),
                    template: *template,
                    name: name.clone(),
                    texts: texts.clone(),
                    audience: audience.clone(),
                    fallback: *fallback,
                    position: *told_at,
                    letters: letters.iter().map(letter).collect::<Vector<_>>(),
                    state: Going::On,
                    waiting: numbers.collect::<OrdSet<_>>(),
                    again: OrdSet::new(),
                    announced: 0,
                    sent: 0,
                };
                self.all.insert(position, Arc::new(mailing));
                self.held = None;
                true
            }
            MailEvent::BatchPaused { mailing } => self.goes(*mailing, Going::Paused),
            MailEvent::BatchResumed { mailing } => self.goes(*mailing, Going::On),
            MailEvent::BatchStopped { mailing } => self.goes(*mailing, Going::Stopped),
            MailEvent::Claimed { runner, token, until } => {
                let before = self.claim.replace(Claim { runner: runner.clone(), token: *token, until: *until });
                self.last_token = self.last_token.max(*token);
                // What the one before has announced, and said nothing of since, may have arrived.
                if before.is_none_or(|before| before.runner != *runner) {
                    self.leave_uncertain(at);
                }
                true
            }
            MailEvent::Released { token } => {
                let is_his = self.claim.as_ref().is_some_and(|claim| claim.token == *token);
                if is_his {
                    self.claim = None;
                    // It is given back between two letters, so whatever has no result will get none.
                    self.leave_uncertain(at);
                }
                is_his
            }
            MailEvent::Sending { mailing, letter, token } => {
                self.announced_at = Some(at);
                self.letter(*mailing, *letter, Post::Sending(*token), at, None)
            }
            MailEvent::Sent { mailing, letter, reply, .. } => {
                // Only a letter that was taken shows that the server is well again.
                self.held = None;
                self.arrived(*mailing, *letter, at, Some(reply), true)
            }
            MailEvent::Failed { mailing, letter, details, retry_at, uncertain, .. } => {
                let state = if *uncertain { Post::Uncertain } else { Post::Failed(*retry_at) };
                self.letter(*mailing, *letter, state, at, Some(details))
            }
            MailEvent::Skipped { mailing, letter, details, .. } => self.letter(*mailing, *letter, Post::Skipped, at, Some(details)),
            MailEvent::Held { details, retry_at, .. } => {
                let times = self.held.as_ref().map_or(1, |held| held.times.saturating_add(1));
                self.held = Some(Held { details: details.clone(), at, retry_at: *retry_at, times });
                true
            }
            MailEvent::Retried { mailing, letter } | MailEvent::Decided { mailing, letter, was_received: false } => {
                // Whoever has seen to a letter may have seen to the server.
                self.held = None;
                self.change(*mailing, |mailing| mailing.begin_anew(*letter, at))
            }
            MailEvent::Decided { mailing, letter, was_received: true } => {
                self.held = None;
                self.arrived(*mailing, *letter, at, None, false)
            }
        }
    }

    fn change(&mut self, id: MailingId, change: impl FnOnce(&mut Mailing)) -> bool {
        let Some(mailing) = self.all.get_mut(&id) else { return false };
        change(Arc::make_mut(mailing));
        true
    }

    fn goes(&mut self, id: MailingId, state: Going) -> bool {
        // Whoever starts or goes on wants to see at once whether the server is back.
        self.held = None;
        self.change(id, |mailing| mailing.state = state)
    }

    fn letter(&mut self, id: MailingId, number: u32, state: Post, at: Timestamp, details: Option<&Details>) -> bool {
        self.change(id, |mailing| mailing.put(number, state, at, details))
    }

    /// `is_now`: this is the newest mail that its guests have, whatever batch it is of. Where its fate is settled late, a mail of
    /// a later batch may have come after it.
    fn arrived(&mut self, id: MailingId, number: u32, at: Timestamp, reply: Option<&Details>, is_now: bool) -> bool {
        let told = self.get(id).and_then(|mailing| mailing.letter(number)).map(|letter| letter.told.clone());
        for told in told.iter().flat_map(|told| told.iter()).filter(|told| !told.is_silent) {
            if is_now || self.told.get(&told.guest).is_none_or(|(_, mailing, _)| *mailing <= id) {
                self.told.insert(told.guest, (told.clone(), id, number));
            }
        }
        self.letter(id, number, Post::Sent, at, reply)
    }

    fn leave_uncertain(&mut self, at: Timestamp) {
        let announced = |mailing: &Arc<Mailing>| {
            let letters = mailing.in_state(|state| matches!(state, Post::Sending(_))).map(|(number, _)| number).collect::<Vec<_>>();
            (mailing.id, letters)
        };
        let open: Vec<(MailingId, Vec<u32>)> = self.all.values().filter(|mailing| mailing.announced > 0).map(announced).collect();
        for (id, letters) in open {
            for number in letters {
                self.letter(id, number, Post::Uncertain, at, None);
            }
        }
    }
}

impl Mailing {
    /// As if it had never been tried.
    fn begin_anew(&mut self, number: u32, at: Timestamp) {
        self.put(number, Post::Waiting, at, None);
        if let Some(letter) = usize::try_from(number).ok().and_then(|index| self.letters.get_mut(index)) {
            letter.attempts = 0;
        }
    }

    fn put(&mut self, number: u32, state: Post, at: Timestamp, details: Option<&Details>) {
        let Some(letter) = usize::try_from(number).ok().and_then(|index| self.letters.get_mut(index)) else { return };
        let before = std::mem::replace(&mut letter.state, state);
        letter.at = at;
        if let Some(details) = details {
            letter.details = Some(details.clone());
        }
        letter.attempts += u32::from(matches!(state, Post::Sending(_)));
        match before {
            Post::Waiting => drop(self.waiting.remove(&number)),
            Post::Failed(Some(retry_at)) => drop(self.again.remove(&(retry_at, number))),
            Post::Sending(_) => self.announced = self.announced.saturating_sub(1),
            Post::Sent => self.sent = self.sent.saturating_sub(1),
            Post::Failed(None) | Post::Uncertain | Post::Skipped => {}
        }
        match state {
            Post::Waiting => drop(self.waiting.insert(number)),
            Post::Failed(Some(retry_at)) => drop(self.again.insert((retry_at, number))),
            Post::Sending(_) => self.announced += 1,
            Post::Sent => self.sent += 1,
            Post::Failed(None) | Post::Uncertain | Post::Skipped => {}
        }
    }
}
