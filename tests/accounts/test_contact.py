"""Addresses and numbers: added, confirmed, removed, and who is told."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as numbers
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from accounts.models import EmailAddress, PhoneNumber, SentCode
from accounts.models.contact import Contact
from core.outbox.sms import SentText
from tests.accounts.helpers import (
    addresses,
    code_to,
    mailbox,
    mails_to,
    other_than,
    seen,
    told,
    type_password,
)
from tests.live import fresh_address
from tests.people import Person, enter

PAGE = "/security/contact/"
ADD = "/security/contact/addresses/add/"
ADD_NUMBER = "/security/contact/numbers/add/"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


@pytest.fixture
def inside(client: Client, bob: Person) -> Client:
    """Bob's browser, after a strong step."""
    return enter(client, bob, Strength.TWO_STEP)


def url(contact: Contact, act: str) -> str:
    return f"/security/contact/{contact.public_id}/{act}/"


def newest(person: Person) -> EmailAddress:
    found: EmailAddress = person.user.email_addresses.order_by("-pk")[0]
    return found


# --- Adding an address --------------------------------------------------------------------------


def test_an_address_counts_once_its_code_was_typed(inside: Client, bob: Person) -> None:
    address = fresh_address("second")
    answer = inside.post(ADD, {"address": address})
    assert answer["Location"] == url(newest(bob), "confirm")
    assert "not confirmed" in seen(inside.get(PAGE))
    assert bob.kinds() == []
    answer = inside.post(answer["Location"], {"code": code_to(address)})
    assert answer["Location"] == PAGE
    assert f"{address} is confirmed." in seen(inside.get(PAGE))
    assert bob.kinds() == ["address:added"]
    assert told(f"E-mail address {address} added") == {bob.address, address}


def test_an_unconfirmed_address_is_no_way_in_and_hears_nothing(
    inside: Client, new_client: Callable[..., Client], bob: Person
) -> None:
    address = fresh_address("waiting")
    inside.post(ADD, {"address": address})
    mail.outbox.clear()
    stranger = new_client()
    stranger.post("/password/reset/", {"email": address})
    type_password(stranger, bob)
    assert seen(stranger.get("/sign-in/another-way/")).count("E-mail a code") == 1
    inside.post("/security/recovery-codes/new/")
    assert told("") == {bob.address}


def test_a_wrong_code_confirms_nothing(inside: Client, bob: Person) -> None:
    address = fresh_address("second")
    page = inside.post(ADD, {"address": address})["Location"]
    answer = inside.post(page, {"code": other_than(code_to(address))})
    assert "This code is wrong" in seen(answer)
    assert address not in addresses(bob.user)
    inside.post(page, {"code": code_to(address)})
    assert address in addresses(bob.user)


def test_wrong_codes_are_limited(inside: Client) -> None:
    address = fresh_address("second")
    page = inside.post(ADD, {"address": address})["Location"]
    for _each in range(numbers.FAILURES_BEFORE_WAIT):
        inside.post(page, {"code": other_than(code_to(address))})
    assert inside.post(page, {"code": code_to(address)}).status_code == 429


def test_an_address_is_to_be_confirmed_within_the_hour(
    inside: Client, bob: Person, clock: time_machine.Traveller
) -> None:
    address = fresh_address("second")
    inside.post(ADD, {"address": address})
    added = newest(bob)
    clock.shift(numbers.CONTACT_CONFIRM_AGE - SECOND)
    enter(inside, bob, Strength.TWO_STEP)
    assert inside.post(url(added, "send"))["Location"] == url(added, "confirm")
    clock.shift(2 * SECOND)
    answer = inside.post(url(added, "confirm"), {"code": code_to(address)})
    assert answer["Location"] == PAGE
    assert "The time to confirm it has run out." in seen(inside.get(PAGE))
    assert address not in addresses(bob.user)


def test_another_code_waits_for_a_minute_and_kills_the_first(
    inside: Client, bob: Person, clock: time_machine.Traveller
) -> None:
    address = fresh_address("second")
    inside.post(ADD, {"address": address})
    added, first = newest(bob), code_to(address)
    assert inside.post(url(added, "send")).status_code == 429
    clock.shift(numbers.SENT_CODE_PAUSE)
    assert inside.post(url(added, "send")).status_code == 302
    if first != code_to(address):
        inside.post(url(added, "confirm"), {"code": first})
        assert address not in addresses(bob.user)
    inside.post(url(added, "confirm"), {"code": code_to(address)})
    assert address in addresses(bob.user)


