"""Opening a recovery case: nothing is written until a code proves where the person is reached.

What was typed is one value under one session key, and only this file touches it. An address that no
account has is answered in the same way, with a case that leads nowhere.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.factors import sent_codes
from accounts.contacts.normalization import email_key, mask_address
from accounts.holds.bindings import held_subjects
from accounts.models import EmailAddress, EventKind, RecoveryCase, User
from accounts.recovery_cases.mails import queue_to_person
from accounts.recovery_contacts import answering
from core.database import violates
from core.i18n import gettext_lazy
from core.keys.crypto import keyed_digest
from core.limits import rates
from core.web.http import RequestOrigin

PENDING_KEY = "recovery_case"
PURPOSE = "recovery-case"
BROWSER, SESSION, OWN_ADDRESS, RIVAL = "browser", "session", "address", "rival"
RIVALS = 5  # of those who ask for an account while a case of it is open, so many are noted
TOO_MANY = gettext_lazy("You’ve asked often enough. You can ask again in %(time)s.")


@dataclass(frozen=True)
class PendingCase:
    """The account that was named, and where the person is reached, waiting for the code."""

    binding: str
    account: str
    contact: str
    at: float  # epoch seconds

    @classmethod
    def now(cls, *, account: str, contact: str) -> "PendingCase":
        """Begin one of this moment."""
        return cls(secrets.token_hex(16), account, contact, timezone.now().timestamp())

    @property
    def mailbox(self) -> str:
        """Where the code is sent."""
        return self.contact

    @property
    def is_in_time(self) -> bool:
        """Whether there is still time to type the code."""
        age = timedelta(seconds=timezone.now().timestamp() - self.at)
        return timedelta(0) <= age <= settings.CONTACT_CONFIRM_AGE


def keep(request: HttpRequest, pending: PendingCase) -> None:
    """Keep it in the session, which gets a new id."""
    request.session[PENDING_KEY] = asdict(pending)
    request.session.cycle_key()


def pending_in(request: HttpRequest) -> PendingCase | None:
    """Return what waits in this session; None if nothing does, or its time has passed."""
    kept = request.session.get(PENDING_KEY)
    pending = PendingCase(**kept) if isinstance(kept, dict) else None
    return pending if pending and pending.is_in_time else None


def forget(request: HttpRequest) -> None:
    """Drop what waits."""
    request.session.pop(PENDING_KEY, None)


def send(pending: PendingCase, client: RequestOrigin) -> None:
    """Send the code, or another one; raises `LimitReached`."""
    delivery = sent_codes.Delivery("email", pending.contact)
    binding = pending.binding
    sent_codes.send(delivery, user=None, purpose=PURPOSE, binding=binding, client=client)


def take(contact: str) -> None:
    """Count one case of this mailbox; raises `LimitReached`. Call it outside a transaction.

    Not of the account: strangers would use its number up, and keep the owner out for a month.
    """
    rates.RECOVERY_CASES.take(email_key(contact))


def open_case(
    pending: PendingCase, *, origin: Origin, seen: Callable[[User], Iterable[str]]
) -> RecoveryCase | None:
    """Open the case and notify every address of the account; None if one is open already.

    `seen` tells what the browser that asks has of the account: `BROWSER` if the person has signed
    in there before, `SESSION` if it is signed in now. Call it in the transaction that used the code
    up.
    """
    user = _owner(email_key(pending.account))
    user = user.lock_for_update() if user else None
    case = _begun(pending, user, origin, seen)
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        if not _is_second(error):
            raise
        _note_rival(user, pending.contact)
        return None
    queue_to_person(case, "case:opened")
    if user:
        User.objects.filter(pk=user.pk).update(case_opened_at=case.opened_at)
        events.record(
            user,
            EventKind.CASE_OPENED,
            origin=origin,
            address=mask_address(pending.contact),
            until=case.waits_until.isoformat(),
            case=str(case.public_id),
        )
        answering.tell(case)
    return case


def _begun(
    pending: PendingCase,
    user: User | None,
    origin: Origin,
    seen: Callable[[User], Iterable[str]],
) -> RecoveryCase:
    """Return the case of this moment; it is not saved."""
    key, now = email_key(pending.account), timezone.now()
    until = now + _wait(key, user)
    return RecoveryCase(
        user=user,
        key=keyed_digest("recovery-case", key),
        contact=pending.contact,
        language=get_language() or "",
        evidence=_evidence(user, pending.contact, seen),
        address=origin.address,
        agent=origin.agent,
        opened_at=now,
        waits_until=until,
        expires_at=until + settings.RECOVERY_CASE_DECIDED_WITHIN,
    )


def _owner(key: str) -> User | None:
    """Find the account by its sign-in address or another one that it has confirmed."""
    rows = User.objects.filter(is_active=True)
    mailbox = EmailAddress.objects.verified().filter(key=key).values_list("user_id", flat=True)
    return rows.filter(email_key=key).first() or rows.filter(pk__in=list(mailbox[:1])).first()


def _wait(key: str, user: User | None) -> timedelta:
    """Two-step takes longer; who has no account waits as one half of them would."""
    if user is None:
        has_two_step = int(keyed_digest("recovery-case-wait", key)[0], 16) % 2 == 1
    else:
        has_two_step = user.has_two_step
    return wait_of(has_two_step=has_two_step)


def wait_of(*, has_two_step: bool) -> timedelta:
    """Return how long the owner has before anybody decides."""
    wait: timedelta = settings.RECOVERY_CASE_WAIT_TWO_STEP
    return wait if has_two_step else settings.RECOVERY_CASE_WAIT


def _evidence(
    user: User | None, contact: str, seen: Callable[[User], Iterable[str]]
) -> list[dict[str, str]]:
    """Note what still works, for the officers: each is worth something, and none is enough."""
    if user is None:
        return []
    now = timezone.now().isoformat()
    found = [{"kind": kind, "at": now} for kind in seen(user)]
    own = user.email_addresses.verified().filter(key=email_key(contact)).first()
    if own and own.factor not in held_subjects(user):  # one that a thief has just added is none
        known = {"kind": OWN_ADDRESS, "name": mask_address(contact), "id": own.factor}
        found.append({**known, "at": now})
    return found


def _note_rival(user: User | None, contact: str) -> None:
    """Let officers know that somebody else asks for the account as well."""
    case = user.recovery_cases.open().first() if user else None
    if case is None or contact == case.contact:
        return
    rivals = [each for each in case.evidence if each["kind"] == RIVAL]
    if len(rivals) < RIVALS:
        now = timezone.now().isoformat()
        case.evidence.append({"kind": RIVAL, "name": mask_address(contact), "at": now})
        case.save(update_fields=["evidence"])


def _is_second(error: IntegrityError) -> bool:
    return any(
        violates(error, RecoveryCase, name, field)
        for name, field in (
            ("one_open_case_an_account", "user_id"),
            ("one_open_case_a_stranger", "key"),
        )
    )
