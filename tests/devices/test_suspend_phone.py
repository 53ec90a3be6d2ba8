"""Suspending a phone: the first aid that can be undone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_otp import devices_for_user

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength, proofs_in
from core.outbox.models import Message
from core.web.http import RequestOrigin
from devices.factors.methods import AuthenticatorAppMethod
from devices.models import Phone, Session, TrustedBrowser
from devices.phones import suspension
from tests.people import Person, code_of, enter, give_passkey, give_phone, proved, trust

VISITOR = RequestOrigin("192.0.2.7", "")
pytestmark = pytest.mark.usefixtures("clock")


def url_of(person: Person) -> str:
    return f"/devices/{person.phone.public_id}/suspend/"


def suspend(person: Person) -> suspension.Suspending:
    return suspension.suspend(phone=person.phone, origin=Origin(VISITOR))


def test_a_recovered_session_suspends_and_two_step_stays_on(client: Client, alice: Person) -> None:
    since, secret = alice.user.two_step_since, alice.authenticator.secret
    enter(client, alice, Strength.RECOVERED)
    assert client.post(url_of(alice))["Location"] == "/devices/"
    assert alice.phone.suspended_at == timezone.now()
    assert alice.authenticator.secret == secret
    assert alice.reload().two_step_since == since
    assert alice.kinds() == ["phone:suspended"]


def test_the_page_says_before_what_will_happen(
    client: Client, new_client: Any, alice: Person
) -> None:
    enter(new_client(), alice, Strength.TWO_STEP)
    enter(client, alice, Strength.RECOVERED)
    text = client.get(url_of(alice)).content.decode()
    for line in (
        "Codes from the authenticator app on Pixel 8 stop working now.",
        "so that you can take it back",
        "We’ll sign out 1 other browser.",
        "This browser stays signed in.",
        "Two-step verification stays on.",
    ):
        assert line in text
    assert not alice.phone.is_suspended


def test_it_says_honestly_whether_it_can_be_undone(client: Client, alice: Person) -> None:
    cannot = "you can’t undo suspending it"
    itself = "sign in with your password and a code from the phone"
    enter(client, alice, Strength.TWO_STEP)
    assert cannot in client.get(url_of(alice)).content.decode()
    enter(client, alice, Strength.RECOVERED)  # what it takes away takes itself back
    text = client.get(url_of(alice)).content.decode()
    assert cannot not in text
    assert itself in text
    enter(client, alice, Strength.TWO_STEP)
    give_phone(alice, "Held", trusted_from=timezone.now() + timedelta(days=1))
    assert cannot in client.get(url_of(alice)).content.decode()
    give_passkey(alice)
    text = client.get(url_of(alice)).content.decode()
    assert cannot not in text
    assert itself not in text
    assert "sign in or confirm with one of these" in text
    assert "Passkeys don’t change" in text


def test_its_codes_open_nothing(client: Client, alice: Person) -> None:
    code, second = alice.code(), give_phone(alice, "iPhone 15")
    suspend(alice)
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    client.post("/sign-in/authenticator/", {"code": code})
    assert client.get("/devices/")["Location"].startswith("/sign-in/")
    client.post("/sign-in/authenticator/", {"code": code_of(second)})
    assert client.get("/devices/").status_code == 200


def test_it_counts_nowhere(client: Client, alice: Person) -> None:
    assert list(devices_for_user(alice.user))
    assert AuthenticatorAppMethod().ways(alice.user)
    suspend(alice)
    assert not list(devices_for_user(alice.user))
    assert not AuthenticatorAppMethod().ways(alice.user)
    enter(client, alice, Strength.RECOVERED)
    assert "Pixel 8" not in client.get("/confirm/another-way/").content.decode()
    assert client.post("/security/two-step/off/")["Location"].startswith("/confirm/")


def test_every_other_session_ends_and_trust_is_dropped(
    client: Client, new_client: Any, alice: Person, bob: Person
) -> None:
    trust(new_client(), alice)
    thief = enter(new_client(), alice, Strength.TWO_STEP)
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    enter(client, alice, Strength.RECOVERED)
    client.post(url_of(alice))
    assert client.get("/devices/").status_code == 200
    assert thief.get("/devices/")["Location"].startswith("/sign-in/")
    assert stranger.get("/devices/").status_code == 200
    assert not TrustedBrowser.objects.exists()


def test_a_session_that_only_the_phone_proved_ends_as_well(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert "sign you out here as well" in client.get(url_of(alice)).content.decode()
    assert client.post(url_of(alice))["Location"] == "/sign-in/"
    assert not Session.objects.of(alice.user).exists()


def test_what_the_phone_proved_is_forgotten(client: Client, alice: Person) -> None:
    mail = proved(alice, Strength.RECOVERED)[1]
    enter(client, alice, [*proved(alice, Strength.TWO_STEP), mail])
    client.post(url_of(alice))
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.RECOVERED


def test_every_confirmed_address_is_told(alice: Person) -> None:
    suspend(alice)
    told = set(Message.objects.filter(kind="phone:suspended").values_list("recipient", flat=True))
    assert told == {row.address for row in alice.user.email_addresses.verified()}


def test_suspended_twice_is_told_once(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    url = url_of(alice)
    client.post(url)
    since = alice.phone.suspended_at
    assert client.post(url)["Location"] == "/devices/"
    with pytest.raises(suspension.NothingChanged):
        suspend(alice)
    assert alice.phone.suspended_at == since
    assert alice.kinds() == ["phone:suspended"]


def test_a_phone_that_is_gone_is_not_suspended(alice: Person) -> None:
    phone = alice.phone
    phone.authenticators.all().delete()
    Phone.objects.filter(pk=phone.pk).delete()
    phone.pk = 0
    with pytest.raises(suspension.NothingChanged):
        suspension.suspend(phone=phone, origin=Origin(VISITOR))
    assert alice.kinds() == []


def test_a_strangers_phone_and_one_not_proved_are_not_found(
    client: Client, alice: Person, bob: Person
) -> None:
    begun = Phone.objects.create(user=alice.user, name="Begun")
    enter(client, alice, Strength.TWO_STEP)
    for phone in (bob.phone, begun):
        for act in ("suspend", "take-back"):
            for method in (client.get, client.post):
                assert method(f"/devices/{phone.public_id}/{act}/").status_code == 404
    assert not Phone.objects.suspended().exists()


def test_a_stale_proof_suspends_nothing(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    for method in (client.get, client.post):
        assert method(url_of(alice))["Location"].startswith("/confirm/")
    assert not alice.phone.is_suspended


def test_the_devices_page_shows_it_and_what_can_be_done(
    client: Client, alice: Person, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        give_phone(alice, f"Phone {number}")
    Phone.objects.update(suspended_at=timezone.now())
    enter(client, alice, Strength.RECOVERED)
    with django_assert_max_num_queries(10):
        text = client.get("/devices/").content.decode()
    assert text.count("Take it back") == 6
    assert "No phone is linked" not in text
    assert f"/devices/lost/?phone={alice.phone.public_id}" in text


def test_where_is_your_phone_offers_to_take_it_back(client: Client, alice: Person) -> None:
    suspend(alice)
    enter(client, alice, Strength.RECOVERED)
    text = client.get("/sign-in/where-is-your-phone/").content.decode()
    assert "I found it" in text
    assert f"/devices/{alice.phone.public_id}/take-back/" in text
    assert "it just didn’t work" not in text


def test_staff_see_since_when(client: Client, alice: Person, sue: Person) -> None:
    enter(client, sue, Strength.TWO_STEP)
    page = f"/admin/accounts/{alice.user.public_id}/"
    assert "suspended since" not in client.get(page).content.decode()
    suspend(alice)
    assert "suspended since" in client.get(page).content.decode()


def test_a_suspended_phone_takes_its_place(client: Client, alice: Person, settings: Any) -> None:
    settings.PHONES_A_PERSON = 1
    suspend(alice)
    enter(client, alice, Strength.RECOVERED)
    page = client.post("/devices/link/", {"name": "One more"})
    assert "which is the maximum" in page.content.decode()


def test_a_proof_of_the_phone_that_a_session_kept_by_mistake_is_no_proof(alice: Person) -> None:
    own = Proof.now("authenticator", Strength.TWO_STEP, alice.authenticator.factor)
    other = Proof.now("authenticator", Strength.TWO_STEP, give_phone(alice, "Tablet").factor)
    assert not suspension.is_proved(alice.phone, [own])
    assert suspension.is_proved(alice.phone, [own, other])
