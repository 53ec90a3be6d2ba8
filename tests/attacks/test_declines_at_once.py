"""Declining at the same moment as everything else: a fall-back remains, and a code dies with it."""

from functools import partial
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts.authentication.second_steps import options_for
from accounts.models import RecoveryCode, SentCode
from accounts.readiness import declined_methods
from devices.models import Session
from tests.attacks.crowd import REFUSED, Crowd, half_signed_in, is_in, signed_in
from tests.authenticator import BE, BS, UP, UV
from tests.journeys.hand import code_in
from tests.live import LiveSite, at_once
from tests.live.sinks import body_of
from tests.people import Person, give_number, give_passkey


def url_of(slug: str, act: str = "decline") -> str:
    return f"/security/two-step/{slug}/{act}/"


def without_codes(person: Person) -> Person:
    """Leave nothing but what is declined or removed."""
    unused = RecoveryCode.objects.filter(code_set__user=person.user, used_at__isnull=True)
    unused.update(used_at=timezone.now())
    return person


def is_safe(person: Person) -> bool:
    return declined_methods.remains(person.reload(), options_for(person.user))


@pytest.fixture
def two_devices(bob: Person) -> Person:
    """Bob with a phone, a number that most likely is in it, and a passkey that is not."""
    give_number(bob)
    give_passkey(bob, flags=UP | UV | BE | BS)
    return without_codes(bob)


def test_e_mail_and_text_messages_declined_at_once(alice: Person, crowd: Crowd) -> None:
    """Alice loses her second phone first, so that one of the two has to remain."""
    without_codes(alice)
    give_passkey(alice)
    visitor = signed_in(crowd, alice)
    alice.user.phones.all().delete()
    twins = crowd(6, visitor)
    acts = [
        partial(twin.post, url_of(slug), {})
        for twin, slug in zip(twins, ("email", "sms") * 3, strict=True)
    ]
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    assert len(alice.reload().declined_steps) == 1
    assert alice.kinds().count("step:declined") == 1
    assert is_safe(alice)


def test_declining_while_the_other_device_goes(two_devices: Person, crowd: Crowd) -> None:
    """Whichever is first, the other is refused, or something remains."""
    bob = two_devices
    visitor = signed_in(crowd, bob)
    passkey = bob.user.passkeys.get().public_id
    twins = crowd(3, visitor)
    acts = [partial(twins[0].post, f"/devices/passkeys/{passkey}/remove/", {})]
    acts += [partial(twins[1].post, url_of("email"), {}), partial(twins[2].post, url_of("sms"), {})]
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    assert is_safe(bob) or not bob.user.declined_steps


def test_declining_over_and_over_is_one_event(alice: Person, crowd: Crowd) -> None:
    visitor = signed_in(crowd, alice)
    acts = [partial(twin.post, url_of("email"), {}) for twin in crowd(8, visitor)]
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    assert alice.reload().declined_steps == ["email"]
    assert alice.kinds().count("step:declined") == 1


def test_declining_while_a_code_signs_in(alice: Person, crowd: Crowd, live: LiveSite) -> None:
    """The code is refused, or its session ends: nobody who used it is inside afterwards."""
    (thief,) = half_signed_in(crowd, 1, alice)
    target = str(alice.user.email_addresses.order_by("pk")[0].public_id)
    assert thief.post("/sign-in/email/", {"send": target}).status_code == 302
    code = code_in(body_of(live.mail.wait_for(alice.address)))
    owner = signed_in(crowd, alice)
    acts = [partial(twin.post, "/sign-in/email/", {"code": code}) for twin in crowd(4, thief)]
    acts.insert(2, partial(owner.post, url_of("email"), {}))
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    assert alice.reload().declined_steps == ["email"]
    assert is_in(owner)
    assert not is_in(thief)
    assert Session.objects.filter(user=alice.user).count() == 1
    assert SentCode.objects.filter(user=alice.user, used_at__isnull=False).count() <= 1


def test_two_owners_who_decline_from_two_browsers(alice: Person, crowd: Crowd) -> None:
    first, second = signed_in(crowd, alice), signed_in(crowd, alice)
    """The one that is first ends the other's session, and with it what that was about to do."""
    acts = [partial(first.post, url_of("email"), {}), partial(second.post, url_of("sms"), {})]
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    assert len(alice.reload().declined_steps) == 1
    assert alice.kinds().count("step:declined") == 1
    assert is_in(first) + is_in(second) == 1


@pytest.mark.parametrize("step", ["email", "sms"])
def test_declining_and_accepting_at_once_ends_in_one_of_the_two(
    alice: Person, crowd: Crowd, step: str
) -> None:
    visitor = signed_in(crowd, alice)
    acts = [
        partial(twin.post, url_of(step, act), {})
        for twin, act in zip(crowd(6, visitor), ("decline", "accept") * 3, strict=True)
    ]
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    done = [kind for kind in alice.kinds() if kind.startswith("step:")]
    assert all(one != other for one, other in pairwise(done))
    assert alice.reload().declined_steps == ([step] if done[-1] == "step:declined" else [])
