"""Attacks on the link of a phone: codes of others, numbers, secrets, strange calls."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from core.outbox.sms import SentText
from devices.api.http import fingerprint
from devices.models import Installation, LinkRequest, PhoneCommand
from tests.attacks.tools import NEW_PASSWORD, Seen, outgoing, rows
from tests.people import Person, enter
from tests.phones import API, App, give_app, grant, new_secret

Browsers = Callable[..., Client]
BEAT = {"unsaved": 0, "accounts": 0}


def begin(portal: Client, path: str = "/devices/app/") -> tuple[str, str]:
    """Ask for a code; return the page that shows it, and the code."""
    page = portal.post(path, {"phone": "new"})["Location"]
    found = re.search(r"data-key>([0-9A-Z-]{19})<", portal.get(page).content.decode())
    assert found
    return page, found[1].replace("-", "")


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    """Post as a phone."""
    return client.post(API + path, body, content_type="application/json", headers=headers)


def claim(client: Client, code: str, secret: str, name: str = "Pixel 9") -> Any:
    """Claim a code as a phone with this secret."""
    body = {"code": code, "device": fingerprint(secret), "name": name}
    return post(client, "link/claim", body)


def test_nothing_that_opens_anything_rests_anywhere(
    alice: Person,
    client: Client,
    new_client: Browsers,
    seen: Seen,
    texts: list[SentText],
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = new_secret()
    seen.secrets |= {"phone's secret": secret.encode()}  # no answer may repeat it
    enter(client, alice, Strength.TWO_STEP)
    page, code = begin(client)
    phone = new_client()
    number = claim(phone, code, secret).json()["number"]
    client.post(page, {"code": number})
    shown = f"Device {alice.user.installations.get().public_id}.{secret}"
    assert post(phone, "heartbeat", BEAT, Authorization=shown).status_code == 200
    opens = (secret, fingerprint(secret), code, "-".join(re.findall("....", code)))
    places = [*rows(), *outgoing(texts), ("the log", caplog.text.encode())]
    for place, content in places:
        assert not [each for each in opens if each.encode() in content], place


def test_the_attackers_code_names_the_attackers_account_first(
    alice: Person, bob: Person, client: Client, new_client: Browsers
) -> None:
    """Fixation: a link sent to alice that would make her phone save into bob's account."""
    enter(client, bob, Strength.TWO_STEP)
    answer = client.post("/devices/app/recover/", {"phone": "new", "here": "1"})
    code = answer["Location"].rpartition("/")[2]
    victim = give_app(alice, new_client())
    said = post(new_client(), "link/look", {"code": code}).json()
    assert said["account"] == f"b••••@{bob.address.partition('@')[2]}"
    refused = victim.post("link/claim", {"code": code})
    assert (refused.status_code, refused.json()["code"]) == (409, "other_account")
    assert victim.post("heartbeat", BEAT).json()["account"].startswith("a••••@")