def test_an_address_that_was_confirmed_is_not_added_again(inside: Client, bob: Person) -> None:
    answer = inside.post(ADD, {"address": bob.address.upper()})
    assert "You already have this address." in seen(answer)
    assert bob.user.email_addresses.count() == 1
    assert not mail.outbox


@pytest.mark.parametrize("spelling", [str.upper, lambda typed: typed.replace("s", "ſ")])
def test_another_spelling_of_a_waiting_address_takes_its_place(
    inside: Client,
    bob: Person,
    spelling: Callable[[str], str],
    clock: time_machine.Traveller,
) -> None:
    address = fresh_address("second")
    inside.post(ADD, {"address": address})
    clock.shift(numbers.SENT_CODE_PAUSE)
    assert inside.post(ADD, {"address": spelling(address)}).status_code == 302
    waiting = bob.user.email_addresses.filter(verified_at=None)
    local, _at, domain = address.partition("@")  # hosts are kept in one form, RFC 5321 2.4
    assert [row.address for row in waiting] == [f"{spelling(local)}@{domain}"]


def test_five_addresses_are_the_most(inside: Client, bob: Person) -> None:
    for _each in range(numbers.CONTACTS_A_PERSON - 1):
        assert inside.post(ADD, {"address": fresh_address()}).status_code == 302
    answer = inside.post(ADD, {"address": fresh_address()})
    assert "You’ve reached the maximum." in seen(answer)
    assert bob.user.email_addresses.count() == numbers.CONTACTS_A_PERSON


def test_something_else_than_an_address_is_told(inside: Client) -> None:
    answer = inside.post(ADD, {"address": "not an address"})
    assert "Enter a valid email address." in seen(answer)
    assert "not an address" in answer.content.decode()


# --- The address of somebody else ---------------------------------------------------------------


def test_somebody_elses_address_gets_a_word_and_never_a_code(
    inside: Client, new_client: Callable[..., Client], bob: Person, alice: Person
) -> None:
    own = fresh_address("free")
    page = inside.post(ADD, {"address": alice.address})["Location"]
    other = enter(new_client(), bob, Strength.TWO_STEP)
    same = other.post(ADD, {"address": own})["Location"]
    taken = seen(inside.get(page)).replace(alice.address, "…")
    assert taken == seen(other.get(same)).replace(own, "…")
    (words,) = mails_to(alice.address)
    assert "It already belongs to an account, so nothing was changed." in words
    sent = SentCode.objects.get(binding=newest_of(bob, alice.address).public_id.hex)
    assert sent.digest == ""
    inside.post(page, {"code": "000000"})
    assert alice.address not in addresses(bob.user)


def newest_of(person: Person, address: str) -> EmailAddress:
    return person.user.email_addresses.get(address=address)


def test_a_lookalike_of_somebody_elses_address_cannot_be_confirmed(
    inside: Client, bob: Person, sue: Person
) -> None:
    lookalike = sue.address.replace("s", "ſ", 1)
    inside.post(ADD, {"address": lookalike})
    assert not mails_to(lookalike)
    assert "It already belongs to an account" in mails_to(sue.address)[-1]
    assert addresses(bob.user) == {bob.address}


def test_an_address_that_somebody_confirmed_meanwhile_is_refused(
    inside: Client, bob: Person, carol: Person
) -> None:
    address = fresh_address("both")
    page = inside.post(ADD, {"address": address})["Location"]
    code = code_to(address)
    EmailAddress.objects.create(
        user=carol.user, address=address, verified_at=carol.user.date_joined
    )
    answer = inside.post(page, {"code": code})
    assert "This code is wrong" in seen(answer)
    assert address not in addresses(bob.user)
    assert bob.kinds() == []


@pytest.mark.parametrize("act", ["confirm", "send", "remove", "primary"])
def test_somebody_elses_contact_is_not_there(
    inside: Client, alice: Person, act: str, bob: Person
) -> None:
    rows: list[Contact] = [mailbox(alice), alice.user.phone_numbers.get()]
    for row in rows:
        missing = inside.post(f"/security/contact/{uuid4()}/{act}/")
        answer = inside.post(url(row, act), {"code": "000000"})
        assert (answer.status_code, seen(answer)) == (404, seen(missing))
    assert alice.user.phone_numbers.count() == 1
    assert alice.kinds() == bob.kinds() == []


# --- Removing and choosing ----------------------------------------------------------------------


