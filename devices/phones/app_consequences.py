"""What unlinking a phone does to this site's app on it, and what was done, in words."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from accounts.models import SecurityEvent
from core.i18n import gettext as _
from core.i18n import ngettext
from core.templatetags.portal_ui import written
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


def were_unlinked(event: SecurityEvent) -> list[str]:
    """Say what became of the apps, and whether they erased their accounts."""
    apps = of_event(event)
    commands = (
        PhoneCommand.objects.filter(installation__in=apps).select_related("installation__user")
        if apps
        else ()
    )
    told = {command.installation_id: command for command in commands}
    # One that another app replaced on the same phone has the same name, and fared the same.
    lines = [line for app in apps for line in _of_app(app, told.get(app.pk))]
    return list(dict.fromkeys(lines))


def _of_app(app: Installation, wipe: PhoneCommand | None) -> Iterable[str]:
    words = {"site": settings.PORTAL_NAME, "phone": app.name}
    yield _("The %(site)s authenticator on %(phone)s is unlinked from your account.") % words
    if app.knows_it_is_unlinked and wipe is None:
        yield _("The app has been notified. The accounts in it stay on the phone.")
    elif wipe is None:
        yield _("The accounts in it stay on the phone.")
    elif wipe.called_off_at:
        yield _("Erasing was cancelled: the accounts in it stay on the phone.")
    elif wipe.done_at is None and wipe.locks:
        yield _of_lock(wipe)
    elif wipe.done_at is None:
        yield _(
            "It erases its accounts the next time it connects. We can’t reach a phone "
            "that is offline."
        )
    else:
        at = written(wipe.done_at)
        yield _("It erased its accounts and confirmed this on %(at)s.") % {"at": at}


def _of_lock(order: PhoneCommand) -> str:
    at = {"at": written(order.waits_until)}
    if order.locked_at:
        return (
            _("It locked its accounts, and erases them when it first connects after %(at)s.") % at
        )
    return _("It locks its accounts the next time it connects, and erases them after %(at)s.") % at


def to_be_told(event: SecurityEvent) -> list[Installation]:
    """Return those that were not told to erase themselves, and that will call once more."""
    apps = [app for app in of_event(event) if not app.knows_it_is_unlinked]
    rows = PhoneCommand.objects.filter(installation__in=apps, called_off_at=None) if apps else None
    told = set(rows.values_list("installation_id", flat=True)) if rows is not None else set()
    return [app for app in apps if app.pk not in told]


def to_renew(event: SecurityEvent) -> list[str]:
    """Say what else opens doors: the accounts that the apps kept codes for."""
    count = sum(app.accounts for app in of_event(event))
    if not count:
        return []
    said = ngettext(
        "The app had codes for %(count)d account. Set up its codes again at that "
        "service: anyone who opens the phone could use them.",
        (
            "The app had codes for %(count)d accounts. Set up their codes again at "
            "those services, the most important first: anyone who opens the phone "
            "could use them."
        ),
        count,
    )
    return [said % {"count": count}]
