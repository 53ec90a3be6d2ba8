"""The hold: what was bound without the phone proves little until it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.proofs import Proof, Strength
from devices.models import Phone
from devices.models.authenticator import step_now
from tests.accounts.helpers import level_of, recover, seen, type_code, type_password
from tests.people import Person, enter

MINUTE = timedelta(minutes=1)
PROOFS = {
    "email": settings.RECOVERY_HOLD,
    "sms": settings.RECOVERY_HOLD,
    "recovery-code": settings.RECOVERY_HOLD_SAVED_CODE,
}


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def link(client: Client) -> Phone:
    """Link a new phone through the pages."""
    page = client.post("/devices/link/", {"name": "New phone"})["Location"]
    phone = Phone.objects.latest("pk")
    code = phone.authenticators.get().code_at(step_now())
    client.post(page, {"code": code})
    phone.refresh_from_db()
    assert phone.is_linked
    return phone


def counts_from(phone: Phone) -> datetime:
    return phone.authenticators.get().trusted_from


def code_of(phone: Phone) -> str:
    return phone.authenticators.get().code_at(step_now())


@pytest.mark.parametrize("method", PROOFS)
def test_a_phone_linked_without_the_old_one_waits(
    client: Client, alice: Person, method: str
) -> None:
    second = Proof.now(method, Strength.RECOVERED, f"accounts.{method}:1")
    enter(client, alice, [Proof.now("password", Strength.PASSWORD), second])
    assert counts_from(link(client)) == timezone.now() + PROOFS[method]
    assert "counts in full from" in seen(client.get("/security/two-step/"))


def test_a_phone_linked_after_a_strong_step_counts_at_once(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert counts_from(link(client)) == timezone.now()


def test_a_phone_linked_while_two_step_is_off_counts_at_once(client: Client, carol: Person) -> None:
    mail = Proof.now("email", Strength.RECOVERED, "accounts.email:1")
    enter(client, carol, [Proof.now("password", Strength.PASSWORD), mail])
    assert counts_from(link(client)) == timezone.now()


def test_no_hold_if_the_operator_wants_none(
    client: Client, alice: Person, settings: Settings
) -> None:
    settings.RECOVERY_HOLD = timedelta(0)
    enter(client, alice, Strength.RECOVERED)
    assert counts_from(link(client)) == timezone.now()


def test_a_held_phone_only_recovers_until_the_hold_is_over(
    client: Client,
    new_client: Callable[..., Client],
    alice: Person,
    clock: time_machine.Traveller,
) -> None:
    recover(client, alice)
    new = link(client)
    clock.shift(settings.RECOVERY_HOLD - MINUTE)
    early = new_client()
    type_password(early, alice)
    type_code(early, code_of(new), "/sign-in/authenticator/")
    assert level_of(early) == Strength.RECOVERED
    clock.shift(MINUTE)
    late = new_client()
    type_password(late, alice)
    type_code(late, code_of(new), "/sign-in/authenticator/")
    assert level_of(late) == Strength.TWO_STEP


def test_an_older_phone_ends_the_hold_at_the_sign_in(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    new = link(client)
    other = new_client()
    type_password(other, alice)
    type_code(other, alice.fresh_code(), "/sign-in/authenticator/")
    assert counts_from(new) <= timezone.now()
    assert alice.kinds().count("hold:ended") == 1


def test_an_older_phone_ends_the_hold_at_the_step_up(client: Client, alice: Person) -> None:
    recover(client, alice)
    new = link(client)
    type_code(client, alice.fresh_code(), "/confirm/authenticator/?for=two-step")
    assert counts_from(new) <= timezone.now()
    assert level_of(client) == Strength.TWO_STEP


def test_a_held_phone_does_not_end_its_own_hold(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    recover(client, alice)
    new = link(client)
    alice.user.phones.exclude(pk=new.pk).delete()
    clock.shift(MINUTE)
    type_code(client, code_of(new), "/confirm/authenticator/?for=recovered")
    assert alice.kinds()[-1] == "step_up:passed"
    assert counts_from(new) > timezone.now()
    assert level_of(client) == Strength.RECOVERED


def test_who_holds_only_a_held_phone_reads_from_when_it_counts(
    client: Client, alice: Person
) -> None:
    recover(client, alice)
    new = link(client)
    alice.user.phones.exclude(pk=new.pk).delete()
    answer = client.get(client.post("/security/two-step/off/")["Location"])
    assert answer.status_code == 403
    until = counts_from(new)
    assert f"It counts in full from: {until.day} {until:%b %Y}, {until:%H:%M}" in seen(answer)
    assert alice.reload().has_two_step


def test_who_has_no_phone_at_all_is_asked_to_link_one(client: Client, alice: Person) -> None:
    recover(client, alice)
    alice.user.phones.all().delete()
    answer = client.get(client.post("/security/two-step/off/")["Location"])
    assert answer.status_code == 403
    assert "Link a phone first." in seen(answer)
