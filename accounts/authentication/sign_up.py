"""Creating an account: nothing is written until a code proves the address.

What was typed is one value under one session key, and only this file touches it.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.factors import sent_codes
from accounts.models import EmailAddress, EventKind, User
from core.web.http import RequestOrigin

PENDING_KEY = "sign_up"
PURPOSE = "sign-up"


@dataclass(frozen=True)
class PendingSignUp:
    """What was typed, waiting for the code; the password only as its hash."""

    binding: str
    email: str
    name: str
    password: str
    at: float  # epoch seconds

    @classmethod
    def now(cls, *, email: str, name: str, password: str) -> "PendingSignUp":
        """Begin one of this moment; `password` is hashed already."""
        at = timezone.now().timestamp()
        return cls(secrets.token_hex(16), email, name, password, at)

    @property
    def mailbox(self) -> str:
        """Where the code is sent."""
        return self.email

    @property
    def is_in_time(self) -> bool:
        """Whether there is still time to confirm."""
        age = timedelta(seconds=timezone.now().timestamp() - self.at)
        return timedelta(0) <= age <= settings.CONTACT_CONFIRM_AGE


def keep(request: HttpRequest, pending: PendingSignUp) -> None:
    """Keep it in the session, which gets a new id."""
    request.session[PENDING_KEY] = asdict(pending)
    request.session.cycle_key()


def pending_in(request: HttpRequest) -> PendingSignUp | None:
    """Return what waits in this session; None if nothing does, or its time has passed."""
    kept = request.session.get(PENDING_KEY)
    pending = PendingSignUp(**kept) if isinstance(kept, dict) else None
    return pending if pending and pending.is_in_time else None


def forget(request: HttpRequest) -> None:
    """Drop what waits."""
    request.session.pop(PENDING_KEY, None)


def send(pending: PendingSignUp, client: RequestOrigin) -> None:
    """Send the code, or another one; raises `LimitReached`."""
    delivery = sent_codes.Delivery("email", pending.email)
    binding = pending.binding
    sent_codes.send(delivery, user=None, purpose=PURPOSE, binding=binding, client=client)


def create(pending: PendingSignUp, *, origin: Origin) -> tuple[User, EmailAddress]:
    """Make the account and its confirmed address.

    Call it in the transaction that used the code up. Raises `IntegrityError` if somebody else has
    confirmed the address meanwhile (`accounts.contacts.taken`).
    """
    user = User.objects.create(
        email=pending.email,
        name=pending.name,
        password=pending.password,
        last_language=get_language() or "",
    )
    now = timezone.now()
    address = EmailAddress.objects.create(user=user, address=user.email, verified_at=now)
    events.record(user, EventKind.ACCOUNT_CREATED, origin=origin)
    return user, address
