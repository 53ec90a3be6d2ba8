"""Leave to read the backup on one phone, for a short time, after a sign-in in the portal."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import events
from accounts.models import User
from accounts.proofs import Strength
from devices.models import Installation, RestoreGrant
from devices.models.installation import InstallationQuerySet
from portal.http import Client


class NothingToStop(Exception):
    """The leave is over, or was stopped already."""


def wait_after(user: User, level: Strength) -> timedelta:
    """Return how long leave waits that is given after proving this much."""
    if not user.has_two_step or level >= Strength.TWO_STEP:
        return timedelta(0)
    wait: timedelta = settings.RESTORE_DELAY
    return wait


def give(installation: Installation, *, available_at: datetime, session: str) -> RestoreGrant:
    """Give leave in the place of any before it, from this moment on but not before now."""
    begins = max(available_at, timezone.now())
    end_of(Installation.objects.filter(pk=installation.pk))
    until = begins + settings.RESTORE_GRANT_AGE
    given = {"session": session, "available_at": begins, "expires_at": until}
    return RestoreGrant.objects.create(installation=installation, **given)


def end_of(installations: InstallationQuerySet) -> None:
    """Take back what these may or will be able to read."""
    now = timezone.now()
    RestoreGrant.objects.pending().filter(installation__in=installations).update(ended_at=now)


@transaction.atomic
def stop(*, grant: RestoreGrant, client: Client, session: str = "") -> None:
    """Take leave back that is waiting or in use; raises `NothingToStop`."""
    installation = grant.installation
    installation.user.take_turn()  # a take-over in flight is either done by now, or refused after
    if not RestoreGrant.objects.pending().filter(pk=grant.pk).update(ended_at=timezone.now()):
        raise NothingToStop
    about: dict[str, Any] = {"phone": installation.name}
    events.record(installation.user, "app:stopped", client=client, session=session, **about)


def end_others(user: User, keep: str) -> None:
    """Take back what was given in other sessions than the one with the public id `keep`."""
    rows = RestoreGrant.objects.pending().filter(installation__user=user)
    rows.exclude(session=keep or "-").update(ended_at=timezone.now())


def forget_old() -> int:
    """Delete leave that was over a week ago; return how many."""
    since = timezone.now() - timedelta(days=7)
    return RestoreGrant.objects.filter(expires_at__lte=since).delete()[0]
