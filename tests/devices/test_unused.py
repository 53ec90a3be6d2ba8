"""A step that was never used since it was set up is asked for once, inside a live session."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import PhoneNumber
from core.outbox.sms import SentText
from devices.models import Authenticator, Passkey, Phone
from tests.accounts.helpers import mailbox, recover, seen, type_code, type_password
from tests.attacks.tools import code_in
from tests.authenticator import SoftPasskey
from tests.people import Person, code_of, enter, sign_in

Clock = time_machine.Traveller
AGE = settings.UNUSED_STEP_AGE
OVERVIEW = "/security/"
NOT_NOW = "/security/steps/not-now/"
ASKS_PHONE = "Does the app on your Pixel 9 still work?"
ASKS_PASSKEY = "Does your passkey Blue key still work?"


def link(client: Client, person: Person, name: str = "Pixel 9") -> Phone:
    """Link a phone through the pages."""
    enter(client, person, Strength.TWO_STEP)
    place = client.post("/devices/link/", {"name": name})["Location"]
    phone = person.user.phones.get(name=name)
    client.post(place, {"code": code_of(phone.authenticators.get())})
    phone.refresh_from_db()
    assert phone.is_linked
    return phone


def add_passkey(client: Client, person: Person) -> SoftPasskey:
    """Add a passkey through the pages."""
    enter(client, person, Strength.TWO_STEP)
    soft = SoftPasskey()
    answer = soft.create(client.post("/devices/passkeys/add/options/").json())
    client.post("/devices/passkeys/add/", {"code": json.dumps(answer), "name": "Blue key"})
    assert person.user.passkeys.get().name == "Blue key"
    return soft


def add_number(client: Client, person: Person, texts: list[SentText]) -> PhoneNumber:
    """Add and confirm a number through the pages."""
    enter(client, person, Strength.TWO_STEP)
    place = client.post("/security/contact/numbers/add/", {"number": "+31612345658"})["Location"]
    client.post(place, {"code": code_in(texts[-1].text)})
    number: PhoneNumber = person.user.phone_numbers.get(number="+31612345658")
    assert number.is_verified
    return number


def later(clock: Clock, age: timedelta = AGE) -> None:
    clock.shift(age)


def overview_after_sign_in(client: Client, person: Person) -> str:
    """Sign in with the first phone, in a session of its own, and read the overview."""
    client.cookies.clear()
    assert sign_in(client, person)["Location"] == OVERVIEW
    return seen(client.get(OVERVIEW))


def try_url(client: Client) -> str:
    asked = client.get(OVERVIEW).context["asked"]
    return str(asked.try_url)


@pytest.fixture
def unused(client: Client, bob: Person, clock: Clock) -> Phone:
    """A phone that bob linked 28 days ago and has not used since."""
    phone = link(client, bob)
    later(clock)
    return phone


# --- Who is asked, and when ---------------------------------------------------------------------


@pytest.mark.usefixtures("unused")
def test_a_phone_that_was_never_used_is_asked_for_after_28_days(
    client: Client, bob: Person
) -> None:
    words = overview_after_sign_in(client, bob)
    assert ASKS_PHONE in words
    assert "You linked it 4 weeks ago and have not used it since." in words
    for button in ("Try it now", "Set it up again", "Not now"):
        assert button in words


def test_before_28_days_nothing_is_asked(client: Client, bob: Person, clock: Clock) -> None:
    link(client, bob)
    later(clock, AGE - timedelta(minutes=2))
    assert ASKS_PHONE not in overview_after_sign_in(client, bob)
    later(clock, timedelta(minutes=2))
    assert ASKS_PHONE in overview_after_sign_in(client, bob)


def test_a_phone_that_was_used_is_not_asked_for(client: Client, bob: Person, clock: Clock) -> None:
    phone = link(client, bob)
    later(clock, timedelta(days=1))
    client.cookies.clear()
    type_password(client, bob)
    code = code_of(phone.authenticators.get())
    assert type_code(client, code, "/sign-in/authenticator/")["Location"] == OVERVIEW
    later(clock)
    assert ASKS_PHONE not in overview_after_sign_in(client, bob)


def test_a_passkey_that_was_never_used_is_asked_for(
    client: Client, bob: Person, clock: Clock
) -> None:
    add_passkey(client, bob)
    later(clock)
    words = overview_after_sign_in(client, bob)
    assert ASKS_PASSKEY in words
    assert "Add a new one" in words


def test_a_number_that_was_never_used_is_asked_for(
    client: Client, bob: Person, clock: Clock, texts: list[SentText]
) -> None:
    add_number(client, bob, texts)
    later(clock)
    words = overview_after_sign_in(client, bob)
    assert "Do text messages to •• 58 still arrive?" in words
    assert "+31612345658" not in words


def test_a_number_that_is_declined_is_not_asked_for(
    client: Client, bob: Person, clock: Clock, texts: list[SentText]
) -> None:
    add_number(client, bob, texts)
    client.post("/security/two-step/sms/decline/")
    later(clock)
    assert "still arrive?" not in overview_after_sign_in(client, bob)


def test_addresses_and_recovery_codes_are_never_asked_for(
    client: Client, bob: Person, clock: Clock, unused: Phone
) -> None:
    later(clock, 10 * AGE)
    assert ASKS_PHONE in overview_after_sign_in(client, bob)
    later(clock, AGE)
    overview_after_sign_in(client, bob)
    assert client.get(OVERVIEW).context["asked"] is None
    assert mailbox(bob).last_used_at is None


@pytest.mark.usefixtures("unused")
def test_a_recovered_session_is_not_asked(client: Client, bob: Person) -> None:
    client.cookies.clear()
    recover(client, bob)
    assert ASKS_PHONE not in seen(client.get(OVERVIEW))
    assert ASKS_PHONE in overview_after_sign_in(client, bob)


@pytest.mark.usefixtures("unused")
def test_without_two_step_nothing_is_asked(client: Client, bob: Person) -> None:
    bob.user.turn_two_step_off()
    client.cookies.clear()
    sign_in(client, bob)
    assert client.get(OVERVIEW).context["asked"] is None


# --- Once ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unused")
def test_it_stands_there_for_one_session_and_is_not_asked_again(
    client: Client, bob: Person, clock: Clock
) -> None:
    assert ASKS_PHONE in overview_after_sign_in(client, bob)
    assert ASKS_PHONE in seen(client.get(OVERVIEW))
    later(clock, timedelta(minutes=2))
    assert ASKS_PHONE not in overview_after_sign_in(client, bob)


@pytest.mark.usefixtures("unused")
def test_of_two_browsers_one_is_asked(
    client: Client, new_client: Callable[..., Client], bob: Person, clock: Clock
) -> None:
    overview_after_sign_in(client, bob)
    later(clock, timedelta(minutes=2))
    assert ASKS_PHONE not in overview_after_sign_in(new_client(), bob)
    assert ASKS_PHONE in seen(client.get(OVERVIEW))


def test_one_step_at_a_time_the_oldest_first(client: Client, bob: Person, clock: Clock) -> None:
    link(client, bob)
    later(clock, timedelta(days=1))
    add_passkey(client, bob)
    later(clock)
    words = overview_after_sign_in(client, bob)
    assert ASKS_PHONE in words
    assert ASKS_PASSKEY not in words
    later(clock, timedelta(minutes=2))
    words = overview_after_sign_in(client, bob)
    assert ASKS_PHONE not in words
    assert ASKS_PASSKEY in words


def test_the_second_is_asked_for_when_its_own_time_has_come(
    client: Client, bob: Person, clock: Clock
) -> None:
    link(client, bob)
    later(clock, timedelta(days=10))
    add_passkey(client, bob)
    later(clock, AGE - timedelta(days=10))
    assert ASKS_PHONE in overview_after_sign_in(client, bob)
    later(clock, timedelta(days=9))
    assert ASKS_PASSKEY not in overview_after_sign_in(client, bob)
    later(clock, timedelta(days=1))
    assert ASKS_PASSKEY in overview_after_sign_in(client, bob)


@pytest.mark.usefixtures("unused")
def test_not_now_takes_it_away(client: Client, bob: Person, clock: Clock) -> None:
    overview_after_sign_in(client, bob)
    assert client.post(NOT_NOW)["Location"] == OVERVIEW
    assert ASKS_PHONE not in seen(client.get(OVERVIEW))
    later(clock, AGE)
    assert ASKS_PHONE not in overview_after_sign_in(client, bob)


# --- The answers --------------------------------------------------------------------------------


def test_a_right_code_is_thanked_for(client: Client, bob: Person, unused: Phone) -> None:
    overview_after_sign_in(client, bob)
    url = try_url(client)
    assert url == "/confirm/authenticator/?next=%2Fsecurity%2F&for=two-step"
    assert type_code(client, code_of(unused.authenticators.get()), url)["Location"] == OVERVIEW
    words = seen(client.get(OVERVIEW))
    assert "Good. Pixel 9 works." in words
    assert ASKS_PHONE not in words
    assert "Good." not in seen(client.get(OVERVIEW))


@pytest.mark.usefixtures("unused")
def test_the_code_of_another_phone_is_no_answer(client: Client, bob: Person) -> None:
    overview_after_sign_in(client, bob)
    url = try_url(client)
    assert type_code(client, bob.fresh_code(), url)["Location"] == OVERVIEW
    words = seen(client.get(OVERVIEW))
    assert "Good." not in words
    assert ASKS_PHONE in words


def test_a_passkey_is_tried_by_using_it(client: Client, bob: Person, clock: Clock) -> None:
    soft = add_passkey(client, bob)
    later(clock)
    overview_after_sign_in(client, bob)
    url = try_url(client)
    answer = soft.get(client.post(url.replace("passkey/", "passkey/options/")).json())
    assert type_code(client, json.dumps(answer), url)["Location"] == OVERVIEW
    assert "Good. Blue key works." in seen(client.get(OVERVIEW))


def test_a_number_is_tried_by_a_code_to_that_very_number(
    client: Client, alice: Person, clock: Clock, texts: list[SentText]
) -> None:
    alice.user.phone_numbers.update(asked_at=timezone.now())
    number = add_number(client, alice, texts)
    later(clock)
    assert "Do text messages to •• 58 still arrive?" in overview_after_sign_in(client, alice)
    url = try_url(client)
    answer = client.post(url, {"send": str(number.public_id)})
    assert texts[-1].number == str(number)
    type_code(client, code_in(texts[-1].text), answer["Location"])
    assert "Good. •• 58 works." in seen(client.get(OVERVIEW))


def test_set_up_anew_replaces_that_phone(client: Client, bob: Person, unused: Phone) -> None:
    overview_after_sign_in(client, bob)
    asked = client.get(OVERVIEW).context["asked"]
    page = client.get(asked.words.url)
    assert page.status_code == 200
    place = client.post(asked.words.url, {"name": "Pixel 10"})["Location"]
    fresh = bob.user.phones.get(name="Pixel 10")
    client.post(place, {"code": code_of(fresh.authenticators.get())})
    assert not Phone.objects.filter(pk=unused.pk).exists()
    assert client.get(OVERVIEW).context["asked"] is None


def test_a_phone_that_goes_takes_its_question_along(
    client: Client, bob: Person, unused: Phone
) -> None:
    overview_after_sign_in(client, bob)
    unused.delete()
    assert client.get(OVERVIEW).context["asked"] is None


@pytest.mark.usefixtures("unused")
def test_nobody_else_is_asked(client: Client, bob: Person, alice: Person) -> None:
    assert ASKS_PHONE not in overview_after_sign_in(client, alice)
    assert ASKS_PHONE in overview_after_sign_in(client, bob)


# --- What it costs ------------------------------------------------------------------------------


def statements(client: Client, person: Person) -> int:
    """Count the statements of the last request of a sign-in in a browser that is known."""
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    type_password(client, person)
    with CaptureQueriesContext(connection) as queries:
        type_code(client, person.fresh_code(), "/sign-in/authenticator/")
    return len(queries)


def test_who_has_nothing_to_be_asked_pays_nothing(
    client: Client, bob: Person, clock: Clock
) -> None:
    statements(client, bob)
    later(clock, timedelta(minutes=2))
    plain = statements(client, bob)
    link(client, bob)
    later(clock, AGE / 2)
    assert statements(client, bob) == plain
    later(clock, AGE / 2)
    assert plain < statements(client, bob) <= plain + 6
    later(clock, timedelta(minutes=2))
    assert statements(client, bob) == plain


@pytest.mark.usefixtures("unused")
def test_the_overview_that_asks_takes_no_more_statements(
    client: Client, bob: Person, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    overview_after_sign_in(client, bob)
    with django_assert_max_num_queries(8):
        assert client.get(OVERVIEW).context["asked"]


def test_rows_remember_that_they_were_asked_for(
    client: Client, bob: Person, clock: Clock, texts: list[SentText]
) -> None:
    link(client, bob)
    add_passkey(client, bob)
    add_number(client, bob, texts)
    later(clock)
    for _each in range(3):
        overview_after_sign_in(client, bob)
        later(clock, timedelta(minutes=2))
    assert Authenticator.objects.filter(user=bob.user, asked_at__isnull=False).count() == 1
    assert Passkey.objects.get(user=bob.user).asked_at
    assert bob.user.phone_numbers.get().asked_at
    assert bob.reload().asks_from is None
