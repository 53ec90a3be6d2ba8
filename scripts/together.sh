#!/bin/sh
# Run the tests of the running site on PostgreSQL and on SQLite at the same time, and show what each
# said, one after the other. Fails if one fails.
#
# Site, browser and tests wait for each other, so that two runs beside each other cost less than two
# after each other. What no database changes is done by one of them.
set -u
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
failed=0

run() { "${MAKE:-make}" --no-print-directory "$@" 2>&1; }

LATCHKEY_PAGES=elsewhere run live-sqlite >"$said/sqlite" &
sqlite=$!
LATCHKEY_APP=elsewhere run live-postgres || failed=1
wait "$sqlite" || failed=1
cat "$said/sqlite"
exit "$failed"
