"""Many phones and many hands at the same moment, at the running site."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from core.web.http import RequestOrigin
from devices.api.http import fingerprint
from devices.backups.apps import app_linking
from devices.models import Installation, LinkRequest, Phone
from devices.phones import linked_phones
from tests.attacks.crowd import Crowd, signed_in
from tests.live import at_once
from tests.live.concurrency import T
from tests.people import Person, enter, give_passkey
from tests.phones import API, give_app, new_secret

MANY = 20
pytestmark = pytest.mark.usefixtures("live")


def closing(act: Callable[[], T]) -> Callable[[], T]:
    """Close the thread's database connection after the act."""

    def acted() -> T:
        try:
            return act()
        finally:
            connection.close()

    return acted


def code_for(person: Person, **fields: Any) -> str:
    """Make a code in a session of the person."""
    session = str(enter(Client(), person, Strength.TWO_STEP).session.public_id)  # type: ignore[attr-defined] # our engine's
    given: dict[str, Any] = {"session": session, "grants_from": timezone.now(), **fields}
    return app_linking.begin(user=person.user, **given)[1]


@pytest.mark.parametrize("is_here", [False, True])
def test_twenty_phones_claim_a_code_and_one_has_it(
    alice: Person, crowd: Crowd, is_here: bool
) -> None:
    code = code_for(alice, is_here=is_here)
    bodies = [{"code": code, "device": fingerprint(new_secret()), "name": "x"} for _ in range(MANY)]
    phones = crowd(MANY)
    answers = at_once(
        [
            partial(phone.http.post, f"{API}link/claim", json=body)
            for phone, body in zip(phones, bodies, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [404] * (MANY - 1)
    assert alice.user.installations.count() == int(is_here)


def test_twenty_hands_confirm_and_it_is_linked_once(alice: Person, crowd: Crowd) -> None:
    code = code_for(alice)
    body = {"code": code, "device": fingerprint(new_secret()), "name": "x"}
    (phone,) = crowd(1)
    assert phone.http.post(f"{API}link/claim", json=body).status_code == 201
    row = LinkRequest.objects.get(user=alice.user)

    def confirm() -> bool:
        try:
            app_linking.confirm(row=row, origin=Origin(RequestOrigin("192.0.2.7", "")))
        except app_linking.Ended:
            return False
        return True

    assert at_once([closing(confirm)] * MANY).count(True) == 1
    assert alice.user.installations.count() == 1
    assert alice.kinds().count("app:linked") == 1


def test_of_twenty_numbers_at_once_three_are_judged(alice: Person, crowd: Crowd) -> None:
    code = code_for(alice)
    body = {"code": code, "device": fingerprint(new_secret()), "name": "x"}
    (phone,) = crowd(1)
    number = phone.http.post(f"{API}link/claim", json=body).json()["number"]
    wrong = f"{(int(number) + 1) % 1000:03d}"

    def guess() -> bool | None:
        try:
            return app_linking.is_number(LinkRequest.objects.get(user=alice.user), wrong)
        except app_linking.Ended:
            return None

    assert at_once([closing(guess)] * MANY).count(False) == 3
    assert LinkRequest.objects.get(user=alice.user).ended_at is not None


def test_phones_linked_at_once_make_one_active(alice: Person, crowd: Crowd) -> None:
    """Two codes, one to link and one to recover, claimed by two phones in the same browser."""
    session = str(enter(Client(), alice, Strength.TWO_STEP).session.public_id)  # type: ignore[attr-defined] # our engine's
    given: dict[str, Any] = {"session": session, "grants_from": timezone.now(), "is_here": True}
    codes = [
        app_linking.begin(user=alice.user, purpose=purpose, **given)[1]
        for purpose in ("link", "recover")
    ]
    answers = at_once(
        [
            partial(
                phone.http.post,
                f"{API}link/claim",
                json={"code": code, "device": fingerprint(new_secret()), "name": "x"},
            )
            for phone, code in zip(crowd(2), codes, strict=True)
        ]
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    rows = Installation.objects.filter(user=alice.user)
    assert sorted(row.status for row in rows) == ["active", "superseded"]


def test_unlinking_while_the_app_calls_tells_it_to_erase_itself(
    alice: Person, crowd: Crowd
) -> None:
    """Whichever is first: afterwards it is unlinked, and told so by the next call."""
    owner = signed_in(crowd, alice)
    give_passkey(alice)
    app = give_app(alice, crowd(1)[0], phone=alice.phone)
    beat = {"unsaved": 1, "accounts": 1}
    calls: list[Callable[[], Any]] = [
        partial(app.twin().post, "heartbeat", beat) for _each in range(8)
    ]
    form = {"phone": str(alice.phone.public_id), "wipe": "1"}
    calls.insert(4, partial(owner.post, "/devices/lost/", form))
    answers = at_once(calls)
    assert {answer.status_code for answer in answers} <= {200, 302}
    said = app.post("heartbeat", beat).json()
    assert said["status"] == "unlinked"
    assert [command["kind"] for command in said["commands"]] == ["wipe"]
    done = f"commands/{said['commands'][0]['id']}/done"
    finished = at_once([partial(app.twin().post, done, {}) for _each in range(MANY)])
    assert {answer.status_code for answer in finished} == {204}
    assert alice.kinds().count("app:wiped") == 1


def test_an_app_that_is_asked_many_times_to_erase_itself_is_asked_once(
    alice: Person, crowd: Crowd
) -> None:
    owner = signed_in(crowd, alice)
    tablet = Phone.objects.create(user=alice.user, name="Tablet", linked_at=timezone.now())
    app = give_app(alice, crowd(1)[0], phone=tablet)
    report = owner.post("/devices/lost/", {"phone": str(tablet.public_id)}).headers["Location"]
    asked, owners = f"{report}wipe/", [owner, *crowd(MANY - 1, like=owner)]
    answers = at_once([partial(each.post, asked, {}) for each in owners])
    assert {answer.status_code for answer in answers} == {302}
    assert app.installation.commands.count() == 1
    assert alice.kinds().count("app:wipe_asked") == 1


def test_unlinking_while_the_number_is_typed_links_nothing_that_lives_on(
    alice: Person, crowd: Crowd
) -> None:
    """The link of an app to a phone that is being unlinked: both or neither."""
    code = code_for(alice, phone=alice.phone)
    body = {"code": code, "device": fingerprint(new_secret()), "name": "x"}
    (phone,) = crowd(1)
    assert phone.http.post(f"{API}link/claim", json=body).status_code == 201
    row, old = LinkRequest.objects.get(user=alice.user), alice.phone

    def confirm() -> None:
        with suppress(app_linking.Ended, IntegrityError, Phone.DoesNotExist):
            app_linking.confirm(row=row, origin=Origin(RequestOrigin("192.0.2.7", "")))

    def unlink() -> None:
        linked_phones.unlink(phone=old, origin=Origin(RequestOrigin("192.0.2.7", "")), lost=True)

    at_once([closing(confirm), closing(unlink)])
    assert not alice.user.phones.exists()
    assert not alice.user.installations.linked().exists()
