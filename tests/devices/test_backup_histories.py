"""Any history of two phones and one backup: nothing that was accepted is lost too early."""

from datetime import timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, note
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from devices.models import Installation, RestoreGrant
from tests.backups import Backup, give_backup
from tests.conftest import SecureClient
from tests.people import Person
from tests.phones import give_app, grant

PHONES = st.integers(0, 1)
STEPS = st.one_of(
    st.tuples(st.just("save"), PHONES, st.integers(0, 8)),
    st.tuples(st.just("shrink"), PHONES, st.integers(0, 3)),
    st.tuples(st.just("take over"), PHONES, st.just(0)),
    st.tuples(st.just("forget"), PHONES, st.integers(1, 3)),
    st.tuples(st.just("wait"), st.just(0), st.integers(1, 60)),
)
"""What happens, on which phone, and how many accounts, versions or hours it is about."""


class History:
    """Two phones of one person, and what the portal accepted from them."""

    def __init__(self, person: Person) -> None:
        client = SecureClient()
        first = give_backup(person, client)
        second = Backup(give_app(person, client, "Second"), first.vault, head=1)
        self.phones = [first, second]
        self.accepted = {1: 3}
        self.confirmed: set[int] = set()

    def do(self, step: tuple[str, int, int]) -> None:
        """Let one thing happen, as the phone knows the world."""
        what, which, number = step
        phone = self.phones[which]
        if what in {"save", "shrink"}:
            self.save(phone, number, shrink=what == "shrink")
        elif what == "forget":  # as after a restore from an old copy of the phone
            phone.head = max(phone.head - number, 1)
            phone.epoch = max(phone.epoch - 1, 1)
        elif what == "take over":
            self.take_over(phone)

    def save(self, phone: Backup, accounts: int, *, shrink: bool) -> None:
        """Save, and note what was accepted; whoever is told of a newer head takes it."""
        before, newest = self.accepted[max(self.accepted)], max(self.accepted)
        answer = phone.save(accounts, more={"shrink": shrink})
        if answer.status_code == 412:
            phone.head = answer.json()["head"]
        if answer.status_code != 201:
            return
        assert answer.json()["head"] == newest + 1
        self.accepted[newest + 1] = accounts
        if 2 * accounts < before:
            assert shrink
            self.confirmed.add(newest)

    def take_over(self, phone: Backup) -> None:
        """Take the backup over, from the head that the portal tells."""
        grant(phone.app)
        (offer,) = phone.app.get("restore/offers").json()["vaults"]
        asked = {"mode": "take-over", "vault": phone.vault.id, "head": offer["head"]}
        told = phone.app.post("restore/complete", asked).json()
        assert told["epoch"] == offer["epoch"] + 1
        phone.head, phone.epoch = told["head"], told["epoch"]
        self.confirmed.add(told["head"])
        RestoreGrant.objects.all().delete()

    def check(self) -> None:
        """Numbers rise by one, the newest ten and what was pinned are there and hold their own."""
        kept: dict[int, Any] = {
            each["version"]: each for each in self.reader().get("vault/versions").json()["versions"]
        }
        newest = max(self.accepted)
        assert sorted(self.accepted) == list(range(1, newest + 1))
        assert set(kept) <= set(self.accepted)
        assert {number for number in self.accepted if number > newest - 3} <= set(kept)
        assert self.confirmed <= set(kept)
        assert {number: self.accepted[number] for number in kept} == {
            number: each["accounts"] for number, each in kept.items()
        }
        assert all(each["base"] == number - 1 for number, each in kept.items())

    def reader(self) -> Any:
        """Return the app of the active phone, of which there is one."""
        active = Installation.objects.active().get(user=self.phones[0].app.installation.user)
        return next(phone.app for phone in self.phones if phone.app.installation.pk == active.pk)


@examples(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STEPS, min_size=3, max_size=15))
def test_nothing_that_was_accepted_is_lost_too_early(
    carol: Person, settings: Settings, steps: list[tuple[str, int, int]]
) -> None:
    settings.VAULT_NEWEST = 3
    settings.VAULT_SAVES_AN_HOUR = settings.VAULT_ACTS_AN_HOUR = 10_000
    settings.VAULTS_PUT_AWAY = 10_000
    with transaction.atomic():
        start = timezone.now()
        history, hours = History(carol), 0
        for step in steps:
            note(str(step))
            hours += step[2] if step[0] == "wait" else 0
            with time_machine.travel(start + timedelta(hours=hours), tick=False):
                history.do(step)
                history.check()
        transaction.set_rollback(True)
