"""The hold: what was bound without the phone proves little until it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication.proofs import Proof, Strength
from devices.models import Phone
from devices.models.authenticator import step_now
from tests.accounts.helpers import (
    addresses,
    is_in,
    level_of,
    recover,
    seen,
    told,
    type_code,
    type_password,
)
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
    assert "Can change what protects your account from:" in seen(client.get("/security/two-step/"))


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


def held(client: Client, person: Person, word: str) -> None:
    """Answer what is asked first of all."""
    row = person.user.bindings.asked().latest("pk")
    client.post("/security/added/", {word: str(row.public_id)})


def sign_in_with_the_app(client: Client, person: Person) -> Client:
    """Sign in as on an ordinary day."""
    type_password(client, person)
    type_code(client, person.fresh_code(), "/sign-in/authenticator/")
    return client


def test_the_owner_s_sign_in_ends_nobody_s_hold(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    new = link(client)
    owner = sign_in_with_the_app(new_client(), alice)
    assert counts_from(new) > timezone.now()
    assert "hold:ended" not in alice.kinds()
    assert owner.get("/security/")["Location"] == "/security/added/?next=%2Fsecurity%2F"
    assert "Authenticator app: New phone" in seen(owner.get("/security/added/"))


def test_the_owner_keeps_it(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    new = link(client)
    owner = sign_in_with_the_app(new_client(), alice)
    held(owner, alice, "keep")
    assert counts_from(new) <= timezone.now()
    assert alice.reload().held_until is None
    assert owner.get("/security/added/")["Location"] == "/security/"
    assert is_in(owner)


def test_the_owner_removes_it_and_the_thief_is_out(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    new = link(client)
    owner = sign_in_with_the_app(new_client(), alice)
    held(owner, alice, "remove")
    assert not Phone.objects.filter(pk=new.pk).exists()
    assert not is_in(client)
    assert owner.get("/security/added/")["Location"] == "/security/"
    assert is_in(owner)
    assert told("Undone: authenticator app") == addresses(alice.user)


def test_who_recovered_may_remove_what_another_session_added_and_keep_nothing(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    new = link(client)
    other = enter(new_client(), alice, Strength.RECOVERED)
    # The heading asks "Keep it or remove it?" of everybody; the button is for a strong proof.
    page = other.get("/security/added/").content.decode()
    assert 'name="remove"' in page
    assert 'name="keep"' not in page
    assert "To keep something before its waiting time ends" in page
    held(other, alice, "keep")
    assert counts_from(new) > timezone.now()
    held(other, alice, "remove")
    assert not Phone.objects.filter(pk=new.pk).exists()


def test_what_was_added_on_it_goes_with_it(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    first = link(client)
    first.authenticators.update(last_step=0)
    thief = new_client()
    type_password(thief, alice)
    type_code(thief, code_of(first), "/sign-in/authenticator/")
    second = link(thief)
    owner = enter(new_client(), alice, Strength.RECOVERED)
    row = alice.user.bindings.asked().earliest("pk")
    owner.post("/security/added/", {"remove": str(row.public_id)})
    assert not Phone.objects.filter(pk__in=[first.pk, second.pk]).exists()


def test_an_older_phone_ends_the_hold_of_its_own_session_at_the_step_up(
    client: Client, alice: Person
) -> None:
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
    assert f"it can confirm this from: {until.day} {until:%b %Y}, {until:%H:%M}" in seen(answer)
    assert alice.reload().has_two_step


def test_who_has_no_phone_at_all_is_asked_to_link_one(client: Client, alice: Person) -> None:
    recover(client, alice)
    alice.user.phones.all().delete()
    answer = client.get(client.post("/security/two-step/off/")["Location"])
    assert answer.status_code == 403
    assert "Set up a phone first." in seen(answer)
