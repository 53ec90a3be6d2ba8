"""What browsers are called that nobody named: in the language of whoever reads it, at any time."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client, TestCase

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.models import EventKind, User
from core.web.http import RequestOrigin
from devices.models import Session
from tests.accounts.helpers import seen
from tests.people import Person, enter, sign_in, trust
from tests.portal.dutch import english_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ODD = "Mozilla/5.0 (X11; Linux x86_64)"


@pytest.fixture
def dutch(client: Client, alice: Person) -> Client:
    """A browser without a name, in which somebody reads Dutch who signed in reading English."""
    enter(client, alice, Strength.TWO_STEP)
    User.objects.filter(pk=alice.user.pk).update(language="nl")
    return client


def test_an_unknown_browser_is_one_in_dutch(dutch: Client) -> None:
    page = dutch.get("/devices/")
    assert "Onbekende browser" in seen(page)
    assert "Unknown browser" not in page.content.decode()


def test_a_known_one_is_put_into_dutch_words(dutch: Client, new_client: Any, alice: Person) -> None:
    sign_in(new_client(headers={"User-Agent": ODD}), alice)
    sign_in_again = Session.objects.of(alice.user).get(agent=ODD)
    page = dutch.get(f"/devices/browsers/{sign_in_again.public_id}/end/")
    assert "een browser op Linux" in seen(page)
    assert english_in(seen(page)) == set()


def test_its_end_is_remembered_in_the_language_of_who_reads(
    dutch: Client, new_client: Any, alice: Person
) -> None:
    sign_in(new_client(), alice)
    current = dutch.session.public_id  # type: ignore[attr-defined] # it is our engine's
    other = Session.objects.of(alice.user).exclude(public_id=current).get()
    page = dutch.post(f"/devices/browsers/{other.public_id}/end/", follow=True)
    assert "Onbekende browser is afgemeld." in seen(page)
    assert "Onbekende browser afgemeld" in seen(dutch.get("/security/activity/"))
    User.objects.filter(pk=alice.user.pk).update(language="en")
    assert "Unknown browser signed out" in seen(dutch.get("/security/activity/"))


def test_a_mail_names_it_in_the_language_of_its_reader(alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(language="nl")
    visitor = RequestOrigin("192.0.2.7", FIREFOX)
    with TestCase.captureOnCommitCallbacks(execute=True):
        events.record(
            alice.user, EventKind.BROWSER_TRUSTED, origin=Origin(visitor), agent=ODD, days=30
        )
    assert "een browser op Linux wordt 30 dagen vertrouwd" in mail.outbox[-1].body


def test_the_name_that_was_made_stays_one_that_can_be_translated(
    dutch: Client, alice: Person
) -> None:
    row = Session.objects.of(alice.user).get()
    url = f"/devices/browsers/{row.public_id}/rename/"
    assert 'value="Onbekende browser"' in dutch.get(url).content.decode()
    dutch.post(url, {"name": "Onbekende browser"})
    assert Session.objects.of(alice.user).get().name == ""
    assert "session:renamed" not in alice.kinds()
    dutch.post(url, {"name": "Keuken"})
    assert Session.objects.of(alice.user).get().name == "Keuken"


def test_what_was_kept_in_english_before_is_read_in_dutch(dutch: Client, alice: Person) -> None:
    Session.objects.of(alice.user).update(name="Unknown browser")
    visitor = RequestOrigin("192.0.2.7", "")
    events.record(
        alice.user, EventKind.SESSION_ENDED, origin=Origin(visitor), browser="Unknown browser"
    )
    assert "Onbekende browser" in seen(dutch.get("/devices/"))
    assert "Onbekende browser afgemeld" in seen(dutch.get("/security/activity/"))


def test_a_trusted_browser_is_named_in_dutch(dutch: Client, alice: Person) -> None:
    row = trust(dutch, alice, name="", agent=ODD)
    assert "een browser op Linux" in seen(dutch.get(f"/devices/trusted/{row.public_id}/end/"))
