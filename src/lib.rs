//! Tafel plans the seating of a huge party: one event stream, the plan in memory, every mistake reversible.

pub mod app;
pub mod capability;
pub mod clock;
pub mod config;
pub mod lang;
pub mod ledger;
pub mod mail;
pub mod outbound;
pub mod plan;
pub mod reader;
pub mod report;
pub mod sample;
pub mod sheet;
pub mod store;
pub mod transfer;
pub mod view;
pub mod watch;
pub mod web;
