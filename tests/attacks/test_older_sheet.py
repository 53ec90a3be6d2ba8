"""Recovery codes that a thief makes without two-step leave the owner's older sheet valid."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authentication.factors import recovery_codes
from accounts.authentication.proofs import Strength
from tests.accounts.helpers import seen, type_password
from tests.attacks.test_thief_and_owner import link_in_mail_to
from tests.links import press_not_me
from tests.people import Person, enter, give_codes, give_phone

PAGE = "/security/recovery-codes/"
Browsers = Callable[..., Client]


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


@pytest.fixture
def owner(carol: Person) -> Person:
    """Carol, whose two-step verification is off and who keeps a sheet of codes."""
    give_codes(carol)
    return carol


def make(client: Client) -> list[str]:
    client.post(f"{PAGE}new/")
    page = client.get(PAGE).content.decode()
    return [part.partition("<")[0] for part in page.split("data-recovery-code>")[1:]]


def save(client: Client) -> list[str]:
    codes = make(client)
    client.post(PAGE, {"code": codes[0]})
    return codes


def counts(person: Person, code: str) -> bool:
    live = person.user.recovery_code_sets.live()
    typed = recovery_codes.clean(code)
    return any(recovery_codes.find(person.user, typed, within=row) for row in live)


def test_the_older_sheet_stays_for_as_long_as_it_can_be_taken_back(
    owner: Person, client: Client, clock: time_machine.Traveller
) -> None:
    type_password(client, owner)
    new = save(client)
    assert counts(owner, new[0])
    assert counts(owner, owner.codes[0])
    assert "Your older codes keep working too, until:" in seen(client.get(PAGE))
    clock.shift(settings.CHANGE_UNDO_AGE - timedelta(minutes=1))
    assert counts(owner, owner.codes[0])
    clock.shift(timedelta(minutes=2))
    assert not counts(owner, owner.codes[0])
    assert counts(owner, new[0])


def test_taking_the_new_codes_back_revives_the_older_sheet(
    owner: Person, client: Client, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    type_password(client, owner)
    new = save(client)
    clock.shift(timedelta(days=6))
    path = link_in_mail_to(owner.address, "New recovery codes were made")
    assert press_not_me(new_client(), path).status_code in (200, 302)
    assert not counts(owner, new[0])
    clock.shift(timedelta(days=60))
    assert counts(owner, owner.codes[0])


def test_making_them_again_and_again_never_ends_it(
    owner: Person, client: Client, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    type_password(client, owner)
    first = newest = save(client)
    for _each in range(2):
        clock.shift(timedelta(days=4))
        thief = new_client()
        type_password(thief, owner)
        newest = save(thief)
    assert not counts(owner, first[0]), "only one sheet that can be taken back counts"
    assert counts(owner, newest[0])
    assert counts(owner, owner.codes[0])
    press_not_me(new_client(), link_in_mail_to(owner.address, "New recovery codes were made"))
    assert not counts(owner, newest[0])
    clock.shift(timedelta(days=60))
    assert counts(owner, owner.codes[0])


def test_a_sheet_made_on_a_strong_step_ends_every_other(
    owner: Person, client: Client, new_client: Browsers
) -> None:
    thief = new_client()
    type_password(thief, owner)
    new = make(thief)
    give_phone(owner)
    enter(client, owner, Strength.TWO_STEP)
    own = save(client)
    assert counts(owner, own[0])
    assert not counts(owner, new[0])
    assert not counts(owner, owner.codes[0])
