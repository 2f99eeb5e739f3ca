#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the `dianyun` that scripts/testnet.sh built, from any directory.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
binary="$CARGO_TARGET_DIR/release/dianyun"
[ -x "$binary" ] || stop "dianyun is not built yet: run ./scripts/testnet.sh first."
exec "$binary" "$@"
