"""`manage.py populate`: fill a database with made-up accounts, to see how the site bears them."""

from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import User
from portal.populating.fill import fill

WIDTH = 40  # of the bar


class Command(BaseCommand):
    """Makes people with phones, passkeys, events, sessions, messages, organisations and cases."""

    help = (
        "Fill the database with made-up accounts, in which nobody can sign in. Works only with "
        "DEBUG, or in a database that has no accounts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many, and what to draw them from."""
        parser.add_argument("--accounts", type=int, required=True, help="how many to add")
        parser.add_argument("--seed", type=int, default=1, help="draws the same people again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add them chunk by chunk, and say how far it is."""
        count: int = options["accounts"]
        if count < 1:
            raise CommandError("--accounts: one or more.")
        if not settings.DEBUG and User.objects.exists():
            raise CommandError("This database has accounts: made-up ones do not belong in it.")
        started = monotonic()
        rows = fill(count, seed=options["seed"], show=partial(self._show, count))
        seconds = monotonic() - started
        self.stdout.write(f"\n{count} accounts, {rows} rows, in {seconds:.0f} s.")
        self.stdout.write(f"{connection.display_name}: tables analysed.")

    def _show(self, count: int, done: int) -> None:
        filled = WIDTH * done // count
        bar = "#" * filled + "." * (WIDTH - filled)
        self.stdout.write(f"\r[{bar}] {100 * done // count:3d} %", ending="")
        self.stdout.flush()
