"""The portal's own settings in an environment of the tests' making.

Ordinary tests run in rolled-back transactions with a quick hash. With LATCHKEY_LIVE=1 the tests
share a database with a running site (tests/live/), whose settings are the portal's, unchanged.
"""

import os
import secrets
import socket
import tempfile
from pathlib import Path

LIVE = os.environ.get("LATCHKEY_LIVE") == "1"
PAGES_ELSEWHERE = os.environ.get("LATCHKEY_PAGES") == "elsewhere"
APP_ELSEWHERE = os.environ.get("LATCHKEY_APP") == "elsewhere"
"""Whether a run on the other database, at the same time, judges what a browser makes of pages."""
SCRATCH = Path(tempfile.gettempdir()) / f"latchkey-tests-{os.getpid()}-{secrets.token_hex(4)}"
"""Made and removed by conftest.py: type checkers and workers read this file too."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def live_database(base: str) -> str:
    """Return the URL of a new database: beside `base` on PostgreSQL, else an SQLite file."""
    if not base.startswith(("postgres", "pgsql")):
        return f"sqlite:///{SCRATCH / 'live.sqlite3'}"
    server = base.partition("?")[0].rpartition("/")[0]
    return f"{server}/latchkey_live_{os.getpid()}_{secrets.token_hex(3)}"


BASE_DATABASE_URL = os.environ.get("DATABASE_URL", f"sqlite:///{SCRATCH / 'base.sqlite3'}")
if LIVE:
    # A worker of xdist starts in the environment that this file has changed in the process above.
    BASE_DATABASE_URL = os.environ.setdefault("LATCHKEY_LIVE_SERVER", BASE_DATABASE_URL)
ORIGIN = f"https://localhost:{free_port()}" if LIVE else "https://testserver"
ENVIRONMENT = {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "known-to-the-tests-and-to-nobody-else-0123456789abcdefghijklmnop",
    "SEALING_KEYS": "tests:dGhlIGtleXMgdGhhdCBvbmx5IHRoZSB0ZXN0cyB1c2U=",
    "PORTAL_NAME": "Latchkey",
    "PORTAL_ORIGIN": ORIGIN,
    "AUTHENTICATOR_ORIGIN": "",
    "DATABASE_URL": live_database(BASE_DATABASE_URL) if LIVE else BASE_DATABASE_URL,
    "CACHE_URL": "locmemcache://",
    "EMAIL_URL": "memorymail://",
    "EMAIL_FROM": "Latchkey <no-reply@latchkey.example>",
    "SMS_URL": "memory:",
    "SMS_COUNTRIES": "NL,BE",
    "SMS_A_DAY": "1000000",
    "SIGN_UP_OPEN": "true",
    "OUTBOX_DELIVERY": "inline",
    # The tests come from one machine; the limits tell them apart by X-Forwarded-For.
    "TRUSTED_PROXIES": "127.0.0.1" if LIVE else "",
    "TIME_ZONE": "UTC",
    # Off by default; a box that is not ticked stands in nobody's way.
    "TRUSTED_BROWSER_DAYS": "30" if LIVE else "0",
}
os.environ.update(ENVIRONMENT)

from portal.settings import *  # noqa: E402, F403 - the environment has to stand before it is read
from portal.settings import DATABASES, LOGGING, PASSWORD_HASHERS, STORAGES  # noqa: E402 - the same

# The tests' own mail server and client would tell of every line they exchange.
LOGGING["loggers"] |= {name: {"level": "WARNING"} for name in ("asyncio", "httpx", "mail.log")}

if not LIVE:
    # A file, as threads and processes of a test share it; xdist adds its own suffix.
    DATABASES["default"].setdefault("TEST", {})
    if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        DATABASES["default"]["TEST"]["NAME"] = str(SCRATCH / "test.sqlite3")
    else:
        DATABASES["default"]["CONN_MAX_AGE"] = 0
    PASSWORD_HASHERS[0] = "tests.hashers.QuickHasher"
    # Unhashed names, straight from static/: no collectstatic before a page can be shown.
    STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    # Looked up when asked for: to list them all for every new client takes longer than a test.
    WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
    STATIC_ROOT = SCRATCH / "static"
