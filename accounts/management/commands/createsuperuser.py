"""`manage.py createsuperuser`: Django's command, with the portal's rules and a link at its end."""

import os
import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.activity import events
from accounts.activity.origin import HOST
from accounts.contacts.normalization import ADDRESS_LENGTH, email_key
from accounts.management.commands._person import set_up_link
from accounts.models import EmailAddress, EventKind, User
from core.addresses import in_letters
from core.fields import validate_address


class Command(BaseCommand):
    """Makes a superuser, who can do nothing in the admin before the second step is set up."""

    help = (
        "Create a superuser. With --noinput the password comes from DJANGO_SUPERUSER_PASSWORD and "
        "the address from --email or DJANGO_SUPERUSER_EMAIL."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what Django's command takes, as far as it means something here."""
        parser.add_argument("--email", default=os.environ.get("DJANGO_SUPERUSER_EMAIL", ""))
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")

    def handle(self, *args: Any, email: str, interactive: bool, **options: Any) -> None:
        """Make the person and print the link."""
        if "accounts_user" not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet: run `manage.py migrate` first.")
        try:
            address, password = self._asked(email) if interactive else self._given(email)
        except KeyboardInterrupt:
            raise CommandError("Nothing was created.") from None
        with transaction.atomic():
            user = User.objects.create_superuser(address, password)
            events.record(user, EventKind.ACCOUNT_CREATED, origin=HOST)
            words = set_up_link(user)
        self.stdout.write(f"Created the superuser {user.email}.\n\n{words}")

    def _given(self, email: str) -> tuple[str, str]:
        password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        if not email or not password:
            raise CommandError("With --noinput, give --email and DJANGO_SUPERUSER_PASSWORD.")
        try:
            return _valid_address(email), _valid_password(password, email)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

    def _asked(self, email: str) -> tuple[str, str]:
        if not sys.stdin.isatty():
            raise CommandError("This is not a terminal. Use --noinput.")
        address = self._ask_address(email)
        return address, self._ask_password(address)

    def _ask_address(self, given: str) -> str:
        while True:
            try:
                return _valid_address(given or input("E-mail address: "))
            except ValidationError as error:
                given = ""
                self.stderr.write(" ".join(error.messages))

    def _ask_password(self, address: str) -> str:
        while True:
            password = getpass("Password: ")
            try:
                _valid_password(password, address)
            except ValidationError as error:
                self.stderr.write(" ".join(error.messages))
                continue
            if password == getpass("Password, again: "):
                return password
            self.stderr.write("The two passwords do not match.")


def _valid_address(typed: str) -> str:
    validate_address(typed.strip())
    address = in_letters(typed)
    key = email_key(address)
    is_taken = EmailAddress.objects.verified().filter(key=key).exists()
    if len(address) > ADDRESS_LENGTH or is_taken or User.objects.filter(email_key=key).exists():
        raise ValidationError("This address is already in use, or too long.")
    return address


def _valid_password(password: str, address: str) -> str:
    validate_password(password, User(email=address))
    return password
