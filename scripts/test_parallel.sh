#!/bin/sh
# Run the tests of the running site on PostgreSQL and on SQLite at the same time, and the other tests
# on PostgreSQL beside them; show what each said, one after the other. Fails if one fails.
#
# Site, browser and tests wait for each other, so that runs beside each other cost less than after
# each other. What no database changes is done by one of the two. The third takes the moments in
# which both of them wait.
set -u
said=$(mktemp -d)
make=${MAKE:-make}
unit=
sqlite=
failed=0

leave() {
    for each in $unit $sqlite; do kill -- "-$each" "$each" 2>/dev/null; done
    rm -rf "$said"
}
trap leave EXIT
trap 'exit 130' INT TERM

(exec .venv/bin/python scripts/low_priority.py "$make" --no-print-directory unit-postgres) >"$said/unit" 2>&1 &
unit=$!
LATCHKEY_PAGES=elsewhere "$make" --no-print-directory live-sqlite >"$said/sqlite" 2>&1 &
sqlite=$!
LATCHKEY_APP=elsewhere "$make" --no-print-directory live-postgres 2>&1 || failed=1
wait "$sqlite" || failed=1
sqlite=
cat "$said/sqlite"
wait "$unit" || failed=1
unit=
cat "$said/unit"
exit "$failed"
