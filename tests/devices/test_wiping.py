"""An order to erase a phone that a recovered session gives locks first, and can be called off."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength
from accounts.holds import disputes
from core.web.http import RequestOrigin
from devices.backups.apps import unlinking, wiping
from devices.models import Installation, Phone, PhoneCommand, Session
from devices.phones import linked_phones, sealing
from devices.views.phones.orders import waiting_orders
from tests.accounts.helpers import seen
from tests.attacks.test_thief_and_owner import link_in_mail_to
from tests.backups import refusal
from tests.devices.test_api_heartbeat import BEAT
from tests.links import press_not_me
from tests.people import Person, enter, give_passkey
from tests.phones import App, give_app

HERE = RequestOrigin("192.0.2.7", "")
Json = dict[str, Any]


@pytest.fixture
def app(alice: Person, client: Client) -> App:
    """The app on alice's Pixel 8."""
    return give_app(alice, client, "Pixel 8", phone=alice.phone, accounts=34)


def orders(app: App) -> list[Json]:
    """What the phone is told when it calls."""
    told: list[Json] = app.post("heartbeat", BEAT).json()["commands"]
    return told


def order(app: App, *, hours: int = 72) -> PhoneCommand:
    """Unlink the phone in a recovered session, with an order to erase it."""
    rows = Installation.objects.filter(pk=app.installation.pk)
    unlinking.unlink(rows, wipe=True, erases_from=timezone.now() + timedelta(hours=hours))
    return PhoneCommand.objects.get(installation=app.installation)


def lock(app: App, row: PhoneCommand) -> str:
    """Lock the phone as the app does; the secret it did so under."""
    secret: str = app.post(f"commands/{row.public_id}/lock").json()["secret"]
    assert app.post(f"commands/{row.public_id}/locked").status_code == 204
    return secret


def call_off(app: App) -> None:
    wiping.call_off(
        user=app.installation.user, installations=[app.installation], origin=Origin(HERE)
    )


def test_it_locks_until_the_hold_is_over_and_then_erases(app: App, alice: Person) -> None:
    row = order(app)
    (told,) = orders(app)
    assert (told["kind"], told["id"]) == ("lock", str(row.public_id))
    assert told["until"]
    lock(app, row)
    assert alice.kinds().count("app:locked") == 1
    assert "locked the accounts" in str(mail.outbox[-1].body)
    assert [each["kind"] for each in orders(app)] == ["lock"]
    with time_machine.travel(timezone.now() + timedelta(hours=73), tick=False):
        assert [each["kind"] for each in orders(app)] == ["wipe"]
        assert refusal(app.post(f"commands/{row.public_id}/lock")) == (409, "nothing_to_lock")
        assert app.post(f"commands/{row.public_id}/done").status_code == 204
        assert orders(app) == []
    row.refresh_from_db()
    assert row.sealed_secret is None
    assert alice.kinds()[-1] == "app:wiped"


def test_the_secret_is_the_same_for_two_tabs_and_not_given_once_the_phone_is_locked(
    app: App,
) -> None:
    row = order(app)
    path = f"commands/{row.public_id}/lock"
    assert app.post(path).json()["secret"] == app.post(path).json()["secret"]
    secret = lock(app, row)
    assert refusal(app.post(path)) == (409, "nothing_to_lock")
    row.refresh_from_db()
    assert secret.encode() not in bytes(row.sealed_secret or b"")
    assert secret not in str(orders(app))


def test_called_off_the_phone_is_given_its_secret_until_it_says_that_it_is_open(
    app: App, alice: Person
) -> None:
    row = order(app)
    secret = lock(app, row)
    call_off(app)
    for _each in range(2):
        (told,) = orders(app)
        assert (told["kind"], told["secret"]) == ("open", secret)
    with time_machine.travel(timezone.now() + timedelta(days=300), tick=False):
        assert [each["kind"] for each in orders(app)] == ["open"], "time erases nothing any more"
    assert app.post(f"commands/{row.public_id}/opened").status_code == 204
    assert orders(app) == []
    row.refresh_from_db()
    assert row.sealed_secret is None
    assert alice.kinds()[-2:] == ["app:wipe_called_off", "app:unlocked"]


def test_called_off_while_the_phone_was_locking_it_opens(app: App) -> None:
    row = order(app)
    secret = app.post(f"commands/{row.public_id}/lock").json()["secret"]
    call_off(app)
    assert app.post(f"commands/{row.public_id}/locked").status_code == 204
    assert [(each["kind"], each["secret"]) for each in orders(app)] == [("open", secret)]


