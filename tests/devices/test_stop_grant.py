"""Permission to open the backup stands on the Devices page and is stopped there by one press."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import User
from accounts.signals import protection_changed
from devices.models import RestoreGrant
from tests.accounts.helpers import seen
from tests.people import Person, enter
from tests.phones import App, give_app, grant, grant_later


@pytest.fixture
def app(alice: Person, client: Client) -> App:
    """The app on alice's phone; she is signed in."""
    enter(client, alice, Strength.TWO_STEP)
    return give_app(alice, client, phone=alice.phone)


def stop(client: Client, row: RestoreGrant) -> str:
    """Press the button of this row; what the page says then."""
    path = f"/devices/app/grants/{row.public_id}/stop/"
    assert client.post(path)["Location"] == "/devices/"
    return seen(client.get("/devices/"))


def test_leave_in_use_is_shown_and_stopped(app: App, alice: Person, client: Client) -> None:
    row = grant(app)
    assert "Pixel 8 may open your backup, until:" in seen(client.get("/devices/"))
    assert app.get("restore/offers").status_code == 200
    assert "may no longer open your backup" in stop(client, row)
    assert app.get("restore/offers").json()["code"] == "grant_needed"
    assert alice.kinds().count("app:stopped") == 1
    assert "This had already ended." in stop(client, row)
    assert alice.kinds().count("app:stopped") == 1


def test_leave_that_waits_is_shown_and_stopped(app: App, client: Client) -> None:
    row = grant_later(app, timedelta(hours=24))
    assert "asked to open your backup, and may from:" in seen(client.get("/devices/"))
    assert "may no longer open your backup" in stop(client, row)
    assert not app.installation.grants.pending().exists()


def test_nobody_else_can_stop_it(app: App, bob: Person, client: Client) -> None:
    row = grant(app)
    enter(client, bob, Strength.TWO_STEP)
    assert client.post(f"/devices/app/grants/{row.public_id}/stop/").status_code == 404
    assert app.installation.grants.usable().exists()


def test_a_change_elsewhere_takes_it_back_and_one_here_does_not(
    app: App, alice: Person, client: Client
) -> None:
    session = str(client.session.public_id)  # type: ignore[attr-defined] # it is our engine's
    here, _elsewhere = grant(app, session=session), grant(app, session="another")
    protection_changed.send(User, user=alice.user, except_session=session)
    assert list(app.installation.grants.usable()) == [here]
    protection_changed.send(User, user=alice.user, except_session="")
    assert not app.installation.grants.usable().exists()
