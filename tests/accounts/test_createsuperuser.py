"""The commands about staff: a first superuser, set-up links, who is staff, keys."""

from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from re import search
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.management.commands import createsuperuser
from accounts.models import Role, User
from tests.links import open_link
from tests.people import Person, enter, make_person, proved

ADDRESS = "first@example.org"
GOOD = "seven green apples on a hill"


def run(*words: str, **options: Any) -> str:
    said = StringIO()
    call_command(*words, stdout=said, stderr=said, **options)
    return said.getvalue()


def make(monkeypatch: pytest.MonkeyPatch, password: str = GOOD, address: str = ADDRESS) -> str:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    return run("createsuperuser", "--noinput", "--email", address)


def link_in(said: str) -> str:
    found = search(r"/set-up/link/#\S+", said)
    assert found
    return found[0]


def test_the_superuser_sets_the_second_step_up_with_the_link(
    db: None, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = make(monkeypatch)
    assert "works once, for 10 minutes" in said
    assert f"manage.py setup_link {ADDRESS}" in said
    assert f"{settings.PORTAL_ORIGIN}/set-up/" in said
    answer = open_link(client, link_in(said))
    assert answer.url == "/set-up/"
    answer = client.get(answer.url)
    client.post(answer.url, {"email": ADDRESS, "password": GOOD})
    assert client.post("/set-up/").url == "/devices/link/"
    assert "Name of the phone" in client.get("/devices/link/").text
    assert client.get("/admin/").status_code == 302


def test_the_link_works_once(
    db: None, new_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_in(make(monkeypatch))
    answers = []
    for _twice in range(2):
        client = new_client()
        client.post("/sign-in/", {"email": ADDRESS, "password": GOOD})
        open_link(client, link)
        answers.append(client.post("/set-up/").url)
    assert answers == ["/devices/link/", "/security/two-step/"]


def test_the_link_ends_after_ten_minutes_and_with_a_newer_one(
    db: None, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = link_in(make(monkeypatch))
    second = link_in(run("setup_link", ADDRESS))
    client.post("/sign-in/", {"email": ADDRESS, "password": GOOD})
    open_link(client, first)
    assert client.post("/set-up/").url == "/security/two-step/"
    open_link(client, second)
    with time_machine.travel(timezone.now() + settings.SET_UP_LINK_AGE + timedelta(seconds=1)):
        assert client.post("/set-up/").url == "/security/two-step/"
    assert client.post("/set-up/").url == "/devices/link/"


@pytest.mark.parametrize("password", ["", "short", ADDRESS, "aaaaaaaaaaaaaaaaaaaa", "x" * 2000])
def test_a_weak_password_makes_nobody(
    db: None, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    with pytest.raises(CommandError):
        make(monkeypatch, password)
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "x" * 300 + "@example.org"])
def test_a_bad_address_makes_nobody(
    db: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with pytest.raises(CommandError):
        make(monkeypatch, address=address)
    assert not User.objects.exists()


def test_a_taken_address_makes_nobody(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    second = alice.user.email_addresses.order_by("-pk")[0].address
    for address in (alice.address, alice.address.upper(), second):
        with pytest.raises(CommandError, match="This address is already in use"):
            make(monkeypatch, address=address)
    assert User.objects.count() == 1


def test_at_a_terminal_it_asks_until_the_answers_are_good(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = iter(["nobody", ADDRESS])
    passwords = iter(["short", GOOD, "something else", GOOD, GOOD])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(addresses))
    monkeypatch.setattr(createsuperuser, "getpass", lambda _prompt: next(passwords))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    said = run("createsuperuser")
    assert "valid email" in said
    assert "Use at least 15 characters" in said
    assert "do not match" in said
    assert link_in(said)
    assert User.objects.get().check_password(GOOD)


def test_without_a_terminal_it_says_what_to_do(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(CommandError, match="--noinput"):
        run("createsuperuser")


def test_a_set_up_link_is_for_staff_without_two_step(carol: Person, sue: Person) -> None:
    for person in (carol, sue):
        with pytest.raises(CommandError):
            run("setup_link", person.address)
    with pytest.raises(CommandError, match="no account with this address"):
        run("setup_link", "nobody@example.org")


def test_staff_are_made_and_unmade_by_the_operator(client: Any, carol: Person) -> None:
    enter(client, carol, proved(carol, Strength.PASSWORD))
    said = run("staff", carol.address.upper())
    assert "is now support" in said
    assert link_in(said)
    assert client.get("/security/").status_code == 302
    assert carol.reload().is_staff
    assert "was already support" in run("staff", carol.address)
    assert "is now recovery officer" in run("staff", carol.address, "--role", "recovery-officer")
    assert "no longer staff" in run("staff", carol.address, "--remove")
    assert "was not staff" in run("staff", carol.address, "--remove")
    assert carol.kinds() == [*["account:role_given"] * 2, "account:staff_revoked"]


def test_a_locked_member_of_staff_gets_no_link(db: None) -> None:
    locked = make_person("locked", role=Role.SUPPORT, is_active=False)
    with pytest.raises(CommandError):
        run("setup_link", locked.address)
    assert "/set-up/" not in run("staff", locked.address)


def test_a_sealing_key_is_fresh_and_of_32_bytes(settings: Any) -> None:
    settings.SEALING_KEYS = []
    entries = {run("sealing_key").strip() for _twice in range(2)}
    assert len(entries) == 2
    for entry in entries:
        name, _, key = entry.partition(":")
        assert name
        assert len(b64decode(key, validate=True)) == 32
