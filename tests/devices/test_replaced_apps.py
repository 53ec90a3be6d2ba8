"""The app that another one was linked over is kept as long as that link can be taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.holds import cancelling, disputes, keep_or_remove
from accounts.models import Binding
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.api.http import digest_of, fingerprint
from devices.models import Installation
from devices.phones import linked_phones, sealing
from tests.accounts.helpers import seen
from tests.backups import Backup, give_backup, refusal
from tests.devices.test_api_heartbeat import BEAT
from tests.links import press_not_me
from tests.people import Person, enter
from tests.phones import API, App, give_app, new_secret

HERE = RequestOrigin("192.0.2.7", "")


@pytest.fixture
def old(alice: Person, client: Client) -> App:
    """The app on alice's Pixel 8, linked long ago."""
    app = give_app(alice, client, "Pixel 8", phone=alice.phone)
    Installation.objects.update(created_at=timezone.now() - timedelta(days=100))
    return app


def link_over(browser: Client, person: Person) -> App:
    """Link an app on the phone that has one, in this browser."""
    page = browser.post("/devices/app/", {"phone": person.phone.public_id, "here": "1"})["Location"]
    code, secret = re.sub(r".*/", "", page), new_secret()
    body = {"code": code, "device": fingerprint(secret), "name": "Pixel 8"}
    answer = browser.post(f"{API}link/claim", body, content_type="application/json")
    assert answer.json()["status"] == "linked", answer.content
    row = Installation.objects.get(digest=digest_of(fingerprint(secret)))
    return App(row, secret, browser)


def told(app: App) -> Any:
    """What the app is told of itself when it calls."""
    answer = app.post("heartbeat", BEAT).json()
    return answer["status"], answer.get("suspended")


def added(person: Person) -> Binding:
    """What the ledger says of the newest link."""
    row = person.user.bindings.filter(kind="app").last()
    assert row
    return row


def remove(person: Person) -> None:
    cancelling.cancel(user=person.user, chosen=[added(person)], origin=Origin(HERE))


@pytest.fixture
def thief(alice: Person, old: App, new_client: Any) -> App:
    """The app that a session with password and mailbox has linked over it."""
    return link_over(enter(new_client(), alice, Strength.RECOVERED), alice)


def test_it_neither_saves_nor_reads_and_is_given_back(alice: Person, old: App, thief: App) -> None:
    assert told(old) == ("superseded", True)
    assert old.post("heartbeat", BEAT).json()["commands"] == []
    assert refusal(old.get("vault")) == (403, "suspended")
    assert told(thief) == ("active", False)
    remove(alice)
    assert told(thief)[0] == "unlinked"
    assert told(old) == ("active", False)
    assert old.reload().phone == alice.phone
    assert old.installation.replaced_until is None


def test_the_notice_says_so_and_its_button_gives_it_back(
    alice: Person, old: App, thief: App, new_client: Any
) -> None:
    text = str(next(each.body for each in mail.outbox if "was linked" in str(each.body)))
    assert "It replaced the app that was on this phone" in text
    found = re.search(r"https?://[^/\s]+(/report/\S+)", text)
    assert found
    press_not_me(new_client(), found[1])
    assert told(thief)[0] == "unlinked"
    assert told(old) == ("active", False)


def test_the_owner_is_asked_and_removes_it(
    alice: Person, old: App, thief: App, client: Any
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    row = added(alice)
    assert row in alice.user.bindings.asked()
    assert "Removed." in seen(
        client.post("/security/added/", {"remove": str(row.public_id)}, follow=True)
    )
    assert told(old) == ("active", False)


def test_kept_by_its_owners_word_the_old_app_goes(alice: Person, old: App, thief: App) -> None:
    keep_or_remove.keep(alice.user, added(alice), origin=Origin(HERE, ""))
    assert told(old)[0] == "unlinked"
    assert told(thief) == ("active", False)


def test_the_phone_that_saves_saves_on_once_it_is_back(
    alice: Person, client: Client, new_client: Any
) -> None:
    backup: Backup = give_backup(alice, client)
    row = backup.app.installation
    long_ago = timezone.now() - timedelta(days=100)
    Installation.objects.update(phone=alice.phone, created_at=long_ago)
    thief = link_over(enter(new_client(), alice, Strength.RECOVERED), alice)
    assert told(thief) == ("superseded", False)
    assert thief.post("heartbeat", BEAT).json()["active"] is None
    assert refusal(backup.save()) == (403, "suspended")
    remove(alice)
    assert Installation.objects.get(pk=row.pk).is_active
    assert backup.save().status_code == 201


def test_when_it_can_no_longer_be_taken_back_it_is_unlinked(
    alice: Person, old: App, thief: App
) -> None:
    until = old.reload().replaced_until
    assert until
    assert until == added(alice).undo_until
    housekeeping.run()
    assert told(old) == ("superseded", True)
    with time_machine.travel(until + timedelta(seconds=1), tick=False) as clock:
        disputes.begin(alice.reload(), since=timezone.now(), origin=Origin(HERE))
        housekeeping.run()
        assert told(old) == ("superseded", True), "nothing ends while it is disputed"
        clock.shift(settings.RECOVERY_HOLD + timedelta(seconds=1))
        housekeeping.run()
        assert told(old)[0] == "unlinked"
        remove(alice)
        assert told(old)[0] == "unlinked"


def test_a_second_link_over_the_first_leaves_the_owners_app(
    alice: Person, old: App, thief: App, new_client: Any
) -> None:
    again = link_over(enter(new_client(), alice, Strength.RECOVERED), alice)
    assert told(thief)[0] == "unlinked"
    assert alice.user.installations.replaced().count() == 1
    remove(alice)
    assert told(again)[0] == "unlinked"
    assert told(old) == ("active", False)


def test_a_strong_session_replaces_it_at_once(alice: Person, old: App, client: Client) -> None:
    link_over(enter(client, alice, Strength.TWO_STEP), alice)
    assert told(old)[0] == "unlinked"
    assert not alice.user.installations.replaced().exists()


def test_without_two_step_it_is_kept_as_well(carol: Person, client: Client) -> None:
    phone = carol.user.phones.create(name="Pixel 8", linked_at=timezone.now())
    app = give_app(carol, client, "Pixel 8", phone=phone)
    link_over(enter(client, carol, Strength.RECOVERED), carol)
    assert told(app) == ("superseded", True)
    remove(carol)
    assert told(app) == ("active", False)


def test_a_phone_called_lost_takes_both_apps_along_and_brings_both_back(
    alice: Person, old: App, thief: App
) -> None:
    phone, until = alice.phone, timezone.now() + timedelta(hours=72)
    linked_phones.unlink(phone=phone, origin=Origin(HERE), lost=True, wipe=True, kept_until=until)
    for app in (old, thief):
        assert [each["kind"] for each in app.post("heartbeat", BEAT).json()["commands"]] == ["lock"]
    sealing.open_again(phone)
    assert old.post("heartbeat", BEAT).json()["commands"] == []
    assert told(old) == ("superseded", True)
    linked_phones.unlink(phone=phone, origin=Origin(HERE), lost=True)
    assert told(old)[0] == told(thief)[0] == "unlinked"
