#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole test suite: format, lints, then every test, those over real processes last.
# Usage: ./scripts/test.sh [arguments of `cargo test`]
set -euo pipefail
NEEDS_SCANNER=yes
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup

step() {
    say "== $1 ($(date +%T))"
    shift
    "$@"
}

step "format" cargo fmt --all --check
step "build" cargo build --release --workspace --all-targets --locked
step "lints" cargo clippy --release --workspace --all-targets --locked -- -D warnings
step "tests" cargo test --release --workspace --locked "$@"
say "== all passed ($(date +%T))"
