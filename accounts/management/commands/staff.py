"""`manage.py staff EMAIL [--remove]`: say who is staff."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import staff
from accounts.management.commands._person import person_with, set_up_link


class Command(BaseCommand):
    """Makes a member of staff, or ends that; the person is notified and signed out everywhere."""

    help = "Make a person a member of staff; --remove ends that."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and what to do."""
        parser.add_argument("email", help="the sign-in address of the person")
        parser.add_argument("--remove", action="store_true", help="end being staff or superuser")

    def handle(self, *args: Any, email: str, remove: bool, **options: Any) -> None:
        """Change it and say what was done."""
        user = person_with(email)
        if remove:
            done = staff.revoke(user)
            self._say(
                f"{user.email} is no longer staff." if done else f"{user.email} was not staff."
            )
            return
        done = staff.grant(user)
        self._say(f"{user.email} is now staff." if done else f"{user.email} was already staff.")
        if not user.has_two_step and user.is_active:
            self._say("\n" + set_up_link(user))

    def _say(self, words: str) -> None:
        self.stdout.write(words)
