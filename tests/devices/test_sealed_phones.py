"""A phone that a recovered session takes away is kept, sealed, until that hold ends."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import options_for
from accounts.models import Enrolment, User
from core.outbox.models import Message
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.models import Authenticator, Installation, Phone
from devices.phones import sealing, suspension
from tests.devices.test_lost import saved_code
from tests.people import Person, code_of, enter, give_phone, lose, proved
from tests.phones import give_app
from tests.work import give_enrolment

VISITOR = RequestOrigin("192.0.2.7", "")


def by(person: Person, authenticator: Authenticator) -> list[Proof]:
    strong = Proof.now("authenticator", Strength.TWO_STEP, authenticator.factor)
    return [*proved(person, Strength.PASSWORD), strong]


def row_of(person: Person) -> Phone:
    return person.user.phones.get(name="Pixel 8")


@pytest.fixture
def lost(client: Client, alice: Person, clock: time_machine.Traveller) -> Person:
    """Alice, whose phone a session called lost that had proved a code by mail."""
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    return alice


def test_the_rows_stay_and_open_nothing(lost: Person, new_client: Any) -> None:
    assert Authenticator.objects.filter(user=lost.user).count() == 1
    assert not lost.user.phones.linked().exists()
    assert not Authenticator.objects.usable().filter(user=lost.user).exists()
    assert "authenticator" not in {way.slug for way in options_for(lost.user)}
    thief = new_client()
    thief.post("/sign-in/", {"email": lost.address, "password": lost.password})
    authenticator = Authenticator.objects.get(user=lost.user)
    step = authenticator.last_step + 1
    code = authenticator.code_at(step)
    thief.post("/sign-in/authenticator/", {"code": code})
    assert thief.get("/devices/")["Location"].startswith("/sign-in/")


def test_they_are_erased_once_the_hold_has_ended_and_not_before(
    lost: Person, clock: time_machine.Traveller
) -> None:
    clock.shift(settings.RECOVERY_HOLD - timedelta(seconds=1))
    housekeeping.run()
    assert Authenticator.objects.filter(user=lost.user).exists()
    clock.shift(timedelta(seconds=2))
    housekeeping.run()
    assert not Phone.objects.filter(user=lost.user).exists()
    assert not Authenticator.objects.filter(user=lost.user).exists()


def test_a_saved_code_keeps_it_for_its_own_shorter_hold(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, saved_code(alice))
    lose(client, alice)
    wanted = timezone.now() + settings.RECOVERY_HOLD_SAVED_CODE
    until = row_of(alice).sealed_until
    assert until is not None
    assert abs(until - wanted) < timedelta(seconds=1)


def test_from_a_strong_session_it_is_gone_at_once(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    tablet = give_phone(alice, "Tablet")
    enter(client, alice, by(alice, tablet))
    phone = row_of(alice)
    page = client.get(f"/devices/lost/?phone={phone.public_id}").content.decode()
    assert "We’ll erase its secret here." in page
    assert "sealed until" not in page
    lose(client, alice)
    assert [row.name for row in alice.user.phones.all()] == ["Tablet"]


def test_the_page_and_the_report_say_which_with_the_date(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.RECOVERED)
    page = client.get("/devices/lost/").content.decode()
    assert "keep what was on it sealed until" in page
    assert "We’ll erase its secret here." not in page
    report = client.post("/devices/lost/", {"phone": row_of(alice).public_id}, follow=True)
    text = report.content.decode()
    assert "We keep what was on Pixel 8 sealed until" in text
    assert "with your password and a code from the phone" in text
    assert "Its secret is erased." not in text
    listed = client.get("/devices/").content.decode()
    assert "reported lost" in listed
    assert "Take it back" in listed


def test_without_a_hold_it_is_gone_at_once(
    client: Client, alice: Person, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    settings.RECOVERY_HOLD = timedelta(0)
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    assert not Phone.objects.filter(user=alice.user).exists()


def test_a_phone_that_is_held_itself_goes_at_once(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    held = give_phone(alice, "Held", trusted_from=timezone.now() + settings.RECOVERY_HOLD)
    enter(client, alice, Strength.RECOVERED)
    client.post("/devices/lost/", {"phone": held.phone.public_id})
    assert not Phone.objects.filter(name="Held").exists()


def test_nobody_fills_the_account_with_phones_that_are_kept(
    client: Client, alice: Person, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    settings.PHONES_A_PERSON = 2
    enter(client, alice, Strength.RECOVERED)
    now = timezone.now()
    for number in range(4):
        phone = Phone.objects.create(user=alice.user, name=f"App {number}", linked_at=now)
        client.post("/devices/lost/", {"phone": phone.public_id})
    assert alice.user.phones.sealed().count() == 2
    lose(client, alice)
    assert row_of(alice).sealed_until is not None


def test_the_app_neither_saves_nor_reads_and_is_unlinked_in_the_end(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    app = give_app(alice, client, phone=row_of(alice))
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    row = Installation.objects.get(pk=app.installation.pk)
    assert row.is_suspended
    assert not row.is_unlinked
    clock.shift(settings.RECOVERY_HOLD + timedelta(seconds=1))
    housekeeping.run()
    assert Installation.objects.get(pk=app.installation.pk).is_unlinked


def test_a_phone_replaced_in_a_recovered_session_is_kept_too(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    old = row_of(alice)
    enter(client, alice, Strength.RECOVERED)
    answer = client.post(f"/devices/new-phone/?replaces={old.public_id}", {"name": "Pixel 9"})
    newest = Authenticator.objects.order_by("-pk")[0]
    client.post(answer["Location"], {"code": code_of(newest)})
    assert [row.name for row in alice.user.phones.linked()] == ["Pixel 9"]
    assert row_of(alice).sealed_until is not None
    assert Authenticator.objects.filter(phone=old).exists()


def test_another_device_takes_it_back_at_once_and_in_full(
    client: Client, new_client: Any, alice: Person, clock: time_machine.Traveller
) -> None:
    tablet = give_phone(alice, "Tablet")
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    owner = enter(new_client(), alice, by(alice, tablet))
    url = f"/devices/{row_of(alice).public_id}/take-back/"
    assert "The next code on Pixel 8 works again." in owner.get(url).content.decode()
    assert owner.post(url)["Location"] == "/devices/"
    assert row_of(alice).is_linked
    assert not alice.reload().is_disputed
    assert not alice.authenticator.is_held
    assert client.get("/devices/")["Location"].startswith("/sign-in/")


def test_a_recovered_session_does_not_take_it_back(client: Client, lost: Person) -> None:
    answer = client.post(f"/devices/{row_of(lost).public_id}/take-back/")
    assert answer.status_code == 403
    assert row_of(lost).sealed_until is not None


def test_erasing_races_no_taking_back(lost: Person, clock: time_machine.Traveller) -> None:
    phone = row_of(lost)
    clock.shift(settings.RECOVERY_HOLD + timedelta(seconds=1))
    assert not sealing.open_again(phone)
    assert sealing.erase_ended() == 1
    assert sealing.erase_ended() == 0


def test_an_account_with_an_organisation_needs_action_until_it_is_taken_back(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    tablet = give_phone(alice, "Tablet")
    enrolment = give_enrolment(alice, state=Enrolment.State.ENROLLED)
    work = Authenticator(user=alice.user, phone=row_of(alice), enrolment=enrolment, name="work")
    work.draw_secret()
    work.save()
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ACTION_REQUIRED
    suspension.take_back(phone=row_of(alice), proofs=by(alice, tablet), origin=Origin(VISITOR))
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ENROLLED


def test_the_mail_says_how_it_is_taken_back(lost: Person) -> None:
    mails = [each for each in mail.outbox if "unlinked" in each.subject]
    assert mails
    for each in mails:
        assert "we keep the phone sealed until" in " ".join(str(each.body).split())
        assert "/sign-in/" in str(each.body)
        assert "/password/reset/" in str(each.body)


def test_every_address_is_told(lost: Person) -> None:
    rows = Message.objects.filter(kind="phone:unlinked").values_list("recipient", flat=True)
    assert set(rows) == {row.address for row in lost.user.email_addresses.verified()}
    assert User.objects.get(pk=lost.user.pk).has_two_step
