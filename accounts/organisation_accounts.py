"""Accounts of people with organisations: staff begin and approve, the person asks.

No secret is known here: it is drawn when the person's phone claims it, see
`devices.authenticator.work_accounts`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Unpack

from django.db import transaction
from django.utils import timezone

from accounts import organisation_policy
from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.activity.user_agents import browser_name
from accounts.authentication.proofs import Proof, Strength
from accounts.models import Enrolment, EventKind, Organisation, User
from accounts.staff import Act, check, check_rights

State = Enrolment.State


class AlreadyThere(Exception):
    """The person has an account with this organisation."""


@transaction.atomic
def enrol(
    *, actor: User, user: User, organisation: Organisation, label: str, reason: str
) -> Enrolment:
    """Give the person an account with an organisation, to be set up on their phone.

    Raises `AlreadyThere` if they have one, also to the second of two parallel requests.
    """
    check_rights(actor, user, Act.ENROL)  # the approval below is the act that counts
    organisation_policy.join(user, organisation)
    if user.enrolments.current().filter(organisation=organisation).exists():
        raise AlreadyThere
    User.objects.filter(pk=user.pk, has_organisation_account=False).update(
        has_organisation_account=True
    )
    enrolment = Enrolment(user=user, organisation=organisation, label=label)
    enrolment.state = State.ACTION_REQUIRED
    enrolment.save()
    approve(actor=actor, enrolment=enrolment, reason=reason)
    return enrolment


@transaction.atomic
def approve(*, actor: User, enrolment: Enrolment, reason: str) -> bool:
    """Let the person make a one-time code; False if that was so already, or it was ended.

    What works on a phone now goes on working until the next phone has proved a code.
    """
    check(actor, enrolment.user, Act.ENROL)
    enrolment.user.lock_for_update()
    rows = Enrolment.objects.current().not_approved().filter(pk=enrolment.pk)
    changed = rows.update(
        state=State.APPROVED, approved_at=timezone.now(), approved_by=actor, reason=reason
    )
    if changed:
        _record(enrolment, EventKind.WORK_APPROVED, origin=Origin(actor=actor), reason=reason)
    enrolment.refresh_from_db()
    return bool(changed)


@dataclass(frozen=True)
class Asked:
    """With what the person was signed in who asked for a new code, and from where."""

    methods: str
    phone: str  # on which the app asked, or ""
    client: str
    is_strong: bool


def asked(enrolment: Enrolment) -> Asked | None:
    """Return how the account was asked for that waits for an answer; None if nothing waits."""
    if enrolment.state != State.ASKED:
        return None
    rows = enrolment.user.events.filter(kind=EventKind.WORK_ASKED, at__gte=enrolment.asked_at)
    name = enrolment.organisation.name
    found = next((row for row in rows if row.details.get("organisation") == name), None)
    if found is None:
        return None
    return Asked(
        methods=events.words(found.details.get("methods", [])),
        phone=found.details.get("phone", ""),
        client=browser_name(found.agent),
        is_strong=found.details.get("strength", 0) >= Strength.TWO_STEP,
    )


@transaction.atomic
def ask(
    *, enrolment: Enrolment, origin: Origin, proofs: Sequence[Proof] = (), phone: str = ""
) -> bool:
    """Ask the organisation for a new code; False if that was done, or is not needed.

    `proofs` are those of the session that asks: who answers sees how strong it was. Or `phone` is
    the name of that whose app asks.
    """
    enrolment.user.lock_for_update()
    waiting = (State.ACTION_REQUIRED, State.ENROLLED)
    rows = Enrolment.objects.filter(pk=enrolment.pk, state__in=waiting)
    if not rows.update(state=State.ASKED, asked_at=timezone.now()):
        return False
    about: Details = {
        "methods": list(dict.fromkeys(proof.method for proof in proofs)),
        "strength": max((proof.strength for proof in proofs), default=0),
    }
    if phone:
        about["phone"] = phone
    _record(enrolment, EventKind.WORK_ASKED, origin=origin, **about)
    return True


@transaction.atomic
def decline(*, actor: User, enrolment: Enrolment, reason: str, back_to: State) -> bool:
    """Answer no; False if nobody waits for an answer. The person can ask again.

    What works on a phone goes on working; `back_to` says whether anything does. Call
    `devices.staff_acts.decline_request`.
    """
    check(actor, enrolment.user, Act.ENROL)
    rows = Enrolment.objects.asked().filter(pk=enrolment.pk)
    if not rows.order_by().update(state=back_to):
        return False
    _record(enrolment, EventKind.WORK_DECLINED, origin=Origin(actor=actor), reason=reason)
    return True


@transaction.atomic
def end(
    *, actor: User, enrolment: Enrolment, reason: str, erase: Callable[[Enrolment], object]
) -> bool:
    """End the account with the organisation; False if it was ended already.

    `erase` deletes its secret, which is another module's, and returns something true if there was
    one; then what it let in ends too. Call `devices.staff_acts.end_enrolment`.
    """
    check(actor, enrolment.user, Act.ENROL)
    rows = Enrolment.objects.current().filter(pk=enrolment.pk)
    if not rows.update(state=State.ENDED, ended_at=timezone.now()):
        return False
    organisation_policy.leave(enrolment.user, enrolment.organisation)
    kind, effect = EventKind.WORK_ENDED, None if erase(enrolment) else Effect.NOTHING
    _record(enrolment, kind, origin=Origin(actor=actor), effect=effect, reason=reason)
    return True


def _record(
    enrolment: Enrolment,
    kind: EventKind,
    *,
    origin: Origin,
    effect: Effect | None = None,
    **details: Unpack[Details],
) -> None:
    about: Details = {**details, "organisation": enrolment.organisation.name}
    events.record(enrolment.user, kind, origin=origin, effect=effect, **about)