def test_called_off_before_the_phone_heard_of_it_there_is_nothing_to_do(app: App) -> None:
    row = order(app)
    call_off(app)
    assert orders(app) == []
    assert refusal(app.post(f"commands/{row.public_id}/lock")) == (409, "nothing_to_lock")


def test_a_strong_session_erases_at_once_and_a_weak_one_never_makes_that_later(app: App) -> None:
    row = order(app)
    rows = [app.installation]
    unlinking.tell_to_wipe(rows)
    assert [each["kind"] for each in orders(app)] == ["wipe"]
    unlinking.tell_to_wipe(rows, erases_from=timezone.now() + timedelta(hours=72))
    assert [each["kind"] for each in orders(app)] == ["wipe"]
    assert PhoneCommand.objects.get() == row


def test_somebody_elses_order_does_not_exist(app: App, bob: Person, client: Client) -> None:
    row = order(app)
    his = give_app(bob, client)
    for what in ("lock", "locked", "opened", "done"):
        answer = his.post(f"commands/{row.public_id}/{what}")
        assert refusal(answer) == (404, "command_unknown")


@pytest.mark.parametrize(
    ("proved", "kind"), [(Strength.RECOVERED, "lock"), (Strength.TWO_STEP, "wipe")]
)
def test_the_lost_phone_desk_locks_in_a_recovered_session(
    app: App, alice: Person, client: Client, proved: Strength, kind: str
) -> None:
    enter(client, alice, proved)
    form = {"phone": str(alice.phone.public_id), "wipe": "1"}
    client.post("/devices/lost/", form)
    (told,) = orders(app)
    assert told["kind"] == kind
    if kind == "lock":
        wait = PhoneCommand.objects.get().erases_from - timezone.now()
        assert abs(wait - settings.RECOVERY_HOLD) < timedelta(minutes=1)


def test_the_devices_page_names_the_order_and_calls_it_off(
    app: App, alice: Person, client: Client
) -> None:
    enter(client, alice, Strength.RECOVERED)
    client.post("/devices/lost/", {"phone": str(alice.phone.public_id), "wipe": "1"})
    row = PhoneCommand.objects.get()
    assert "erase the accounts in it after:" in seen(client.get("/devices/"))
    path = f"/devices/app/orders/{row.public_id}/call-off/"
    assert client.post(path)["Location"] == "/devices/"
    assert "Pixel 8 keeps its accounts." in seen(client.get("/devices/"))
    assert orders(app) == []
    assert alice.kinds().count("app:wipe_called_off") == 1
    client.post(path)
    assert alice.kinds().count("app:wipe_called_off") == 1


def test_nobody_else_calls_it_off(app: App, bob: Person, client: Client) -> None:
    row = order(app)
    enter(client, bob, Strength.TWO_STEP)
    assert client.post(f"/devices/app/orders/{row.public_id}/call-off/").status_code == 404
    assert [each["kind"] for each in orders(app)] == ["lock"]


