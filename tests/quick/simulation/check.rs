//! What must hold at the end of every run.

use super::World;
use super::client::{Entry, Outcome, Wish};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tafel::clock::TOLERANCE_US;
use tafel::ledger::{Ledger, Validity};
use tafel::plan::command::{Ask, Request};
use tafel::plan::document::digest;
use tafel::plan::event::{Body, Event};
use tafel::plan::report::ReportEvent;
use tafel::plan::{BatchId, Plan, Position, Refusal, Timestamp, broken_invariants, decide};
use tafel::store::codec::Decoder;
use tafel::store::{Chain, End, Record, StoredEvent};

/// Checks the whole run, against a ledger that has just been started on what is there.
pub fn check(world: &World, fresh: &Ledger) -> Result<(), String> {
    let run = Run::of(world, fresh)?;
    run.the_stream_is_chained()?;
    run.every_batch_is_there_once()?;
    run.nothing_is_stamped_in_the_future()?;
    run.reports_are_begun_once_and_not_early()?;
    run.consumers_have_read_everything_once()?;
    run.everybody_has_the_same_plan(fresh)?;
    for entry in world.entries.lock().iter() {
        run.is_right(entry).map_err(|why| format!("{why}\n{entry:?}"))?;
    }
    Ok(())
}

struct Run<'a> {
    world: &'a World,
    records: Vec<Record>,
    events: Vec<Event>,
    /// The plan behind each position, as it was known there.
    plans: Vec<Plan>,
    /// The positions of each batch.
    batches: HashMap<BatchId, Vec<u64>>,
    validity: Validity,
    lost: HashSet<BatchId>,
    /// What was acknowledged, under any id.
    acknowledged: HashSet<BatchId>,
}

impl<'a> Run<'a> {
    fn of(world: &'a World, fresh: &Ledger) -> Result<Self, String> {
        let (records, lost) = {
            let content = world.database.content.lock();
            (content.records.clone(), content.lost.clone())
        };
        let mut decoder = Decoder::default();
        let events = records.iter().map(|record| decoder.decode(record.event.raw())).collect::<Result<Vec<_>, _>>();
        let events = events.map_err(|error| format!("an event is not understood: {error}"))?;
        let mut plans = vec![Plan::default()];
        for event in &events {
            let plan = match event.body {
                // What became void may lie anywhere behind.
                Body::BatchRetracted(_) | Body::BatchReinstated(_) => fresh.past(event.position).map_err(|failure| failure.to_string())?,
                _ => {
                    let mut plan = plans[plans.len() - 1].clone();
                    tafel::plan::apply(&mut plan, event);
                    plan
                }
            };
            if let Some(broken) = broken_invariants(&plan).into_iter().next() {
                return Err(format!("at {}: {broken}", event.position));
            }
            plans.push(plan);
        }
        let mut batches: HashMap<BatchId, Vec<u64>> = HashMap::new();
        for event in &events {
            batches.entry(event.batch).or_default().push(event.position.0);
        }
        let is_acknowledged = |entry: &&Entry| matches!(entry.outcome, Outcome::Done { .. } | Outcome::Retracted { .. });
        let acknowledged = world.entries.lock().iter().filter(is_acknowledged).map(|entry| entry.id).collect();
        Ok(Self { world, records, events, plans, batches, validity: fresh.snapshot().validity.clone(), lost, acknowledged })
    }

    fn the_stream_is_chained(&self) -> Result<(), String> {
        let mut chain = Chain::behind(End::NOTHING);
        self.records.iter().try_for_each(|record| chain.check(record)).map_err(|error| format!("the chain: {error}"))
    }

    fn every_batch_is_there_once(&self) -> Result<(), String> {
        let mut written = Vec::new();
        for event in &self.events {
            if written.last() != Some(&event.batch) {
                written.push(event.batch);
            }
        }
        let twice = written.iter().enumerate().find(|(at, batch)| written[..*at].contains(batch));
        twice.map_or(Ok(()), |(_, batch)| Err(format!("{batch} is in the stream twice")))
    }

