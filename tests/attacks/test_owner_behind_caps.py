"""A stranger fills each cap; the owner gets in from a fresh browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication.factors import sent_codes
from accounts.links import link_mail
from accounts.models import LinkMail, OneTimeLink
from core.limits.counters import LimitReached
from core.outbox.sms import sms_limits
from core.web.http import RequestOrigin
from tests.attacks.tools import NEW_PASSWORD, face, is_in, link_in, reset, start
from tests.links import open_link
from tests.live import fresh_address
from tests.people import Person

Browsers = Callable[..., Client]
Clock = time_machine.Traveller
DAY = timedelta(days=1)


def stranger(new_client: Browsers, number: int) -> Client:
    """Return a browser at an address of its own."""
    return new_client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250 + 1}")


def guess(new_client: Browsers, address: str, clock: Clock, times: int) -> None:
    """Type wrong passwords from everywhere, waiting as long as one must."""
    for number in range(times):
        form = {"email": address, "password": "not the right password"}
        while stranger(new_client, number).post("/sign-in/", form).status_code == 429:
            clock.shift(settings.FAILURE_WAIT_MOST)


def fill_resets(new_client: Browsers, address: str, clock: Clock, page: str) -> None:
    """Ask for links until no cap of the day lets one more through."""
    for number in range(settings.SENT_CODES_A_DAY * 2):
        stranger(new_client, number).post(page, {"email": address})
        clock.shift(timedelta(minutes=6))


def named(answer: Any) -> str:
    """Return which mail the page says to look for."""
    assert answer.status_code == 302
    page = Client().get(answer["Location"], secure=True)
    found = re.search(r'<time datetime="([^"]+)"', page.text)
    return found[1] if found else ""


def through_the_mailbox(client: Client, person: Person) -> Any:
    """Get a link past the wait, as the sign-in page offers it, and type the password."""
    before = len(mail.outbox)
    client.post("/sign-in/mail/", {"email": person.address})
    assert len(mail.outbox) == before + 1
    assert mail.outbox[-1].to == [person.address]
    assert open_link(client, link_in(str(mail.outbox[-1].body), "sign-in/link"))["Location"] == (
        "/sign-in/"
    )
    return start(client, person)


@pytest.mark.parametrize("times", [6, 60, 130])
def test_wrong_passwords_of_strangers_do_not_keep_the_owner_waiting(
    alice: Person, new_client: Browsers, clock: Clock, times: int
) -> None:
    guess(new_client, alice.address, clock, times)
    owner = new_client()
    answer = start(owner, alice)
    assert answer.status_code in (200, 429)
    assert "/sign-in/mail/" in answer.text
    assert through_the_mailbox(owner, alice)["Location"].startswith("/sign-in/")
    owner.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert is_in(owner)


def test_the_link_helps_one_browser_and_one_account(
    alice: Person, bob: Person, new_client: Browsers, clock: Clock
) -> None:
    for person in (alice, bob):
        guess(new_client, person.address, clock, 6)
    owner = new_client()
    through_the_mailbox(owner, alice)
    assert start(owner, bob).status_code == 429
    guess(new_client, alice.address, clock, 1)
    assert start(new_client(), alice).status_code == 429
    link = link_in(str(mail.outbox[-1].body), "sign-in/link")
    assert "no longer works" in open_link(new_client(), link).text
    clock.shift(settings.PASSWORD_RESET_AGE + timedelta(seconds=1))
    guess(new_client, alice.address, clock, 1)
    assert start(owner, alice).status_code in (302, 429)


def test_the_link_proves_nothing(alice: Person, client: Client) -> None:
    client.post("/sign-in/mail/", {"email": alice.address})
    link = link_in(str(mail.outbox[-1].body), "sign-in/link")
    open_link(client, link)
    assert not is_in(client)
    form = {"email": alice.address, "password": "not the right password"}
    answers = [client.post("/sign-in/", form).status_code for _each in range(8)]
    assert 429 in answers, "its tries are counted as well"
    assert OneTimeLink.find(link.partition("#")[2], "reset") is None


def test_known_and_unknown_addresses_get_the_same_answers(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    unknown = fresh_address()
    for page in ("/sign-in/mail/", "/password/reset/"):
        faces = []
        for address in (alice.address, unknown):
            browser, seen = new_client(), []
            for _each in range(5):
                answer = browser.post(page, {"email": address})
                seen.append((answer.status_code, answer["Location"]))
                clock.shift(timedelta(0))
            faces.append(seen)
        assert faces[0] == faces[1], page


@pytest.mark.parametrize("page", ["/password/reset/", "/sign-in/mail/"])
def test_the_living_link_stays_and_is_named(
    alice: Person, new_client: Browsers, clock: Clock, page: str
) -> None:
    last = None
    for number in range(settings.SENT_CODES_A_QUARTER_HOUR):
        last = stranger(new_client, number).post(page, {"email": alice.address})
        clock.shift(timedelta(minutes=1))
    sent, link = len(mail.outbox), str(mail.outbox[-1].body)
    for number in range(5):
        answer = stranger(new_client, 50 + number).post(page, {"email": alice.address})
        assert named(answer) == named(last), "look for the mail of then"
    assert len(mail.outbox) == sent
    path = link_in(link, "/link/")
    assert open_link(new_client(), path).status_code == 302, "it still works"


def test_who_filled_the_day_leaves_the_owner_a_link_an_hour(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    fill_resets(new_client, alice.address, clock, "/password/reset/")
    assert len(mail.outbox) <= settings.SENT_CODES_A_DAY + 2
    clock.shift(settings.PASSWORD_RESET_AGE)
    sent, owner = len(mail.outbox), new_client()
    owner.post("/password/reset/", {"email": alice.address})
    assert len(mail.outbox) == sent + 1
    stranger(new_client, 99).post("/password/reset/", {"email": alice.address})
    assert len(mail.outbox) == sent + 1, "strangers cannot replace it"
    guess(new_client, alice.address, clock, 0)
    assert reset(owner, link_in(str(mail.outbox[-1].body), "/reset/")).status_code == 302
    alice.password = NEW_PASSWORD
    for number in range(6):
        form = {"email": alice.address, "password": "not the right password"}
        stranger(new_client, number).post("/sign-in/", form)
    assert start(owner, alice).status_code == 302, "its browser has tries of its own"


def test_after_a_reset_the_next_link_is_sent_at_once(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    fill_resets(new_client, alice.address, clock, "/password/reset/")
    link = link_in(str(mail.outbox[-1].body), "/reset/")
    LinkMail.objects.update(asked_at=timezone.now())
    OneTimeLink.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    assert reset(new_client(), link).status_code == 302
    sent = len(mail.outbox)
    new_client().post("/password/reset/", {"email": alice.address})
    assert len(mail.outbox) == sent + 1


def test_a_site_wide_flood_leaves_known_and_opened_browsers_alone(
    alice: Person, new_client: Browsers, settings: Settings
) -> None:
    known, opened = new_client(), new_client()
    start(known, alice)
    known.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    known.post("/sign-out/")
    settings.PASSWORD_TRIES_SITE_WIDE = 0
    assert start(new_client(), alice).status_code == 429
    assert start(known, alice).status_code == 302
    assert through_the_mailbox(opened, alice).status_code == 302


def test_part_of_the_texts_is_kept_for_confirmed_numbers(db: None, settings: Settings) -> None:
    settings.SMS_COUNTRIES, settings.SMS_A_DAY = ["NL"], 10
    for number in range(20):
        with_number = f"+316{number + 10:02d}345678"
        try:
            sms_limits.take(with_number, f"192.0.2.{number}", is_confirmed=False)
        except LimitReached:
            continue
    for number in range(5):
        sms_limits.take(f"+316{number + 45:02d}345678", f"198.51.100.{number}")


def test_strangers_who_add_a_number_leave_its_owner_texts(db: None, settings: Settings) -> None:
    settings.SMS_COUNTRIES, number = ["NL"], "+31612345678"
    for each in range(30):
        near = f"+3161234{each:04d}"
        for target in (number, near):
            try:
                sms_limits.take(target, f"192.0.2.{each}", is_confirmed=False)
            except LimitReached:
                continue
    for each in range(settings.SMS_PER_NUMBER_A_DAY // 2):
        sms_limits.take(number, f"198.51.100.{each}")


def test_a_number_that_is_being_added_counts_as_new(
    alice: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def watch(*_given: Any, is_confirmed: bool) -> None:
        seen.append(is_confirmed)

    monkeypatch.setattr(sms_limits, "take", watch)
    for purpose in ("contact", "sign-in"):
        sent_codes.send(
            sent_codes.Delivery("sms", "+31612345678"),
            user=alice.user,
            purpose=purpose,
            binding="b",
            client=RequestOrigin("192.0.2.1", ""),
        )
    assert seen == [False, True]


def test_old_notes_of_mails_are_forgotten(db: None, clock: Clock) -> None:
    link_mail.ask("nobody@latchkey.example", "reset")
    link_mail.delete_expired()
    assert LinkMail.objects.count() == 1
    clock.shift(settings.PASSWORD_RESET_AGE + timedelta(seconds=1))
    link_mail.delete_expired()
    assert not LinkMail.objects.exists()
    assert face is not None
