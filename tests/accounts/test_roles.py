"""Roles of staff: who may do what to whom, on the pages and in the acts themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client

from accounts import by_staff, staff
from accounts.authentication.proofs import Strength
from accounts.links import invitations
from accounts.models import Invitation, Role, User
from tests.live import at_once
from tests.people import Person, enter, protected, the_passkey, the_session
from tests.work import give_enrolment, make_organisation

Browsers = Callable[..., Client]
WHY = "He starts on Monday at the help desk."
LOOK, SUPPORT, OFFICER, ADMINISTRATOR = (role for role in Role if role)

PAGES: dict[str, Role] = {
    "/admin/accounts/": LOOK,
    "/admin/accounts/{user}/": LOOK,
    "/admin/accounts/{user}/activity/": LOOK,
    "/admin/accounts/{user}/handshake/": LOOK,
    "/admin/accounts/{user}/notes/": LOOK,
    "/admin/invitations/": LOOK,
    "/admin/organisations/": LOOK,
    "/admin/organisations/{organisation}/": LOOK,
    "/admin/requests/": LOOK,
    "/admin/log/": LOOK,
    "/admin/log/export/": LOOK,
    "/admin/accounts/{user}/freeze/": SUPPORT,
    "/admin/accounts/{user}/lock/": SUPPORT,
    "/admin/accounts/{user}/unlock/": SUPPORT,
    "/admin/accounts/{user}/end-sessions/": SUPPORT,
    "/admin/accounts/{user}/phones/{phone}/unlink/": SUPPORT,
    "/admin/accounts/{user}/passkeys/{passkey}/remove/": SUPPORT,
    "/admin/accounts/{user}/sessions/{session}/end/": SUPPORT,
    "/admin/accounts/{user}/discard-codes/": SUPPORT,
    "/admin/accounts/{user}/name/": SUPPORT,
    "/admin/accounts/{user}/require-password/": SUPPORT,
    "/admin/accounts/{user}/send-reset/": SUPPORT,
    "/admin/accounts/{user}/open-case/": SUPPORT,
    "/admin/accounts/bulk/?act=lock&account={user}": SUPPORT,
    "/admin/accounts/{user}/enrol/": SUPPORT,
    "/admin/accounts/{user}/enrolments/{enrolment}/approve/": SUPPORT,
    "/admin/accounts/{user}/enrolments/{enrolment}/decline/": SUPPORT,
    "/admin/accounts/{user}/enrolments/{enrolment}/end/": SUPPORT,
    "/admin/invitations/add/": SUPPORT,
    "/admin/accounts/{user}/dispute/keep/": OFFICER,
    "/admin/accounts/{user}/dispute/unlink/": OFFICER,
    "/admin/accounts/{user}/role/": ADMINISTRATOR,
    "/admin/organisations/add/": ADMINISTRATOR,
    "/admin/organisations/{organisation}/edit/": ADMINISTRATOR,
    "/admin/organisations/{organisation}/members/{user}/manager/give/": ADMINISTRATOR,
}


def role_page(person: Person) -> str:
    return f"/admin/accounts/{person.user.public_id}/role/"


@pytest.mark.parametrize("role", [role for role in Role if role])
def test_each_role_does_what_it_may_and_nothing_more(
    client: Client, alice: Person, role: Role
) -> None:
    passkey, session = the_passkey(alice), the_session(alice)
    enrolment = give_enrolment(alice)
    other = make_organisation("Second firm")
    ids = {
        "user": alice.user.public_id,
        "phone": alice.phone.public_id,
        "passkey": passkey.public_id,
        "session": session.public_id,
        "enrolment": enrolment.public_id,
        "organisation": other.public_id,
    }
    enter(client, protected("colleague", role=role), Strength.TWO_STEP)
    refused = {
        page
        for page in PAGES
        if 403
        in (
            client.get(page.format(**ids)).status_code,
            *([client.post(page.format(**ids), {}).status_code] if PAGES[page] > LOOK else []),
        )
    }
    assert refused == {page for page, least in PAGES.items() if role < least}
    assert set(alice.kinds()) <= {"staff:looked"}


@pytest.mark.parametrize("role", [role for role in Role if role])
def test_the_page_of_an_account_offers_what_the_role_may(
    client: Client, alice: Person, role: Role
) -> None:
    enter(client, protected("colleague", role=role), Strength.TWO_STEP)
    base = f"/admin/accounts/{alice.user.public_id}/"
    text = client.get(base).text
    offered = {act for act in ("lock", "freeze", "enrol", "role") if f'href="{base}{act}/"' in text}
    least = {"lock": SUPPORT, "freeze": SUPPORT, "enrol": SUPPORT, "role": ADMINISTRATOR}
    assert offered == {act for act, needed in least.items() if role >= needed}
    assert ("Your role lets you look at accounts." in text) == (role == LOOK)


def test_an_auditor_neither_invites_nor_withdraws(client: Client, sue: Person) -> None:
    row = invitations.invite(actor=sue.user, address="new@example.org")
    enter(client, protected("auditor", role=LOOK), Strength.TWO_STEP)
    assert "new@" in client.get("/admin/invitations/").text
    assert f"/admin/invitations/{row.public_id}/" not in client.get("/admin/invitations/").text
    for act in ("send", "withdraw"):
        assert client.post(f"/admin/invitations/{row.public_id}/{act}/").status_code == 403
    assert Invitation.objects.open().count() == 1


def test_an_administrator_makes_somebody_staff_who_then_works(
    new_client: Browsers, root: Person, bob: Person, alice: Person
) -> None:
    theirs = enter(new_client(), bob, Strength.TWO_STEP)
    boss = enter(new_client(), root, Strength.TWO_STEP)
    assert theirs.get("/admin/accounts/").status_code == 404
    answer = boss.post(role_page(bob), {"role": SUPPORT, "reason": WHY}, follow=True)
    assert "Their role is now: Support." in answer.text
    assert theirs.get("/security/")["Location"].startswith("/sign-in/")  # signed out
    assert bob.kinds() == ["account:role_given", "staff:looked"]
    (notice,) = [sent for sent in mail.outbox if bob.address in sent.to]
    assert "Role on the staff pages is now support." in notice.body
    assert WHY in notice.body
    enter(theirs, bob, Strength.TWO_STEP)
    assert "Role on the staff pages is now support" in theirs.get("/security/activity/").text
    page = f"/admin/accounts/{alice.user.public_id}/"
    assert "Lock this account" in theirs.get(page).text
    boss.post(role_page(bob), {"role": Role.NONE, "reason": WHY})
    assert bob.kinds() == ["account:role_given", "staff:looked", "account:staff_revoked"]
    enter(theirs, bob, Strength.TWO_STEP)
    assert theirs.get(page).status_code == 404


def test_nobody_becomes_staff_by_a_password_alone(
    client: Client, root: Person, carol: Person
) -> None:
    enter(client, root, Strength.TWO_STEP)
    answer = client.post(role_page(carol), {"role": SUPPORT, "reason": WHY})
    assert "has to turn on two-step verification" in answer.text
    assert WHY in answer.text
    assert carol.reload().role == Role.NONE


@pytest.mark.parametrize("role", ["5", "-1", "", "support", "1.0", "true"])
def test_only_roles_that_there_are_are_given(
    client: Client, root: Person, bob: Person, role: str
) -> None:
    enter(client, root, Strength.TWO_STEP)
    assert client.post(role_page(bob), {"role": role, "reason": WHY}).status_code == 200
    assert bob.reload().role == Role.NONE
    assert bob.kinds() == []


def test_a_role_that_was_taken_since_the_page_was_opened_counts_no_more(
    alice: Person, sue: Person
) -> None:
    User.objects.filter(pk=sue.user.pk).update(role=LOOK)
    with pytest.raises(PermissionDenied):
        by_staff.lock(actor=sue.user, user=alice.user, reason=WHY)
    assert alice.reload().is_active


def test_a_locked_colleague_does_nothing_more(alice: Person, sue: Person) -> None:
    User.objects.filter(pk=sue.user.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        by_staff.lock(actor=sue.user, user=alice.user, reason=WHY)
    with pytest.raises(PermissionDenied):
        invitations.invite(actor=sue.user, address="new@example.org")


def test_nobody_changes_their_own_role(client: Client, root: Person) -> None:
    enter(client, root, Strength.TWO_STEP)
    assert client.post(role_page(root), {"role": "1", "reason": WHY}).status_code == 403
    assert root.reload().role == ADMINISTRATOR


@pytest.mark.usefixtures("live")
def test_two_administrators_who_take_each_others_role_leave_one(
    root: Person, settings: Any
) -> None:
    settings.OUTBOX_DELIVERY = "worker"
    other = protected("second", role=ADMINISTRATOR)

    def take(actor: Person, user: Person) -> Callable[[], bool]:
        def act() -> bool:
            try:
                return staff.give_role(actor=actor.user, user=user.user, role=Role.NONE, reason=WHY)
            except PermissionDenied:
                return False
            finally:
                connection.close()

        return act

    assert sum(at_once([take(root, other), take(other, root)] * 4)) == 1
    roles = sorted([root.reload().role, other.reload().role])
    assert roles == [Role.NONE, ADMINISTRATOR]


def test_an_administrator_reads_of_what_their_own_session_gave(
    new_client: Browsers, bob: Person
) -> None:
    """A thief in the session of an administrator makes a friend staff."""
    boss = protected("boss", role=Role.ADMINISTRATOR)
    thief = enter(new_client(), boss, Strength.TWO_STEP)
    page = f"/admin/accounts/{bob.user.public_id}/role/"
    thief.post(page, {"role": Role.SUPPORT, "reason": WHY})
    (letter,) = [sent for sent in mail.outbox if boss.address in sent.to]
    assert "you gave somebody a role" in letter.subject
    assert bob.address in letter.body
    assert "/report/" in letter.body
    assert "staff:gave_role" in boss.kinds()
