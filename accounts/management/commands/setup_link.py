"""`manage.py setup_link EMAIL`: a fresh link for setting up the second step of staff."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.commands._person import person_with, set_up_link


class Command(BaseCommand):
    """Prints the link; the operator hands it over, never by mail."""

    help = "Print a one-time link with which a member of staff sets up the second step."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email", help="the sign-in address of the person")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Refuse who is not staff, is locked, or has two-step on already."""
        user = person_with(email)
        if not user.is_staff or not user.is_active:
            raise CommandError(
                "Set-up links are only for members of staff whose account is not locked."
            )
        if user.has_two_step:
            raise CommandError(
                "Two-step verification is already on. Without it, people sign in another way."
            )
        self.stdout.write(set_up_link(user))
