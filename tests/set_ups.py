"""What somebody may have for signing in, drawn at random, and what is left when some is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import note
from hypothesis import strategies as st

from accounts.models import RecoveryCode, RecoveryCodeSet
from accounts.models.contact import EmailAddress, PhoneNumber
from devices.models import Authenticator, Passkey, Phone
from devices.models.passkey import digest_of
from tests.conftest import SecureClient
from tests.live import fresh_address, fresh_number
from tests.people import Person, give_phone, make_person

CLOSED_NUMBER = "+4915112345678"  # its country is not among SMS_COUNTRIES


@dataclass(frozen=True)
class SetUp:
    """What somebody has set up; a factor in its waiting period does not count in full yet."""

    phones: list[str]
    passkeys: list[tuple[bool, bool]]
    more_mailboxes: int
    has_reset: bool
    numbers: list[bool]
    has_gateway: bool
    codes: int
    has_two_step: bool
    declined: list[str] = field(default_factory=list)


def up_to(most: int, each: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Lists of any length, each as likely as the others."""
    return st.integers(0, most).flatmap(lambda n: st.lists(each, min_size=n, max_size=n))


SET_UPS = st.builds(
    SetUp,
    phones=up_to(3, st.sampled_from(["full", "full", "held", "suspended", "begun"])),
    passkeys=up_to(2, st.tuples(st.booleans(), st.booleans())),
    more_mailboxes=st.integers(0, 2),
    has_reset=st.booleans(),
    numbers=up_to(2, st.sampled_from([True, True, False])),
    has_gateway=st.sampled_from([True, True, False]),
    codes=st.sampled_from([0, 0, 1, 4, 10]),
    has_two_step=st.sampled_from([True, True, True, False]),
    declined=st.lists(st.sampled_from(["email", "sms"]), unique=True),
)


@contextmanager
def living(set_up: SetUp) -> Iterator[Person]:
    """Make somebody with this set-up, and nobody afterwards."""
    gateway = "memory:" if set_up.has_gateway else ""
    with override_settings(SMS_URL=gateway), transaction.atomic():
        person = make_person("rae", two_step_since=_since(set_up), declined_steps=set_up.declined)
        note(str(set_up))
        _give_devices(person, set_up)
        _give_contacts(person, set_up)
        _give_codes(person, set_up.codes)
        person.reload()
        yield person
        transaction.set_rollback(True)


def _since(set_up: SetUp) -> Any:
    return timezone.now() if set_up.has_two_step else None


def _give_devices(person: Person, set_up: SetUp) -> None:
    later = timezone.now() + timedelta(hours=1)
    for number, state in enumerate(set_up.phones):
        held = {"trusted_from": later} if state == "held" else {}
        phone = give_phone(person, f"Phone {number}", **held).phone
        if state == "suspended":
            Phone.objects.filter(pk=phone.pk).update(suspended_at=timezone.now())
        if state == "begun":
            Authenticator.objects.filter(phone=phone).update(confirmed=False)
            Phone.objects.filter(pk=phone.pk).update(linked_at=None)
    for number, (is_synced, is_held) in enumerate(set_up.passkeys):
        digest = digest_of(uuid4().bytes)
        kept: dict[str, Any] = {"trusted_from": later} if is_held else {}
        kept |= {"is_backed_up": is_synced, "credential": b"", "digest": digest}
        Passkey.objects.create(user=person.user, name=f"Key {number}", **kept)


def _give_contacts(person: Person, set_up: SetUp) -> None:
    user, now = person.user, timezone.now()
    for _each in range(set_up.more_mailboxes):
        EmailAddress.objects.create(user=user, address=fresh_address(), verified_at=now)
    EmailAddress.objects.create(user=user, address=fresh_address("unconfirmed"))
    for is_open in set_up.numbers:
        number = fresh_number() if is_open else CLOSED_NUMBER
        PhoneNumber.objects.get_or_create(user=user, number=number, defaults={"verified_at": now})
    if set_up.has_reset:
        user.reset_mailbox = user.email_addresses.order_by("pk").first()
        user.save()


def _give_codes(person: Person, count: int) -> None:
    code_set = RecoveryCodeSet.objects.create(user=person.user)
    for number in range(count):
        RecoveryCode.objects.create(code_set=code_set, locator=f"{number:02d}", hash="!")


def offered(person: Person) -> list[tuple[str, str]]:
    """Type the password in a browser never seen before, and read what may come next."""
    client = SecureClient()
    answer = client.post("/sign-in/", {"email": person.address, "password": person.password})
    if answer["Location"] == "/security/":
        return [("password", "")]
    page = client.get("/sign-in/another-way/")
    return [(way.slug, way.target) for way in page.context["ways"]]


@contextmanager
def taken_back(person: Person) -> Iterator[None]:
    """Undo what is done to somebody in here."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    person.reload()


def lose(person: Person, keys: frozenset[str]) -> None:
    """Take things away for good, in the rows."""
    rows = {
        "phone": Phone.objects.all(),
        "passkey": Passkey.objects.all(),
        "synced": Passkey.objects.all(),
        "mailbox": EmailAddress.objects.all(),
        "number": PhoneNumber.objects.all(),
    }
    for key in keys:
        kind, _, pk = key.partition(":")
        if kind == "paper":
            RecoveryCode.objects.filter(code_set__user=person.user).delete()
        else:
            assert rows[kind].filter(user=person.user, pk=pk).delete()[0]
    person.reload()
