//! The command line: reads what is asked for, runs it, and says what went wrong.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tafel: {error:#}");
            ExitCode::FAILURE
        }
    }
}
