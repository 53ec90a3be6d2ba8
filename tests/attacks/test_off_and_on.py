"""Two-step verification switched off and on again: nothing of before counts once more."""

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import two_step
from accounts.models import SentCode, User
from accounts.proofs import Strength
from devices.models import LinkRequest, RestoreGrant
from portal.http import Client as Visitor
from tests.accounts.helpers import ask, is_in, mailbox, recover, type_code, type_password
from tests.attacks.test_thief_and_owner import link_phone
from tests.people import Person, enter
from tests.phones import give_app, grant

HERE = Visitor("192.0.2.7", "")
OFF = "/security/two-step/off/"
Browsers = Callable[..., Client]


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def off_and_on(client: Client, person: Person) -> None:
    """Switch it off through the page, and on again at once."""
    enter(client, person, Strength.TWO_STEP)
    assert client.post(OFF)["Location"] == "/security/two-step/"
    assert not person.reload().has_two_step
    User.objects.filter(pk=person.user.pk).update(two_step_since=timezone.now())
    person.reload()


def test_leave_to_open_the_backup_ends_also_that_of_the_session_itself(
    client: Client, alice: Person
) -> None:
    app = give_app(alice, client, phone=alice.phone)
    enter(client, alice, Strength.TWO_STEP)
    leave = grant(app, session=client.session.get("public_id", ""))
    off_and_on(client, alice)
    assert not RestoreGrant.objects.pending().filter(pk=leave.pk).exists()


def test_codes_that_link_a_phone_end(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post("/devices/app/")
    off_and_on(client, alice)
    assert not LinkRequest.objects.live().filter(user=alice.user).exists()


def test_trust_ends(client: Client, alice: Person) -> None:
    off_and_on(client, alice)
    assert not alice.user.trusted_browsers.exists()


def test_a_sign_in_that_was_under_way_begins_again(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    other = new_client()
    type_password(other, alice)
    ask(other, mailbox(alice), "/sign-in/email/")
    clock.shift(2)
    off_and_on(client, alice)
    assert not SentCode.objects.live().filter(user=alice.user, purpose="sign-in").exists()
    type_code(other, alice.fresh_code(), "/sign-in/authenticator/")
    assert not is_in(other)


def test_what_another_session_added_and_is_held_goes(new_client: Browsers, alice: Person) -> None:
    thief = new_client()
    recover(thief, alice)
    phone = link_phone(thief)
    assert phone.authenticators.get().is_held
    two_step.turn_off(alice.user, client=HERE, session="")
    assert not alice.user.phones.filter(pk=phone.pk).exists()
    assert alice.user.phones.linked().count() == 1
