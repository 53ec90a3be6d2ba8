#!/bin/sh
# Prepare the database, tell the demo people and serve on 127.0.0.1:PORT.
# Values in the environment and in .env come before the defaults here.
set -eu
port=${PORT:-8000}

default() {
    eval "[ -n \"\${$1+set}\" ]" && return
    grep -q "^$1=" .env 2>/dev/null || export "$1=$2"
}

default DEBUG true
default PORTAL_ORIGIN "http://localhost:$port"

case $port in
    '' | *[!0-9]*)
        printf '\nPORT is a number, such as: make run PORT=8080\n\n' >&2
        exit 1
        ;;
esac
if ! .venv/bin/python - "$port" 2>/dev/null <<'END'; then
import socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
END
    printf '\nPort %s is taken. Choose another one: make run PORT=%s\n\n' "$port" "$((port + 1))" >&2
    exit 1
fi
mkdir -p var
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py demo
echo "Serving on http://localhost:$port (Ctrl-C stops)"
exec .venv/bin/python manage.py runserver --noreload --nostatic "127.0.0.1:$port"
