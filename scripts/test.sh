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

# The pages wait for browsers and all else for nodes: side by side they take two thirds of the time.
tests() {
    local suite=(cargo test --release --workspace --locked)
    [ $# -gt 0 ] && { "${suite[@]}" "$@"; return; }
    local pages failed=0
    pages="$(mktemp)"
    "${suite[@]}" --test pages >"$pages" 2>&1 &
    "${suite[@]}" -- --skip the_pages_show_and_scan_in_a_browser || failed=$?
    wait $! || failed=$?
    cat "$pages"
    rm "$pages"
    return "$failed"
}

step "format" cargo fmt --all --check
step "build" cargo build --release --workspace --all-targets --locked
step "lints" cargo clippy --release --workspace --all-targets --locked -- -D warnings
step "TypeScript" typescript
step "pages" pages
step "tests" tests "$@"
say "== all passed ($(date +%T))"
