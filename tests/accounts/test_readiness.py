"""What the site says of getting in is what its sign-in really offers, for any set-up."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.activity.origin import Origin
from accounts.authentication.factors.possessions import Number
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts import changes
from accounts.readiness import assessment, declined_methods, fire_drill, removal_impact
from accounts.readiness.assessment import Readiness
from core.web.http import RequestOrigin
from devices.factors import last_factor, passkeys
from devices.phones import linked_phones
from tests.conftest import SecureClient
from tests.people import Person, enter
from tests.set_ups import SET_UPS, SetUp, living, lose, offered, taken_back

pytestmark = pytest.mark.django_db
QUICKLY = examples(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
VISITOR = RequestOrigin("192.0.2.7", "")


def said(state: Readiness, keys: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """What the site says would be left without these."""
    loss = state.loss(keys)
    if not loss.needs_way:
        return [("password", "")]
    return [(way.slug, way.target) for way in loss.remains]


@QUICKLY
@given(SET_UPS)
def test_the_ways_named_are_those_that_the_sign_in_offers(set_up: SetUp) -> None:
    with living(set_up) as person:
        assert offered(person) == said(assessment.of(person.user))


@examples(QUICKLY, max_examples=10)
@given(SET_UPS)
def test_what_remains_of_each_single_loss_is_what_the_sign_in_then_offers(set_up: SetUp) -> None:
    with living(set_up) as person:
        before = assessment.of(person.user)
        outcomes = []
        for key in before.keys:
            with taken_back(person):
                lose(person, before.together([key]))
                outcomes.append(offered(person))
            assert outcomes[-1] == said(before, frozenset([key]))
        assert (before.verdict.tone == "loss") == ([] in [*outcomes, offered(person)])


@QUICKLY
@given(SET_UPS, st.data())
def test_the_fire_drill_shows_the_ways_that_are_really_left(set_up: SetUp, data: Any) -> None:
    with living(set_up) as person:
        state = assessment.of(person.user)
        lost = data.draw(st.sets(st.sampled_from(state.keys or ["paper"]), min_size=1))
        values = [fire_drill.value_of(way) for way in state.ways if way.possession.key in lost]
        client = enter(SecureClient(), person, [Proof.now("email", Strength.RECOVERED)])
        page = client.get("/security/fire-drill/", {"lost": values})
        way_back = page.context["way_back"]
        shown = way_back.loss.remains if way_back and way_back.loss.needs_way else []
        with taken_back(person):
            lose(person, state.together(lost) & set(state.keys))
            left = offered(person)
        assert [(way.slug, way.target) for way in shown] == (left if set_up.has_two_step else [])
        locked_out = "You would be locked out" in page.content.decode()
        assert locked_out == (not left and bool(values))


@examples(QUICKLY, max_examples=60)
@given(SET_UPS)
def test_text_messages_are_lost_with_the_only_phone_that_counts(set_up: SetUp) -> None:
    with living(set_up) as person:
        state = assessment.of(person.user)
        phones_there = [way.possession.key for way in state.ways if way.slug == "authenticator"]
        for key in phones_there:
            gone = {way.slug for way in state.loss([key]).gone}
            are_texts_gone = len(phones_there) == 1 and state.count(Number) > 0
            assert gone == {"authenticator", *(["sms"] if are_texts_gone else [])}
            assert {way.slug for way in state.removal(key).gone} == {"authenticator"}


@examples(QUICKLY, max_examples=10)
@given(SET_UPS)
def test_what_a_removal_keeps_is_what_the_sign_in_then_offers(set_up: SetUp) -> None:
    with living(set_up) as person:
        for remove, row in removable(person):
            told = removal_impact.of(person.user, row.possession_key)
            kept = [(way.slug, way.target) for way in told.keeps]
            refused = (last_factor.LastFactor, declined_methods.LastFallBack)
            with taken_back(person), suppress(*refused):
                remove(row)
                person.reload()
                assert offered(person) == (kept if set_up.has_two_step else [("password", "")])


def removable(person: Person) -> list[tuple[Callable[[Any], object], Any]]:
    """Everything that its owner may try to remove, and the act of its page."""
    others = person.user.email_addresses.verified().exclude(address=person.address)
    return [
        *(
            (lambda row: linked_phones.unlink(phone=row, origin=Origin(VISITOR)), row)
            for row in person.user.phones.linked()
        ),
        *(
            (lambda row: passkeys.remove(passkey=row, origin=Origin(VISITOR)), row)
            for row in person.user.passkeys.all()
        ),
        *((_remove_contact, row) for row in others),
        *((_remove_contact, row) for row in person.user.phone_numbers.verified()),
    ]


def _remove_contact(row: Any) -> None:
    changes.remove(row.user, row, origin=Origin(VISITOR, ""))
