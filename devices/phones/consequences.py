"""What unlinking a phone will do, and what it has done, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent, User
from core.i18n import gettext as _
from core.i18n import listed, ngettext
from core.templatetags.portal_ui import written
from devices.models import Installation, Phone, Session
from devices.phones import app_consequences, sealing


def least_of(user: User) -> Strength:
    """Return what a session must have proved to go on without the phone."""
    return Strength.RECOVERED if user.has_two_step else Strength.PASSWORD


def factors_of(phone: Phone) -> frozenset[str]:
    """Name what would be erased with the phone, as proofs name it."""
    return phone.authenticators.all().factors()


@dataclass(frozen=True)
class Endings:
    """Which sessions and trust an act ends; `stays` is whether the session that acts goes on."""

    others: int
    trusted: int
    stays: bool = True


def endings(user: User, *, except_session: str, stays: bool = True) -> Endings:
    """Count what an act that changes the protection ends, besides the session that acts."""
    trusted = user.trusted_browsers.live().count()
    return Endings(other_sessions(user, except_session), trusted, stays)


def other_sessions(user: User, except_session: str) -> int:
    """Count the sessions of the person besides `except_session`."""
    rows = Session.objects.of(user).alive()
    return (rows.exclude(public_id=except_session) if except_session else rows).count()


@dataclass(frozen=True)
class Consequences:
    """What unlinking phones will do: `templates/devices/consequences/unlinking.html` says it.

    `proving` are those with codes, and `kept` those of them that stay until `kept_until`, sealed.
    """

    proving: Sequence[Phone]
    kept: Sequence[Phone]
    kept_until: datetime | None
    takes_itself_back: bool
    apps: Sequence[Installation]
    is_backup_left: bool
    endings: Endings

    @property
    def erased(self) -> int:
        """How many phones' secrets go at once."""
        return len(self.proving) - len(self.kept)


def consequences(
    *phones: Phone, except_session: str, stays: bool = True, kept_until: datetime | None = None
) -> Consequences:
    """Look ahead; `except_session` is the session that acts, `stays` whether it goes on.

    `kept_until` is given if the session proved too little to erase anything before then.
    """
    proving = [phone for phone in phones if factors_of(phone)]
    kept = [phone for phone in proving if kept_until and sealing.is_kept(phone)]
    apps = [phone.app for phone in phones if phone.app]
    return Consequences(
        proving=proving,
        kept=kept,
        kept_until=kept_until,
        takes_itself_back=any(sealing.takes_itself_back(phone) for phone in kept),
        apps=apps,
        is_backup_left=app_consequences.is_backup_left(apps),
        endings=endings(phones[0].user, except_session=except_session, stays=stays),
    )


def takes_itself_back(until: datetime) -> str:
    """Say how anyone who holds the phone can contradict, and that it does not let them in alone."""
    return _(
        "Until %(date)s, someone with your password and a code from the phone can "
        "take it back. That stops all changes to your account, and we’ll notify "
        "you."
    ) % {"date": written(until)}


def _trust(count: int) -> str:
    return ngettext(
        "%(count)d trusted browser will ask for the second step again.",
        "%(count)d trusted browsers will ask for the second step again.",
        count,
    ) % {"count": count}


def stays_on(user: User) -> str:
    """Say that the switch is not touched; "" if it is off."""
    return _("Two-step verification stays on.") if user.has_two_step else ""


def report(event: SecurityEvent) -> list[str]:
    """Say what was done, from the event of an unlinking and of what went with it."""
    details = event.details
    erased = int(details.get("authenticators", 0)) + int(details.get("also_authenticators", 0))
    erased -= int(details.get("kept_factors", 0)) + int(details.get("also_kept_factors", 0))
    ended = int(details.get("sessions", 0))
    names = [details.get("phone", ""), *details.get("also_phones", [])]
    without = details.get("without_codes", [])
    lines = [
        *(_is_unlinked(name, has_codes=name not in without) for name in names),
        ngettext("Its secret is erased.", "%(count)d secrets are erased.", erased)
        % {"count": erased}
        if erased
        else "",
        *_were_kept(details),
        *app_consequences.were_unlinked(event),
        *(
            _("%(name)s has been removed and no longer works here.") % {"name": name}
            for name in details.get("also_passkeys", [])
        ),
        _ended(ended),
        _trust(details["trusted"]) if details.get("trusted") else "",
        stays_on(event.user),
        _("We notified all your confirmed e-mail addresses."),
    ]
    return [line for line in lines if line]


def _were_kept(details: dict[str, Any]) -> list[str]:
    until = datetime.fromisoformat(details["kept_until"]) if details.get("kept_until") else None
    if until is None:
        return []
    said = _("We keep what was on %(phones)s sealed until %(date)s, and erase it then.")
    names = listed(list(details.get("kept", [])))
    line = said % {"phones": names, "date": written(until)}
    return [line, takes_itself_back(until)] if details.get("own_code") else [line]


def _is_unlinked(name: str, *, has_codes: bool) -> str:
    if has_codes:
        return _("%(phone)s is unlinked: its codes no longer work.") % {"phone": name}
    return _("%(phone)s is unlinked.") % {"phone": name}


def _ended(count: int) -> str:
    if not count:
        return _("No other browser was signed in.")
    return ngettext(
        "%(count)d other browser was signed out.",
        "%(count)d other browsers were signed out.",
        count,
    ) % {"count": count}


def elsewhere(event: SecurityEvent) -> list[str]:
    """Say what only the owner of a lost phone can do, at other places."""
    if not event.details.get("lost"):
        return []
    return [
        _("Lock or erase the phone: Find My for an iPhone, Find Hub for Android."),
        _("Ask your mobile provider to block the SIM card, so that nobody gets your messages."),
        *app_consequences.to_renew(event),
        _("Unlink the phone at the other sites whose codes were on it."),
        _("Tell your employer or school if their account was on it."),
    ]
