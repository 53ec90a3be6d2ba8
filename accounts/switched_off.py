"""What ends with two-step verification, so that it does not count once more later."""

from django.utils import timezone

from accounts.models import User
from accounts.signals import two_step_ended

PURPOSES = ("sign-in", "confirm")


def end_what_counted(user: User) -> None:
    """End what is not looked at while two-step is off: declined methods, codes, leave to read.

    Call it in the transaction of the switch, with the person's turn taken.
    """
    user.declined_steps = []
    User.objects.filter(pk=user.pk).update(declined_steps=[])
    codes = user.sent_codes.live().filter(purpose__in=PURPOSES)
    codes.update(replaced_at=timezone.now())
    two_step_ended.send(User, user=user)
