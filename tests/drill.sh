#!/usr/bin/env bash
# Three wishes that planners have, each carried out on a copy of the project and tested there: do such changes stay small?
#
# A patch in tests/drills/ is a wish: the change and its test. One that no longer applies, or breaks another test, fails.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
copy="$CARGO_TARGET_DIR/drill"
rm -rf "$copy"
mkdir -p "$copy"
# What is committed, and what is not yet.
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --target-directory "$copy"
cd "$copy"

for wish in tests/drills/*.patch; do
    name="$(basename "$wish" .patch)"
    began=$(date +%s)
    patch --quiet --strip 1 --no-backup-if-mismatch <"$wish"
    cargo test --quiet --locked --features "${TAFEL_DRILL_FEATURES:-default}" --lib --test quick >"$copy.log" 2>&1 || { cat "$copy.log" >&2; exit 1; }
    files=$(grep -c '^diff --git' "$wish")
    lines=$(grep -cE '^[+-]([^+-]|$)' "$wish" || true)
    printf 'drill: %s: %d files, %d lines, all quick tests passed after %d s\n' "$name" "$files" "$lines" $(($(date +%s) - began))
done
rm -rf "$copy" "$copy.log"
