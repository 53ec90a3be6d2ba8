"""What has one place is written there alone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from core import base64url, durations
from core.web import paging
from core.web.cookies import Cookie

PLACES = {
    r"urlsafe_b64": {"core/base64url.py"},
    r"response\.set_cookie\(": {"core/web/cookies.py"},
    r"ngettext\(\s*\"%\(\w+\)[ds] (second|minute|hour)\"": {"core/durations.py"},
    r"GET\.get\(\"page\"": {
        "core/web/paging.py",
        "accounts/views/security/activity.py",
        "core/web/dev_outbox.py",
    },
    r"status=429": {"core/web/errors.py", "devices/api/problems.py", "accounts/views/shortcuts.py"},
    r"0123456789ABCDEFGHJKMNPQRSTVWXYZ": {"accounts/authentication/factors/recovery_codes.py"},
}
"""What is searched for, and where it may stand (two lists count their pages with Django's own)."""
FOLDERS = ("core", "accounts", "devices", "portal")


@pytest.mark.parametrize("sought", PLACES)
def test_it_is_written_once(sought: str) -> None:
    files = [path for folder in FOLDERS for path in Path(folder).rglob("*.py")]
    found = {path.as_posix() for path in files if re.search(sought, path.read_text())}
    assert found <= PLACES[sought]


def test_bytes_come_back_from_their_text() -> None:
    for length in range(70):
        raw = bytes(range(length))
        text = base64url.encode(raw)
        assert base64url.decode(text) == raw
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_no_script_reads_a_cookie_of_the_site() -> None:
    response = HttpResponse()
    Cookie("mark", "x", timedelta(minutes=5), samesite="Strict").set_on(response)
    morsel = response.cookies["mark"]
    assert (morsel["httponly"], morsel["samesite"], morsel["max-age"]) == (True, "Strict", 300)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "1 second"),
        (0.2, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (timedelta(minutes=14, seconds=1), "15 minutes"),
        (7199, "120 minutes"),
        (7200, "2 hours"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=50), "50 hours"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_a_wait_is_never_said_shorter_than_it_is(length: float | timedelta, words: str) -> None:
    with translation.override("en"):
        assert durations.in_words(length) == words


@pytest.mark.parametrize(
    ("asked", "number"),
    [("", 1), ("3", 3), ("0", 1), ("-2", 1), ("x", 1), ("٣", 1), ("99999", 99999), ("100000", 1)],
)
def test_a_page_that_is_none_is_the_first(asked: str, number: int) -> None:
    assert paging.number_in(RequestFactory().get("/", {"page": asked})) == number
