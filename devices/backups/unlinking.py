"""Letting installations go: they may do nothing any more but be told so."""

from django.utils import timezone

from devices.backups import grants
from devices.models import Installation, KeyTransfer, LinkRequest, PhoneCommand
from devices.models.installation import InstallationQuerySet


def let_go(rows: InstallationQuerySet, *, wipe: bool = False) -> list[Installation]:
    """Unlink these, with what they asked for and what they might read; return them.

    `wipe` tells each, at its next contact, to erase what is on the phone. Take the person's turn
    before, in the same transaction.
    """
    gone = list(rows.linked().order_by("pk").select_for_update())
    ids = Installation.objects.filter(pk__in=[row.pk for row in gone])
    grants.end_of(ids)
    KeyTransfer.objects.filter(installation__in=ids).delete()
    now = timezone.now()
    drawn = [row.public_id for row in gone]
    LinkRequest.objects.live().filter(installation_id_drawn__in=drawn).update(ended_at=now)
    ids.update(status=Installation.Status.UNLINKED, phone=None, unlinked_at=now)
    if wipe:
        kind = PhoneCommand.Kind.WIPE
        PhoneCommand.objects.bulk_create(
            [PhoneCommand(installation=row, kind=kind) for row in gone]
        )
    return gone
