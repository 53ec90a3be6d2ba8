"""What any response says, and what the site does with input that nobody types."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import User
from tests.attacks.tools import start
from tests.live import fresh_address
from tests.people import Person, enter, sign_in

Browsers = Callable[..., Client]
NEW_PASSWORD = "a password that nobody knows yet"

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PUBLIC = ["/sign-in/", "/sign-up/", "/password/reset/", "/healthz", "/readyz", "/no-such-page/"]
PERSONAL = [
    "/security/",
    "/security/activity/",
    "/security/contact/",
    "/security/recovery-codes/",
    "/security/two-step/",
    "/devices/",
    "/devices/link/",
    "/sign-in/where-is-your-phone/",
]
AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "//testserver@evil.example",
    "https://testserver@evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2F%2Fevil.example",
    "/" * 600,
    "/security/?" + "x" * 5000,
]


def check_headers(answer: Any) -> None:
    """Every response carries these, whatever its status."""
    for name, value in EVERYWHERE.items():
        assert answer[name] == value, name
    assert int(re.findall(r"max-age=(\d+)", answer["Strict-Transport-Security"])[0]) >= 31536000
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "camera=()" in answer["Permissions-Policy"]
    policy = answer["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} >= CSP
    assert "unsafe" not in policy
    if answer["Content-Type"].startswith("text/") and answer.content:
        assert "charset=utf-8" in answer["Content-Type"].lower() or answer.status_code == 200


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_response_carries_the_headers(client: Client, rows: None, path: str) -> None:
    answer = client.get(path)
    check_headers(answer)
    assert "no-store" in answer["Cache-Control"]
    for wrong in (client.post(path + "?" + "x" * 9000), client.delete(path)):
        check_headers(wrong)


@pytest.mark.parametrize("path", PERSONAL)
def test_personal_pages_are_kept_nowhere(alice: Person, client: Client, path: str) -> None:
    enter(client, alice, Strength.TWO_STEP)
    answer = client.get(path)
    assert answer.status_code == 200
    check_headers(answer)
    assert "no-store" in answer["Cache-Control"]
    body = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|<style", body)
    assert "http://" not in body.replace("http://www.w3.org", "")


def test_static_files_carry_the_headers_and_no_cookie(client: Client, rows: None) -> None:
    assert finders.find("css/base.css")
    answer: Any = client.get("/static/css/base.css")
    for name, value in EVERYWHERE.items():
        assert answer[name] == value, name
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert not answer.cookies
    for close in answer._resource_closers:
        close()
    assert client.get("/static/../portal/settings/__init__.py").status_code == 404
    assert client.get("/static/%2e%2e/portal/settings/__init__.py").status_code == 404


def test_cookies_are_bound_to_this_host(alice: Person, client: Client) -> None:
    for answer in (client.get("/sign-in/"), start(client, alice), sign_in(client, alice)):
        for name, morsel in answer.cookies.items():
            assert name.startswith("__Host-")
            assert morsel["secure"]
            assert morsel["httponly"]
            assert morsel["samesite"] in ("Lax", "Strict")
            assert (morsel["path"], morsel["domain"]) == ("/", "")
            assert len(morsel.OutputString()) < 4096


# --- Redirects ------------------------------------------------------------------------------


@pytest.mark.parametrize("target", AWAY)
def test_no_parameter_leads_away(alice: Person, client: Client, target: str) -> None:
    start(client, alice, next=target)
    answer = client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert answer["Location"] == "/security/"
    answer = client.get("/sign-in/", {"next": target})
    assert answer.status_code == 400 or answer["Location"] == "/security/"
    page = client.get("/confirm/recovery-code/", {"next": target})
    if page.status_code == 200:
        assert "evil.example" not in page.content.decode()
        path = page.wsgi_request.get_full_path()
        answer = client.post(path, {"code": alice.codes[0], "next": target})
        assert answer["Location"] == "/security/"
    assert client.post("/sign-out/", {"next": target})["Location"] == "/sign-in/"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/sign-in//evil.example"])
def test_no_path_leads_away(client: Client, rows: None, path: str) -> None:
    answer = client.get(path)
    place = answer.headers.get("Location", "/")
    assert re.match(r"/(?![/\\])", place)


def test_another_host_is_refused(client: Client, rows: None) -> None:
    for host in ("evil.example", "testserver@evil.example", "[::1", "a b"):
        assert client.get("/sign-in/", headers={"Host": host}).status_code == 400
    client.post("/password/reset/", {"email": "x@y.example"}, headers={"Host": "evil.example"})
    assert not mail.outbox


# --- CSRF and mass assignment ---------------------------------------------------------------


def test_signing_in_and_out_needs_the_token(alice: Person, new_client: Browsers) -> None:
    client = new_client(enforce_csrf_checks=True)
    client.get("/sign-in/")
    form = {"email": alice.address, "password": alice.password}
    tokens = ["", "x", "A" * 32, "A" * 64]
    answers = [client.post("/sign-in/", {**form, "csrfmiddlewaretoken": t}) for t in tokens]
    answers.append(client.post("/sign-in/", form, headers={"X-HTTP-Method-Override": "GET"}))
    answers.append(
        client.post("/sign-in/", '{"email": 1}', content_type="text/plain", QUERY_STRING="_method=")
    )
    enter(client, alice, Strength.TWO_STEP)
    answers.append(client.post("/sign-out/"))
    assert {answer.status_code for answer in answers} == {403}
    assert client.get("/security/").status_code == 200


def test_a_token_of_another_browser_is_refused(alice: Person, new_client: Browsers) -> None:
    mine, victim = (new_client(enforce_csrf_checks=True) for _each in range(2))
    page = mine.get("/sign-in/").content.decode()
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)
    assert found
    victim.get("/sign-in/")
    enter(victim, alice, Strength.TWO_STEP)
    form = {"csrfmiddlewaretoken": found[1]}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}):
        answer = victim.post("/security/two-step/off/", form, headers=headers)
        assert answer.status_code == 403
    assert alice.reload().has_two_step


EXTRA = {
    "is_staff": "1",
    "is_superuser": "on",
    "is_active": "1",
    "user": "1",
    "user_id": "1",
    "verified_at": "2020-01-01",
    "confirmed": "on",
    "verified": "1",
    "level": "3",
    "strength": "3",
    "failures": "0",
    "trusted_from": "2000-01-01",
    "linked_at": "2000-01-01",
    "two_step_since": "",
    "reset_mailbox": "",
    "groups": "1",
}


def test_fields_that_no_form_has_are_ignored(alice: Person, client: Client) -> None:
    before = User.objects.filter(pk=alice.user.pk).values().get()
    enter(client, alice, Strength.TWO_STEP)
    place = client.post("/devices/link/", {"name": "Mine", **EXTRA})["Location"]
    client.post(place, {"code": "000000", **EXTRA})
    client.post("/security/contact/addresses/add/", {"address": fresh_address(), **EXTRA})
    client.post(f"/devices/{alice.phone.public_id}/rename/", {"name": "Renamed", **EXTRA})
    assert User.objects.filter(pk=alice.user.pk).values().get() == before
    assert alice.user.phones.linked().count() == 1
    assert not alice.user.phones.get(name="Mine").authenticators.get().confirmed
    assert alice.user.email_addresses.verified().count() == 2
    assert alice.phone.name == "Renamed"


def test_nobody_signs_up_as_staff(client: Client, rows: None) -> None:
    form = {"email": fresh_address(), "password": NEW_PASSWORD, **EXTRA}
    client.post("/sign-up/", form)
    found = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert found
    client.post("/sign-up/confirm/", {"code": found[0], **EXTRA})
    user = User.objects.get()
    rights = [user.is_staff, user.is_superuser, user.has_two_step, user.groups.exists()]
    assert not any(rights)
