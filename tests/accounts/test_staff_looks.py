"""A person sees in their activity that staff looked at the account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import Role
from tests.cases import give_case
from tests.people import Person, enter, protected

Browsers = Callable[..., Client]


def test_each_look_is_seen_by_the_person_once_an_hour_for_each_colleague(
    new_client: Browsers, alice: Person, sue: Person
) -> None:
    account = f"/admin/accounts/{alice.user.public_id}/"
    case = f"/admin/recovery/{give_case(alice).public_id}/"
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=UTC), tick=False) as clock:
        desk = enter(new_client(), sue, Strength.TWO_STEP)
        desk.get(f"{account}handshake/")
        assert alice.kinds() == ["staff:looked"]
        for page in (account, f"{account}activity/", case):
            assert desk.get(page).status_code == 200
        assert alice.kinds().count("staff:looked") == 1
        other = enter(new_client(), protected("paul", role=Role.AUDITOR), Strength.TWO_STEP)
        other.get(case)
        assert alice.kinds().count("staff:looked") == 2
        clock.shift(timedelta(minutes=61))
        enter(desk, sue, Strength.TWO_STEP)
        desk.get(f"{account}activity/")
        assert alice.kinds().count("staff:looked") == 3
        hers = enter(new_client(), alice, Strength.TWO_STEP)
        page = hers.get("/security/activity/").text
        assert page.count("Staff looked at the account") == 3


def test_one_who_looks_at_their_own_account_is_not_noted(client: Client, sue: Person) -> None:
    enter(client, sue, Strength.TWO_STEP)
    assert client.get(f"/admin/accounts/{sue.user.public_id}/").status_code == 200
    assert "staff:looked" not in sue.kinds()
