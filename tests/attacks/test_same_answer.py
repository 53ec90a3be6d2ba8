"""Unknown, known, locked and odd accounts get one and the same answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import User
from tests.attacks.tools import face
from tests.links import open_link
from tests.live import fresh_address
from tests.people import PASSWORD, Person, enter, make_person

Browsers = Callable[..., Client]
Clock = Any
NEW_PASSWORD = "a password that nobody knows yet"


@pytest.fixture
def kinds(alice: Person, carol: Person) -> dict[str, str]:
    """Return an address of every kind of account there is, and of none."""
    locked = make_person("locked", is_active=False)
    without = make_person("without")
    without.user.set_unusable_password()
    without.user.save()
    pending = carol.user.email_addresses.create(address=fresh_address("pending"))
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    return {
        "unknown": fresh_address("unknown"),
        "two-step": alice.address,
        "password": carol.address,
        "locked": locked.address,
        "passwordless": without.address,
        "unconfirmed": pending.address,
        "second": second.address,
    }


def chain(client: Client, answer: Any, *typed: str) -> list[Any]:
    """Return the answer and what it leads to, as a stranger compares them."""
    faces = [face(answer, *typed)]
    while answer.status_code == 302 and len(faces) < 5:
        answer = client.get(answer["Location"])
        faces.append(face(answer, *typed))
    return faces


def one_face(faces: dict[str, Any]) -> None:
    """Assert that all answers are alike, naming those that are not."""
    expected = faces["unknown"]
    assert not {kind: seen for kind, seen in faces.items() if seen != expected}


def test_a_wrong_password(kinds: dict[str, str], new_client: Browsers) -> None:
    faces: dict[str, Any] = {}
    for kind, address in kinds.items():
        client = new_client()
        form = {"email": address, "password": "not the right password"}
        faces[kind] = chain(client, client.post("/sign-in/", form), address)
    one_face(faces)


def test_too_many_wrong_passwords(kinds: dict[str, str], new_client: Browsers) -> None:
    faces: dict[str, Any] = {}
    for kind, address in kinds.items():
        form = {"email": address, "password": "not the right password"}
        answers = [
            new_client(REMOTE_ADDR=f"198.51.100.{len(faces)}").post("/sign-in/", form)
            for _each in range(settings.FAILURES_BEFORE_WAIT + 1)
        ]
        faces[kind] = [
            (answer.status_code, sorted(answer.cookies), sorted(answer.headers))
            for answer in answers
        ]
        assert answers[-1].status_code == 429
    one_face(faces)


def test_the_right_password_where_it_opens_nothing(
    kinds: dict[str, str], new_client: Browsers
) -> None:
    """Only the owner of a locked account is told that it is: who typed its right password."""
    faces: dict[str, Any] = {}
    for kind in ("unknown", "passwordless", "unconfirmed", "second"):
        client = new_client()
        form = {"email": kinds[kind], "password": PASSWORD}
        faces[kind] = chain(client, client.post("/sign-in/", form), kinds[kind])
    one_face(faces)
    client = new_client()
    answer = client.post("/sign-in/", {"email": kinds["locked"], "password": PASSWORD})
    assert "This account is locked." in answer.content.decode()
    assert client.get("/security/").status_code == 302


def test_asking_for_a_reset(kinds: dict[str, str], new_client: Browsers, clock: Clock) -> None:
    """The clock stands still: the answer names the second in which the mail was asked for."""
    faces: dict[str, Any] = {}
    for kind, address in kinds.items():
        client = new_client()
        answer = client.post("/password/reset/", {"email": address})
        faces[kind] = chain(client, answer, address)
    one_face(faces)
    told = {message.to[0] for message in mail.outbox}
    assert told == {kinds[kind] for kind in ("two-step", "password", "passwordless", "second")}


def test_asking_for_resets_over_and_over(kinds: dict[str, str], new_client: Browsers) -> None:
    faces: dict[str, Any] = {}
    for kind, address in kinds.items():
        posts = [
            new_client(REMOTE_ADDR=f"198.51.100.{len(faces)}").post(
                "/password/reset/", {"email": address}
            )
            for _each in range(5)
        ]
        faces[kind] = [answer.status_code for answer in posts]
    one_face(faces)


def test_signing_up(kinds: dict[str, str], new_client: Browsers, clock: Clock) -> None:
    """The clock stands still: the page says in how many seconds one may send again."""
    faces: dict[str, Any] = {}
    for kind, address in kinds.items():
        client = new_client()
        form = {"email": address, "password": NEW_PASSWORD}
        faces[kind] = chain(client, client.post("/sign-up/", form), address)
        wrong = client.post("/sign-up/confirm/", {"code": "000000"})
        fate = client.get("/sign-up/confirm/fate/")
        faces[kind] += [face(wrong, address), fate.json()["state"]]
    one_face(faces)
    assert not User.objects.filter(email=kinds["unknown"]).exists()


def test_adding_an_address(
    kinds: dict[str, str], bob: Person, new_client: Browsers, clock: Clock
) -> None:
    faces: dict[str, Any] = {}
    path = "/security/contact/addresses/add/"
    for kind in ("unknown", "two-step", "locked", "unconfirmed", "second"):
        client = enter(new_client(), bob, Strength.TWO_STEP)
        answer = client.post(path, {"address": kinds[kind]})
        row = bob.user.email_addresses.get(verified_at__isnull=True)
        faces[kind] = chain(client, answer, kinds[kind], str(row.public_id))
        wrong = client.post(answer["Location"], {"code": "000000"})
        faces[kind].append(face(wrong, kinds[kind], str(row.public_id)))
        row.delete()
    one_face(faces)


def test_refused_codes(alice: Person, bob: Person, new_client: Browsers) -> None:
    """Wrong, used and somebody else's: one sentence."""
    used = alice.fresh_code()
    typed = {"unknown": alice.wrong_code(), "used": used, "not hers": bob.code()}
    faces: dict[str, Any] = {}
    first = enter(new_client(), alice, Strength.TWO_STEP)
    assert first.post("/confirm/authenticator/", {"code": used}).status_code == 302
    for kind, code in typed.items():
        client = new_client()
        client.post("/sign-in/", {"email": alice.address, "password": alice.password})
        faces[kind] = face(client.post("/sign-in/authenticator/", {"code": code}), code)
    one_face(faces)


def test_set_up_links_that_do_not_exist(bob: Person, new_client: Browsers) -> None:
    faces: dict[str, Any] = {}
    for kind, token in {
        "unknown": "A" * 22,
        "short": "zz-no-such-token",
        "long": "x" * 900,
    }.items():
        client = enter(new_client(), bob, Strength.TWO_STEP)
        faces[kind] = chain(client, open_link(client, f"/set-up/link/#{token}"), token)
    one_face(faces)
