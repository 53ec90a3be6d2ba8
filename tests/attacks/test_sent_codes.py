"""Codes that were sent: once, in time, to their owner, in the browser that asked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.factors import sent_codes
from accounts.authentication.proofs import Strength
from accounts.forms.code import CodeForm
from accounts.models import SentCode
from core.outbox.models import Message
from core.outbox.sms import SentText
from tests.attacks.tools import ask_for_code, code_in, html_of, is_in, start, type_code
from tests.people import Person, enter, sign_in

Clock = Any
Browsers = Callable[..., Client]
WRONG = str(CodeForm.error_messages["wrong"])


def test_a_sent_code_works_only_in_the_browser_that_asked(
    alice: Person, new_client: Browsers
) -> None:
    one, two = new_client(), new_client()
    start(one, alice)
    start(two, alice)
    code = ask_for_code(one, alice)
    assert type_code(two, code, "email").status_code == 200
    assert not is_in(two)
    assert type_code(one, code, "email").status_code == 302


@pytest.mark.parametrize("page", ["/confirm/email/", "/security/recovery-codes/"])
def test_a_sign_in_code_proves_nothing_elsewhere(
    alice: Person, new_client: Browsers, page: str
) -> None:
    half, inside = new_client(), enter(new_client(), alice, Strength.TWO_STEP)
    start(half, alice)
    code = ask_for_code(half, alice)
    assert inside.post(page, {"code": code}).status_code == 200
    assert inside.session["proofs"][-1]["method"] == "authenticator"


def test_a_step_up_code_does_not_sign_in(alice: Person, new_client: Browsers) -> None:
    half, inside = new_client(), enter(new_client(), alice, Strength.RECOVERED)
    code = ask_for_code(inside, alice, "/confirm/email/?for=recovered")
    start(half, alice)
    type_code(half, code, "email")
    assert not is_in(half)


def test_an_e_mail_code_typed_as_another_step_is_refused(alice: Person, client: Client) -> None:
    start(client, alice)
    code = ask_for_code(client, alice)
    type_code(client, code, "sms")
    type_code(client, code, "authenticator")
    assert not is_in(client)


@pytest.mark.parametrize(("late", "accepted"), [(-1, True), (1, False)])
def test_a_sent_code_ends_after_ten_minutes(
    alice: Person, client: Client, clock: Clock, *, late: int, accepted: bool
) -> None:
    clock.shift(timedelta(seconds=1))
    start(client, alice)
    code = ask_for_code(client, alice)
    row = SentCode.objects.get(user=alice.user)
    row.expires_at = timezone.now() + timedelta(seconds=-late)
    row.save()
    type_code(client, code, "email")
    assert is_in(client) is accepted


def test_a_code_ends_with_the_address_it_went_to(alice: Person, client: Client) -> None:
    start(client, alice)
    code = ask_for_code(client, alice)
    alice.user.email_addresses.order_by("pk")[0].delete()
    type_code(client, code, "email")
    assert not is_in(client)


def test_a_new_code_ends_the_old_one_and_keeps_the_failures(
    alice: Person, client: Client, clock: Clock
) -> None:
    start(client, alice)
    old = ask_for_code(client, alice)
    type_code(client, "000000" if old != "000000" else "111111", "email")
    clock.shift(settings.SENT_CODE_PAUSE + timedelta(seconds=1))
    new = ask_for_code(client, alice)
    if old != new:
        assert WRONG in type_code(client, old, "email").content.decode()
    for code in ("000001", "000002"):
        type_code(client, code, "email")
    assert type_code(client, "000003", "email").status_code == 200
    assert type_code(client, new, "email").status_code == 429


def test_five_tries_and_the_right_code_is_dead(alice: Person, client: Client, clock: Clock) -> None:
    start(client, alice)
    code = ask_for_code(client, alice)
    wrong = "000000" if code != "000000" else "000001"
    for _each in range(settings.SENT_CODE_TRIES):
        type_code(client, wrong, "email")
    clock.shift(settings.FAILURE_WAIT + timedelta(seconds=1))
    assert type_code(client, code, "email").status_code == 200
    assert not is_in(client)


def test_sends_are_counted_for_each_target(alice: Person, client: Client, clock: Clock) -> None:
    start(client, alice)
    target = {"send": str(alice.user.email_addresses.order_by("pk")[0].public_id)}
    for _each in range(settings.SENT_CODES_A_QUARTER_HOUR):
        assert client.post("/sign-in/email/", target).status_code == 302
        clock.shift(settings.SENT_CODE_PAUSE + timedelta(seconds=1))
    answer = client.post("/sign-in/email/", target)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 60
    assert len(mail.outbox) == settings.SENT_CODES_A_QUARTER_HOUR


def test_getting_a_page_sends_nothing(alice: Person, client: Client) -> None:
    start(client, alice)
    target = alice.user.email_addresses.order_by("pk")[0].public_id
    for path in ("email/", "sms/", "another-way/", "email/fate/"):
        client.get(f"/sign-in/{path}?send={target}")
    assert not mail.outbox
    assert not Message.objects.exists()


def test_the_message_says_why_and_hides_the_code_in_the_text(
    alice: Person, client: Client, texts: list[SentText]
) -> None:
    start(client, alice)
    code = ask_for_code(client, alice)
    message = mail.outbox[-1]
    assert code not in message.subject
    assert "sign in" in message.body
    html = html_of(message)
    assert f"/{code}" not in html
    assert "<script" not in html
    client.post("/sign-in/sms/", {"send": str(alice.user.phone_numbers.get().public_id)})
    said = texts[-1].text
    assert said.strip().splitlines()[-1] == f"@testserver #{code_in(said)}"


def test_a_code_rests_nowhere_but_in_its_message(alice: Person, client: Client) -> None:
    start(client, alice)
    code = ask_for_code(client, alice)
    row = SentCode.objects.select_related("message").get(user=alice.user)
    assert row.message is not None
    assert code not in f"{row.digest}{row.message.context}{row.message.error}"
    assert "code" in sent_codes.MESSAGE_KINDS["sign-in", "email"]


def test_every_wrong_code_leaves_one_line(alice: Person, client: Client) -> None:
    sign_in(client, alice)
    before = alice.kinds()
    client.post("/confirm/authenticator/", {"code": alice.wrong_code()})
    assert alice.kinds() == [*before, "step_up:failed"]
