"""A thief who is signed in beside an owner, made once, and the way back to that moment."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from accounts.authentication import throttling
from accounts.authentication.proofs import Strength
from accounts.authentication.second_steps import options_for
from accounts.models import User
from core.outbox.sms import memory_outbox
from devices import housekeeping
from devices.models import Session
from tests.attacks.owner import Owner, QuickOwner
from tests.attacks.owners_app import OwnersApp
from tests.attacks.thief_and_owner import Thief
from tests.conftest import SecureClient
from tests.people import Person

NOON = 1_920_000_000  # epoch seconds; a multiple of the period of an authenticator
WRITE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"(\w+)\"", re.IGNORECASE)
STRONGER = ("authenticator", "passkey", "recovery-code")
"""Steps that the thief has no factor of the owner's for: no success may clear their counters."""
GUESSES = 3
UNKNOWN = 401
NEXT_DAY = 25 * 3600  # seconds: more than `RESTORE_DELAY`, and than a session lasts
HOURS_OF_A_DAY = timedelta(hours=6)
Ways = set[tuple[str, str]]


class QuickClient(SecureClient):
    """A browser that keeps its cookies and notes nothing else of what happened on the site."""

    def request(self, **request: Any) -> Any:
        """Send the request past what Django's client gathers about templates and contexts."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            environ = self._base_environ(**request)  # type: ignore[attr-defined] # not in the stubs
            response: Any = self.handler(environ)
        assert response.status_code < 500, (request["PATH_INFO"], response.status_code)
        self.cookies.update(response.cookies)
        response.json = lambda: json.loads(response.content)
        return response


def ways(person: Person) -> Ways:
    """How the account can be signed in to, by step and target."""
    user = User.objects.get(pk=person.user.pk)
    return {(way.slug, way.target) for way in options_for(user)}


def guesses(person: Person) -> dict[str, int]:
    """The wrong codes that are counted, by the step they were meant for."""
    return {slug: throttling.budget_of(person.user, slug).failures for slug in STRONGER}


@contextmanager
def writes() -> Iterator[set[str]]:
    """Gather the tables that are written to meanwhile; that a session was used does not count."""
    tables: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        found = WRITE.match(sql)
        if found and found[1] != Session._meta.db_table:
            tables.add(found[1])
        return execute(sql, *given)

    with connection.execute_wrapper(note):
        yield tables


@dataclass
class World:
    """One account, its thief and what was true before."""

    victim: Person
    thief: Thief
    clock: time_machine.Traveller
    phone: OwnersApp
    owner: dict[str, Any] = field(default_factory=dict)
    """What the owner knows before the thief has done anything."""
    before: Ways = field(default_factory=set)
    most: Strength = Strength.PASSWORD
    guessed: dict[str, int] = field(default_factory=dict)
    address: str = ""
    began: datetime = field(default_factory=timezone.now)
    reads_from: datetime | None = None
    """When somebody with what the thief has may be given the sealed backup; None for never."""

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Afterwards rows, messages, hours and what the thief knows are as they were."""
        now, state = timezone.now(), self.thief.state()
        mails, texts = len(mail.outbox), len(memory_outbox)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        del mail.outbox[mails:], memory_outbox[texts:]
        self.clock.move_to(now)
        self.thief.go_back_to(state)

    def check(self, done: list[str]) -> None:
        """Hold the thief's level and the counted guesses against what was true before."""
        assert self.thief.level <= self.most, (done, self.thief.level)
        counted = guesses(self.victim)
        fallen = {slug for slug, count in self.guessed.items() if counted[slug] < count}
        assert not fallen, (done, fallen, "tries were given back")
        self.phone.check_kept(done)
        if self.reads_from is None or timezone.now() < self.reads_from:
            assert not self.thief.has_read, (done, "the thief has what is sealed")

    def wait(self, seconds: int) -> None:
        """Let time pass before the thief goes on, never until a hold could end.

        A day later a grant can be used, the worker has cleaned up, and the thief is signed out.
        """
        now = timezone.now()
        if now + timedelta(seconds=seconds) > self.began + settings.RECOVERY_HOLD - HOURS_OF_A_DAY:
            return
        self.clock.shift(seconds)
        if seconds >= NEXT_DAY:
            housekeeping.run()
            self.thief.sign_in()

    def tick(self) -> None:
        """Wait until the phone shows another code."""
        self.clock.shift(timedelta(seconds=60))

    def live_a_day(self, done: list[str], day: str, *, by_pages: bool = False) -> None:
        """Let a day of the owner pass; the thief is out after it, and the owner whole."""
        owner = (Owner if by_pages else QuickOwner).of(self.victim, QuickClient())
        owner.go_back_to(self.owner)
        app = self.phone.app
        self.phone.beat(owner.client)
        self.clock.shift(timedelta(seconds=61))
        getattr(owner, day)(self.tick)
        assert is_in(owner.client), (done, day, "the owner is out")
        assert not is_in(self.thief.client), (done, day, "the thief is in")
        person = User.objects.get(pk=self.victim.user.pk)
        assert person.email == self.address, (done, day)
        now = ways(self.victim)
        assert self.before <= now, (done, day, self.before - now)
        # Recovery codes that a session made on the password alone go by the notice only.
        added = (
            now - self.before - ({("recovery-code", "")} if day == "day_without_mail" else set())
        )
        assert not added, (done, day, added)
        assert not person.bindings.asked().exists(), (done, day, "something waits for an answer")
        known = (self.thief.password, self.thief.new_password)
        assert not any(map(person.check_password, known)), (
            done,
            day,
            "the thief knows the password",
        )
        if self.thief.app:
            called = self.thief.app.call(QuickClient(), "GET", "restore/slots")
            assert called.status_code == UNKNOWN, (done, day, "the thief's app is linked")
        self.phone.live_on(owner, [*done, day], self.tick, self.clock)
        self.phone.app = app
        if by_pages:
            self.thief.client.logout()
            self.thief.sign_in()
            assert not is_in(self.thief.client), (done, day, "the thief is in again")


def is_in(client: Client) -> bool:
    """Tell whether the front page leads on to the overview."""
    return bool(client.get("/")["Location"] == "/security/")


@contextmanager
def world(make: Callable[[], Person], *, mailbox: bool) -> Iterator[World]:
    """Somebody, and a thief who has just signed in."""
    # Mails are made when somebody reads them: most are read by nobody.
    later = override_settings(OUTBOX_DELIVERY="worker")
    with later, time_machine.travel(NOON, tick=False) as clock, transaction.atomic():
        victim = make()
        phone = OwnersApp.of(victim, QuickClient())
        made = World(victim, Thief.of(victim, QuickClient(), mailbox=mailbox), clock, phone)
        made.thief.treasure = phone.treasure
        made.owner = Owner.of(victim, QuickClient()).state()
        made.before, made.address = ways(victim), victim.address
        if victim.user.has_two_step:
            made.most = Strength.RECOVERED
        elif mailbox:  # nothing is stronger than these two there; the notices have to be enough
            made.most = Strength.TWO_STEP
        if mailbox:
            made.reads_from = timezone.now()
            if victim.user.has_two_step:
                made.reads_from += settings.RESTORE_DELAY
        for slug in STRONGER * GUESSES:
            throttling.budget_of(victim.user, slug).reserve()
        made.guessed = guesses(victim)
        made.thief.sign_in()
        yield made
        transaction.set_rollback(True)
    mail.outbox.clear()
    memory_outbox.clear()
