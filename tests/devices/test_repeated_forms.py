"""A form that goes out twice is done once, and both answers lead to where the first one did."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import User
from devices.models import FormInHand, Session
from devices.sessions import repeated_forms
from tests.accounts.helpers import code_to, cookie_of, is_in, level_of, mailbox, seen
from tests.live import fresh_address
from tests.people import Person, enter
from tests.portal.buttons import Button, read

FORM = "application/x-www-form-urlencoded"
Browsers = Callable[..., Client]


class Browser:
    """A browser that may drop an answer, as one does when a button is pressed once more."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open(self, page: str, **typed: str) -> None:
        """Open a page and fill in the form of its main button."""
        answer = self.client.get(page, follow=True)
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else page
        self.form = read(here, answer).buttons[0]
        self.form.values |= typed

    def press(self, form: Button | None = None) -> Any:
        form = form or self.form
        values, headers = urlencode(form.values), {"origin": "https://testserver"}
        return self.client.post(form.action, values, content_type=FORM, headers=headers)

    def press_and_drop(self) -> Any:
        """Send the form, but keep nothing of the answer."""
        held = {name: morsel.value for name, morsel in self.client.cookies.items()}
        answer = self.press()
        self.client.cookies.clear()
        for name, value in held.items():
            self.client.cookies[name] = value
        return answer

    def press_twice(self) -> Any:
        first = self.press_and_drop()
        second = self.press()
        assert second["Location"] == first["Location"]
        return second


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller, db: None) -> None:
    pass


@pytest.fixture
def browser(new_client: Browsers) -> Browser:
    return Browser(new_client(enforce_csrf_checks=True))


def half_in(browser: Browser, person: Person) -> None:
    browser.open("/sign-in/", email=person.address, password=person.password)
    assert browser.press()["Location"] == "/sign-in/authenticator/"


def test_the_password_sent_twice_signs_in_once(browser: Browser, carol: Person) -> None:
    browser.open("/sign-in/", email=carol.address, password=carol.password)
    browser.press_twice()
    assert is_in(browser.client)
    assert carol.kinds().count("sign_in:new_browser") + carol.kinds().count("sign_in:password") == 1
    assert Session.objects.filter(user=carol.user).count() == 1


def test_the_second_step_sent_twice_signs_in(browser: Browser, alice: Person) -> None:
    browser.open("/sign-in/", email=alice.address, password=alice.password)
    browser.press_twice()
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press_twice()
    assert is_in(browser.client)
    assert level_of(browser.client) == Strength.TWO_STEP


def test_three_presses_are_as_good_as_two(browser: Browser, alice: Person) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press_and_drop()
    browser.press_and_drop()
    browser.press()
    assert is_in(browser.client)


def test_a_press_after_the_cookies_came_leads_on_too(browser: Browser, alice: Person) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    first = browser.press()
    assert browser.press()["Location"] == first["Location"]
    assert is_in(browser.client)


def test_signing_up_twice_sends_one_code_and_makes_one_account(browser: Browser) -> None:
    address = fresh_address("new")
    browser.open("/sign-up/", email=address, name="Nina", password="correct horse battery staple")
    browser.press_twice()
    assert len(mail.outbox) == 1
    browser.open("/sign-up/confirm/", code=code_to(address))
    browser.press_twice()
    assert is_in(browser.client)
    assert User.objects.filter(email=address).count() == 1


def test_asking_for_a_code_twice_sends_one(browser: Browser, alice: Person) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/email/")
    browser.press_twice()
    assert len(mail.outbox) == 1
    browser.open("/sign-in/email/", code=code_to(mailbox(alice).address))
    browser.press_twice()
    assert is_in(browser.client)


