"""`manage.py add_person ADDRESS`: invite somebody by mail."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.links import invitations
from accounts.models import Invitation
from core.fields import cleaned_name, validate_address
from core.limits.counters import LimitReached


class Command(BaseCommand):
    """Writes the invitation; the worker sends it."""

    help = "Invite a person by e-mail. --again sends an open invitation once more."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and the name."""
        parser.add_argument("email", help="where the invitation goes")
        parser.add_argument("--name", default="", help="the name of the person")
        parser.add_argument("--again", action="store_true", help="send an open invitation again")

    def handle(self, *args: Any, email: str, name: str, again: bool, **options: Any) -> None:
        """Invite, and say until when the link is good."""
        address = email.strip()
        try:
            validate_address(address)
            row = self._again(address) if again else self._first(address, name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except LimitReached as error:
            raise CommandError("You have reached the limit of invitations for today.") from error
        until = f"{row.expires_at:%Y-%m-%d %H:%M %Z}"
        until = f"{row.expires_at:%Y-%m-%d %H:%M %Z}"
        self.stdout.write(f"We’re sending an invitation to {row.address}, valid until {until}.")

    @staticmethod
    def _first(address: str, name: str) -> Invitation:
        try:
            known = cleaned_name(name) if name else ""
            return invitations.invite(actor=None, address=address, name=known)
        except invitations.HasAccount as error:
            raise CommandError("There is already an account with this address.") from error
        except invitations.IsInvited as error:
            raise CommandError("This address has already been invited. Use --again.") from error

    @staticmethod
    def _again(address: str) -> Invitation:
        row = invitations.open_for(address)
        if row is None:
            raise CommandError("There is no open invitation for this address.")
        try:
            invitations.resend(actor=None, invitation=row)
        except invitations.NotOpen as error:
            raise CommandError("It has just been accepted or withdrawn.") from error
        return row
