"""The organisations themselves, which administrators keep."""

import re

from django.db import transaction

from accounts import organisation_policy
from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST, Origin
from accounts.contacts.normalization import mask_address
from accounts.models import EventKind, Organisation, User
from accounts.staff import Act, check, check_may

GIVEN, TAKEN = "given", "taken"
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
    *,
    actor: User,
    user: User,
    organisation: Organisation,
    is_manager: bool,
    reason: str,
    origin: Origin = HOST,
) -> bool:
    """Let the member manage the organisation, or no longer; False if nothing changed.

    The administrator, from `origin`, is notified too, as with roles (`accounts.staff.give_role`).
    """
    check(actor, user, Act.KEEP_ORGANISATIONS)
    if not organisation_policy.set_manager(user, organisation, is_manager=is_manager):
        return False
    about: Details = {"organisation": organisation.name, "reason": reason}
    events.record(user, _manager_kind(is_manager), origin=Origin(actor=actor), **about)
    whom: Details = {
        **about,
        "account": str(user.public_id),
        "name": user.email,
        "change": GIVEN if is_manager else TAKEN,
    }
    events.record(actor, EventKind.STAFF_SET_MANAGER, origin=origin, **whom)
    return True


def _manager_kind(is_manager: bool) -> EventKind:
    if is_manager:
        return EventKind.ORGANISATION_MANAGER_GIVEN
    return EventKind.ORGANISATION_MANAGER_TAKEN


@transaction.atomic
def undo_manager(about: Details) -> None:
    """Undo what `set_manager` noted for the administrator, if it is so still."""
    is_manager = about.get("change") == GIVEN
    known = about.get("account")
    user = User.objects.filter(public_id=known).first() if known else None
    organisation = Organisation.objects.filter(name=about.get("organisation", "")).first()
    if user is None or organisation is None:
        return
    if organisation_policy.set_manager(user, organisation, is_manager=not is_manager):
        kind = _manager_kind(not is_manager)
        events.record(user, kind, origin=HOST, organisation=organisation.name)


@transaction.atomic
def undo_rules(about: Details) -> None:
    """Let the rules of before hold again, if nobody has changed them since."""
    rows = Organisation.objects.select_for_update(no_key=True)
    found = rows.filter(name=about.get("organisation", "")).first()
    before, after = about.get("rules_before"), about.get("rules_after")
    if found is None or before is None or after is None:
        return
    now = organisation_policy.rules_of(found)
    if {rule: said for rule, said in now.items() if said} == after:
        organisation_policy.set_rules(found, before)
        found.save()
        organisation_policy.apply(found)


def masked(text: str) -> str:
    """Hide addresses and telephone numbers that stand in a line, but for their ends."""
    without = ADDRESS.sub(lambda found: mask_address(found[0]), text)
    return NUMBER.sub(lambda found: f"•••• {found[0][-2:]}", without)
