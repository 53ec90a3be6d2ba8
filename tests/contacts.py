"""Recovery contacts that agreed some time ago."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import RecoveryContact, User
from tests.people import Person


def give_contact(owner: Person, friend: Person, **fields: Any) -> RecoveryContact:
    """Let `friend` be a recovery contact of `owner`, agreed to thirty days ago."""
    User.objects.filter(pk=owner.user.pk).update(has_recovery_contact=True)
    given: dict[str, Any] = {
        "address": friend.address,
        "known_as": "Alice",
        "person": friend.user,
        "agreed_at": timezone.now() - timedelta(days=30),
    }
    return RecoveryContact.objects.create(owner=owner.user, **{**given, **fields})
