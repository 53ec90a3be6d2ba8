"""Letting an administrator begin again who lost every second step: an act of the operator's."""

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.authentication import throttling
from accounts.holds.switched_off import end_what_counted
from accounts.models import EventKind, OneTimeLink, User
from devices.models import Authenticator

SHORTEST_REASON = 10


@transaction.atomic
def recover(*, user: User, reason: str, password: str = "") -> str:
    """Remove every second step, switch two-step off, end every session; say what went.

    Phones with the app, and its backup, stay: only what proves something here goes. With `password`
    it is set too. The admin stays closed until new steps are set up by the set-up link.
    """
    user = user.lock_for_update()
    secrets = Authenticator.objects.filter(user=user, enrolment__isnull=True)
    phones, passkeys = secrets.count(), user.passkeys.count()
    secrets.delete()
    user.phones.filter(installation__isnull=True).delete()
    user.passkeys.all().delete()
    sheets = user.recovery_code_sets.live().end()
    user.turn_two_step_off()
    end_what_counted(user)
    OneTimeLink.objects.live().filter(user=user).update(used_at=timezone.now())
    if password:
        user.set_password(password)
        user.save(update_fields=["password", "password_changed_at"])
    throttling.forgive_passwords(user)
    events.record(user, EventKind.ACCOUNT_RECOVERED_ON_HOST, client=None, reason=reason)
    return f"{phones} phones, {passkeys} passkeys, {sheets} sheets of recovery codes"
