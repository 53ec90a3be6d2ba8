"""What the database refuses is told apart: taken by somebody else, or a mistake of ours."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.contacts.changes import make_primary, mark_verified
from accounts.contacts.taken import is_address_taken
from accounts.models import EmailAddress, PhoneNumber, SecurityEvent, User
from core.database import violates
from core.web.http import RequestOrigin
from devices.models import Passkey
from tests.accounts.helpers import code_to
from tests.people import Person, give_passkey

CLIENT = RequestOrigin("203.0.113.9", "Firefox")


def refused(write: Callable[[], Any]) -> IntegrityError:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    return caught.value


def copy_of(row: Model, **changes: Any) -> Callable[[], None]:
    """Write the row once more, as another one with these changes."""
    twin = type(row)._default_manager.get(pk=row.pk)
    for name, value in {"pk": None, "public_id": uuid4(), **changes}.items():
        setattr(twin, name, value)
    return lambda: twin.save(force_insert=True)


def test_each_constraint_is_told_by_its_name(alice: Person, bob: Person, pia: Person) -> None:
    address, number = alice.user.email_addresses.all()[0], alice.user.phone_numbers.get()
    error = refused(copy_of(alice.user))
    assert violates(error, User, "email", "email_key")
    assert not violates(error, User, "public_id")
    error = refused(copy_of(address))
    assert violates(error, EmailAddress, "address_once_a_person", "verified_address_of_one")
    error = refused(copy_of(address, user=bob.user))
    assert violates(error, EmailAddress, "verified_address_of_one")
    assert not violates(error, EmailAddress, "address_once_a_person")
    assert not violates(error, User, "email")
    assert violates(refused(copy_of(number)), PhoneNumber, "number_once_a_person")
    assert violates(refused(copy_of(pia.user.passkeys.get())), Passkey, "digest")
    give_passkey(pia)
    error = refused(copy_of(address, pk=address.pk))
    assert violates(error, EmailAddress, "id")


def test_a_missing_value_is_nobody_elses(alice: Person) -> None:
    error = refused(lambda: EmailAddress.objects.update(address=None))
    assert not is_address_taken(error)


def break_events(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Let the database refuse what has nothing to do with the person's input."""
    if sql.startswith("INSERT") and SecurityEvent._meta.db_table in sql:
        raise IntegrityError("NOT NULL constraint failed: accounts_securityevent.kind")
    return execute(sql, params, many, context)


def test_a_right_code_is_not_called_wrong_when_something_else_is_the_matter(
    client: Client, db: None
) -> None:
    fields = {"email": "new@latchkey.example", "password": "correct horse battery staple"}
    client.post("/sign-up/", fields)
    client.raise_request_exception = False
    with connection.execute_wrapper(break_events):
        answer = client.post("/sign-up/confirm/", {"code": code_to("new@latchkey.example")})
    assert answer.status_code == 500
    assert not User.objects.filter(email="new@latchkey.example").exists()


def test_contacts_and_passkeys_do_not_hide_it_either(alice: Person, bob: Person) -> None:
    fresh = EmailAddress.objects.create(user=alice.user, address="more@latchkey.example")
    second = alice.user.email_addresses.verified().order_by("-pk")[0]
    with connection.execute_wrapper(break_events):
        with pytest.raises(IntegrityError), transaction.atomic():
            mark_verified(alice.user, fresh, origin=Origin(CLIENT, ""))
        with pytest.raises(IntegrityError), transaction.atomic():
            make_primary(alice.user, second, origin=Origin(CLIENT, ""))


def test_an_address_that_somebody_else_confirmed_is_taken(alice: Person, bob: Person) -> None:
    fresh = EmailAddress.objects.create(user=alice.user, address="both@latchkey.example")
    now = timezone.now()
    EmailAddress.objects.create(user=bob.user, address="both@latchkey.example", verified_at=now)
    assert not mark_verified(alice.user, fresh, origin=Origin(CLIENT, ""))
