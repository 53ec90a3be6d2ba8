"""Signing in with a phone or passkey whose hold lasts: it was there, and is told as what it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from devices.models import Authenticator, Passkey
from tests.accounts.helpers import recover, seen, type_code, type_password
from tests.attacks.test_thief_and_owner import link_phone
from tests.devices.test_passkey_alone import give, question
from tests.people import Person, enter

WHERE = "/sign-in/where-is-your-phone/"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def hold(person: Person) -> None:
    """Let everything strong that the person has be held."""
    until = timezone.now() + timedelta(days=3)
    Authenticator.objects.filter(user=person.user).update(trusted_from=until)
    Passkey.objects.filter(user=person.user).update(trusted_from=until)


def test_a_held_phone_signs_in_without_the_question_or_the_mail(
    client: Client, alice: Person
) -> None:
    hold(alice)
    type_password(client, alice)
    answer = type_code(client, alice.fresh_code(), "/sign-in/authenticator/")
    assert answer["Location"] == "/security/"
    assert "without" not in seen(client.get("/security/activity/"))
    assert alice.kinds()[-1] in ("sign_in:held", "sign_in:new_browser")
    assert not [sent for sent in mail.outbox if "instead of" in str(sent.body)]


def test_a_held_passkey_alone_does_the_same(client: Client, pia: Person) -> None:
    hold(pia)
    assert give(client, pia.soft.get(question(client)))["Location"] == "/security/"
    assert not [sent for sent in mail.outbox if "instead of" in str(sent.body)]


def test_in_a_browser_that_is_known_the_event_names_the_new_device(
    client: Client, alice: Person
) -> None:
    hold(alice)
    for _each in range(2):
        type_password(client, alice)
        type_code(client, alice.fresh_code(), "/sign-in/authenticator/")
        client.post("/sign-out/")
    assert "sign_in:held" in alice.kinds()
    assert len(mail.outbox) <= 2  # of the new browser, to both addresses


def test_a_fall_back_is_still_asked_about_and_told(client: Client, alice: Person) -> None:
    hold(alice)
    assert recover(client, alice)["Location"] == WHERE
    assert alice.kinds()[-1] == "sign_in:recovered"
    assert [sent for sent in mail.outbox if "instead of" in str(sent.body)]


@pytest.mark.parametrize("page", ["/security/", "/security/two-step/", "/devices/"])
def test_pages_say_what_it_can_do_and_from_when_the_rest(
    client: Client, alice: Person, page: str
) -> None:
    hold(alice)
    type_password(client, alice)
    type_code(client, alice.fresh_code(), "/sign-in/authenticator/")
    words = seen(client.get(page))
    assert "Can sign you in now. Can change what protects your account from:" in words
    assert "in full" not in words


def test_the_overview_recommends_nothing_that_the_hold_forbids(client: Client, bob: Person) -> None:
    type_password(client, bob)
    type_code(client, bob.fresh_code(), "/sign-in/authenticator/")
    assert "Add a second e-mail address" in seen(client.get("/security/"))
    hold(bob)
    words = seen(client.get("/security/"))
    assert "Add a second e-mail address" not in words
    assert "Add a phone number" not in words


@pytest.mark.parametrize("page", ["/security/", "/devices/"])
def test_what_was_added_and_is_gone_again_is_no_longer_told(
    client: Client, new_client: Callable[..., Client], alice: Person, page: str
) -> None:
    phone = link_phone(enter(client, alice, Strength.RECOVERED))
    owner = enter(new_client(), alice, Strength.TWO_STEP)
    assert "Something was added to your account" in seen(owner.get(page))
    owner.post(f"/devices/{phone.public_id}/unlink/", follow=True)
    assert "Something was added to your account" not in seen(owner.get(page))
    assert alice.reload().held_until is None
