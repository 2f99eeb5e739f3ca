#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs an example of the TypeScript package (sdk/js/examples) against the local testnet; its answer is JSON.
#
# Usage: ./scripts/example.sh apply         an invented driver, from nothing to a code
#        ./scripts/example.sh verify CODE   a code and its operator, proven under another node's header
#        ./scripts/example.sh show          an officer's badge, shown and scanned without a network
#        ./scripts/example.sh waybill       a waybill from offer to settled, and the proof of its end
#
# The network is that of ./scripts/testnet.sh up; DIANYUN_DIR names the folder of another one.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() { sed -n '3,/^# The network/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

case "${1:-}" in
apply | show | verify | waybill) example="$1" ;;
-h | --help) usage && exit 0 ;;
*) usage >&2 && exit 2 ;;
esac
need_node
npm_packages "$DIANYUN_ROOT/sdk/js"
npm run --silent --prefix "$DIANYUN_ROOT/sdk/js" compile

folder="${DIANYUN_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/dianyun/testnet}"
card="$("$DIANYUN_ROOT/scripts/testnet.sh" status --json --dir "$folder")"
api() { node -p 'JSON.parse(process.argv[1]).nodes.find(({ name }) => name === process.argv[2]).api' "$card" "$1"; }
DIANYUN_NODE="$(api validator-1)"
DIANYUN_HEADERS="$(api observer-1)"
DIANYUN_KEYS="$folder/keys"
DIANYUN_GENESIS="$folder/genesis.json"
DIANYUN_CODE="${2:-}"
export DIANYUN_NODE DIANYUN_HEADERS DIANYUN_KEYS DIANYUN_GENESIS DIANYUN_CODE
exec node "$DIANYUN_ROOT/sdk/js/.build/examples/$example.js"