    fn nothing_is_stamped_in_the_future(&self) -> Result<(), String> {
        let content = self.world.database.content.lock();
        for (event, committed_at) in self.events.iter().zip(&content.committed_at) {
            let ahead_us = event.recorded_at.0 - committed_at.0;
            if ahead_us > TOLERANCE_US {
                return Err(format!("{} was stamped {} s ahead", event.position, ahead_us / 1_000_000));
            }
        }
        Ok(())
    }

    /// Not before the day was over, and with everything that happened on that day.
    fn reports_are_begun_once_and_not_early(&self) -> Result<(), String> {
        let content = self.world.database.content.lock();
        let mut dates = HashSet::new();
        for (event, committed_at) in self.events.iter().zip(&content.committed_at) {
            let Body::Report(report) = &event.body else { continue };
            let ReportEvent::Started { report, terms } = report.as_ref() else { continue };
            if !dates.insert(report.date) {
                return Err(format!("the report of {} was begun twice", report.date));
            }
            if committed_at.0 + TOLERANCE_US < terms.cut_off.0 {
                return Err(format!("the report of {} was begun {} s early", report.date, (terms.cut_off.0 - committed_at.0) / 1_000_000));
            }
            let last = self.events.iter().filter(|event| event.recorded_at < terms.cut_off).map(|event| event.position).max();
            if last.unwrap_or_default() != terms.position {
                return Err(format!("the report of {} ends at {}, and the day at {last:?}", report.date, terms.position));
            }
        }
        Ok(())
    }

    fn consumers_have_read_everything_once(&self) -> Result<(), String> {
        // A restore that begins no new life cannot be noticed by who follows.
        let content = self.world.database.content.lock();
        if content.era > 0 && content.incarnation.is_empty() {
            return Ok(());
        }
        drop(content);
        let delivered = self.world.delivered.lock();
        let is_right = delivered.iter().zip(&self.events).all(|(read, event)| *read == (event.position, event.batch));
        if is_right && delivered.len() <= self.events.len() { Ok(()) } else { Err("a consumer has read another stream".to_owned()) }
    }

    fn everybody_has_the_same_plan(&self, fresh: &Ledger) -> Result<(), String> {
        let (newest, position) = (digest(&fresh.snapshot().plan), fresh.snapshot().plan.position);
        if digest(&self.plans[self.plans.len() - 1]) != newest {
            return Err("the fold of the stream is another plan".to_owned());
        }
        for instance in &self.world.instances {
            let Some(ledger) = instance.ledger() else { return Err(format!("instance {} does not run", instance.number)) };
            let life = self.world.database.content.lock().incarnation.clone();
            if ledger.incarnation() != life {
                return Err(format!(
                    "instance {} serves the life {:?}, and the stream is in {life:?}",
                    instance.number,
                    ledger.incarnation()
                ));
            }
            let plan = &ledger.snapshot().plan;
            if !ledger.is_serving() || !ledger.is_up() {
                return Err(format!("instance {} does not serve: {:?}", instance.number, ledger.hindrance()));
            }
            if plan.position != position || digest(plan) != newest {
                return Err(format!("instance {} has another plan at {}, the stream ends at {position}", instance.number, plan.position));
            }
        }
        Ok(())
    }

    fn is_right(&self, entry: &Entry) -> Result<(), String> {
        match &entry.outcome {
            Outcome::Done { events } => self.is_done(entry, events),
            Outcome::Retracted { position } => self.is_retracted(entry, *position),
            Outcome::NothingToDo => {
                self.stays_undone(entry)?;
                self.was_decided_so(entry, |decided| matches!(decided, Ok(events) if events.is_empty()))
            }
            Outcome::Refused(refusal) => {
                self.stays_undone(entry)?;
                match refusal {
                    // These say nothing of the plan.
                    Refusal::Expired { .. } | Refusal::IdTaken | Refusal::PositionMoved { .. } => Ok(()),
                    _ => self.was_decided_so(entry, |decided| matches!(decided, Err(other) if other.code() == refusal.code())),
                }
            }
        }
    }

    /// Of what was refused for good, nothing is ever done; unless under its id something else was asked for.
    fn stays_undone(&self, entry: &Entry) -> Result<(), String> {
        let is_ours = !matches!(entry.outcome, Outcome::Refused(Refusal::IdTaken)) && !self.acknowledged.contains(&entry.id);
        if entry.is_final && is_ours && self.batches.contains_key(&entry.id) {
            return Err("it was refused for good, and done".to_owned());
        }
        Ok(())
    }

