"""The only administrator lost everything: the operator opens the way back, loudly."""

import logging
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.authentication.proofs import Strength
from devices.models import Authenticator
from tests.accounts.helpers import addresses, is_in, told, type_password
from tests.links import open_link
from tests.people import Person, enter, give_address, give_passkey

REASON = "Root lost the phone and the sheet."


def recover(person: Person, **options: Any) -> str:
    said = StringIO()
    given = {"reason": REASON, "interactive": False, **options}
    call_command("recover_administrator", person.address, stdout=said, stderr=said, **given)
    return said.getvalue()


@pytest.fixture
def printed(
    root: Person, client: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> str:
    give_address(root)
    give_passkey(root)
    enter(client, root, Strength.TWO_STEP)
    with django_capture_on_commit_callbacks(execute=True):
        return recover(root)


def test_it_is_loud(
    printed: str, root: Person, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert "1 passkeys, 1 phones, 1 sheets of recovery codes" in printed
    assert not is_in(client)
    assert told("second step") >= addresses(root.user)
    event = root.user.events.get(kind="account:recovered_on_host")
    assert event.details["reason"] == REASON
    loud = [each for each in caplog.get_records("setup") if each.levelno == logging.CRITICAL]
    assert [REASON in each.getMessage() for each in loud] == [True]


def test_no_old_step_is_left_and_the_link_begins_again(
    printed: str, root: Person, new_client: Callable[..., Client]
) -> None:
    assert not Authenticator.objects.filter(user=root.user).exists()
    assert not root.user.passkeys.exists()
    browser = new_client()
    type_password(browser, root)
    assert is_in(browser)
    assert browser.get("/admin/accounts/").status_code == 302  # closed until a step is set up
    link = re.search(r"https://testserver(/set-up/link/#\S+)", printed)
    assert link
    assert open_link(browser, link[1])["Location"] == "/set-up/"
    assert browser.post("/set-up/")["Location"] == "/devices/link/"
    assert browser.get("/devices/link/").status_code == 200


def test_it_is_for_staff_with_a_reason(alice: Person, root: Person) -> None:
    with pytest.raises(CommandError, match="members of staff"):
        recover(alice)
    with pytest.raises(CommandError, match="reason"):
        recover(root, reason="lost")
    with pytest.raises(CommandError, match="--noinput"):
        recover(root, interactive=True)
    assert Authenticator.objects.filter(user=root.user).exists()
    assert "account:recovered_on_host" not in root.kinds()
