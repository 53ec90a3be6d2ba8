"""Sessions: fixed, stolen, ended, stale, and other people's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import User
from devices.models import Session
from devices.sessions.engine import key_of
from tests.attacks.tools import is_in, link_in, reset_path, start
from tests.links import open_link
from tests.people import Person, enter, give_passkey, lose, sign_in

Clock = Any
Browsers = Callable[..., Client]
COOKIE = settings.SESSION_COOKIE_NAME
NEW_PASSWORD = "a password that nobody knows yet"


def cookie(client: Client) -> str:
    """Return the session cookie the browser holds."""
    return client.cookies[COOKIE].value if COOKIE in client.cookies else ""


def replay(new_client: Browsers, value: str) -> Client:
    """Return a thief's browser with a captured cookie."""
    thief = new_client()
    thief.cookies[COOKIE] = value
    return thief


def test_the_id_changes_at_every_rise_of_level(
    alice: Person, client: Client, new_client: Browsers, clock: Clock
) -> None:
    seen = []
    open_link(client, reset_path(client, alice))
    seen.append(cookie(client))
    start(client, alice)
    seen.append(cookie(client))
    client.post("/sign-in/email/", {"code": "000000"})
    client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    seen.append(cookie(client))
    clock.shift(timedelta(minutes=1))
    client.post("/confirm/authenticator/", {"code": alice.fresh_code()})
    seen.append(cookie(client))
    assert len(set(seen)) == len(seen)
    assert is_in(client)
    assert not any(is_in(replay(new_client, old)) for old in seen[:-1])
    assert [row.session_key for row in Session.objects.of(alice.user)] == [key_of(seen[-1])]


@pytest.mark.parametrize(
    "value", ["", "chosen-by-the-attacker", "A" * 32, "x" * 5000, "../..", "é"]
)
def test_a_cookie_set_by_an_attacker_is_never_taken_over(
    alice: Person, new_client: Browsers, value: str
) -> None:
    victim = replay(new_client, value.encode().decode("latin-1"))
    sign_in(victim, alice)
    assert is_in(victim)
    assert cookie(victim) != value
    assert not is_in(replay(new_client, value.encode().decode("latin-1")))


def test_a_half_done_flow_of_an_attacker_attaches_to_nobody(
    alice: Person, bob: Person, new_client: Browsers
) -> None:
    attacker = new_client()
    start(attacker, bob)
    victim = replay(new_client, cookie(attacker))
    sign_in(victim, alice)
    attacker.post("/sign-in/authenticator/", {"code": bob.fresh_code()})
    assert not is_in(attacker)
    assert int(victim.session["_auth_user_id"]) == alice.user.pk


def test_a_signed_out_cookie_is_dead(alice: Person, client: Client, new_client: Browsers) -> None:
    sign_in(client, alice)
    kept = cookie(client)
    answer = client.post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache"', "storage is the authenticator app's"
    assert not is_in(replay(new_client, kept))
    assert not Session.objects.filter(user=alice.user).exists()
    assert alice.kinds()[-1] == "sign_out:done"


def test_signing_out_takes_a_post(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)


def test_idle_sessions_end(alice: Person, client: Client, clock: Clock) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(settings.SESSION_IDLE - timedelta(seconds=1))
    assert is_in(client)
    clock.shift(settings.SESSION_IDLE + timedelta(seconds=1))
    assert not is_in(client)


def test_active_sessions_end_too(alice: Person, client: Client, clock: Clock) -> None:
    sign_in(client, alice)
    for _each in range(int(settings.SESSION_AGE / timedelta(minutes=50))):
        clock.shift(timedelta(minutes=50))
        assert is_in(client)
    clock.shift(timedelta(minutes=50))
    assert not is_in(client)


def test_polling_is_no_activity(alice: Person, client: Client, clock: Clock) -> None:
    enter(client, alice, Strength.RECOVERED)
    target = str(alice.user.email_addresses.order_by("pk")[0].public_id)
    client.post("/confirm/email/?for=recovered", {"send": target})
    for _each in range(7):
        client.get("/confirm/email/fate/?for=recovered")
        clock.shift(timedelta(minutes=9))
    assert not is_in(client)


def test_staff_have_less_time(sue: Person, client: Client, clock: Clock) -> None:
    enter(client, sue, Strength.TWO_STEP)
    clock.shift(settings.STAFF_SESSION_IDLE + timedelta(seconds=1))
    assert not is_in(client)


