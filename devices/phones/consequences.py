"""What unlinking a phone will do, and what it has done: facts, for templates to put into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.authentication.proofs import Strength
from accounts.models import SecurityEvent, User
from core.i18n import listed
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


@dataclass(frozen=True)
class Unlinked:
    """What was done: `templates/devices/consequences/unlinked.txt` says it.

    `phones` are names, each with whether the phone had codes; `kept` names those that are sealed
    until `kept_until`.
    """

    phones: Sequence[tuple[str, bool]]
    erased: int
    kept: str
    kept_until: datetime | None
    takes_itself_back: bool
    apps: Sequence[app_consequences.UnlinkedApp]
    passkeys: Sequence[str]
    endings: Endings
    has_two_step: bool


def outcome(event: SecurityEvent) -> Unlinked:
    """Read what was done from the event of an unlinking and of what went with it."""
    details = event.details
    erased = int(details.get("authenticators", 0)) + int(details.get("also_authenticators", 0))
    erased -= int(details.get("kept_factors", 0)) + int(details.get("also_kept_factors", 0))
    names = [details.get("phone", ""), *details.get("also_phones", [])]
    without = details.get("without_codes", [])
    until = details.get("kept_until")
    return Unlinked(
        phones=[(name, name not in without) for name in names],
        erased=erased,
        kept=listed(details.get("kept", [])),
        kept_until=datetime.fromisoformat(until) if until else None,
        takes_itself_back=bool(details.get("own_code")),
        apps=app_consequences.outcomes(event),
        passkeys=details.get("also_passkeys", []),
        endings=Endings(int(details.get("sessions", 0)), int(details.get("trusted", 0))),
        has_two_step=event.user.has_two_step,
    )
