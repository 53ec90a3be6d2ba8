"""People join and leave while the rules change: afterwards each has what holds now."""

from collections.abc import Callable
from functools import partial

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts import organisation_policy, organisations
from accounts.activity.origin import HOST
from accounts.models import Organisation, User
from accounts.organisation_policy import Policy
from tests.live import at_once
from tests.people import Person, make_person
from tests.work import make_organisation

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def _no_deliveries(settings: LazySettings) -> None:
    settings.OUTBOX_DELIVERY = "worker"


def alone(act: Callable[[], object]) -> None:
    """Do it in a thread of its own, which leaves no connection behind."""
    try:
        act()
    finally:
        connection.close()


def with_hours(firm: Organisation, hours: int, root: Person) -> Callable[[], object]:
    """What an administrator does who reads the organisation and limits its sessions."""

    def change() -> None:
        found = Organisation.objects.get(pk=firm.pk)
        found.session_hours = hours
        organisations.save(actor=root.user, organisation=found, origin=HOST)

    return change


def is_right(user: User) -> bool:
    rows = user.memberships.select_related("organisation")
    now, kept = Policy.of(rows).fields, User.objects.get(pk=user.pk)
    return all(getattr(kept, name) == value for name, value in now.items())


def test_who_joins_and_leaves_while_the_rules_change_has_the_new_ones(root: Person) -> None:
    firm, other = make_organisation(), make_organisation()
    people = [make_person("worker").user for _each in range(6)]
    for user in people[:3]:
        organisation_policy.join(user, firm)
        organisation_policy.join(user, other)
    acts: list[Callable[[], object]] = [
        *(partial(organisation_policy.join, user, firm) for user in people[3:]),
        *(with_hours(firm, hours, root) for hours in (8, 2)),
        with_hours(other, 4, root),
        *(partial(organisation_policy.leave, user, other) for user in people[:2]),
    ]
    at_once([partial(alone, act) for act in acts])
    assert Organisation.objects.get(pk=firm.pk).session_hours in (8, 2)
    assert Organisation.objects.get(pk=other.pk).session_hours == 4
    assert all(is_right(user) for user in people)
    assert all(user.memberships.count() for user in people)
