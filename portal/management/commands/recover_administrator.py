"""`manage.py recover_administrator ADDRESS`: the way back of an administrator who lost everything.

Break-glass: anyone who may run this may read the database too, so it opens no new door. It is loud
all the same: a critical line in the log, an event with the reason, and a notice to every address.
"""

import getpass
import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.commands._person import ask_password, person_with, set_up_link
from devices import recovery_on_host

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Removes the second steps of one member of staff, and prints a link to set up new ones."""

    help = (
        "Remove every second step of a member of staff who lost them all, and print a one-time "
        "link to set up new ones. We notify the person at every address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and the reason."""
        parser.add_argument("email", help="the sign-in address of the person")
        parser.add_argument("--reason", required=True, help="the reason; the person can read it")
        parser.add_argument("--password", action="store_true", help="ask for a new password too")
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")

    def handle(
        self, *args: Any, email: str, reason: str, password: bool, interactive: bool, **options: Any
    ) -> None:
        """Ask once more, then do it, and say it everywhere."""
        user = person_with(email)
        if not user.is_staff or not user.is_active:
            raise CommandError("This is only for members of staff whose account is not locked.")
        if len(reason.strip()) < recovery_on_host.SHORTEST_REASON:
            raise CommandError("Say a little more in --reason: the person can read it.")
        if interactive:
            self._ask(user.email)
        new = ask_password(user.email, self.stderr) if password else ""
        removed = recovery_on_host.recover(user=user, reason=reason.strip(), password=new)
        who = getpass.getuser()
        words = (user.email, who, reason)
        logger.critical("second steps of %s removed on the host by %s: %s", *words)
        self.stdout.write(f"Removed: {removed}.")
        self.stdout.write(f"We notified {user.email}, and signed them out everywhere.\n")
        self.stdout.write(set_up_link(user))

    def _ask(self, address: str) -> None:
        if not sys.stdin.isatty():
            raise CommandError("This is not a terminal. Use --noinput.")
        try:
            typed = input(f"This removes every second step of {address}. Type the address: ")
        except (KeyboardInterrupt, EOFError):
            raise CommandError("Nothing was changed.") from None
        if typed.strip() != address:
            raise CommandError("The addresses do not match. Nothing was changed.")
