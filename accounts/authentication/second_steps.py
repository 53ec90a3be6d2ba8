"""Which second steps this site has, and what an account has of them.

`settings.SECOND_STEPS` names the classes in the order in which they are offered. A new method is
one class and one entry there: whatever is asked about a step or about what it depends on is asked
of its `AuthMethod` and of the `Possession` of its options.
"""

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

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


def options_for(user: User) -> "list[SignInOption]":
    """Return every way this account has, strongest first."""
    return [option for step in second_steps() for option in step.ways(user)]
