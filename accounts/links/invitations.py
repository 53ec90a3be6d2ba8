"""Inviting people: who may, how often, and what becomes of an invitation.

Those of an organisation are written by `accounts.links.organisation_invitations`.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import organisation_policy
from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.contacts.normalization import email_key
from accounts.contacts.taken import has_account
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


def invite(*, actor: User | None, address: str, name: str = "", language: str = "") -> Invitation:
    """Write an invitation and its mail; `actor` is None for the operator on the host.

    Raises `HasAccount`, `IsInvited`, and `LimitReached` after `INVITATIONS_A_DAY` of one member of
    staff. Call it outside a transaction.
    """
    if actor:
        check_may(actor, Act.INVITE)
    if has_account(address):
        raise HasAccount
    if open_for(address):
        raise IsInvited
    _take(actor, address)
    try:
        with transaction.atomic():
            until = timezone.now() + settings.INVITATION_AGE
            row = Invitation.objects.create(
                address=address, name=name, invited_by=actor, expires_at=until
            )
            queue_mail(row, language)
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
        queue_mail(invitation, language)


def withdraw(*, actor: User, invitation: Invitation) -> bool:
    """Let the link count no more; False if it was accepted or withdrawn."""
    check_may(actor, Act.INVITE)
    return invitation.withdraw()


def _take(actor: User | None, address: str) -> None:
    rates.INVITATIONS.take(str(actor.pk) if actor else "host")
    rates.INVITATIONS_TO_AN_ADDRESS.take(email_key(address))


def queue_mail(row: Invitation, language: str) -> None:
    """Queue the mail with the link of this round, in the transaction that begins it."""
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
    # A manager is no staff: as the actor they would stand in the log of what staff did.
    actor = None if invitation.organisation else invitation.invited_by
    events.record(user, EventKind.ACCOUNT_CREATED, origin=Origin(origin.client, actor=actor))
    _join(user, invitation, origin)
    return user


@transaction.atomic
def accept_as(*, user: User, invitation: Invitation, origin: Origin) -> bool:
    """Let somebody with an account join; False if it was used or withdrawn just now."""
    if not invitation.consume():
        return False
    _join(user, invitation, origin)
    return True


def _join(user: User, invitation: Invitation, origin: Origin) -> None:
    firm = invitation.organisation
    if firm and organisation_policy.join(user, firm):
        kind = EventKind.ORGANISATION_JOINED
        events.record(user, kind, origin=origin, organisation=firm.name)


def is_for(user: User, invitation: Invitation) -> bool:
    """Tell whether the person may join by it: it went to an address that they have confirmed."""
    return user.email_addresses.verified().filter(key=invitation.key).exists()


def open_for(address: str) -> Invitation | None:
    """Return the open invitation that staff sent to an address."""
    rows = Invitation.objects.open().filter(organisation__isnull=True)
    return rows.filter(key=email_key(address)).first()
