"""The staff pages: closed without a strong step, silent about secrets, no ladder to climb."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import Role, User
from tests.attacks.tools import html_of, is_in, start
from tests.cases import give_case
from tests.people import Person, enter, give_passkey, make_person, the_passkey, the_session
from tests.work import give_enrolment, make_organisation

Clock = Any
Browsers = Callable[..., Client]
LIST = "/admin/accounts/"
EVERYBODY = [
    "/admin/",
    LIST,
    "/admin/recovery/",
    "/admin/log/",
    "/admin/log/export/",
    "/admin/invitations/",
    "/admin/invitations/add/",
    "/admin/organisations/",
    "/admin/organisations/add/",
    "/admin/requests/",
]


def pages(person: Person) -> dict[str, str]:
    """Return every staff page about a person, by its name."""
    base = f"{LIST}{person.user.public_id}/"
    account = person.user.enrolments.first() or give_enrolment(person)
    make_organisation()  # in which the person has no account yet
    work = f"{base}enrolments/{account.public_id}/"
    case = person.user.recovery_cases.first() or give_case(person)
    recovery = f"/admin/recovery/{case.public_id}/"
    session, passkey = the_session(person), the_passkey(person)
    return {
        "account": base,
        "activity": f"{base}activity/",
        "handshake": f"{base}handshake/",
        "notes": f"{base}notes/",
        "freeze": f"{base}freeze/",
        "lock": f"{base}lock/",
        "unlock": f"{base}unlock/",
        "end_sessions": f"{base}end-sessions/",
        "decide_dispute": f"{base}dispute/keep/",
        "give_role": f"{base}role/",
        "name": f"{base}name/",
        "require_password": f"{base}require-password/",
        "send_reset": f"{base}send-reset/",
        "open_case": f"{base}open-case/",
        "bulk": f"{LIST}bulk/?act=lock&account={person.user.public_id}",
        "discard_codes": f"{base}discard-codes/",
        "end_session": f"{base}sessions/{session.public_id}/end/",
        "remove_passkey": f"{base}passkeys/{passkey.public_id}/remove/",
        "case": recovery,
        "approve_case": f"{recovery}approve/",
        "decline_case": f"{recovery}decline/",
        "enrol": f"{base}enrol/",
        "approve_enrolment": f"{work}approve/",
        "decline_enrolment": f"{work}decline/",
        "end_enrolment": f"{work}end/",
        "unlink_phone": f"{base}phones/{person.phone.public_id}/unlink/",
    }


def test_these_are_all_the_pages_there_are() -> None:
    keys = get_resolver().namespace_dict["admin"][1].reverse_dict
    names = {key for key in keys if isinstance(key, str)}
    assert names == {
        "index",
        "accounts_user_changelist",
        "bulk",
        "account",
        "activity",
        "handshake",
        "notes",
        "freeze",
        "lock",
        "unlock",
        "end_sessions",
        "unlink_phone",
        "remove_passkey",
        "discard_codes",
        "end_session",
        "name",
        "require_password",
        "send_reset",
        "open_case",
        "give_role",
        "enrol",
        "approve_enrolment",
        "decline_enrolment",
        "end_enrolment",
        "decide_dispute",
        "cases",
        "export_log",
        "log",
        "case",
        "approve_case",
        "decline_case",
        "invitations",
        "add_person",
        "resend_invitation",
        "withdraw_invitation",
        "requests",
        "organisations",
        "organisation",
        "add_organisation",
        "edit_organisation",
        "set_manager",
    }


@pytest.mark.parametrize("strength", [Strength.PASSWORD, Strength.RECOVERED, None])
def test_nothing_opens_without_a_strong_step(
    root: Person, alice: Person, client: Client, clock: Clock, strength: Strength | None
) -> None:
    enter(client, root, strength or Strength.TWO_STEP)
    if strength is None:
        clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    for path in [*EVERYBODY, *pages(alice).values()]:
        for method in (client.get, client.post):
            answer = method(path, {"checked": "nobody", "reason": "because"})
            assert answer.status_code in (302, 404, 405), path
            assert alice.address.encode() not in answer.content
    assert alice.kinds() == []
    assert alice.reload().is_active


def test_staff_with_a_password_only_are_led_to_set_up(alice: Person, client: Client) -> None:
    start(client, make_person("sue", role=Role.SUPPORT))
    assert client.get(LIST).status_code == 302
    assert alice.address.encode() not in client.get(LIST, follow=True).content


def test_for_everybody_else_there_is_no_such_page(
    alice: Person, bob: Person, client: Client
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    for path in [*EVERYBODY, *pages(alice).values()]:
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_no_page_shows_a_secret(alice: Person, root: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post("/confirm/email/", {"code": "000000"})
    enter(client, root, Strength.TWO_STEP)
    until = timezone.now() + timedelta(days=1)
    User.objects.filter(pk=alice.user.pk).update(disputed_until=until)
    secrets = [
        alice.user.password,
        *(row.hash for s in alice.user.recovery_code_sets.all() for row in s.codes.all()),
    ]
    asked = [*EVERYBODY[1:], f"{LIST}?q={alice.address}", *pages(alice).values()]
    for path in asked:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not [secret for secret in secrets if secret in answer.getvalue().decode()]


@pytest.mark.parametrize(
    "query",
    [
        "password__startswith=argon2",
        "phones__authenticators__sealed_secret__contains=a",
        "recovery_code_sets__codes__hash__startswith=a",
        "sessions__session_key__startswith=a",
        "o=1.2.3",
        "_to_field=password",
        "e=1",
        "q=%00",
        "p=99999999999999999999",
        "p=-1",
        "state='",
    ],
)
def test_look_ups_read_nothing(root: Person, client: Client, query: str) -> None:
    enter(client, root, Strength.TWO_STEP)
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code in (200, 302, 400)
    if "__" in query:
        assert answer.status_code != 200


@pytest.mark.parametrize(
    "act",
    [
        "freeze",
        "lock",
        "unlock",
        "end_sessions",
        "unlink_phone",
        "remove_passkey",
        "discard_codes",
        "end_session",
        "name",
        "require_password",
        "send_reset",
        "open_case",
        "decide_dispute",
        "give_role",
        "enrol",
        "approve_enrolment",
        "decline_enrolment",
        "end_enrolment",
    ],
)
def test_support_does_not_climb(sue: Person, root: Person, new_client: Browsers, act: str) -> None:
    hers = enter(new_client(), sue, Strength.TWO_STEP)
    for person in (sue, root):
        answer = hers.post(
            pages(person)[act], {"checked": "nobody", "reason": "because I want to", **CLIMB}
        )
        assert answer.status_code == 403
        assert person.reload().is_active
        assert person.kinds() == []
    assert sue.reload().role == Role.RECOVERY_OFFICER


CLIMB = {"role": "4", "is_superuser": "1", "is_staff": "1", "user_permissions": "1", "groups": "1"}


@pytest.mark.parametrize("act", ["lock", "end_sessions", "unlink_phone"])
def test_every_act_is_told_with_its_reason(
    sue: Person, alice: Person, new_client: Browsers, act: str
) -> None:
    give_passkey(alice)  # or the phone would take two members of staff
    inside, hers = (
        enter(new_client(), alice, Strength.TWO_STEP),
        enter(new_client(), sue, Strength.TWO_STEP),
    )
    path = pages(alice)[act]
    hers.get(path)
    hers.post(path, {"checked": "nobody", "reason": ""})
    assert alice.kinds() == []
    answer = hers.post(path, {"checked": "nobody", "reason": "asked on the telephone <b>"})
    assert answer.status_code == 302
    assert not is_in(inside)
    event = alice.user.events.get()
    assert event.actor_id == sue.user.pk
    assert event.details["reason"].startswith("asked on the telephone")
    assert {m.to[0] for m in mail.outbox} == {
        row.address for row in alice.user.email_addresses.verified()
    }
    assert not any("<b>" in html_of(m) for m in mail.outbox)


def test_staff_cannot_set_a_password_or_an_address(
    sue: Person, alice: Person, client: Client
) -> None:
    paths = [LIST, *pages(alice).values(), f"{LIST}user/{alice.user.pk}/change/"]
    before = User.objects.filter(pk=alice.user.pk).values().get()
    enter(client, sue, Strength.TWO_STEP)
    form = {"password": "a password of staff", "email": "sue@evil.example", "reason": "x" * 20}
    form |= {"checked": "nobody", "new_password": "a password of staff"}
    for path in paths:
        if "lock" not in path:
            client.post(path, form)
    after: dict[str, Any] = {**User.objects.filter(pk=alice.user.pk).values().get()}
    theirs = ("frozen_at", "password_required_at")  # acts of theirs, as is to decline a case
    assert None not in [after[name] for name in theirs]
    undone = {**dict.fromkeys(theirs), "case_opened_at": before["case_opened_at"]}
    assert after | undone == before
    assert not any("reset" in m.body for m in mail.outbox if "password of staff" in m.body)
