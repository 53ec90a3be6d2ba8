"""The strong factors of a person, of which two-step verification needs one (policy, section 1)."""

from accounts.authentication.second_steps import second_steps
from accounts.models import User
from devices.models import Authenticator, Passkey, Phone


class LastFactor(Exception):
    """Nothing strong would be left while two-step verification is on."""


def count(user: User) -> int:
    """Count what can prove the strong second step, held factors included."""
    return sum(step.count_strong(user) for step in second_steps())


def is_last(user: User) -> bool:
    """Tell whether letting one more factor go would leave none while two-step is on."""
    return user.has_two_step and count(user) <= 1


def goes_with(phone: Phone) -> bool:
    """Tell whether nothing strong would be left without this phone while two-step is on."""
    user = phone.user
    proving = Authenticator.objects.usable().filter(user=user)
    own = proving.filter(phone=phone).count()
    return user.has_two_step and own > 0 and count(user) == own


def is_this(passkey: Passkey) -> bool:
    """Tell whether nothing strong would be left without this passkey while two-step is on."""
    return passkey.is_usable and is_last(passkey.user)


def keep_one(user: User) -> None:
    """Refuse, in the transaction that removed a factor, to leave none; raises `LastFactor`.

    The person's turn has to be taken before, so that parallel removals see each other.
    """
    if user.has_two_step and not count(user):
        raise LastFactor
