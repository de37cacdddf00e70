#!/usr/bin/env bash
# All the tests, on a fresh machine. `--quick`: formatting, lints, unit, properties and the incident.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

quick=false
case "${1:-}" in
    "") ;;
    --quick) quick=true ;;
    *) echo "usage: tests/run.sh [--quick]" >&2; exit 2 ;;
esac

if ! command -v cargo >/dev/null; then
    echo "There is no cargo. Install Rust from https://rustup.rs; rust-version in Cargo.toml says which." >&2
    exit 1
fi
if ! command -v cc >/dev/null; then
    say "A C compiler is missing: installing one"
    apt-get update -qq && apt-get install -y -qq gcc libc6-dev
fi

say "Formatting"
cargo fmt --check
say "Lints"
cargo clippy --locked --all-targets -- -D warnings
say "House rules"
cargo test --locked --test tidy
say "Unit tests, rules, laws, shapes, and the incident"
cargo test --locked --lib --bins --test quick

if $quick; then
    say "All quick tests passed"
    exit
fi

say "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
say "The program as a process: killed, starved, logged"
# One at a time: each of them wants the machine for itself.
cargo test --locked --test full -- --test-threads=1
say "SQL Server and PostgreSQL: there is no adapter for them yet, so nothing of them was tested"
say "All tests passed"
