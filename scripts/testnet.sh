#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A local consortium: four validators, one observer, the demo's authorities, invented data.
#
# Usage: ./scripts/testnet.sh [up|down|status|reset] [--validators N] [--observers N]
#                             [--data none|demo] [--detach] [--json] [--dir D]
#        ./scripts/testnet.sh kill|start|logs NAME [--dir D]
#
# up (the default) installs what the build needs and is missing, builds, starts the network, loads
# data, prints a card and stays until Ctrl-C; --detach returns instead. down stops it and keeps the
# data, reset removes it. --json prints one JSON object on standard output and nothing else there.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

case "${1:-}" in
-h | --help | help)
    sed -n '3,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
"" | --*) set -- up "$@" ;;
esac

binary="$CARGO_TARGET_DIR/release/dianyun"
if [ "$1" = up ]; then
    here="$PWD"
    setup
    [ -x "$binary" ] || say "Building dianyun; the first time compiles RocksDB: about a quarter of an hour on two cores."
    # The whole workspace decides the features, so that tests and binary share every dependency.
    cargo build --release --locked --workspace --bin dianyun >&2
    cd "$here"
fi
[ -x "$binary" ] || stop "dianyun is not built yet, so nothing runs: ./scripts/testnet.sh up builds and starts it."
exec "$binary" testnet "$@"
