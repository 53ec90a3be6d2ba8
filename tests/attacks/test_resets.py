"""Resets, look-alike addresses and numbers: mail and messages go only where they belong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import EmailAddress, OneTimeLink, PhoneNumber, User
from core.outbox.sms import SentText
from tests.attacks.tools import code_in, face, is_in, reset, reset_path, start
from tests.links import open_link
from tests.live import fresh_address, fresh_number
from tests.people import PASSWORD, Person, enter, give_address

Clock = Any
Browsers = Callable[..., Client]
ADD = "/security/contact/addresses/add/"
NEW_PASSWORD = "a password that nobody knows yet"


# --- Reset ----------------------------------------------------------------------------------


def test_only_the_newest_link_works_and_once(
    alice: Person, client: Client, new_client: Browsers, clock: Clock
) -> None:
    old = reset_path(client, alice)
    clock.shift(timedelta(minutes=6))
    new = reset_path(client, alice)
    assert reset(new_client(), old).status_code == 400
    assert reset(new_client(), new).status_code == 302
    again = new_client()
    open_link(again, new)
    assert again.post("/password/reset/new/", {"new_password": "yet another long one"}).status_code
    assert alice.reload().check_password(NEW_PASSWORD)


def test_every_dead_link_gets_the_same_answer(
    alice: Person, client: Client, new_client: Browsers, clock: Clock
) -> None:
    path = reset_path(client, alice)
    clock.shift(settings.PASSWORD_RESET_AGE + timedelta(seconds=1))
    unknown = f"{path.partition('#')[0]}#{'A' * 22}"
    faces = [face(open_link(new_client(), each)) for each in (path, unknown)]
    assert faces[0] == faces[1]
    faces = [face(browser.get("/password/reset/new/")) for browser in (client, new_client())]
    assert faces[0] == faces[1]


def test_a_link_ends_with_the_password(alice: Person, client: Client) -> None:
    path = reset_path(client, alice)
    alice.reload().set_password("changed in the meantime by her")
    alice.user.save()
    assert reset(client, path).status_code == 400


@pytest.mark.parametrize("act", ["remove", "primary"])
def test_a_link_ends_with_a_change_of_address(
    alice: Person, client: Client, new_client: Browsers, act: str
) -> None:
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    path = reset_path(client, alice, second.address if act == "remove" else "")
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    inside.post(f"/security/contact/{second.public_id}/{act}/")
    assert reset(client, path).status_code == 400


def test_a_link_in_anothers_browser_signs_nobody_in(
    alice: Person, bob: Person, new_client: Browsers
) -> None:
    path, his = reset_path(new_client(), alice), enter(new_client(), bob, Strength.TWO_STEP)
    reset(his, path)
    assert int(his.session.get("_auth_user_id", 0)) in (0, bob.user.pk)
    assert bob.reload().check_password(bob.password)


def test_the_token_is_in_no_address_that_a_proxy_sees(alice: Person, client: Client) -> None:
    path = reset_path(client, alice)
    answer = open_link(client, path)
    assert answer["Location"] == "/password/reset/new/"
    asked, _hash, token = path.partition("#")
    assert asked == "/password/reset/link/"
    assert len(token) * 6 >= 128
    page = client.get("/password/reset/new/")
    assert token.encode() not in page.content
    assert not OneTimeLink.objects.filter(digest=token).exists()


LOOK_ALIKES: list[Callable[[str], str]] = [
    str.upper,
    lambda a: a.replace("k", "\u212a", 1),
    lambda a: a.replace("s", "\u017f", 1),
    lambda a: a.replace("example", "ｅxample"),
]


@pytest.mark.parametrize("typed", LOOK_ALIKES)
def test_mail_goes_only_to_the_stored_address(
    client: Client, rows: None, typed: Callable[[str], str]
) -> None:
    stored = f"kiss-{fresh_address()}"
    User.objects.create_user(stored, PASSWORD)
    client.post("/password/reset/", {"email": typed(stored)})
    assert {message.to[0] for message in mail.outbox} <= {stored}


@pytest.mark.parametrize("typed", LOOK_ALIKES)
def test_a_look_alike_makes_no_second_account(
    client: Client, rows: None, typed: Callable[[str], str]
) -> None:
    stored = f"kiss-{fresh_address()}"
    User.objects.create_user(stored, PASSWORD)
    client.post("/sign-up/", {"email": typed(stored), "password": NEW_PASSWORD})
    for message in mail.outbox:
        assert message.to[0] == stored
        with pytest.raises(AssertionError):
            code_in(str(message.body))
    assert User.objects.count() == 1


@pytest.mark.parametrize("typed", ["аlice", "alıce", "alice\u200b", "alice\u00ad", "a\u0301lice"])
def test_a_distinct_look_alike_gets_none_of_the_mail(
    client: Client, rows: None, typed: str
) -> None:
    stored = fresh_address("alice")
    User.objects.create_user(stored, PASSWORD)
    client.post("/password/reset/", {"email": stored.replace("alice", typed)})
    assert not mail.outbox


# --- Numbers --------------------------------------------------------------------------------

DEAR = ["+31900123456", "+881612345678", "+882161234567", "+4915112345678"]


@pytest.mark.parametrize("number", [*DEAR, "+31201234567", "112", "+31", "+" + "9" * 60, "＋31612"])
def test_dear_and_closed_numbers_get_no_message(
    alice: Person, client: Client, texts: list[SentText], number: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.post("/security/contact/numbers/add/", {"number": number}).status_code == 200
    assert not texts
    assert PhoneNumber.objects.count() == 1


def test_one_person_cannot_send_to_many_numbers(
    alice: Person, client: Client, texts: list[SentText], clock: Clock
) -> None:
    for _each in range(30):
        enter(client, alice, Strength.TWO_STEP)
        number = {"number": fresh_number()}
        client.post("/security/contact/numbers/add/", number)
        alice.user.phone_numbers.filter(verified_at__isnull=True).delete()
        clock.shift(timedelta(minutes=2))
    assert len(texts) == settings.SMS_PER_ADDRESS_A_DAY


def test_a_number_of_two_people_signs_in_neither_for_the_other(
    alice: Person, bob: Person, new_client: Browsers, texts: list[SentText]
) -> None:
    shared = alice.user.phone_numbers.get()
    his = bob.user.phone_numbers.create(number=shared.number, verified_at=shared.verified_at)
    one, two = new_client(), new_client()
    start(one, alice)
    start(two, bob)
    assert one.post("/sign-in/sms/", {"send": str(his.public_id)}).status_code == 404
    one.post("/sign-in/sms/", {"send": str(shared.public_id)})
    two.post("/sign-in/sms/", {"code": code_in(texts[-1].text)})
    assert not is_in(two)


def test_an_hour_old_contact_is_confirmed_no_more(
    alice: Person, client: Client, clock: Clock
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    place = client.post(ADD, {"address": fresh_address("late")})["Location"]
    code = code_in(str(mail.outbox[-1].body))
    EmailAddress.objects.filter(verified_at__isnull=True).update(
        created_at=give_address(alice).created_at - timedelta(minutes=61)
    )
    client.post(place, {"code": code})
    assert not EmailAddress.objects.verified().filter(address__startswith="late").exists()
