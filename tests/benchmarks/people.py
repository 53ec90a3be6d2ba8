"""Many people with everything set up, made quickly."""

import secrets
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import EmailAddress, RecoveryCode, RecoveryCodeSet, User
from devices.models import Authenticator, Phone

PASSWORD = "a benchmark makes its own people"


@dataclass
class Person:
    """What the owner knows: the address, and how to get the code of a time step."""

    address: str
    authenticator: Authenticator


def make_people(count: int) -> list[Person]:
    """Make people with two-step on: one phone, one address, ten recovery codes."""
    hashed, code_hash = make_password(PASSWORD), make_password("nobody types this one")
    return [_make(hashed, code_hash) for _each in range(count)]


def _make(hashed: str, code_hash: str) -> Person:
    now = timezone.now()
    address = f"bench-{secrets.token_hex(6)}@latchkey.example"
    user = User.objects.create(email=address, password=hashed, two_step_since=now)
    EmailAddress.objects.create(user=user, address=address, verified_at=now)
    phone = Phone.objects.create(user=user, name="Pixel 8", linked_at=now)
    authenticator = Authenticator(user=user, phone=phone, name="Pixel 8", confirmed=True)
    authenticator.draw_secret()
    authenticator.save()
    codes = RecoveryCodeSet.objects.create(user=user, confirmed_at=now)
    code = partial(RecoveryCode, code_set=codes, hash=code_hash)
    RecoveryCode.objects.bulk_create(code(locator=f"{number:02d}") for number in range(10))
    return Person(address, authenticator)
