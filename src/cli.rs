//! The commands of the command line.

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use tafel::app::{self, Started};
use tafel::config::{self, Given, Settings};
use tafel::ledger::now;
use tafel::plan::command::Role;
use tafel::sample::Sample;
use tafel::store::{self, Access, Account, ApiToken, Store};
use tafel::web::password::{check_name, hash, make_up};
use tafel::{watch, web};

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
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    given: Given,
    /// Load a sample party into an empty store, and print how to sign in
    #[arg(long)]
    sample: bool,
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Add an account; without --password-stdin a password is made up and printed once
    Add {
        name: String,
        #[arg(long)]
        role: Role,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        store: StoreArgument,
    },
    /// List the accounts
    List(StoreArgument),
    /// Disable an account: nobody can sign in with it any more
    Disable {
        name: String,
        #[command(flatten)]
        store: StoreArgument,
    },
    /// Set a password, read from standard input
    Password {
        name: String,
        #[command(flatten)]
        store: StoreArgument,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token, and print it once
    Add {
        name: String,
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        store: StoreArgument,
    },
    /// List the tokens; they themselves are stored nowhere
    List(StoreArgument),
    /// End a token
    Revoke {
        name: String,
        #[command(flatten)]
        store: StoreArgument,
    },
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
        let given = Given { store: self.store, ..Given::default() };
        let settings = Settings::from(given, Path::new(config::FILE))?;
        Ok(store::open(&settings.store, Access::Beside)?)
    }
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let _log = watch::log();
    match arguments.command {
        None => serve(arguments.serve),
        Some(Command::Serve(serve_arguments)) => serve(serve_arguments),
        Some(Command::Account(command)) => account(command),
        Some(Command::Token(command)) => token(command),
    }
}

fn serve(arguments: Serve) -> anyhow::Result<()> {
    let settings = Settings::from(arguments.given, Path::new(config::FILE))?;
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

fn account(command: AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::Add { name, role, password_stdin, store } => {
            check_name(&name)?;
            let (password, made_up) = if password_stdin { (read_password()?, false) } else { (make_up()?, true) };
            let account = Account { name, role, password_hash: Some(hash(&password)?), created_at: now(), disabled_at: None };
            store.open()?.add_account(&account)?;
            println!("Added {} as {role}.", account.name);
            if made_up {
                println!("The password, shown only now: {password}");
            }
        }
        AccountCommand::List(store) => {
            for account in store.open()?.accounts()? {
                let state = if account.disabled_at.is_some() { "disabled" } else { "active" };
                println!("{}\t{}\t{state}\tsince {}", account.name, account.role, account.created_at);
            }
        }
        AccountCommand::Disable { name, store } => {
            if !store.open()?.disable_account(&name, now())? {
                bail!("there is no active account {name:?}");
            }
            println!("Disabled {name}. A running server ends its sessions within five seconds.");
        }
        AccountCommand::Password { name, store } => {
            let hashed = hash(&read_password()?)?;
            if !store.open()?.set_password(&name, &hashed)? {
                bail!("there is no account {name:?}");
            }
            println!("The password of {name} is set.");
        }
    }
    Ok(())
}

fn token(command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Add { name, role, store } => {
            check_name(&name)?;
            let (token, sha256) = web::new_token()?;
            store.open()?.add_token(&ApiToken { name, role, sha256, created_at: now() })?;
            // Alone on standard output, so that a script can take it.
            println!("{token}");
            eprintln!("This is the only time that the token is shown.");
        }
        TokenCommand::List(store) => {
            for token in store.open()?.tokens()? {
                println!("{}\t{}\tsince {}", token.name, token.role, token.created_at);
            }
        }
        TokenCommand::Revoke { name, store } => {
            if !store.open()?.revoke_token(&name)? {
                bail!("there is no token {name:?}");
            }
            println!("Revoked {name}. A running server refuses it within five seconds.");
        }
    }
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4_096).read_to_string(&mut text).context("cannot read the password from standard input")?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
