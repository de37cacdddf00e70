//! `tafel account` and `tafel token`: who may come in.

use super::StoreArgument;
use anyhow::{Context, bail};
use clap::Subcommand;
use std::io::Read;
use tafel::ledger::now;
use tafel::plan::command::Role;
use tafel::store::{Account, ApiToken};
use tafel::web;
use tafel::web::password::{check_name, hash, make_up};

#[derive(Subcommand)]
pub(super) enum AccountCommand {
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
pub(super) enum TokenCommand {
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

pub(super) fn account(command: AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::Add { name, role, password_stdin, store } => {
            check_name(&name)?;
            let (password, made_up) = if password_stdin { (read_password()?, false) } else { (make_up()?, true) };
            let account =
                Account { name, role, password_hash: Some(hash(&password)?), created_at: now(), disabled_at: None, language: None };
            store.open()?.add_account(&account)?;
            println!("Added {} as {role}.", account.name);
            if made_up {
                println!("The password, shown only now: {password}");
            }
        }
        AccountCommand::List(store) => {
            for account in store.look()?.accounts()? {
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
            let store = store.open()?;
            if !store.set_password(&name, &hashed)? {
                bail!("there is no account {name:?}");
            }
            store.end_sessions_of(&name)?;
            println!("The password of {name} is set. Whoever was signed in by the old one is signed out within five seconds.");
        }
    }
    Ok(())
}

pub(super) fn token(command: TokenCommand) -> anyhow::Result<()> {
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
            for token in store.look()?.tokens()? {
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
