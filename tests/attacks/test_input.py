"""What the site does with input that nobody types."""

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils.crypto import get_random_string

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent, User
from accounts.passwords.validators import is_hashable
from core.logs import OneLine
from tests.attacks.tools import html_of, start
from tests.live import fresh_address
from tests.people import PASSWORD, Person, enter, give_phone

Browsers = Callable[..., Client]

MARKUP = [
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "{{7*7}}{% debug %}",
    "%s%(name)s{0.__class__}{kind}",
    "' onmouseover='x",
]
POISON = ["\x00", "a\x00b", "\x1b[31m", "\u202e", "\ufffe", "\U0010ffff", str(2**63), "NaN", "[]"]


# --- Markup, poison, length -----------------------------------------------------------------


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_inert_text(alice: Person, new_client: Browsers, text: str) -> None:
    client = enter(new_client(headers={"User-Agent": text}), alice, Strength.TWO_STEP)
    User.objects.filter(pk=alice.user.pk).update(name=text)
    second = give_phone(alice, text[:60]).phone
    client.post(f"/devices/{alice.phone.public_id}/rename/", {"name": text})
    client.post("/devices/lost/", {"phone": second.public_id})
    answers = [client.get(path) for path in ("/security/", "/security/activity/", "/devices/")]
    answers.append(client.post("/sign-in/", {"email": text, "password": "x", "next": text}))
    for answer in answers:
        body = answer.content.decode()
        assert not [tag for tag in ("<script>alert", "<svg onload", "onmouseover='") if tag in body]
        assert ">49<" not in body
        assert answer.status_code == 200
    for message in mail.outbox:
        assert "<script" not in html_of(message)
        assert "<svg onload" not in html_of(message)
        assert "&lt;" not in f"{message.body}{message.subject}"


def test_names_hide_and_turn_nothing_around(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    url = f"/devices/{alice.phone.public_id}/rename/"
    client.post(url, {"name": "\u202egnp.exe \u200b\u2066x\r\nBcc: a@b.example\x1b[31m"})
    assert alice.phone.name.isprintable()
    assert client.post(url, {"name": "\u200b\u2060"}).status_code == 200
    assert client.post(url, {"name": "a" + "\u0301" * 10_000}).status_code == 200


@pytest.mark.parametrize("poison", POISON)
def test_poison_in_any_field_is_refused(alice: Person, client: Client, poison: str) -> None:
    anything = dict.fromkeys(
        ("email", "password", "new_password", "name", "code", "send", "next", "address", "number"),
        poison,
    )
    posts = [
        "/sign-in/",
        "/sign-up/",
        "/password/reset/",
        "/password/reset/new/",
        "/sign-up/confirm/",
    ]
    for path in posts:
        assert client.post(path, anything).status_code < 500, path
        assert client.get(path, anything).status_code < 500, path
    start(client, alice)
    for slug in ("authenticator", "email", "sms", "recovery-code"):
        assert client.post(f"/sign-in/{slug}/", anything).status_code < 500
        assert client.post(f"/sign-in/{slug}/", {"code": poison}).status_code < 500
    enter(client, alice, Strength.TWO_STEP)
    phone = alice.phone.public_id
    inside = [
        "/devices/link/",
        f"/devices/{phone}/rename/",
        "/security/contact/addresses/add/",
        "/security/contact/numbers/add/",
        "/security/password/",
        "/security/recovery-codes/",
        "/confirm/",
        "/confirm/authenticator/",
    ]
    for path in inside:
        assert client.post(path, anything).status_code < 500, path
        assert client.get(path, {"page": poison, "for": poison, **anything}).status_code < 500


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"%00", b"%ff", b"\xed\xa0\x80", b"%ed%a0%80", b""])
def test_bytes_that_are_no_text_are_refused(client: Client, rows: None, raw: bytes) -> None:
    form = b"email=" + raw + b"&password=" + raw
    kind = "application/x-www-form-urlencoded"
    for path in ("/sign-in/", "/sign-up/", "/password/reset/"):
        assert client.post(path, form, content_type=kind).status_code < 500
    for path in ("/sign-in/%s/", "/confirm/%s/", "/%s"):
        url = path % raw.decode("latin-1")
        assert client.get(url).status_code < 500
    assert client.get("/sign-in/", QUERY_STRING=raw.decode("latin-1")).status_code < 500


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "\x00\x1b[31m\u202e\ufffe".encode().decode("latin-1")},
        {"User-Agent": "A" * 100_000},
        {"Accept-Language": "x" * 10_000 + ",*;q=NaN"},
        {"X-Forwarded-For": "fe80::1%" + "x" * 500},
        {"X-Forwarded-For": "1.2.3.4, " * 2000},
        {"Cookie": "__Host-session=" + "x" * 60_000},
        {"Cookie": "__Host-csrf=\x00; __Host-browser=\xff; =; ;;"},
        {"Referer": "\xff" * 5000},
        {"Content-Type": "multipart/form-data; boundary=\xff"},
    ],
)
def test_headers_of_any_content_do_no_harm(
    alice: Person, new_client: Browsers, headers: dict[str, str], settings: Any
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    client = new_client(headers=headers)
    assert client.get("/sign-in/").status_code < 500
    assert start(client, alice).status_code < 500
    client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert all(len(row.address) <= 45 for row in SecurityEvent.objects.all())


@pytest.mark.parametrize("name", ["email", "password", "code", "name", "csrfmiddlewaretoken"])
def test_a_megabyte_is_refused_quickly(client: Client, rows: None, name: str) -> None:
    started = time.process_time()
    for path in ("/sign-in/", "/sign-up/", "/password/reset/"):
        assert client.post(path, {name: "x" * 1_000_000}).status_code in (400, 413)
    assert time.process_time() - started < 1


def test_ten_thousand_fields_are_refused(client: Client, rows: None) -> None:
    assert client.post("/sign-in/", {f"f{n}": "" for n in range(10_000)}).status_code == 400


def test_files_are_taken_nowhere(client: Client, rows: None) -> None:
    upload = io.BytesIO(b"x" * 4_000_000)
    upload.name = "password.txt"
    answer = client.post("/sign-in/", {"email": "a@b.example", "password": upload})
    assert answer.status_code in (400, 413)


def test_no_long_password_is_hashed(
    alice: Person, carol: Person, client: Client, new_client: Browsers
) -> None:
    long = "p" * (settings.PASSWORD_MAX_BYTES + 1)
    assert not is_hashable(long)
    alice.user.set_password(long)
    alice.user.save()
    client.post("/sign-in/", {"email": alice.address, "password": long})
    assert "_auth_user_id" not in client.session
    assert "pending_sign_in" not in client.session
    carol.user.set_password(long)
    carol.user.save()
    inside = enter(new_client(), carol, [])
    inside.post("/confirm/", {"password": long})
    assert not inside.session.get("proofs")


# --- Passwords ------------------------------------------------------------------------------

FAITHFUL = "  Tr\u00e9s long \U0001f98a p\u00e4ssword " + "\u00e9" * 60 + " "


def _nfd(text: str) -> str:
    return text.replace("\u00e9", "e\u0301").replace("\u00e4", "a\u0308")


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        (FAITHFUL, True),
        (_nfd(FAITHFUL), True),
        (FAITHFUL.strip(), False),
        (FAITHFUL.lower(), False),
        (FAITHFUL[:72], False),
        (FAITHFUL[:-2], False),
        (FAITHFUL.encode()[:72].decode(errors="ignore"), False),
    ],
)
def test_a_password_is_compared_in_full(
    carol: Person, client: Client, typed: str, *, right: bool
) -> None:
    enter(client, carol, Strength.PASSWORD)
    form = {"password": PASSWORD, "new_password": FAITHFUL}
    assert client.post("/security/password/", form).status_code == 302
    client.post("/sign-out/")
    client.post("/sign-in/", {"email": carol.address, "password": typed})
    assert ("_auth_user_id" in client.session) is right


