"""The organisations themselves, which superusers keep."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User


class NameTaken(Exception):
    """Another organisation is called that, in some mix of capitals."""


def check(actor: User) -> None:
    """Raise `PermissionDenied` unless the actor may add and change organisations now."""
    if not User.objects.filter(pk=actor.pk, is_staff=True, is_superuser=True).exists():
        raise PermissionDenied


@transaction.atomic
def save(*, actor: User, organisation: Organisation) -> None:
    """Add an organisation, or write what was changed of one; raises `NameTaken`."""
    check(actor)
    same = Organisation.objects.filter(name__iexact=organisation.name)
    if same.exclude(pk=organisation.pk).exists():
        raise NameTaken
    organisation.save()
