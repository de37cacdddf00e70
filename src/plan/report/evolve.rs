//! What each event does to the reports. Total: an event about a report that is not there has no effect.

use super::{Alert, Claim, Failed, Report, ReportEvent, ReportId, Reports, Step, StepState, TOLD_WITHIN_US};
use crate::plan::id::Position;
use crate::plan::value::Timestamp;
use std::sync::Arc;

impl Reports {
    /// True where something is different now.
    pub(in crate::plan) fn apply(&mut self, event: &ReportEvent, position: Position, at: Timestamp, actor: &Arc<str>) -> bool {
        let changed = self.take(event, at, actor);
        self.changes += u64::from(changed);
        if let Some(report) = event.report() {
            self.change(report, |report| report.events.push(position));
        }
        changed
    }

    fn take(&mut self, event: &ReportEvent, at: Timestamp, actor: &Arc<str>) -> bool {
        match event {
            ReportEvent::Enabled { from } => self.from.replace(*from) != Some(*from),
            ReportEvent::Started { report, terms } => {
                let started = Report {
                    id: *report,
                    started_at: at,
                    started_by: actor.clone(),
                    terms: terms.clone(),
                    claim: None,
                    file: None,
                    steps: [StepState::default(); 3],
                    announced: Vec::new(),
                    failure: None,
                    archived_as: None,
                    received_by: None,
                    taken_over: 0,
                    events: Vec::new(),
                };
                self.all.insert(*report, Arc::new(started));
                true
            }
            ReportEvent::AlertRaised { key, report, subject, message } => {
                let alert = Alert {
                    raised_at: at,
                    report: *report,
                    subject: subject.clone(),
                    message: message.clone(),
                    claimed_until: Timestamp(at.0 + TOLD_WITHIN_US),
                    sent_at: None,
                };
                self.alerts.insert(key.clone(), Arc::new(alert));
                true
            }
            ReportEvent::AlertClaimed { key, until } => {
                let Some(alert) = self.alerts.get_mut(key) else { return false };
                Arc::make_mut(alert).claimed_until = *until;
                true
            }
            ReportEvent::AlertSent { key } => {
                let Some(alert) = self.alerts.get_mut(key) else { return false };
                Arc::make_mut(alert).sent_at.get_or_insert(at);
                true
            }
            ReportEvent::Claimed { report, runner, token, until } => {
                self.last_token = self.last_token.max(*token);
                let claim = Claim { runner: runner.clone(), token: *token, until: *until };
                self.change(*report, |report| {
                    let before = report.claim.replace(claim);
                    report.taken_over += u32::from(before.is_some_and(|before| before.runner != *runner));
                })
            }
            event => event.report().is_some_and(|id| self.change(id, |report| report.apply(event, at, actor))),
        }
    }

    fn change(&mut self, id: ReportId, change: impl FnOnce(&mut Report)) -> bool {
        let Some(report) = self.all.get_mut(&id) else { return false };
        change(Arc::make_mut(report));
        true
    }
}

impl Report {
    fn apply(&mut self, event: &ReportEvent, at: Timestamp, actor: &Arc<str>) {
        match event {
            ReportEvent::Released { token, .. } => {
                if self.claim.as_ref().is_some_and(|claim| claim.token == *token) {
                    self.claim = None;
                }
            }
            ReportEvent::StepStarted { step, attempt, .. } => {
                let state = &mut self.steps[*step as usize];
                state.attempts = *attempt;
                state.started_at.get_or_insert(at);
                state.tried_at = Some(at);
            }
            ReportEvent::RowsCreated { file, .. } => {
                self.file = Some(file.clone());
                self.finish(Step::CreateRows, at);
            }
            ReportEvent::Submitting { name, .. } => self.announced.push(name.clone()),
            ReportEvent::Submitted { .. } => self.is_submitted(at),
            ReportEvent::Archived { location, .. } => {
                self.archived_as = Some(location.clone());
                self.finish(Step::Archive, at);
            }
            ReportEvent::Failed { step, attempt, details, retry_at, uncertain, .. } => {
                let (details, retry_at) = (details.clone(), *retry_at);
                self.failure = Some(Failed { step: *step, attempt: *attempt, details, at, retry_at, uncertain: *uncertain });
            }
            ReportEvent::Retried { .. } => self.failure = None,
            ReportEvent::Decided { was_received: true, .. } => {
                self.received_by = Some(actor.clone());
                self.is_submitted(at);
            }
            ReportEvent::Decided { was_received: false, .. } => {
                self.announced.clear();
                self.failure = None;
            }
            ReportEvent::Enabled { .. }
            | ReportEvent::Started { .. }
            | ReportEvent::Claimed { .. }
            | ReportEvent::AlertRaised { .. }
            | ReportEvent::AlertClaimed { .. }
            | ReportEvent::AlertSent { .. } => {}
        }
    }

    fn is_submitted(&mut self, at: Timestamp) {
        self.announced.clear();
        self.finish(Step::Submit, at);
    }

    fn finish(&mut self, step: Step, at: Timestamp) {
        self.steps[step as usize].finished_at.get_or_insert(at);
        self.failure = None;
    }
}
