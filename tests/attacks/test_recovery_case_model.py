"""A recovery case in any order of acts: nobody gets in who should not, nothing hangs.

The machine plays a thief who reads the mailbox that the case names, three officers and three
recovery contacts of whom any may collude, the owner, the worker and the clock, on the real code.
What may happen is written down here once more, in a few lines, and compared after each step. `make
drill` takes 100,000 steps.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts import housekeeping
from accounts.activity.notifications import compose
from accounts.activity.origin import HOST
from accounts.models import CaseState, RecoveryCase, RecoveryContact, Role, User
from accounts.recovery_cases import deciding, ending, finishing, opening
from accounts.recovery_contacts import answering
from core.limits.counters import LimitReached
from core.outbox.api import Undeliverable
from core.outbox.models import Message
from tests.contacts import give_contact
from tests.people import Person, make_person, protected

STEPS = int(os.environ.get("LATCHKEY_CASE_STEPS", "3000"))
A_HISTORY = 60
NEW = "seven green bottles on the wall"
WHY = "She showed her passport in a video call."
CONTACT = "reached@elsewhere.example"
WAITS = st.sampled_from([timedelta(minutes=30), timedelta(hours=20), timedelta(days=4)])
OFFICERS = st.integers(0, 2)
CONTACTS = st.integers(0, 2)


class Cases(RuleBasedStateMachine):
    """One account, and everybody around it."""

    person: Person
    officers: list[Person]
    contacts: list[RecoveryContact]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.clock = time_machine.travel(datetime(2026, 11, 30, tzinfo=UTC), tick=False)
        self.now: Any = self.clock.start()
        self.opened: datetime | None = None  # of the case that is open
        self.words: set[int] = set()
        self.answers: dict[int, bool] = {}
        self.approved: datetime | None = None
        self.links: list[tuple[str, datetime]] = []
        self.is_in = False
        User.objects.filter(pk=self.user.pk).update(password=self.user.password)

    def teardown(self) -> None:
        """Take everything back."""
        self.clock.stop()
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    @property
    def user(self) -> User:
        """The account as it is now."""
        return User.objects.get(pk=self.person.user.pk)

    @property
    def wait(self) -> timedelta:
        """How long this account's owner has."""
        return timedelta(hours=168 if self.person.user.has_two_step else 72)

    @property
    def case(self) -> RecoveryCase | None:
        """The newest case."""
        return RecoveryCase.objects.filter(user=self.person.user).order_by("pk").last()

    def ended(self) -> None:
        """Nothing of the case counts any more."""
        self.opened, self.approved = None, None
        self.words, self.answers, self.links = set(), {}, []

    @rule(span=WAITS)
    def time_passes(self, span: timedelta) -> None:
        """Let some time pass."""
        self.now.shift(span)

    @rule()
    def thief_asks(self) -> None:
        """The thief asks for the account."""
        pending = opening.PendingCase.now(account=self.person.address, contact=CONTACT)
        with transaction.atomic():
            case = opening.open_case(pending, origin=HOST, seen=lambda _user: ())
        assert (case is not None) == (self.opened is None)
        if case:
            self.opened = case.opened_at

    @rule(number=OFFICERS)
    def officer_approves(self, number: int) -> None:
        """An officer gives their word."""
        if self.case is None:
            return
        is_open = self.opened is not None and self.approved is None
        elapsed = self.now_is() - self.opened if self.opened else timedelta(0)
        officer = User.objects.get(pk=self.officers[number].user.pk)
        try:
            done = deciding.approve(actor=officer, case=self.case, reason=WHY)
        except deciding.TooEarly:
            assert is_open
            assert elapsed < self.wait
            return
        except deciding.Ended:
            assert not is_open or elapsed >= self.wait + timedelta(days=14)
            return
        except PermissionDenied:
            assert officer.role < Role.RECOVERY_OFFICER
            return
        except LimitReached:
            return
        assert is_open
        assert elapsed >= self.wait
        self.words.add(number)
        assert done == self.is_enough()
        if done:
            self.approved = self.now_is()

    def is_enough(self) -> bool:
        """Two officers; or one and two contacts, of whom none says no."""
        counted = [each for each in self.words if self.is_officer(each)]
        worth_one = len(self.answers) >= 2 and all(self.answers.values())
        return len(counted) >= 2 or (len(counted) == 1 and worth_one)

    @rule(number=CONTACTS, is_owner=st.booleans())
    def contact_answers(self, number: int, is_owner: bool) -> None:
        """A recovery contact says whether it is the owner."""
        if self.case is None:
            return
        is_open = self.opened is not None and self.approved is None
        elapsed = self.now_is() - self.opened if self.opened else timedelta(0)
        contact = self.contacts[number]
        try:
            deciding.hear(self.case, contact, is_owner=is_owner, origin=HOST)
        except answering.NotOpen:
            is_late = elapsed >= self.wait + timedelta(days=14)
            assert not is_open or number in self.answers or is_late
            return
        assert is_open
        assert number not in self.answers
        self.answers[number] = is_owner
        if self.case.state == CaseState.APPROVED:
            assert is_owner
            assert elapsed >= self.wait
            assert self.is_enough()
            self.approved = self.now_is()
        else:
            assert not is_owner or elapsed < self.wait or not self.is_enough()

    @rule(number=OFFICERS)
    def officer_declines(self, number: int) -> None:
        """An officer ends it."""
        officer = User.objects.get(pk=self.officers[number].user.pk)
        if self.case is None:
            return
        try:
            deciding.decline(actor=officer, case=self.case, reason=WHY)
        except (deciding.Ended, PermissionDenied, LimitReached):
            return
        assert self.opened
        self.ended()

    @rule(number=OFFICERS, role=st.sampled_from([Role.SUPPORT, Role.RECOVERY_OFFICER]))
    def role_changes(self, number: int, role: Role) -> None:
        """An officer loses the role, or gets it back."""
        User.objects.filter(pk=self.officers[number].user.pk).update(role=role)

    @rule()
    def owner_stops(self) -> None:
        """The owner presses the button in a notice."""
        if self.case:
            assert ending.stop(self.case, origin=HOST) == (self.opened is not None)
            self.ended()

    @rule()
    def owner_proves(self) -> None:
        """The owner signs in with a phone."""
        ending.end_by_proof(self.user, origin=HOST)
        self.ended()

    @rule()
    def thief_withdraws(self) -> None:
        """The thief takes it back."""
        if self.case:
            assert ending.withdraw(self.case) == (self.opened is not None)
            self.ended()

    @rule()
    def thief_reads_mail(self) -> None:
        """The thief opens the newest link that was mailed."""
        for message in Message.objects.filter(kind="case:link", recipient=CONTACT).order_by("pk"):
            try:
                text = compose(message).text
            except Undeliverable:
                continue
            found = re.search(r"/recover/password/link/#(\S+)", text)
            assert found
            assert self.approved
            if found[1] not in {token for token, _at in self.links}:
                self.links.append((found[1], self.now_is()))

    @rule()
    def thief_asks_for_another_link(self) -> None:
        """The thief wants one more."""
        if self.case:
            sent = deciding.send_again(self.case)
            assert not sent or self.approved

    @rule(data=st.data())
    def thief_uses_a_link(self, data: st.DataObject) -> None:
        """The thief tries a link that was mailed at some time, the newest or an old one."""
        if not self.links:
            return
        token, at = data.draw(st.sampled_from(self.links))
        found = finishing.find(token)
        if found is None:
            return
        assert self.approved
        assert self.now_is() - at <= timedelta(hours=1)
        link, case = found
        user = finishing.finish(link, case, password=NEW, origin=HOST)
        assert user
        self.is_in = True
        User.objects.filter(pk=user.pk).update(password=self.person.user.password)
        assert user.has_two_step == self.person.user.has_two_step
        assert finishing.finish(link, case, password=NEW, origin=HOST) is None
        self.ended()

    @rule()
    def worker_runs(self) -> None:
        """Housekeeping ends what nobody decided."""
        housekeeping.run()
        case = self.case
        if case and self.opened and not case.is_open:
            assert case.state == CaseState.EXPIRED
            assert case.expires_at < self.now_is()
            self.ended()

    @invariant()
    def is_as_written(self) -> None:
        """What is stored is what was said."""
        case = self.case
        assert (case is not None and case.is_open) == (self.opened is not None)
        assert (self.user.case_opened_at is not None) == (self.opened is not None)
        if self.approved:
            assert case
            assert case.state == CaseState.APPROVED

    def is_officer(self, number: int) -> bool:
        """Whether this colleague has the role now."""
        return User.objects.get(pk=self.officers[number].user.pk).role >= Role.RECOVERY_OFFICER

    @staticmethod
    def now_is() -> datetime:
        """The moment of the machine."""
        return datetime.now(UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["two-step", "no two-step"])
def test_nobody_gets_in_before_the_wait_and_two_officers(kind: str, settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"
    settings.STAFF_ACTS_AN_HOUR = 10_000
    Cases.person = protected("alice") if kind == "two-step" else make_person("carol")
    Cases.officers = [protected(name, role=Role.RECOVERY_OFFICER) for name in ("a", "b", "c")]
    long_ago = datetime(2026, 9, 30, tzinfo=UTC)
    Cases.contacts = [
        give_contact(Cases.person, protected(name), agreed_at=long_ago) for name in ("d", "e", "f")
    ]
    run_state_machine_as_test(Cases, settings=_settings())


def _settings() -> settings:
    return settings(
        max_examples=max(1, STEPS // A_HISTORY // 2),
        stateful_step_count=A_HISTORY,
        deadline=None,
        database=None,
        derandomize="LATCHKEY_SEED" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
