"""Two colleagues at the same moment: one act, one event; rows are really committed here."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts import by_staff
from devices import staff_acts
from devices.models import Phone
from tests.live import at_once
from tests.people import Person, enter, give_codes, give_passkey
from tests.work import give_enrolment

WHY = "She called us from the number we know."
pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def _no_deliveries(settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"


def wins(act: Callable[[], Any]) -> int:
    """Do it eight times at once; return how often it changed something."""

    def acted() -> bool:
        try:
            return bool(act())
        except Phone.DoesNotExist:
            return False
        finally:
            connection.close()

    return sum(at_once([acted] * 8))


def test_of_parallel_locks_one_wins(bob: Person, sue: Person) -> None:
    assert wins(lambda: by_staff.lock(actor=sue.user, user=bob.user, reason=WHY)) == 1
    assert bob.kinds() == ["account:locked"]


def test_of_parallel_unlinkings_one_wins(bob: Person, sue: Person) -> None:
    give_passkey(bob)
    phone = bob.phone
    assert wins(lambda: staff_acts.unlink_phone(actor=sue.user, phone=phone, reason=WHY)) == 1
    assert bob.kinds() == ["phone:unlinked_by_staff"]


def test_of_parallel_requirements_of_a_password_one_wins(bob: Person, sue: Person) -> None:
    assert wins(lambda: by_staff.require_password(actor=sue.user, user=bob.user, reason=WHY)) == 1
    assert bob.kinds() == ["password:required_by_staff"]


def test_of_parallel_revocations_of_the_codes_one_wins(bob: Person, sue: Person) -> None:
    give_codes(bob)
    assert wins(lambda: by_staff.discard_codes(actor=sue.user, user=bob.user, reason=WHY)) == 1
    assert bob.kinds() == ["recovery_codes:discarded_by_staff"]


def test_of_parallel_ends_of_one_browser_one_wins(
    bob: Person, sue: Person, new_client: Callable[..., Any]
) -> None:
    enter(new_client(), bob, [])
    act: dict[str, Any] = {
        "actor": sue.user,
        "user": bob.user,
        "session": bob.user.sessions.get(),
        "reason": WHY,
    }
    assert wins(lambda: staff_acts.end_session(**act)) == 1
    assert bob.kinds() == ["session:ended_by_staff"]


def test_of_two_answers_to_a_request_one_wins(bob: Person, sue: Person) -> None:
    """Eight noes at once are one; after it there is nothing to answer."""
    act: dict[str, Any] = {
        "actor": sue.user,
        "enrolment": give_enrolment(bob, state="asked"),
        "reason": WHY,
    }
    assert wins(lambda: staff_acts.decline_request(**act)) == 1
    assert bob.kinds() == ["work:declined"]


def test_of_parallel_ends_of_all_sessions_one_wins(
    bob: Person, sue: Person, new_client: Callable[..., Any]
) -> None:
    for _browser in range(3):
        enter(new_client(), bob, [])

    def end() -> int:
        return staff_acts.end_all_sessions(actor=sue.user, user=bob.user, reason=WHY)

    assert wins(end) >= 1
    event = bob.user.events.get(kind="sessions:ended_by_staff")
    assert event.details["sessions"] == 3
