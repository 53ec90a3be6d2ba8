"""What unlinking a phone will do, and what it has done, line by line."""

from datetime import datetime
from typing import Any

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent, User
from core.i18n import gettext as _
from core.i18n import listed, ngettext
from core.templatetags.portal_ui import written
from devices.models import Phone, Session
from devices.phones import app_consequences, sealing


def least_of(user: User) -> Strength:
    """Return what a session must have proved to go on without the phone."""
    return Strength.RECOVERED if user.has_two_step else Strength.PASSWORD


def factors_of(phone: Phone) -> frozenset[str]:
    """Name what would be erased with the phone, as proofs name it."""
    return phone.authenticators.all().factors()


def consequences(
    *phones: Phone, except_session: str = "", stays: bool = True, kept_until: datetime | None = None
) -> list[str]:
    """Say what will happen; `except_session` is the session that acts, `stays` whether it goes on.

    `kept_until` is given if the session proved too little to erase anything before then.
    """
    user = phones[0].user
    proving = [phone for phone in phones if factors_of(phone)]
    kept = [phone for phone in proving if kept_until and sealing.is_kept(phone)]
    erased = len(proving) - len(kept)
    lines = [
        *(_will_stop(phone, is_kept=phone in kept) for phone in proving),
        _secrets_go(erased) if erased else "",
        _stays(kept_until) if kept and kept_until else "",
        takes_itself_back(kept_until)
        if kept_until and any(sealing.takes_itself_back(phone) for phone in kept)
        else "",
        *app_consequences.will_be_unlinked(*phones),
        will_end(user, except_session),
        goes_on_here(stays=stays) if except_session else "",
        trust_ends(user),
        stays_on(user),
        _("We’ll notify all your confirmed e-mail addresses."),
    ]
    return [line for line in lines if line]


def _secrets_go(count: int) -> str:
    return ngettext(
        "We’ll erase its secret here. A backup of the phone doesn’t bring it back.",
        "We’ll erase their secrets here. A backup of the phones doesn’t bring them back.",
        count,
    )


def _stays(until: datetime) -> str:
    return _(
        "You signed in another way, so we’ll keep what was on it sealed until "
        "%(date)s, and erase it then."
    ) % {"date": written(until)}


def takes_itself_back(until: datetime) -> str:
    """Say how anyone who holds the phone can contradict, and that it does not let them in alone."""
    return _(
        "Until %(date)s, someone with your password and a code from the phone can "
        "take it back. That stops all changes to your account, and we’ll notify "
        "you."
    ) % {"date": written(until)}


def _will_stop(phone: Phone, *, is_kept: bool) -> str:
    words = _("Codes from the authenticator app on %(phone)s stop working at once.")
    if phone.is_suspended and is_kept:
        words = _("%(phone)s, which is suspended, stays unusable.")
    elif phone.is_suspended:
        words = _("%(phone)s, which is suspended, cannot be taken back any more.")
    return words % {"phone": phone.name}


def goes_on_here(*, stays: bool) -> str:
    """Say whether the session that acts goes on."""
    if stays:
        return _("This browser stays signed in.")
    return _("We’ll sign you out here as well, because you signed in with this phone.")


def trust_ends(user: User) -> str:
    """Say how many browsers lose the trust of the person; "" if there is none."""
    count = user.trusted_browsers.live().count()
    return _trust(count) if count else ""


def _trust(count: int) -> str:
    return ngettext(
        "%(count)d trusted browser will ask for the second step again.",
        "%(count)d trusted browsers will ask for the second step again.",
        count,
    ) % {"count": count}


def will_end(user: User, except_session: str) -> str:
    """Say how many sessions besides `except_session` end."""
    rows = Session.objects.of(user).alive()
    others = (rows.exclude(public_id=except_session) if except_session else rows).count()
    if not others:
        return _("No other browser is signed in.")
    return ngettext(
        "We’ll sign out %(count)d other browser.",
        "We’ll sign out %(count)d other browsers.",
        others,
    ) % {"count": others}


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
