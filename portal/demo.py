"""Demo people for a developer's desk: published passwords and secrets, so that all can try them.

`manage.py demo` makes them, in development only.
"""

from base64 import b32encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts import organisation_policy
from accounts.authentication.factors import pending_recovery_codes, recovery_codes
from accounts.models import (
    EmailAddress,
    EventKind,
    Organisation,
    PhoneNumber,
    Role,
    SecurityEvent,
    User,
)
from devices.demo import DEMO_DOMAIN
from devices.factors.methods import AuthenticatorAppMethod
from devices.models import Authenticator, Phone

ORGANISATION = "Example & Co"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as; with a `phone`, two-step verification is on."""

    name: str
    password: str
    about: str
    phone: str = ""
    secret: bytes = b""
    role: Role = Role.NONE

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.name.lower()}{DEMO_DOMAIN}"

    @property
    def key(self) -> str:
        """The authenticator secret in letters."""
        return b32encode(self.secret).decode().rstrip("=")

    @property
    def codes(self) -> list[str]:
        """The saved recovery codes, as they are kept: without hyphens."""
        digits = range(settings.RECOVERY_CODES_A_SET)
        bodies = [f"{self.name[0].upper()}{digit}DEM0C0DEDEM0A" for digit in digits]
        return [body + recovery_codes.check_character(body) for body in bodies]


ADA = DemoPerson(
    name="Ada",
    password="paper lantern over the canal",  # noqa: S106 - published on purpose
    about="has everything set up, and manages Example & Co: see /organisation/",
    phone="Pixel 8",
    secret=b"latchkey demo ada 01",
)
BEN = DemoPerson(
    name="Ben",
    password="seven quiet mornings in may",  # noqa: S106 - the same
    about="has only a password",
)
SUE = DemoPerson(
    name="Sue",
    password="copper kettle on the stove",  # noqa: S106 - the same
    about="is staff, a recovery officer: see /admin/",
    phone="iPhone 15",
    secret=b"latchkey demo sue 01",
    role=Role.RECOVERY_OFFICER,
)
ROOT = DemoPerson(
    name="Root",
    password="twelve silver spoons at noon",  # noqa: S106 - the same
    about="is an administrator: adds organisations, gives roles",
    phone="Pixel 9",
    secret=b"latchkey demo root 1",
    role=Role.ADMINISTRATOR,
)
PEOPLE = (ADA, BEN, SUE, ROOT)


def make(person: DemoPerson) -> bool:
    """Make one of the demo people; False, and nothing changes, if there is one already."""
    if User.objects.filter(email_key=person.email).exists():
        return False
    hashed = [make_password(code) for code in person.codes] if person.phone else []
    with transaction.atomic():
        user = _person(person)
        if person.phone:
            _protect(user, person, hashed)
        if person == ADA:
            _furnish(user)
    return True


def make_organisation() -> bool:
    """Make the organisation of the demo people, which Ada manages; False if it is there."""
    about = {"help": "Ask Sue, or write to help@example.org."}
    with transaction.atomic():
        firm, is_new = Organisation.objects.get_or_create(name=ORGANISATION, defaults=about)
        people = User.objects.filter(email_key__in=[person.email for person in PEOPLE])
        for user in people.order_by("pk") if is_new else ():
            organisation_policy.join(user, firm)
            is_manager = user.email_key == ADA.email
            organisation_policy.set_manager(user, firm, is_manager=is_manager)
    return is_new


def has_password(person: DemoPerson) -> bool:
    """Tell whether the published password is still the right one."""
    user = User.objects.filter(email_key=person.email).first()
    return user is not None and user.check_password(person.password)


def has_secret(person: DemoPerson) -> bool:
    """Tell whether an authenticator still has the published secret."""
    rows = Authenticator.objects.filter(user__email_key=person.email, confirmed=True)
    return any(row.secret == person.secret for row in rows)


def _person(person: DemoPerson) -> User:
    joined = timezone.now() - timedelta(days=40)
    name = f"{person.name} of {ORGANISATION}"
    fields: dict[str, Any] = {"name": name, "role": person.role, "date_joined": joined}
    user = User.objects.create_user(person.email, person.password, **fields)
    User.objects.filter(pk=user.pk).update(password_changed_at=joined)
    _event(user, EventKind.ACCOUNT_CREATED, timedelta(days=40))
    return user


def _protect(user: User, person: DemoPerson, hashed: list[str]) -> None:
    """Link the phone, save the recovery codes and switch two-step verification on."""
    linked = timezone.now() - timedelta(days=39)
    phone = Phone.objects.create(
        user=user, name=person.phone, linked_at=linked, last_used_at=timezone.now()
    )
    authenticator = Authenticator(user=user, phone=phone, name="authenticator", trusted_from=linked)
    authenticator.last_used_at = phone.last_used_at
    authenticator.secret = person.secret
    authenticator.save()
    drawn = recovery_codes.Drawn(person.codes, hashed)
    codes = recovery_codes.store(user, drawn, shown_to="")
    pending_recovery_codes.mark_confirmed(codes)
    user.recovery_code_sets.update(created_at=linked)
    User.objects.filter(pk=user.pk).update(two_step_since=linked)
    _event(user, EventKind.PHONE_LINKED, timedelta(days=39), phone=person.phone)
    _event(user, EventKind.RECOVERY_CODES_MADE, timedelta(days=39))
    _event(user, EventKind.TWO_STEP_ON, timedelta(days=39))


def _furnish(user: User) -> None:
    """Add a second address, a number and some history."""
    now = timezone.now()
    second = f"home.of.ada{DEMO_DOMAIN}"
    EmailAddress.objects.create(user=user, address=second, verified_at=now)
    PhoneNumber.objects.create(user=user, number="+31612345658", verified_at=now)
    methods = ["password", AuthenticatorAppMethod.slug]
    _event(user, EventKind.ADDRESS_ADDED, timedelta(days=30), address=second)
    _event(user, EventKind.NUMBER_ADDED, timedelta(days=30, hours=1), number="•• 58")
    _event(user, EventKind.SIGN_IN_TWO_STEP, timedelta(days=3), methods=methods)
    _event(user, EventKind.SIGN_IN_CODE_FAILED, timedelta(days=1), CHROME, method=methods[-1])
    _event(user, EventKind.SIGN_IN_TWO_STEP, timedelta(hours=23), methods=methods)


def _event(user: User, kind: str, ago: timedelta, agent: str = FIREFOX, **details: Any) -> None:
    """Write history without sending the notices that belong to it."""
    at = timezone.now() - ago
    address = "203.0.113.7"
    SecurityEvent.objects.create(
        user=user, kind=kind, at=at, address=address, agent=agent, details=details
    )


def unused_code(person: DemoPerson) -> str:
    """Return a saved recovery code that still works, as it is printed; "" if none does."""
    user = User.objects.filter(email_key=person.email).first()
    live = user.recovery_code_sets.live() if user else None
    if live is None:
        return ""
    left = set(live.filter(codes__used_at=None).values_list("codes__locator", flat=True))
    codes = [code for code in person.codes if code[: recovery_codes.LOCATOR] in left]
    return recovery_codes.grouped(codes[0]) if codes else ""
