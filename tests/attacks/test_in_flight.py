"""A request waits for its turn, and meanwhile its session is ended: nothing of it happens."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from time_machine import Traveller

from accounts.activity.origin import Origin
from accounts.authentication.methods import AlreadySpent, VerificationContext
from accounts.authentication.proofs import Proof, Strength
from accounts.models import User
from core.web.http import RequestOrigin
from devices.factors import passkeys
from devices.factors.methods import AuthenticatorAppMethod
from devices.phones import suspension
from devices.sessions.engine import end_sessions
from tests.attacks.tools import is_in, start
from tests.people import (
    Person,
    code_of,
    enter,
    give_number,
    give_passkey,
    give_phone,
    proved,
    trust,
)

VISITOR = RequestOrigin("192.0.2.7", "")
Meanwhile = Callable[[Callable[[], object]], None]
ACTS = {
    "unlink": "/devices/{phone}/unlink/",
    "suspend": "/devices/{phone}/suspend/",
    "lose": "/devices/lost/",
    "remove a passkey": "/devices/passkeys/{passkey}/remove/",
    "remove a number": "/security/contact/{number}/remove/",
    "make codes": "/security/recovery-codes/new/",
    "decline": "/security/two-step/email/decline/",
    "end others": "/devices/browsers/end-others/",
}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something happen at the moment at which an act has got its turn, once."""

    def arrange(happens: Callable[[], object]) -> None:
        turn, waiting = User.lock_for_update, [happens]

        def after_waiting(user: User) -> User:
            while waiting:
                waiting.pop()()
            return turn(user)

        monkeypatch.setattr(User, "lock_for_update", after_waiting)

    return arrange


@pytest.mark.parametrize("act", ACTS)
def test_an_act_of_a_session_that_was_ended_changes_nothing(
    client: Client, alice: Person, meanwhile: Meanwhile, act: str
) -> None:
    give_passkey(alice)
    ids = {
        "phone": alice.phone.public_id,
        "passkey": alice.user.passkeys.get().public_id,
        "number": give_number(alice).public_id,
    }
    enter(client, alice, Strength.TWO_STEP)
    form = {"phone": ids["phone"]}
    meanwhile(lambda: end_sessions(alice.user))
    answer: Any = client.post(ACTS[act].format(**ids), form)
    # What ended it happened inside the same test's transaction, and so was taken back as well.
    assert answer.status_code == 302
    assert alice.kinds() == []


def test_a_phone_is_not_taken_back_on_the_word_of_a_passkey_just_removed(
    client: Client, alice: Person, meanwhile: Meanwhile
) -> None:
    give_passkey(alice)
    passkey, phone = alice.user.passkeys.get(), alice.phone
    suspension.suspend(phone=phone, origin=Origin(VISITOR))
    enter(client, alice, [Proof.now("passkey", Strength.TWO_STEP, passkey.factor)])
    meanwhile(lambda: passkeys.remove(passkey=passkey, origin=Origin(VISITOR), lost=True))
    client.post(f"/devices/{phone.public_id}/take-back/")
    assert alice.phone.is_suspended


def test_a_code_found_before_a_suspension_is_not_spent_after_it(
    alice: Person, clock: Traveller
) -> None:
    clock.move_to(1_800_000_000 + 30.1)
    verification = VerificationContext(alice.user, "sign-in", "", VISITOR)
    found = AuthenticatorAppMethod().match(verification, code_of(alice.authenticator, 1))
    assert found is not None
    clock.move_to(1_800_000_000 + 29.9)
    suspension.suspend(phone=alice.phone, origin=Origin(VISITOR))
    with pytest.raises(AlreadySpent):
        found.consume()


def test_a_stolen_phone_cannot_take_the_passkeys_along(client: Client, alice: Person) -> None:
    give_passkey(alice)
    form = {"phone": alice.phone.public_id, "passkey": alice.user.passkeys.get().public_id}
    enter(client, alice, Strength.TWO_STEP)
    page = client.post("/devices/lost/", form, follow=True).content.decode()
    assert "To remove passkeys, confirm that it’s you" in page
    assert alice.kinds() == []
    tablet = Proof.now("authenticator", Strength.TWO_STEP, give_phone(alice, "Tablet").factor)
    enter(client, alice, [*proved(alice, Strength.PASSWORD), tablet])
    client.post("/devices/lost/", form)
    assert alice.kinds() == ["phone:unlinked", "passkey:removed"]


def test_a_copied_cookie_of_trust_dies_with_the_other_browsers(
    client: Client, new_client: Callable[..., Client], alice: Person, settings: Any
) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30
    trust(client, alice)
    thief = copy_of(client, new_client())
    enter(client, alice, Strength.TWO_STEP)
    client.post("/devices/browsers/end-others/")
    start(thief, alice)
    assert not is_in(thief)
    client.post("/sign-out/")
    start(client, alice)
    assert is_in(client), "the owner's own browser is trusted still"


def test_a_copied_cookie_of_trust_that_was_used_dies_and_so_does_that_trust(
    client: Client, new_client: Callable[..., Client], alice: Person, settings: Any
) -> None:
    """Each use makes the value another; the owner's is then one of before, and proves nothing."""
    settings.TRUSTED_BROWSER_DAYS = 30
    trust(client, alice)
    thief = copy_of(client, new_client())
    start(thief, alice)
    assert is_in(thief)
    enter(client, alice, Strength.TWO_STEP)
    client.post("/devices/browsers/end-others/")
    assert not is_in(thief)
    start(thief, alice)
    assert not is_in(thief)
    client.post("/sign-out/")
    start(client, alice)
    assert not is_in(client), "which of the two is the owner's browser a second step says"


def copy_of(client: Client, other: Client) -> Client:
    other.cookies = type(client.cookies)(client.cookies.output(header="", sep=";"))
    return other
