"""A phone links by a code from the portal; another screen needs the number that the phone shows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.contacts.normalization import mask_address
from accounts.models import User
from accounts.signals import protection_changed
from core.web.http import RequestOrigin
from devices.api.http import fingerprint
from devices.backups.apps import app_linking
from devices.models import Installation, LinkRequest, Phone, RestoreGrant, Session, Vault
from tests.accounts.helpers import addresses, told
from tests.people import Person, enter
from tests.phones import API, give_app, new_secret

HERE = RequestOrigin("192.0.2.7", "Firefox")


@pytest.fixture
def portal(alice: Person, client: Client) -> Client:
    """The browser in which alice is signed in."""
    return enter(client, alice, Strength.TWO_STEP)


def code_for(person: Person, portal: Client, **fields: Any) -> str:
    """Make a code in the session of this browser."""
    session = str(portal.session.public_id)  # type: ignore[attr-defined] # it is our engine's
    given = {"session": session, "grants_from": timezone.now(), **fields}
    return app_linking.begin(user=person.user, **given)[1]


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    """Post JSON as a phone does."""
    return client.post(API + path, body, content_type="application/json", headers=headers)


def claim(client: Client, code: str, secret: str = "", **more: Any) -> Any:
    """Claim a code as a phone that is not linked yet."""
    device = fingerprint(secret or new_secret())
    return post(client, "link/claim", {"code": code, "device": device, "name": "Pixel 9", **more})


def state(client: Client, claimed: Any, secret: str) -> Any:
    """Ask how the claim stands."""
    shown = f"Device {claimed.json()['installation']}.{secret}"
    return client.get(API + "link", headers={"Authorization": shown})


def confirm(number: str) -> bool:
    """Type the number into the portal, and link the phone if it is right."""
    row = LinkRequest.objects.latest("pk")
    is_right = app_linking.is_number(row, number)
    if is_right:
        app_linking.confirm(row=row, origin=Origin(HERE))
    return is_right


def refused(answer: Any) -> tuple[int, str]:
    """The status and the code of a refusal."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


UNKNOWN = (404, "link_unknown")


# --- From another screen ------------------------------------------------------------------------


def test_the_number_typed_in_the_portal_links_the_phone(alice: Person, portal: Client) -> None:
    secret = new_secret()
    claimed = claim(portal, code_for(alice, portal), secret)
    assert claimed.status_code == 201
    said = claimed.json()
    assert len(said["number"]) == 3
    assert said["account"] == f"a••••@{alice.address.partition('@')[2]}"
    assert (said["status"], said["origin_is_here"]) == ("waiting", False)
    assert state(portal, claimed, secret).json() == {"status": "waiting"}
    assert not alice.user.installations.exists()
    assert confirm(said["number"])
    assert state(portal, claimed, secret).json() == {"status": "linked"}
    row = alice.user.installations.get()
    assert (row.name, row.status, str(row.public_id)) == ("Pixel 9", "active", said["installation"])
    assert row.phone in alice.user.phones.linked()
    assert RestoreGrant.objects.usable().get().installation == row


def test_nothing_is_linked_before_the_number(alice: Person, portal: Client) -> None:
    secret = new_secret()
    claimed = claim(portal, code_for(alice, portal), secret)
    shown = f"Device {claimed.json()['installation']}.{secret}"
    answer = post(portal, "heartbeat", {"unsaved": 0, "accounts": 0}, Authorization=shown)
    assert refused(answer) == (401, "unknown_phone")


def test_three_wrong_numbers_end_it(alice: Person, portal: Client) -> None:
    secret = new_secret()
    claimed = claim(portal, code_for(alice, portal), secret)
    number = claimed.json()["number"]
    wrong = f"{(int(number) + 1) % 1000:03d}"
    assert [confirm(wrong) for _each in range(settings.APP_LINK_TRIES)] == [False] * 3
    with pytest.raises(app_linking.Ended):
        confirm(number)
    assert refused(state(portal, claimed, secret)) == (410, "link_ended")
    assert not alice.user.installations.exists()


def test_the_number_counts_once(alice: Person, portal: Client) -> None:
    number = claim(portal, code_for(alice, portal)).json()["number"]
    assert confirm(number)
    with pytest.raises(app_linking.Ended):
        confirm(number)
    with pytest.raises(app_linking.Ended):
        app_linking.confirm(row=LinkRequest.objects.get(), origin=Origin(HERE))
    assert alice.user.installations.count() == 1


def test_the_time_is_over_after_ten_minutes(alice: Person, portal: Client) -> None:
    secret = new_secret()
    claimed = claim(portal, code_for(alice, portal), secret)
    with time_machine.travel(timezone.now() + settings.APP_LINK_AGE, tick=False):
        assert refused(state(portal, claimed, secret)) == (410, "link_ended")
        with pytest.raises(app_linking.Ended):
            confirm(claimed.json()["number"])


