"""The devices page: phones and browsers, and what losing one would mean."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.authentication.proofs import Strength
from accounts.readiness import assessment
from devices.models import Phone, Session
from tests.accounts.helpers import seen
from tests.devices.test_api_heartbeat import vault_of
from tests.people import Person, enter, give_phone, sign_in
from tests.phones import give_app, grant
from tests.work import give_enrolment

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_it_shows_phones_browsers_and_which_one_this_is(
    client: Client, new_client: Any, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    enter(new_client(), alice, Strength.RECOVERED)
    text = client.get("/devices/").content.decode()
    assert "Pixel 8" in text
    assert text.count("this browser") == 1
    assert "password and authenticator app" in text
    assert "password and e-mail code" in text
    assert "sign-in methods remain" in text


def test_it_shows_nothing_of_others(client: Client, alice: Person, bob: Person) -> None:
    give_phone(bob, "Bobs phone")
    enter(client, alice, Strength.TWO_STEP)
    assert "Bobs phone" not in client.get("/devices/").content.decode()


def test_it_needs_a_sign_in(client: Client, alice: Person) -> None:
    assert client.get("/devices/")["Location"].startswith("/sign-in/")


def test_it_takes_few_queries_however_much_there_is(
    client: Client,
    new_client: Any,
    alice: Person,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for number in range(4):
        phone = give_phone(alice, f"Phone {number}").phone
        grant(give_app(alice, client, phone=phone))
        give_enrolment(alice)
        enter(new_client(), alice, Strength.TWO_STEP)
    with django_assert_max_num_queries(10):
        assert client.get("/devices/").status_code == 200


def test_this_browser_comes_first_and_the_list_goes_on_page_by_page(
    client: Client,
    new_client: Any,
    alice: Person,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    Session.objects.update(name="Mine")
    for number in range(settings.BROWSERS_A_PAGE + 5):
        enter(new_client(), alice, Strength.TWO_STEP)
        Session.objects.filter(name="").update(name=f"Browser {number}")
    with django_assert_max_num_queries(10):
        first = client.get("/devices/").content.decode()
    second = client.get("/devices/?page=2").content.decode()
    assert first.index("this browser") < first.index("Browser 24") < first.index("Browser 23")
    assert first.count("Last seen") == settings.BROWSERS_A_PAGE
    assert second.count("Last seen") == 6
    assert "this browser" not in second
    for wanted in ("0", "99", "-1", "x", "9" * 30):
        assert client.get(f"/devices/?page={wanted}").status_code == 200
    client.post("/devices/browsers/end-others/")
    assert Session.objects.of(alice.user).count() == 1


def test_how_long_a_browser_is_known_is_said(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    sign_in(client, carol)
    first = timezone.now()
    assert "You first signed in here on" not in client.get("/devices/").content.decode()
    clock.shift(timedelta(days=3))
    sign_in(client, carol)
    text = client.get("/devices/").content.decode()
    assert "You first signed in here on" in text
    assert date_format(first, "j M Y") in text


def test_no_phone_is_said_plainly(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert "No phone is linked" in client.get("/devices/").content.decode()


def test_each_phone_shows_its_app_and_never_more(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    kept: dict[str, Any] = {"accounts": 34, "unsaved": 2, "saved_at": timezone.now()}
    app = give_app(alice, client, phone=alice.phone, **kept)
    vault_of(alice)
    text = seen(client.get("/devices/"))
    assert "Latchkey authenticator saves the backup 34 accounts, saved" in text
    assert "2 changes are not saved yet." in text
    assert str(app.installation.public_id) not in client.get("/devices/").content.decode()


def test_a_phone_that_has_only_the_app_is_no_way_to_sign_in(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    phone = Phone.objects.create(user=carol.user, name="Tablet", linked_at=timezone.now())
    give_app(carol, client, phone=phone)
    text = seen(client.get("/devices/"))
    assert "Tablet" in text
    assert "shows no codes for signing in here" in text
    assert "No phone is linked" not in text


def test_the_backup_of_the_app_is_said_to_be_no_way_in(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    ways = [(way.slug, way.target) for way in assessment.of(alice.user).ways]
    give_app(alice, client, phone=alice.phone)
    for path in ("/devices/", "/security/"):
        assert "The app’s backup doesn’t sign you in" not in seen(client.get(path))
    vault_of(alice)
    for path in ("/devices/", "/security/"):
        assert "The app’s backup doesn’t sign you in" in seen(client.get(path))
    assert [(way.slug, way.target) for way in assessment.of(alice.user).ways] == ways
    alice.phone.authenticators.all().delete()
    assert "authenticator" not in [way.slug for way in assessment.of(alice.user).ways]
