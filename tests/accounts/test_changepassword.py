"""The operator sets a password on the host: the person is told, and signed out."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.authentication.proofs import Strength
from tests.accounts.helpers import addresses, is_in, told
from tests.people import Person, enter, sign_in

NEW = "a quite different long password"


def change(person: Person, password: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    said = StringIO()
    call_command("changepassword", person.address, interactive=False, stdout=said, stderr=said)
    return said.getvalue()


def test_it_leaves_an_event_and_a_notice_and_ends_sessions(
    client: Client,
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert "We notified them" in change(alice, NEW, monkeypatch)
    assert alice.kinds()[-1] == "password:changed"
    assert told("password") >= addresses(alice.user)
    assert not is_in(client)
    alice.reload()
    alice.password = NEW
    assert sign_in(client, alice).status_code == 302
    assert is_in(client)


def test_a_weak_password_is_refused_with_its_reason(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="at least"):
        change(alice, "short", monkeypatch)
    assert "password:changed" not in alice.kinds()


def test_nobody_is_told_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="no account with this address"):
        call_command("changepassword", "nobody@latchkey.example", interactive=False)


def test_without_a_terminal_it_asks_for_noinput(alice: Person) -> None:
    with pytest.raises(CommandError, match="--noinput"):
        call_command("changepassword", alice.address)
