#!/bin/sh
# Make .venv with the first Python 3.11+ found and install a hashed lock into it.
# Usage: install.sh LOCK STAMP. The stamp is written once everything is in place.
set -eu
lock=$1
stamp=$2

fail() {
    printf '\n%s\n\n' "$1" >&2
    exit 1
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Latchkey needs Python 3.11 or newer and found none. Install it (Debian, Ubuntu: apt install python3 python3-venv), or name one: make PYTHON=/path/to/python3.11 …"
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "Installing python3-venv with apt, because $python has no venv module."
            log=$(mktemp)
            { apt-get update && apt-get install -y python3-venv; } >"$log" 2>&1 </dev/null ||
                { cat "$log" >&2; fail "apt could not install python3-venv."; }
            rm -f "$log"
        fi
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "$python comes without its venv module. Install it (Debian, Ubuntu: apt install python3-venv) and try again."
    fi
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
fi

echo "Installing $lock (the first time takes a minute)."
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
    --require-hashes --requirement "$lock"
touch "$stamp"
