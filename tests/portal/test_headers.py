"""What every response carries: pages, errors, redirects and files."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from tests.people import Person, enter

pytestmark = pytest.mark.urls("tests.portal.failing")
PUBLIC = [
    "/sign-in/",
    "/sign-up/",
    "/password/reset/",
    "/password/reset/new/",
    "/healthz",
    "/readyz",
]
ERRORS = ["/broken/", "/limited/", "/forbidden/", "/nothing/", "/sign-in/%00/"]
FILES = [
    "/static/css/base.css",
    "/static/img/icons.svg",
    "/static/js/when.js",
    "/static/nothing.css",
]
INSIDE = [
    "/",
    "/security/",
    "/security/two-step/",
    "/security/recovery-codes/",
    "/security/contact/",
    "/security/activity/",
    "/security/password/",
    "/devices/",
    "/devices/link/",
    "/confirm/authenticator/",
]


@pytest.fixture
def visit(client: Client, alice: Person) -> Callable[[str], Any]:
    """Opens a page as alice, after a strong step."""
    client.raise_request_exception = False
    enter(client, alice, Strength.TWO_STEP)
    return client.get


def stranger(client: Client, path: str) -> Any:
    client.raise_request_exception = False
    answer = client.get(path)
    answer.close()
    return answer


def check(answer: Any) -> None:
    """Hold the headers of one response against the policy."""
    age = re.search(r"max-age=(\d+)", answer["Strict-Transport-Security"])
    assert age
    assert int(age[1]) >= 365 * 24 * 3600
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "Server" not in answer
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    kind = answer.get("Content-Type", "")
    assert not kind.startswith("text/") or "charset=" in kind


@pytest.mark.parametrize("path", [*PUBLIC, *ERRORS, *FILES, "/security/", "/devices/"])
def test_a_stranger_gets_every_header(client: Client, db: None, path: str) -> None:
    check(stranger(client, path))


@pytest.mark.parametrize("path", [*INSIDE, *ERRORS])
def test_a_person_gets_every_header_and_nothing_is_kept(
    visit: Callable[[str], Any], path: str
) -> None:
    answer = visit(path)
    check(answer)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_pages_of_the_door_are_not_kept_either(client: Client, db: None, path: str) -> None:
    assert "no-store" in stranger(client, path)["Cache-Control"]


def test_files_may_be_kept(client: Client, db: None) -> None:
    answer = stranger(client, "/static/css/base.css")
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", [*INSIDE, *PUBLIC, *ERRORS])
def test_no_page_has_inline_script_or_style(visit: Callable[[str], Any], path: str) -> None:
    page = visit(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", page)


def test_plain_http_is_led_to_https_with_the_same_headers(client: Client, db: None) -> None:
    plain = Client()
    answer = plain.get("/sign-in/")
    assert answer.status_code == 301
    assert answer["Location"] == "https://testserver/sign-in/"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert plain.get("/healthz").status_code == 200


def test_another_host_is_refused(client: Client, db: None) -> None:
    answer = client.get("/sign-in/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_every_cookie_is_guarded(client: Client, carol: Person) -> None:
    client.get("/sign-in/")
    client.post("/sign-in/", {"email": carol.address, "password": carol.password})
    names = {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.BROWSER_COOKIE_NAME,
    }
    assert set(client.cookies) == names
    for name, cookie in client.cookies.items():
        assert name.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert len(cookie.OutputString()) < 4096
        assert carol.address not in cookie.value
