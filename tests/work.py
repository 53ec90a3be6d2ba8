"""Accounts with organisations in the tests: given by staff, set up on a phone of the person."""

from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts import organisation_policy
from accounts.models import Enrolment, Organisation, User
from devices.authenticator import work_accounts
from devices.models import Authenticator
from tests.people import Person, code_of
from tests.phones import App

NUMBERS = count(1)
WHY = "She works here since Monday."


def make_organisation(name: str = "", ask: str = "Ask the help desk in room 12.") -> Organisation:
    """Make an organisation; without a name one that no other test has."""
    given = name or f"Example {timezone.now():%f} {next(NUMBERS)} Ltd"
    return Organisation.objects.create(name=given, help=ask)


def give_enrolment(
    person: Person, organisation: Organisation | None = None, state: str = "approved"
) -> Enrolment:
    """Give somebody an account with an organisation, as if staff had, without a notice."""
    organisation, now = organisation or make_organisation(), timezone.now()
    User.objects.filter(pk=person.user.pk).update(has_organisation_account=True)
    organisation_policy.join(person.user, organisation)
    times: dict[str, datetime] = {"asked_at": now, "approved_at": now}
    return Enrolment.objects.create(
        user=person.user, organisation=organisation, label=person.address, state=state, **times
    )


def code_for(enrolment: Enrolment, app: App, **fields: datetime) -> str:
    """Make the one-time code as the page in the portal does."""
    given: dict[str, Any] = {"trusted_from": timezone.now(), **fields}
    return work_accounts.make_code(
        enrolment=enrolment, installation=app.installation, session="", **given
    )


def first_code(enrolment: Enrolment) -> str:
    """What the phone shows that has just been given the secret."""
    return code_of(Authenticator.objects.begun().get(enrolment=enrolment))


def set_up(enrolment: Enrolment, app: App) -> Authenticator:
    """Set the account up on the phone through the calls the app makes."""
    answer = app.post("work/claim", {"code": code_for(enrolment, app)})
    assert answer.status_code == 200, answer.content
    code = first_code(enrolment)
    answer = app.post(f"work/{enrolment.public_id}/confirm", {"code": code})
    assert answer.status_code == 200, answer.content
    return Authenticator.objects.get(enrolment=enrolment, confirmed=True)
