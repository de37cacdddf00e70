//! The benchmarks: each figure beside a baseline of the same run. `cargo bench` runs all, `cargo bench -- replay` one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // What goes wrong here is a failed test.
#![allow(clippy::struct_field_names)] // As the payloads have them.
#![allow(unreachable_pub)] // Shared by its modules.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small numbers of our own.

#[path = "../../tests/harness/postgres.rs"]
#[allow(dead_code)] // The tests use all of it.
mod cluster;
mod commands;
mod http;
mod made;
mod mssql;
mod pages;
mod postgres;
mod replay;
mod report;
mod retraction;
#[path = "../../tests/harness/mssql.rs"]
#[allow(dead_code)] // The tests use all of it.
mod sql_server;
mod start;
mod uploads;

/// One line of the table.
pub struct Line {
    pub what: String,
    pub measured: String,
    pub baseline: String,
    /// Measured by baseline, in whichever direction is better when larger.
    pub ratio: Option<f64>,
    pub to_reach: &'static str,
}

type Bench = (&'static str, fn() -> Vec<Line>);

const BENCHES: [Bench; 14] = [
    ("start", start::run),
    ("replay", replay::run),
    ("commands", commands::run),
    ("http", http::run),
    ("retraction", retraction::run),
    ("growth", commands::growth),
    ("pages", pages::run),
    ("report", report::run),
    ("uploads", uploads::run),
    ("postgres-commands", postgres::commands),
    ("mssql-commands", mssql::commands),
    ("bulk", postgres::bulk),
    ("postgres-replay", postgres::replay),
    ("consumer", postgres::consumer),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if wanted.iter().any(|wanted| wanted == pages::BARE) {
        return pages::serve_bare();
    }
    println!("| what | measured | baseline in the same run | ratio | to reach |\n|---|---|---|---|---|");
    for (name, run) in BENCHES {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        for Line { what, measured, baseline, ratio, to_reach } in run() {
            let ratio = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
            println!("| {what} | {measured} | {baseline} | {ratio} | {to_reach} |");
        }
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
