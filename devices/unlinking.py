"""What unlinking a phone will do, and what it has done, line by line."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import SecurityEvent, User
from accounts.proofs import Strength
from devices.models import Phone, Session


def least_of(user: User) -> Strength:
    """Return what a session must have proved to go on without the phone."""
    return Strength.RECOVERED if user.has_two_step else Strength.PASSWORD


def factors_of(phone: Phone) -> frozenset[str]:
    """Name what would be erased with the phone, as proofs name it."""
    return phone.authenticators.all().factors()


def consequences(phone: Phone, *, keep: str = "", stays: bool = True) -> list[str]:
    """Say what will happen; `keep` is the session that acts, `stays` whether it goes on."""
    here = _("This browser stays signed in.")
    if not stays:
        here = _("You are signed out here as well, because you signed in with this phone.")
    lines = [
        _("Codes from the authenticator app on %(phone)s stop working at once.")
        % {"phone": phone.name},
        _("Its secret is erased here. A backup of the phone does not bring it back."),
        will_end(phone.user, keep),
        here if keep else "",
        stays_on(phone.user),
        _("All your confirmed e-mail addresses are told."),
    ]
    return [line for line in lines if line]


def will_end(user: User, keep: str) -> str:
    """Say how many sessions besides `keep` end."""
    rows = Session.objects.of(user).alive()
    others = (rows.exclude(public_id=keep) if keep else rows).count()
    if not others:
        return _("No other browser is signed in, so none is signed out.")
    return ngettext(
        "%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", others
    ) % {"count": others}


def stays_on(user: User) -> str:
    """Say that the switch is not touched; "" if it is off."""
    return _("Two-step verification stays on.") if user.has_two_step else ""


def report(event: SecurityEvent) -> list[str]:
    """Say what was done, from the event of an unlinking."""
    details = event.details
    erased, ended = int(details.get("authenticators", 0)), int(details.get("sessions", 0))
    lines = [
        _("%(phone)s is unlinked: its codes no longer work.") % {"phone": details.get("phone", "")},
        ngettext("Its secret is erased.", "Its %(count)d secrets are erased.", erased)
        % {"count": erased},
        ngettext(
            "%(count)d other browser was signed out.",
            "%(count)d other browsers were signed out.",
            ended,
        )
        % {"count": ended},
        stays_on(event.user),
        _("All your confirmed e-mail addresses were told."),
    ]
    return [line for line in lines if line]


def elsewhere(event: SecurityEvent) -> list[str]:
    """Say what only the owner of a lost phone can do, at other places."""
    if not event.details.get("lost"):
        return []
    return [
        _("Lock or erase the phone: Find My for an iPhone, Find Hub for Android."),
        _("Ask your mobile provider to block the SIM card, so that nobody gets your messages."),
        _("Unlink the phone at the other sites whose codes were on it."),
        _("Tell your employer or school if their account was on it."),
    ]
