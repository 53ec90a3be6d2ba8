"""Rows of docs/threats.md that no other file tells, and that each row names tests that exist."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.proofs import Strength
from tests.accounts.helpers import is_in, mails_to, type_password
from tests.attacks.test_thief_and_owner import CONTACTS, link_in_mail_to, prove_mailbox
from tests.attacks.tools import NEW_PASSWORD, reset, reset_path
from tests.links import press_not_me
from tests.people import Person, enter, give_address, give_number

Browsers = Callable[..., Client]
NAMED = re.compile(r"`(?:tests/(\w+)/)?(test_\w+)(?:\.py)?`")


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def test_every_test_that_a_row_names_exists() -> None:
    text = Path(settings.BASE_DIR, "docs/threats.md").read_text(encoding="utf-8")
    found = NAMED.findall(text)
    assert len(found) > 20
    tests = Path(settings.BASE_DIR, "tests")
    for place, name in found:
        assert list(tests.glob(f"{place or '*'}/{name}.py")), (place, name)


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
