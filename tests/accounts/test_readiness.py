"""What the site says of getting in is what its sign-in really offers, for any set-up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, note
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.activity.origin import Origin
from accounts.authentication.factors.possessions import Number
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts import changes
from accounts.models import RecoveryCode, RecoveryCodeSet
from accounts.models.contact import EmailAddress, PhoneNumber
from accounts.readiness import assessment, declined_methods, fire_drill, removal_impact
from accounts.readiness.assessment import Readiness
from core.web.http import RequestOrigin
from devices.factors import last_factor, passkeys
from devices.models import Authenticator, Passkey, Phone
from devices.models.passkey import digest_of
from devices.phones import linked_phones
from tests.conftest import SecureClient
from tests.live import fresh_address, fresh_number
from tests.people import Person, enter, give_phone, make_person

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
CLOSED_NUMBER = "+4915112345678"  # its country is not among SMS_COUNTRIES


@dataclass(frozen=True)
class SetUp:
    """What somebody has; a held factor does not count in full yet."""

    phones: list[str]
    passkeys: list[tuple[bool, bool]]
    more_mailboxes: int
    has_reset: bool
    numbers: list[bool]
    has_gateway: bool
    codes: int
    has_two_step: bool
    declined: list[str] = field(default_factory=list)


def up_to(most: int, each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists of any length, each as likely as the others."""
    return st.integers(0, most).flatmap(lambda n: st.lists(each, min_size=n, max_size=n))


SET_UPS = st.builds(
    SetUp,
    phones=up_to(3, st.sampled_from(["full", "full", "held", "suspended", "begun"])),
    passkeys=up_to(2, st.tuples(st.booleans(), st.booleans())),
    more_mailboxes=st.integers(0, 2),
    has_reset=st.booleans(),
    numbers=up_to(2, st.sampled_from([True, True, False])),
    has_gateway=st.sampled_from([True, True, False]),
    codes=st.sampled_from([0, 0, 1, 4, 10]),
    has_two_step=st.sampled_from([True, True, True, False]),
    declined=st.lists(st.sampled_from(["email", "sms"]), unique=True),
)


@contextmanager
def living(set_up: SetUp) -> Iterator[Person]:
    """Make somebody with this set-up, and nobody afterwards."""
    gateway = "memory:" if set_up.has_gateway else ""
    with override_settings(SMS_URL=gateway), transaction.atomic():
        person = make_person("rae", two_step_since=_since(set_up), declined_steps=set_up.declined)
        note(str(set_up))
        _give_devices(person, set_up)
        _give_contacts(person, set_up)
        _give_codes(person, set_up.codes)
        person.reload()
        yield person
        transaction.set_rollback(True)


def _since(set_up: SetUp) -> Any:
    return timezone.now() if set_up.has_two_step else None


def _give_devices(person: Person, set_up: SetUp) -> None:
    later = timezone.now() + timedelta(hours=1)
    for number, state in enumerate(set_up.phones):
        held = {"trusted_from": later} if state == "held" else {}
        phone = give_phone(person, f"Phone {number}", **held).phone
        if state == "suspended":
            Phone.objects.filter(pk=phone.pk).update(suspended_at=timezone.now())
        if state == "begun":
            Authenticator.objects.filter(phone=phone).update(confirmed=False)
            Phone.objects.filter(pk=phone.pk).update(linked_at=None)
    for number, (is_synced, is_held) in enumerate(set_up.passkeys):
        digest = digest_of(uuid4().bytes)
        kept: dict[str, Any] = {"trusted_from": later} if is_held else {}
        kept |= {"is_backed_up": is_synced, "credential": b"", "digest": digest}
        Passkey.objects.create(user=person.user, name=f"Key {number}", **kept)


def _give_contacts(person: Person, set_up: SetUp) -> None:
    user, now = person.user, timezone.now()
    for _each in range(set_up.more_mailboxes):
        EmailAddress.objects.create(user=user, address=fresh_address(), verified_at=now)
    EmailAddress.objects.create(user=user, address=fresh_address("unconfirmed"))
    for is_open in set_up.numbers:
        number = fresh_number() if is_open else CLOSED_NUMBER
        PhoneNumber.objects.get_or_create(user=user, number=number, defaults={"verified_at": now})
    if set_up.has_reset:
        user.reset_mailbox = user.email_addresses.order_by("pk").first()
        user.save()


def _give_codes(person: Person, count: int) -> None:
    code_set = RecoveryCodeSet.objects.create(user=person.user)
    for number in range(count):
        RecoveryCode.objects.create(code_set=code_set, locator=f"{number:02d}", hash="!")


def offered(person: Person) -> list[tuple[str, str]]:
    """Type the password in a browser never seen before, and read what may come next."""
    client = SecureClient()
    answer = client.post("/sign-in/", {"email": person.address, "password": person.password})
    if answer["Location"] == "/security/":
        return [("password", "")]
    page = client.get("/sign-in/another-way/")
    return [(way.slug, way.target) for way in page.context["ways"]]


@contextmanager
def taken_back(person: Person) -> Iterator[None]:
    """Undo what is done to somebody in here."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    person.reload()


def said(state: Readiness, keys: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """What the site says would be left without these."""
    loss = state.loss(keys)
    if not loss.needs_way:
        return [("password", "")]
    return [(way.slug, way.target) for way in loss.remains]


def lose(person: Person, keys: frozenset[str]) -> None:
    """Take things away for good, in the rows."""
    rows = {
        "phone": Phone.objects.all(),
        "passkey": Passkey.objects.all(),
        "synced": Passkey.objects.all(),
        "mailbox": EmailAddress.objects.all(),
        "number": PhoneNumber.objects.all(),
    }
    for key in keys:
        kind, _, pk = key.partition(":")
        if kind == "paper":
            RecoveryCode.objects.filter(code_set__user=person.user).delete()
        else:
            assert rows[kind].filter(user=person.user, pk=pk).delete()[0]
    person.reload()


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
