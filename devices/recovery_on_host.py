"""Letting an administrator begin again who lost every second step: an act of the operator's."""

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import HOST
from accounts.authentication import throttling
from accounts.authentication.second_steps import second_steps
from accounts.holds.switched_off import end_what_counted
from accounts.models import EventKind, OneTimeLink, User
from accounts.models.user import PASSWORD_FIELDS

SHORTEST_REASON = 10


@transaction.atomic
def recover(*, user: User, reason: str, password: str = "") -> str:
    """Remove every second step, switch two-step off, end every session; say what went.

    Phones with the app, and its backup, stay: only what proves something here goes. With `password`
    it is set too. The admin stays closed until new steps are set up by the set-up link.
    """
    user = user.lock_for_update()
    removed = [step.erase(user) for step in second_steps()]
    user.turn_two_step_off()
    end_what_counted(user)
    OneTimeLink.objects.live().filter(user=user).update(used_at=timezone.now())
    if password:
        user.set_password(password)
        user.save(update_fields=PASSWORD_FIELDS)
    throttling.forgive_passwords(user)
    events.record(user, EventKind.ACCOUNT_RECOVERED_ON_HOST, origin=HOST, reason=reason)
    return ", ".join(words for words in removed if words)
