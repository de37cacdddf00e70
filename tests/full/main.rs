//! The slow tests: the program as a process, killed, starved and timed out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // What goes wrong here is a failed test.
#![allow(clippy::format_push_string, clippy::type_complexity, clippy::float_cmp, clippy::needless_for_each)] // As short as it reads.
#![allow(unreachable_pub)] // Shared by its modules.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small numbers of our own.

#[path = "../harness/mod.rs"]
mod harness;

mod cdc;
mod command_line;
mod deploy;
mod disk;
mod instances;
mod kill;
mod limits;
mod live;
mod logs;
mod mail;
mod memory;
mod mssql;
mod mutants;
mod night;
mod openapi;
mod postgres;
mod promises;
mod reader;
mod report;
mod transfer;
