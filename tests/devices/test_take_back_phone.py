"""Taking a suspended phone back: only with a strong step of another device."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength
from core.outbox.models import Message
from core.web.http import RequestOrigin
from devices.models import Authenticator, Phone
from devices.models.authenticator import step_now
from devices.phones import suspension
from tests.people import Person, enter, give_passkey, give_phone, proved, sign_in

VISITOR = RequestOrigin("192.0.2.7", "")


@pytest.fixture
def tablet(alice: Person, clock: time_machine.Traveller) -> Authenticator:
    """Another phone of alice, whose first one is suspended."""
    authenticator = give_phone(alice, "Tablet")
    suspension.suspend(phone=alice.phone, origin=Origin(VISITOR))
    return authenticator


def with_factor(person: Person, factor: str, strength: Strength = Strength.TWO_STEP) -> list[Proof]:
    return [*proved(person, Strength.PASSWORD), Proof.now("authenticator", strength, factor)]


def url_of(person: Person) -> str:
    return f"/devices/{person.phone.public_id}/take-back/"


def test_another_phone_takes_it_back(client: Client, alice: Person, tablet: Authenticator) -> None:
    enter(client, alice, with_factor(alice, tablet.factor))
    text = client.get(url_of(alice)).content.decode()
    assert "The next code on Pixel 8 works again." in text
    assert Phone.objects.suspended().exists()
    assert client.post(url_of(alice))["Location"] == "/devices/"
    assert not alice.phone.is_suspended
    assert alice.kinds() == ["phone:suspended", "phone:taken_back"]
    told = set(Message.objects.filter(kind="phone:taken_back").values_list("recipient", flat=True))
    assert told == {row.address for row in alice.user.email_addresses.verified()}


def test_a_passkey_takes_it_back(client: Client, alice: Person) -> None:
    give_passkey(alice)
    suspension.suspend(phone=alice.phone, origin=Origin(VISITOR))
    enter(client, alice, with_factor(alice, alice.user.passkeys.get().factor))
    client.post(url_of(alice))
    assert not alice.phone.is_suspended


def test_a_recovered_session_does_not(client: Client, alice: Person, tablet: Authenticator) -> None:
    enter(client, alice, Strength.RECOVERED)
    for method in (client.get, client.post):
        answer = method(url_of(alice))
        assert answer["Location"].startswith("/confirm/")
        assert "for=authenticator" in answer["Location"]
    assert alice.phone.is_suspended


def test_a_strong_proof_that_is_stale_does_not(
    client: Client, alice: Person, tablet: Authenticator, clock: time_machine.Traveller
) -> None:
    enter(client, alice, with_factor(alice, tablet.factor))
    clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    assert client.post(url_of(alice))["Location"].startswith("/confirm/")
    assert alice.phone.is_suspended


def test_what_the_phone_itself_proved_before_does_not(
    client: Client, alice: Person, tablet: Authenticator
) -> None:
    enter(client, alice, with_factor(alice, alice.authenticator.factor))
    assert client.post(url_of(alice))["Location"].startswith("/confirm/")
    own = with_factor(alice, alice.authenticator.factor)
    with pytest.raises(suspension.NotProved):
        suspension.take_back(phone=alice.phone, proofs=own, origin=Origin(VISITOR))
    assert alice.phone.is_suspended


def test_a_phone_that_is_held_does_not(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    until = timezone.now() + settings.RECOVERY_HOLD
    held = give_phone(alice, "Held", trusted_from=until)
    suspension.suspend(phone=alice.phone, origin=Origin(VISITOR))
    enter(client, alice, with_factor(alice, held.factor, Strength.RECOVERED))
    for method in (client.get, client.post):
        answer = method(url_of(alice))
        assert answer.status_code == 403
        assert "You can’t take" in answer.content.decode()
        assert "Link it again" in answer.content.decode()
    assert alice.phone.is_suspended


def test_while_two_step_is_off_the_password_does_not(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    give_phone(carol)
    give_phone(carol, "Tablet")
    suspension.suspend(phone=carol.phone, origin=Origin(VISITOR))
    enter(client, carol, Strength.PASSWORD)
    assert "for=authenticator" in client.post(url_of(carol))["Location"]
    assert carol.phone.is_suspended


def test_the_thiefs_session_cannot_take_it_back(
    client: Client, new_client: Any, alice: Person, tablet: Authenticator
) -> None:
    Phone.objects.update(suspended_at=None)
    thief = enter(new_client(), alice, with_factor(alice, alice.authenticator.factor))
    enter(client, alice, with_factor(alice, tablet.factor))
    client.post(f"/devices/{alice.phone.public_id}/suspend/")
    assert thief.post(url_of(alice))["Location"].startswith("/sign-in/")
    thief.post("/sign-in/", {"email": alice.address, "password": alice.password})
    thief.post("/sign-in/authenticator/", {"code": alice.code()})
    assert thief.post(url_of(alice))["Location"].startswith("/sign-in/")
    thief.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert thief.post(url_of(alice))["Location"].startswith("/confirm/")
    asked = thief.post("/confirm/authenticator/?for=authenticator", {"code": alice.code()})
    assert asked.status_code == 200
    assert alice.phone.is_suspended


def test_codes_that_it_showed_meanwhile_stay_dead(
    client: Client,
    new_client: Any,
    alice: Person,
    tablet: Authenticator,
    clock: time_machine.Traveller,
) -> None:
    clock.shift(timedelta(minutes=10))
    noted = alice.code()
    enter(client, alice, with_factor(alice, tablet.factor))
    client.post(url_of(alice))
    thief = new_client()
    thief.post("/sign-in/", {"email": alice.address, "password": alice.password})
    assert thief.post("/sign-in/authenticator/", {"code": noted}).status_code == 200
    clock.shift(timedelta(seconds=30))
    assert sign_in(new_client(), alice)["Location"] == "/security/"


def test_taking_back_never_revives_a_used_code(alice: Person, tablet: Authenticator) -> None:
    Authenticator.objects.filter(pk=alice.authenticator.pk).update(last_step=step_now() + 1)
    proofs = with_factor(alice, tablet.factor)
    suspension.take_back(phone=alice.phone, proofs=proofs, origin=Origin(VISITOR))
    assert alice.authenticator.last_step == step_now() + 1


def test_a_phone_that_was_held_counts_fully_once_a_strong_step_took_it_back(
    alice: Person, tablet: Authenticator
) -> None:
    until = timezone.now() + settings.RECOVERY_HOLD
    Authenticator.objects.filter(pk=alice.authenticator.pk).update(trusted_from=until)
    proofs = with_factor(alice, tablet.factor)
    suspension.take_back(phone=alice.phone, proofs=proofs, origin=Origin(VISITOR))
    assert not alice.authenticator.is_held


def test_twice_is_told_once(client: Client, alice: Person, tablet: Authenticator) -> None:
    enter(client, alice, with_factor(alice, tablet.factor))
    url = url_of(alice)
    client.post(url)
    assert client.post(url)["Location"] == "/devices/"
    proofs = with_factor(alice, tablet.factor)
    with pytest.raises(suspension.NothingChanged):
        suspension.take_back(phone=alice.phone, proofs=proofs, origin=Origin(VISITOR))
    assert alice.kinds() == ["phone:suspended", "phone:taken_back"]


def test_a_phone_that_was_unlinked_meanwhile_does_not_come_back(
    client: Client, alice: Person, tablet: Authenticator
) -> None:
    phone, url = alice.phone, url_of(alice)
    Phone.objects.filter(pk=phone.pk).delete()
    enter(client, alice, with_factor(alice, tablet.factor))
    assert client.post(url).status_code == 404
    proofs = with_factor(alice, tablet.factor)
    with pytest.raises(suspension.NothingChanged):
        suspension.take_back(phone=phone, proofs=proofs, origin=Origin(VISITOR))
