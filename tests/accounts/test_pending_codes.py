"""New recovery codes replace the older ones only when one of them was typed back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import HOST
from accounts.authentication.factors import recovery_codes
from accounts.authentication.proofs import Strength
from accounts.holds import disputes
from accounts.models import RecoveryCode
from tests.accounts.helpers import addresses, is_in, recover, seen, told
from tests.accounts.test_recovery_codes import HELD, PAGE, answer, lets_in, make, save
from tests.people import Person, enter, sign_in

Browsers = Callable[..., Client]


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


@pytest.fixture
def inside(client: Client, alice: Person) -> Client:
    return enter(client, alice, Strength.TWO_STEP)


def counts(person: Person, code: str) -> bool:
    live = person.user.recovery_code_sets.live()
    typed = recovery_codes.clean(code)
    return any(recovery_codes.find(person.user, typed, within=row) for row in live)


def discard_url(person: Person) -> str:
    pending = recovery_codes.summary(person.user).pending
    assert pending
    return f"{PAGE}{pending.public_id}/discard/"


def test_leaving_the_page_leaves_the_older_sheet(
    inside: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    new = make(inside)
    clock.shift(timedelta(days=400))
    assert counts(alice, alice.codes[0])
    assert counts(alice, new[0])


def test_the_pages_say_that_new_codes_wait(inside: Client, alice: Person) -> None:
    make(inside)
    assert "Your older codes keep working until then" in seen(inside.get(PAGE))
    said = seen(inside.get("/security/"))
    assert "Finish or discard your new recovery codes" in said
    assert "You made new codes but haven’t confirmed them." in said
    alice.user.recovery_code_sets.update(shown_sealed=None)
    page = seen(inside.get(PAGE))
    assert "You made new codes but haven’t confirmed them" in page
    assert "Discard the new codes" in page
    assert "10 of 10 codes left" in page


def test_a_code_typed_back_ends_the_older_sheet(
    inside: Client, new_client: Browsers, alice: Person
) -> None:
    new = make(inside)
    other = new_client()
    assert lets_in(other, alice, alice.codes[3])
    page = inside.post(PAGE, {"code": new[1]}, follow=True)
    assert "Your older codes no longer work." in seen(page)
    assert not counts(alice, alice.codes[0])
    assert counts(alice, new[0])
    assert not is_in(other), "it was opened with a code of the sheet that has ended"
    assert is_in(inside)
    assert "Finish or discard" not in seen(inside.get("/security/"))


def test_typed_back_a_year_later(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    new = make(enter(client, alice, Strength.TWO_STEP))
    clock.shift(timedelta(days=365))
    enter(client, alice, Strength.TWO_STEP)
    client.post(PAGE, {"code": new[9]})
    assert not counts(alice, alice.codes[0])


def test_discarded_codes_are_gone_and_the_older_stay(
    inside: Client, new_client: Browsers, alice: Person
) -> None:
    new = make(inside)
    other = new_client()
    assert lets_in(other, alice, new[5])
    url = discard_url(alice)
    page = inside.post(url, follow=True)
    assert "Discarded. Your older codes keep working." in seen(page)
    assert not counts(alice, new[0])
    assert counts(alice, alice.codes[0])
    assert not is_in(other)
    assert told("discarded") == addresses(alice.user)
    assert alice.kinds()[-1] == "recovery_codes:discarded"
    said = seen(inside.post(PAGE, {"code": new[0]}))
    assert "This code is wrong" in said
    assert not recovery_codes.summary(alice.user).pending


def test_discarding_twice_or_what_was_finished_does_nothing(inside: Client, alice: Person) -> None:
    new = make(inside)
    url = discard_url(alice)
    inside.post(PAGE, {"code": new[0]})
    assert "Discarded" not in seen(inside.post(url, follow=True))
    assert counts(alice, new[1])
    make(inside)
    url = discard_url(alice)
    assert inside.post(url).status_code == 302
    before = alice.kinds()
    inside.post(url)
    assert alice.kinds() == before
    assert counts(alice, new[1])


def test_the_older_page_of_two_discards_no_newer_codes(inside: Client, alice: Person) -> None:
    make(inside)
    stale = discard_url(alice)
    new = make(inside)
    inside.post(stale)
    assert counts(alice, new[0])


def test_nobody_discards_the_codes_of_somebody_else(
    inside: Client, alice: Person, bob: Person, new_client: Browsers
) -> None:
    new = make(inside)
    other = enter(new_client(), bob, Strength.TWO_STEP)
    other.post(discard_url(alice))
    assert counts(alice, new[0])


def test_codes_that_are_all_there_is_are_not_discarded(inside: Client, alice: Person) -> None:
    new = make(inside)
    url = discard_url(alice)
    older = alice.user.recovery_code_sets.exclude(is_pending=True)
    RecoveryCode.objects.filter(code_set__in=older).update(used_at=timezone.now())
    page = inside.post(url, follow=True)
    assert "Not discarded: you have no other codes left." in seen(page)
    assert counts(alice, new[0])


def test_a_recovered_session_discards_nothing(
    inside: Client, new_client: Browsers, alice: Person
) -> None:
    new = make(inside)
    thief = enter(new_client(), alice, Strength.RECOVERED)
    assert thief.post(discard_url(alice))["Location"].startswith("/confirm/")
    assert counts(alice, new[0])


def test_a_sheet_without_a_code_left_is_replaced_at_once(inside: Client, alice: Person) -> None:
    RecoveryCode.objects.filter(code_set__user=alice.user).update(used_at=timezone.now())
    new = make(inside)
    assert recovery_codes.summary(alice.user).pending is None
    assert alice.user.recovery_code_sets.live().count() == 1
    assert counts(alice, new[0])


def test_codes_of_a_recovered_session_leave_the_pending_ones(
    inside: Client, new_client: Browsers, alice: Person
) -> None:
    own = make(inside)
    thief = new_client()
    recover(thief, alice)
    for _each in range(2):
        make(thief)
    assert counts(alice, own[0])
    assert counts(alice, alice.codes[0])
    owner = new_client()
    sign_in(owner, alice)
    answer(owner, alice, "remove")
    owner.get(HELD)
    assert counts(alice, own[0])
    assert counts(alice, alice.codes[0])
    owner.post(PAGE, {"code": own[0]})
    assert not counts(alice, alice.codes[0])
    assert counts(alice, own[1])
    assert alice.user.recovery_code_sets.live().count() == 1


def test_pending_codes_typed_back_beside_held_ones_are_the_sheet_that_stays(
    inside: Client, new_client: Browsers, alice: Person
) -> None:
    own = make(inside)
    thief = new_client()
    recover(thief, alice)
    held = save(thief)
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    inside.post(PAGE, {"code": own[0]})
    assert not counts(alice, alice.codes[0])
    assert counts(alice, own[1])
    owner = new_client()
    sign_in(owner, alice)
    answer(owner, alice, "remove")
    assert not counts(alice, held[1])
    assert counts(alice, own[1])
    assert not recovery_codes.summary(alice.user).pending


def test_kept_codes_that_nobody_typed_back_wait_beside_the_older(
    client: Client, new_client: Browsers, alice: Person
) -> None:
    recover(client, alice)
    new = make(client)
    owner = new_client()
    sign_in(owner, alice)
    answer(owner, alice, "keep")
    owner.get(HELD)
    assert counts(alice, alice.codes[0])
    assert "You made new codes but haven’t confirmed them" in seen(owner.get(PAGE))
    owner.post(PAGE, {"code": new[0]})
    assert not counts(alice, alice.codes[0])
    assert counts(alice, new[1])


def test_a_dispute_lets_no_older_sheet_end(inside: Client, alice: Person) -> None:
    new = make(inside)
    disputes.begin(alice.user, since=timezone.now(), origin=HOST)
    inside = enter(inside, alice, Strength.TWO_STEP)
    assert inside.post(PAGE, {"code": new[0]}).status_code == 409
    assert inside.post(discard_url(alice)).status_code == 409
    assert counts(alice, alice.codes[0])
    assert counts(alice, new[0])


def test_switching_two_step_off_ends_pending_codes_too(inside: Client, alice: Person) -> None:
    make(inside)
    inside.post("/security/two-step/off/")
    assert not alice.user.recovery_code_sets.live().exists()


def test_the_first_sheet_waits_for_nothing(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    new = make(client)
    assert recovery_codes.summary(carol.user).pending is None
    assert counts(carol, new[0])
    assert "Discard" not in seen(client.get(PAGE))
    assert recovery_codes.summary(carol.user).left == settings.RECOVERY_CODES_A_SET
