"""Fixed addresses, and the health pages under any name of the host."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone


def test_password_managers_find_the_page_to_change_the_password(client: Client, db: None) -> None:
    answer = client.get("/.well-known/change-password")
    assert (answer.status_code, answer["Location"]) == (302, "/security/password/")


def test_passkey_managers_find_both_pages(client: Client, db: None) -> None:
    found = client.get("/.well-known/passkey-endpoints").json()
    assert found == {
        "enroll": "https://testserver/devices/passkeys/add/",
        "manage": "https://testserver/devices/",
    }
    for url in found.values():
        assert client.get(url.removeprefix("https://testserver")).status_code == 302  # to sign in


def test_search_engines_are_asked_to_stay_away(client: Client, db: None) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
    ],
)
def test_a_finder_of_a_fault_is_told_whom_to_tell(
    client: Client, settings: LazySettings, db: None, given: str, shown: str
) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = given
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == shown
    assert datetime.fromisoformat(fields["Expires"]) > timezone.now()
    assert fields["Canonical"] == "https://testserver/.well-known/security.txt"


@pytest.mark.parametrize("host", ["10.1.2.3:8000", "portal-1", "[::1]:8000", "any_thing", "a b"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("secure", [True, False])
def test_health_is_told_under_any_name(
    new_client: Callable[..., Client], db: None, host: str, path: str, *, secure: bool
) -> None:
    client = Client(headers={"Host": host})
    answer = client.get(path, secure=secure)
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert client.get("/sign-in/", secure=True).status_code == 400


def test_hsts_covers_other_hosts_only_if_the_operator_says_so(client: Client, db: None) -> None:
    assert client.get("/healthz")["Strict-Transport-Security"] == "max-age=63072000"
