"""The people of the tests as fixtures, for rolled-back tests and those of the running site."""

import time
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.models import Role
from tests.people import (
    Person,
    give_address,
    give_codes,
    give_number,
    give_passkey,
    make_person,
    protected,
)

pytest_plugins = ["tests.depth"]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is shifted, at the next beginning of a time step."""
    period = settings.AUTHENTICATOR_PERIOD.total_seconds()
    start = (time.time() // period + 1) * period
    with time_machine.travel(start, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(rows: None) -> Person:
    """Everything: authenticator app, recovery codes, two addresses, a number."""
    alice = protected("alice")
    give_address(alice)
    give_number(alice)
    return alice


@pytest.fixture
def bob(rows: None) -> Person:
    """A stranger to alice, with two-step on."""
    return protected("bob")


@pytest.fixture
def carol(rows: None) -> Person:
    """Only a password."""
    return make_person("carol")


@pytest.fixture
def pia(rows: None) -> Person:
    """A passkey and recovery codes, with two-step on; no phone."""
    pia = make_person("pia", two_step_since=timezone.now())
    give_passkey(pia)
    give_codes(pia)
    return pia


@pytest.fixture
def sue(rows: None) -> Person:
    """A recovery officer, with two-step on."""
    return protected("sue", role=Role.RECOVERY_OFFICER)


@pytest.fixture
def root(rows: None) -> Person:
    """An administrator, with two-step on."""
    return protected("root", role=Role.ADMINISTRATOR)
