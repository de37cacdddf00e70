#!/usr/bin/env bash
# Takes back one mechanism after the other, on a copy, and asks the simulation which seed notices first.
#
# A patch in tests/reverts/ is a mechanism; its first line says what it takes back. One that no seed notices fails.
# TAFEL_SEEDS: how many seeds are tried at most, 2,000 without it. With a name, only patches that have it in theirs.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
seeds="${TAFEL_SEEDS:-2000}"
wanted="${1:-}"
copy="$CARGO_TARGET_DIR/reverts"
rm -rf "$copy"
mkdir -p "$copy"
# What is committed, and what is not yet.
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --target-directory "$copy"
cd "$copy"
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/reverted"

unnoticed=0
for revert in $(find tests/reverts -name "*$wanted*.patch" | sort -V); do
    patch --quiet --strip 1 --no-backup-if-mismatch <"$revert"
    cargo test --quiet --locked --test quick --no-run 2>"$copy.log" || { cat "$copy.log" >&2; exit 1; }
    if TAFEL_SEEDS="$seeds" TAFEL_FIRST=1 cargo test --quiet --locked --test quick -- simulation::the_promises >"$copy.log" 2>&1; then
        printf '%s: NO SEED of %s notices. %s\n' "$(basename "$revert" .patch)" "$seeds" "$(head -1 "$revert")"
        unnoticed=$((unnoticed + 1))
    else
        printf '%s: %s %s\n' "$(basename "$revert" .patch)" "$(head -1 "$revert")" "$(grep -o 'TAFEL_SEED=.*' "$copy.log" | cut -c1-120 | head -1)"
    fi
    patch --quiet --strip 1 --reverse --no-backup-if-mismatch <"$revert"
done
rm -rf "$copy" "$copy.log"
exit $((unnoticed > 0))
