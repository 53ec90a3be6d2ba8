"""Telling people whose backup fell silent: a backup that stops unnoticed is worse than none."""

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST
from accounts.models import EventKind
from devices.models import Installation, Vault
from devices.models.installation import InstallationQuerySet


def run() -> int:
    """Tell of each active phone that is silent, once a silence; return how many were told of."""
    return sum(_tell(row) for row in _silent().select_related("user").iterator())


def _silent() -> InstallationQuerySet:
    """Those that keep changes to themselves, or did not call, for `BACKUP_SILENCE`.

    One that was told of is due again only after it saved, or called, since.
    """
    since = timezone.now() - settings.BACKUP_SILENCE
    rows = Installation.objects.active().filter(
        replaced_until=None, user__is_active=True, user__vaults__state=Vault.State.ON
    )
    rows = rows.annotate(
        saved=Coalesce("saved_at", "created_at"), called=Coalesce("last_contact_at", "created_at")
    )
    unsaved = Q(unsaved__gt=0, saved__lte=since) & _not_told_since("saved")
    return rows.filter(unsaved | Q(called__lte=since) & _not_told_since("called"))


def _not_told_since(begin: str) -> Q:
    return Q(told_silent_at=None) | Q(told_silent_at__lt=F(begin))


@transaction.atomic
def _tell(row: Installation) -> int:
    """Write the event unless another worker did, or the phone came back meanwhile."""
    same = _silent().filter(pk=row.pk, told_silent_at=row.told_silent_at)
    if not same.update(told_silent_at=timezone.now()):
        return 0
    about: Details = {"phone": row.name, "unsaved": row.unsaved, "accounts": row.accounts}
    if row.saved_at:
        about["saved"] = row.saved_at.isoformat()
    events.record(row.user, EventKind.APP_SILENT, origin=HOST, **about)
    return 1
