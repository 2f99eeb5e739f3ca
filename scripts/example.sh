#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs an example of the TypeScript package (sdk/js/examples), with --rust of the Rust one (client/examples/flows), with
# --api of the interface alone (examples/apply, in Python), against the local testnet; its answer is JSON.
#
# Usage: ./scripts/example.sh [--rust] apply         an invented driver, from nothing to a code
#        ./scripts/example.sh [--rust] verify CODE   a code and its operator, proven under another node's header
#        ./scripts/example.sh [--rust] show          a badge or a code, shown and scanned without a network
#        ./scripts/example.sh [--rust] waybill       a waybill from offer to settled, and the proof of its end
#
#        ./scripts/example.sh [--rust] exchange      an insurer asks for a driver's data: refused, opened, taken back
#        ./scripts/example.sh --api apply            an invented driver applies by a phone and papers
#
# The network is that of ./scripts/testnet.sh up; DIANYUN_DIR names the folder of another one.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() { sed -n '3,/^# The network/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

rust=""
[ "${1:-}" = --rust ] && rust=1 && shift
api=""
[ "${1:-}" = --api ] && api=1 && shift && [ "${1:-}" != apply ] && usage >&2 && exit 2
case "${1:-}" in
apply | show | verify | waybill | exchange) example="$1" ;;
-h | --help) usage && exit 0 ;;
*) usage >&2 && exit 2 ;;
esac
# The card of the network is read by it, whichever language the example is in.
need_node

folder="${DIANYUN_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/dianyun/testnet}"
card="$("$DIANYUN_ROOT/scripts/testnet.sh" status --json --dir "$folder")"
api_of() { node -p 'JSON.parse(process.argv[1]).nodes.find(({ name }) => name === process.argv[2]).api' "$card" "$1"; }
DIANYUN_NODE="$(api_of validator-1)"
DIANYUN_HEADERS="$(api_of observer-1)"
DIANYUN_KEYS="$folder/keys"
DIANYUN_GENESIS="$folder/genesis.json"
DIANYUN_CODE="${2:-}"
export DIANYUN_NODE DIANYUN_HEADERS DIANYUN_KEYS DIANYUN_GENESIS DIANYUN_CODE
cd "$DIANYUN_ROOT"
# Somebody whom the chain does not know yet, and the nodes of who has the data and who asks for them.
papers() {
    DIANYUN_PAPERS="$("$DIANYUN_ROOT/scripts/dianyun.sh" testnet newcomer --json --dir "$folder")"
    export DIANYUN_PAPERS
}
if [ "$example" = exchange ]; then
    papers
    DIANYUN_PLATFORM_NODE="$(api_of validator-3)"
    DIANYUN_INSURER_NODE="$(api_of observer-1)"
    export DIANYUN_PLATFORM_NODE DIANYUN_INSURER_NODE
fi
if [ -n "$api" ]; then
    need_python
    papers
    DIANYUN_LOG="$folder/logs/validator-1.log"
    export DIANYUN_LOG
    exec python3 examples/apply/apply.py
fi
if [ -n "$rust" ]; then
    setup
    cargo build --quiet --release --workspace --locked --example flows
    exec "$CARGO_TARGET_DIR/release/examples/flows" "$example"
fi
npm_packages sdk/js
npm run --silent --prefix sdk/js compile
exec node "sdk/js/.build/examples/$example.js"
