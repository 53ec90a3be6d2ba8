"""Lists of staff and managers at their fullest: a first visit stays light."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import Enrolment, Invitation, Membership, Organisation, User
from tests.people import Person, enter
from tests.portal.test_managers import manage
from tests.work import make_organisation

ROWS = 26
FIRST_PAGE = 27_800  # bytes; styles and scripts are 32,200 more: 60,000 for a first visit


@pytest.fixture
def crowded(bob: Person) -> Organisation:
    """An organisation whose people have long names, and all wait for something."""
    firm, now = make_organisation("Example " * 9), timezone.now()
    names = [f"{n:02}-{'long' * 7}@example.org" for n in range(ROWS)]
    people = User.objects.bulk_create(
        User(email=name, email_key=name, name=name[:30]) for name in names
    )
    Membership.objects.bulk_create(Membership(user=each, organisation=firm) for each in people)
    Enrolment.objects.bulk_create(
        Enrolment(user=each, organisation=firm, label=each.email, state="asked", asked_at=now)
        for each in people
    )
    until = now + timedelta(days=3)
    Invitation.objects.bulk_create(
        Invitation(
            address=f"x{name}",
            key=f"x{name}",
            name="A long name",
            organisation=where,
            invited_by=bob.user,
            expires_at=until,
        )
        for name in names
        for where in (firm, None)
    )
    manage(bob, firm)
    return firm


@pytest.mark.parametrize("rest", ["", "requests/", "invitations/"])
def test_pages_of_managers(client: Client, bob: Person, crowded: Organisation, rest: str) -> None:
    enter(client, bob, Strength.TWO_STEP)
    assert len(client.get(f"/organisation/{crowded.public_id}/{rest}").content) < FIRST_PAGE


@pytest.mark.parametrize("path", ["requests/", "invitations/", "organisations/{}/"])
def test_pages_of_staff(client: Client, root: Person, crowded: Organisation, path: str) -> None:
    enter(client, root, Strength.TWO_STEP)
    address = f"/admin/{path.format(crowded.public_id)}"
    assert len(client.get(address).content) < FIRST_PAGE
