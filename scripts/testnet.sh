#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A local consortium: four validators, one observer, the demo's authorities, invented data.
# Usage: ./scripts/testnet.sh [up|down|status|reset] [--validators N] [--observers N]
#                             [--data none|demo] [--detach] [--json] [--dir D]
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
HERE="$PWD"
setup

case "${1:-}" in
up | down | status | reset | kill | start | logs | help | -h | --help) ;;
*) set -- up "$@" ;;
esac

say "Building dianyun (the first time compiles RocksDB: about a quarter of an hour on two cores) ..."
# The whole workspace decides the features, so that tests and binary share every dependency.
cargo build --release --locked --workspace --bin dianyun >&2
cd "$HERE"
exec "$CARGO_TARGET_DIR/release/dianyun" testnet "$@"
