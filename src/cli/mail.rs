//! `tafel mail check`.

use anyhow::{Context as _, bail};
use clap::Subcommand;
use std::path::Path;
use tafel::config::{self, Given, Settings};
use tafel::mail;

#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// Try the mail server that the settings name: connect, encrypt, sign in
    Check {
        /// Send a mail to this address, too
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
    },
}

pub(super) fn run(command: MailCommand) -> anyhow::Result<()> {
    let MailCommand::Check { to } = command;
    let settings = Settings::from(Given::default(), Path::new(config::FILE))?.mail;
    let settings = settings.context("there is no section mail in tafel.toml, and no TAFEL_MAIL_ variable")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(mail::check(&settings, to.as_deref())) {
        Ok(lines) => {
            for line in lines {
                println!("ok      {line}");
            }
            Ok(())
        }
        Err(problems) => {
            for problem in &problems {
                println!("FAILED  {problem}");
            }
            bail!("mails cannot be sent so");
        }
    }
}
