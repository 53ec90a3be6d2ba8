"""The organisations themselves, which administrators keep."""

import re
from hashlib import sha256

from django.db import transaction

from accounts import organisation_policy
from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST, Origin
from accounts.contacts.normalization import mask_address
from accounts.models import EventKind, Membership, Organisation, User
from accounts.staff import Act, check, check_may

GIVEN, TAKEN = "given", "taken"
ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
NUMBER = re.compile(r"\+?\d(?:[\d ().·/-]{3,})\d")


class NameTaken(Exception):
    """Another organisation is called that, in some mix of capitals."""


class Changed(Exception):
    """A colleague changed it while the page was open: what stood there is no longer so."""


def fingerprint(organisation: Organisation) -> str:
    """Return a digest of what a page shows of an organisation, to find that it has changed."""
    return sha256(repr(sorted(_details_of(organisation).items())).encode()).hexdigest()[:16]


@transaction.atomic
def save(*, actor: User, organisation: Organisation, origin: Origin, seen: str = "") -> None:
    """Add an organisation, or write what was changed of one.

    `seen` is the fingerprint of what the page showed: an old page would take rules away that were
    made meanwhile. Raises `NameTaken` and `Changed`.

    What people read there they believe: who changed it leaves an event of their own, told to them,
    with what it was before.
    """
    check_may(actor, Act.KEEP_ORGANISATIONS)
    same = Organisation.objects.filter(name__iexact=organisation.name)
    if same.exclude(pk=organisation.pk).exists():
        raise NameTaken
    rows = Organisation.objects.select_for_update(no_key=True).filter(pk=organisation.pk)
    kept = rows.first()
    if kept and seen and seen != fingerprint(kept):
        raise Changed
    before = _details_of(kept) if kept else None
    organisation.save()
    after = _details_of(organisation)
    if before == after:
        return
    if before and _rules(before) != _rules(after):
        organisation_policy.apply(organisation)
    kind = EventKind.ORGANISATION_CHANGED if before else EventKind.ORGANISATION_ADDED
    events.record(actor, kind, origin=origin, **_told(organisation, before, after))


def _details_of(organisation: Organisation) -> dict[str, str]:
    """What is kept of an organisation, each as it is written down."""
    rules = organisation_policy.rules_of(organisation)
    return {"name": organisation.name, "help": organisation.help, **rules}


def _rules(details: dict[str, str]) -> dict[str, str]:
    return {rule: details[rule] for rule in organisation_policy.RULES if details[rule]}


def _told(
    organisation: Organisation, before: dict[str, str] | None, after: dict[str, str]
) -> Details:
    """What was before and is now: the words always, a rule where it changed or is new."""
    about: Details = {
        "organisation": organisation.name,
        "organisation_id": str(organisation.public_id),
        "name_after": masked(after["name"]),
        "help_after": masked(after["help"]),
    }
    if before:
        about["name_before"] = masked(before["name"])
        about["help_before"] = masked(before["help"])
        about["reworded"] = any(before[each] != after[each] for each in ("name", "help"))
    was, now = _rules(before) if before else {}, _rules(after)
    if was != now:
        about["rules_before"], about["rules_after"] = was, now
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
        "organisation_id": str(organisation.public_id),
        "account": str(user.public_id),
        "name": user.email,
        "change": GIVEN if is_manager else TAKEN,
    }
    events.record(actor, EventKind.STAFF_SET_MANAGER, origin=origin, **whom)
    return True


class HasEnrolment(Exception):
    """The member has an account with the organisation, which is ended on its own page."""


@transaction.atomic
def remove_member(*, actor: User, user: User, organisation: Organisation, reason: str) -> bool:
    """Let the person no longer belong to it, nor manage it; False if they did not.

    What it asked of them ends with it. Raises `HasEnrolment`.
    """
    check(actor, user, Act.KEEP_ORGANISATIONS)
    user = user.lock_for_update()
    if user.enrolments.current().filter(organisation=organisation).exists():
        raise HasEnrolment
    if not organisation_policy.leave(user, organisation):
        return False
    about: Details = {"organisation": organisation.name, "reason": reason}
    events.record(user, EventKind.ORGANISATION_LEFT, origin=Origin(actor=actor), **about)
    return True


def _manager_kind(is_manager: bool) -> EventKind:
    if is_manager:
        return EventKind.ORGANISATION_MANAGER_GIVEN
    return EventKind.ORGANISATION_MANAGER_TAKEN


def _of(about: Details) -> Organisation | None:
    """Find the organisation that an event tells of, whatever it is called by now."""
    known = about.get("organisation_id")
    return Organisation.objects.filter(public_id=known).first() if known else None


def _may_undo(actor: User) -> bool:
    """Tell whether they still keep organisations: who was dismissed loosens nothing afterwards."""
    rows = User.objects.filter(pk=actor.pk, is_active=True)
    return rows.filter(role__gte=Act.KEEP_ORGANISATIONS.role).exists()


def would_undo(actor: User, about: Details) -> bool:
    """Tell whether `undo_manager` or `undo_rules` would bring back all that the event tells of."""
    found, account = _of(about), about.get("account")
    if found is None or about.get("reworded", False) or not _may_undo(actor):
        return False
    if account:
        rows = Membership.objects.filter(organisation=found, user__public_id=account)
        return rows.filter(is_manager=about.get("change") == GIVEN).exists()
    return _rules(_details_of(found)) == about.get("rules_after")


@transaction.atomic
def undo_manager(actor: User, about: Details) -> None:
    """Undo what `set_manager` noted for the administrator, if it is so still."""
    is_manager, known = about.get("change") == GIVEN, about.get("account")
    user = User.objects.filter(public_id=known).first() if known else None
    found = _of(about)
    if user is None or found is None or not _may_undo(actor):
        return
    if organisation_policy.set_manager(user, found, is_manager=not is_manager):
        events.record(user, _manager_kind(not is_manager), origin=HOST, organisation=found.name)


@transaction.atomic
def undo_rules(actor: User, about: Details) -> None:
    """Let the rules of before hold again, if nobody has changed them since."""
    before, after = about.get("rules_before"), about.get("rules_after")
    known = _of(about)
    if known is None or before is None or after is None or not _may_undo(actor):
        return
    found = Organisation.objects.select_for_update(no_key=True).get(pk=known.pk)
    was = _details_of(found)
    if _rules(was) != after:
        return
    organisation_policy.set_rules(found, before)
    found.save()
    organisation_policy.apply(found)
    told = _told(found, was, _details_of(found))
    events.record(actor, EventKind.ORGANISATION_RESTORED, origin=HOST, **told)


def masked(text: str) -> str:
    """Hide addresses and telephone numbers that stand in a line, but for their ends."""
    without = ADDRESS.sub(lambda found: mask_address(found[0]), text)
    return NUMBER.sub(lambda found: f"•••• {found[0][-2:]}", without)