    fn is_done(&self, entry: &Entry, events: &[StoredEvent]) -> Result<(), String> {
        // After a restore another request may have come under the same id.
        if self.lost.contains(&entry.id) {
            return Ok(());
        }
        let positions = self.batches.get(&entry.id).ok_or("it was acknowledged, and is lost")?;
        let answered: Vec<u64> = events.iter().map(|event| event.position.0).collect();
        if *positions != answered {
            return Err(format!("it is at {positions:?}"));
        }
        let first = positions[0];
        if entry.first_sent.era == self.world.moment().era && first <= entry.first_sent.position.0 {
            return Err(format!("it is at {first}, before what was acknowledged earlier"));
        }
        let Wish::Commands { commands, given } = &entry.wish else { return Ok(()) };
        let first_event = &self.events[first as usize - 1];
        let request = request(entry, commands, first_event.recorded_at);
        let decided = decide(&self.plans[first as usize - 1], &request).map_err(|refusal| format!("it should be refused: {refusal:?}"))?;
        let written = &self.events[first as usize - 1..first as usize - 1 + positions.len()];
        if !decided.iter().map(|event| &event.body).eq(written.iter().map(|event| &event.body)) {
            return Err(format!("something else was done: {written:?}"));
        }
        if given.expected.is_some_and(|expected| expected.0 + 1 != first) {
            return Err("something had happened meanwhile".to_owned());
        }
        self.has_overwritten_nothing(entry, first)
    }

    /// Who says what was on the screen overwrites nothing that somebody else has written since.
    fn has_overwritten_nothing(&self, entry: &Entry, first: u64) -> Result<(), String> {
        let Wish::Commands { given, .. } = &entry.wish else { return Ok(()) };
        let Some(seen) = given.seen.filter(|_| entry.first_sent.era == self.world.moment().era) else { return Ok(()) };
        // What was taken back is not written any more.
        let voids = self.validity.voids_at(Position(first - 1));
        let Body::GuestChanged { guest: changed, .. } = &self.events[first as usize - 1].body else { return Ok(()) };
        let is_own = |event: &Event| given.own.iter().any(|(first, last)| (*first..=*last).contains(&event.position));
        let since = self.events[seen.0 as usize..first as usize - 1].iter().rev();
        let mut same = since.filter(|event| matches!(&event.body, Body::GuestChanged { guest, .. } if guest == changed));
        // Behind what it has written itself, it has overwritten nothing but that.
        match same.find(|event| !voids.contains_key(&event.batch)).filter(|event| !is_own(event)) {
            Some(other) => Err(format!("it overwrites what was written at {}", other.position)),
            None => Ok(()),
        }
    }

    fn is_retracted(&self, entry: &Entry, position: Position) -> Result<(), String> {
        if self.lost.contains(&entry.id) {
            return Ok(());
        }
        match self.batches.get(&entry.id).map(Vec::as_slice) {
            Some([only]) if *only == position.0 => Ok(()),
            other => Err(format!("the retraction is at {other:?}")),
        }
    }

    /// There is a moment between the question and the answer at which the plan said so.
    fn was_decided_so(&self, entry: &Entry, is_so: impl Fn(Result<Vec<Event>, Refusal>) -> bool) -> Result<(), String> {
        let Wish::Commands { commands, .. } = &entry.wish else { return Ok(()) };
        if entry.sent.era != self.world.moment().era {
            return Ok(());
        }
        let request = request(entry, commands, Timestamp(i64::MIN));
        let mut plans = self.plans[entry.sent.position.0 as usize..=entry.answered.position.0 as usize].iter();
        if plans.any(|plan| is_so(decide(plan, &request))) { Ok(()) } else { Err("at no moment did the plan say so".to_owned()) }
    }
}

fn request(entry: &Entry, commands: &[tafel::plan::command::Command], at: Timestamp) -> Request {
    let Wish::Commands { given, .. } = &entry.wish else { unreachable!() };
    let conditions = tafel::plan::command::Conditions { expires_at: None, ..given.clone() };
    Request { id: entry.id, actor: Arc::clone(&entry.actor), at, conditions, ask: Ask::Commands(commands.to_vec()) }
}