def test_confirming_twice_goes_on_to_the_act(
    browser: Browser, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(browser.client, alice, Strength.TWO_STEP)
    clock.shift(settings.STEP_UP_AGE)
    clock.shift(1)
    browser.open("/security/two-step/off/", code=alice.fresh_code())
    assert browser.press_twice()["Location"] == "/security/two-step/off/"
    assert browser.client.get("/security/two-step/off/").status_code == 200


def test_a_new_password_sent_twice_stays_signed_in(browser: Browser, carol: Person) -> None:
    enter(browser.client, carol, Strength.PASSWORD)
    new = "another horse battery staple"
    browser.open("/security/password/", password=carol.password, new_password=new)
    browser.press_twice()
    assert is_in(browser.client)
    assert carol.kinds().count("password:changed") == 1


def test_signing_out_twice_signs_out(browser: Browser, carol: Person) -> None:
    enter(browser.client, carol, Strength.PASSWORD)
    browser.client.get("/security/")
    token = read("/security/", browser.client.get("/security/")).forms["/sign-out/"]
    browser.form = Button(action="/sign-out/", values=token)
    browser.press_twice()
    assert not is_in(browser.client)


# --- Who else comes ----------------------------------------------------------------------------


def test_the_old_cookies_alone_open_nothing(
    browser: Browser, new_client: Browsers, alice: Person
) -> None:
    half_in(browser, alice)
    thief = Browser(new_client(enforce_csrf_checks=True))
    for name, morsel in browser.client.cookies.items():
        thief.client.cookies[name] = morsel.value
    thief.open("/sign-in/authenticator/", code="000000")  # a page of his own, before it is too late
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press_and_drop()
    assert thief.press()["Location"].startswith("/sign-in/")
    thief.form.values["code"] = browser.form.values["code"]  # even with the code that was typed
    assert thief.press()["Location"].startswith("/sign-in/")
    assert not is_in(thief.client)
    browser.press()
    assert is_in(browser.client)


def test_the_request_without_the_cookie_opens_nothing(
    browser: Browser, new_client: Browsers, alice: Person
) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press()
    stranger = Browser(new_client())
    assert stranger.press(browser.form)["Location"].startswith("/sign-in/")
    assert not is_in(stranger.client)


def test_the_answer_ends_after_seconds(
    browser: Browser, alice: Person, clock: time_machine.Traveller
) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press_and_drop()
    clock.shift(settings.REPEATED_FORM_AGE)
    assert browser.press()["Location"].startswith("/sign-in/")
    assert not is_in(browser.client)
    clock.shift(settings.REPEATED_FORM_AGE)
    assert FormInHand.objects.exists()
    clock.shift(1)
    assert repeated_forms.delete_expired()
    assert not FormInHand.objects.exists()


def test_the_answer_ends_with_the_next_new_id(browser: Browser, alice: Person) -> None:
    browser.open("/sign-in/", email=alice.address, password=alice.password)
    password = browser.form
    browser.press()
    held = cookie_of(browser.client)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press()
    browser.client.cookies.pop(settings.SESSION_COOKIE_NAME)
    browser.press(password)  # proves the password, and may open no more than that
    assert cookie_of(browser.client) != held
    assert not is_in(browser.client)


def test_the_answer_ends_with_the_session(browser: Browser, alice: Person) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    browser.press_and_drop()
    Session.objects.filter(user=alice.user).delete()
    assert browser.press()["Location"].startswith("/sign-in/")
    assert not is_in(browser.client)


def test_rows_hold_neither_the_cookie_nor_what_was_typed(browser: Browser, carol: Person) -> None:
    browser.open("/sign-in/", email=carol.address, password=carol.password)
    browser.press()
    row = FormInHand.objects.get(answer__isnull=False)
    assert Session.objects.get(user=carol.user).session_key == row.led_to
    held = " ".join(str(bytes(v) if isinstance(v, memoryview) else v) for v in vars(row).values())
    assert cookie_of(browser.client) not in held
    assert carol.password not in held
    assert "/security/" not in held


def test_a_wrong_code_is_judged_each_time(browser: Browser, alice: Person) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.wrong_code())
    assert "This code is wrong" in seen(browser.press())
    assert "This code is wrong" in seen(browser.press())


def test_a_twin_waits_for_the_form_in_hand_but_not_for_ever(
    browser: Browser, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_in(browser, alice)
    browser.open("/sign-in/authenticator/", code=alice.fresh_code())
    monkeypatch.setattr(repeated_forms, "WAIT", 0.2)
    monkeypatch.setattr(repeated_forms, "release", lambda digest: None)  # its process is gone
    with monkeypatch.context() as gone:
        gone.setattr(repeated_forms, "keep_answer", lambda *_given: True)
        browser.press_and_drop()
    assert FormInHand.objects.filter(answer__isnull=True).count() == 1
    assert browser.press()["Location"].startswith("/sign-in/")
