"""People are invited where strangers cannot make an account."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import Invitation, User
from core.outbox.models import Message
from tests.accounts.helpers import is_in, mails_to, seen
from tests.links import open_link
from tests.people import PASSWORD, Person, enter

NEW = "newcomer@latchkey.example"
LINK = re.compile(r"https://testserver(/invitation/link/#\S+)")
pytestmark = pytest.mark.usefixtures("_closed")


@pytest.fixture
def _closed(settings: LazySettings) -> None:
    settings.SIGN_UP_OPEN = False


@pytest.fixture
def desk(client: Client, sue: Person) -> Client:
    """Sue's browser, at the staff pages."""
    return enter(client, sue, Strength.TWO_STEP)


def invite(desk: Client, address: str = NEW) -> Any:
    return desk.post("/admin/invitations/add/", {"email": address, "name": "Nora"}, follow=True)


def link_to(address: str = NEW) -> str:
    found = LINK.findall("\n".join(mails_to(address)))
    return str(found[-1])


def accept(browser: Client, link: str, password: str = PASSWORD) -> Any:
    if open_link(browser, link).status_code == 404:
        return browser.get("/invitation/")
    return browser.post("/invitation/", {"name": "Nora", "password": password}, follow=True)


def test_an_invited_person_makes_an_account_and_is_in(
    desk: Client, sue: Person, new_client: Callable[..., Client]
) -> None:
    assert "We’re sending an invitation to" in seen(invite(desk))
    guest = new_client()
    open_link(guest, link_to())
    assert NEW in seen(guest.get("/invitation/"))
    assert "Your account is ready" in seen(accept(guest, link_to()))
    assert is_in(guest)
    user = User.objects.get(email=NEW)
    assert user.name == "Nora"
    assert user.email_addresses.verified().count() == 1
    created = user.events.get(kind="account:created")
    assert created.actor_id == sue.user.pk
    assert NEW not in seen(desk.get("/admin/invitations/"))


def test_the_link_works_once(desk: Client, new_client: Callable[..., Client]) -> None:
    invite(desk)
    link = link_to()
    accept(new_client(), link)
    answer = accept(new_client(), link)
    assert answer.status_code == 404
    assert "This link does not work" in seen(answer)
    assert User.objects.filter(email=NEW).count() == 1


def test_a_look_at_the_link_uses_nothing_up(
    desk: Client, new_client: Callable[..., Client]
) -> None:
    invite(desk)
    for _each in range(3):
        browser = new_client()
        open_link(browser, link_to())
        browser.get("/invitation/")
    assert "Your account is ready" in seen(accept(new_client(), link_to()))


@pytest.mark.parametrize(
    ("after", "works"), [(timedelta(days=6, hours=23), True), (timedelta(days=7, seconds=1), False)]
)
def test_it_works_for_seven_days(
    sue: Person,
    new_client: Callable[..., Client],
    clock: time_machine.Traveller,
    after: timedelta,
    *,
    works: bool,
) -> None:
    invite(enter(new_client(), sue, Strength.TWO_STEP))
    clock.shift(after)
    accept(new_client(), link_to())
    assert User.objects.filter(email=NEW).exists() is works


def test_sent_again_only_the_newest_link_works(
    desk: Client, new_client: Callable[..., Client]
) -> None:
    invite(desk)
    older, row = link_to(), Invitation.objects.get()
    desk.post(f"/admin/invitations/{row.public_id}/send/")
    assert link_to() != older
    assert accept(new_client(), older).status_code == 404
    assert "Your account is ready" in seen(accept(new_client(), link_to()))


def test_withdrawn_it_is_dead(desk: Client, new_client: Callable[..., Client]) -> None:
    invite(desk)
    row = Invitation.objects.get()
    page = desk.post(f"/admin/invitations/{row.public_id}/withdraw/", follow=True)
    assert "The invitation is withdrawn" in seen(page)
    assert accept(new_client(), link_to()).status_code == 404
    assert not User.objects.filter(email=NEW).exists()
    page = desk.post(f"/admin/invitations/{row.public_id}/send/", follow=True)
    assert "accepted or withdrawn" in seen(page)


def test_an_address_is_invited_once_and_nobody_who_has_an_account(
    desk: Client, carol: Person
) -> None:
    invite(desk)
    assert "has already been invited" in seen(invite(desk, NEW.upper()))
    assert "There is already an account with this address." in seen(invite(desk, carol.address))
    assert Invitation.objects.count() == 1


def test_a_weak_password_leaves_the_link_alive(
    desk: Client, new_client: Callable[..., Client]
) -> None:
    invite(desk)
    guest = new_client()
    assert not User.objects.filter(email=NEW).exists()
    accept(guest, link_to(), "short")
    assert not User.objects.filter(email=NEW).exists()
    assert "Your account is ready" in seen(accept(guest, link_to()))


def test_whoever_is_signed_in_accepts_nothing(desk: Client) -> None:
    invite(desk)
    open_link(desk, link_to())
    assert "Sign out first" in seen(desk.get("/invitation/", follow=True))


@pytest.mark.parametrize("strength", [Strength.PASSWORD, Strength.RECOVERED])
def test_it_takes_staff_with_a_strong_proof(
    client: Client, sue: Person, alice: Person, strength: Strength
) -> None:
    enter(client, sue, strength)
    client.post("/admin/invitations/add/", {"email": NEW})
    enter(client, alice, Strength.TWO_STEP)
    assert client.post("/admin/invitations/add/", {"email": NEW}).status_code == 404
    assert not Invitation.objects.exists()


def test_one_member_of_staff_floods_nobody(desk: Client, settings: LazySettings) -> None:
    invite(desk)
    row = Invitation.objects.get()
    for _each in range(settings.INVITATIONS_AN_ADDRESS + 3):
        desk.post(f"/admin/invitations/{row.public_id}/send/")
    assert len(mails_to(NEW)) == settings.INVITATIONS_AN_ADDRESS


def test_neither_row_nor_page_holds_the_token(desk: Client) -> None:
    invite(desk)
    token = link_to().partition("#")[2]
    rows = [*Invitation.objects.values(), *Message.objects.values()]
    assert token not in str(rows)
    assert token not in desk.get("/admin/invitations/").content.decode()


# --- On the host --------------------------------------------------------------------------------


def run(*words: str, **options: Any) -> str:
    said = StringIO()
    call_command("add_person", *words, stdout=said, **options)
    return said.getvalue()


def test_the_command_invites_and_sends_again(
    db: None,
    new_client: Callable[..., Client],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert "We’re sending an invitation to" in run(NEW, name="Nora")
    older = link_to()
    with pytest.raises(CommandError, match="--again"):
        run(NEW)
    with django_capture_on_commit_callbacks(execute=True):
        run(NEW, again=True)
    assert link_to() != older
    assert "Your account is ready" in seen(accept(new_client(), link_to()))
    with pytest.raises(CommandError, match="account"):
        run(NEW)
    with pytest.raises(CommandError, match="no open invitation"):
        run(NEW, again=True)
