"""Who is calling: a phone shows its id and a secret that it drew itself."""

import pytest
from django.test import Client, RequestFactory

from devices.api.http import caller
from devices.api.problems import response_to
from devices.backups.errors import Refused
from devices.models import Installation
from tests.people import Person
from tests.phones import App, give_app, new_secret


@pytest.fixture
def app(carol: Person, client: Client) -> App:
    """The app on carol's phone."""
    return give_app(carol, client)


def called_by(authorization: str) -> Installation:
    """Return who the portal takes the caller for."""
    return caller(RequestFactory().get("/", headers={"Authorization": authorization}))


def test_a_phone_is_known_by_its_secret(app: App) -> None:
    assert called_by(app.authorization) == app.installation


def test_the_secret_itself_rests_nowhere(app: App) -> None:
    assert app.secret not in str(vars(app.reload()))


def test_everybody_else_is_unknown(app: App, bob: Person, client: Client) -> None:
    other = give_app(bob, client)
    named = app.installation.public_id
    for shown in (
        "",
        "Device",
        f"Device {named}",
        f"Device {named}.",
        f"Device {named}.{new_secret()}",
        f"Device {named}.{other.secret}",
        f"Device {other.installation.public_id}.{app.secret}",
        f"Device {'-' * 36}.{app.secret}",
        f"Bearer {named}.{app.secret}",
        f"{app.authorization} ",
        f"Device {named}.{'é' * 43}",
    ):
        with pytest.raises(Refused) as refused:
            called_by(shown)
        assert response_to(refused.value).status_code == 401, shown
        assert refused.value.code == "unknown_phone", shown


def test_a_locked_account_has_no_phones(app: App, carol: Person) -> None:
    carol.user.is_active = False
    carol.user.save(update_fields=["is_active"])
    with pytest.raises(Refused):
        called_by(app.authorization)
