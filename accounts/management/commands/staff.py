"""`manage.py staff EMAIL [--role ROLE] [--remove]`: say who is staff."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import staff
from accounts.activity.origin import HOST
from accounts.management.commands._person import person_with, set_up_link
from accounts.models import Role

ROLES = {role.name.lower().replace("_", "-"): role for role in Role if role}


class Command(BaseCommand):
    """Makes a member of staff, or ends that; the person is notified and signed out everywhere."""

    help = "Make a person a member of staff, or give them another role; --remove ends that."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and what to do."""
        parser.add_argument("email", help="the sign-in address of the person")
        parser.add_argument("--remove", action="store_true", help="end being staff")
        parser.add_argument("--role", choices=ROLES, default="support", help="support by default")

    def handle(self, *args: Any, email: str, remove: bool, role: str, **options: Any) -> None:
        """Change it and say what was done."""
        user = person_with(email)
        if remove:
            done = staff.set_role(user, Role.NONE, origin=HOST)
            self._say(
                f"{user.email} is no longer staff." if done else f"{user.email} was not staff."
            )
            return
        done = staff.set_role(user, ROLES[role], origin=HOST)
        words = role.replace("-", " ")
        self._say(f"{user.email} {'is now' if done else 'was already'} {words}.")
        if not user.has_two_step and user.is_active:
            self._say("\n" + set_up_link(user))

    def _say(self, words: str) -> None:
        self.stdout.write(words)
