#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole test suite: format, lints, the TypeScript package, then every test, those over real processes last.
# Usage: ./scripts/test.sh [arguments of `cargo test`]
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
export DIANYUN_UNDER_TEST=1
setup
need_node
need_python
# A scanner of another make reads what we draw.
command -v zbarimg >/dev/null || install_packages zbar-tools
need_browser

step() {
    say "== $1 ($(date +%T))"
    shift
    "$@"
}

# Types generated anew must be those that are checked in. Package and tests are type-checked as they are compiled.
typescript() (
    npm_packages sdk/js
    cd sdk/js
    npm run --silent generated
    npm run --silent build
    npm test --silent
)

# What is embedded must be what the sources build.
pages() {
    npm_packages web
    cd web
    npm run --silent check
    npm run --silent lint
    cd "$DIANYUN_ROOT"
}

# Browsers and processes that are killed and started again are waited for: side by side with all else, which leaves
# these tests out by their names, they take half the time.
tests() {
    local suite=(cargo test --release --workspace --locked)
    [ $# -gt 0 ] && { "${suite[@]}" "$@"; return; }
    local aside failed=0 lane
    aside="$(mktemp -d)"
    "${suite[@]}" --test pages >"$aside/pages" 2>&1 & lane[0]=$!
    "${suite[@]}" --test drill --test readme >"$aside/processes" 2>&1 & lane[1]=$!
    "${suite[@]}" -- --skip the_pages_show_and_scan_in_a_browser \
        --skip nothing_acknowledged_is_lost_or_doubled_when_nodes_are_killed \
        --skip the_first_page_can_be_followed_from_top_to_bottom || failed=$?
    wait "${lane[0]}" || failed=$?
    wait "${lane[1]}" || failed=$?
    cat "$aside"/*
    rm -r "$aside"
    return "$failed"
}

step "format" cargo fmt --all --check
step "build" cargo build --release --workspace --all-targets --locked
step "lints" cargo clippy --release --workspace --all-targets --locked -- -D warnings
step "TypeScript" typescript
step "pages" pages
step "tests" tests "$@"
say "== all passed ($(date +%T))"