def test_the_owner_of_the_page_gives_a_stranger_nothing_without_the_number(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    """Somebody photographs the code over alice's shoulder and claims it first."""
    enter(client, alice, Strength.TWO_STEP)
    page, code = begin(client)
    thief, secret = new_client(), new_secret()
    claimed = claim(thief, code, secret, "Alices phone").json()
    shown = f"Device {claimed['installation']}.{secret}"
    for path in ("vault", "restore/offers", "work"):
        answer = thief.get(API + path, headers={"Authorization": shown})
        assert answer.status_code == 401, path
    assert "Don’t have Alices phone with you?" in client.get(page).content.decode()
    assert not alice.user.installations.exists()


def test_all_numbers_cannot_be_tried(alice: Person, client: Client, new_client: Browsers) -> None:
    enter(client, alice, Strength.TWO_STEP)
    judged = 0
    for _each in range(settings.APP_LINKS_A_QUARTER_HOUR + 3):
        answer = client.post("/devices/app/", {"phone": "new"})
        if answer.status_code == 429:
            break
        page = answer["Location"]
        code = re.search(r"data-key>([0-9A-Z-]{19})<", client.get(page).content.decode())
        assert code
        number = claim(new_client(), code[1], new_secret()).json()["number"]
        for guess in range(5):
            wrong = f"{(int(number) + guess + 1) % 1000:03d}"
            client.post(page, {"code": wrong})
        judged += LinkRequest.objects.latest("pk").tries
    assert judged == settings.APP_LINKS_A_QUARTER_HOUR * settings.APP_LINK_TRIES
    assert not alice.user.installations.exists()


def test_a_new_password_ends_codes_numbers_and_leave(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    thief = enter(new_client(), alice, Strength.TWO_STEP)
    _page, unclaimed = begin(thief)
    page, claimed = begin(thief, "/devices/app/recover/")
    app = give_app(alice, new_client())
    number = app.post("link/claim", {"code": claimed}).json()["number"]
    grant(app, session=str(thief.session.public_id))  # type: ignore[attr-defined] # our engine's
    enter(client, alice, Strength.TWO_STEP)
    form = {"password": alice.password, "new_password": NEW_PASSWORD}
    assert client.post("/security/password/", form).status_code == 302
    assert claim(new_client(), unclaimed, new_secret()).status_code == 404
    assert app.get("restore/offers").json()["code"] == "grant_needed"
    assert app.get("link").json()["code"] == "link_ended"
    assert client.post(page, {"code": number})["Location"] == "/devices/app/recover/"
    assert thief.post(page, {"code": number})["Location"].startswith("/sign-in/")
    assert app.get("restore/offers").json()["code"] == "grant_needed"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Basic YWxpY2U6cGFzc3dvcmQ=",
        "Bearer {id}.{secret}",
        "device {id}.{secret}",
        "Device {id}",
        "Device {id}.{wrong}",
        "Device {other}.{secret}",
        "Device {id}.{secret}, Device {id}.{secret}",
        "Device {id}.{secret}\t",
        "Device " + "9" * 60_000,
        "Device {id}.{digest}",
    ],
)
def test_nothing_else_is_taken_for_a_phone(
    alice: Person, bob: Person, client: Client, shown: str
) -> None:
    app, other = give_app(alice, client), give_app(bob, client)
    Installation.objects.filter(pk=app.installation.pk).update(status="unlinked")
    PhoneCommand.objects.create(installation=app.installation, kind="wipe")
    enter(client, alice, Strength.TWO_STEP)  # a session is nothing here
    header = shown.format(
        id=app.installation.public_id,
        secret=app.secret,
        wrong=new_secret(),
        other=other.installation.public_id,
        digest=fingerprint(app.secret),
    )
    answer = app.post("heartbeat", BEAT, Authorization=header)
    assert answer.status_code in {400, 401}
    assert "commands" not in answer.content.decode()
    assert app.reload().last_contact_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"code"',
        b'{"code": NaN, "device": Infinity}',
        b'{"code": "\\ud800", "device": "\\udfff", "name": "\\u0000"}',
        b'{"code": {"$ne": ""}}',
        b"{" * 30_000,
        b'{"code": ' + b"9" * 5000 + b"}",
        b" " * (64 * 1024 + 1),
        b'{"code": "' + b"A" * (64 * 1024 - 20) + b'"}',
    ],
)
@pytest.mark.parametrize("path", ["link/look", "link/claim", "heartbeat"])
def test_strange_bodies_are_refused_cleanly(
    alice: Person, client: Client, path: str, body: bytes
) -> None:
    app = give_app(alice, client)
    given = {} if path == "heartbeat" else {"Authorization": ""}
    answer = app.send("POST", path, body, **given)
    assert answer.status_code in {401, 404, 413, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert app.reload().last_contact_at is None


def test_answers_are_for_this_site_alone_and_kept_by_nobody(alice: Person, client: Client) -> None:
    app = give_app(alice, client)
    foreign = {"Origin": "https://evil.example"}
    for answer in (
        app.post("heartbeat", BEAT, **foreign),
        app.post("link/look", {"code": "0" * 16}, **foreign),
        app.send("OPTIONS", "heartbeat", None, **foreign),
        app.get("link", **foreign),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies


def test_a_command_of_somebody_else_is_not_there(
    alice: Person, bob: Person, client: Client
) -> None:
    mine, theirs = give_app(alice, client), give_app(bob, client)
    command = PhoneCommand.objects.create(installation=theirs.installation, kind="wipe")
    assert mine.post(f"commands/{command.public_id}/done", {}).status_code == 404
    assert mine.post("heartbeat", BEAT).json()["commands"] == []
    command.refresh_from_db()
    assert command.done_at is None


def test_acts_on_somebody_elses_phone_are_not_there(
    alice: Person, bob: Person, client: Client, new_client: Browsers
) -> None:
    app: App = give_app(bob, new_client(), phone=bob.phone)
    row = grant(app)
    enter(client, alice, Strength.TWO_STEP)
    phone = bob.phone.public_id
    assert client.post("/devices/lost/", {"phone": phone, "wipe": "1"}).status_code == 404
    assert client.post(f"/devices/{phone}/unlink/", {"wipe": "1"}).status_code == 404
    assert client.post(f"/devices/app/grants/{row.public_id}/stop/").status_code == 404
    assert client.post("/devices/app/", {"phone": phone}).status_code == 200
    assert app.reload().status == "active"
    assert not PhoneCommand.objects.exists()
    assert not LinkRequest.objects.exists()
