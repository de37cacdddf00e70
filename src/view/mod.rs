//! Views: what the plan and its history look like to people. Pure.

pub mod words;
