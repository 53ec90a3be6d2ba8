"""Begin recovery: one button lets the phone in the hand, or another one, open the backup."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from devices.models import RestoreGrant
from tests.accounts import helpers
from tests.accounts.helpers import code_to, mailbox, seen, type_code, type_password
from tests.devices.test_api_heartbeat import vault_of
from tests.devices.test_link_app import claim_here
from tests.people import Person, enter

PAGE = "/devices/app/recover/"


def recover(portal: Client) -> None:
    """Press the button, and do as the app does then."""
    claim_here(portal, portal.post(PAGE, {"phone": "new", "here": "1"})["Location"])


def test_one_button_gives_the_phone_leave(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    recover(client)
    assert RestoreGrant.objects.usable().get().installation == alice.user.installations.get()


def test_without_a_backup_it_says_so(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert "There is no backup in your account." in seen(client.get(PAGE))
    vault_of(alice)
    assert "Your backup has 33 accounts, saved by Pixel 8:" in seen(client.get(PAGE))


def test_who_comes_from_the_app_signs_in_another_way_and_is_led_back(
    alice: Person, client: Client
) -> None:
    answer = client.get(PAGE)
    assert answer["Location"] == f"/sign-in/?next={PAGE}"
    type_password(client, alice, next=PAGE)
    helpers.ask(client, mailbox(alice))
    answer = type_code(client, code_to(mailbox(alice).address))
    assert answer["Location"] == PAGE
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("proved", "reads", "takes_over"),
    [(Strength.RECOVERED, 24, 72), (Strength.TWO_STEP, 0, 0)],
)
def test_after_a_fall_back_leave_waits_and_then_lasts_a_day(
    alice: Person, client: Client, settings: Settings, proved: Strength, reads: int, takes_over: int
) -> None:
    enter(client, alice, proved)
    recover(client)
    grant = RestoreGrant.objects.get()
    for at, hours in ((grant.available_at, reads), (grant.trusted_from, takes_over)):
        assert abs(at - timezone.now() - timedelta(hours=hours)) < timedelta(minutes=1)
    age = settings.RESTORE_WAITED_GRANT_AGE if reads else settings.RESTORE_GRANT_AGE
    assert grant.expires_at - grant.trusted_from == age


def test_a_site_may_let_nothing_wait(alice: Person, client: Client, settings: Settings) -> None:
    settings.RESTORE_DELAY = settings.RECOVERY_HOLD = timedelta(0)
    enter(client, alice, Strength.RECOVERED)
    recover(client)
    assert RestoreGrant.objects.usable().exists()
