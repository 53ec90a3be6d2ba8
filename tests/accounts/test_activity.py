"""The activity page: what happened, where, and nothing of anybody else."""

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.models import EventKind
from accounts.views.security.activity import EVENTS_A_PAGE
from core.web.http import RequestOrigin
from tests.accounts.helpers import seen, type_password
from tests.people import Person, enter, sign_in

PAGE = "/security/activity/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def test_it_says_what_was_done_with_what_and_from_where(
    new_client: Callable[..., Client], alice: Person
) -> None:
    browser = new_client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    sign_in(browser, alice)
    words = seen(browser.get(PAGE))
    assert "Signed in with password and authenticator app" in words
    assert "Firefox on Linux" in words
    assert "192.0.2.7" in words
    assert "this browser" in words


def test_what_happened_elsewhere_is_not_marked_as_this_browser(
    client: Client, new_client: Callable[..., Client], carol: Person
) -> None:
    type_password(new_client(), carol)
    enter(client, carol, Strength.PASSWORD)
    words = seen(client.get(PAGE))
    assert "Signed in with password" in words
    assert "this browser" not in words


def test_it_shows_the_newest_first_and_nothing_of_others(
    client: Client, alice: Person, bob: Person, clock: time_machine.Traveller
) -> None:
    visitor = RequestOrigin("192.0.2.7", FIREFOX)
    for number in range(EVENTS_A_PAGE + 1):
        events.record(
            alice.user,
            EventKind.PHONE_RENAMED,
            origin=Origin(visitor),
            phone=f"Phone {number:02d}.",
        )
        clock.shift(1)
    events.record(bob.user, EventKind.PHONE_RENAMED, origin=Origin(visitor), phone="Bob's phone")
    enter(client, alice, Strength.TWO_STEP)
    words = seen(client.get(PAGE))
    assert words.index(f"Phone {EVENTS_A_PAGE:02d}.") < words.index("Phone 01.")
    assert "Phone 00." not in words
    assert "Bob's phone" not in words
    older = seen(client.get(PAGE, {"page": "2"}))
    assert "Phone 00." in older
    assert "Phone 01." not in older


@pytest.mark.parametrize("page", ["0", "-1", "9" * 30, "x", "", "１"])
def test_a_strange_page_number_shows_a_page(client: Client, carol: Person, page: str) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert client.get(PAGE, {"page": page}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "{{1234*5678}}",
        "%s %(phone)s {phone}",
        "a" * 60,
    ],
)
def test_whatever_a_stranger_wrote_is_only_text(client: Client, carol: Person, name: str) -> None:
    visitor = RequestOrigin("192.0.2.7", name)
    events.record(carol.user, EventKind.PHONE_LINKED, origin=Origin(visitor), phone=name)
    enter(client, carol, Strength.PASSWORD)
    answer = client.get(PAGE)
    assert "<script>alert" not in answer.content.decode()
    assert f"{name} linked" in seen(answer)
    assert str(1234 * 5678) not in seen(answer)
