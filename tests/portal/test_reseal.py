"""Rotating the sealing keys: nothing is lost, and the old key can go."""

from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from accounts.authentication.factors import recovery_codes
from devices.models import Authenticator
from tests.people import Person, give_phone

NEW = "new:bmV3IGtleXMgdGhhdCBvbmx5IHRoZSB0ZXN0cyBkbyE="


@pytest.fixture
def old(settings: LazySettings) -> str:
    return str(settings.SEALING_KEYS[0])


def reseal(**options: Any) -> str:
    said = StringIO()
    call_command("reseal", stdout=said, stderr=said, **options)
    return said.getvalue()


def test_the_old_key_can_go_after_a_rotation(
    settings: LazySettings, old: str, alice: Person, bob: Person
) -> None:
    give_phone(bob, "Second")
    secrets = {row.pk: row.secret for row in Authenticator.objects.all()}
    drawn = recovery_codes.draw()
    code_set = recovery_codes.store(alice.user, drawn, shown_to="browser")
    shown = recovery_codes.shown(code_set, to="browser")
    settings.SEALING_KEYS = [NEW, old]
    assert "3 checked, 3 sealed again" in reseal(batch=2)
    settings.SEALING_KEYS = [NEW]
    assert {row.pk: row.secret for row in Authenticator.objects.all()} == secrets
    code_set.refresh_from_db()
    assert shown
    assert recovery_codes.shown(code_set, to="browser") == shown


def test_a_second_run_finds_nothing_to_do(settings: LazySettings, old: str, bob: Person) -> None:
    settings.SEALING_KEYS = [NEW, old]
    assert "1 checked, 1 sealed again" in reseal()
    assert "1 checked, 0 sealed again" in reseal()


def test_what_cannot_be_opened_is_told_and_left_alone(
    settings: LazySettings, alice: Person, bob: Person
) -> None:
    lost = bob.authenticator
    Authenticator.objects.filter(pk=lost.pk).update(sealed_secret=b"x" * 48)
    settings.SEALING_KEYS = [NEW, *settings.SEALING_KEYS]
    with pytest.raises(CommandError, match="Could not open 1"):
        reseal()
    assert bytes(Authenticator.objects.get(pk=lost.pk).sealed_secret) == b"x" * 48
    settings.SEALING_KEYS = [NEW]
    assert alice.authenticator.secret
