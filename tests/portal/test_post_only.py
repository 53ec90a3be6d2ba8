"""Addresses that only take a form: nobody is led there, and who opens one gets a page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from accounts.authentication.proofs import Strength
from tests.accounts.helpers import seen
from tests.people import Person, enter


def form_pages() -> list[tuple[str, str]]:
    """Every address that only takes a form, and the page that has it."""
    found = []
    for name, view in views(get_resolver().url_patterns):
        if page := getattr(view, "form_page", ""):
            found.append((name, page))
    return found


ARGUMENTS: dict[str, dict[str, Any]] = {
    "slug": {"slug": "email"},
    "public_id": {"public_id": "6d0f2e52-6f5c-4f0c-9c0e-2f8e6f7f6d11"},
    "invitation": {
        "public_id": "6d0f2e52-6f5c-4f0c-9c0e-2f8e6f7f6d11",
        "invitation_id": "6d0f2e52-6f5c-4f0c-9c0e-2f8e6f7f6d12",
    },
}


def address_of(name: str) -> str:
    for arguments in ({}, *ARGUMENTS.values()):
        try:
            return reverse(name, kwargs=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


def views(patterns: list[Any], space: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api":
                yield from views(pattern.url_patterns, f"{pattern.namespace or ''}:".lstrip(":"))
        else:
            yield f"{space}{pattern.name}", pattern.callback


@pytest.mark.parametrize(("name", "page"), form_pages())
def test_signing_in_never_leads_to_an_address_that_only_takes_a_form(
    client: Client, carol: Person, name: str, page: str
) -> None:
    typed = {"email": carol.address, "password": carol.password, "next": address_of(name)}
    answer = client.post("/sign-in/", typed)
    assert answer["Location"] == reverse(page)
    is_hidden = name.startswith(("admin:", "organisation:"))
    status = 404 if is_hidden else 200  # which carol may not know to be there
    assert client.get(answer["Location"], follow=True).status_code == status


@pytest.mark.parametrize(("name", "page"), form_pages())
def test_opening_such_an_address_shows_a_page_that_leads_to_the_form(
    client: Client, alice: Person, root: Person, name: str, page: str
) -> None:
    enter(client, root if name.startswith("admin:") else alice, Strength.TWO_STEP)
    answer = client.get(address_of(name))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "You can’t open this page directly" in seen(answer)
    assert f'href="{reverse(page)}"' in answer.content.decode()


def test_a_button_pressed_after_signing_out_elsewhere_leads_to_its_page(
    client: Client, carol: Person
) -> None:
    enter(client, carol, Strength.PASSWORD)
    client.cookies.clear()
    answer = client.post("/security/recovery-codes/new/")
    assert answer["Location"].startswith("/sign-in/?next=")
    typed = {"email": carol.address, "password": carol.password}
    answer = client.post(answer["Location"], typed)
    assert answer["Location"] == "/security/recovery-codes/"


def test_every_view_that_only_takes_a_post_names_its_page() -> None:
    assert len(form_pages()) >= 17
    for root in ("core", "accounts", "devices", "portal"):
        for path in Path(root).rglob("*.py"):
            assert path.match("*/api/*") or "@require_POST" not in path.read_text(), path


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_no_refusal_is_without_a_page(client: Client, alice: Person, method: str) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for page in ("/security/", "/devices/", "/sign-out/", "/sign-in/another-way/"):
        answer = getattr(client, method)(page)
        assert "Latchkey" in seen(answer), (page, answer.status_code)
    assert "Page not found" in seen(client.get("/sign-in/email/fate/"))
