"""What start-up refuses of the settings about people."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from accounts import leaked


def check_leaked_passwords(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a LEAKED_PASSWORDS that is no file of `manage.py leaked_passwords`."""
    path = settings.LEAKED_PASSWORDS
    try:
        if path:
            leaked.check(path)
    except OSError as error:
        problem = f"LEAKED_PASSWORDS cannot be read: {type(error).__name__}."
        return [Error(problem, id="accounts.E101")]
    except leaked.Broken:
        hint = "Make it by `manage.py leaked_passwords LIST FILE`; docs/operating.md tells how."
        problem = "LEAKED_PASSWORDS is no file of leaked passwords, or half of one."
        return [Error(problem, hint=hint, id="accounts.E101")]
    return []
