"""The error pages, and requests that no browser makes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent
from tests.accounts.helpers import is_in, seen, type_password
from tests.people import Person, enter
from tests.portal.alone import alone

failing = pytest.mark.urls("tests.portal.failing")
POISONS = [
    "\x00",
    "a\x00b@latchkey.example",
    "\ud800",
    "\udcff\udcfe",
    "\u202e",
    "\ufffe",
    "\x1b[31m",
]
HUGE = "x" * 1_000_000
FORMS = {
    "/sign-in/": ["email", "password", "next"],
    "/sign-up/": ["email", "name", "password"],
    "/sign-up/confirm/": ["code", "send"],
    "/password/reset/": ["email"],
    "/password/reset/new/": ["new_password"],
    "/confirm/": ["password", "next"],
    "/confirm/email/": ["code", "send"],
    "/confirm/authenticator/": ["code"],
    "/confirm/recovery-code/": ["code"],
    "/security/contact/addresses/add/": ["address"],
    "/security/contact/numbers/add/": ["number"],
    "/security/password/": ["password", "new_password"],
    "/security/recovery-codes/": ["code"],
    "/devices/link/": ["name"],
}
every_form = pytest.mark.parametrize("path", FORMS)


def encoded(fields: dict[str, str]) -> bytes:
    """A form's body with whatever bytes the words need, valid or not."""
    pairs = []
    for name, value in fields.items():
        raw = value.encode("utf-8", "surrogatepass")
        pairs.append(f"{name}=%{raw.hex('%')}" if raw else f"{name}=")
    return "&".join(pairs).encode()


def post(client: Client, path: str, body: bytes) -> Any:
    return client.post(path, body, content_type="application/x-www-form-urlencoded")


def test_a_desk_shows_our_own_page_for_what_is_not_there(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DEBUG", True)
    for path in ("/nothing/here/", "/invitation/made-up/"):
        answer = client.get(path, follow=True)
        assert "URLconf" not in answer.content.decode()
    assert client.get("/nothing/here/").status_code == 404


# --- The pages ----------------------------------------------------------------------------------


@failing
@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing/", 404, "Page not found"),
        ("/forbidden/", 403, "You don’t have access to this"),
        ("/limited/", 429, "You can try again in 95 seconds."),
        ("/broken/", 500, "Sorry, something went wrong"),
        ("/sign-in/%00/", 400, "We can’t process this request"),
    ],
)
def test_every_error_is_a_friendly_page(
    client: Client, db: None, path: str, status: int, words: str
) -> None:
    client.raise_request_exception = False
    answer = client.get(path)
    assert answer.status_code == status
    assert words in seen(answer)
    assert f"Error {status}" in seen(answer)
    assert "Traceback" not in answer.content.decode()
    assert "our own mistake" not in answer.content.decode().replace(
        "Sorry, something went wrong", ""
    )


@failing
def test_too_many_says_when_to_come_back(client: Client, db: None) -> None:
    assert client.get("/limited/")["Retry-After"] == "95"


