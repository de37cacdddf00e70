//! The quick tests: rules, laws, shapes, and the incident; no process but this one.

#[path = "../harness/mod.rs"]
mod harness;

mod api;
mod golden;
mod incident;
mod laws;
mod ledger;
mod retraction;
mod roles;
mod rules;
mod sheets;
mod store;
mod uploads;
