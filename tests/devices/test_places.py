"""Where browsers probably are: on the devices page, in the activity, in mails."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from core.geoip import database
from devices.models import Session
from tests import mmdb
from tests.people import Person, sign_in

PLACE = "Utrecht, Netherlands"


@pytest.fixture
def places(settings: Settings, tmp_path: Path) -> None:
    settings.GEOIP_PATH = mmdb.write(tmp_path / "places.mmdb")
    database.cache_clear()


@pytest.fixture
def utrecht(new_client: Any) -> Client:
    browser: Client = new_client(REMOTE_ADDR="192.0.2.7")
    return browser


def test_a_sign_in_notes_the_place(places: None, utrecht: Client, alice: Person) -> None:
    sign_in(utrecht, alice)
    assert Session.objects.of(alice.user).get().place == PLACE
    page = utrecht.get("/devices/").content.decode()
    assert f"Probably in {PLACE}, based on the IP address 192.0.2.7" in page
    public_id = utrecht.session.public_id  # type: ignore[attr-defined] # it is our engine's
    assert PLACE in utrecht.get(f"/devices/browsers/{public_id}/end/").content.decode()
    assert PLACE in utrecht.get("/security/activity/").content.decode()
    assert PLACE in utrecht.get("/security/").content.decode()


def test_mails_say_where(places: None, utrecht: Client, client: Client, alice: Person) -> None:
    sign_in(client, alice)
    sign_in(utrecht, alice)  # a browser never seen before
    text = mail.outbox[-1].body
    assert f"Where: {PLACE} · 192.0.2.7" in text


def test_without_a_database_only_the_address_is_told(utrecht: Client, alice: Person) -> None:
    sign_in(utrecht, alice)
    assert Session.objects.of(alice.user).get().place == ""
    page = utrecht.get("/devices/").content.decode()
    assert "From the IP address 192.0.2.7" in page
    assert "Probably in" not in page
