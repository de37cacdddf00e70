//! `tafel report run | status | check`.

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;
use jiff::civil::Date;
use std::path::Path;
use std::sync::Arc;
use tafel::config::{self, Given, Settings};
use tafel::ledger::Ledger;
use tafel::plan::decide;
use tafel::plan::report::{Report, Step};
use tafel::report::{self, check};
use tafel::store::{self, Access};

#[derive(Subcommand)]
pub(super) enum ReportCommand {
    /// Make the report of a date now, or go on with it; works beside a running server
    Run {
        /// As 2026-11-21
        date: Date,
        #[command(flatten)]
        store: super::StoreArgument,
    },
    /// How far the reports are
    Status {
        /// As 2026-11-21; without it, the newest
        date: Option<Date>,
        #[command(flatten)]
        store: super::StoreArgument,
    },
    /// Try all that the settings say; nothing lasting is written
    Check,
}

fn settings(store: super::StoreArgument) -> anyhow::Result<Settings> {
    Settings::from(Given { store: store.store, ..Given::default() }, Path::new(config::FILE))
}

fn report_settings(settings: Option<Box<report::Settings>>) -> anyhow::Result<report::Settings> {
    settings.map(|settings| *settings).context("there is no section report in tafel.toml, and no TAFEL_REPORT_ variable")
}

pub(super) fn run(command: ReportCommand) -> anyhow::Result<()> {
    match command {
        ReportCommand::Run { date, store } => make(date, settings(store)?),
        ReportCommand::Status { date, store } => status(date, &settings(store)?),
        ReportCommand::Check => check_all(),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn make(date: Date, settings: Settings) -> anyhow::Result<()> {
    let report = report_settings(settings.report)?;
    let problems = report.problems();
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let ledger = Ledger::start(store::open(&settings.store, Access::Beside)?, decide)?;
    runtime()?.block_on(async {
        let made = report::run_now(&ledger, report, date, |state| println!("{date}: {}", state.replace('_', " "))).await;
        ledger.stop().await;
        made.map_err(|why| anyhow!("the report of {date} is not made: {why}"))
    })
}

fn status(date: Option<Date>, settings: &Settings) -> anyhow::Result<()> {
    const SHOWN: usize = 14;
    let store: Arc<dyn store::Store> = store::open(&settings.store, Access::Look)?;
    let ledger = Ledger::start(store, decide)?;
    let snapshot = ledger.snapshot();
    let reports = &snapshot.plan.reports;
    let found: Vec<&Report> = match date {
        Some(date) => reports.of(date).collect(),
        None => reports.all.values().rev().take(SHOWN).map(AsRef::as_ref).collect(),
    };
    if found.is_empty() {
        match (date, reports.from) {
            (Some(date), _) => println!("{date}: not started"),
            (None, Some(from)) => println!("Reports are made from {from} on; there is none yet."),
            (None, None) => println!("Reports are not switched on: the section report in tafel.toml does that, at the next start."),
        }
    }
    for report in found {
        println!("{}: {}", report.id, report.state().replace('_', " "));
        for step in Step::ALL {
            let state = report.step(step);
            let Some(began) = state.started_at else { continue };
            let end = state.finished_at.map_or_else(|| "not done".to_owned(), |end| format!("done {end}"));
            println!("  {:<12} began {began}, {end}, attempts: {}", step.to_string(), state.attempts);
        }
        if let Some(failed) = &report.failure {
            let next = match failed.retry_at {
                _ if failed.uncertain => "somebody has to find out whether it arrived".to_owned(),
                Some(at) => format!("tried again at {at}"),
                None => "not tried again before somebody has seen to it".to_owned(),
            };
            println!("  {} failed: {}; {next}", failed.step, failed.details);
        }
        // Of the one that was asked for, what was sent is made anew.
        if let (Some(file), true) = (&report.file, date.is_some()) {
            let written = runtime()?.block_on(report::file_at(&ledger, report))?;
            let is_same = written.facts() == *file;
            println!("  {} rows, sha256 {}", file.rows, file.sha256);
            println!(
                "  {}",
                if is_same { "the stream gives the same bytes again" } else { "THE STREAM GIVES OTHER BYTES by now, with this version" }
            );
        }
        if let Some(claim) = &report.claim {
            println!("  {} works on it, until {}", claim.runner, claim.until);
        }
    }
    Ok(())
}

fn check_all() -> anyhow::Result<()> {
    let settings = report_settings(Settings::from(Given::default(), Path::new(config::FILE))?.report)?;
    let checked = runtime()?.block_on(check(&settings));
    let mut failed = 0;
    for one in checked {
        match one.outcome {
            Ok(words) => println!("ok      {}: {words}", one.what),
            Err(words) => {
                failed += 1;
                println!("FAILED  {}: {words}", one.what);
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of the checks failed");
    }
    Ok(())
}
