//! Tafel plans the seating of a huge party: one event stream, the plan in memory, every mistake reversible.

pub mod plan;
pub mod store;
pub mod ledger;
pub mod sheet;
pub mod config;
pub mod view;
pub mod watch;
pub mod web;
pub mod app;
pub mod sample;
