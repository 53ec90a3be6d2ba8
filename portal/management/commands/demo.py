"""`manage.py demo`: make the demo people and tell how to sign in as them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import demo
from portal.demo import DemoPerson

CHANGED = "(changed since; remove var/ to start again)"


class Command(BaseCommand):
    """Makes who is missing, changes nobody, and says the same each time."""

    help = "Create demo people with published passwords and secrets. Works only with DEBUG."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse to work outside development: everybody knows these passwords."""
        if not settings.DEBUG:
            raise CommandError("The demo people exist only in development (DEBUG=true).")
        for person in demo.PEOPLE:
            demo.make(person)
        demo.make_organisation()
        self.stdout.write(self._words())

    def _words(self) -> str:
        origin = settings.PORTAL_ORIGIN.rstrip("/")
        blocks = [self._block(person) for person in demo.PEOPLE]
        title = f"{settings.PORTAL_NAME} for the people of {demo.ORGANISATION}"
        head = [title, "", f"  Sign in at       {origin}/sign-in/"]
        head += [f"  Read messages,   {origin}/outbox/", "  current codes"]
        return "\n\n".join(["\n".join(["", *head]), *blocks]) + "\n"

    @staticmethod
    def _block(person: DemoPerson) -> str:
        lines = [f"  {person.name} {person.about}"]
        password = person.password if demo.has_password(person) else CHANGED
        lines += [f"    address        {person.email}", f"    password       {password}"]
        if person.secret:
            key = person.key if demo.has_secret(person) else CHANGED
            lines.append(f"    authenticator  {key}")
        code = demo.unused_code(person) if person == demo.ADA else ""
        if code:
            lines.append(f"    recovery code  {code}")
        return "\n".join(lines)
