//! The rules of reports: who may work on one, with which token; and what the interface says where there are none.

use crate::harness::server::Server;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use tafel::plan::command::{Ask, Conditions, ReportAsk, Request, Role};
use tafel::plan::event::Family;
use tafel::plan::report::{Details, FileFacts, Order, Report, ReportId, Step, Terms};
use tafel::plan::{BatchId, Plan, Position, Refusal, ReportRefusal, Text, Timestamp, decide, evolve};
use uuid::Uuid;

const SECOND: i64 = 1_000_000;
const CUT_OFF: i64 = 1_800_000_000 * SECOND;
const ID: ReportId = ReportId { date: date(2027, 1, 15), revision: 1 };

/// A plan, and a clock.
struct World {
    plan: Plan,
    now: i64,
    kinds: Vec<&'static str>,
}

fn text(text: &str) -> Text {
    Text::stored(text)
}

fn terms(order: Order) -> Terms {
    Terms {
        cut_off: Timestamp(CUT_OFF),
        deadline: Timestamp(CUT_OFF + 6 * 3_600 * SECOND),
        zone: text("Europe/Berlin"),
        order,
        position: Position(0),
        corrected_as_of: None,
        reason: None,
    }
}

impl World {
    fn new() -> Self {
        Self { plan: Plan::default(), now: CUT_OFF + 10 * SECOND, kinds: Vec::new() }
    }

    fn started(order: Order) -> Self {
        let mut world = Self::new();
        world.asks(ReportAsk::Start { report: ID, terms: Box::new(terms(order)), is_last: false }).unwrap();
        world
    }

    fn asks(&mut self, ask: ReportAsk) -> Result<(), Refusal> {
        let id = BatchId(Uuid::now_v7());
        let request = Request {
            id,
            actor: Arc::from("system"),
            at: Timestamp(self.now),
            conditions: Conditions::default(),
            ask: Ask::Report(Box::new(ask)),
        };
        for event in decide(&self.plan, &request)? {
            self.kinds.push(event.body.kind());
            assert!(Family::of(event.body.kind()) == Family::Report);
            self.plan = evolve(std::mem::take(&mut self.plan), &event);
        }
        Ok(())
    }

