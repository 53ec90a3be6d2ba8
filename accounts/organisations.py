"""The organisations themselves, which administrators keep."""

import re

from django.db import transaction

from accounts import organisation_policy
from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.contacts.normalization import mask_address
from accounts.models import EventKind, Organisation, User
from accounts.staff import Act, check, check_may

ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
NUMBER = re.compile(r"\+?\d(?:[\d ().·/-]{3,})\d")


class NameTaken(Exception):
    """Another organisation is called that, in some mix of capitals."""


@transaction.atomic
def save(*, actor: User, organisation: Organisation, origin: Origin) -> None:
    """Add an organisation, or write what was changed of one; raises `NameTaken`.

    What people read there they believe: who changed it leaves an event of their own, told to them,
    with what it was before.
    """
    check_may(actor, Act.KEEP_ORGANISATIONS)
    same = Organisation.objects.filter(name__iexact=organisation.name)
    if same.exclude(pk=organisation.pk).exists():
        raise NameTaken
    rows = Organisation.objects.select_for_update(no_key=True).filter(pk=organisation.pk)
    kept = rows.first()
    before = _details_of(kept) if kept else None
    organisation.save()
    after = _details_of(organisation)
    if before == after:
        return
    organisation_policy.apply(organisation)
    kind = EventKind.ORGANISATION_CHANGED if before else EventKind.ORGANISATION_ADDED
    events.record(actor, kind, origin=origin, **_told(organisation, before, after))


def _details_of(organisation: Organisation) -> dict[str, str]:
    """What is kept of an organisation, each as it is written down."""
    rules = organisation_policy.rules_of(organisation)
    return {"name": organisation.name, "help": organisation.help, **rules}


def _told(
    organisation: Organisation, before: dict[str, str] | None, after: dict[str, str]
) -> Details:
    """What was before and is now: the words always, a rule where it changed or is new."""
    about: Details = {
        "organisation": organisation.name,
        "name_after": masked(after["name"]),
        "help_after": masked(after["help"]),
    }
    rules = organisation_policy.RULES
    was = before or dict.fromkeys(rules, "")
    if before:
        about["name_before"] = masked(before["name"])
        about["help_before"] = masked(before["help"])
    if any(was[rule] != after[rule] for rule in rules):
        about["rules_before"] = {rule: was[rule] for rule in rules if was[rule]}
        about["rules_after"] = {rule: after[rule] for rule in rules if after[rule]}
    return about


@transaction.atomic
def set_manager(
    *, actor: User, user: User, organisation: Organisation, is_manager: bool, reason: str
) -> bool:
    """Let the member manage the organisation, or no longer; False if nothing changed."""
    check(actor, user, Act.KEEP_ORGANISATIONS)
    if not organisation_policy.set_manager(user, organisation, is_manager=is_manager):
        return False
    given, taken = EventKind.ORGANISATION_MANAGER_GIVEN, EventKind.ORGANISATION_MANAGER_TAKEN
    events.record(
        user,
        given if is_manager else taken,
        origin=Origin(actor=actor),
        organisation=organisation.name,
        reason=reason,
    )
    return True


def masked(text: str) -> str:
    """Hide addresses and telephone numbers that stand in a line, but for their ends."""
    without = ADDRESS.sub(lambda found: mask_address(found[0]), text)
    return NUMBER.sub(lambda found: f"•••• {found[0][-2:]}", without)
