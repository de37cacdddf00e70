//! What whoever sends mails does next. Pure: mails, the rate, a name and an instant in; the next thing to do out.

use crate::plan::mail::{MailingId, Mails};
use crate::plan::report::{CLOCKS_APART_US, Claim};
use crate::plan::{Text, Timestamp};

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Take the sending up, or keep it for longer.
    Claim,
    Send {
        mailing: MailingId,
        letter: u32,
        token: u64,
    },
    /// There is nothing to do, so nobody is kept from it.
    Release,
    /// Nothing before this instant, unless something happens.
    Wait(Timestamp),
}

/// How fast mails may go, and for how long whoever sends has that for himself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub interval_us: i64,
    pub claim_us: i64,
}

const FAR: Timestamp = Timestamp(i64::MAX);

/// When a claim is over for everybody else.
fn over(claim: &Claim) -> Timestamp {
    Timestamp(claim.until.0.saturating_add(CLOCKS_APART_US + 1))
}

/// What a sender of this name does now.
pub(super) fn next(mails: &Mails, pace: Pace, name: &Text, now: Timestamp) -> Next {
    let mine = mails.claim.as_ref().filter(|claim| claim.runner == *name);
    let due = mails.all.values().filter_map(|mailing| mailing.next().map(|(letter, from)| (from, mailing.id, letter))).min();
    let Some((from, mailing, letter)) = due else {
        return match &mails.claim {
            Some(_) if mine.is_some() => Next::Release,
            // Whoever has announced the last letter and died leaves nothing due; taking over, and giving back, settles it.
            Some(claim) if mails.has_announced() && claim.is_live(now) => Next::Wait(over(claim)),
            _ if mails.has_announced() => Next::Claim,
            _ => Next::Wait(FAR),
        };
    };
    let held = mails.held.as_ref().map_or(Timestamp(i64::MIN), |held| held.retry_at);
    let last = mails.announced_at.map_or(i64::MIN, |announced| announced.0);
    // Where our clock is behind the stream's, the sender waits by a watch of its own.
    let paced = last.saturating_add(pace.interval_us);
    let from = from.max(held);
    if from > now {
        // Somebody else may as well look after what comes later.
        return if mine.is_some() && from.0 - now.0 > pace.claim_us / 2 { Next::Release } else { Next::Wait(from) };
    }
    match (mine, &mails.claim) {
        (Some(claim), _) if claim.until.0 - now.0 < pace.claim_us / 2 => Next::Claim,
        (Some(_), _) if last <= now.0 && paced > now.0 => Next::Wait(Timestamp(paced)),
        (Some(claim), _) => Next::Send { mailing, letter, token: claim.token },
        (None, Some(claim)) if claim.is_live(now) => Next::Wait(over(claim)),
        (None, _) => Next::Claim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::command::{Ask, Conditions, Request};
    use crate::plan::event::{Body, Event};
    use crate::plan::mail::{Asked, Going, Language, MailAsk, Post, assess};
    use crate::plan::report::Details;
    use crate::plan::{BatchId, GuestId, GuestPatch, Patch, Plan, Position, Refusal, TemplateId, TemplatePatch, decide, evolve};
    use std::sync::Arc;
    use uuid::Uuid;

    /// A plan, and a clock that only we move.
    struct World {
        plan: Plan,
        now: i64,
    }

    const SECOND: i64 = 1_000_000;
    const PACE: Pace = Pace { interval_us: 2 * SECOND, claim_us: 60 * SECOND };

    impl World {
        fn with_guests(count: u64) -> Self {
            let mut world = Self { plan: Plan::default(), now: 1_000 * SECOND };
            let set = TemplatePatch {
                name: Patch::Set(crate::plan::Code::stored("Invitation")),
                subject_en: Patch::Set(Text::stored("Hello {{ name }}")),
                body_en: Patch::Set(Text::stored("You sit at {{ table|default('a table') }}.")),
                ..TemplatePatch::default()
            };
            world.happens(Body::TemplateAdded { template: TemplateId(1), set: Box::new(set) });
            for guest in 2..2 + count {
                let email = crate::plan::Email::parse(&format!("g{guest}@b.example")).unwrap();
                let set = GuestPatch { email: Patch::Set(email), last_name: Patch::Set(Text::stored("G")), ..GuestPatch::default() };
                world.happens(Body::GuestAdded { guest: GuestId(guest), set: Box::new(set) });
            }
            world
        }

        fn happens(&mut self, body: Body) {
            let position = self.plan.position.next();
            let event = Event { position, recorded_at: Timestamp(self.now), actor: Arc::from("a"), batch: BatchId(Uuid::nil()), body };
            self.plan = evolve(self.plan.clone(), &event);
        }

        fn asks(&mut self, ask: MailAsk) -> Result<(), Refusal> {
            let ask = Ask::Mail(Box::new(ask));
            let request = Request {
                id: BatchId(Uuid::nil()),
                actor: Arc::from("a"),
                at: Timestamp(self.now),
                conditions: Conditions::default(),
                ask,
            };
            for event in decide(&self.plan, &request)? {
                self.plan = evolve(self.plan.clone(), &event);
            }
            Ok(())
        }

        fn start(&mut self) -> Position {
            let guests = self.plan.guests.keys().copied().collect();
            let asked = Asked { template: TemplateId(1), guests, audience: Text::stored("all"), fallback: Language::En, one_each: false };
            let expected = assess(&self.plan, self.plan.template(TemplateId(1)).unwrap(), &asked).digest();
            self.asks(MailAsk::Start { asked: Box::new(asked), expected }).unwrap();
            self.plan.position
        }

        fn next(&self, name: &str) -> Next {
            next(&self.plan.mails, PACE, &Text::stored(name), Timestamp(self.now))
        }

        /// Does what is next; answers when a letter was sent, and lets the time pass that is to be waited for, up to `end`.
        fn step(&mut self, name: &str, end: i64) -> Option<i64> {
            match self.next(name) {
                Next::Claim => {
                    let until = Timestamp(self.now + PACE.claim_us);
                    self.asks(MailAsk::Claim { runner: Text::stored(name), until }).unwrap();
                }
                Next::Release => self.asks(MailAsk::Release { runner: Text::stored(name) }).unwrap(),
                Next::Wait(at) => self.now = at.0.min(end),
                Next::Send { mailing, letter, token } => {
                    self.asks(MailAsk::Announce { mailing, letter, token, interval_us: PACE.interval_us }).unwrap();
                    self.asks(MailAsk::Sent { mailing, letter, token, reply: Details::of("250") }).unwrap();
                    return Some(self.now);
                }
            }
            None
        }

        fn run(&mut self, name: &str, end: i64) -> Vec<i64> {
            let mut sent = Vec::new();
            while self.now < end {
                sent.extend(self.step(name, end));
            }
            sent
        }
    }

    #[test]
    fn nothing_is_sent_faster_than_the_rate_allows_nor_while_it_is_paused() {
        let mut world = World::with_guests(200);
        let mailing = world.start();
        let began = world.now;
        let sent = world.run("one", began + 100 * SECOND);
        assert_eq!(sent.len(), 50, "one every two seconds");
        assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= PACE.interval_us));
        world.asks(MailAsk::Pause { mailing }).unwrap();
        assert_eq!(world.run("one", began + 700 * SECOND), Vec::<i64>::new());
        // Who was faster is refused, whatever he thinks of the time.
        world.asks(MailAsk::Resume { mailing }).unwrap();
        let sent = world.run("one", began + 2_000 * SECOND);
        assert_eq!(sent.len(), 150);
        assert!(world.plan.mails.get(mailing).unwrap().is_over());
        assert!(world.plan.mails.claim.is_none(), "who has nothing to do keeps nobody from it");
    }

    #[test]
    fn who_was_told_of_another_table_is_known_also_after_a_wrong_upload_was_taken_back() {
        let mut world = World::with_guests(2);
        let table = crate::plan::TablePatch { number: Patch::Set(crate::plan::Code::stored("T1")), ..Default::default() };
        let seats = crate::plan::TablePatch { seats: Patch::Set(crate::plan::Seats::USUAL), ..table };
        world.happens(Body::TableAdded { table: crate::plan::TableId(4), set: Box::new(seats) });
        assert!(!world.plan.mails.was_written_to(GuestId(2)));
        world.start();
        assert!(world.plan.mails.was_written_to(GuestId(2)), "what is about to be sent is written");
        world.run("one", world.now + 100 * SECOND);
        assert!(!world.plan.knows_outdated_table(GuestId(2)));
        world.happens(Body::GuestSeated { guest: GuestId(2), table: crate::plan::TableId(4) });
        assert!(world.plan.knows_outdated_table(GuestId(2)) && !world.plan.knows_outdated_table(GuestId(3)));
        // The next mail tells it; what was told is a fact, whatever becomes of the event that it came from.
        world.start();
        world.run("one", world.now + 100 * SECOND);
        assert!(!world.plan.knows_outdated_table(GuestId(2)));
        world.happens(Body::GuestUnseated { guest: GuestId(2) });
        assert!(world.plan.knows_outdated_table(GuestId(2)));
        assert_eq!(world.plan.mails.of(GuestId(2)).count(), 2);
    }

    #[test]
    fn what_came_last_is_what_a_guest_knows_also_if_it_is_of_an_older_batch() {
        let mut world = World::with_guests(1);
        let table = crate::plan::TablePatch { number: Patch::Set(crate::plan::Code::stored("T1")), ..Default::default() };
        let seats = crate::plan::TablePatch { seats: Patch::Set(crate::plan::Seats::USUAL), ..table };
        world.happens(Body::TableAdded { table: crate::plan::TableId(4), set: Box::new(seats) });
        let old = world.start();
        world.asks(MailAsk::Pause { mailing: old }).unwrap();
        world.happens(Body::GuestSeated { guest: GuestId(2), table: crate::plan::TableId(4) });
        world.start();
        world.run("one", world.now + 100 * SECOND);
        assert!(!world.plan.knows_outdated_table(GuestId(2)));
        world.asks(MailAsk::Resume { mailing: old }).unwrap();
        world.run("one", world.now + 100 * SECOND);
        assert!(world.plan.knows_outdated_table(GuestId(2)), "the letter that came last says nothing of the table yet");
    }

    #[test]
    fn the_last_letter_of_somebody_who_died_is_not_forgotten_also_in_a_batch_that_was_stopped() {
        let mut world = World::with_guests(1);
        let mailing = world.start();
        world.step("one", i64::MAX);
        let token = world.plan.mails.claim.as_ref().unwrap().token;
        world.asks(MailAsk::Announce { mailing, letter: 0, token, interval_us: 0 }).unwrap();
        world.asks(MailAsk::Stop { mailing }).unwrap();
        assert!(matches!(world.next("two"), Next::Wait(at) if at.0 < i64::MAX), "the claim is looked after");
        let end = world.now + 200 * SECOND;
        assert_eq!(world.run("two", end), Vec::<i64>::new());
        assert_eq!(world.plan.mails.get(mailing).unwrap().letter(0).unwrap().state, Post::Uncertain);
        assert!(world.plan.mails.claim.is_none());
        // In a batch that was stopped it can arrive, and not be sent again.
        assert_eq!(world.asks(MailAsk::Decide { mailing, letter: 0, was_received: false }).unwrap_err().code(), "mail_stopped");
        world.asks(MailAsk::Decide { mailing, letter: 0, was_received: true }).unwrap();
        assert_eq!(world.asks(MailAsk::Retry { mailing }).unwrap_err().code(), "mail_stopped");
    }

    #[test]
    fn a_text_that_says_nothing_of_the_table_is_no_news_of_it() {
        let mut world = World::with_guests(1);
        let table = crate::plan::TablePatch { number: Patch::Set(crate::plan::Code::stored("T1")), ..Default::default() };
        let table = crate::plan::TablePatch { seats: Patch::Set(crate::plan::Seats::USUAL), ..table };
        world.happens(Body::TableAdded { table: crate::plan::TableId(3), set: Box::new(table) });
        world.start();
        world.run("one", world.now + 10 * SECOND);
        world.happens(Body::GuestSeated { guest: GuestId(2), table: crate::plan::TableId(3) });
        assert!(world.plan.knows_outdated_table(GuestId(2)));
        let silent = TemplatePatch { body_en: Patch::Set(Text::stored("Bring shoes.")), ..TemplatePatch::default() };
        world.happens(Body::TemplateChanged { template: TemplateId(1), set: Box::new(silent) });
        world.start();
        world.run("one", world.now + 100 * SECOND);
        assert!(world.plan.knows_outdated_table(GuestId(2)), "nobody has told them");
    }

    #[test]
    fn too_soon_and_taken_over_are_refused() {
        let mut world = World::with_guests(3);
        let mailing = world.start();
        world.step("one", i64::MAX);
        let token = world.plan.mails.claim.as_ref().unwrap().token;
        let announce = |letter| MailAsk::Announce { mailing, letter, token, interval_us: PACE.interval_us };
        world.asks(announce(0)).unwrap();
        world.now += SECOND;
        assert_eq!(world.asks(announce(1)).unwrap_err().code(), "mail_too_soon");
        // The claim runs out with the letter announced: whoever takes over does not send it again.
        world.now += PACE.claim_us + CLOCKS_APART_US + 1;
        assert_eq!(world.next("two"), Next::Claim);
        world.step("two", i64::MAX);
        assert_eq!(world.plan.mails.get(mailing).unwrap().letter(0).unwrap().state, Post::Uncertain);
        let late = MailAsk::Sent { mailing, letter: 0, token, reply: Details::of("250") };
        assert_eq!(world.asks(late).unwrap_err().code(), "mail_fenced");
        let sent = world.run("two", world.now + 60 * SECOND);
        assert_eq!(sent.len(), 2, "the uncertain one waits for a person");
        world.asks(MailAsk::Decide { mailing, letter: 0, was_received: false }).unwrap();
        assert_eq!(world.run("two", world.now + 60 * SECOND).len(), 1);
        assert_eq!(world.plan.mails.get(mailing).unwrap().sent, 3);
        assert_eq!(world.asks(MailAsk::Decide { mailing, letter: 0, was_received: false }).unwrap_err().code(), "not_uncertain");
    }

    #[test]
    fn what_is_refused_for_now_is_tried_again_and_what_is_stopped_is_not() {
        let mut world = World::with_guests(2);
        let mailing = world.start();
        world.step("one", i64::MAX);
        let token = world.plan.mails.claim.as_ref().unwrap().token;
        world.asks(MailAsk::Announce { mailing, letter: 0, token, interval_us: 0 }).unwrap();
        let retry_at = Some(Timestamp(world.now + 300 * SECOND));
        let fail = MailAsk::Fail { mailing, letter: 0, token, details: Details::of("450 later"), retry_at, uncertain: false };
        world.asks(fail).unwrap();
        let began = world.now;
        let sent = world.run("one", began + 1_000 * SECOND);
        assert_eq!(sent.len(), 2);
        assert!(sent[1] - began >= 300 * SECOND, "{sent:?} from {began}");
        let second = world.start();
        world.asks(MailAsk::Stop { mailing: second }).unwrap();
        assert_eq!(world.run("one", world.now + 100 * SECOND), Vec::<i64>::new());
        assert_eq!(world.plan.mails.get(second).unwrap().state, Going::Stopped);
    }
}
