"""The half-done sign-in: how long it lasts, what ends it, and which steps it offers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.authentication.sign_in import PENDING_KEY
from accounts.models import PhoneNumber, SentCode, User
from tests.accounts.helpers import (
    ask,
    code_to,
    is_in,
    level_of,
    mailbox,
    seen,
    type_code,
    type_password,
)
from tests.live import fresh_number
from tests.people import Person, enter, give_number, give_phone, sign_in

APP = "/sign-in/authenticator/"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def test_a_half_done_sign_in_lasts_ten_minutes(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, alice)
    clock.shift(settings.PENDING_SIGN_IN_AGE)
    assert type_code(client, alice.fresh_code(), APP)["Location"] == "/security/"


def test_after_ten_minutes_one_begins_again(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, alice)
    clock.shift(settings.PENDING_SIGN_IN_AGE + SECOND)
    answer = type_code(client, alice.fresh_code(), APP)
    assert answer["Location"] == "/sign-in/"
    assert "That took too long, or something changed." in seen(client.get("/sign-in/"))
    assert not is_in(client)
    assert alice.kinds() == []


def change_password(person: Person) -> None:
    person.user.set_password("another horse battery staple")
    person.user.save()


def lock(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)


def switch_off(person: Person) -> None:
    person.user.turn_two_step_off()


def drop_phone(person: Person) -> None:
    person.phone.delete()


@pytest.mark.parametrize("happening", [change_password, lock, switch_off])
def test_a_change_elsewhere_ends_the_half_done_sign_in(
    client: Client, alice: Person, happening: Callable[[Person], None]
) -> None:
    type_password(client, alice)
    code = alice.fresh_code()
    happening(alice)
    assert type_code(client, code, APP)["Location"] == "/sign-in/"
    assert PENDING_KEY not in client.session
    assert not is_in(client)


def test_a_phone_unlinked_meanwhile_is_offered_no_more(client: Client, alice: Person) -> None:
    type_password(client, alice)
    code = alice.fresh_code()
    drop_phone(alice)
    assert type_code(client, code, APP)["Location"] == "/sign-in/another-way/"
    assert not is_in(client)


STEPS = ["authenticator", "email", "sms", "recovery-code"]


@pytest.mark.parametrize("slug", STEPS)
def test_no_step_answers_before_the_password(client: Client, alice: Person, slug: str) -> None:
    for data in ({}, {"code": alice.fresh_code()}, {"send": str(mailbox(alice).public_id)}):
        assert client.post(f"/sign-in/{slug}/", data)["Location"] == "/sign-in/"
    assert client.get(f"/sign-in/{slug}/")["Location"] == "/sign-in/"
    assert client.get("/sign-in/another-way/")["Location"] == "/sign-in/"
    assert client.get(f"/sign-in/{slug}/fate/").status_code == 404
    assert not is_in(client)
    assert not mail.outbox


@pytest.mark.parametrize("slug", STEPS)
@pytest.mark.parametrize(
    "data", [{}, {"code": ""}, {"code": "null"}, {"code": "000000", "user": "1", "step": "x"}]
)
def test_an_empty_or_made_up_post_never_skips_a_step(
    client: Client, alice: Person, slug: str, data: dict[str, str]
) -> None:
    type_password(client, alice)
    client.post(f"/sign-in/{slug}/", data)
    assert not is_in(client)
    assert level_of(client) == Strength.NOTHING


@pytest.mark.parametrize("slug", ["totp", "webauthn", "password", "0", "EMAIL"])
def test_a_step_that_does_not_exist_is_not_found(client: Client, alice: Person, slug: str) -> None:
    type_password(client, alice)
    assert client.get(f"/sign-in/{slug}/").status_code == 404
    assert client.post(f"/sign-in/{slug}/", {"code": alice.fresh_code()}).status_code == 404
    assert not is_in(client)


def test_a_step_that_the_account_does_not_have_is_refused_and_sends_nothing(
    client: Client, bob: Person, alice: Person
) -> None:
    number = alice.user.phone_numbers.get()
    type_password(client, bob)
    assert ask(client, number, "/sign-in/sms/").status_code == 404
    answer = client.get("/sign-in/sms/")
    assert answer["Location"] == "/sign-in/another-way/"
    assert "This method isn’t available right now." in seen(client.get(answer["Location"]))
    assert not SentCode.objects.exists()


def test_somebody_elses_or_an_unconfirmed_mailbox_is_not_sent_to(
    client: Client, bob: Person, alice: Person
) -> None:
    waiting = bob.user.email_addresses.create(address="waiting@latchkey.example")
    type_password(client, bob)
    for target in (mailbox(alice), waiting):
        assert ask(client, target).status_code == 404
    for words in ("", "0", "not-an-id", "\u202e"):
        assert client.post("/sign-in/email/", {"send": words}).status_code == 404
    assert not SentCode.objects.exists()
    assert ask(client, mailbox(bob)).status_code == 302
    assert SentCode.objects.count() == 1


def test_looking_at_a_page_sends_nothing(client: Client, alice: Person) -> None:
    type_password(client, alice)
    for slug in STEPS:
        assert client.get(f"/sign-in/{slug}/").status_code == 200
    client.get("/sign-in/another-way/")
    assert not SentCode.objects.exists()
    assert not mail.outbox


def test_the_picker_shows_only_what_the_account_has_and_masks_it(
    client: Client, alice: Person
) -> None:
    alice.user.email_addresses.create(address="waiting@latchkey.example")
    PhoneNumber.objects.create(user=alice.user, number=fresh_number())
    type_password(client, alice)
    words = seen(client.get("/sign-in/another-way/"))
    number = str(alice.user.phone_numbers.verified().get().number)
    assert "Authenticator app on Pixel 8" in words
    assert words.count("E-mail a code") == 2
    assert f"Text a code to •• {number[-2:]}" in words
    assert f"Recovery code {settings.RECOVERY_CODES_A_SET} left" in words
    second = alice.user.email_addresses.verified().order_by("pk")[1].address
    assert second not in words
    assert number not in words
    assert "w••••" not in words


def test_the_picker_of_a_small_account_is_small(client: Client, bob: Person) -> None:
    type_password(client, bob)
    words = seen(client.get("/sign-in/another-way/"))
    assert "Text a code" not in words
    assert words.count("E-mail a code") == 1


def test_a_link_leads_past_the_picker_to_the_recovery_code_while_one_is_left(
    client: Client, alice: Person
) -> None:
    link = 'href="/sign-in/recovery-code/"'
    type_password(client, alice)
    assert link in client.get(APP).content.decode()
    assert link in client.get("/sign-in/email/").content.decode()
    assert link not in client.get("/sign-in/recovery-code/").content.decode()
    alice.user.recovery_code_sets.update(ends_at=timezone.now())
    assert link not in client.get(APP).content.decode()


def test_no_link_leads_a_confirmation_to_a_recovery_code(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    page = client.get("/confirm/email/").content.decode()
    assert "Confirm in another way" in page
    assert "Use a recovery code" not in page


def test_a_code_of_any_linked_phone_counts(client: Client, alice: Person) -> None:
    second = give_phone(alice, "Work phone")
    type_password(client, alice)
    code = second.code_at(int(timezone.now().timestamp()) // 30)
    assert type_code(client, code, APP).status_code == 302
    assert is_in(client)


def test_a_stranger_s_code_does_not_count(client: Client, alice: Person, bob: Person) -> None:
    type_password(client, alice)
    assert type_code(client, bob.code(), APP).status_code == 200
    assert not is_in(client)


def test_a_code_is_good_once(new_client: Callable[..., Client], alice: Person) -> None:
    first, second = new_client(), new_client()
    code = alice.code()
    for browser in (first, second):
        type_password(browser, alice)
        type_code(browser, code, APP)
    assert is_in(first)
    assert not is_in(second)
    enter(second, alice, Strength.RECOVERED)
    type_code(second, code, "/confirm/authenticator/?for=two-step")
    assert level_of(second) == Strength.RECOVERED


@pytest.mark.parametrize("shift", range(-4, 5))
def test_only_the_window_is_accepted(client: Client, alice: Person, shift: int) -> None:
    type_password(client, alice)
    type_code(client, alice.code(shift), APP)
    assert is_in(client) == (abs(shift) <= settings.AUTHENTICATOR_WINDOW)


def test_an_older_code_does_not_follow_a_newer_one(
    new_client: Callable[..., Client], alice: Person
) -> None:
    first, second = new_client(), new_client()
    type_password(first, alice)
    type_code(first, alice.code(0), APP)
    type_password(second, alice)
    type_code(second, alice.code(-1), APP)
    assert is_in(first)
    assert not is_in(second)


def test_a_text_message_lets_in_and_says_who_asked(
    client: Client, alice: Person, texts: list[object]
) -> None:
    number = alice.user.phone_numbers.get()
    type_password(client, alice)
    ask(client, number, "/sign-in/sms/")
    (text,) = texts
    words = str(getattr(text, "text", ""))
    code = words[:6]
    assert f"@testserver #{code}" in words
    type_code(client, code, "/sign-in/sms/")
    assert level_of(client) == Strength.RECOVERED


def test_two_sent_codes_never_add_up_to_two_step(client: Client, alice: Person) -> None:
    give_number(alice)
    type_password(client, alice)
    ask(client, mailbox(alice))
    type_code(client, code_to(alice.address))
    ask(client, mailbox(alice), "/confirm/email/")
    type_code(client, code_to(alice.address), "/confirm/email/")
    assert level_of(client) == Strength.RECOVERED


def test_the_whole_sign_in_takes_few_statements(
    client: Client, alice: Person, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined] # a context manager
        client.get("/sign-in/")
        answer = type_password(client, alice)
        client.get(answer["Location"])
        answer = type_code(client, alice.fresh_code(), APP)
        client.get(answer["Location"])
    assert sign_in(client, alice).status_code == 302


def test_a_sign_in_that_took_too_long_goes_on_to_the_same_page(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, alice, next="/devices/lost/")
    clock.shift(settings.PENDING_SIGN_IN_AGE)
    clock.shift(1)
    answer = client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert answer["Location"] == "/sign-in/?next=%2Fdevices%2Flost%2F"
    page = client.get(answer["Location"])
    assert "That took too long, or something changed." in seen(page)
    assert 'name="next" value="/devices/lost/"' in page.content.decode()
