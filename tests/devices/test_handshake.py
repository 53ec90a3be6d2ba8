"""On the telephone: person and help desk see the same words, and a stranger none of them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.authentication.proofs import Strength
from core.words import LISTS
from devices.models import Session
from tests.people import Person, enter, enter_by_trust

Browsers = Callable[..., Client]
PAGE = "/devices/help-desk/"
NOON = datetime(2026, 11, 30, 12, 0, 10, tzinfo=UTC)


def shown(text: str) -> list[str]:
    """The words of each browser on the page, as one string each."""
    lines = re.findall(r'<p class="handshake"[^>]*>(.*?)</p>', text, re.DOTALL)
    return [" ".join(re.findall(r"<b>(.*?)</b>", line)) for line in lines]


def of_staff(browser: Client, person: Person) -> str:
    """The page that the help desk has open about this person."""
    return browser.get(f"/admin/accounts/{person.user.public_id}/handshake/").text


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """Ten seconds past twelve; the clock stands until a test moves it."""
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def desk(new_client: Browsers, sue: Person) -> Client:
    """The browser of sue, at work."""
    return enter(new_client(), sue, Strength.TWO_STEP)


def test_both_see_the_same_words_until_they_change(
    client: Client, desk: Client, alice: Person, clock: Any
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    answer = client.get(PAGE)
    (words,) = shown(answer.text)
    assert answer["Refresh"] == "50"
    assert len(words.split()) == 3
    assert set(words.split()) <= set(LISTS["en"])
    assert shown(of_staff(desk, alice)) == [words]
    clock.shift(49)
    assert shown(client.get(PAGE).text) == [words]
    clock.shift(1)
    (others,) = shown(client.get(PAGE).text)
    assert others != words
    text = of_staff(desk, alice)
    assert shown(text) == [others]
    assert words in text  # read out before the change, heard after it
    clock.shift(60)
    assert words not in of_staff(desk, alice)


def test_the_caller_who_stole_a_way_in_is_seen_to_sit_elsewhere(
    new_client: Browsers, desk: Client, alice: Person
) -> None:
    owner = enter(new_client(), alice, Strength.TWO_STEP)
    thief = enter(new_client(), alice, Strength.RECOVERED)
    (right,), (stolen,) = (shown(browser.get(PAGE).text) for browser in (owner, thief))
    assert right != stolen
    text = of_staff(desk, alice)
    assert sorted(shown(text)) == sorted([right, stolen])
    row = next(part for part in text.split("<li") if shown(part) == [stolen])
    assert "authenticator" not in row


def test_a_browser_that_is_signed_out_has_no_words(
    client: Client, desk: Client, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.get(PAGE)
    Session.objects.of(alice.user).delete()
    assert shown(of_staff(desk, alice)) == []
    assert "no words to compare" in of_staff(desk, alice)
    assert client.get(PAGE)["Location"].startswith("/sign-in/")


def test_somebody_else_has_other_words(new_client: Browsers, alice: Person, bob: Person) -> None:
    words = [
        shown(enter(new_client(), person, Strength.TWO_STEP).get(PAGE).text)
        for person in (alice, bob)
    ]
    assert words[0] != words[1]


def test_a_trusted_browser_has_words_too(client: Client, desk: Client, alice: Person) -> None:
    enter_by_trust(client, alice)
    assert shown(client.get(PAGE).text) == shown(of_staff(desk, alice))


def test_both_read_the_words_of_the_persons_language(
    client: Client, desk: Client, alice: Person
) -> None:
    alice.user.language = "nl"
    alice.user.save(update_fields=["language"])
    enter(client, alice, Strength.TWO_STEP)
    (words,) = shown(client.get(PAGE).text)
    text = of_staff(desk, alice)
    assert set(words.split()) <= set(LISTS["nl"])
    assert shown(text) == [words]
    assert '<p class="handshake" lang="nl">' in text


def test_the_page_that_loads_itself_is_no_sign_of_a_person(
    client: Client, alice: Person, clock: Any
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.get("/devices/")
    for _minute in range(61):
        clock.shift(60)
        client.get(PAGE)
    assert client.get(PAGE)["Location"].startswith("/sign-in/")


def test_the_pages_lead_there(client: Client, desk: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert f'href="{PAGE}"' in client.get("/devices/").text
    account = f"/admin/accounts/{alice.user.public_id}/"
    assert f'href="{account}handshake/"' in desk.get(account).text


@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_language_has_128_words(language: str) -> None:
    words = LISTS[language]
    assert len(words) == len(set(words)) == 128
    assert all(re.fullmatch(r"[a-zï]{3,10}", word) for word in words)


def test_the_words_are_asked_with_a_fixed_number_of_queries(
    desk: Client, new_client: Browsers, alice: Person, django_assert_num_queries: Any
) -> None:
    for _browser in range(5):
        enter(new_client(), alice, Strength.TWO_STEP)
    of_staff(desk, alice)
    with django_assert_num_queries(5):  # the last tells whether the look was written down
        of_staff(desk, alice)