@failing
def test_the_page_about_our_mistake_asks_the_database_for_nothing(
    client: Client, alice: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.raise_request_exception = False
    with django_assert_num_queries(2):  # the session and the person, before anything broke
        assert client.get("/broken/").status_code == 500


@failing
def test_a_database_that_does_not_answer_is_503_with_a_time_to_come_back(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/without-database/")
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "We’ll be back soon" in answer.content.decode()
    assert "connection" not in answer.content.decode()


def test_what_is_not_there_and_what_is_not_yours_look_alike(
    client: Client, bob: Person, alice: Person
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    theirs = client.get(f"/devices/{alice.phone.public_id}/rename/")
    missing = client.get("/devices/00000000-0000-4000-8000-000000000000/rename/")
    assert (theirs.status_code, theirs.content) == (missing.status_code, missing.content)
    assert theirs.status_code == 404


def test_a_form_without_its_token_is_refused(carol: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    data = {"email": carol.address, "password": carol.password}
    answer = strict.post("/sign-in/", data, secure=True)
    assert answer.status_code == 403
    assert "This page has expired" in seen(answer)
    assert not is_in(strict)


# --- Poison -------------------------------------------------------------------------------------


@every_form
def test_no_bytes_in_a_form_break_the_site(
    client: Client, alice: Person, subtests: pytest.Subtests, path: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    if path.startswith(("/sign-", "/password/")):
        client.post("/sign-out/")
    for poison in POISONS:
        with subtests.test(poison=ascii(poison)), alone(client):
            for name in FORMS[path]:
                body = encoded(dict.fromkeys(FORMS[path], "fine words") | {name: poison})
                assert post(client, path, body).status_code < 500
                assert connection.is_usable()


@pytest.mark.parametrize(
    "body", [b"email=%ff%fe&password=%80", b"email=\xff\xfe", b"&&==&%&%zz", b"\x00" * 50]
)
@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/password/reset/"])
def test_bad_utf8_in_a_body_is_only_a_mistake(
    client: Client, db: None, path: str, body: bytes
) -> None:
    assert post(client, path, body).status_code in {200, 400}


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data",
        "multipart/form-data; boundary=\x00",
        "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=b; charset=utf-7",
        "application/json",
        "text/plain",
    ],
)
def test_other_kinds_of_body_sign_nobody_in(client: Client, carol: Person, kind: str) -> None:
    body = encoded({"email": carol.address, "password": carol.password})
    answer = client.generic("POST", "/sign-in/", body, content_type=kind)
    assert answer.status_code in {200, 400}
    assert not is_in(client)


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/sign-in/%00/",
        "/sign-in/%ff%fe/",
        "/sign-in/%ed%a0%80/",
        "/set-up/%00/",
        "/password/reset/%ff/",
        "/devices/link/%00/",
        "/security/activity/?page=%00",
        "/security/activity/?page=%ff",
        "/sign-in/?next=%00",
        "/sign-in/?next=%ed%a0%80",
        "/sign-in/?" + "a" * 5000,
        "/static/%00",
        "/static/css/..%2f..%2fmanage.py",
    ],
)
def test_no_bytes_in_an_address_break_the_site(client: Client, alice: Person, path: str) -> None:
    is_refused = "%00" in path or len(path) > 4096
    for _each in range(2):
        answer = client.get(path)
        assert answer.status_code < 500
        assert (answer.status_code == 400) >= is_refused
        assert "SECRET" not in answer.content.decode(errors="replace")
        enter(client, alice, Strength.TWO_STEP)


@pytest.mark.parametrize("header", ["user-agent", "x-forwarded-for", "accept-language", "referer"])
@pytest.mark.parametrize(
    "value", ["\x00", "\ud800", "\xff" * 100, "x" * 1_000_000, "'; DROP TABLE"]
)
def test_no_header_breaks_the_site(
    new_client: Callable[..., Client], carol: Person, header: str, value: str
) -> None:
    browser = new_client(headers={header: value})
    type_password(browser, carol)
    assert is_in(browser)
    event = SecurityEvent.objects.get(user=carol.user)
    assert len(event.agent) <= 300
    assert event.agent.isprintable()


@pytest.mark.parametrize("name", [settings.SESSION_COOKIE_NAME, settings.BROWSER_COOKIE_NAME])
@pytest.mark.parametrize("value", ["", "x" * 5000, "\x00" * 22, "ÿ" * 22, "../../etc", "é"])
def test_no_cookie_breaks_the_site(client: Client, carol: Person, name: str, value: str) -> None:
    client.cookies[name] = "placeholder"
    client.cookies[name].set(name, value, value)
    assert client.get("/sign-in/").status_code == 200
    answer = client.post("/sign-in/", {"email": "\x00a", "password": "x"})
    assert answer.status_code == 200
    type_password(client, carol)
    assert is_in(client)


@every_form
def test_a_huge_form_is_refused_before_anything_is_hashed(
    client: Client, alice: Person, path: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    before = alice.kinds()
    for name in FORMS[path]:
        assert client.post(path, {name: HUGE}, "application/octet-stream").status_code < 500
        answer = post(client, path, encoded({name: HUGE}))
        assert answer.status_code in {400, 413, 302, 404}
    assert alice.kinds() == before


def test_a_huge_password_at_the_door_is_refused(client: Client, carol: Person) -> None:
    answer = client.post("/sign-in/", {"email": carol.address, "password": HUGE})
    assert answer.status_code in {400, 413}
    assert carol.kinds() == []


def test_ten_thousand_fields_are_refused(client: Client, carol: Person) -> None:
    body = encoded({f"f{number}": "1" for number in range(10_000)})[: 63 * 1024]
    answer = post(client, "/sign-in/", body)
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("path", FORMS)
def test_no_method_breaks_the_site(
    client: Client, alice: Person, subtests: pytest.Subtests, path: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    before = alice.kinds()
    for method in ("put", "delete", "patch", "options", "trace"):
        with subtests.test(method), alone(client):
            assert getattr(client, method)(path).status_code < 500
            assert alice.kinds() == before
