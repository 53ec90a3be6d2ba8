#!/bin/sh
# Make sure that the browser tests have a Chromium; as root with apt, install it. The tests take
# Debian's chromium-headless-shell where it is there: the same engine with less work around it.
set -eu

have() {
    for name; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

have_chromium() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
    have chromium chromium-browser google-chrome
}

can_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

install() {
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y "$@"; } \
        >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return
    fi
    cat "$log" >&2
    return 1
}

if ! have_chromium && can_install; then
    echo "Installing Chromium with apt for the browser tests."
    install chromium || true
fi
if [ -z "${CHROMIUM:-}" ] && ! have chromium-headless-shell && can_install; then
    echo "Installing the headless browser that the tests prefer."
    install chromium-headless-shell || echo "Not available: the tests use Chromium itself."
fi
have_chromium && exit 0
cat >&2 <<'END'

The browser tests need Chromium and found none. Install it (Debian: sudo apt install chromium;
elsewhere Chromium or Google Chrome from your system) or name one: CHROMIUM=/path/to/chromium.

END
exit 1
