"""Managers at the same moment: one invitation, one event; rows are really committed here."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts import managers, organisation_policy, organisations
from accounts.links import organisation_invitations
from accounts.links.invitations import NotOpen
from accounts.links.organisation_invitations import Invitee, Refused
from accounts.models import Invitation, Organisation
from core.limits.counters import LimitReached
from core.outbox.models import Message
from tests.live import at_once, fresh_address
from tests.people import Person
from tests.work import WHY, make_organisation

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def _no_deliveries(settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"


@pytest.fixture
def firm(bob: Person) -> Organisation:
    """An organisation that bob manages."""
    firm = make_organisation()
    organisation_policy.join(bob.user, firm)
    organisation_policy.set_manager(bob.user, firm, is_manager=True)
    return firm


def acted(act: Callable[[], Any]) -> Callable[[], bool]:
    def run() -> bool:
        try:
            return act() is not False
        except (Refused, NotOpen, LimitReached, managers.NotManager):
            return False
        finally:
            connection.close()

    return run


def test_of_equal_invitations_at_once_one_is_sent(bob: Person, firm: Organisation) -> None:
    people = [Invitee(fresh_address("one")), Invitee(fresh_address("two"))]

    def invite() -> None:
        organisation_invitations.invite(actor=bob.user, organisation=firm, people=people)

    assert sum(at_once([acted(invite)] * 8)) == 1
    assert firm.invitations.count() == 2
    for each in people:
        assert Message.objects.filter(recipient=each.address).count() == 1


def test_of_parallel_withdrawals_one_wins(bob: Person, firm: Organisation) -> None:
    people = [Invitee(fresh_address("one"))]
    organisation_invitations.invite(actor=bob.user, organisation=firm, people=people)
    act: dict[str, Any] = {
        "actor": bob.user,
        "organisation": firm,
        "invitation": Invitation.objects.get(organisation=firm),
    }
    assert sum(at_once([acted(lambda: organisation_invitations.withdraw(**act))] * 8)) == 1


def test_of_parallel_givings_of_the_right_one_wins(root: Person, alice: Person) -> None:
    firm = make_organisation()
    organisation_policy.join(alice.user, firm)
    act: dict[str, Any] = {"actor": root.user, "user": alice.user, "organisation": firm}

    def give() -> bool:
        return organisations.set_manager(**act, is_manager=True, reason=WHY)

    assert sum(at_once([acted(give)] * 8)) == 1
    assert alice.kinds() == ["organisation:manager_given"]


def test_a_right_that_is_taken_meanwhile_counts_no_more(
    root: Person, bob: Person, firm: Organisation
) -> None:
    """Whatever comes first, nothing is sent after the right is gone."""

    def take() -> bool:
        given: dict[str, Any] = {"actor": root.user, "user": bob.user, "organisation": firm}
        return organisations.set_manager(**given, is_manager=False, reason=WHY)

    def invite() -> None:
        people = [Invitee(fresh_address("late"))]
        organisation_invitations.invite(actor=bob.user, organisation=firm, people=people)

    at_once([acted(take), *[acted(invite)] * 5])
    sent = firm.invitations.count()
    assert not acted(invite)()
    assert firm.invitations.count() == sent
    taken = bob.user.events.get(kind="organisation:manager_taken")
    assert not firm.invitations.filter(created_at__gt=taken.at).exists()
