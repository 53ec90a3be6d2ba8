"""Parallel requests, in real threads: once means once, and an unlinked phone lets nobody in.

They need rows that are really committed, and so the database of the running site.
"""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.activity.origin import Origin
from accounts.authentication.methods import AlreadySpent, VerificationContext
from accounts.authentication.proofs import Proof, Strength, store_proofs
from accounts.models import User
from core.web.http import RequestOrigin
from devices.factors import last_factor, passkeys
from devices.factors.methods import AuthenticatorAppMethod
from devices.models import Authenticator, Phone, Session
from devices.phones import linked_phones, lost_phone, suspension
from devices.sessions.engine import SessionStore
from tests.live import at_once
from tests.people import Person, code_of, give_passkey, give_phone, make_person, protected

VISITOR = RequestOrigin("192.0.2.7", "")
THREADS = 10
pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def _no_deliveries(settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"


@pytest.fixture
def ann(rows: None) -> Person:
    return protected("ann")


def closing(act: Callable[[], Any]) -> Callable[[], Any]:
    """Close the thread's database connection after the act."""

    def acted() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return acted


def found(person: Person) -> list[Phone]:
    """Look the linked phones up for one thread, as one request does.

    To be called before the threads begin: a late one would find nothing left to ask for.
    """
    return list(Phone.objects.linked().filter(user=person.user))


def sign_in(user: User, code: str, pause: Callable[[], object] = lambda: None) -> str:
    """Do what the sign-in does: spend the code and write the session in one transaction."""
    match = AuthenticatorAppMethod().match(VerificationContext(user, "sign-in", "", VISITOR), code)
    if match is None:
        return "refused"
    try:
        with transaction.atomic():
            proof = match.consume()
            pause()
            enter(user, proof)
    except AlreadySpent:
        return "refused"
    return "in"


def enter(user: User, proof: Proof) -> None:
    store = SessionStore()
    store_proofs(store, [proof])
    store.cycle_key()
    store.sign_in(user, VISITOR)


def test_of_ten_uses_of_one_code_one_succeeds(ann: Person) -> None:
    code = ann.code()
    outcomes = at_once([closing(lambda: sign_in(ann.user, code)) for _each in range(THREADS)])
    assert sorted(outcomes) == ["in"] + ["refused"] * (THREADS - 1)
    assert Session.objects.of(ann.user).count() == 1


def test_of_ten_confirmations_of_one_link_one_succeeds(ann: Person) -> None:
    phone = linked_phones.link(user=ann.user, name="Pixel 9")
    authenticator = Authenticator.objects.get(phone=phone)
    step = authenticator.find_step(code_of(authenticator))
    assert step is not None

    def confirm() -> str:
        fresh, trusted_from = Phone.objects.get(pk=phone.pk), phone.created_at
        try:
            linked_phones.confirm(
                phone=fresh, step=step, trusted_from=trusted_from, origin=Origin(VISITOR)
            )
        except linked_phones.AlreadyLinked:
            return "refused"
        return "linked"

    outcomes = at_once([closing(confirm) for _each in range(THREADS)])
    assert sorted(outcomes) == ["linked"] + ["refused"] * (THREADS - 1)
    assert ann.kinds() == ["phone:linked"]


def test_of_ten_unlinkings_of_one_phone_one_is_told(ann: Person) -> None:
    def unlink(phone: Phone) -> str:
        try:
            linked_phones.unlink(phone=phone, origin=Origin(VISITOR), lost=True)
        except Phone.DoesNotExist:
            return "gone"
        return "unlinked"

    outcomes = at_once([closing(partial(unlink, *found(ann))) for _each in range(THREADS)])
    assert sorted(outcomes) == ["gone"] * (THREADS - 1) + ["unlinked"]
    assert ann.kinds() == ["phone:unlinked"]


def test_a_sign_in_under_way_does_not_survive_the_unlinking_of_its_phone(ann: Person) -> None:
    spent, phone, code = Event(), ann.phone, ann.code()

    def breathe() -> None:
        """Give the other thread time to run into the lock."""
        spent.set()
        Event().wait(timeout=0.3)

    def slow_sign_in() -> str:
        return sign_in(ann.user, code, pause=breathe)

    def unlink() -> str:
        spent.wait(timeout=10)
        linked_phones.unlink(phone=phone, origin=Origin(VISITOR), lost=True)
        return "unlinked"

    assert at_once([closing(slow_sign_in), closing(unlink)]) == ["in", "unlinked"]
    assert not Session.objects.of(ann.user).exists()


def test_of_the_last_two_factors_one_stays(ann: Person) -> None:
    """Whichever two they are, and whoever is first; the locks are taken in one order."""

    def unlink() -> str:
        try:
            linked_phones.unlink(phone=ann.phone, origin=Origin(VISITOR))
        except last_factor.LastFactor:
            return "kept"
        return "gone"

    def remove() -> str:
        try:
            passkeys.remove(passkey=ann.user.passkeys.get(), origin=Origin(VISITOR))
        except last_factor.LastFactor:
            return "kept"
        return "gone"

    for _round in range(5):
        if not ann.user.phones.exists():
            give_phone(ann)
        if not ann.user.passkeys.exists():
            give_passkey(ann)
        assert sorted(at_once([closing(unlink), closing(remove)])) == ["gone", "kept"]
        assert last_factor.count(ann.user) == 1


def test_of_ten_suspensions_of_one_phone_one_is_told(ann: Person) -> None:
    phone = ann.phone

    def suspend() -> str:
        try:
            suspension.suspend(phone=Phone.objects.get(pk=phone.pk), origin=Origin(VISITOR))
        except suspension.NothingChanged:
            return "suspended already"
        return "suspended"

    outcomes = at_once([closing(suspend) for _each in range(THREADS)])
    assert sorted(outcomes) == ["suspended"] + ["suspended already"] * (THREADS - 1)
    assert ann.kinds() == ["phone:suspended"]


def test_a_sign_in_under_way_does_not_survive_the_suspension_of_its_phone(ann: Person) -> None:
    spent, phone, code = Event(), ann.phone, ann.code()

    def breathe() -> None:
        """Give the other thread time to run into the lock."""
        spent.set()
        Event().wait(timeout=0.3)

    def slow_sign_in() -> str:
        return sign_in(ann.user, code, pause=breathe)

    def suspend() -> str:
        spent.wait(timeout=10)
        suspension.suspend(phone=phone, origin=Origin(VISITOR))
        return "suspended"

    assert at_once([closing(slow_sign_in), closing(suspend)]) == ["in", "suspended"]
    assert not Session.objects.of(ann.user).exists()


def test_a_code_that_was_matched_before_the_suspension_is_refused_after_it(ann: Person) -> None:
    match = AuthenticatorAppMethod().match(
        VerificationContext(ann.user, "x", "", VISITOR), ann.code(1)
    )
    assert match is not None
    suspension.suspend(phone=ann.phone, origin=Origin(VISITOR))
    with pytest.raises(AlreadySpent):
        match.consume()


def test_taking_back_and_unlinking_at_once_leave_nothing_half_done(ann: Person) -> None:
    phone, tablet = ann.phone, give_phone(ann, "Tablet")
    proofs = [Proof.now("authenticator", Strength.TWO_STEP, tablet.factor)]
    suspension.suspend(phone=phone, origin=Origin(VISITOR))

    def take_back() -> str:
        try:
            suspension.take_back(phone=phone, proofs=proofs, origin=Origin(VISITOR))
        except suspension.NothingChanged:
            return "gone"
        return "back"

    def unlink() -> str:
        linked_phones.unlink(
            phone=Phone.objects.get(pk=phone.pk), origin=Origin(VISITOR), lost=True
        )
        return "unlinked"

    outcomes = at_once([closing(take_back), closing(unlink)])
    assert outcomes[0] in ("back", "gone")
    assert outcomes[1] == "unlinked"
    assert [row.name for row in ann.user.phones.linked()] == ["Tablet"]
    expected = ["phone:suspended", "phone:taken_back", "phone:unlinked"]
    assert ann.kinds() == (expected if outcomes[0] == "back" else expected[::2])


def test_of_ten_reports_at_the_desk_one_is_told(ann: Person) -> None:
    give_phone(ann, "Tablet")

    def unlink(loss: lost_phone.Loss) -> str:
        try:
            lost_phone.unlink_lost(loss=loss, origin=Origin(VISITOR))
        except Phone.DoesNotExist:
            return "gone"
        return "done"

    losses = [lost_phone.Loss(found(ann)) for _each in range(THREADS)]
    outcomes = at_once([closing(partial(unlink, loss)) for loss in losses])
    assert sorted(outcomes) == ["done"] + ["gone"] * (THREADS - 1)
    assert ann.kinds() == ["phone:unlinked"] * 2


def test_ended_while_it_saves_in_ten_threads(ann: Person) -> None:
    store = SessionStore()
    store.sign_in(ann.user, VISITOR)

    def save() -> str:
        mine = SessionStore(store.session_key)
        mine["colour"] = "blue"
        try:
            mine.save()
        except Exception as error:  # noqa: BLE001 - its name is the outcome
            return type(error).__name__
        return "saved"

    def end() -> str:
        Session.objects.of(ann.user).delete()
        return "ended"

    outcomes = at_once([closing(save) for _each in range(THREADS)] + [closing(end)])
    assert set(outcomes) <= {"saved", "ended", "SessionEnded"}
    assert not Session.objects.of(ann.user).exists()


def test_ten_links_begun_at_once_stay_within_the_number(settings: Any) -> None:
    settings.PHONES_A_PERSON = 2
    person = make_person("max")

    def link() -> str:
        phone = linked_phones.link(user=person.user, name="Pixel 9")
        authenticator = Authenticator.objects.filter(phone=phone).first()
        if authenticator is None:
            return "dropped"
        step, since = authenticator.find_step(code_of(authenticator)), phone.created_at
        assert step is not None
        try:
            linked_phones.confirm(
                phone=phone, step=step, trusted_from=since, origin=Origin(VISITOR)
            )
        except (linked_phones.TooManyPhones, linked_phones.AlreadyLinked):
            return "refused"
        return "linked"

    outcomes = at_once([closing(link) for _each in range(THREADS)])
    assert outcomes.count("linked") == person.user.phones.linked().count() <= 2
