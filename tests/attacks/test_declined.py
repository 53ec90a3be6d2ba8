"""Method downgrade: a step that the owner declined opens nothing and sends nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.factors.sent_code_methods import SentCodeMethod
from accounts.authentication.proofs import Strength
from accounts.authentication.second_steps import step_named
from accounts.models import SentCode
from accounts.readiness import declined_methods
from core.outbox.models import Message
from core.outbox.sms import SentText
from core.web.http import RequestOrigin
from tests.attacks.tools import (
    ask_for_code,
    is_in,
    reset,
    reset_path,
    start,
    type_code,
)
from tests.people import Person, enter, sign_in

Browsers = Callable[..., Client]
HERE = RequestOrigin("192.0.2.7", "")
SENDING = ("email", "sms")


def decline(person: Person, *slugs: str) -> None:
    for slug in slugs:
        step = step_named(slug)
        assert isinstance(step, SentCodeMethod)
        declined_methods.decline(user=person.reload(), step=step, origin=Origin(HERE, ""))
    mail.outbox.clear()


def targets(person: Person, slug: str) -> list[str]:
    user = person.user
    rows = user.email_addresses.all() if slug == "email" else user.phone_numbers.all()
    return [str(row.public_id) for row in rows]


@pytest.mark.parametrize("slug", SENDING)
@pytest.mark.parametrize("door", ["sign-in", "confirm"])
def test_asking_for_a_declined_code_sends_nothing(
    alice: Person, client: Client, texts: list[SentText], slug: str, door: str
) -> None:
    decline(alice, *SENDING)
    if door == "confirm":
        enter(client, alice, Strength.TWO_STEP)
    else:
        start(client, alice)
    for target in (*targets(alice, slug), slug, "", "again", "0"):
        for query in ("", "?for=recovered", "?for=mailbox", "?for=password", "?for=nothing"):
            answer = client.post(f"/{door}/{slug}/{query}", {"send": target, "method": slug})
            assert answer.status_code == 404
    assert not mail.outbox
    assert not texts
    assert not SentCode.objects.filter(user=alice.user).exists()
    assert not Message.objects.filter(kind__endswith=":code").exists()


@pytest.mark.parametrize("slug", SENDING)
def test_no_page_of_a_declined_step_takes_a_code(alice: Person, client: Client, slug: str) -> None:
    decline(alice, *SENDING)
    start(client, alice)
    for number in range(3):
        answer = type_code(client, f"{number:06d}", slug)
        assert answer["Location"] == "/sign-in/another-way/"
    assert client.get(f"/sign-in/{slug}/")["Location"] == "/sign-in/another-way/"
    assert client.post(f"/sign-in/{slug}/options/").status_code == 404
    assert not is_in(client)


def test_a_code_in_the_thief_s_hand_dies_with_the_decline(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    start(client, alice)
    code = ask_for_code(client, alice)
    owner = new_client()
    sign_in(owner, alice)
    owner.post("/security/two-step/email/decline/")
    assert type_code(client, code, "email")["Location"] == "/sign-in/another-way/"
    owner.post("/security/two-step/email/accept/")
    assert type_code(client, code, "email").status_code == 200
    assert not is_in(client)


def test_a_message_that_still_waits_is_not_sent(
    alice: Person, client: Client, settings: Any
) -> None:
    settings.OUTBOX_DELIVERY = "worker"
    start(client, alice)
    client.post("/sign-in/email/", {"send": targets(alice, "email")[0]})
    sent = SentCode.objects.get(user=alice.user)
    decline(alice, "email")
    with pytest.raises(SentCode.DoesNotExist):
        sent.draw()


def test_a_session_of_a_declined_code_is_over(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    start(client, alice)
    type_code(client, ask_for_code(client, alice), "email")
    assert is_in(client)
    owner = new_client()
    sign_in(owner, alice)
    owner.post("/security/two-step/email/decline/")
    assert not is_in(client)
    assert is_in(owner)


def test_using_up_the_sheet_reopens_no_declined_door(
    alice: Person, client: Client, new_client: Browsers, texts: list[SentText]
) -> None:
    """A thief with the sheet and the mailbox: the codes open ten times, the mailbox never."""
    decline(alice, *SENDING)
    for code in alice.codes:
        thief = new_client()
        start(thief, alice)
        assert type_code(thief, code, "recovery-code").status_code == 302
        for slug in SENDING:
            assert "/confirm/" in thief.post(f"/security/two-step/{slug}/accept/")["Location"]
    mail.outbox.clear()
    start(client, alice)
    for slug in SENDING:
        answer = client.post(f"/sign-in/{slug}/", {"send": targets(alice, slug)[0]})
        assert answer.status_code == 404
    assert not mail.outbox
    assert not texts
    assert alice.reload().declined_steps == ["email", "sms"]


def test_a_reset_of_the_password_goes_round_nothing(alice: Person, client: Client) -> None:
    decline(alice, "email")
    reset(client, reset_path(client, alice))
    mail.outbox.clear()
    alice.password = "a password that nobody knows yet"
    start(client, alice)
    assert client.post("/sign-in/email/", {"send": targets(alice, "email")[0]}).status_code == 404
    assert not mail.outbox
    assert not is_in(client)


def test_a_new_address_is_no_new_door(alice: Person, client: Client) -> None:
    decline(alice, "email")
    fresh = alice.user.email_addresses.create(
        address="third@latchkey.example", verified_at=timezone.now()
    )
    start(client, alice)
    answer = client.post("/sign-in/email/", {"send": str(fresh.public_id)})
    assert answer.status_code == 404
    assert not mail.outbox


def test_a_strangers_decline_changes_nothing_here(
    alice: Person, bob: Person, client: Client, new_client: Browsers
) -> None:
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    path = "/security/two-step/email/decline/"
    form = {"user": str(alice.user.pk), "public_id": str(alice.user.public_id)}
    stranger.post(path, {**form, "declined_steps": "[]", "slug": "sms"})
    assert alice.reload().declined_steps == []
    assert bob.reload().declined_steps == ["email"]
    start(client, alice)
    type_code(client, ask_for_code(client, alice), "email")
    assert is_in(client)


def test_a_get_declines_and_accepts_nothing(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for act in ("decline", "accept"):
        assert client.get(f"/security/two-step/email/{act}/").status_code == 405
    assert alice.reload().declined_steps == []


def test_a_stale_proof_declines_nothing(alice: Person, client: Client, clock: Any) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    for act in ("decline", "accept"):
        answer = client.post(f"/security/two-step/email/{act}/")
        assert answer["Location"].startswith("/confirm/?next=%2Fsecurity%2Ftwo-step%2F")
    assert alice.reload().declined_steps == []
