"""Passkeys whose key is right and whose flags or counter are not: refused, and the owner told why.

"Try again" would be no help: they are refused until they say again what they said when they were
added. So they are not offered meanwhile, and a new one can be made in the same place.
"""

from typing import Unpack

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.models import EventKind
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from devices.models import Passkey

CAUSES = {
    "synced": gettext_lazy(
        "%(name)s was added as a passkey that stays on one device, and now "
        "reports that it can be copied to others."
    ),
    "bound": gettext_lazy(
        "%(name)s was added as a passkey that is synced between devices, and now "
        "reports that it stays on one."
    ),
    "counter": gettext_lazy("%(name)s reported fewer uses than before, as a copy of it would."),
}


@transaction.atomic
def note(passkey: Passkey, change: str, *, origin: Origin) -> None:
    """Stop offering the passkey, and tell its owner once."""
    rows = Passkey.objects.filter(pk=passkey.pk, changed_at__isnull=True)
    if rows.update(changed_at=timezone.now()):
        _record(passkey, EventKind.PASSKEY_CHANGED, origin, change=change)


def note_counter(passkey: Passkey, *, origin: Origin) -> None:
    """Tell the owner that a counter began again; the passkey was taken."""
    _record(passkey, EventKind.PASSKEY_COUNTER_RESET, origin)


def _record(row: Passkey, kind: EventKind, origin: Origin, **details: Unpack[Details]) -> None:
    about: Details = {"passkey": row.name, **details}
    events.record(row.user, kind, origin=origin, **about)


def refusal(passkey: Passkey, change: str) -> str:
    """Say to who holds the passkey what the matter is, and what to do."""
    cause = CAUSES[change] % {"name": passkey.name}
    cure = _(
        "So we don’t accept it. Sign in another way, add it again as a new "
        "passkey on the Devices page, and remove the old one there."
    )
    return f"{cause} {cure}"
