"""What two-step verification takes with it when it is switched off."""

from django.utils import timezone

from accounts.models import User
from accounts.signals import two_step_ended

PURPOSES = ("sign-in", "confirm")


def end_what_counted(user: User) -> None:
    """Revoke sent codes, and permissions given on the strength of a second step.

    Nothing checks them while two-step is off, so they would work again once it is on. Methods that
    the person declined stay declined: they prove nothing, and only the person accepts them again.
    Call it in the transaction of the switch, with the person locked.
    """
    codes = user.sent_codes.live().filter(purpose__in=PURPOSES)
    codes.update(replaced_at=timezone.now())
    two_step_ended.send(User, user=user)
