"""Codes of authenticator apps and codes that were sent: once, in time, by their owner, here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import codes as sent_codes
from accounts.forms.code import CodeForm
from accounts.models import SentCode
from accounts.proofs import Strength
from devices.models.authenticator import codes_of, step_now
from portal.outbox.models import Message
from portal.outbox.sms import SentText
from tests.attacks.tools import ask_for_code, code_in, html_of, is_in, start
from tests.people import Person, enter, give_phone, sign_in

Clock = Any
Browsers = Callable[..., Client]
WRONG = str(CodeForm.error_messages["wrong"])


def type_code(client: Client, code: str, slug: str = "authenticator") -> Any:
    """Type a code at the second step of a sign-in."""
    return client.post(f"/sign-in/{slug}/", {"code": code})


def test_an_accepted_code_is_refused_everywhere(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    first, code = new_client(), alice.fresh_code()
    start(first, alice)
    assert type_code(first, code).status_code == 302
    second = new_client()
    start(second, alice)
    for page in (type_code(second, code), first.post("/confirm/authenticator/", {"code": code})):
        assert page.status_code == 200
        assert WRONG in page.content.decode()
    assert not is_in(second)


def test_an_accepted_code_links_no_phone(alice: Person, client: Client, clock: Clock) -> None:
    enter(client, alice, Strength.TWO_STEP)
    code = alice.fresh_code()
    client.post("/confirm/authenticator/", {"code": code})
    place = client.post("/devices/link/", {"name": "Second"})["Location"]
    assert client.post(place, {"code": code}).status_code == 200
    assert alice.user.phones.linked().count() == 1


@pytest.mark.parametrize("shift", range(-4, 5))
def test_only_the_window_of_the_policy_is_accepted(
    alice: Person, client: Client, clock: Clock, shift: int
) -> None:
    start(client, alice)
    type_code(client, alice.code(shift))
    assert is_in(client) is (abs(shift) <= settings.AUTHENTICATOR_WINDOW)


def test_a_code_that_begins_with_zeros_is_accepted(
    alice: Person, client: Client, clock: Clock
) -> None:
    now, secret = step_now(), alice.authenticator.secret
    steps = range(now, now + 3000)
    step = next(s for s in steps if codes_of(secret, [s])[0].startswith("00"))
    clock.shift(timedelta(seconds=30 * (step - now)))
    start(client, alice)
    type_code(client, codes_of(secret, [step])[0])
    assert is_in(client)


def test_the_code_without_its_zeros_is_refused(alice: Person, client: Client) -> None:
    start(client, alice)
    assert type_code(client, str(int("000012"))).status_code == 200
    assert alice.kinds() == []


def test_an_older_step_is_refused_after_a_newer_one(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    first, second = new_client(), new_client()
    start(first, alice)
    type_code(first, alice.code(1))
    start(second, alice)
    for shift in (-1, 0, 1):
        type_code(second, alice.code(shift))
    assert is_in(first)
    assert not is_in(second)


def test_the_window_does_not_walk_with_the_phone(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    for _each in range(3):
        slow = new_client()
        start(slow, alice)
        assert type_code(slow, alice.code(1)).status_code == 302
        clock.shift(timedelta(seconds=30))
    ahead = new_client()
    start(ahead, alice)
    type_code(ahead, alice.code(2))
    assert not is_in(ahead)


def test_codes_do_not_work_for_somebody_else(
    alice: Person, bob: Person, new_client: Browsers
) -> None:
    for person, other in ((alice, bob), (bob, alice)):
        client = new_client()
        start(client, person)
        answer = type_code(client, other.code())
        assert WRONG in answer.content.decode()
        assert not is_in(client)
        assert type_code(client, person.fresh_code()).status_code == 302


def test_codes_of_dead_and_unborn_phones_are_refused(
    alice: Person, client: Client, clock: Clock
) -> None:
    gone = give_phone(alice, "Gone")
    begun = give_phone(alice, "Begun", confirmed=False)
    begun.phone.linked_at = None
    begun.phone.save()
    dead = codes_of(gone.secret, [step_now()])[0]
    gone.phone.delete()
    start(client, alice)
    for code in (dead, begun.code_at(step_now())):
        assert WRONG in type_code(client, code).content.decode()
    assert not is_in(client)


def test_a_clone_of_an_unlinked_phone_is_dead(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    owner, secret = enter(new_client(), alice, Strength.TWO_STEP), alice.authenticator.secret
    assert owner.post(f"/devices/{alice.phone.public_id}/unlink/?lost=1").status_code == 302
    clock.shift(timedelta(minutes=1))
    thief = new_client()
    start(thief, alice)
    type_code(thief, codes_of(secret, [step_now()])[0])
    assert not is_in(thief)


@pytest.mark.parametrize(
    "typed", ["１２３４５６", "١٢٣٤٥٦", "12345６", "0x1234", "12e456", "+12345"]
)
def test_other_alphabets_and_number_forms_cost_no_try(
    alice: Person, client: Client, typed: str
) -> None:
    start(client, alice)
    assert type_code(client, typed).status_code == 200
    assert alice.kinds() == []
    assert not is_in(client)


def test_spaces_and_hyphens_do_not_matter_and_the_code_is_spent(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    code, first, second = alice.fresh_code(), new_client(), new_client()
    start(first, alice)
    assert type_code(first, f" {code[:3]}-{code[3:]} ").status_code == 302
    start(second, alice)
    type_code(second, code)
    assert not is_in(second)


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
