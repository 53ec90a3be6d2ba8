"""`manage.py changepassword ADDRESS`: Django's command, with our rules, event and notice."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.activity import events
from accounts.activity.origin import HOST
from accounts.authentication import throttling
from accounts.management.commands._person import ask_password, given_password, person_with
from accounts.models import EventKind, User
from accounts.models.user import PASSWORD_FIELDS


class Command(BaseCommand):
    """Sets a password; the person is notified, and signed out everywhere."""

    help = (
        "Set a person's password. With --noinput it comes from DJANGO_SUPERUSER_PASSWORD. "
        "Two-step verification stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email", help="the sign-in address of the person")
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")

    def handle(self, *args: Any, email: str, interactive: bool, **options: Any) -> None:
        """Set it, and say so here, in the activity and by mail."""
        user = person_with(email)
        if interactive and not sys.stdin.isatty():
            raise CommandError("This is not a terminal. Use --noinput.")
        try:
            password = (
                ask_password(user.email, self.stderr)
                if interactive
                else given_password(os.environ.get("DJANGO_SUPERUSER_PASSWORD", ""), user.email)
            )
        except KeyboardInterrupt:
            raise CommandError("Nothing was changed.") from None
        _set(user, password)
        self.stdout.write(f"The password of {user.email} has been changed. We notified them.")


def _set(user: User, password: str) -> None:
    with transaction.atomic():
        user = user.lock_for_update()
        user.set_password(password)
        user.save(update_fields=PASSWORD_FIELDS)
        events.record(user, EventKind.PASSWORD_CHANGED, origin=HOST)
    throttling.forgive_passwords(user)
