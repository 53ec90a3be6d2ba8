"""What organisations ask of their people, and what of it holds for each person.

The strictest rule of all their organisations wins. What holds is kept on the person, written in
the transaction of each change under the lock of the person: signing in asks nothing more for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from core.durations import day_in_words
from core.i18n import gettext_lazy as _
from core.i18n import ngettext

RULES = ("two_step", "never", "hours")
"""From which day two-step verification, which steps never (slugs), hours of the longest session."""
SESSION_HOURS = (1, 2, 4, 8, 12)
"""What a session can be limited to; few values, so that the live ones are found by an index."""
SAID = {
    "email": _("No codes by e-mail are allowed."),
    "sms": _("No codes by text message are allowed."),
}
NEVER = {
    "email": _("%(name)s doesn’t allow codes by e-mail."),
    "sms": _("%(name)s doesn’t allow codes by text message."),
}
"""The steps that an organisation can bar, by slug, and what its people read."""
AT_ONCE = 1000  # people who are locked and written together


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


def rules_of(organisation: Organisation) -> dict[str, str]:
    """Return what it asks, each rule as it is written down in an event; "" for none."""
    day, hours = organisation.two_step_from, organisation.session_hours
    return {
        "two_step": day.isoformat() if day else "",
        "never": " ".join(organisation.barred_steps or ()),
        "hours": str(hours) if hours else "",
    }


def set_rules(organisation: Organisation, rules: Mapping[str, str]) -> None:
    """Put such rules into the organisation, without saving it."""
    day, hours = rules.get("two_step"), rules.get("hours")
    organisation.two_step_from = date.fromisoformat(day) if day else None
    organisation.barred_steps = rules.get("never", "").split() or None
    organisation.session_hours = int(hours) if hours else None


def in_words(rules: Mapping[str, str]) -> list[str]:
    """Say these rules (as `rules_of` gives them) in the language of the reader, a sentence each."""
    said = []
    if day := rules.get("two_step"):
        written = day_in_words(date.fromisoformat(day))
        said.append(str(_("Two-step verification is required from %(day)s.")) % {"day": written})
    said += [str(SAID[slug]) for slug in rules.get("never", "").split()]
    if hours := int(rules.get("hours") or 0):
        said.append(
            ngettext(
                "People are signed out after %(hours)d hour.",
                "People are signed out after %(hours)d hours.",
                hours,
            )
            % {"hours": hours}
        )
    return said


@dataclass(frozen=True)
class Asked:
    """What holds for somebody, and which of their organisations ask for it."""

    two_step_due: date | None
    two_step_by: str
    barred: dict[str, str]  # slug of a step -> the organisation that bars it
    session_hours: int | None
    session_by: str

    @property
    def is_due(self) -> bool:
        """Whether two-step verification is required by now."""
        return self.two_step_due is not None and self.two_step_due <= timezone.localdate()

    @property
    def day(self) -> str:
        """From which day, written out."""
        return day_in_words(self.two_step_due) if self.two_step_due else ""

    @property
    def never(self) -> list[str]:
        """Say of each step that is barred who bars it."""
        return [str(NEVER[slug]) % {"name": name} for slug, name in self.barred.items()]


def asked_of(user: User) -> Asked | None:
    """Return what holds for the person, each with the organisation; None if nothing does."""
    if not (user.two_step_due or user.barred_steps or user.session_hours):
        return None
    rows = Organisation.objects.filter(memberships__user=user).order_by("name")
    found = list(rows)
    steps = user.barred_steps or []
    return Asked(
        two_step_due=user.two_step_due,
        two_step_by=_named(found, lambda each: each.two_step_from == user.two_step_due),
        barred={slug: _named(found, partial(_bars, slug)) for slug in steps},
        session_hours=user.session_hours,
        session_by=_named(found, lambda each: each.session_hours == user.session_hours),
    )


def _named(found: Sequence[Organisation], asks: Callable[[Organisation], bool]) -> str:
    """Name the first that asks for it."""
    return next((each.name for each in found if asks(each)), "")


def _bars(slug: str, organisation: Organisation) -> bool:
    return slug in (organisation.barred_steps or ())


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
