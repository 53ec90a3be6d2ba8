"""Linking the app over another one on the same phone: the old app can be given back for a while.

What can be taken back must not have destroyed anything. So the app that was there before is kept as
long as the link can be undone, and neither saves nor reads meanwhile: the portal calls it
suspended. Every function is called with the person locked.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.holds import bindings, disputes
from devices.backups.apps import unlinking
from devices.backups.ledger import subject_of
from devices.models import Installation, Phone, Vault

ENDED_AT_ONCE = 100  # a run of the worker; the next one goes on


def make_way(phone: Phone, until: datetime | None) -> Installation | None:
    """Take the app off this phone for a new one; return it if it is kept until then.

    What another link that can still be undone brought goes at once: the app before that one is what
    its owner would get back, and nobody fills the account with apps that are kept.
    """
    before = Installation.objects.filter(phone=phone).first()
    if before is None:
        return None
    if until is None or _came_lately(before):
        unlinking.unlink(Installation.objects.filter(pk=before.pk))
        bindings.forget_subjects(phone.user, [subject_of(before)])
        return None
    unlink_replaced(phone)
    same = Installation.objects.filter(pk=before.pk)
    unlinking.end_asked(same)
    # Where there is no backup the new app is the one that saves at once, as on an empty phone.
    steps_down = {} if _has_backup(phone) else {"status": Installation.Status.SUPERSEDED}
    same.update(phone=None, replaced_on=phone, replaced_until=until, **steps_down)
    return before


def _came_lately(before: Installation) -> bool:
    if before.created_at <= timezone.now() - settings.RECOVERY_HOLD:
        return False
    return before.user.bindings.revocable().filter(subject=subject_of(before)).exists()


def _has_backup(phone: Phone) -> bool:
    return phone.user.vaults.exclude(state=Vault.State.FROZEN).exists()


def give_back(phone: Phone) -> None:
    """Link the app again that another one replaced, after that one was unlinked."""
    row = Installation.objects.replaced().filter(replaced_on=phone).order_by("-pk").first()
    if row is None or Installation.objects.filter(phone=phone).exists():
        return
    status = row.status
    if not _has_backup(phone) and not phone.user.installations.active().exists():
        status = Installation.Status.ACTIVE
    changes = {"replaced_on": None, "replaced_until": None, "name": phone.name}
    Installation.objects.filter(pk=row.pk).update(phone=phone, status=status, **changes)


def unlink_replaced(phone: Phone) -> None:
    """Unlink for good what was replaced on this phone."""
    unlinking.unlink(Installation.objects.replaced().filter(replaced_on=phone))


def unlink_expired() -> int:
    """Unlink the replaced apps that can no longer be given back; return how many.

    While an account is in dispute its apps stay.
    """
    rows = Installation.objects.replaced().filter(replaced_until__lte=timezone.now())
    rows = rows.select_related("user").order_by("replaced_until")
    return sum(_unlink_in_turn(row) for row in rows[:ENDED_AT_ONCE])


@transaction.atomic
def _unlink_in_turn(row: Installation) -> bool:
    try:
        disputes.lock_for_update(row.user)
    except disputes.InDispute:
        return False
    rows = Installation.objects.replaced().filter(pk=row.pk, replaced_until__lte=timezone.now())
    return bool(unlinking.unlink(rows))
