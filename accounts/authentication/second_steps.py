"""Which second steps this site has, and what an account has of them.

`settings.SECOND_STEPS` names the classes in the order in which they are offered. A new method is
one class and one entry there: whatever is asked about a step or about what it depends on is asked
of its `AuthMethod` and of the `Possession` of its options.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.authentication.proofs import Proof
from accounts.models import User

if TYPE_CHECKING:
    from accounts.authentication.methods import AuthMethod, SignInOption


@cache
def second_steps() -> "tuple[AuthMethod, ...]":
    """Return the steps of `settings.SECOND_STEPS`, in order."""
    return tuple(import_string(path)() for path in settings.SECOND_STEPS)


def step_named(slug: str) -> "AuthMethod | None":
    """Return the step with this name in URLs."""
    return next((step for step in second_steps() if step.slug == slug), None)


def step_of(proof: Proof) -> "AuthMethod | None":
    """Return the step that a proof is of; None for a password, a link, or a step that is gone."""
    return step_named(proof.method)


def hold_for(proofs: Iterable[Proof]) -> timedelta:
    """Return how long a factor waits that was bound on these proofs."""
    longest: timedelta = settings.RECOVERY_HOLD
    return min([longest, *(step.hold() for proof in proofs if (step := step_of(proof)))])


def options_for(user: User) -> "list[SignInOption]":
    """Return every way this account has, strongest first."""
    return [option for step in second_steps() for option in step.ways(user)]
