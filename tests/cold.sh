#!/usr/bin/env bash
# What a newcomer waits for: from a clean checkout with its dependencies downloaded to the sample's first page.
#
# usage: cold.sh [CARGO FLAGS…]      such as --no-default-features
#
# Prints the seconds, and how large the program is. Nothing of the project's own build folder is used or changed.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap finish EXIT

cargo fetch --locked --quiet
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
began=$(date +%s%N)
export CARGO_TARGET_DIR="$folder/target"
cargo build --release --locked --quiet "$@"
built=$(date +%s%N)
"$CARGO_TARGET_DIR/release/tafel" serve --sample --store "sqlite:$folder/tafel.db" --listen "127.0.0.1:$port" >"$folder/log" 2>&1 &
server=$!
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done
ended=$(date +%s%N)
printf 'built in %d s, first page after %d s, program %d MB\n' \
    $(((built - began) / 1000000000)) $(((ended - began) / 1000000000)) \
    $(($(stat -c %s "$CARGO_TARGET_DIR/release/tafel") / 1000000))
