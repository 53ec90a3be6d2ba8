"""Unlinking installations: they may do nothing any more but be told so."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.holds import disputes
from accounts.models import EventKind, User
from core.batches import delete_in_batches
from devices.backups.access import grants
from devices.backups.apps import wiping
from devices.models import Installation, KeyTransfer, LinkRequest, PhoneCommand
from devices.models.installation import InstallationQuerySet


@transaction.atomic
def unlink(
    rows: InstallationQuerySet, *, wipe: bool = False, erases_from: datetime | None = None
) -> list[Installation]:
    """Unlink these, with what they asked for and what they might read; return them.

    `wipe` tells each, at its next contact, to erase what is on the phone, or until `erases_from`
    to lock it. Lock the person
    before, in the same transaction.
    """
    gone = list(rows.linked().order_by("pk").select_for_update())
    same = Installation.objects.filter(pk__in=[row.pk for row in gone])
    end_asked(same)
    status = Installation.Status.UNLINKED
    ended = {"replaced_on": None, "replaced_until": None, "unlinked_at": timezone.now()}
    same.update(status=status, phone=None, **ended)
    if wipe:
        tell_to_wipe(gone, erases_from=erases_from)
    return gone


def end_asked(rows: InstallationQuerySet) -> None:
    """Take back what these might read, and end what they asked for."""
    grants.end_of(rows)
    KeyTransfer.objects.filter(installation__in=rows).delete()
    drawn = list(rows.values_list("public_id", flat=True))
    waiting = LinkRequest.objects.live().filter(installation_id_drawn__in=drawn)
    waiting.update(ended_at=timezone.now(), number="")


def tell_to_wipe(
    rows: Iterable[Installation], *, erases_from: datetime | None = None
) -> list[Installation]:
    """Tell each, at its next contact, to erase what is on the phone; return those not told before.

    Lock the person before, in the same transaction: telling it twice is once, and the
    sooner of two orders counts. One that was called off does not stand in the way of another.
    """
    now = timezone.now()
    begins = max(erases_from or now, now)
    told = []
    for row in rows:
        orders = row.commands.filter(done_at__isnull=True, called_off_at__isnull=True)
        if orders.exists():
            orders.filter(erases_from__gt=begins).update(erases_from=begins)
        elif not row.commands.filter(done_at__isnull=False, called_off_at__isnull=True).exists():
            kind = PhoneCommand.Kind.WIPE
            PhoneCommand.objects.create(installation=row, kind=kind, erases_from=begins)
            told.append(row)
    return told


@transaction.atomic
def wipe_later(
    *, user: User, rows: Iterable[Installation], origin: Origin, erases_from: datetime | None = None
) -> None:
    """Tell those that kept their accounts when they were unlinked to erase them, and the person."""
    disputes.lock_for_update(user)
    for row in tell_to_wipe(rows, erases_from=erases_from):
        about: Details = {"phone": row.name}
        if erases_from:
            about["locks"] = True
            about |= wiping.note_ordered([row], session=origin.session, until=erases_from)
        events.record(user, EventKind.APP_WIPE_ASKED, origin=origin, **about)


def delete_expired() -> int:
    """Delete installations that were unlinked long ago; return how many rows went.

    Until then each is recognised, and told to erase itself if that was asked for.
    """
    since = timezone.now() - settings.UNLINKED_APPS_KEPT
    rows = Installation.objects.filter(status=Installation.Status.UNLINKED)
    rows = rows.exclude(user__disputed_until__gt=timezone.now())
    return delete_in_batches(rows.filter(unlinked_at__lte=since))
