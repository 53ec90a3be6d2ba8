"""Permission to read the backup on one phone, for a short time, after a sign-in in the portal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.holds.bindings import Ground
from accounts.models import EventKind, User
from core.batches import delete_in_batches
from devices.models import Installation, RestoreGrant
from devices.models.installation import InstallationQuerySet


class NothingToStop(Exception):
    """The permission has ended, or was stopped already."""


@dataclass(frozen=True)
class Terms:
    """From when a grant reads, and from when it may take over or destroy without the backup's key.

    A recovered session waits for both (docs/threats.md): anyone who has the password and the
    mailbox must not get a sealed backup to guess at before its owner could say no.
    """

    available_at: datetime
    trusted_from: datetime


def terms(ground: Ground) -> Terms:
    """Return the terms of a grant by a session that has proved this much."""
    now = timezone.now()
    if ground.held_until is None:
        return Terms(now, now)
    begins = now + settings.RESTORE_DELAY
    return Terms(begins, max(ground.held_until, begins))


def give(installation: Installation, *, terms: Terms, session: str) -> RestoreGrant:
    """Give a grant in the place of any before it, from this moment on but not before now."""
    now = timezone.now()
    begins, trusted = max(terms.available_at, now), max(terms.trusted_from, now)
    end_of(Installation.objects.filter(pk=installation.pk))
    # Who waited for a day is not asked to be there within a quarter of an hour.
    waits = trusted > now
    age = settings.RESTORE_WAITED_GRANT_AGE if waits else settings.RESTORE_GRANT_AGE
    times = {"available_at": begins, "trusted_from": trusted, "expires_at": trusted + age}
    return RestoreGrant.objects.create(installation=installation, session=session, **times)


def end_of(installations: InstallationQuerySet) -> None:
    """Take back what these may or will be able to read."""
    now = timezone.now()
    RestoreGrant.objects.pending().filter(installation__in=installations).update(ended_at=now)


@transaction.atomic
def stop(*, grant: RestoreGrant, origin: Origin) -> None:
    """Take a grant back that is waiting or in use; raises `NothingToStop`."""
    installation = grant.installation
    # A take-over in flight is either done by now, or refused after.
    installation.user.lock_for_update()
    if not RestoreGrant.objects.pending().filter(pk=grant.pk).update(ended_at=timezone.now()):
        raise NothingToStop
    about: Details = {"phone": installation.name}
    events.record(installation.user, EventKind.APP_STOPPED, origin=origin, **about)


def end_others(user: User, except_session: str) -> None:
    """Take back what was given in sessions with another public id than `except_session`."""
    rows = RestoreGrant.objects.pending().filter(installation__user=user)
    rows.exclude(session=except_session or "-").update(ended_at=timezone.now())


def delete_expired() -> int:
    """Delete grants that ended a week ago; return how many."""
    since = timezone.now() - timedelta(days=7)
    return delete_in_batches(RestoreGrant.objects.filter(expires_at__lte=since))
