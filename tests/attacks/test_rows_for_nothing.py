"""Who only looks, with or without made-up cookies, makes the database no larger."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from devices.models import Session
from tests.portal.test_url_matrix import TABLE, ids, path_of  # noqa: F401 - a fixture of that name

Browsers = Callable[..., Client]
TIMES = 50
MADE_UP = {
    "none": {},
    "a session": {settings.SESSION_COOKIE_NAME: "A" * 32},
    "everything": {
        settings.SESSION_COOKIE_NAME: "made-up-by-somebody-who-is-nobody",
        settings.BROWSER_COOKIE_NAME: "B" * 22,
        settings.TRUSTED_COOKIE_NAME: "C" * 43,
        settings.LANGUAGE_COOKIE_NAME: "nl",
        settings.ZONE_COOKIE_NAME: "Europe/Amsterdam",
        settings.CSRF_COOKIE_NAME: "D" * 32,
    },
}
ASKS = ("devices:passkey_alone_options", "devices:passkey_alone")
"""Posts that answer a browser of nobody's in its session: both are counted for each address."""


def sizes() -> dict[str, int]:
    """Count the rows of every table."""
    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}


def visit(client: Client, cookies: dict[str, str], path: str, method: str = "get") -> Any:
    """Ask for a page as a browser that was given these cookies, and forgets all others."""
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    return getattr(client, method)(path)


def test_looking_adds_no_row(
    ids: dict[str, dict[str, str]],  # noqa: F811 - the fixture
    client: Client,
    subtests: pytest.Subtests,
) -> None:
    before, kinds = sizes(), list(MADE_UP.values())
    for name in TABLE:
        path = path_of(name, ids)
        with subtests.test(name):
            for number in range(TIMES):
                answer = visit(client, kinds[number % len(kinds)], path)
                assert answer.status_code < 500
            assert sizes() == before


@pytest.mark.parametrize("method", ["head", "post", "put"])
def test_a_made_up_session_adds_no_row_to_what_none_would_add(
    ids: dict[str, dict[str, str]],  # noqa: F811 - the fixture
    client: Client,
    subtests: pytest.Subtests,
    method: str,
) -> None:
    for name in TABLE:
        path, added = path_of(name, ids), []
        with subtests.test(name):
            for cookies in MADE_UP.values():
                before = Session.objects.count()
                assert visit(client, cookies, path, method).status_code < 500
                added.append(Session.objects.count() - before)
            assert added == [added[0]] * len(added)
            assert not added[0] or name in ASKS


def test_the_end_of_a_session_is_said_without_a_row(client: Client, db: None) -> None:
    answer = visit(client, MADE_UP["a session"], "/devices/?page=2")
    assert answer["Location"] == "/sign-in/?next=/devices/%3Fpage%3D2&signed-out"
    page = client.get(answer["Location"])
    assert "You were signed out. Sign in again to continue." in page.text
    assert not Session.objects.exists()


def test_the_end_of_a_sign_in_half_done_is_said_without_a_row(client: Client, db: None) -> None:
    answer = visit(client, MADE_UP["a session"], "/sign-in/authenticator/")
    assert answer["Location"] == "/sign-in/?too-late"
    page = client.get(answer["Location"])
    assert "That took too long, or something changed. Sign in again." in page.text
    assert "That took too long" not in client.get("/sign-in/").text
    assert not Session.objects.exists()


@pytest.mark.parametrize("host", ["testserver:4711", "testserver:80"])
def test_no_answer_repeats_a_port_of_the_visitors_choice(
    ids: dict[str, dict[str, str]],  # noqa: F811 - the fixture
    client: Client,
    host: str,
) -> None:
    port = host.partition(":")[2]
    for name in TABLE:
        answer = client.get(path_of(name, ids), headers={"host": host})
        assert f":{port}" not in answer.get("Location", "")
        assert f"testserver:{port}" not in ("" if answer.streaming else answer.text)
