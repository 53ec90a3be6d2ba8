"""A recovery case whose wait has ended, as the pages open it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import RecoveryCase, User
from tests.people import Person


def give_case(person: Person, **fields: Any) -> RecoveryCase:
    """Open a case for the person's account, eight days ago."""
    opened = timezone.now() - timedelta(days=8)
    User.objects.filter(pk=person.user.pk).update(case_opened_at=opened)
    given: dict[str, Any] = {
        "key": str(person.user.public_id),
        "contact": "reached@elsewhere.example",
        "opened_at": opened,
        "waits_until": opened + timedelta(days=7),
        "expires_at": opened + timedelta(days=21),
    }
    return RecoveryCase.objects.create(user=person.user, **{**given, **fields})
