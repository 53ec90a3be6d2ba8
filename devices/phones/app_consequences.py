"""What unlinking a phone does to this site's app on it, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts.models import SecurityEvent
from devices.models import Installation, PhoneCommand, Vault


def is_backup_left(apps: Sequence[Installation]) -> bool:
    """Tell whether the backup is left without a phone that saves to it, once these are unlinked."""
    if not any(app.is_active for app in apps):
        return False
    return Vault.objects.filter(user=apps[0].user_id, state=Vault.State.ON).exists()


def of_event(event: SecurityEvent) -> list[Installation]:
    """Return the installations that went with the phones of an unlinking."""
    ids = [*event.details.get("apps", []), *event.details.get("also_apps", [])]
    rows = Installation.objects.filter(user=event.user, public_id__in=ids) if ids else ()
    return list(rows)


class AppState(StrEnum):
    """What became of the accounts in an app that was unlinked."""

    LEFT = "left"  # on the phone, and the app may not know yet that it is unlinked
    NOTIFIED = "notified"  # on the phone, and the app knows
    CALLED_OFF = "called_off"  # on the phone, as erasing was cancelled
    WILL_ERASE = "will_erase"  # the next time it connects
    WILL_LOCK = "will_lock"  # the next time it connects, and erase after the moment
    LOCKED = "locked"  # and erased after the moment
    ERASED = "erased"  # at the moment


@dataclass(frozen=True)
class UnlinkedApp:
    """An app that was unlinked; `at` is the moment of its state, to the minute."""

    name: str
    state: AppState
    at: datetime | None = None


def outcomes(event: SecurityEvent) -> list[UnlinkedApp]:
    """Return what became of the apps, and whether they erased their accounts."""
    apps = of_event(event)
    commands = (
        PhoneCommand.objects.filter(installation__in=apps).select_related("installation__user")
        if apps
        else ()
    )
    orders = {command.installation_id: command for command in commands}
    # One that another app replaced on the same phone has the same name, and fared the same.
    return list(dict.fromkeys(_outcome(app, orders.get(app.pk)) for app in apps))


def _outcome(app: Installation, order: PhoneCommand | None) -> UnlinkedApp:
    state, at = _state(app, order)
    return UnlinkedApp(app.name, state, at.replace(second=0, microsecond=0) if at else None)


def _state(app: Installation, order: PhoneCommand | None) -> tuple[AppState, datetime | None]:
    if order is None:
        return AppState.NOTIFIED if app.knows_it_is_unlinked else AppState.LEFT, None
    if order.called_off_at:
        return AppState.CALLED_OFF, None
    if order.done_at:
        return AppState.ERASED, order.done_at
    if order.locks:
        return AppState.LOCKED if order.locked_at else AppState.WILL_LOCK, order.waits_until
    return AppState.WILL_ERASE, None


def to_be_told(event: SecurityEvent) -> list[Installation]:
    """Return those that were not told to erase themselves, and that will call once more."""
    apps = [app for app in of_event(event) if not app.knows_it_is_unlinked]
    rows = PhoneCommand.objects.filter(installation__in=apps, called_off_at=None) if apps else None
    told = set(rows.values_list("installation_id", flat=True)) if rows is not None else set()
    return [app for app in apps if app.pk not in told]


def accounts_of(event: SecurityEvent) -> int:
    """Count what else opens doors: the accounts that the apps kept codes for."""
    return sum(app.accounts for app in of_event(event))
