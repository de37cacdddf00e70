//! The quick tests: rules, laws, shapes, and the incident; no process but this one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // What goes wrong here is a failed test.
#![allow(clippy::format_push_string, clippy::type_complexity, clippy::float_cmp, clippy::needless_for_each)] // As short as it reads.
#![allow(unreachable_pub)] // Shared by its modules.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small numbers of our own.

#[path = "../harness/mod.rs"]
mod harness;

mod api;
mod clock;
mod consumers;
mod doubles;
mod golden;
mod incident;
mod laws;
mod ledger;
mod lists;
mod live;
#[cfg(feature = "smtp")]
mod mail;
mod merge;
mod pages;
mod reader;
mod reports;
mod retraction;
mod roles;
mod rules;
mod sheets;
mod sign_in;
mod simulation;
mod store;
mod strangers;
mod uploads;
