//! The commands of the command line.

mod clock;
mod log;
mod mail;
mod people;
mod report;

use clap::{Args, Parser, Subcommand};
use clock::ClockCommand;
use log::LogCommand;
use mail::MailCommand;
use people::{AccountCommand, TokenCommand};
use report::ReportCommand;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tafel::app::{self, Started};
use tafel::config::{self, Given, Settings};
use tafel::lang;
use tafel::sample::Sample;
use tafel::store::{self, Access, Store};
use tafel::watch;

/// Plans the seating of a huge party, and loses nothing.
#[derive(Parser)]
#[command(name = "tafel", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the plan; the same as no command at all
    Serve(Serve),
    /// Accounts of people
    #[command(subcommand)]
    Account(AccountCommand),
    /// Tokens of programs
    #[command(subcommand)]
    Token(TokenCommand),
    /// The stream as a file, and whether it is whole
    #[command(subcommand)]
    Log(LogCommand),
    /// This machine's clock
    #[command(subcommand)]
    Clock(ClockCommand),
    /// The end-of-day report
    #[command(subcommand)]
    Report(ReportCommand),
    /// Mails to guests
    #[command(subcommand)]
    Mail(MailCommand),
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    given: Given,
    /// Load a sample party into an empty store, and print how to sign in
    #[arg(long)]
    sample: bool,
}

#[derive(Args)]
struct StoreArgument {
    /// The store [default: sqlite:tafel.db]
    #[arg(long, env = "TAFEL_STORE", value_name = "URL", hide_env_values = true)]
    store: Option<String>,
}

impl StoreArgument {
    /// Opens the store beside a server that may be running.
    fn open(self) -> anyhow::Result<Arc<dyn Store>> {
        self.with(Access::Beside)
    }

    /// Opens a store that is there, and changes nothing in it.
    fn look(self) -> anyhow::Result<Arc<dyn Store>> {
        self.with(Access::Look)
    }

    fn with(self, access: Access) -> anyhow::Result<Arc<dyn Store>> {
        let given = Given { store: self.store, ..Given::default() };
        let settings = Settings::from(given, Path::new(config::FILE))?;
        Ok(store::open(&settings.store, access)?)
    }
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let _log = watch::log();
    match arguments.command {
        None => serve(arguments.serve),
        Some(Command::Serve(serve_arguments)) => serve(serve_arguments),
        Some(Command::Account(command)) => people::account(command),
        Some(Command::Token(command)) => people::token(command),
        Some(Command::Log(command)) => log::run(command),
        Some(Command::Clock(command)) => clock::run(command),
        Some(Command::Report(command)) => report::run(command),
        Some(Command::Mail(command)) => mail::run(command),
    }
}

fn serve(arguments: Serve) -> anyhow::Result<()> {
    let settings = Settings::from(arguments.given, Path::new(config::FILE))?;
    lang::set_zone(settings.zone.clone());
    app::run(settings, arguments.sample, |started| greet(&started), stopped())
}

/// Until somebody wants the server to end.
async fn stopped() {
    let terminated = async {
        #[cfg(unix)]
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be heard");
                std::future::pending::<()>().await;
            }
        }
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn greet(started: &Started) {
    let Started { address, title, guests, tables, position, sample, setup, sample_left_out } = started;
    let mut lines = format!("\nTafel serves {title:?} on http://{address}\n  {guests} guests, {tables} tables, {position} events\n");
    if *sample_left_out {
        lines.push_str("  The store has a party already, so the sample was not loaded.\n");
    }
    let how = if let Some(Sample { name, password, token }) = sample {
        format!(
            "
Sign in at http://{address}/sign-in as {name:?} with the password {password}
Programs take this token; the next start with --sample makes both anew:

  export TAFEL_TOKEN={token}
  curl -H \"Authorization: Bearer $TAFEL_TOKEN\" http://{address}/api/v1/batches

"
        )
    } else if let Some(key) = setup {
        format!("\nThere is no admin yet. This link makes one, once:\n\n  http://{address}/setup?key={key}\n\n")
    } else {
        format!("  Sign in at http://{address}/sign-in\n\n")
    };
    lines.push_str(&how);
    // A closed standard output is no reason not to serve.
    let _ = std::io::stdout().write_all(lines.as_bytes());
}
