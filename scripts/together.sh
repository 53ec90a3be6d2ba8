#!/bin/sh
# Run the three parts of the tests at the same time and show what each said, one after the other.
# Fails if one fails.
#
# The running site, its browser and its tests wait for each other half of the time. The rolled-back
# tests of both databases, which never wait, fill that time: one process, and behind the others.
set -u
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
failed=0

run() { "${MAKE:-make}" --no-print-directory "$@" 2>&1; }

WORKERS=0 nice -n 5 "${MAKE:-make}" --no-print-directory unit >"$said/unit" 2>&1 &
unit=$!
LATCHKEY_PAGES=elsewhere run live-sqlite >"$said/sqlite" &
sqlite=$!
LATCHKEY_APP=elsewhere run live-postgres || failed=1
wait "$sqlite" || failed=1
cat "$said/sqlite"
wait "$unit" || failed=1
cat "$said/unit"
exit "$failed"
