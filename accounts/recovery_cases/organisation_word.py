"""What an organisation says about one of its people who asks for an account: a word, no approval.

A manager answers, with the three words that the person reads out, as a recovery contact does. The
officers see it among what speaks for the person, or against; it counts as nobody's approval.
"""

from django.db import transaction
from django.utils import timezone

from accounts import managers
from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST, Origin
from accounts.models import CaseState, EventKind, Membership, Organisation, RecoveryCase, User

SAYS_YES, SAYS_NO = "organisation", "organisation_no"
"""Kinds of evidence, with the name of the organisation."""


class NotOpen(Exception):
    """The case has ended or was approved, or this organisation has no word in it."""


def case_of(organisation: Organisation, user: User) -> RecoveryCase | None:
    """Return the case that the organisation may answer about, and has not answered.

    Only for who belonged to it before the case was opened.
    """
    case = user.recovery_cases.filter(
        state=CaseState.WAITING, expires_at__gt=timezone.now()
    ).first()
    rows = Membership.objects.filter(user=user, organisation=organisation)
    if case is None or not rows.filter(created_at__lt=case.opened_at).exists():
        return None
    said = {each.get("id") for each in case.evidence if each["kind"] in (SAYS_YES, SAYS_NO)}
    return None if str(organisation.public_id) in said else case


@transaction.atomic
def say(
    *, actor: User, organisation: Organisation, user: User, is_owner: bool, origin: Origin
) -> None:
    """Note the word, and notify the owner and the manager; raises `NotManager` and `NotOpen`.

    Once, and nobody speaks for themselves. The manager's own notice takes it back: a thief in
    their session knows the words of the thief's case.
    """
    # Two people are locked in one order, as everywhere.
    both = User.objects.select_for_update(no_key=True).order_by("pk")
    list(both.filter(pk__in={actor.pk, user.pk}))
    managers.check(actor, organisation)
    case = case_of(organisation, user)
    if case is None or actor.pk == user.pk:
        raise NotOpen
    kind = SAYS_YES if is_owner else SAYS_NO
    known = {
        "id": str(organisation.public_id),
        "name": organisation.name,
        "by": str(actor.public_id),
    }
    case.evidence.append({"kind": kind, **known, "at": timezone.now().isoformat()})
    case.save(update_fields=["evidence"])
    event = EventKind.CASE_BACKED if is_owner else EventKind.CASE_OPPOSED
    about: Details = {"organisation": organisation.name, "case": str(case.public_id)}
    said: Details = {**about, "name": user.email}
    events.record(user, event, origin=HOST, **about)
    events.record(actor, EventKind.ORGANISATION_SPOKE, origin=origin, **said)


@transaction.atomic
def take_back(actor: User, case_id: str) -> None:
    """Drop what was said in this manager's name about an open case."""
    found = RecoveryCase.objects.open().select_related("user").filter(public_id=case_id).first()
    if found is None or found.user is None:
        return
    found.user.lock_for_update()
    found.refresh_from_db()
    theirs = {"by": str(actor.public_id)}
    found.evidence = [each for each in found.evidence if not each.items() >= theirs.items()]
    found.save(update_fields=["evidence"])
