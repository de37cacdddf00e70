//! The command line: reads what is asked for, runs it, and says what went wrong.

mod cli;

use clap::Parser;
use std::process::ExitCode;
use tafel::reader;

fn main() -> ExitCode {
    // Before anything else: a reader has nothing of the program but this.
    if reader::is_reader(std::env::args_os()) {
        return reader::child::run();
    }
    match cli::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tafel: {error:#}");
            ExitCode::FAILURE
        }
    }
}
