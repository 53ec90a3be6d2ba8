"""Codes of the demo people are shown in development only."""

from django.conf import LazySettings

from devices.demo import current_codes
from tests.people import Person


def test_only_demo_people_and_only_in_development(
    alice: Person, bob: Person, settings: LazySettings
) -> None:
    user = alice.user
    user.email = "alice@demo.example"
    user.save()
    assert current_codes() == []
    settings.DEBUG = True
    [(who, code, seconds)] = current_codes()
    assert who == "alice@demo.example, Pixel 8"
    assert code in {alice.code(), alice.code(-1)}
    assert 0 < seconds <= 30
