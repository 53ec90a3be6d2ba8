"""In which time zone messages tell a person when something happened."""

from datetime import tzinfo
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.timezones import zone_of


def remember(user: User, zone: tzinfo | None) -> None:
    """Note, after the commit, the zone of the browser that the person signs in with, if known.

    Only then, as with their language (`accounts.preferences.languages.remember`).
    """
    name = str(zone or "")
    if name and name != user.last_zone:
        transaction.on_commit(partial(_note, user.pk, name), robust=True)


def _note(pk: int, name: str) -> None:
    User.objects.filter(pk=pk).update(last_zone=name)


def of_messages(user: User | None) -> tzinfo:
    """The zone of messages to this person; that of the portal while none is known."""
    return (user and zone_of(user.last_zone)) or timezone.get_default_timezone()
