#!/usr/bin/env bash
# Replaces a running Tafel by a new build, and brings the old one back if the new one does not get ready.
#
# usage: deploy.sh NEW_BINARY
#
# The programs lie in $TAFEL_HOME/releases/N/tafel, and $TAFEL_HOME/current is a link to the one that runs. How it is
# stopped and started is in $TAFEL_STOP and $TAFEL_START (by default, systemd's unit tafel); its address in $TAFEL_URL.
set -euo pipefail

new="${1:?usage: deploy.sh NEW_BINARY}"
home="${TAFEL_HOME:-/opt/tafel}"
url="${TAFEL_URL:-http://127.0.0.1:8080}"
stop="${TAFEL_STOP:-systemctl stop tafel}"
start="${TAFEL_START:-systemctl start tafel}"
ready_within="${TAFEL_READY_WITHIN:-10}"

say() { printf 'deploy: %s\n' "$*"; }
ready() {
    for _ in $(seq $((ready_within * 10))); do
        if curl --silent --fail --max-time 2 --output /dev/null "$url/readyz"; then return 0; fi
        sleep 0.1
    done
    return 1
}
# Never half: the link is replaced in one step.
point_to() { ln -sfn "$1" "$home/current.new" && mv -T "$home/current.new" "$home/current"; }

old="$(readlink "$home/current" || true)"
number=$(($(find "$home/releases" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -1) + 1))
release="$home/releases/$number"
mkdir -p "$release"
install -m 755 "$new" "$release/tafel"

# While the old one serves on: can the new one read what there is? It looks, and changes nothing.
say "release $number reads the log"
if [ -n "$old" ] && ! "$release/tafel" log verify; then
    say "release $number cannot read the log: nothing was changed"
    rm -rf "$release"
    exit 1
fi

say "release $number takes over"
began=$(date +%s%N)
$stop
point_to "$release"
# A start that fails shows in /readyz.
$start || true
if ready; then
    say "release $number is ready after $((($(date +%s%N) - began) / 1000000)) ms"
    exit 0
fi

say "release $number was not ready within $ready_within s: going back"
$stop || true
if [ -z "$old" ]; then
    say "there is no release before it"
    exit 1
fi
point_to "$old"
$start
if ready; then
    say "$(basename "$old") is back, and ready"
else
    say "$(basename "$old") is not ready either: look at its log"
fi
exit 1