def test_who_becomes_staff_in_mid_session_has_less_time_at_once(
    alice: Person, client: Client, clock: Clock
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    User.objects.filter(pk=alice.user.pk).update(role=1, is_staff=True)
    clock.shift(settings.STAFF_SESSION_IDLE + timedelta(seconds=1))
    assert not is_in(client)


def _change(client: Client, person: Person) -> Any:
    form = {"password": person.password, "new_password": NEW_PASSWORD}
    return client.post("/security/password/", form)


def _off(client: Client, person: Person) -> Any:
    return client.post("/security/two-step/off/")


def _new_codes(client: Client, person: Person) -> Any:
    return client.post("/security/recovery-codes/new/")


def _unlink(client: Client, person: Person) -> Any:
    return lose(client, person)


def _end_others(client: Client, person: Person) -> Any:
    return client.post("/devices/browsers/end-others/")


@pytest.mark.parametrize("act", [_change, _off, _new_codes, _unlink, _end_others])
def test_other_browsers_are_out_after(
    alice: Person, new_client: Browsers, act: Callable[[Client, Person], Any]
) -> None:
    others = [enter(new_client(), alice, Strength.TWO_STEP) for _each in range(2)]
    mine = enter(new_client(), alice, Strength.RECOVERED)
    if act in (_change, _off):
        enter(mine, alice, Strength.TWO_STEP)
    before = len(mail.outbox)
    assert act(mine, alice).status_code == 302
    assert not any(is_in(other) for other in others)
    assert is_in(mine)
    told = {message.to[0] for message in mail.outbox[before:]}
    addresses = {row.address for row in alice.user.email_addresses.verified()}
    assert told == (set() if act == _end_others else addresses)


def test_the_present_browser_gets_a_new_id_with_two_step_off(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    kept = cookie(client)
    _off(client, alice)
    assert is_in(client)
    assert not is_in(replay(new_client, kept))


def test_a_reset_ends_every_session(alice: Person, new_client: Browsers) -> None:
    others = [enter(new_client(), alice, Strength.TWO_STEP) for _each in range(3)]
    stranger = new_client()
    stranger.post("/password/reset/", {"email": alice.address})
    open_link(stranger, link_in(str(mail.outbox[-1].body), "reset"))
    stranger.post("/password/reset/new/", {"new_password": NEW_PASSWORD})
    assert not any(is_in(other) for other in others)


def test_sessions_of_others_do_not_exist(alice: Person, bob: Person, new_client: Browsers) -> None:
    hers, his = (
        enter(new_client(), alice, Strength.TWO_STEP),
        enter(new_client(), bob, Strength.TWO_STEP),
    )
    of_alice = Session.objects.get(user=alice.user)
    missing = his.get(f"/devices/browsers/{uuid4()}/end/")
    for method in (his.get, his.post):
        answer = method(f"/devices/browsers/{of_alice.public_id}/end/")
        assert answer.status_code == missing.status_code == 404
    assert is_in(hers)


def test_ending_a_session_asks_for_a_fresh_proof(alice: Person, new_client: Browsers) -> None:
    stale = enter(new_client(), alice, [])
    session = stale.session
    session["proofs"] = [{"method": "password", "strength": 2, "at": 0.0, "factor": ""}]
    session.save()
    row = Session.objects.get(user=alice.user)
    answer = stale.post(f"/devices/browsers/{row.public_id}/end/")
    assert answer["Location"].startswith("/confirm/?")
    assert Session.objects.filter(pk=row.pk).exists()


def test_the_cookie_rests_in_no_row(alice: Person, client: Client) -> None:
    sign_in(client, alice)
    row = Session.objects.get(user=alice.user)
    assert cookie(client) not in f"{row.session_key}{row.session_data}{row.public_id}"


def test_an_unlinked_phone_proves_nothing_in_the_session_that_unlinked_it(
    alice: Person, client: Client
) -> None:
    sign_in(client, alice)
    give_passkey(alice)
    client.post(f"/devices/{alice.phone.public_id}/unlink/")
    assert not is_in(client), "its only second proof was that phone"


def test_linking_over_an_old_phone_keeps_it_until_the_code_is_right(
    alice: Person, client: Client, clock: Clock
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    old = alice.phone
    place = client.post(f"/devices/new-phone/?replaces={old.public_id}", {"name": "New"})[
        "Location"
    ]
    client.post(place, {"code": "000000"})
    assert list(alice.user.phones.linked()) == [old]
    clock.shift(timedelta(minutes=2))
    assert client.post("/confirm/authenticator/", {"code": alice.code()}).status_code == 302
