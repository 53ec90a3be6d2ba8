"""Changes at the same moment, and the death of a worker."""

import os
import signal
from collections import Counter
from functools import partial
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from accounts.models import OneTimeLink, SecurityEvent
from devices.models import Session
from devices.models.authenticator import step_now
from tests.attacks.crowd import REFUSED, Crowd, half_signed_in, is_in, post_at_once, signed_in
from tests.attacks.tools import link_in
from tests.links import open_link
from tests.live import LiveSite, at_once, fresh_address
from tests.live.sinks import body_of, wait_until
from tests.people import Person, give_passkey, give_phone

CODES = "/security/recovery-codes/"
MANY = 20
GUESSES = 200
FREE = settings.FAILURES_BEFORE_WAIT


def test_a_double_click_on_new_codes(alice: Person, crowd: Crowd) -> None:
    visitor = signed_in(crowd, alice)
    twins = crowd(MANY, visitor)
    post_at_once(twins, f"{CODES}new/", {})
    shown = twins[0].get(f"{CODES}download/").text.split()[-10:]
    live_sets = alice.user.recovery_code_sets.live()
    assert live_sets.filter(is_pending=True).count() == 1
    assert live_sets.count() == 2
    (visitor,) = half_signed_in(crowd, 1, alice)
    assert visitor.post("/sign-in/recovery-code/", {"code": shown[3]}).status_code == 302


def test_a_double_click_on_typing_a_new_code_back(alice: Person, crowd: Crowd) -> None:
    visitor = signed_in(crowd, alice)
    visitor.post(f"{CODES}new/", {})
    shown = visitor.get(f"{CODES}download/").text.split()[-10:]
    post_at_once(crowd(MANY, visitor), CODES, {"code": shown[0]})
    assert alice.user.recovery_code_sets.live().count() == 1
    (visitor,) = half_signed_in(crowd, 1, alice)
    assert visitor.post("/sign-in/recovery-code/", {"code": alice.codes[0]}).status_code == 200
    assert visitor.post("/sign-in/recovery-code/", {"code": shown[3]}).status_code == 302


def test_finishing_and_discarding_new_codes_at_once(alice: Person, crowd: Crowd) -> None:
    """One of them wins, and one sheet is left."""
    visitor = signed_in(crowd, alice)
    visitor.post(f"{CODES}new/", {})
    shown = visitor.get(f"{CODES}download/").text.split()[-10:]
    pending = alice.user.recovery_code_sets.get(is_pending=True)
    finish = partial(visitor.post, CODES, {"code": shown[0]})
    discard = partial(visitor.post, f"{CODES}{pending.public_id}/discard/", {})
    at_once([finish, discard, finish, discard])
    (left,) = alice.user.recovery_code_sets.live()
    kinds = alice.kinds()
    assert ("recovery_codes:discarded" in kinds) == (left.pk != pending.pk)
    assert not left.is_pending


def test_new_codes_while_an_old_one_signs_in(alice: Person, crowd: Crowd) -> None:
    """Whichever is first: nobody who used the old sheet is inside once it has ended."""
    owner = signed_in(crowd, alice)
    owner.post(f"{CODES}new/", {})
    shown = owner.get(f"{CODES}download/").text.split()[-10:]
    thieves = half_signed_in(crowd, 4, alice)
    acts = [
        partial(thief.post, "/sign-in/recovery-code/", {"code": code})
        for thief, code in zip(thieves, alice.codes, strict=False)
    ]
    acts.insert(2, partial(owner.post, CODES, {"code": shown[0]}))
    answers = at_once(acts)
    assert {answer.status_code for answer in answers} <= REFUSED
    if is_in(owner):
        assert alice.kinds().count("recovery_codes:confirmed") == 1
        assert not any(is_in(thief) for thief in thieves)


def test_unlinking_a_phone_while_it_signs_in(alice: Person, crowd: Crowd) -> None:
    owner, phone = signed_in(crowd, alice), alice.phone
    give_passkey(alice)
    thieves = half_signed_in(crowd, 4, alice)
    code = alice.fresh_code()
    acts = [partial(t.post, "/sign-in/authenticator/", {"code": code}) for t in thieves]
    acts.insert(2, partial(owner.post, f"/devices/{phone.public_id}/unlink/", {}))
    answers = at_once(acts)
    assert {answer.status_code for answer in answers} <= REFUSED
    assert not alice.user.phones.exists()
    assert not any(is_in(thief) for thief in thieves)


def test_letting_the_last_two_strong_steps_go_at_once_leaves_one(
    alice: Person, crowd: Crowd
) -> None:
    here, there, phone = signed_in(crowd, alice), signed_in(crowd, alice), alice.phone
    other = give_phone(alice, "iPhone 15").phone
    urls = [f"/devices/{row.public_id}/unlink/" for row in (phone, other)]
    answers = at_once([partial(here.post, urls[0], {}), partial(there.post, urls[1], {})])
    assert {answer.status_code for answer in answers} <= REFUSED
    assert alice.user.phones.linked().count() == 1
    assert alice.kinds().count("phone:unlinked") == 1
    assert alice.reload().has_two_step


