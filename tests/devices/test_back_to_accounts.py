"""From a lost phone back to the accounts in the backup, and one page that sets up a phone."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from devices.models import Authenticator, Vault
from tests.accounts.helpers import seen
from tests.backups import give_backup
from tests.people import Person, code_of, enter, lose
from tests.phones import give_app, grant


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def test_the_first_step_after_a_lost_phone_is_the_backup(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    give_backup(alice, client, accounts=6)
    enter(client, alice, Strength.RECOVERED)
    report = lose(client, alice)["Location"]
    page = client.get(report)
    words = seen(page)
    first, second = "Get your 6 accounts back on the new phone", "Set up your new phone"
    assert words.index(first) < words.index(second)
    assert f'href="/devices/app/recover/?next={report}"' in page.content.decode()
    clock.shift(timedelta(minutes=1))
    phone = alice.user.phones.create(name="Pixel 9", linked_at=timezone.now())
    give_app(alice, client, "Pixel 9", phone=phone)
    assert "The app on Pixel 9 is linked." in seen(client.get(report))


def test_without_a_backup_it_is_the_new_phone(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    words = seen(client.get(lose(client, alice)["Location"]))
    assert "back on the new phone" not in words
    assert "1 Set up your new phone" in words


def test_a_backup_that_is_off_is_not_called_saved(client: Client, alice: Person) -> None:
    give_app(alice, client, phone=alice.phone)
    enter(client, alice, Strength.TWO_STEP)
    words = seen(client.get("/devices/"))
    assert "The backup is off" in words
    assert "saves the backup" not in words
    assert "never saved" not in words
    Vault.objects.create(user=alice.user, public_id="00000000-0000-4000-8000-000000000000")
    words = seen(client.get("/devices/"))
    assert "saves the backup" in words
    assert "The backup is off" not in words


def test_the_own_fresh_link_is_no_alarm(client: Client, alice: Person) -> None:
    app = give_app(alice, client, phone=alice.phone)
    enter(client, alice, Strength.TWO_STEP)
    row = grant(app, session="another")
    assert "You linked Pixel 8 just now." not in seen(client.get("/devices/"))
    row.session = str(alice.user.sessions.get().public_id)
    row.save()
    page = client.get("/devices/")
    assert "You linked Pixel 8 just now." in seen(page)
    assert "notice look" not in page.content.decode()


@pytest.mark.parametrize("wants_backup", [False, True])
def test_one_page_sets_a_phone_up_for_both(
    client: Client, carol: Person, wants_backup: bool
) -> None:
    enter(client, carol, Strength.RECOVERED)
    assert "Also back up the accounts in the Latchkey authenticator" in seen(
        client.get("/devices/link/")
    )
    form = {"name": "Pixel 9", **({"backup": "on"} if wants_backup else {})}
    begun = client.post("/devices/link/", form)["Location"]
    code = code_of(Authenticator.objects.get(user=carol.user))
    after = client.post(begun, {"code": code})["Location"]
    phone = carol.user.phones.get()
    assert phone.is_linked
    if wants_backup:
        assert after.startswith(f"/devices/app/?phone={phone.public_id}&next=")
        assert unquote(after).endswith("/security/recovery-codes/")
        assert re.search(
            f'value="{phone.public_id}"[^>]* (selected|checked)', client.get(after).content.decode()
        )
    else:
        assert after == "/security/recovery-codes/"
