"""Rows of docs/threats.md that no other file tells."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.authentication.proofs import Proof, Strength
from devices.models import Phone, PhoneCommand
from tests.accounts.helpers import is_in, level_of, mails_to, recover, type_code, type_password
from tests.attacks.test_thief_and_owner import CONTACTS, link_in_mail_to, prove_mailbox
from tests.attacks.tools import NEW_PASSWORD, reset, reset_path
from tests.devices.test_api_heartbeat import BEAT
from tests.links import press_not_me
from tests.people import Person, enter, give_address, give_number, give_passkey
from tests.phones import give_app

Browsers = Callable[..., Client]


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def test_a_number_that_was_removed_comes_back_by_the_notice(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    number = give_number(carol)
    type_password(client, carol)
    prove_mailbox(client, carol)
    client.post(f"{CONTACTS}{number.public_id}/remove/")
    assert not carol.user.phone_numbers.exists()
    press_not_me(new_client(), link_in_mail_to(carol.address, "removed"))
    back = carol.user.phone_numbers.get()
    assert (back.number, back.is_verified) == (number.number, True)
    assert not is_in(client)


def test_what_a_strong_session_changed_no_link_takes_back(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    address: Any = give_address(alice)
    enter(client, alice, Strength.TWO_STEP)
    client.post(f"{CONTACTS}{address.public_id}/remove/")
    assert not alice.user.email_addresses.filter(pk=address.pk).exists()
    press_not_me(new_client(), link_in_mail_to(alice.address, "removed"))
    assert not alice.user.email_addresses.filter(pk=address.pk).exists()
    assert not is_in(client), "the press ends the sessions all the same"


def test_a_changed_password_is_undone_by_the_reset_which_ends_every_session(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    type_password(client, carol)
    form = {"password": carol.password, "new_password": "another horse battery staple"}
    client.post("/security/password/", form)
    assert not carol.reload().check_password(carol.password)
    assert mails_to(carol.address)
    owner = new_client()
    reset(owner, reset_path(owner, carol))
    assert carol.reload().check_password(NEW_PASSWORD)
    assert not is_in(client)


def test_a_password_that_a_recovered_session_changed_is_undone_by_the_reset(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    recover(client, alice)
    form = {"password": alice.password, "new_password": "another horse battery staple"}
    client.post("/security/password/", form)
    assert not alice.reload().check_password(alice.password)
    owner = new_client()
    reset(owner, reset_path(owner, alice))
    assert not is_in(client)
    alice.reload()
    assert alice.user.check_password(NEW_PASSWORD)
    owner.post("/sign-in/", {"email": alice.address, "password": NEW_PASSWORD})
    assert not is_in(owner), "you still need your second step"
    type_code(owner, alice.fresh_code(), "/sign-in/authenticator/")
    assert level_of(owner) == Strength.TWO_STEP


def test_a_phone_that_a_strong_session_suspended_is_taken_back_by_another_device(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    phone = alice.phone
    give_passkey(alice)
    enter(client, alice, Strength.TWO_STEP)
    client.post(f"/devices/{phone.public_id}/suspend/")
    assert Phone.objects.filter(pk=phone.pk, suspended_at__isnull=False).exists()
    passkey = alice.user.passkeys.get()
    proofs = [
        Proof.now("password", Strength.PASSWORD),
        Proof.now("passkey", Strength.TWO_STEP, passkey.factor),
    ]
    owner = enter(new_client(), alice, proofs)
    owner.post(f"/devices/{phone.public_id}/take-back/")
    assert Phone.objects.filter(pk=phone.pk, suspended_at__isnull=True).exists()


def test_an_order_that_a_thief_called_off_is_given_again(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    app = give_app(alice, new_client(), "Pixel 8", phone=alice.phone, accounts=34)
    lost = {"phone": str(alice.phone.public_id), "wipe": "1"}
    enter(client, alice, Strength.RECOVERED).post("/devices/lost/", lost)
    thief = enter(new_client(), alice, Strength.RECOVERED)
    thief.post(f"/devices/app/orders/{PhoneCommand.objects.get().public_id}/call-off/")
    assert app.post("heartbeat", BEAT).json()["commands"] == []
    event = alice.user.events.get(kind="phone:unlinked")
    owner = enter(new_client(), alice, Strength.RECOVERED)
    owner.post(f"/devices/unlinked/{event.public_id}/wipe/")
    told = app.post("heartbeat", BEAT).json()["commands"]
    assert [each["kind"] for each in told] == ["lock"]
