"""A recovered session sets a work account up on another phone: the owner's secret is kept."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.holds import cancelling, keep_or_remove
from accounts.holds.bindings import Ground
from accounts.models import Enrolment, User
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.models import Authenticator, WorkCode
from tests.devices.test_work import app_on, claim, confirm, state_of
from tests.people import Person
from tests.phones import App, give_app
from tests.work import code_for, first_code, give_enrolment, set_up

HERE = RequestOrigin("192.0.2.7", "")


@pytest.fixture
def app(client: Any, alice: Person) -> App:
    return give_app(alice, client, "Pixel 8", phone=alice.phone)


@pytest.fixture
def account(alice: Person) -> Enrolment:
    return give_enrolment(alice)


def take(account: Enrolment, other: App, *, is_strong: bool = False) -> None:
    """Set the account up on another phone, in a session of a thief or of the owner."""
    Enrolment.objects.filter(pk=account.pk).update(state="approved")
    until = None if is_strong else timezone.now() + settings.RECOVERY_HOLD
    strength = Strength.TWO_STEP if is_strong else Strength.RECOVERED
    ground = Ground("thief", strength, ("email",), until, until)
    assert claim(other, code_for(account, other)).status_code == 200
    row = WorkCode.objects.latest("pk")
    WorkCode.objects.filter(pk=row.pk).update(ground=ground.as_json())
    assert confirm(other, account, first_code(account)).status_code == 200


def is_usable(row: Authenticator) -> bool:
    return Authenticator.objects.usable().filter(pk=row.pk).exists()


def binding_of(person: Person) -> Any:
    return person.user.bindings.filter(kind="work").latest("pk")


def test_it_proves_nothing_meanwhile_and_comes_back_when_that_is_cancelled(
    app: App, account: Enrolment, alice: Person, client: Any, clock: time_machine.Traveller
) -> None:
    old, other = set_up(account, app), app_on(alice, client)
    noted = old.code_at(0)
    take(account, other)
    assert not is_usable(old)
    assert state_of(app, account) == "action_required"
    clock.shift(timedelta(hours=1))
    housekeeping.run()
    cancelling.cancel(user=alice.user, chosen=[binding_of(alice)], origin=Origin(HERE))
    assert is_usable(old)
    assert (state_of(app, account), state_of(other, account)) == ("enrolled", "action_required")
    old.refresh_from_db()
    assert old.find_step(noted) is None


def test_taken_twice_the_owner_s_is_still_the_one_that_is_kept(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    old, other = set_up(account, app), app_on(alice, client)
    take(account, other)
    take(account, app_on(alice, client, "Third"))
    assert Authenticator.objects.filter(enrolment=account).count() == 2
    cancelling.cancel(user=alice.user, chosen=[binding_of(alice)], origin=Origin(HERE))
    assert is_usable(old)


def test_when_the_hold_is_over_it_is_erased(
    app: App, account: Enrolment, alice: Person, client: Any, clock: time_machine.Traveller
) -> None:
    old = set_up(account, app)
    take(account, app_on(alice, client))
    clock.shift(settings.RECOVERY_HOLD + timedelta(minutes=1))
    housekeeping.run()
    assert not Authenticator.objects.filter(pk=old.pk).exists()


def test_nothing_is_erased_in_a_dispute(
    app: App, account: Enrolment, alice: Person, client: Any, clock: time_machine.Traveller
) -> None:
    old = set_up(account, app)
    take(account, app_on(alice, client))
    clock.shift(settings.RECOVERY_HOLD + timedelta(minutes=1))
    until = timezone.now() + timedelta(hours=1)
    User.objects.filter(pk=alice.user.pk).update(disputed_until=until)
    housekeeping.run()
    assert Authenticator.objects.filter(pk=old.pk).exists()


def test_kept_by_the_owner_the_old_one_goes(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    old = set_up(account, app)
    take(account, app_on(alice, client))
    assert keep_or_remove.keep(alice.user, binding_of(alice), origin=Origin(HERE, ""))
    assert not Authenticator.objects.filter(pk=old.pk).exists()


def test_a_strong_session_erases_at_once(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    old, other = set_up(account, app), app_on(alice, client)
    take(account, other)
    take(account, app_on(alice, client, "Third"), is_strong=True)
    assert not Authenticator.objects.filter(pk=old.pk).exists()
    assert Authenticator.objects.filter(enrolment=account).count() == 1
