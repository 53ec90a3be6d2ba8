"""The app's own host under attack: no spelling, method or header mixes it up with the portal."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from tests.people import Person, enter

APP = "https://codes.example.org"
HOST = "codes.example.org"
WORDS = "Only the authenticator app is here"
SPELLINGS = [HOST, "CODES.Example.ORG", f"{HOST}.", f"{HOST}:443", f"{HOST}.:8443"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


@pytest.fixture(autouse=True)
def _own_origin(settings: Settings) -> None:
    settings.AUTHENTICATOR_ORIGIN = APP
    settings.ALLOWED_HOSTS = ["testserver", HOST]


@pytest.fixture
def inside(client: Client, alice: Person) -> Client:
    """A browser that is signed in to the portal, and would send its cookies to either host."""
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/security/").status_code == 200
    return client


def ask(client: Client, method: str, path: str, **headers: str) -> Any:
    """Ask for this path of the app's host."""
    return client.generic(method, path, headers={"Host": HOST, **headers})


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_the_host_shows_a_page_of_the_portal(inside: Client, host: str) -> None:
    for path in ("/security/", "/devices/", "/admin/", "/sign-in/"):
        answer = ask(inside, "GET", path, Host=host)
        assert answer.status_code == 404
        assert WORDS in answer.text
        assert not answer.cookies


def test_a_header_of_a_proxy_that_nobody_named_changes_no_host(inside: Client) -> None:
    for header in ("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded"):
        told = "host=testserver" if header == "Forwarded" else "testserver"
        assert ask(inside, "GET", "/security/", **{header: told}).status_code == 404
        here = inside.get("/security/", headers={header: HOST})
        assert here.status_code == 200


@pytest.mark.parametrize("method", METHODS)
def test_no_method_does_anything_of_the_portal_there(
    inside: Client, alice: Person, method: str
) -> None:
    for path in ("/sign-out/", "/devices/browsers/end-others/", "/language/", "/security/"):
        answer = ask(inside, method, path)
        assert answer.status_code == 404, path
        assert not answer.cookies
    assert alice.user.sessions.count() == 1
    assert inside.get("/security/").status_code == 200


@pytest.mark.parametrize("method", METHODS)
def test_no_method_shows_the_app_at_the_portals_host(client: Client, db: None, method: str) -> None:
    for path in ("/authenticator/", "/authenticator/sw.js", "/authenticator/kdf.js"):
        answer = client.generic(method, path)
        assert answer.status_code in {302, 405}, path
        assert b"main.js" not in answer.content
        if answer.status_code == 302:
            assert answer["Location"] == APP + path


@pytest.mark.parametrize(
    "path",
    [
        "/authenticator//evil.example/",
        "/authenticator/\\evil.example",
        "/authenticator/@evil.example",
        "/authenticator/../security/",
        "/authenticator/%0d%0aSet-Cookie:%20a=b",
        "/authenticator/?next=https://evil.example",
        "/authenticator/?a=%0d%0ab",
    ],
)
def test_the_redirect_leads_nowhere_but_into_the_app(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer["Location"].startswith(f"{APP}/authenticator/")
    assert not set("\r\n\\") & set(answer["Location"])
    assert not answer.cookies


def test_paths_that_only_begin_like_the_app_s_are_nothing_there(inside: Client) -> None:
    for path in (
        "/authenticator/../security/",
        "/authenticator/%2e%2e/security/",
        "/brand/../admin/",
        "/api/authenticator/../../security/",
        "/authenticator/security/",
        "/healthz/../security/",
    ):
        answer = ask(inside, "GET", path)
        assert answer.status_code == 404, path
        assert WORDS in answer.text


def test_no_other_site_reads_an_answer_of_either_host(inside: Client) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for host in (HOST, "testserver"):
        for path in ("/authenticator/", "/api/authenticator/v1/vault", "/healthz", "/security/"):
            for method in ("OPTIONS", "GET"):
                answer = ask(inside, method, path, **{**asked, "Host": host})
                names = {name.lower() for name in answer.headers}
                assert not {name for name in names if name.startswith("access-control-")}
                assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_page_of_the_app_posts_no_form_of_the_portal(new_client: Any, alice: Person) -> None:
    strict = new_client(enforce_csrf_checks=True)
    enter(strict, alice, Strength.TWO_STEP)
    for headers in ({"Origin": APP}, {"Referer": f"{APP}/authenticator/"}, {"Origin": "null"}):
        for path in ("/sign-out/", "/devices/browsers/end-others/", "/language/"):
            assert strict.post(path, {"language": "nl"}, headers=headers).status_code == 403
    assert strict.get("/security/").status_code == 200


def test_errors_there_say_nothing_of_who_is_signed_in(inside: Client, alice: Person) -> None:
    long = "a" * 5000
    for method, path in (
        ("GET", f"/authenticator/?{long}"),
        ("GET", "/authenticator/?a=%00"),
        ("GET", f"/security/?{long}"),
        ("GET", "/static/nothing.js"),
        ("POST", "/authenticator/"),
        ("POST", "/api/authenticator/v1/link/look"),
        ("GET", "/api/authenticator/v1/nothing"),
    ):
        answer = ask(inside, method, path)
        assert 400 <= answer.status_code < 500, path
        assert alice.address not in answer.text
        assert "/sign-out/" not in answer.text
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
