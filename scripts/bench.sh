#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The chain beside its physical bound and beside etcd, in rounds on this machine: medians and ratios.
# Usage: ./scripts/bench.sh [--json] [--rounds N] [--records N] [--seconds N] [--only machine,shown,papers,exchange,...]
#        ./scripts/bench.sh --scale [--resume] [--json] [--records N,N] [--validators N,N] [--blocks N,N] [--seconds N]
# With --scale: how cost grows with records, validators and blocks, in an hour and 20 GiB of disk.
# Figures as JSON, and curves, are written to the cache folder too. Nothing else should run meanwhile.
set -euo pipefail
# shellcheck source=scripts/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
setup

cache="$(dirname "$CARGO_TARGET_DIR")"
mkdir -p "$cache"

# The package's files alone: installed, it would start a server of its own.
need_etcd() {
    command -v etcd >/dev/null && return 0
    local folder="$cache/etcd"
    if [ ! -x "$folder/usr/bin/etcd" ]; then
        command -v apt-get >/dev/null || stop "etcd is missing: install it, then run this again."
        say "Fetching etcd (Debian's etcd-server)"
        mkdir -p "$folder"
        if ! (cd "$folder" && apt-get download -qq etcd-server >&2); then
            if [ "$(id -u)" -eq 0 ]; then apt-get update -qq >&2; else sudo -n apt-get update -qq >&2; fi
            (cd "$folder" && apt-get download -qq etcd-server >&2) || stop "etcd cannot be fetched."
        fi
        dpkg -x "$folder"/etcd-server_*.deb "$folder" >&2
    fi
    export PATH="$folder/usr/bin:$PATH"
}

# A shown code is verified in TypeScript too.
build_sdk() {
    need_node
    npm_packages "$DIANYUN_ROOT/sdk/js"
    npm run --silent --prefix "$DIANYUN_ROOT/sdk/js" build >&2 || stop "The TypeScript package cannot be built."
}

if [ "${1:-}" = "--scale" ]; then
    shift
    cargo build --release --workspace --locked >&2
    exec "$CARGO_TARGET_DIR/release/dianyun-bench" scale --out "$cache/scale" "$@"
fi
need_etcd
build_sdk
cargo build --release --workspace --locked >&2
exec "$CARGO_TARGET_DIR/release/dianyun-bench" run --out "$cache/bench.json" "$@"
