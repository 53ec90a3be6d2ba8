"""What watches the table of URLs sees every write, a view's too."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.authentication.proofs import Strength, store_proofs
from accounts.models import Organisation, User
from devices.models import Session
from devices.sessions.engine import SessionStore
from tests.people import Person, enter, proved
from tests.portal.untouched import untouched

Act = Callable[[Person], object]


def by_hand(statement: str) -> Act:
    def act(_person: Person) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return act


def taken_back(person: Person) -> None:
    with transaction.atomic():
        person.user.save()
        transaction.set_rollback(True)


def proved_more(person: Person) -> None:
    data: dict[str, object] = {}
    store_proofs(data, proved(person, Strength.TWO_STEP))
    person.user.sessions.update(session_data=SessionStore().encode(data))


WRITES: dict[str, Act] = {
    "adds a row": lambda _person: Organisation.objects.create(name="Anyone"),
    "adds many": lambda _person: Organisation.objects.bulk_create([Organisation(name="Anyone")]),
    "changes a row": lambda person: person.user.save(),
    "changes none": lambda _person: User.objects.filter(name="nobody").update(name="Nobody"),
    "deletes": lambda person: person.user.phones.all().delete(),
    "joins": lambda person: person.user.groups.create(name="Anyone"),
    "takes it back": taken_back,
    "after a remark": by_hand("/* SELECT */ UPDATE accounts_user SET name = ''"),
    "after a read": by_hand("WITH one AS (SELECT 1) DELETE FROM accounts_knownbrowser"),
    "signs in": lambda person: enter(Client(), person, Strength.PASSWORD),
    "signs out": lambda _person: Session.objects.all().delete(),
    "proves": proved_more,
}


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES)
def test_every_kind_of_write_is_seen(alice: Person, act: Act) -> None:
    enter(Client(), alice, Strength.PASSWORD)
    with pytest.raises(AssertionError, match=r"The act (wrote|changed)"), untouched("The act"):
        act(alice)


def test_reading_and_keeping_a_session_are_none(client: Client, alice: Person) -> None:
    with untouched("Reading"), transaction.atomic():
        assert User.objects.select_for_update().filter(pk=alice.user.pk).exists()
        client.session.save()
    enter(client, alice, Strength.TWO_STEP)
    with untouched("Looking"):
        assert client.get("/security/").status_code == 200


@pytest.mark.urls("tests.portal.failing")
def test_a_view_that_writes_when_it_is_looked_at_is_seen(client: Client, rows: None) -> None:
    with pytest.raises(AssertionError, match="GET wrote"), untouched("GET"):
        client.get("/writing/")
