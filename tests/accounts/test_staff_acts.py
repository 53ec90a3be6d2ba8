"""The page of each staff act says what it is called and what will happen, before it happens."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import User
from devices.models import Phone
from tests.accounts.helpers import seen
from tests.people import Person, enter
from tests.work import give_enrolment, make_organisation

NOTICE = "We’ll notify all confirmed e-mail addresses of the person, with your reason."


@pytest.fixture
def desk(client: Any, sue: Person) -> Any:
    """The browser of sue, at work."""
    return enter(client, sue, Strength.TWO_STEP)


def act(desk: Any, person: Person, path: str) -> str:
    """The words of the page of an act, which has to tell who is notified."""
    words = seen(desk.get(f"/admin/accounts/{person.user.public_id}/{path}/"))
    assert NOTICE in words
    return words


@pytest.mark.parametrize(
    ("path", "heading", "line", "button"),
    [
        ("lock", "Lock this account", "Phones, codes and the password stay", "Lock the account"),
        ("unlock", "Unlock this account", "with the same password", "Unlock the account"),
        ("freeze", "Freeze this account", "We’ll undo what was recently", "Freeze the account"),
        ("end-sessions", "End all sessions", "can sign in again at once", "Sign out everywhere"),
    ],
)
def test_acts_on_an_account(
    desk: Any, new_client: Any, alice: Person, path: str, heading: str, line: str, button: str
) -> None:
    enter(new_client(), alice, Strength.TWO_STEP)
    words = act(desk, alice, path)
    assert heading in words
    assert line in words
    assert f"{button} Leave it as it is" in words
    assert ("We’ll sign out 1 browser." in words) == (path != "unlock")


def test_without_a_session_nobody_is_signed_out(desk: Any, alice: Person) -> None:
    assert "No browser is signed in now." in act(desk, alice, "lock")


def test_the_unlinking_of_a_phone(desk: Any, alice: Person) -> None:
    words = act(desk, alice, f"phones/{alice.phone.public_id}/unlink")
    assert "Unlink Pixel 8" in words
    assert "a second colleague has to do the same" in words
    assert "Codes of the authenticator app on Pixel 8 stop working." in words
    assert "2 sign-in methods remain." in words


@pytest.mark.parametrize(
    ("outcome", "heading", "line"),
    [
        ("keep", "Give Pixel 8 back", "The phone is fully active again."),
        ("unlink", "Unlink Pixel 8", "We’ll unlink and erase the phone."),
    ],
)
def test_the_end_of_a_dispute(
    desk: Any, alice: Person, outcome: str, heading: str, line: str
) -> None:
    until = timezone.now() + timedelta(days=1)
    Phone.objects.filter(pk=alice.phone.pk).update(contested_until=until)
    User.objects.filter(pk=alice.user.pk).update(disputed_until=until)
    words = act(desk, alice, f"dispute/{outcome}")
    assert heading in words
    assert line in words
    assert ("a second colleague" in words) == (outcome == "unlink")


def test_acts_on_an_account_with_an_organisation(desk: Any, alice: Person) -> None:
    account = give_enrolment(alice, make_organisation("Acme"))
    words = act(desk, alice, f"enrolments/{account.public_id}/approve")
    assert "Allow a new code for Acme" in words
    assert "What works now keeps working until a code from the new phone is confirmed." in words
    words = act(desk, alice, f"enrolments/{account.public_id}/end")
    assert "End the account with Acme" in words
    assert "If it was set up, we’ll sign the person out everywhere." in words
    make_organisation("Other")
    words = act(desk, alice, "enrol")
    assert "Enrol in an organisation" in words
    assert "The account is active once a code from the phone is confirmed." in words