def test_the_second_phone_waits_until_it_takes_over(alice: Person, portal: Client) -> None:
    give_app(alice, portal)
    confirm(claim(portal, code_for(alice, portal)).json()["number"])
    assert [row.status for row in alice.user.installations.all()] == ["active", "superseded"]


def test_a_phone_that_has_no_app_yet_can_get_it(alice: Person, portal: Client) -> None:
    confirm(claim(portal, code_for(alice, portal, phone=alice.phone)).json()["number"])
    row = alice.user.installations.get()
    assert (row.phone, row.name) == (alice.phone, "Pixel 8")
    assert alice.user.phones.count() == 1


def test_the_app_set_up_anew_on_a_phone_lets_the_old_one_go(alice: Person, portal: Client) -> None:
    for _each in range(2):
        confirm(claim(portal, code_for(alice, portal, phone=alice.phone)).json()["number"])
    old, new = alice.user.installations.all()
    assert (old.status, old.phone, new.status, new.phone) == (
        "unlinked",
        None,
        "active",
        alice.phone,
    )


# --- In this same browser -----------------------------------------------------------------------


def test_a_code_made_in_this_browser_links_at_once(alice: Person, portal: Client) -> None:
    secret = new_secret()
    claimed = claim(portal, code_for(alice, portal, is_here=True), secret)
    said = claimed.json()
    assert (said["status"], said["origin_is_here"], said["number"]) == ("linked", True, "")
    assert state(portal, claimed, secret).json() == {"status": "linked"}
    assert alice.user.installations.get().name == "Pixel 9"
    assert told("authenticator app was linked", "Pixel 9") == addresses(alice.user)


def test_a_code_made_here_is_still_good_if_there_is_no_room(
    alice: Person, portal: Client, settings: Settings
) -> None:
    settings.PHONES_A_PERSON = 1
    code = code_for(alice, portal, is_here=True)
    assert refused(claim(portal, code)) == (409, "too_many_phones")
    settings.PHONES_A_PERSON = 2
    assert claim(portal, code).status_code == 201


# --- A phone that is linked already -------------------------------------------------------------


def test_a_linked_phone_only_gets_leave_to_read(alice: Person, portal: Client) -> None:
    app = give_app(alice, portal)
    code = code_for(alice, portal, purpose="recover")
    claimed = app.post("link/claim", {"code": code})
    assert claimed.json()["installation"] == str(app.installation.public_id)
    assert app.get("link").json() == {"status": "waiting"}
    assert confirm(claimed.json()["number"])
    assert app.get("link").json() == {"status": "linked"}
    assert app.reload().grants.usable().count() == 1
    assert alice.user.installations.count() == 1
    assert alice.kinds()[-1] == "app:asked"


def test_a_phone_of_somebody_else_is_told_so(alice: Person, bob: Person, portal: Client) -> None:
    other, code = give_app(bob, portal), code_for(alice, portal)
    assert refused(other.post("link/claim", {"code": code})) == (409, "other_account")
    assert claim(portal, code).status_code == 201


def test_an_unlinked_phone_cannot_claim_as_what_it_was(alice: Person, portal: Client) -> None:
    app, code = give_app(alice, portal), code_for(alice, portal)
    Installation.objects.update(status="unlinked")
    assert refused(app.post("link/claim", {"code": code})) == (401, "unlinked")
    assert claim(portal, code).status_code == 201


def test_a_phone_unlinked_meanwhile_gets_nothing(alice: Person, portal: Client) -> None:
    app = give_app(alice, portal)
    number = app.post("link/claim", {"code": code_for(alice, portal)}).json()["number"]
    Installation.objects.update(status="unlinked")
    with pytest.raises(app_linking.Ended):
        confirm(number)
    assert not RestoreGrant.objects.exists()


def test_a_suspended_phone_cannot_claim(alice: Person, portal: Client) -> None:
    app = give_app(alice, portal)
    Installation.objects.update(phone=alice.phone)
    Phone.objects.update(suspended_at=timezone.now())
    code = code_for(alice, portal)
    assert refused(app.post("link/claim", {"code": code})) == (409, "suspended")


# --- Looking first ------------------------------------------------------------------------------


def test_a_look_says_whose_account_it_is_and_uses_nothing_up(alice: Person, portal: Client) -> None:
    code = code_for(alice, portal, purpose="recover", is_here=True)
    for _each in range(2):
        said = post(portal, "link/look", {"code": code}).json()
        assert said["account"] == mask_address(alice.address)
        assert (said["purpose"], said["is_here"]) == ("recover", True)
    assert claim(portal, code).status_code == 201
    assert refused(post(portal, "link/look", {"code": code})) == UNKNOWN


