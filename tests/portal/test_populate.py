"""`manage.py populate` makes people whom the site shows like any others, and who let nobody in."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from accounts.models import Enrolment, RecoveryContact, Role, SecurityEvent, User
from core.keys import key_check
from core.outbox.models import Message
from devices.models import Authenticator, Passkey, Phone, Session
from portal.populating.fill import fill
from tests.people import enter, make_person, protected

COUNT = 400


@pytest.fixture
def people(db: None) -> Any:
    """Made-up accounts, some hundreds."""
    fill(COUNT, seed=7, show=lambda _done: None)
    return User.objects.order_by("pk")


def test_staff_see_every_one_of_them(people: Any, client: Client) -> None:
    desk = enter(client, protected("officer", role=Role.RECOVERY_OFFICER), Strength.TWO_STEP)
    assert desk.get("/admin/accounts/").status_code == 200
    for user in people[:COUNT:8]:
        for page in ("", "activity/"):
            assert desk.get(f"/admin/accounts/{user.public_id}/{page}").status_code == 200
        found = desk.get("/admin/accounts/", {"q": user.name}).text
        assert f"/admin/accounts/{user.public_id}/" in found


def test_they_have_of_everything_and_all_of_it_opens(people: Any) -> None:
    assert people.count() == COUNT
    for model in (Phone, Passkey, SecurityEvent, Session, Message, Enrolment, RecoveryContact):
        assert model._default_manager.exists(), model
    key_check.judge()
    for authenticator in Authenticator.objects.all()[:20]:
        assert len(authenticator.code_at(1)) == 6
    with_two_step = people.filter(two_step_since__isnull=False).count()
    assert 0.5 < with_two_step / COUNT < 0.7


def test_nobody_signs_in_as_one_of_them_and_no_message_leaves(people: Any, client: Client) -> None:
    user = people[3]
    for password in ("", "!", user.name):
        client.post("/sign-in/", {"email": user.email, "password": password})
        assert client.get("/security/").status_code == 302
    assert not user.has_usable_password()
    assert not Message.objects.filter(status="queued").exists()
    assert all(address.endswith(".example") for address in people.values_list("email", flat=True))


def test_keys_go_on_after_theirs(people: Any) -> None:
    last = people.last().pk
    assert make_person("next").user.pk > last


def test_the_same_seed_draws_the_same_people(people: Any) -> None:
    first = list(people.values_list("name", flat=True))
    fill(COUNT, seed=7, show=lambda _done: None)
    assert list(people.values_list("name", flat=True))[COUNT:] == first


@pytest.mark.django_db
def test_it_says_how_far_it_is_and_refuses_a_site_with_accounts(settings: Settings) -> None:
    said = StringIO()
    call_command("populate", accounts=30, stdout=said)
    assert "100 %" in said.getvalue()
    assert "30 accounts" in said.getvalue()
    settings.DEBUG = False
    with pytest.raises(CommandError, match="This database has accounts"):
        call_command("populate", accounts=1)
    assert User.objects.count() == 30
    with pytest.raises(CommandError, match="one or more"):
        call_command("populate", accounts=0)
