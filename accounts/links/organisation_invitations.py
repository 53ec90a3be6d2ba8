"""What managers do with the invitations of their organisation.

Whether an address has an account, or was invited by somebody else, makes no difference here: the
mail alone says what its link does (`accounts.activity.notifications`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import managers
from accounts.contacts.normalization import email_key
from accounts.links.invitations import NotOpen, queue_mail
from accounts.models import Invitation, Organisation, User
from core.database import violates
from core.i18n import gettext_lazy as _
from core.limits import rates
from core.limits.counters import LimitReached


@dataclass(frozen=True)
class Invitee:
    """Whom to invite."""

    address: str
    name: str = ""


class Obstacle(Enum):
    """Why an address is not invited: what its organisation knows of it, and nothing else."""

    MEMBER = _("This person already belongs to your organisation.")
    INVITED = _("This address has already been invited. Send that invitation again.")
    ENOUGH_MAIL = _("This address has been sent enough invitations today.")


class Refused(Exception):
    """Nobody was invited; `obstacles` says why, by the key of an address."""

    def __init__(self, obstacles: dict[str, Obstacle]) -> None:
        super().__init__("nobody was invited")
        self.obstacles = obstacles


def obstacles(organisation: Organisation, addresses: Iterable[str]) -> dict[str, Obstacle]:
    """Say by its key of each address that belongs to a member or has an open invitation."""
    keys = [email_key(each) for each in addresses]
    invited = organisation.invitations.open().filter(key__in=keys).values_list("key", flat=True)
    members = User.objects.filter(email_key__in=keys, memberships__organisation=organisation)
    found = dict.fromkeys(invited, Obstacle.INVITED)
    return found | dict.fromkeys(members.values_list("email_key", flat=True), Obstacle.MEMBER)


def invite(
    *, actor: User, organisation: Organisation, people: Sequence[Invitee], language: str = ""
) -> None:
    """Write an invitation and its mail for each of these people, or for nobody.

    Raises `NotManager`, `Refused`, and `LimitReached` after `MANAGER_INVITATIONS_A_DAY` of one
    manager. Call it outside a transaction.
    """
    addresses = [each.address for each in people]
    _check(actor, organisation)
    if found := obstacles(organisation, addresses):
        raise Refused(found)
    _take(actor, organisation, addresses)
    try:
        with transaction.atomic():
            # Before the manager: who renames the organisation locks it, and then its people.
            Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
            managers.check(actor, organisation)
            _write(actor, organisation, people, language)
    except IntegrityError as error:
        if not violates(error, Invitation, "one_open_invitation_of_each", "key"):
            raise
        raise Refused(obstacles(organisation, addresses)) from error


def _write(
    actor: User, organisation: Organisation, people: Iterable[Invitee], language: str
) -> None:
    until = timezone.now() + settings.INVITATION_AGE
    for each in people:
        row = Invitation.objects.create(
            address=each.address,
            name=each.name,
            invited_by=actor,
            organisation=organisation,
            expires_at=until,
        )
        queue_mail(row, language)


def resend(
    *, actor: User, organisation: Organisation, invitation: Invitation, language: str = ""
) -> None:
    """Mail another link, which ends the one before; raises as `invite`, and `NotOpen`."""
    _check(actor, organisation)
    _take(actor, organisation, [invitation.address])
    with transaction.atomic():
        managers.check(actor, organisation)
        if not invitation.renew():
            raise NotOpen
        queue_mail(invitation, language)


@transaction.atomic
def withdraw(*, actor: User, organisation: Organisation, invitation: Invitation) -> bool:
    """Let the link count no more; False if it was accepted or withdrawn."""
    managers.check(actor, organisation)
    return invitation.withdraw()


@transaction.atomic
def _check(actor: User, organisation: Organisation) -> None:
    managers.check(actor, organisation)


def _take(actor: User, organisation: Organisation, addresses: Sequence[str]) -> None:
    """Count them all, or none; what others send to an address is not told, and stops nobody."""
    taken: list[tuple[rates.Limit, str]] = []
    try:
        for address in addresses:
            _take_one(rates.MANAGER_INVITATIONS, str(actor.pk), taken)
            _take_address(organisation, email_key(address), taken)
    except (LimitReached, Refused):
        for limit, key in taken:
            limit.give_back(key)
        raise


def _take_address(
    organisation: Organisation, key: str, taken: list[tuple[rates.Limit, str]]
) -> None:
    try:
        _take_one(rates.INVITATIONS_TO_AN_ADDRESS, f"{organisation.pk}:{key}", taken)
    except LimitReached as limit:
        raise Refused({key: Obstacle.ENOUGH_MAIL}) from limit


def _take_one(limit: rates.Limit, key: str, taken: list[tuple[rates.Limit, str]]) -> None:
    limit.take(key)
    taken.append((limit, key))