def test_a_session_that_writes_while_it_is_ended(alice: Person, crowd: Crowd) -> None:
    owner, victim = signed_in(crowd, alice), signed_in(crowd, alice)
    row = Session.objects.filter(user=alice.user).order_by("-signed_in_at")[0]
    rename = f"/devices/{alice.phone.public_id}/rename/"
    acts = [partial(twin.post, rename, {"name": "Renamed"}) for twin in crowd(6, victim)]
    acts += [partial(twin.get, "/security/") for twin in crowd(6, victim)]
    acts.insert(5, partial(owner.post, f"/devices/browsers/{row.public_id}/end/", {}))
    answers = at_once(acts)
    assert {answer.status_code for answer in answers} <= REFUSED
    assert not is_in(victim)
    assert not Session.objects.filter(public_id=row.public_id).exists()
    assert is_in(owner)


def test_adding_one_address_over_and_over(alice: Person, crowd: Crowd) -> None:
    visitor, address = signed_in(crowd, alice), fresh_address("mine")
    path = "/security/contact/addresses/add/"
    post_at_once(crowd(MANY, visitor), path, {"address": address})
    assert alice.user.email_addresses.filter(address=address).count() == 1


def test_adding_many_addresses_at_once_keeps_the_limit(alice: Person, crowd: Crowd) -> None:
    twins = crowd(12, signed_in(crowd, alice))
    path = "/security/contact/addresses/add/"
    answers = at_once([partial(t.post, path, {"address": fresh_address()}) for t in twins])
    assert {answer.status_code for answer in answers} <= REFUSED
    assert alice.user.email_addresses.count() == settings.CONTACTS_A_PERSON


def test_removing_one_address_over_and_over(alice: Person, crowd: Crowd) -> None:
    visitor = signed_in(crowd, alice)
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    path = f"/security/contact/{second.public_id}/remove/"
    answers = at_once([partial(twin.post, path, {}) for twin in crowd(8, visitor)])
    assert {answer.status_code for answer in answers} <= {302, 404}
    assert alice.kinds().count("address:removed") == 1


def test_one_reset_link(alice: Person, crowd: Crowd, live: LiveSite) -> None:
    visitors = crowd(10)
    visitors[0].post("/password/reset/", {"email": alice.address})
    path = link_in(body_of(live.mail.wait_for(alice.address)), "reset")
    for visitor in visitors:
        open_link(visitor, path)
    passwords = [f"a new password, number {number}" for number in range(len(visitors))]
    acts = [
        partial(visitor.post, "/password/reset/new/", {"new_password": password})
        for visitor, password in zip(visitors, passwords, strict=True)
    ]
    answers = at_once(acts)
    assert Counter(answer.status_code for answer in answers) == {302: 1, 400: 9}
    assert alice.kinds().count("password:reset") == 1
    assert OneTimeLink.objects.filter(user=alice.user, used_at__isnull=False).count() == 1


def test_switching_off_over_and_over_is_one_event(alice: Person, crowd: Crowd) -> None:
    visitor = signed_in(crowd, alice)
    post_at_once(crowd(8, visitor), "/security/two-step/off/", {})
    assert alice.kinds().count("two_step:off") == 1


def test_linking_with_one_code_over_and_over(alice: Person, crowd: Crowd) -> None:
    visitor = signed_in(crowd, alice)
    place = visitor.post("/devices/link/", {"name": "Second"}).headers["Location"]
    new = alice.user.phones.get(name="Second")
    code = new.authenticators.get().code_at(step_now())
    post_at_once(crowd(8, visitor), place, {"code": code})
    assert alice.kinds().count("phone:linked") == 1
    assert alice.user.phones.linked().count() == 2


def kill_workers(live: LiveSite) -> None:
    """Kill the processes that serve, without a word; gunicorn's master makes new ones."""
    master = live.processes[0].pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    assert len(children) == 2
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    wait_until(lambda: _serves(live), "new workers")


def _serves(live: LiveSite) -> bool:
    try:
        return live.visitor().get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("kind", ["code", "password"])
def test_failures_survive_the_death_of_a_worker(
    alice: Person, crowd: Crowd, live: LiveSite, kind: str
) -> None:
    (visitor,) = half_signed_in(crowd, 1, alice)
    for number in range(FREE):
        if number == FREE - 1:
            kill_workers(live)
        if kind == "code":
            answer = visitor.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
        else:
            (stranger,) = crowd(1)
            form = {"email": alice.address, "password": "not the right password"}
            answer = stranger.post("/sign-in/", form)
        assert answer.status_code == 200
    path = "/sign-in/authenticator/" if kind == "code" else "/sign-in/"
    form = {"email": alice.address, "password": alice.password, "code": alice.fresh_code()}
    last = visitor if kind == "code" else crowd(1)[0]
    assert last.post(path, form).status_code == 429
    assert SecurityEvent.objects.filter(user=alice.user, kind__contains="failed").count() == FREE
