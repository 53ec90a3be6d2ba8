"""The lost phone desk: said before, done at once, told line by line, and led on from."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.conf import settings as policy
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength
from accounts.models import RecoveryCode
from core.outbox.models import Message
from devices.models import Authenticator, Passkey, Phone, Session, TrustedBrowser
from tests.people import Person, code_of, enter, give_passkey, give_phone, lose, proved, trust

URL = "/devices/lost/"
pytestmark = pytest.mark.usefixtures("clock")


def saved_code(person: Person) -> list[Proof]:
    return [
        *proved(person, Strength.PASSWORD),
        Proof.now("recovery-code", Strength.RECOVERED, "accounts.set:1"),
    ]


def by_passkey(person: Person) -> list[Proof]:
    passkey = person.user.passkeys.get()
    return [
        *proved(person, Strength.PASSWORD),
        Proof.now("passkey", Strength.TWO_STEP, passkey.factor),
    ]


def test_a_lost_phone_goes_in_a_recovered_session(client: Client, alice: Person) -> None:
    since = alice.user.two_step_since
    enter(client, alice, Strength.RECOVERED)
    page = lose(client, alice)
    event = alice.user.events.get(kind="phone:unlinked")
    assert page["Location"] == f"/devices/unlinked/{event.public_id}/"
    assert event.details["lost"] is True
    assert not alice.user.phones.linked().exists()
    assert not Authenticator.objects.usable().exists()
    assert alice.reload().two_step_since == since


def test_the_only_phone_is_chosen_and_nothing_happens_before_the_press(
    client: Client, new_client: Any, alice: Person
) -> None:
    enter(new_client(), alice, Strength.TWO_STEP)
    enter(client, alice, Strength.RECOVERED)
    text = client.get(URL).content.decode()
    for line in (
        "Pixel 8 is lost",
        "Codes from the authenticator app on Pixel 8 stop working at once.",
        "We’ll sign out 1 other browser.",
        "This browser stays signed in.",
        "Two-step verification stays on.",
        "Recovery code",
        "Suspend it instead",
    ):
        assert line in text
    assert alice.phone.is_linked
    assert Session.objects.of(alice.user).count() == 2


def test_it_warns_of_text_messages_that_still_arrive(
    client: Client, alice: Person, settings: LazySettings
) -> None:
    words = "may still arrive on the lost phone"
    enter(client, alice, Strength.RECOVERED)
    settings.SMS_URL = ""
    assert words not in client.get(URL).content.decode()
    settings.SMS_URL = "memory:"
    assert words in client.get(URL).content.decode()


def test_of_several_phones_the_person_says_which(client: Client, alice: Person) -> None:
    second = give_phone(alice, "iPhone 15").phone
    enter(client, alice, Strength.RECOVERED)
    assert "Which phone is lost?" in client.get(URL).content.decode()
    assert "Tick the phone that is lost." in client.get(f"{URL}?go=1").content.decode()
    assert "iPhone 15 is lost" in client.get(f"{URL}?phone={second.public_id}").content.decode()
    assert client.post(URL)["Location"] == URL
    client.post(URL, {"phone": second.public_id})
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8"]


def test_several_phones_go_in_one_act_and_one_report(client: Client, alice: Person) -> None:
    give_phone(alice, "iPhone 15")
    both = {"phone": [phone.public_id for phone in alice.user.phones.all()]}
    enter(client, alice, Strength.RECOVERED)
    text = client.post(URL, both, follow=True).content.decode()
    assert "Pixel 8 is unlinked: its codes no longer work." in text
    assert "iPhone 15 is unlinked: its codes no longer work." in text
    assert "We keep what was on Pixel 8, iPhone 15 sealed until" in text
    assert not Authenticator.objects.usable().exists()
    assert alice.kinds() == ["phone:unlinked", "phone:unlinked"]


def test_all_go_or_none(client: Client, alice: Person, bob: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    wanted = {"phone": [alice.phone.public_id, bob.phone.public_id]}
    assert client.post(URL, wanted).status_code == 404
    assert alice.phone.is_linked
    assert bob.phone.is_linked
    assert alice.kinds() == bob.kinds() == []


@pytest.mark.parametrize("wanted", ["bob", "0", "-1", str(2**63), "", "None"])
def test_a_strangers_phone_is_not_found(
    client: Client, alice: Person, bob: Person, wanted: str
) -> None:
    wanted = str(bob.phone.public_id) if wanted == "bob" else wanted
    enter(client, alice, Strength.TWO_STEP)
    assert client.get(URL, {"phone": wanted}).status_code == 404
    assert client.post(URL, {"phone": wanted}).status_code == 404
    assert client.post(URL, {"phone": alice.phone.public_id, "passkey": wanted}).status_code == 404
    assert bob.phone.is_linked
    assert alice.phone.is_linked


def test_a_phone_that_is_not_proved_yet_cannot_be_lost(client: Client, alice: Person) -> None:
    begun = Phone.objects.create(user=alice.user, name="Begun")
    enter(client, alice, Strength.RECOVERED)
    assert client.post(URL, {"phone": begun.public_id}).status_code == 404


def test_a_double_click_is_told_once(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    form = {"phone": alice.phone.public_id}
    client.post(URL, form)
    assert client.post(URL, form).status_code == 404
    assert alice.kinds() == ["phone:unlinked"]


def test_a_stale_proof_does_nothing(client: Client, alice: Person) -> None:
    old = policy.STEP_UP_AGE.total_seconds() + 1
    stale = [
        Proof(proof.method, proof.strength, proof.at - old, proof.factor)
        for proof in proved(alice, Strength.RECOVERED)
    ]
    enter(client, alice, stale)
    for answer in (client.get(URL), lose(client, alice)):
        assert answer["Location"].startswith("/confirm/?next=%2Fdevices%2Flost%2F")
    assert alice.phone.is_linked


def test_the_report_says_what_was_done(client: Client, new_client: Any, alice: Person) -> None:
    enter(new_client(), alice, Strength.TWO_STEP)
    enter(client, alice, Strength.RECOVERED)
    text = client.post(URL, {"phone": alice.phone.public_id}, follow=True).content.decode()
    for line in (
        "Pixel 8 is unlinked: its codes no longer work.",
        "We keep what was on Pixel 8 sealed until",
        "1 other browser was signed out.",
        "Two-step verification stays on.",
        "We notified all your confirmed e-mail addresses.",
        "Find My",
    ):
        assert line in text
    assert "/devices/link/?next=/devices/unlinked/" in text


def test_trusted_browsers_are_counted_before_and_afterwards(
    client: Client, new_client: Any, alice: Person, settings: LazySettings
) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30
    trust(new_client(), alice)
    enter(client, alice, Strength.RECOVERED)
    words = "1 trusted browser will ask for the second step again."
    assert words in client.get(URL).content.decode()
    form = {"phone": alice.phone.public_id}
    assert words in client.post(URL, form, follow=True).content.decode()
    assert not TrustedBrowser.objects.exists()


def test_every_confirmed_address_is_told(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    told = set(Message.objects.filter(kind="phone:unlinked").values_list("recipient", flat=True))
    assert told == {row.address for row in alice.user.email_addresses.verified()}


def test_the_thiefs_next_click_is_refused_and_no_strangers(
    client: Client, new_client: Any, alice: Person, bob: Person
) -> None:
    thief = enter(new_client(), alice, Strength.TWO_STEP)
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    assert client.get("/devices/").status_code == 200
    assert thief.get("/devices/")["Location"].startswith("/sign-in/")
    assert stranger.get("/devices/").status_code == 200


def test_a_suspended_phone_can_be_unlinked_for_good(client: Client, alice: Person) -> None:
    Phone.objects.update(suspended_at=timezone.now())
    enter(client, alice, Strength.RECOVERED)
    text = client.get(URL).content.decode()
    assert "Pixel 8, which is suspended, stays unusable." in text
    assert "a code from the phone" not in text  # another device suspended it
    assert "Suspend it instead" not in text
    lose(client, alice)
    assert not alice.user.phones.linked().exists()
    assert not alice.user.phones.contestable().exists()


def test_a_recovered_session_removes_no_passkey(client: Client, alice: Person) -> None:
    give_passkey(alice)
    enter(client, alice, Strength.RECOVERED)
    text = client.get(URL).content.decode()
    assert "Your passkeys stay" in text
    assert 'name="passkey"' not in text
    form = {"phone": alice.phone.public_id, "passkey": alice.user.passkeys.get().public_id}
    assert client.post(URL, form)["Location"].startswith("/confirm/")
    assert alice.user.passkeys.count() == 1
    assert alice.phone.is_linked


def test_a_strong_session_removes_a_passkey_in_the_same_act(client: Client, alice: Person) -> None:
    give_passkey(alice, "In the phone")
    keeper = Proof.now("authenticator", Strength.TWO_STEP, give_phone(alice, "Tablet").factor)
    enter(client, alice, [*proved(alice, Strength.PASSWORD), keeper])
    phone, passkey = alice.phone, alice.user.passkeys.get()
    assert 'name="passkey"' in client.get(f"{URL}?phone={phone.public_id}").content.decode()
    form = {"phone": phone.public_id, "passkey": passkey.public_id}
    text = client.post(URL, form, follow=True).content.decode()
    assert "In the phone has been removed and no longer works here." in text
    assert not Passkey.objects.exists()
    assert alice.kinds() == ["phone:unlinked", "passkey:removed"]


def test_a_session_that_only_the_lost_phone_proved_ends_as_well(
    client: Client, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.post(URL, {"phone": alice.phone.public_id})["Location"] == "/sign-in/"
    assert not Session.objects.of(alice.user).exists()


def test_a_passkey_that_just_confirmed_something_is_not_lost(client: Client, alice: Person) -> None:
    give_passkey(alice)
    enter(client, alice, by_passkey(alice))
    form = {"phone": alice.phone.public_id, "passkey": alice.user.passkeys.get().public_id}
    assert client.post(URL, form)["Location"] == URL
    assert alice.kinds() == []


def test_it_leads_on_step_by_step(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, saved_code(alice))
    report = lose(client, alice)["Location"]
    text = client.get(report).content.decode()
    said = ["Set up your new phone", "Make new recovery codes", "Check your addresses and numbers"]
    assert [text.index(words) for words in said] == sorted(text.index(words) for words in said)
    assert "You used one to sign in." in text
    clock.shift(timedelta(minutes=1))
    begun = client.post(f"/devices/link/?next={report}", {"name": "Pixel 9"})["Location"]
    code = code_of(Authenticator.objects.latest("pk"))
    assert client.post(begun, {"code": code})["Location"] == report
    text = client.get(report).content.decode()
    assert "Pixel 9 is linked." in text
    assert "Set up a new phone" not in text


def test_few_codes_left_are_said_before_anything_else(client: Client, alice: Person) -> None:
    codes = RecoveryCode.objects.filter(code_set__user=alice.user)
    codes.exclude(pk__in=[row.pk for row in codes[:2]]).update(used_at=timezone.now())
    enter(client, alice, saved_code(alice))
    text = client.get(lose(client, alice)["Location"]).content.decode()
    assert "Codes left: 2." in text
    assert "You used one to sign in." not in text


def test_without_a_phone_it_says_so(client: Client, pia: Person) -> None:
    enter(client, pia, Strength.RECOVERED)
    assert "No phone is linked" in client.get(URL).content.decode()
    assert client.post(URL)["Location"] == URL


def test_it_takes_no_more_queries_with_more_phones(
    client: Client, alice: Person, django_assert_max_num_queries: Any
) -> None:
    enter(client, alice, Strength.RECOVERED)
    for number in range(6):
        give_phone(alice, f"Phone {number}")
    with django_assert_max_num_queries(4):
        assert client.get(URL).status_code == 200


def test_every_entry_leads_to_the_desk(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    link = f'href="{URL}?phone={alice.phone.public_id}"'
    for page in ("/devices/", "/sign-in/where-is-your-phone/"):
        assert link in client.get(page).content.decode()
