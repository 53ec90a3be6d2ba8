"""Who manages an organisation.

Each act reads it from the database: removing a manager takes effect at once, in open sessions too.
"""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership, Organisation, User


class NotManager(Exception):
    """The person does not manage this organisation, or there is none."""


def organisations_of(user: User) -> QuerySet[Organisation]:
    """Return the organisations that the person manages, by name."""
    rows = Membership.objects.filter(user=user, is_manager=True)
    return Organisation.objects.filter(pk__in=rows.values("organisation"))


def organisation_of(user: User, public_id: UUID) -> Organisation:
    """Return this organisation; raises `NotManager` unless the person manages it."""
    found = organisations_of(user).filter(public_id=public_id).first()
    if found is None:
        raise NotManager
    return found


def check(actor: User, organisation: Organisation) -> None:
    """Raise `NotManager` unless the person manages it; call it in the transaction of the act.

    The person is locked, as by everything that changes what they manage: who takes the right away
    waits for the act, or the act for them.
    """
    user = actor.lock_for_update()
    rows = Membership.objects.filter(user=user, organisation=organisation, is_manager=True)
    if not (user.is_active and user.has_two_step and rows.exists()):
        raise NotManager