@pytest.mark.parametrize(
    "bad",
    [
        "x" * 14,
        "abcdefghijklmn",
        "latchkeylatchkey",
        "aaaaaaaaaaaaaaaa",
        " " * 20,
    ],
)
def test_a_weak_password_is_refused_with_a_reason(client: Client, rows: None, bad: str) -> None:
    answer = client.post("/sign-up/", {"email": fresh_address(), "password": bad})
    assert answer.status_code == 200
    assert 'class="errors"' in answer.content.decode() or "error" in answer.content.decode()
    assert bad.strip() == "" or f'value="{bad}"' not in answer.content.decode()
    assert not mail.outbox


def test_fifteen_code_points_are_enough(client: Client, rows: None) -> None:
    form = {"email": fresh_address(), "password": get_random_string(14) + "\U0001f98a"}
    assert client.post("/sign-up/", form)["Location"] == "/sign-up/confirm/"


# --- Logs -----------------------------------------------------------------------------------


def test_an_entry_of_the_log_is_one_line(caplog: pytest.LogCaptureFixture, client: Client) -> None:
    client.get("/no-such-page/%0aERROR root forged%1b[31m%e2%80%a8x/")
    lines = [OneLine("%(message)s").format(record) for record in caplog.records]
    assert lines
    assert all(line.isprintable() for line in lines)


def test_a_secret_typed_is_not_shown_again(alice: Person, new_client: Browsers) -> None:
    first, second = new_client(), new_client()
    for client in (first, second):
        start(client, alice)
    first.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    answer = second.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert answer.status_code == 200
    assert alice.codes[0].encode() not in answer.content


def test_a_slip_can_be_mended_without_typing_it_all_again(alice: Person, client: Client) -> None:
    start(client, alice)
    answer = client.post("/sign-in/recovery-code/", {"code": "ABCD-EFGH"})
    assert b'value="ABCD-EFGH"' in answer.content
