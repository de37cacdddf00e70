//! `tafel clock`: somebody's word for this machine's clock.

use super::StoreArgument;
use clap::Subcommand;
use tafel::clock::now;
use tafel::store::Confirmation;

#[derive(Subcommand)]
pub(super) enum ClockCommand {
    /// Say that this machine's clock is right: a server that has stopped deciding, since the clock has jumped, goes on
    Confirm(StoreArgument),
}

pub(super) fn run(command: ClockCommand) -> anyhow::Result<()> {
    match command {
        ClockCommand::Confirm(store) => {
            let at = now();
            store.open()?.confirm_clock(&Confirmation { at, by: "command line".to_owned() })?;
            println!("The clock says {at}. Servers whose clocks say the same believe it within a second.");
        }
    }
    Ok(())
}
