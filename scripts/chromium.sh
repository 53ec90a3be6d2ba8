#!/bin/sh
# Make sure that the browser tests have a Chromium; as root with apt, install it.
set -eu

have_chromium() {
    [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

have_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium with apt for the browser tests."
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium; } \
        >"$log" 2>&1 </dev/null && have_chromium; then
        rm -f "$log"
        exit 0
    fi
    cat "$log" >&2
fi
cat >&2 <<'END'

The browser tests need Chromium and found none. Install it (Debian: sudo apt install chromium;
elsewhere Chromium or Google Chrome from your system) or name one: CHROMIUM=/path/to/chromium.

END
exit 1
