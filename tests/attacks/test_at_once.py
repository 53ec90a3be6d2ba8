"""The same thing at the same moment, through the running site of two processes."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from django.conf import settings

from accounts.authentication import throttling
from accounts.models import RecoveryCode, SentCode
from core.limits.counters import FailureCount
from devices.models import Session
from devices.models.authenticator import step_now
from tests import figures
from tests.attacks.crowd import REFUSED, Crowd, half_signed_in, is_in, post_at_once
from tests.attacks.tools import code_in
from tests.live import LiveSite, Visitor, at_once
from tests.live.sinks import body_of
from tests.people import Person, give_phone

MANY = 20
GUESSES = 200
FREE = settings.FAILURES_BEFORE_WAIT


def check_one_won(visitors: Sequence[Visitor], person: Person) -> None:
    """Exactly one of the browsers is signed in, and the account's memory says the same."""
    inside = sum(is_in(visitor) for visitor in visitors)
    figures.note(f"{inside} of {len(visitors)} signed in")
    assert inside == 1
    assert Session.objects.filter(user=person.user).count() == 1
    kinds = [kind for kind in person.kinds() if kind.startswith("sign_in:")]
    won = [kind for kind in kinds if kind not in ("sign_in:code_failed", "sign_in:many_failures")]
    assert len(won) == 1


def test_one_authenticator_code(alice: Person, crowd: Crowd) -> None:
    visitors = half_signed_in(crowd, MANY, alice)
    post_at_once(visitors, "/sign-in/authenticator/", {"code": alice.fresh_code()})
    check_one_won(visitors, alice)


def test_one_authenticator_code_in_one_half_session(alice: Person, crowd: Crowd) -> None:
    (visitor,) = half_signed_in(crowd, 1, alice)
    twins = crowd(MANY, visitor)
    code = alice.fresh_code()
    answers = post_at_once(twins, "/sign-in/authenticator/", {"code": code})
    assert Session.objects.filter(user=alice.user).count() == 1
    assert sum("sign_in:" in kind for kind in alice.kinds() if "failed" not in kind) == 1
    assert any(answer.headers.get("Location") == "/security/" for answer in answers)


def test_one_recovery_code(alice: Person, crowd: Crowd) -> None:
    visitors = half_signed_in(crowd, MANY, alice)
    post_at_once(visitors, "/sign-in/recovery-code/", {"code": alice.codes[0]})
    check_one_won(visitors, alice)
    used = RecoveryCode.objects.filter(code_set__user=alice.user, used_at__isnull=False)
    assert used.count() == 1


def test_one_sent_code(alice: Person, crowd: Crowd, live: LiveSite) -> None:
    (visitor,) = half_signed_in(crowd, 1, alice)
    target = str(alice.user.email_addresses.order_by("pk")[0].public_id)
    assert visitor.post("/sign-in/email/", {"send": target}).status_code == 302
    code = code_in(body_of(live.mail.wait_for(alice.address)))
    twins = crowd(MANY, visitor)
    post_at_once(twins, "/sign-in/email/", {"code": code})
    assert Session.objects.filter(user=alice.user).count() == 1
    assert alice.kinds().count("sign_in:recovered") == 1
    assert SentCode.objects.get(user=alice.user).used_at is not None


def test_one_code_of_each_phone(alice: Person, crowd: Crowd) -> None:
    """Two phones, two codes: two sign-ins at most, and no more."""
    second = give_phone(alice, "Second")
    visitors = half_signed_in(crowd, 10, alice)
    codes = [alice.fresh_code(), second.code_at(step_now())] * 5
    acts = [
        partial(visitor.post, "/sign-in/authenticator/", {"code": code})
        for visitor, code in zip(visitors, codes, strict=True)
    ]
    assert {answer.status_code for answer in at_once(acts)} <= REFUSED
    assert sum(is_in(visitor) for visitor in visitors) <= 2


def test_sending_a_code_twice_at_once_sends_one(alice: Person, crowd: Crowd) -> None:
    (visitor,) = half_signed_in(crowd, 1, alice)
    target = str(alice.user.email_addresses.order_by("pk")[0].public_id)
    answers = post_at_once(crowd(MANY, visitor), "/sign-in/email/", {"send": target})
    assert Counter(answer.status_code for answer in answers)[302] == 1
    assert SentCode.objects.filter(user=alice.user).count() == 1


def test_sending_by_the_page_of_a_lost_phone_as_well_sends_one(alice: Person, crowd: Crowd) -> None:
    (visitor,) = half_signed_in(crowd, 1, alice)
    target = str(alice.user.email_addresses.order_by("pk")[0].public_id)
    pages = ["/sign-in/email/", "/sign-in/lost-your-phone/"] * (MANY // 2)
    form = {"way": "email", "send": target}
    twins = zip(crowd(MANY, visitor), pages, strict=True)
    answers = at_once([partial(twin.post, page, form) for twin, page in twins])
    assert Counter(answer.status_code for answer in answers) == {302: 1, 429: MANY - 1}
    assert SentCode.objects.filter(user=alice.user).count() == 1


def test_wrong_codes_in_a_flood(alice: Person, crowd: Crowd) -> None:
    wrong = alice.wrong_code()
    visitors = half_signed_in(crowd, 20, alice)
    twins = [twin for visitor in visitors for twin in crowd(GUESSES // 20, visitor)]
    answers = post_at_once(twins, "/sign-in/authenticator/", {"code": wrong})
    evaluated = alice.kinds().count("sign_in:code_failed")
    figures.note(f"{evaluated} of {GUESSES} codes judged")
    assert evaluated == FREE
    assert Counter(answer.status_code for answer in answers) == {200: FREE, 429: GUESSES - FREE}
    key = throttling.budget_of(alice.user, "authenticator").key
    assert FailureCount.objects.get(key=key).failures == FREE


def test_passwords_in_a_flood(alice: Person, crowd: Crowd) -> None:
    visitors = crowd(GUESSES)
    for visitor in visitors:
        visitor.keep(settings.CSRF_COOKIE_NAME, "a" * 32)
    passwords = [f"guess number {number}" for number in range(GUESSES - 1)] + [alice.password]
    acts = [
        partial(visitor.post, "/sign-in/", {"email": alice.address, "password": password})
        for visitor, password in zip(visitors, passwords, strict=True)
    ]
    answers = at_once(acts)
    assert {answer.status_code for answer in answers} <= REFUSED
    was_right = sum(answer.status_code == 302 for answer in answers)
    judged = was_right + alice.kinds().count("sign_in:password_failed")
    figures.note(f"{judged} of {GUESSES} passwords judged")
    # The right one gives the tries back; whoever has it needs no more guesses.
    assert alice.kinds().count("sign_in:password_failed") <= FREE * (1 + was_right)
    assert was_right <= 1
    assert Counter(answer.status_code for answer in answers)[429] >= GUESSES - 2 * FREE
