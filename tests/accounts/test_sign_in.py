"""Typing an address and a password: who gets in, how far, and what strangers learn."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent, User
from devices.models import Session
from tests.accounts.helpers import (
    cookie_of,
    is_dead,
    is_in,
    level_of,
    mailbox,
    recover,
    seen,
    told,
    type_code,
    type_password,
)
from tests.live import fresh_address
from tests.people import PASSWORD, Person, make_person, sign_in

pytestmark = pytest.mark.usefixtures("clock")
WRONG = "Wrong e-mail address or password."


def test_a_password_is_enough_while_two_step_is_off(client: Client, carol: Person) -> None:
    answer = type_password(client, carol)
    assert answer["Location"] == "/security/"
    assert is_in(client)
    assert level_of(client) == Strength.PASSWORD
    assert carol.kinds() == ["sign_in:password"]


def test_a_password_alone_lands_nowhere_with_two_step_on(client: Client, alice: Person) -> None:
    answer = type_password(client, alice)
    assert answer["Location"] == "/sign-in/authenticator/"
    assert "Enter the code from your authenticator app" in seen(client.get(answer["Location"]))
    assert not is_in(client)
    assert level_of(client) == Strength.NOTHING
    assert not Session.objects.of(alice.user).exists()
    assert alice.kinds() == []


def test_the_authenticator_app_leads_to_two_step(client: Client, alice: Person) -> None:
    answer = sign_in(client, alice)
    assert answer["Location"] == "/security/"
    assert is_in(client)
    assert level_of(client) == Strength.TWO_STEP
    assert alice.kinds() == ["sign_in:two_step"]


def test_a_code_by_mail_only_recovers(client: Client, alice: Person) -> None:
    answer = recover(client, alice)
    assert answer["Location"] == "/sign-in/where-is-your-phone/"
    assert level_of(client) == Strength.RECOVERED
    assert alice.kinds() == ["sign_in:recovered"]
    assert told("where", "Where:") <= told("")
    assert mailbox(alice).address in told("Signed in with password and e-mail code")


def test_a_recovery_code_only_recovers(client: Client, alice: Person) -> None:
    type_password(client, alice)
    answer = type_code(client, alice.codes[0], "/sign-in/recovery-code/")
    assert answer["Location"] == "/sign-in/where-is-your-phone/"
    assert level_of(client) == Strength.RECOVERED


def test_the_page_asked_for_follows_the_sign_in(client: Client, alice: Person) -> None:
    answer = client.get("/security/activity/")
    assert answer["Location"] == "/sign-in/?next=/security/activity/"
    type_password(client, alice, next="/security/activity/")
    answer = type_code(client, alice.fresh_code(), "/sign-in/authenticator/")
    assert answer["Location"] == "/security/activity/"


def test_who_is_signed_in_is_led_past_the_form(client: Client, carol: Person) -> None:
    type_password(client, carol)
    assert client.get("/sign-in/")["Location"] == "/security/"
    assert client.get("/sign-in/?next=/devices/")["Location"] == "/devices/"


def test_signing_in_as_somebody_else_ends_the_first_session(
    client: Client, carol: Person, alice: Person
) -> None:
    type_password(client, carol)
    type_password(client, alice)
    assert not is_in(client)
    assert not Session.objects.of(carol.user).exists()


# --- The same answer for everyone ------------------------------------------------------------


def test_unknown_known_and_locked_accounts_answer_alike(
    new_client: Callable[..., Client], carol: Person, alice: Person
) -> None:
    locked = make_person("locked", is_active=False)
    tries = [
        (fresh_address("unknown"), PASSWORD),
        (carol.address, "a wrong horse battery"),
        (alice.address, "a wrong horse battery"),
        (locked.address, "a wrong horse battery"),
    ]
    answers = set()
    for email, password in tries:
        answer = new_client().post("/sign-in/", {"email": email, "password": password})
        cookies = tuple(sorted(answer.cookies))
        answers.add((answer.status_code, seen(answer), cookies))
    ((status, words, _cookies),) = answers
    assert status == 200
    assert WRONG in words


@pytest.mark.parametrize(
    ("support", "whom"),
    [("", "Ask the people who run Latchkey"), ("help@example.org", "e-mail help@example.org")],
)
def test_a_locked_account_is_told_so_after_the_right_password_only(
    client: Client, alice: Person, monkeypatch: pytest.MonkeyPatch, support: str, whom: str
) -> None:
    monkeypatch.setattr(settings, "SUPPORT_ADDRESS", support)
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    answer = client.post("/sign-in/", {"email": alice.address, "password": "a wrong horse"})
    assert WRONG in seen(answer)
    assert "locked" not in seen(answer)
    words = seen(type_password(client, alice))
    assert f"This account is locked. {'To unlock it, ' if support else ''}{whom}" in words
    assert WRONG not in words
    assert alice.kinds() == ["sign_in:password_failed", "sign_in:locked"]
    assert not is_in(client)


def test_an_account_locked_before_the_second_step_is_told_so(client: Client, alice: Person) -> None:
    type_password(client, alice)
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    answer = client.post("/sign-in/authenticator/", {"code": alice.fresh_code()}, follow=True)
    assert "This account is locked." in seen(answer)
    assert not is_in(client)


def test_locked_passwords_are_counted_like_wrong_ones(client: Client, carol: Person) -> None:
    User.objects.filter(pk=carol.user.pk).update(is_active=False)
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        type_password(client, carol)
    assert type_password(client, carol).status_code == 429


def test_a_locked_account_with_the_right_password_stays_out(client: Client, carol: Person) -> None:
    User.objects.filter(pk=carol.user.pk).update(is_active=False)
    type_password(client, carol)
    assert not is_in(client)
    User.objects.filter(pk=carol.user.pk).update(is_active=True)
    type_password(client, carol)
    assert is_in(client)


def test_locking_ends_the_running_session_at_once(client: Client, carol: Person) -> None:
    type_password(client, carol)
    assert is_in(client)
    User.objects.filter(pk=carol.user.pk).update(is_active=False)
    assert not is_in(client)


def test_a_wrong_password_is_one_line_of_activity(client: Client, carol: Person) -> None:
    client.post("/sign-in/", {"email": carol.address, "password": "a wrong horse"})
    assert carol.kinds() == ["sign_in:password_failed"]
    client.post("/sign-in/", {"email": fresh_address(), "password": "a wrong horse"})
    nobody = SecurityEvent.objects.get(user_id=0)
    assert nobody.kind == "sign_in:password_failed"
    assert nobody.details == {}


def test_the_address_is_kept_and_the_password_never_shown_again(
    client: Client, carol: Person
) -> None:
    answer = client.post("/sign-in/", {"email": carol.address, "password": "a wrong horse"})
    assert carol.address in answer.content.decode()
    assert "a wrong horse" not in answer.content.decode()


def test_an_empty_form_says_what_is_missing(client: Client, db: None) -> None:
    answer = client.post("/sign-in/", {"email": "", "password": ""})
    assert answer.status_code == 200
    assert seen(answer).count("This field is required.") >= 2


# --- Passwords as they were typed --------------------------------------------------------------

LONG = "Grüße an alle 🐎 " + "vier Wörter und noch viel mehr davon, denn lang darf es sein " * 2


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_password_has_one_spelling(client: Client, carol: Person, form: str) -> None:
    carol.user.set_password(unicodedata.normalize("NFC", LONG))
    carol.user.save()
    carol.password = unicodedata.normalize("NFD" if form == "NFD" else "NFC", LONG)
    type_password(client, carol)
    assert is_in(client)


@pytest.mark.parametrize(
    "typed", [LONG[:-1], LONG[:72], LONG.strip(), LONG.swapcase(), f" {LONG}", f"{LONG} "]
)
def test_nothing_is_trimmed_cut_or_folded(client: Client, carol: Person, typed: str) -> None:
    carol.user.set_password(LONG)
    carol.user.save()
    carol.password = typed
    type_password(client, carol)
    assert not is_in(client)


def test_more_than_a_kibibyte_is_refused_without_hashing(
    client: Client, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[int] = []
    hasher = type(get_hasher())
    own = hasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(len(password))
        return str(own(self, password, salt))

    monkeypatch.setattr(hasher, "encode", counted)
    longest = "x" * settings.PASSWORD_MAX_BYTES
    client.post("/sign-in/", {"email": fresh_address(), "password": longest})
    assert hashed == [settings.PASSWORD_MAX_BYTES]
    answer = client.post("/sign-in/", {"email": fresh_address(), "password": longest + "x"})
    stranger = seen(answer)
    assert "This password is too long." in stranger
    answer = client.post("/sign-in/", {"email": carol.address, "password": longest + "x"})
    assert seen(answer) == stranger  # it says nothing of the account
    assert len(hashed) == 1


def test_a_hash_of_older_parameters_is_renewed(client: Client, carol: Person) -> None:
    old = get_hasher("pbkdf2_sha256").encode(PASSWORD, "a-salt-of-years-ago-x")
    User.objects.filter(pk=carol.user.pk).update(password=old)
    type_password(client, carol)
    assert is_in(client)
    assert carol.reload().password.startswith("argon2")


# --- Session ids ----------------------------------------------------------------------------------


def test_the_session_id_changes_at_each_rise_and_the_old_one_is_dead(
    client: Client, alice: Person
) -> None:
    type_password(client, alice)
    half = cookie_of(client)
    type_code(client, alice.fresh_code(), "/sign-in/authenticator/")
    whole = cookie_of(client)
    type_code(client, alice.fresh_code(), "/confirm/authenticator/")
    confirmed = cookie_of(client)
    assert len({half, whole, confirmed}) == 3
    assert is_dead(half)
    assert is_dead(whole)
    assert not is_dead(confirmed)


def test_a_planted_session_id_is_left_behind(client: Client, carol: Person) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted-by-somebody-else-0123456789"
    type_password(client, carol)
    assert cookie_of(client) != "planted-by-somebody-else-0123456789"
    assert is_dead("planted-by-somebody-else-0123456789")


def test_signing_out_ends_the_session_on_the_server(client: Client, alice: Person) -> None:
    sign_in(client, alice)
    cookie = cookie_of(client)
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)
    answer = client.post("/sign-out/")
    assert answer["Location"] == "/sign-in/"
    assert answer["Clear-Site-Data"] == '"cache"'
    assert is_dead(cookie)
    assert alice.kinds()[-1] == "sign_out:done"


def test_signing_out_while_signed_out_changes_nothing(client: Client, db: None) -> None:
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not SecurityEvent.objects.exists()


# --- Browsers that are known ----------------------------------------------------------------------


def test_a_new_browser_is_told_and_a_known_one_is_not(
    new_client: Callable[..., Client], carol: Person
) -> None:
    first, second = new_client(), new_client()
    type_password(first, carol)
    type_password(second, carol)
    first.post("/sign-out/")
    type_password(first, carol)
    assert carol.kinds() == [
        "sign_in:password",
        "sign_in:new_browser",
        "sign_out:done",
        "sign_in:password",
    ]
    assert told("in a new browser") == {carol.address}


def test_a_browser_begins_with_the_step_it_used_last(client: Client, alice: Person) -> None:
    recover(client, alice)
    client.post("/sign-out/")
    assert type_password(client, alice)["Location"] == "/sign-in/email/"


def test_each_browser_of_one_person_begins_with_its_own_last_step(
    new_client: Callable[..., Client], alice: Person, bob: Person
) -> None:
    laptop, phone = new_client(), new_client()
    recover(laptop, alice)
    sign_in(phone, alice)
    for browser in (laptop, phone):
        browser.post("/sign-out/")
    assert type_password(laptop, alice)["Location"] == "/sign-in/email/"
    assert type_password(phone, alice)["Location"] == "/sign-in/authenticator/"
    assert type_password(new_client(), alice)["Location"] == "/sign-in/authenticator/"
    assert type_password(laptop, bob)["Location"] == "/sign-in/authenticator/"


def test_the_mark_of_a_known_browser_lowers_nothing(client: Client, alice: Person) -> None:
    sign_in(client, alice)
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    type_password(client, alice)
    assert not is_in(client)


# --- Where to go next -----------------------------------------------------------------------------

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http://testserver/",
    "https://testserver@evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\t//evil.example",
    "/security/\r\nX-Header: 1",
    "/\u202e/security/",
    "security/",
    "%2f%2fevil.example",
    "/" + "a" * 500,
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_next_leads_off_the_site(client: Client, carol: Person, wanted: str) -> None:
    answer = client.get("/sign-in/", {"next": wanted})
    assert 'name="next"' not in answer.content.decode()
    assert type_password(client, carol, next=wanted)["Location"] == "/security/"


@pytest.mark.parametrize("wanted", ["/devices/", "/security/activity/?page=2", "/a//b"])
def test_a_path_on_the_site_is_followed(client: Client, carol: Person, wanted: str) -> None:
    assert type_password(client, carol, next=wanted)["Location"] == wanted
