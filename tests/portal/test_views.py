"""The start, the overview, and what load balancers ask."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import RecoveryCode
from accounts.readiness import recommendations
from accounts.readiness.recommendations import Suggestion
from devices.models import Session
from tests.accounts.helpers import seen
from tests.people import Person, enter, give_address, give_number, give_phone

OVERVIEW = "/security/"


def overview(client: Client, person: Person, strength: Strength = Strength.TWO_STEP) -> str:
    return seen(enter(client, person, strength).get(OVERVIEW))


def test_the_start_leads_to_the_overview_or_the_door(client: Client, carol: Person) -> None:
    assert client.get("/")["Location"].startswith("/sign-in/")
    enter(client, carol, Strength.PASSWORD)
    assert client.get("/")["Location"] == OVERVIEW


# --- The verdict --------------------------------------------------------------------------------


def test_a_password_alone_is_said_to_be_all(client: Client, carol: Person) -> None:
    words = overview(client, carol, Strength.PASSWORD)
    assert "Your password is all that protects your account" in words
    assert "Turn on two-step verification" in words
    assert "well protected" not in words


def test_a_full_account_reads_what_a_lost_phone_leaves(client: Client, alice: Person) -> None:
    words = overview(client, alice)
    assert "Your account is well protected" in words
    assert (
        "Without your Pixel 8 you would still have 2 sign-in methods: "
        "a code by e-mail or a recovery code." in words
    )
    assert "lost together" in words


def test_the_first_card_has_the_next_step(client: Client, carol: Person, bob: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    card = first_card(client.get(OVERVIEW).content.decode())
    assert re.findall('<a class="button primary" href="([^"]+)"', card) == ["/security/two-step/"]
    protected = first_card(enter(client, bob, Strength.TWO_STEP).get(OVERVIEW).content.decode())
    assert "button" not in protected


def first_card(page: str) -> str:
    return page.partition("<section")[2].partition("</section>")[0]


def test_each_way_in_leads_to_where_it_is_looked_after(client: Client, alice: Person) -> None:
    page = enter(client, alice, Strength.TWO_STEP).get(OVERVIEW).content.decode()
    contact = "/security/contact/"
    places = ["/devices/", contact, contact, contact, "/security/recovery-codes/"]
    tiles = re.findall('<a class="tile" href="([^"]+)"', page)
    assert sorted(tiles) == sorted(places)
    assert all(client.get(url).status_code == 200 for url in tiles)


def test_a_second_phone_is_one_more_way(client: Client, bob: Person) -> None:
    assert "you would still have 2 sign-in methods" in overview(client, bob)
    give_phone(bob, "Work phone")
    assert "you would still have 3 sign-in methods: your Work phone," in overview(client, bob)


def test_an_account_that_hangs_on_one_phone_is_warned(client: Client, bob: Person) -> None:
    RecoveryCode.objects.all().delete()
    bob.user.reset_mailbox = bob.user.email_addresses.get()
    bob.user.save()
    give_number(bob)
    words = overview(client, bob)
    assert "One lost phone would lock you out" in words
    assert "Everything depends on Pixel 8." in words


def test_an_account_without_a_phone_is_told(client: Client, bob: Person) -> None:
    bob.user.phones.all().delete()
    words = overview(client, bob, Strength.RECOVERED)
    assert "No phone or passkey is in use" in words
    assert "You can still sign in with a code by e-mail or a recovery code." in words
    assert "Set up your phone" in words


def test_few_codes_left_are_told(client: Client, bob: Person) -> None:
    assert "Only a few are left." not in overview(client, bob)
    left = RecoveryCode.objects.filter(code_set__user=bob.user).values_list("pk")[:3]
    RecoveryCode.objects.exclude(pk__in=left).update(used_at=timezone.now())
    assert "Only a few are left." in overview(client, bob)


def test_at_most_three_next_steps_are_suggested(client: Client, carol: Person) -> None:
    answer = enter(client, carol, Strength.PASSWORD).get(OVERVIEW)
    assert len(answer.context["suggestions"]) <= 3
    assert "Add a second e-mail address" in seen(answer)
    give_address(carol)
    assert "Add a second e-mail address" not in overview(client, carol, Strength.PASSWORD)


SUGGESTIONS = [each for each in vars(recommendations).values() if isinstance(each, Suggestion)]


@pytest.mark.parametrize("suggestion", SUGGESTIONS, ids=lambda each: each.kind)
def test_each_next_step_has_words_of_its_own(suggestion: Suggestion) -> None:
    def text_in(pattern: str, **context: Any) -> str:
        context["suggestion"] = suggestion
        row = render_to_string("_parts/suggestion.html", context)
        return "".join(re.findall(pattern, row))

    title = text_in("<b>(.+)</b>")
    assert title
    assert text_in('<span class="soft small">(.+)</span>')
    assert text_in("<a [^>]*>(.+)</a>")
    assert text_in("<a [^>]*>(.+)</a>", as_button=True) == title


def test_contacts_are_masked_and_the_latest_activity_is_short(
    client: Client, alice: Person
) -> None:
    answer = enter(client, alice, Strength.TWO_STEP).get(OVERVIEW)
    number = str(alice.user.phone_numbers.get().number)
    assert number not in answer.content.decode()
    assert f"•• {number[-2:]}" in seen(answer)
    assert len(answer.context["events"]) <= 5


# --- What it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("phones", [1, 10])
def test_the_overview_takes_few_statements_however_much_there_is(
    client: Client,
    alice: Person,
    django_assert_max_num_queries: Callable[[int], Any],
    phones: int,
) -> None:
    for number in range(phones - 1):
        give_phone(alice, f"Phone {number}")
    for _each in range(phones):
        enter(Client(), alice, Strength.TWO_STEP)
        give_number(alice)
    enter(client, alice, Strength.TWO_STEP)
    with django_assert_max_num_queries(8):
        assert client.get(OVERVIEW).status_code == 200
    assert alice.user.phones.count() == phones


def test_a_visit_writes_at_most_once_a_minute(client: Client, alice: Person) -> None:
    with time_machine.travel("2031-05-06T09:00:00Z", tick=False) as clock:
        enter(client, alice, Strength.TWO_STEP)
        seen_at = Session.objects.of(alice.user).get().last_seen_at
        clock.shift(59)
        client.get(OVERVIEW)
        assert Session.objects.of(alice.user).get().last_seen_at == seen_at
        clock.shift(1)
        client.get(OVERVIEW)
        assert Session.objects.of(alice.user).get().last_seen_at > seen_at


# --- Health -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_without_session_or_personal_words(
    client: Client, db: None, path: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not answer.cookies
    assert client.post(path).status_code == 405


def test_without_a_database_the_site_is_alive_but_not_ready(client: Client, db: None) -> None:
    def refuse(*args: Any) -> Any:
        raise DatabaseError

    with connection.execute_wrapper(refuse):
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"


def test_the_outbox_page_is_not_there_in_service(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/outbox/").status_code == 404
