"""Inviting people: who may, how often, and what becomes of an invitation."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.contacts.normalization import email_key
from accounts.models import EmailAddress, EventKind, Invitation, User
from accounts.staff import Act, check_may
from core.database import violates
from core.limits import rates
from core.outbox.api import queue


class HasAccount(Exception):
    """Somebody has an account with this address already."""


class IsInvited(Exception):
    """There is an open invitation for this address."""


class NotOpen(Exception):
    """The invitation was accepted or withdrawn meanwhile."""


def has_account(address: str) -> bool:
    """Tell whether the address belongs to an account."""
    key = email_key(address)
    verified = EmailAddress.objects.verified().filter(key=key)
    return User.objects.filter(email_key=key).exists() or verified.exists()


def invite(*, actor: User | None, address: str, name: str = "", language: str = "") -> Invitation:
    """Write an invitation and its mail; `actor` is None for the operator on the host.

    Raises `HasAccount`, `IsInvited`, and `LimitReached` after `INVITATIONS_A_DAY` of one member of
    staff. Call it outside a transaction.
    """
    if actor:
        check_may(actor, Act.INVITE)
    if has_account(address):
        raise HasAccount
    if Invitation.objects.open().filter(key=email_key(address)).exists():
        raise IsInvited
    _take(actor, address)
    try:
        with transaction.atomic():
            until = timezone.now() + settings.INVITATION_AGE
            row = Invitation.objects.create(
                address=address, name=name, invited_by=actor, expires_at=until
            )
            _queue(row, language)
    except IntegrityError as error:
        if not violates(error, Invitation, "one_open_invitation_an_address", "key"):
            raise
        raise IsInvited from error
    return row


def resend(*, actor: User | None, invitation: Invitation, language: str = "") -> None:
    """Mail another link, which ends the one before; raises `NotOpen` or `LimitReached`."""
    if actor:
        check_may(actor, Act.INVITE)
    _take(actor, invitation.address)
    with transaction.atomic():
        if not invitation.renew():
            raise NotOpen
        _queue(invitation, language)


def withdraw(*, actor: User, invitation: Invitation) -> bool:
    """Let the link count no more; False if it was accepted or withdrawn."""
    check_may(actor, Act.INVITE)
    return invitation.withdraw()


def _take(actor: User | None, address: str) -> None:
    rates.INVITATIONS.take(str(actor.pk) if actor else "host")
    rates.INVITATIONS_TO_AN_ADDRESS.take(email_key(address))


def _queue(row: Invitation, language: str) -> None:
    queue(
        channel="email",
        recipient=row.address,
        kind="invitation:link",
        context={"invitation": str(row.public_id), "round": row.round, "language": language},
        expires_at=row.expires_at,
    )


@transaction.atomic
def accept(*, invitation: Invitation, name: str, password: str, origin: Origin) -> User | None:
    """Make the account that the invitation is for; None if it was used or withdrawn just now.

    `password` is hashed already. The link has shown that the mailbox is the person's.
    """
    if not invitation.consume():
        return None
    user = User.objects.create(email=invitation.address, name=name, password=password)
    now = timezone.now()
    EmailAddress.objects.create(user=user, address=user.email, verified_at=now)
    events.record(
        user, EventKind.ACCOUNT_CREATED, origin=Origin(origin.client, actor=invitation.invited_by)
    )
    return user


def open_for(address: str) -> Invitation | None:
    """Return the open invitation for an address."""
    return Invitation.objects.open().filter(key=email_key(address)).first()
