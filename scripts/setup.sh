# SPDX-License-Identifier: Apache-2.0
# Sourced by the other scripts: installs what the build needs and is missing, and names one target folder.

DIANYUN_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# One folder for binary, tests and clippy of every clone, so that RocksDB is compiled once on a machine.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/dianyun/target}"

# Cargo tells the programs that it runs about their own package; told to another cargo, that makes build
# scripts which look at it run again, and all that rests on them.
for name in $(compgen -e CARGO_PKG_ || true) $(compgen -e CARGO_MANIFEST_ || true); do unset "$name"; done

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

# bindgen loads libclang itself; libclang-cpp, which other packages bring along, is another library.
has_libclang() {
    [ -n "${LIBCLANG_PATH:-}" ] && return 0
    local found
    found="$(ldconfig -p 2>/dev/null | sed -n 's/.*=> //p')
$(compgen -G '/usr/lib/llvm-*/lib/libclang*.so*')" || true
    grep -q '/libclang\(-[0-9.]*\)\?\.so[^/]*$' <<<"$found"
}

missing_packages() {
    has_libclang || printf 'libclang-dev '
    command -v c++ >/dev/null || printf 'g++ '
    command -v make >/dev/null || printf 'make '
}

# Installs the Debian packages that are named; nothing to do without any.
install_packages() {
    [ $# -eq 0 ] && return 0
    local packages="$*" sudo=()
    command -v apt-get >/dev/null || stop "Missing: $packages - install them with your system's package manager, then run this again."
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || stop "Missing: $packages - run as root: apt-get install $packages"
        sudo=(sudo -n)
    fi
    say "Installing Debian packages: $packages"
    # The index may be old or empty on a fresh machine.
    "${sudo[@]}" apt-get update -qq >&2 || say "The package index could not be renewed; going on with the old one."
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >&2 ||
        stop "Installing failed: run as root: apt-get install $packages"
}

# Cargo tells clones apart by the times of their files alone: what another clone, or another commit of it, built last
# would be taken for this one's.
own_the_folder() {
    local last="$CARGO_TARGET_DIR/last-clone"
    [ "$(cat "$last" 2>/dev/null)" = "$DIANYUN_ROOT" ] && return 0
    find "$DIANYUN_ROOT" -name '*.rs' -not -path '*/target/*' -exec touch -c {} +
    mkdir -p "$CARGO_TARGET_DIR"
    printf '%s' "$DIANYUN_ROOT" >"$last"
}

# What runs under scripts/test.sh is compiled as its tests are.
cargo() { command cargo ${DIANYUN_UNDER_TEST:+--config "$DIANYUN_ROOT/scripts/tests.toml"} "$@"; }

need_rust() {
    type -P cargo >/dev/null && return 0
    [ -x "$HOME/.cargo/bin/cargo" ] && export PATH="$HOME/.cargo/bin:$PATH" && return 0
    stop "Rust is missing. Install it with rustup (its site is rustup.rs) or your system's packages; 1.92 or later is needed."
}

# The TypeScript package is written for this Node and later ones.
has_node() {
    command -v node >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

need_node() {
    command -v node >/dev/null || install_packages nodejs
    has_node || stop "Node $(node --version) is too old: 20.19 or later is needed."
    command -v npm >/dev/null || install_packages npm
}

# Installs what a folder's package-lock.json names, unless that has been done.
npm_packages() {
    local folder="$1" installed="$1/node_modules/.installed"
    cmp -s "$folder/package-lock.json" "$installed" && return 0
    npm ci --silent --no-fund --no-audit --prefer-offline --prefix "$folder" \
        --cache "${XDG_CACHE_HOME:-$HOME/.cache}/dianyun/npm" >&2 || stop "npm could not install what $folder needs."
    cp "$folder/package-lock.json" "$installed"
}

# The sample system in examples/tms is written for this Python and later ones, and signs with this package.
has_python() {
    python3 -c 'import sys, sqlite3
from cryptography.hazmat.primitives.asymmetric import ed25519
sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

need_python() {
    has_python && return 0
    install_packages python3 python3-cryptography
    has_python || stop "Python 3.11 or later with the package cryptography is needed; $(command -v python3) has not both."
}

# A browser and the letters that pages need in it, for the tests of the pages alone.
need_browser() {
    local packages=()
    [ -x /usr/bin/chromium ] || [ -n "${DIANYUN_BROWSER:-}" ] || packages+=(chromium)
    [ -n "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ] || packages+=(fonts-noto-cjk)
    install_packages "${packages[@]}"
}

setup() {
    need_rust
    # shellcheck disable=SC2046
    install_packages $(missing_packages)
    own_the_folder
    cd "$DIANYUN_ROOT" || exit 1
}
