"""Every primary button of every page, pressed once by somebody in each state of an account.

A main button that ends on a warning, on an error page or where it was pressed is a dead end: that
person gets no further. What is pressed is taken back afterwards, so that each press stands alone.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import Binding, User
from devices.models import Authenticator
from tests.accounts.helpers import recover, type_password
from tests.people import (
    Person,
    enter,
    enter_by_trust,
    give_address,
    give_codes,
    give_passkey,
    give_phone,
    make_person,
)
from tests.portal.buttons import walk
from tests.work import give_enrolment

# --- Each state of an account -------------------------------------------------------------------

State = Callable[[Client], None]


def nothing(client: Client) -> None:
    enter(client, make_person("nina"), Strength.PASSWORD)


def unconfirmed(client: Client) -> None:
    person = make_person("uma")
    enter(client, person, Strength.PASSWORD)
    person.user.email_addresses.update(verified_at=None)


def with_phone(client: Client) -> None:
    person = make_person("oscar")
    give_phone(person)
    enter(client, person, Strength.PASSWORD)


def with_codes(client: Client) -> None:
    person = make_person("orla")
    give_codes(person)
    enter(client, person, Strength.PASSWORD)


def all_but_on(client: Client) -> None:
    person = make_person("rita")
    give_phone(person)
    give_codes(person)
    enter(client, person, Strength.PASSWORD)


def all_and_proved(client: Client) -> None:
    person = make_person("ruth")
    give_phone(person)
    give_codes(person)
    enter(client, person, Strength.TWO_STEP)


def _on(name: str, **fields: Any) -> Person:
    person = make_person(name, two_step_since=timezone.now(), **fields)
    give_phone(person)
    give_codes(person)
    return person


def protected(client: Client) -> None:
    person = _on("paul")
    give_address(person)
    enter(client, person, Strength.TWO_STEP)


def without_codes(client: Client) -> None:
    person = make_person("wim", two_step_since=timezone.now())
    give_phone(person)
    enter(client, person, Strength.TWO_STEP)


def stale(client: Client) -> None:
    enter(client, _on("stan"), Strength.TWO_STEP)
    session = client.session
    for proof in session["proofs"]:
        proof["at"] -= 3600
    session.save()


def recovered(client: Client) -> None:
    enter(client, _on("rosa"), Strength.RECOVERED)


def held(client: Client) -> None:
    person = _on("hugo")
    until = timezone.now() + timedelta(days=3)
    Authenticator.objects.filter(user=person.user).update(trusted_from=until)
    User.objects.filter(pk=person.user.pk).update(held_until=until)
    row = Authenticator.objects.get(user=person.user)
    Binding.objects.create(
        user=person.user,
        kind="authenticator",
        subject=row.factor,
        name="Pixel 8",
        session="another",
        strength=Strength.RECOVERED,
        held_until=until,
        undo_until=until,
    )
    enter(client, person, Strength.RECOVERED)


def declined(client: Client) -> None:
    person = _on("dora")
    User.objects.filter(pk=person.user.pk).update(declined_steps=["email"])
    enter(client, person, Strength.TWO_STEP)


def passkey_only(client: Client) -> None:
    person = make_person("pete", two_step_since=timezone.now())
    give_passkey(person)
    enter(client, person, Strength.RECOVERED)


def trusted(client: Client) -> None:
    enter_by_trust(client, _on("tara"))


def enrolled(client: Client) -> None:
    person = _on("otto")
    give_enrolment(person)
    enter(client, person, Strength.TWO_STEP)


STATES = [
    nothing,
    unconfirmed,
    with_phone,
    with_codes,
    all_but_on,
    all_and_proved,
    protected,
    without_codes,
    stale,
    recovered,
    held,
    declined,
    passkey_only,
    trusted,
    enrolled,
]


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_primary_button_leads_on(client: Client, state: State) -> None:
    state(client)
    pressed, wrong = walk(client, "/security/")
    assert not wrong, "\n".join(wrong)
    assert pressed > (1 if state is trusted else 5)


def test_staff_press_every_primary_button(client: Client, root: Person, alice: Person) -> None:
    enter(client, root, Strength.TWO_STEP)
    pressed, wrong = walk(client, "/admin/")
    assert not wrong, "\n".join(wrong)
    assert pressed > 5


@pytest.mark.django_db
def test_strangers_press_every_primary_button(client: Client) -> None:
    pressed, wrong = walk(client, "/sign-in/")
    assert not wrong, "\n".join(wrong)
    assert pressed > 3


def test_the_half_signed_in_press_every_primary_button(client: Client, alice: Person) -> None:
    type_password(client, alice)
    pressed, wrong = walk(client, "/sign-in/another-way/", "/sign-in/authenticator/")
    assert not wrong, "\n".join(wrong)
    assert pressed > 3


def test_after_a_fall_back_every_primary_button_leads_on(client: Client, alice: Person) -> None:
    recover(client, alice)
    pressed, wrong = walk(client, "/sign-in/where-is-your-phone/")
    assert not wrong, "\n".join(wrong)
    assert pressed > 3


def test_the_locked_press_every_primary_button(client: Client, alice: Person) -> None:
    type_password(client, alice)
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    type_password(client, alice)  # the right one, after which the page says that it is locked
    pressed, wrong = walk(client, "/sign-in/", "/sign-in/authenticator/")
    assert not wrong, "\n".join(wrong)
    assert pressed > 3