    fn refuses(&mut self, ask: ReportAsk) -> ReportRefusal {
        match self.asks(ask).unwrap_err() {
            Refusal::Report(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn report(&self) -> &Report {
        self.plan.reports.get(ID).unwrap()
    }

    fn claims(&mut self, runner: &str) -> Result<u64, Refusal> {
        self.asks(ReportAsk::Claim { report: ID, runner: text(runner), until: Timestamp(self.now + 300 * SECOND) })?;
        Ok(self.report().claim.as_ref().unwrap().token)
    }
}

fn rows(token: u64) -> ReportAsk {
    ReportAsk::CreatedRows { report: ID, token, file: FileFacts { rows: 3, bytes: 300, sha256: text("00") } }
}

fn submitted(token: u64) -> ReportAsk {
    ReportAsk::Submitted { report: ID, token }
}

fn archived(token: u64) -> ReportAsk {
    ReportAsk::Archived { report: ID, token, location: text("s3://archive/x") }
}

fn fails(token: u64, step: Step, retry_at: Option<i64>, uncertain: bool) -> ReportAsk {
    ReportAsk::Fail { report: ID, token, step, details: Details::of("refused"), retry_at: retry_at.map(Timestamp), uncertain }
}

#[test]
fn a_report_is_ten_events_and_each_step_is_done_once() {
    let mut world = World::started(Order::SubmitFirst);
    let token = world.claims("a").unwrap();
    assert_eq!(world.report().state(), "started");
    world.asks(rows(token)).unwrap();
    assert_eq!(world.refuses(rows(token)), ReportRefusal::Done);
    assert_eq!(world.refuses(archived(token)), ReportRefusal::Done, "not before it is submitted");
    world.asks(ReportAsk::Announce { report: ID, token, name: text(".x.part") }).unwrap();
    assert_eq!(world.report().announced, [text(".x.part")]);
    world.asks(submitted(token)).unwrap();
    assert!(world.report().announced.is_empty());
    world.asks(archived(token)).unwrap();
    assert!(world.report().is_done() && world.report().claim.is_none());
    assert_eq!(world.claims("a").unwrap_err(), Refusal::from(ReportRefusal::Done));
    assert_eq!(
        world.kinds,
        [
            "report_started",
            "report_claimed",
            "report_step_started",
            "report_rows_created",
            "report_step_started",
            "report_submitting",
            "report_submitted",
            "report_step_started",
            "report_archived",
            "report_released"
        ]
    );
}

#[test]
fn archiving_first_is_a_setting_that_a_report_keeps() {
    let mut world = World::started(Order::ArchiveFirst);
    let token = world.claims("a").unwrap();
    world.asks(rows(token)).unwrap();
    assert_eq!(world.refuses(submitted(token)), ReportRefusal::Done);
    world.asks(archived(token)).unwrap();
    assert_eq!(world.report().state(), "archived");
    world.asks(submitted(token)).unwrap();
    assert!(world.report().is_done());
}

#[test]
fn nobody_works_on_what_somebody_has_claimed_and_an_old_token_counts_for_nothing() {
    let mut world = World::started(Order::SubmitFirst);
    let old = world.claims("a").unwrap();
    assert!(matches!(world.claims("b").unwrap_err(), Refusal::Report(ReportRefusal::Claimed { .. })));
    // Its end, as another clock sees it, may be five seconds away yet.
    world.now += 304 * SECOND;
    assert!(matches!(world.claims("b").unwrap_err(), Refusal::Report(ReportRefusal::Claimed { .. })));
    world.now += SECOND;
    let new = world.claims("b").unwrap();
    assert!(new > old);
    for ask in [rows(old), fails(old, Step::CreateRows, None, false), ReportAsk::Announce { report: ID, token: old, name: text("x") }] {
        assert_eq!(world.refuses(ask), ReportRefusal::Fenced);
    }
    world.asks(rows(new)).unwrap();
    assert_eq!(world.report().taken_over, 1);
}

#[test]
fn a_claim_of_a_wrong_clock_keeps_nobody_away_and_one_is_given_back_by_whoever_has_it() {
    let mut world = World::started(Order::SubmitFirst);
    world.asks(ReportAsk::Claim { report: ID, runner: text("a"), until: Timestamp(world.now + 86_400 * SECOND) }).unwrap();
    world.claims("b").unwrap();
    world.asks(ReportAsk::Release { report: ID, runner: text("a") }).unwrap();
    assert!(world.report().claim.is_some());
    world.asks(ReportAsk::Release { report: ID, runner: text("b") }).unwrap();
    assert!(world.report().claim.is_none());
}

#[test]
fn what_failed_waits_for_its_time_or_for_a_person() {
    let mut world = World::started(Order::SubmitFirst);
    let token = world.claims("a").unwrap();
    let retry_at = world.now + 60 * SECOND;
    world.asks(fails(token, Step::CreateRows, Some(retry_at), false)).unwrap();
    assert_eq!(world.claims("b").unwrap_err(), Refusal::from(ReportRefusal::Waiting));
    world.now = retry_at;
    let token = world.claims("b").unwrap();
    assert_eq!(world.report().step(Step::CreateRows).attempts, 2);
    world.asks(fails(token, Step::CreateRows, None, false)).unwrap();
    world.now += 86_400 * SECOND;
    assert_eq!(world.claims("b").unwrap_err(), Refusal::from(ReportRefusal::Waiting));
    world.asks(ReportAsk::Retry { report: ID }).unwrap();
    assert_eq!(world.refuses(ReportAsk::Retry { report: ID }), ReportRefusal::NothingToRetry);
    world.claims("b").unwrap();
}

#[test]
fn what_is_uncertain_is_decided_by_a_person_only() {
    for was_received in [true, false] {
        let mut world = World::started(Order::SubmitFirst);
        let token = world.claims("a").unwrap();
        world.asks(rows(token)).unwrap();
        assert_eq!(world.refuses(ReportAsk::Decide { report: ID, attempt: Some(1), was_received }), ReportRefusal::NotUncertain);
        world.asks(ReportAsk::Announce { report: ID, token, name: text("x") }).unwrap();
        world.asks(fails(token, Step::Submit, None, true)).unwrap();
        assert_eq!(world.refuses(ReportAsk::Retry { report: ID }), ReportRefusal::NothingToRetry, "that would be a guess");
        let other = ReportAsk::Decide { report: ID, attempt: Some(2), was_received };
        assert_eq!(world.refuses(other), ReportRefusal::NotUncertain, "that is what somebody knew of another attempt");
        world.asks(ReportAsk::Decide { report: ID, attempt: Some(1), was_received }).unwrap();
        assert!(world.report().announced.is_empty());
        world.claims("b").unwrap();
        assert_eq!(world.report().next_step(), Some(if was_received { Step::Archive } else { Step::Submit }));
    }
}

#[test]
fn a_report_is_started_once_not_before_its_cut_off_and_corrected_when_it_is_done() {
    let mut world = World::new();
    let start = |revision, is_last, position| {
        let terms = Box::new(Terms { position: Position(position), ..terms(Order::SubmitFirst) });
        ReportAsk::Start { report: ReportId { revision, ..ID }, terms, is_last }
    };
    world.now = CUT_OFF - 1;
    assert!(matches!(world.refuses(start(1, true, 0)), ReportRefusal::NotDue { .. }));
    world.now = CUT_OFF;
    assert_eq!(world.refuses(start(2, true, 0)), ReportRefusal::Outdated);
    assert_eq!(world.refuses(start(1, true, 7)), ReportRefusal::Outdated, "something was recorded meanwhile, perhaps before the cut-off");
    world.asks(start(1, true, 0)).unwrap();
    assert_eq!(world.refuses(start(1, false, 0)), ReportRefusal::Exists);
    assert_eq!(world.refuses(start(2, false, 0)), ReportRefusal::Unfinished);
    let token = world.claims("a").unwrap();
    world.asks(fails(token, Step::CreateRows, None, false)).unwrap();
    world.asks(start(2, false, 0)).unwrap();
    world.asks(ReportAsk::Retry { report: ID }).unwrap();
    assert_eq!(world.claims("a").unwrap_err(), Refusal::from(ReportRefusal::Superseded), "only one of the two is ever submitted");
}

#[test]
fn an_alert_is_raised_once() {
    let mut world = World::started(Order::SubmitFirst);
    let raise = || ReportAsk::Raise { key: text("late/1"), report: Some(ID), subject: text("late"), message: text("very") };
    let sent = || ReportAsk::Sent { key: text("late/1") };
    let retell = |world: &World| ReportAsk::Retell { key: text("late/1"), until: Timestamp(world.now + 600 * SECOND) };
    for ask in [sent(), raise(), raise(), retell(&world)] {
        world.asks(ask).unwrap();
    }
    assert_eq!(world.kinds, ["report_started", "report_alert_raised"], "whoever has raised it has ten minutes to tell of it");
    world.now += 601 * SECOND;
    let again = [retell(&world), retell(&world), sent(), sent(), retell(&world)];
    for ask in again {
        world.asks(ask).unwrap();
    }
    assert_eq!(world.kinds[2..], ["report_alert_claimed", "report_alert_sent"]);
}

#[test]
fn details_are_one_line_of_at_most_255_characters() {
    let long = Details::of(&"ö\n".repeat(400));
    assert_eq!(long.as_str().chars().count(), 255);
    assert!(long.as_str().ends_with('…') && !long.as_str().contains('\n'));
    assert_eq!(Details::of("short").as_str(), "short");
}

proptest! {
    /// Whatever runners ask for in whatever order, also with old tokens: no step is done twice, and none out of turn.
    #[test]
    fn no_step_is_done_twice_whoever_asks(moves in proptest::collection::vec((0_u8..9, 0_usize..3, 0_u64..4), 1..60)) {
        let mut world = World::started(Order::SubmitFirst);
        let mut tokens = [0, 0, 0];
        for (what, who, age) in moves {
            let token = tokens[who];
            let _ = match what {
                0 | 1 => world.claims(["a", "b", "c"][who]).map(|token| tokens[who] = token),
                2 => world.asks(rows(token)),
                3 => world.asks(ReportAsk::Announce { report: ID, token, name: text("x") }),
                4 => world.asks(submitted(token)),
                5 => world.asks(archived(token)),
                6 => world.asks(fails(token, Step::Submit, Some(world.now), false)),
                7 => world.asks(ReportAsk::Release { report: ID, runner: text(["a", "b", "c"][who]) }),
                _ => { world.now += 200 * SECOND * i64::try_from(age).unwrap(); Ok(()) }
            };
        }
        let count = |kind: &str| world.kinds.iter().filter(|known| **known == kind).count();
        for once in ["report_rows_created", "report_submitted", "report_archived"] {
            prop_assert!(count(once) <= 1, "{:?}", world.kinds);
        }
        let place = |kind: &str| world.kinds.iter().position(|known| *known == kind);
        if let Some(submitted) = place("report_submitted") {
            prop_assert!(place("report_rows_created").is_some_and(|rows| rows < submitted));
        }
        if let Some(archived) = place("report_archived") {
            prop_assert!(place("report_submitted").is_some_and(|submitted| submitted < archived));
        }
        prop_assert!(tokens.iter().all(|known| *known <= count("report_claimed") as u64));
    }
}

#[test]
fn where_reports_are_off_the_pages_and_the_interface_say_so() {
    let server = Server::start();
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/reports").expect(200), json!([]));
    admin.post("/api/v1/reports/2026-11-21", &json!({})).problem(409, "reports_off");
    admin.get("/api/v1/reports/2026-11-21/file").problem(409, "reports_off");
    admin.get("/api/v1/reports/2026-11-21").problem(404, "unknown_report");
    for odd in ["2026-02-30", "-9999-01-01", "9999-12-31", "yesterday", "2026-11-21T00:00", "%00"] {
        let answer = admin.get(&format!("/api/v1/reports/{odd}"));
        assert_eq!(answer.status, 404, "{odd}");
        assert!(admin.get(&format!("/reports/{odd}")).status < 500);
    }
    assert_eq!(admin.get("/api/v1/reports/2026-11-21?revision=99999999999").status, 404);
    admin.post("/api/v1/reports/2026-11-21/retry", &json!({})).problem(404, "unknown_report");
    admin.post("/api/v1/reports/2026-11-21/decide", &json!({"received": "yes"})).problem(422, "invalid");
    let mut browser = server.browser(Role::Viewer);
    browser.get("/reports").shows("Reports are not switched on");
    browser.get("/reports/2026-11-21").shows("Reports are not switched on");
}
