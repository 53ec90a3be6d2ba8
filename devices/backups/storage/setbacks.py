"""A portal that was set back, as its own disk was restored: the phone that saves knows more."""

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.models import EventKind
from core.limits import rates
from core.limits.counters import LimitReached
from devices.models import Installation, Vault


def note(installation: Installation, *, known: int, origin: Origin) -> None:
    """Write into the activity that the phone knows a newer version than there is, once a day.

    Nothing else can tell: the rows that would are the ones that are missing. The app saves its
    state again. Call it outside a transaction.
    """
    if not installation.is_active or installation.is_suspended:
        return
    vaults = Vault.objects.filter(user=installation.user, state=Vault.State.ON, head__lt=known)
    head = vaults.values_list("head", flat=True).first()
    if head is None:
        return
    try:
        rates.SETBACK_NOTICES.take(str(installation.public_id))
    except LimitReached:
        return
    about: Details = {"phone": installation.name}
    events.record(installation.user, EventKind.BACKUP_SET_BACK, origin=origin, **about)