def test_a_strong_session_erases_a_sealed_phone_at_once(
    app: App, alice: Person, client: Client
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    mine = str(Session.objects.of(alice.user).alive().get().public_id)
    until = timezone.now() + timedelta(hours=72)
    origin = Origin(HERE, mine)
    event = linked_phones.unlink(
        phone=alice.phone, origin=origin, lost=True, kept_until=until
    ).event
    client.post(f"/devices/unlinked/{event.public_id}/wipe/")
    answer = app.post("heartbeat", BEAT).json()
    assert answer["suspended"], "the page of the app has to obey it all the same"
    assert [each["kind"] for each in answer["commands"]] == ["wipe"]


def test_nothing_is_erased_during_a_dispute(app: App, alice: Person) -> None:
    row = order(app)
    with time_machine.travel(timezone.now() + timedelta(hours=71), tick=False) as clock:
        disputes.begin(alice.reload(), since=timezone.now(), origin=Origin(HERE))
        clock.shift(timedelta(hours=3))
        (told,) = orders(app)
        assert told["kind"] == "lock"
        assert datetime.fromisoformat(told["until"]) - timezone.now() > timedelta(hours=68)
        lock(app, row)
        assert [each.waits_until for each in waiting_orders(alice.reload())]
        clock.shift(settings.RECOVERY_HOLD)
        assert [each["kind"] for each in orders(app)] == ["wipe"]


def test_a_phone_that_is_taken_back_opens_again(app: App, alice: Person, client: Client) -> None:
    enter(client, alice, Strength.RECOVERED)
    phone = alice.phone
    client.post("/devices/lost/", {"phone": str(phone.public_id), "wipe": "1"})
    row = PhoneCommand.objects.get()
    secret = lock(app, row)
    sealing.open_again(phone)
    assert [(each["kind"], each["secret"]) for each in orders(app)] == [("open", secret)]


# --- Without two-step verification --------------------------------------------------------------


@pytest.fixture
def carols(carol: Person, client: Client) -> App:
    """The app on a phone of somebody without two-step verification, who typed a code by e-mail."""
    phone = carol.user.phones.create(name="Pixel 8", linked_at=timezone.now())
    enter(client, carol, Strength.RECOVERED)
    return give_app(carol, client, "Pixel 8", phone=phone, accounts=34)


def place_of(app: App) -> Phone:
    phone = app.reload().phone
    assert phone
    return phone


def lose(app: App, client: Client) -> None:
    client.post("/devices/lost/", {"phone": str(place_of(app).public_id), "wipe": "1"})


def unlink(app: App, client: Client) -> None:
    client.post(f"/devices/{place_of(app).public_id}/unlink/", {"wipe": "1"})


def erase_later(app: App, client: Client) -> None:
    form = {"phone": str(place_of(app).public_id)}
    page = client.post("/devices/lost/", form)["Location"]
    client.post(f"{page}wipe/")


def suspend(app: App, client: Client) -> None:
    client.post(f"/devices/{place_of(app).public_id}/suspend/")


@pytest.mark.parametrize("act", [lose, unlink, suspend])
def test_a_stolen_password_alone_takes_no_phone_away(
    carols: App, carol: Person, new_client: Any, act: Callable[[App, Client], None]
) -> None:
    thief = enter(new_client(), carol, Strength.PASSWORD)
    act(carols, thief)
    assert orders(carols) == []
    assert carols.get("work").status_code == 200
    assert not carol.kinds()


def test_a_stolen_password_alone_has_no_unlinked_phone_erased(
    carols: App, carol: Person, client: Client, new_client: Any
) -> None:
    form = {"phone": str(place_of(carols).public_id)}
    page = client.post("/devices/lost/", form)["Location"]
    thief = enter(new_client(), carol, Strength.PASSWORD)
    assert thief.post(f"{page}wipe/")["Location"].startswith("/confirm/")
    assert orders(carols) == []


def test_a_stolen_password_alone_removes_no_passkey(carol: Person, client: Client) -> None:
    give_passkey(carol)
    enter(client, carol, Strength.PASSWORD)
    row = carol.user.passkeys.get()
    answer = client.post(f"/devices/passkeys/{row.public_id}/remove/")
    assert answer["Location"].startswith("/confirm/")
    assert carol.user.passkeys.exists()


@pytest.mark.parametrize("act", [lose, unlink, erase_later])
def test_password_and_mailbox_lock_a_phone_and_erase_nothing(
    carols: App,
    carol: Person,
    client: Client,
    new_client: Any,
    act: Callable[[App, Client], None],
) -> None:
    act(carols, client)
    (told,) = orders(carols)
    assert told["kind"] == "lock"
    secret = lock(carols, PhoneCommand.objects.get())
    words = "lock the accounts in its authenticator app" if act == erase_later else "was unlinked"
    press_not_me(new_client(), link_in_mail_to(carol.address, words))
    assert [(each["kind"], each["secret"]) for each in orders(carols)] == [("open", secret)]
    assert carol.kinds().count("app:wipe_called_off") == 1


def test_it_erases_when_the_wait_has_ended(carols: App, carol: Person, client: Client) -> None:
    lose(carols, client)
    later = timezone.now() + settings.RECOVERY_HOLD + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert [each["kind"] for each in orders(carols)] == ["wipe"]


def test_called_off_on_the_devices_page_nothing_is_left_to_take_back(
    carols: App, carol: Person, client: Client
) -> None:
    lose(carols, client)
    row = PhoneCommand.objects.get()
    client.post(f"/devices/app/orders/{row.public_id}/call-off/")
    assert orders(carols) == []
    assert not carol.user.bindings.open().exists()


def test_a_passkey_erases_at_once_without_two_step_too(
    carols: App, carol: Person, client: Client
) -> None:
    give_passkey(carol)
    factor = carol.user.passkeys.get().factor
    enter(client, carol, [Proof.now("passkey", Strength.TWO_STEP, factor)])
    lose(carols, client)
    assert [each["kind"] for each in orders(carols)] == ["wipe"]
