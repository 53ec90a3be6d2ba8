"""The authenticator app at an origin of its own: what is where, and that no cookie gets there."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from devices.factors.provisioning import qr_svg
from tests.people import Person, enter

APP = "https://codes.example.org"
THERE = {"Host": "codes.example.org"}


@pytest.fixture(autouse=True)
def _own_origin(settings: Settings) -> None:
    settings.AUTHENTICATOR_ORIGIN = APP
    settings.ALLOWED_HOSTS = ["testserver", "codes.example.org"]


def test_the_app_its_calls_and_its_files_are_there(client: Client, db: None) -> None:
    for path in (
        "/authenticator/",
        "/authenticator/kdf.js",
        "/authenticator/sw.js?language=nl",
        "/authenticator/manifest.webmanifest",
        "/authenticator/version.json",
        "/static/authenticator/main.js",
        "/healthz",
    ):
        answer = client.get(path, headers=THERE)
        assert answer.status_code == 200, path
        answer.close()
    assert client.get("/readyz", headers=THERE)["Content-Type"].startswith("text/plain")
    refused = client.get("/api/authenticator/v1/vault", headers=THERE)
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    assert client.get("/", headers=THERE)["Location"] == "/authenticator/"


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/",
        "/sign-up/",
        "/security/",
        "/devices/",
        "/devices/app/",
        "/language/",
        "/admin/",
        "/nothing",
        "/authenticator/nothing",
        "/authenticatorx/",
    ],
)
def test_no_page_of_the_portal_is_there(client: Client, db: None, path: str) -> None:
    for method in (client.get, client.post):
        answer = method(path, headers=THERE)
        assert answer.status_code == 404, path
        assert "Only the authenticator app is here" in answer.text
        assert 'href="https://testserver"' in answer.text
        assert not answer.cookies
    dutch = client.get(path, headers={**THERE, "Accept-Language": "nl"})
    assert "Hier is alleen de authenticator-app" in dutch.text


def test_a_session_is_neither_read_nor_set_there(
    client: Client, alice: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/security/").status_code == 200
    before = alice.user.sessions.values_list("last_seen_at", flat=True).get()
    with django_assert_num_queries(0):
        for path in ("/authenticator/", "/security/", "/authenticator/nothing"):
            answer = client.get(path, headers=THERE)
            assert not answer.cookies
            assert alice.address not in answer.text
    assert alice.user.sessions.values_list("last_seen_at", flat=True).get() == before
    client.cookies["__Host-language"] = "nl"
    assert '<html lang="en">' in client.get("/authenticator/", headers=THERE).text


def test_the_portals_host_leads_to_it_and_keeps_the_calls_of_phones_linked_before(
    client: Client, db: None
) -> None:
    for path in ("/authenticator/", "/authenticator/sw.js?language=nl"):
        assert client.get(path)["Location"] == APP + path
    assert client.get("/api/authenticator/v1/vault").status_code == 401
    assert client.get("/sign-in/").status_code == 200


def test_the_page_leads_to_the_portal_by_its_whole_address(client: Client, db: None) -> None:
    page = client.get("/authenticator/?language=nl", headers=THERE).text
    assert '<html lang="nl">' in page
    links = set(re.findall(r'href="([^"#]+)"', page))
    assert {link for link in links if link.startswith("https:")} == {
        f"https://testserver{path}"
        for path in ("/security/", "/devices/", "/devices/app/", "/devices/app/recover/")
    }
    others = {link for link in links if not link.startswith("https:")}
    assert all(link.startswith(("/static/", "/authenticator/")) for link in others)


def test_a_form_that_the_app_posts_to_the_portal_is_refused(new_client: type[Client]) -> None:
    strict = new_client(enforce_csrf_checks=True, raise_request_exception=False)
    headers = {"Origin": APP}
    assert strict.post("/sign-in/", {"address": "x"}, headers=headers).status_code == 403


def test_unknown_hosts_are_refused_as_before(client: Client, db: None) -> None:
    assert client.get("/authenticator/", headers={"Host": "evil.example"}).status_code == 400


def test_the_press_that_links_this_browser_leads_there(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    answer = client.post("/devices/app/", {"phone": "new", "here": "1"})
    assert answer.status_code == 302
    assert re.fullmatch(f"{APP}/authenticator/#link/[0-9A-Z-]+", answer["Location"])


def test_the_picture_for_another_phone_opens_it_there(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    page = client.post("/devices/app/", {"phone": "new"})["Location"]
    shown = client.get(page).text
    code = re.sub(r"[^0-9A-Z]", "", shown.partition("data-key>")[2].partition("<")[0])
    assert qr_svg(f"{APP}/authenticator/#link/{code}") in shown