def test_a_removed_address_is_told_once_more(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    second = newest(alice)
    assert f"Remove {second}?" in seen(client.get(url(second, "remove")))
    assert second.address in addresses(alice.user)
    client.post(url(second, "remove"))
    assert second.address not in addresses(alice.user)
    assert alice.kinds() == ["address:removed"]
    assert told(f"E-mail address {second} removed") == {alice.address, second.address}


def test_a_removed_number_is_told_to_the_addresses(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    number = alice.user.phone_numbers.get()
    client.post(url(number, "remove"))
    assert not alice.user.phone_numbers.exists()
    assert told(number.masked) == addresses(alice.user)


def test_removing_what_was_never_confirmed_is_told_to_nobody(inside: Client, bob: Person) -> None:
    waiting = EmailAddress.objects.create(user=bob.user, address=fresh_address())
    inside.post(url(waiting, "remove"))
    assert bob.user.email_addresses.count() == 1
    assert bob.kinds() == []
    assert not mail.outbox


def test_the_sign_in_address_stays(inside: Client, bob: Person) -> None:
    inside.post(url(mailbox(bob), "remove"))
    assert "You sign in with this address. Choose another one first." in seen(inside.get(PAGE))
    assert addresses(bob.user) == {bob.address}


def test_another_address_becomes_the_one_to_sign_in_with(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    old, second = alice.address, newest(alice)
    client.post(url(second, "primary"))
    assert f"You now sign in with {second}." in seen(client.get(PAGE))
    assert alice.reload().email == second.address
    assert told(f"Sign-in address is now {second}") == {old, second.address}
    assert type_password(new_client(), alice).status_code == 302
    answer = new_client().post("/sign-in/", {"email": old, "password": alice.password})
    assert answer.status_code == 200


def test_an_unconfirmed_address_is_not_one_to_sign_in_with(inside: Client, bob: Person) -> None:
    waiting = EmailAddress.objects.create(user=bob.user, address=fresh_address())
    inside.post(url(waiting, "primary"))
    assert "Confirm the address first." in seen(inside.get(PAGE))
    assert bob.reload().email != waiting.address
    assert bob.kinds() == []


def test_looking_chooses_and_sends_nothing(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get(url(newest(alice), "primary")).status_code == 405
    assert client.get(url(newest(alice), "send")).status_code == 405
    assert alice.kinds() == []


# --- Numbers ------------------------------------------------------------------------------------


def test_a_number_counts_once_its_code_was_typed(
    inside: Client, bob: Person, texts: list[SentText]
) -> None:
    page = inside.post(ADD_NUMBER, {"number": "06 1234 5678"})["Location"]
    (text,) = texts
    assert text.number == "+31612345678"
    inside.post(page, {"code": text.text[:6]})
    assert bob.user.phone_numbers.verified().get().number == "+31612345678"
    assert bob.kinds() == ["number:added"]
    assert told("••\u00a078") == {bob.address}
    assert not told("+31612345678")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+49 1512 3456789", "Text messages to this country are not possible here."),
        ("+31 20 123 4567", "This is not a mobile number."),
        ("+31 900 1234", "Enter a valid phone number"),
        ("+881 6 1234 5678", "Enter a valid phone number"),
        ("12", "Enter a valid phone number"),
    ],
)
def test_only_mobile_numbers_of_open_countries_are_taken(
    inside: Client, bob: Person, texts: list[SentText], number: str, words: str
) -> None:
    answer = inside.post(ADD_NUMBER, {"number": number})
    assert answer.status_code == 200
    assert words in seen(answer) or "not possible here" in seen(answer) or "not a" in seen(answer)
    assert not texts
    assert not bob.user.phone_numbers.exists()


def test_a_number_that_was_confirmed_is_not_added_again(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    number = str(alice.user.phone_numbers.get().number)
    assert "You already have this number." in seen(client.post(ADD_NUMBER, {"number": number}))
    assert PhoneNumber.objects.filter(user=alice.user).count() == 1


def test_without_a_gateway_there_are_no_numbers(
    inside: Client, alice: Person, new_client: Callable[..., Client], settings: Settings
) -> None:
    assert "Add number" in seen(inside.get(PAGE))
    settings.SMS_URL = ""
    assert "Add number" not in seen(inside.get(PAGE))
    assert inside.get(ADD_NUMBER).status_code == 404
    half = new_client()
    type_password(half, alice)
    assert "Text a code" not in seen(half.get("/sign-in/another-way/"))
