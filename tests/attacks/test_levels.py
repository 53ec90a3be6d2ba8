"""No session rises above what was proved in it: side doors, short cuts, downgrades."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication.proofs import PROOFS_KEY, Strength
from accounts.models import User
from core.outbox.sms import SentText
from tests.attacks.tools import code_in, is_in, level, link_in, start
from tests.links import open_link
from tests.people import Person, enter, sign_in

Clock = Any
STEPS = ("authenticator", "email", "sms", "recovery-code")


def test_the_password_alone_opens_nothing(alice: Person, client: Client) -> None:
    assert start(client, alice)["Location"] == "/sign-in/authenticator/"
    for path in ("/security/", "/devices/", "/security/recovery-codes/", "/confirm/", "/admin/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")
    assert level(client) == Strength.NOTHING


def test_the_step_before_the_password_restarts_the_flow(alice: Person, client: Client) -> None:
    for slug in STEPS:
        answer = client.post(f"/sign-in/{slug}/", {"code": alice.code()})
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert alice.kinds() == []


@pytest.mark.parametrize("data", [{}, {"code": ""}, {"code": " "}, {"code": "[]"}, {"cod": "1"}])
@pytest.mark.parametrize("slug", STEPS)
def test_an_empty_post_to_a_step_proves_nothing(
    alice: Person, client: Client, slug: str, data: dict[str, str]
) -> None:
    start(client, alice)
    assert client.post(f"/sign-in/{slug}/", data).status_code == 200
    assert not is_in(client)


def test_hidden_fields_do_not_name_another_step(alice: Person, client: Client) -> None:
    start(client, alice)
    extra = {"step": "done", "prefix": "password", "level": "3", "next_step": "done", "skip": "1"}
    client.post("/sign-in/recovery-code/", {"code": alice.code(), **extra})
    assert client.post("/sign-in/done/", extra).status_code == 404
    assert client.post("/sign-in/authenticator/", {**extra, "code": "000000"}).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("act", ["restart", "again", "language", "other next", "head"])
def test_a_restart_asks_for_the_second_step_again(alice: Person, client: Client, act: str) -> None:
    start(client, alice)
    if act == "head":
        client.head("/sign-in/authenticator/")
    elif act == "language":
        client.get("/sign-in/", headers={"Accept-Language": "nl"})
    else:
        start(client, alice, next="/devices/" if act == "other next" else "")
    assert not is_in(client)
    client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert level(client) == Strength.TWO_STEP


def test_the_half_done_sign_in_ends_after_ten_minutes(
    alice: Person, client: Client, clock: Clock
) -> None:
    start(client, alice)
    clock.shift(settings.PENDING_SIGN_IN_AGE + timedelta(seconds=1))
    answer = client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert answer["Location"] == "/sign-in/"
    assert not is_in(client)


def _new_password(person: Person) -> None:
    person.reload().set_password("another correct battery staple")
    person.user.save()


def _lock(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)


def _unlink(person: Person) -> None:
    person.phone.delete()


@pytest.mark.parametrize("change", [_new_password, _lock, _unlink])
def test_the_half_done_sign_in_ends_when_the_account_changes(
    alice: Person, client: Client, change: Callable[[Person], None]
) -> None:
    start(client, alice)
    code = alice.fresh_code()
    change(alice)
    client.post("/sign-in/authenticator/", {"code": code})
    assert not is_in(client)
    assert level(client) == Strength.NOTHING


def test_a_code_cannot_be_sent_to_somebody_elses_contact(
    alice: Person, bob: Person, client: Client, texts: list[SentText]
) -> None:
    start(client, alice)
    hers = alice.user.email_addresses.create(address="not-yet@latchkey.example")
    his = bob.user.email_addresses.get()
    for target in (his.public_id, hers.public_id, uuid4(), "", "0", "-1", 2**63, bob.address):
        assert client.post("/sign-in/email/", {"send": str(target)}).status_code == 404
        assert client.post("/sign-in/sms/", {"send": str(target)}).status_code == 404
    assert not mail.outbox
    assert not texts


def test_without_a_gateway_text_messages_are_not_offered(
    alice: Person, client: Client, settings: Settings, texts: list[SentText]
) -> None:
    settings.SMS_URL = ""
    start(client, alice)
    number = alice.user.phone_numbers.get()
    assert client.post("/sign-in/sms/", {"send": str(number.public_id)}).status_code == 404
    assert not texts


def test_a_number_of_a_closed_country_gets_no_message(
    alice: Person, client: Client, settings: Settings, texts: list[SentText]
) -> None:
    settings.SMS_COUNTRIES = ["BE"]
    start(client, alice)
    number = alice.user.phone_numbers.get()
    assert client.post("/sign-in/sms/", {"send": str(number.public_id)}).status_code < 500
    assert not texts


def test_the_method_in_the_body_does_not_choose_the_step(
    alice: Person, bob: Person, client: Client
) -> None:
    start(client, alice)
    fields = {"method": "email", "device_id": str(bob.phone.public_id), "code": bob.code()}
    client.post("/sign-in/authenticator/", fields)
    assert not is_in(client)
    assert not mail.outbox


def test_other_doors_do_not_exist(alice: Person, client: Client) -> None:
    form = {"username": alice.address, "email": alice.address, "password": alice.password}
    for path in ("/admin/login/", "/accounts/login/", "/login/", "/api/login/", "/api/token/"):
        client.post(path, form)
    client.get("/security/", headers={"Authorization": "Basic YWxpY2U6cGFzc3dvcmQ="})
    assert not is_in(client)
    assert client.get("/admin/password_change/").status_code in (302, 404)


def test_a_locked_account_is_out_at_the_next_request(
    alice: Person, new_client: Callable[..., Client]
) -> None:
    inside = [enter(new_client(), alice, Strength.TWO_STEP) for _each in range(2)]
    half = new_client()
    start(half, alice)
    _lock(alice)
    assert not any(is_in(browser) for browser in inside)
    half.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert not is_in(half)


def test_a_reset_asks_for_the_second_step_all_the_same(alice: Person, client: Client) -> None:
    client.post("/password/reset/", {"email": alice.address})
    open_link(client, link_in(str(mail.outbox[-1].body), "reset"))
    alice.password = "a password that nobody knows yet"
    assert client.post("/password/reset/new/", {"new_password": alice.password}).status_code == 302
    assert not is_in(client)
    assert start(client, alice)["Location"] == "/sign-in/authenticator/"


def test_the_mailbox_of_the_reset_does_not_count_twice(alice: Person, client: Client) -> None:
    client.post("/password/reset/", {"email": alice.address})
    open_link(client, link_in(str(mail.outbox[-1].body), "reset"))
    alice.password = "a password that nobody knows yet"
    client.post("/password/reset/new/", {"new_password": alice.password})
    start(client, alice)
    barred, other = alice.user.email_addresses.order_by("pk")
    sent = len(mail.outbox)
    assert client.post("/sign-in/email/", {"send": str(barred.public_id)}).status_code == 404
    assert len(mail.outbox) == sent
    client.post("/sign-in/email/", {"send": str(other.public_id)})
    client.post("/sign-in/email/", {"code": code_in(str(mail.outbox[-1].body))})
    assert level(client) == Strength.RECOVERED


def test_after_a_reset_a_password_account_can_still_set_up(carol: Person, client: Client) -> None:
    client.post("/password/reset/", {"email": carol.address})
    open_link(client, link_in(str(mail.outbox[-1].body), "reset"))
    carol.password = "a password that nobody knows yet"
    client.post("/password/reset/new/", {"new_password": carol.password})
    start(client, carol)
    assert is_in(client)
    page = client.get("/devices/link/", follow=True)
    assert page.status_code == 200, "the only mailbox is barred: there is no way to link a phone"


def test_a_sign_up_in_a_half_signed_in_browser_is_another_person(
    alice: Person, client: Client
) -> None:
    start(client, alice)
    new = {"email": "new-person@latchkey.example", "password": "seven quiet foxes jump"}
    client.post("/sign-up/", new)
    client.post("/sign-up/confirm/", {"code": code_in(str(mail.outbox[-1].body))})
    assert is_in(client)
    assert int(client.session["_auth_user_id"]) != alice.user.pk
    client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert int(client.session["_auth_user_id"]) != alice.user.pk


def test_a_sign_up_finished_inside_another_session_leaves_it(alice: Person, client: Client) -> None:
    new = {"email": "new-person@latchkey.example", "password": "seven quiet foxes jump"}
    client.post("/sign-up/", new)
    code = code_in(str(mail.outbox[-1].body))
    sign_in(client, alice)
    client.post("/sign-up/confirm/", {"code": code})
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert (user.email == new["email"], level(client) == Strength.TWO_STEP) in {
        (True, False),
        (False, True),
    }


def test_a_session_without_its_proofs_is_over(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    session = client.session
    del session[PROOFS_KEY]
    session.save()
    assert not is_in(client)
    assert "_auth_user_id" not in client.session


def test_a_password_session_ends_when_two_step_goes_on(carol: Person, client: Client) -> None:
    start(client, carol)
    User.objects.filter(pk=carol.user.pk).update(two_step_since=timezone.now())
    assert not is_in(client)
