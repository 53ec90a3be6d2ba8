"""What organisations ask of their people, and what of it holds for each person.

The strictest rule of all their organisations wins. What holds is kept on the person, written in
the transaction of each change under the lock of the person: signing in asks nothing more for it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Membership, Organisation, User

AT_ONCE = 1000  # people who are locked and written together
FIELDS = ("two_step_due", "barred_steps", "session_hours", "is_manager")


@dataclass(frozen=True)
class Policy:
    """What holds for somebody: from which day two-step, which steps never, how long a session."""

    two_step_due: date | None = None
    barred_steps: tuple[str, ...] = ()
    session_hours: int | None = None
    is_manager: bool = False

    @classmethod
    def of(cls, memberships: Iterable[Membership]) -> "Policy":
        """Put together the strictest of each; `memberships` know their organisations."""
        rows = list(memberships)
        asked = [row.organisation for row in rows]
        days = [each.two_step_from for each in asked if each.two_step_from]
        hours = [each.session_hours for each in asked if each.session_hours]
        barred = {slug for each in asked for slug in each.barred_steps or ()}
        return cls(
            two_step_due=min(days, default=None),
            barred_steps=tuple(sorted(barred)),
            session_hours=min(hours, default=None),
            is_manager=any(row.is_manager for row in rows),
        )

    @property
    def fields(self) -> dict[str, object]:
        """The same as columns of a person."""
        return {**vars(self), "barred_steps": list(self.barred_steps) or None}


@transaction.atomic
def join(user: User, organisation: Organisation) -> bool:
    """Let the person belong to it; False if they did.

    The organisation is locked before the person: a change of its policy sees every member.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    user.lock_for_update()
    _row, is_new = Membership.objects.get_or_create(user=user, organisation=organisation)
    if is_new:
        _write([user.pk])
    return is_new


@transaction.atomic
def leave(user: User, organisation: Organisation) -> bool:
    """Let the person no longer belong to it; False if they did not."""
    user.lock_for_update()
    gone, _by_kind = Membership.objects.filter(user=user, organisation=organisation).delete()
    if gone:
        _write([user.pk])
    return gone > 0


@transaction.atomic
def set_manager(user: User, organisation: Organisation, *, is_manager: bool) -> bool:
    """Let the member see and invite its people, or no longer; False if nothing changed."""
    user.lock_for_update()
    rows = Membership.objects.filter(user=user, organisation=organisation)
    changed = rows.exclude(is_manager=is_manager).update(is_manager=is_manager)
    if changed:
        _write([user.pk])
    return changed > 0


@transaction.atomic
def apply(organisation: Organisation) -> None:
    """Write down for all its people what holds now; call it with the organisation locked."""
    last = 0
    while True:
        rows = organisation.memberships.filter(user_id__gt=last).order_by("user_id")
        people = list(rows.values_list("user_id", flat=True)[:AT_ONCE])
        if not people:
            return
        # In one order, as everything else that locks two people; then what is read is what holds.
        list(User.objects.select_for_update(no_key=True).order_by("pk").filter(pk__in=people))
        _write(people)
        last = people[-1]


def _write(people: Iterable[int]) -> None:
    """Write the policy of these people, who are locked; equal ones in one UPDATE."""
    of_each: dict[int, list[Membership]] = {pk: [] for pk in people}
    for row in Membership.objects.filter(user__in=of_each).select_related("organisation"):
        of_each[row.user_id].append(row)
    groups: dict[Policy, list[int]] = defaultdict(list)
    for pk, rows in of_each.items():
        groups[Policy.of(rows)].append(pk)
    for policy, members in groups.items():
        User.objects.filter(pk__in=members).update(**policy.fields)
