"""What ends with two-step verification, so that it does not count once more later."""

from django.utils import timezone

from accounts.models import User
from accounts.signals import two_step_ended

PURPOSES = ("sign-in", "confirm")


def end_what_counted(user: User) -> None:
    """End what is not looked at while two-step is off: codes that were sent, leave to read.

    What the person declined stays declined: it proves nothing, and only they lift it.
    Call it in the transaction of the switch, with the person's turn taken.
    """
    codes = user.sent_codes.live().filter(purpose__in=PURPOSES)
    codes.update(replaced_at=timezone.now())
    two_step_ended.send(User, user=user)
