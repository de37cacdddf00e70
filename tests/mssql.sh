#!/usr/bin/env bash
# Everything that is tested of SQL Server, on a server of yours: the contract of a store, several instances with kills, pauses, freezes
# and outages, and the README's walk. Databases are made for it and dropped again.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -ne 1 ]; then
    echo "usage: tests/mssql.sh 'mssql://sa:PASSWORD@HOST:1433/master?encrypt=yes&trust=any'   (a login that may make databases)" >&2
    exit 2
fi
export TAFEL_TEST_MSSQL="$1" TAFEL_MSSQL_SECONDS="${TAFEL_MSSQL_SECONDS:-120}"

cargo test --locked --features full-tests --test full -- mssql:: transfer::a_stream_moves --test-threads=1 --nocapture
