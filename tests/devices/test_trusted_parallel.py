"""Trust that is used and ended at the same moment, in real threads: nobody stays in by it."""

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.activity.origin import Origin
from accounts.authentication.browser_trust import METHOD
from accounts.authentication.methods import AlreadySpent
from accounts.authentication.proofs import Proof, Strength, store_proofs
from core.web.http import RequestOrigin
from devices.factors import passkeys
from devices.models import Session
from devices.phones import linked_phones
from devices.sessions import trusted_browsers
from devices.sessions.engine import SessionStore
from devices.sessions.trust_cookies import cookie_name
from tests.live import at_once
from tests.people import Person, give_passkey, give_phone, protected, trust

VISITOR = RequestOrigin("192.0.2.7", "")
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


def trusts(ann: Person) -> trusted_browsers.TrustMatch:
    """Let her trust a browser; return what its cookie finds."""
    home = Client()
    row = trust(home, ann)
    return trusted_browsers.TrustMatch(row, home.cookies[cookie_name(ann.user)].value)


def come_in(found: trusted_browsers.TrustMatch, pause: Callable[[], object] = lambda: None) -> str:
    """Do what the sign-in does: use the trust and write the session in one transaction."""
    store = SessionStore()
    try:
        with transaction.atomic():
            proof = found.consume()
            pause()
            store_proofs(store, [Proof.now("password", Strength.PASSWORD), proof])
            store.cycle_key()
            store.sign_in(found.row.user, VISITOR, trusted_id=found.row.pk)
    except AlreadySpent:
        return "asked"
    return "in"


def test_a_sign_in_under_way_does_not_survive_the_end_of_its_trust(ann: Person) -> None:
    found, used = trusts(ann), Event()

    def breathe() -> None:
        """Give the other thread time to run into the lock."""
        used.set()
        Event().wait(timeout=0.3)

    def end() -> bool:
        used.wait(timeout=10)
        return trusted_browsers.end(user=ann.user, browser=found.row, origin=Origin(VISITOR, ""))

    acts = [closing(lambda: come_in(found, breathe)), closing(end)]
    assert at_once(acts) == ["in", True]
    assert not Session.objects.of(ann.user).exists()
    assert come_in(found) == "asked"


def end_all(ann: Person) -> int:
    return trusted_browsers.end_all(user=ann.user, origin=Origin(VISITOR, ""))


def test_whoever_is_first_nobody_is_in_by_trust_that_ended(ann: Person) -> None:
    for _round in range(8):
        found = trusts(ann)
        acts = [closing(partial(come_in, found)) for _each in range(4)]
        *entered, ended = at_once([*acts, closing(partial(end_all, ann))])
        assert ended == 1
        assert set(entered) <= {"in", "asked"}
        assert not Session.objects.of(ann.user).exists()
        assert not ann.user.trusted_browsers.exists()


def test_changes_of_the_set_up_and_ends_of_trust_wait_for_each_other(ann: Person) -> None:
    """They touch the same rows: taken in another order, the locks would stop one of them."""
    for _round in range(5):
        found, phone = trusts(ann), give_phone(ann).phone
        give_passkey(ann)
        come_in(found)
        acts: list[Callable[[], Any]] = [
            partial(end_all, ann),
            partial(linked_phones.unlink, phone=phone, origin=Origin(VISITOR)),
            partial(passkeys.remove, passkey=ann.user.passkeys.get(), origin=Origin(VISITOR)),
            partial(come_in, found),
        ]
        at_once([closing(act) for act in acts])
        assert not ann.user.trusted_browsers.exists()
        left = Session.objects.of(ann.user)
        assert not [each for each in left if METHOD in str(each.proofs)]
