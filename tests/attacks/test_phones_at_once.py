"""A phone is called lost, taken back and erased at the same moment: one of them happened."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.holds.disputes import InDispute
from accounts.models import User
from core.web.http import RequestOrigin
from devices.models import Authenticator, Phone, Session
from devices.phones import contest, linked_phones, sealing
from tests.attacks.crowd import Crowd, half_signed_in
from tests.devices.test_disputes import by_passkey
from tests.live import at_once
from tests.people import Person, code_of, give_passkey

CLIENT = RequestOrigin("192.0.2.7", "")
DOOR = "/sign-in/take-back/"
STOPPED = {200, 302, 404, 409, 429}
"""What was done, what was refused, and what has to wait for the end of the dispute."""


def call_lost(person: Person, until: timedelta | None = None) -> None:
    """Call the phone lost as a recovered session does, some minutes ago."""
    ends = timezone.now() + (until or settings.RECOVERY_HOLD)
    linked_phones.unlink(phone=person.phone, origin=Origin(CLIENT), lost=True, kept_until=ends)
    Authenticator.objects.filter(user=person.user).update(last_step=0)


def row_of(person: Person) -> Phone | None:
    return Phone.objects.filter(user=person.user, name="Pixel 8").first()


def by_itself(act: Callable[[], Any]) -> Callable[[], Any]:
    """Close the thread's own connection after an act that is not asked over HTTP."""

    def done() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return done


def own_code(person: Person) -> str:
    return code_of(Authenticator.objects.get(user=person.user))


def test_one_code_takes_a_phone_back_once(alice: Person, crowd: Crowd) -> None:
    call_lost(alice)
    owners = half_signed_in(crowd, 20, alice)
    form = {"code": own_code(alice)}
    answers = at_once([partial(owner.post, DOOR, form) for owner in owners])
    assert {answer.status_code for answer in answers} <= STOPPED
    assert sum(answer.headers.get("Location") == "/devices/dispute/" for answer in answers) == 1
    assert alice.kinds().count("dispute:begun") == 1
    assert alice.kinds().count("sign_in:held") == 1
    assert Session.objects.filter(user=alice.user).count() == 1
    assert alice.reload().is_disputed


def test_taking_back_while_it_is_called_lost(alice: Person, crowd: Crowd) -> None:
    """Both press at once: it is taken back after the report, or not there to be taken back yet."""
    phone, code = alice.phone, own_code(alice)
    owners = half_signed_in(crowd, 4, alice)
    until = timezone.now() + settings.RECOVERY_HOLD

    def lose() -> None:
        with suppress(InDispute, Phone.DoesNotExist):
            linked_phones.unlink(phone=phone, origin=Origin(CLIENT), lost=True, kept_until=until)

    acts: list[Callable[[], Any]] = [partial(owner.post, DOOR, {"code": code}) for owner in owners]
    acts.insert(2, by_itself(lose))
    at_once(acts)
    row = row_of(alice)
    assert row is not None
    is_disputed = alice.reload().is_disputed
    assert is_disputed == (row.contested_until is not None)
    assert row.is_linked == is_disputed
    assert Authenticator.objects.filter(user=alice.user).count() == 1


def test_calling_it_lost_again_while_it_is_taken_back(alice: Person, crowd: Crowd) -> None:
    """Neither side wins by being last: it is linked, contested, and proves no more than before."""
    call_lost(alice)
    phone, code = alice.user.phones.get(), own_code(alice)
    (owner,) = half_signed_in(crowd, 1, alice)
    until = timezone.now() + settings.RECOVERY_HOLD

    def lose() -> None:
        with suppress(InDispute, Phone.DoesNotExist):
            linked_phones.unlink(phone=phone, origin=Origin(CLIENT), lost=True, kept_until=until)

    press: Callable[[], Any] = partial(owner.post, DOOR, {"code": code})
    at_once([by_itself(lose), press, by_itself(lose)])
    row = row_of(alice)
    assert row is not None
    assert row.is_linked
    assert row.contested_until is not None
    assert alice.reload().is_disputed


def test_taking_back_while_the_hold_ends(alice: Person, crowd: Crowd) -> None:
    """It is erased, or it is back: never a linked phone without its secret."""
    call_lost(alice)
    phone = alice.user.phones.get()
    (owner,) = half_signed_in(crowd, 1, alice)
    code = own_code(alice)

    def end() -> None:
        with transaction.atomic():
            User.objects.get(pk=alice.user.pk).lock_for_update()
            rows = Phone.objects.filter(pk=phone.pk, sealed_until__isnull=False)
            rows.update(sealed_until=timezone.now() - timedelta(seconds=1))
        sealing.erase_ended()

    press: Callable[[], Any] = partial(owner.post, DOOR, {"code": code})
    at_once([press, by_itself(end), by_itself(end)])
    row = row_of(alice)
    left = Authenticator.objects.filter(user=alice.user).count()
    assert left == (1 if row else 0)
    assert (row is not None and row.is_linked) == alice.reload().is_disputed


def test_both_answers_of_an_older_proof_at_once(alice: Person, crowd: Crowd) -> None:
    """Two presses, one decision, one event."""
    give_passkey(alice)
    call_lost(alice)
    (owner,) = half_signed_in(crowd, 1, alice)
    owner.post(DOOR, {"code": own_code(alice)})
    proofs = by_passkey(alice)

    def decide(*, keeps: bool) -> None:
        with suppress(contest.NothingChanged):
            contest.decide(
                user=User.objects.get(pk=alice.user.pk),
                keeps=keeps,
                proofs=proofs,
                origin=Origin(CLIENT, ""),
            )

    at_once([by_itself(partial(decide, keeps=keeps)) for keeps in (True, False, True, False)])
    assert alice.kinds().count("dispute:decided") == 1
    assert not alice.reload().is_disputed
    event = alice.user.events.get(kind="dispute:decided")
    assert (row_of(alice) is not None) == event.details["keeps"]


def test_an_act_that_weakens_races_the_dispute(alice: Person, crowd: Crowd) -> None:
    """Whichever is first: once the dispute runs, nothing more is linked."""
    call_lost(alice)
    owner, *others = half_signed_in(crowd, 2, alice)
    assert others
    code = own_code(alice)

    def link() -> None:
        with suppress(InDispute):
            linked_phones.link(user=User.objects.get(pk=alice.user.pk), name="More")

    acts: list[Callable[[], Any]] = [by_itself(link) for _each in range(6)]
    acts.insert(3, partial(owner.post, DOOR, {"code": code}))
    at_once(acts)
    assert alice.reload().is_disputed
    before = Phone.objects.filter(user=alice.user).count()
    link()
    assert Phone.objects.filter(user=alice.user).count() == before
