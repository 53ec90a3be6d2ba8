"""Trusted browsers: no second step there, at the level of the password, until anything changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication.proofs import Strength, proofs_in
from accounts.models import KnownBrowser
from devices.models import Authenticator, Session, TrustedBrowser
from devices.sessions import trust_cookies, trusted_browsers
from tests.people import Person, enter, enter_by_trust, sign_in, trust

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BOX = 'name="trust"'


@pytest.fixture(autouse=True)
def _trust(settings: Settings) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30


@pytest.fixture
def home(new_client: Any) -> Client:
    """The browser at home."""
    browser: Client = new_client(headers={"User-Agent": FIREFOX})
    return browser


def begin(browser: Client, person: Person) -> Any:
    """Sign in and tick the box."""
    browser.post("/sign-in/", {"email": person.address, "password": person.password})
    code = {"code": person.fresh_code(), "trust": "on"}
    return browser.post("/sign-in/authenticator/", code)


def come_back(browser: Client, person: Person) -> Any:
    """Sign out and type the password; the answer says where that leads."""
    browser.post("/sign-out/")
    return browser.post("/sign-in/", {"email": person.address, "password": person.password})


def is_asked(answer: Any) -> bool:
    """Tell whether the password alone did not do."""
    return str(answer["Location"]).startswith("/sign-in/")


def is_in(browser: Client) -> bool:
    return browser.get("/security/").status_code == 200


# --- The box ----------------------------------------------------------------------------------


def test_the_box_stands_unticked_on_strong_steps_of_a_sign_in(home: Client, alice: Person) -> None:
    home.post("/sign-in/", {"email": alice.address, "password": alice.password})
    page = home.get("/sign-in/authenticator/").content.decode()
    assert BOX in page
    assert "checked" not in page
    assert "Trust this browser for 30 days" in page
    for other in ("email", "sms", "recovery-code"):
        assert BOX not in home.get(f"/sign-in/{other}/").content.decode()
    enter(home, alice, Strength.TWO_STEP)
    confirming = home.get("/confirm/authenticator/?for=two-step&next=/security/").content.decode()
    assert 'name="code"' in confirming
    assert BOX not in confirming


def test_a_passkey_as_second_step_has_the_box_too(home: Client, pia: Person) -> None:
    home.post("/sign-in/", {"email": pia.address, "password": pia.password})
    assert BOX in home.get("/sign-in/passkey/").content.decode()


def test_it_stays_ticked_after_a_wrong_code(home: Client, alice: Person) -> None:
    home.post("/sign-in/", {"email": alice.address, "password": alice.password})
    wrong = {"code": alice.wrong_code(), "trust": "on"}
    page = home.post("/sign-in/authenticator/", wrong).content.decode()
    assert "checked" in page
    assert not TrustedBrowser.objects.exists()


def test_switched_off_there_is_no_box_and_ticking_it_does_nothing(
    home: Client, alice: Person, settings: Settings
) -> None:
    settings.TRUSTED_BROWSER_DAYS = 0
    home.post("/sign-in/", {"email": alice.address, "password": alice.password})
    assert BOX not in home.get("/sign-in/authenticator/").content.decode()
    home.post("/sign-in/authenticator/", {"code": alice.fresh_code(), "trust": "on"})
    assert is_in(home)
    assert not TrustedBrowser.objects.exists()
    assert trust_cookies.cookie_name(alice.user) not in home.cookies
    assert "Trusted browsers" not in home.get("/devices/").content.decode()


def test_staff_prove_a_strong_step_each_time(home: Client, sue: Person) -> None:
    home.post("/sign-in/", {"email": sue.address, "password": sue.password})
    assert BOX not in home.get("/sign-in/authenticator/").content.decode()
    home.post("/sign-in/authenticator/", {"code": sue.fresh_code(), "trust": "on"})
    assert not TrustedBrowser.objects.exists()
    trust(home, sue)
    assert is_asked(come_back(home, sue))


def test_a_fall_back_earns_no_trust(home: Client, alice: Person) -> None:
    home.post("/sign-in/", {"email": alice.address, "password": alice.password})
    home.post("/sign-in/recovery-code/", {"code": alice.codes[0], "trust": "on"})
    page = home.get("/security/").content.decode()
    assert "This browser is not trusted" in page
    assert not TrustedBrowser.objects.exists()


def test_a_phone_on_hold_earns_no_trust(home: Client, alice: Person) -> None:
    until = timezone.now() + timedelta(days=1)
    Authenticator.objects.filter(user=alice.user).update(trusted_from=until)
    home.post("/sign-in/", {"email": alice.address, "password": alice.password})
    assert BOX not in home.get("/sign-in/authenticator/").content.decode()
    home.post("/sign-in/authenticator/", {"code": alice.fresh_code(), "trust": "on"})
    assert not TrustedBrowser.objects.exists()


def test_trust_is_told_to_every_address_and_kept_as_a_digest(home: Client, alice: Person) -> None:
    begin(home, alice)
    row = TrustedBrowser.objects.get()
    cookie = home.cookies[trust_cookies.cookie_name(alice.user)]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 30 * 24 * 3600
    assert cookie.key.startswith("__Host-")
    assert len(cookie.value) * 6 >= 128
    assert cookie.value not in " ".join(str(value) for value in vars(row).values())
    assert row.display_name == "Firefox on Linux"
    assert alice.kinds()[-2:] == ["sign_in:two_step", "browser:trusted"]
    notices = [sent for sent in mail.outbox if "a browser is trusted" in sent.subject]
    assert len(notices) == alice.user.email_addresses.verified().count() == 2
    assert "Firefox on Linux is trusted for 30 days" in notices[0].body


# --- What it opens ----------------------------------------------------------------------------


def test_the_password_alone_signs_in_there_and_nowhere_else(
    home: Client, new_client: Any, alice: Person, clock: time_machine.Traveller
) -> None:
    begin(home, alice)
    clock.shift(timedelta(days=29))
    answer = come_back(home, alice)
    assert answer["Location"] == "/security/"
    assert is_in(home)
    assert TrustedBrowser.objects.get().last_used_at == timezone.now()
    assert is_asked(come_back(new_client(), alice))
    page = home.get("/devices/").content.decode()
    assert "password and trusted browser" in page


def test_next_is_followed(home: Client, alice: Person) -> None:
    begin(home, alice)
    home.post("/sign-out/")
    typed = {"email": alice.address, "password": alice.password, "next": "/devices/"}
    assert home.post("/sign-in/", typed)["Location"] == "/devices/"


def test_the_level_stays_that_of_the_password(home: Client, alice: Person) -> None:
    begin(home, alice)
    come_back(home, alice)
    assert max(proof.strength for proof in proofs_in(home.session)) == Strength.PASSWORD
    for path in ("/security/contact/", "/security/recovery-codes/", "/devices/link/"):
        assert home.get(path)["Location"].startswith("/confirm/"), path
    assert home.post("/security/two-step/off/")["Location"].startswith("/confirm/")
    assert alice.reload().has_two_step


def test_a_step_lets_it_go_on_to_everything(
    home: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    begin(home, alice)
    clock.shift(timedelta(minutes=1))
    come_back(home, alice)
    confirm = home.get("/security/contact/")["Location"]
    step = home.get(confirm)["Location"]
    assert home.post(step, {"code": alice.fresh_code()})["Location"] == "/security/contact/"
    assert home.get("/security/contact/").status_code == 200


def test_a_trusted_sign_in_in_an_unknown_browser_is_told(home: Client, alice: Person) -> None:
    begin(home, alice)
    del home.cookies["__Host-browser"]
    mail.outbox.clear()
    come_back(home, alice)
    assert alice.kinds()[-1] == "sign_in:new_browser"
    assert {sent.subject for sent in mail.outbox} == {"Latchkey: a sign-in from a new browser"}


def test_the_step_that_the_browser_begins_with_is_not_forgotten(
    home: Client, alice: Person
) -> None:
    begin(home, alice)
    come_back(home, alice)
    assert KnownBrowser.objects.get().last_step == "authenticator"


def test_two_people_can_trust_the_same_browser(home: Client, alice: Person, bob: Person) -> None:
    begin(home, alice)
    home.post("/sign-out/")
    begin(home, bob)
    assert not is_asked(come_back(home, alice))
    assert not is_asked(come_back(home, bob))


def test_trusting_a_browser_again_replaces_what_was(
    home: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    begin(home, alice)
    old = home.cookies[trust_cookies.cookie_name(alice.user)].value
    home.cookies[trust_cookies.cookie_name(alice.user)] = "lost"
    clock.shift(timedelta(minutes=1))
    home.post("/sign-out/")
    begin(home, alice)
    assert alice.user.trusted_browsers.count() == 1
    home.cookies[trust_cookies.cookie_name(alice.user)] = old
    assert is_asked(come_back(home, alice))


def test_the_one_used_longest_ago_makes_room(
    home: Client, new_client: Any, alice: Person, settings: Settings
) -> None:
    settings.TRUSTED_BROWSERS_A_PERSON = 2
    hour = timedelta(hours=1)
    for number in (1, 2):
        trust(new_client(), alice, name=f"n{number}", last_used_at=timezone.now() - number * hour)
    begin(home, alice)
    left = {row.display_name for row in alice.user.trusted_browsers.all()}
    assert left == {"n1", "Firefox on Linux"}


# --- What it does not open --------------------------------------------------------------------


def test_the_cookie_of_one_does_not_serve_another(home: Client, alice: Person, bob: Person) -> None:
    begin(home, alice)
    stolen = home.cookies[trust_cookies.cookie_name(alice.user)].value
    assert is_asked(come_back(home, bob))
    home.cookies[trust_cookies.cookie_name(bob.user)] = stolen
    assert is_asked(come_back(home, bob))


def test_it_ends_by_its_time(home: Client, alice: Person, clock: time_machine.Traveller) -> None:
    begin(home, alice)
    clock.shift(timedelta(days=30))
    home.cookies[trust_cookies.cookie_name(alice.user)]["expires"] = ""
    assert is_asked(come_back(home, alice))


def test_a_shorter_time_of_today_counts_for_trust_of_before(
    home: Client, alice: Person, settings: Settings, clock: time_machine.Traveller
) -> None:
    begin(home, alice)
    clock.shift(timedelta(days=8))
    settings.TRUSTED_BROWSER_DAYS = 7
    assert is_asked(come_back(home, alice))


def test_what_the_database_holds_opens_nothing(home: Client, alice: Person) -> None:
    begin(home, alice)
    home.cookies[trust_cookies.cookie_name(alice.user)] = TrustedBrowser.objects.get().digest
    assert is_asked(come_back(home, alice))


@pytest.mark.parametrize("value", ["", "x", "x" * 43, "é" * 43, "\x00" * 43, "x" * 4000])
def test_a_broken_cookie_is_no_trust(home: Client, alice: Person, value: str) -> None:
    trust(home, alice)
    home.cookies[trust_cookies.cookie_name(alice.user)] = value
    assert is_asked(come_back(home, alice))


def test_a_wrong_password_is_a_wrong_password(home: Client, alice: Person) -> None:
    begin(home, alice)
    home.post("/sign-out/")
    answer = home.post("/sign-in/", {"email": alice.address, "password": "not this one at all"})
    assert "Wrong e-mail address or password" in answer.content.decode()
    assert alice.kinds()[-1] == "sign_in:password_failed"


def test_switched_off_by_the_operator_it_ends_at_once(
    home: Client, alice: Person, settings: Settings
) -> None:
    begin(home, alice)
    come_back(home, alice)
    assert is_in(home)
    settings.TRUSTED_BROWSER_DAYS = 0
    assert not is_in(home)
    assert is_asked(come_back(home, alice))
    sign_in(home, alice)
    page = home.get("/devices/").content.decode()
    assert "doesn’t work now" in page


def test_a_session_opened_by_trust_is_refused_once_its_person_is_staff(
    home: Client, alice: Person
) -> None:
    enter_by_trust(home, alice)
    assert is_in(home)
    type(alice.user).objects.filter(pk=alice.user.pk).update(role=1, is_staff=True)
    assert not is_in(home)


def test_proofs_that_name_a_trusted_browser_are_not_enough(home: Client, alice: Person) -> None:
    enter_by_trust(home, alice)
    Session.objects.update(trusted=None)
    assert not is_in(home)


def test_a_locked_person_is_not_let_in(home: Client, alice: Person) -> None:
    begin(home, alice)
    type(alice.user).objects.filter(pk=alice.user.pk).update(is_active=False)
    home.post("/sign-out/")
    wrong = home.post("/sign-in/", {"email": alice.address, "password": "a guess of somebody"})
    assert "Wrong e-mail address or password" in wrong.content.decode()
    answer = home.post("/sign-in/", {"email": alice.address, "password": alice.password})
    assert "This account is locked." in answer.content.decode()
    assert not is_in(home)


def test_the_cookie_says_nothing_to_strangers(home: Client, new_client: Any, alice: Person) -> None:
    begin(home, alice)
    home.post("/sign-out/")
    home.get("/sign-in/")
    home.cookies.pop("__Host-session", None)
    typed = {"email": alice.address, "password": "a guess of somebody"}
    here, there = home.post("/sign-in/", typed), new_client().post("/sign-in/", typed)
    assert here.status_code == there.status_code == 200
    assert set(here.cookies) == set(there.cookies) == {"__Host-csrf"}


# --- Rows -------------------------------------------------------------------------------------


def test_a_signed_out_session_that_trust_opened_is_dead(home: Client, alice: Person) -> None:
    begin(home, alice)
    come_back(home, alice)
    copied = home.cookies["__Host-session"].value
    home.post("/sign-out/")
    home.cookies["__Host-session"] = copied
    assert not is_in(home)


def test_housekeeping_forgets_what_is_long_over(
    home: Client, alice: Person, clock: time_machine.Traveller, settings: Settings
) -> None:
    begin(home, alice)
    clock.shift(timedelta(days=30) + settings.SESSION_AGE)
    assert trusted_browsers.delete_expired() == 0
    clock.shift(timedelta(seconds=1))
    assert trusted_browsers.delete_expired() == 1


def test_a_sign_in_without_the_cookie_asks_no_query_for_it(
    home: Client, alice: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    request = home.get("/sign-in/").wsgi_request
    with django_assert_num_queries(0):
        assert trusted_browsers.TrustedBrowsers().find(request, alice.user) is None