def test_a_code_may_be_typed_in_any_spelling(alice: Person, portal: Client) -> None:
    code = code_for(alice, portal)
    grouped = "-".join(code[start : start + 4] for start in range(0, 16, 4))
    slips = grouped.lower().replace("0", "o").replace("1", "l")
    assert post(portal, "link/look", {"code": f" {slips} "}).status_code == 200


# --- What is refused, always in the same words ----------------------------------------------------


def used(alice: Person, portal: Client, code: str) -> None:
    claim(portal, code)


def expired(alice: Person, portal: Client, code: str) -> None:
    LinkRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def locked(alice: Person, portal: Client, code: str) -> None:
    User.objects.update(is_active=False)


def new_password(alice: Person, portal: Client, code: str) -> None:
    alice.user.set_password("another horse battery staple")
    alice.user.save()


def protected(alice: Person, portal: Client, code: str) -> None:
    session = str(portal.session.public_id)  # type: ignore[attr-defined] # it is our engine's
    protection_changed.send(User, user=alice.user, except_session=session)


def signed_out(alice: Person, portal: Client, code: str) -> None:
    Session.objects.all().delete()


def replaced(alice: Person, portal: Client, code: str) -> None:
    code_for(alice, portal)


@pytest.mark.parametrize(
    "spoil", [used, expired, locked, new_password, protected, signed_out, replaced]
)
def test_a_code_that_is_over_is_refused_like_a_wrong_one(
    alice: Person, portal: Client, spoil: Callable[..., None]
) -> None:
    code = code_for(alice, portal)
    assert post(portal, "link/look", {"code": code}).status_code == 200
    spoil(alice, portal, code)
    installations = Installation.objects.count()
    wrong = claim(portal, "0" * 16)
    assert refused(wrong) == UNKNOWN
    assert claim(portal, code).content == wrong.content
    assert post(portal, "link/look", {"code": code}).content == wrong.content
    assert Installation.objects.count() == installations


def test_a_code_to_recover_stands_beside_one_to_link(alice: Person, portal: Client) -> None:
    first = code_for(alice, portal)
    code_for(alice, portal, purpose="recover")
    assert claim(portal, first).status_code == 201


def test_wrong_codes_run_out_and_right_ones_cost_nothing(
    alice: Person, portal: Client, settings: Settings
) -> None:
    code = code_for(alice, portal)
    for _each in range(settings.APP_CLAIMS_AN_ADDRESS + 1):
        assert post(portal, "link/look", {"code": code}).status_code == 200
    for _each in range(settings.APP_CLAIMS_AN_ADDRESS):
        assert claim(portal, "0" * 16).status_code == 404
    answer = claim(portal, code)
    assert refused(answer) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        {"code": 1},
        {"code": ["0" * 16]},
        {"code": "0" * 16, "name": 5, "device": "A" * 43},
        {"code": "0" * 16, "name": "x", "device": "A" * 42},
        {"code": "0" * 16, "name": "x", "device": "\ud800" * 43},
        {"code": "0" * 16, "name": "x"},
        [],
        None,
    ],
)
def test_what_the_app_would_not_send_is_refused(portal: Client, body: Any) -> None:
    assert refused(post(portal, "link/claim", body)) == (422, "malformed")


def test_a_name_that_cannot_be_seen_becomes_one_that_can(alice: Person, portal: Client) -> None:
    named = "\ud800\x00 Pixel\n\u202e9 " + "x" * 100
    confirm(claim(portal, code_for(alice, portal), name=named).json()["number"])
    assert alice.user.phones.latest("pk").name == ("Pixel 9 " + "x" * 100)[:60]


def test_no_secret_rests_in_the_rows(alice: Person, portal: Client) -> None:
    code, secret = code_for(alice, portal), new_secret()
    before = str(LinkRequest.objects.values().get())
    claim(portal, code, secret)
    after = str(LinkRequest.objects.values().get())
    for kept in (before, after):
        assert code not in kept
        assert secret not in kept
        assert fingerprint(secret) not in kept
    assert LinkRequest.objects.get().sealed_code is None


def test_old_requests_are_forgotten(alice: Person, portal: Client) -> None:
    code_for(alice, portal)
    assert app_linking.delete_expired() == 0
    LinkRequest.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert app_linking.delete_expired() == 1


@pytest.mark.parametrize(
    ("state", "status"), [("on", "superseded"), ("off", "superseded"), ("frozen", "active")]
)
def test_a_phone_never_reads_a_backup_just_by_being_linked(
    alice: Person, portal: Client, state: str, status: str
) -> None:
    Vault.objects.create(public_id=uuid4(), user=alice.user, state=state)
    confirm(claim(portal, code_for(alice, portal)).json()["number"])
    assert alice.user.installations.get().status == status
