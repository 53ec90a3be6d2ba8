"""Letting a phone go takes its app along: one act, told line by line, erased if that was asked."""

from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.backups.apps import app_linking
from devices.models import (
    Installation,
    KeyTransfer,
    LinkRequest,
    Phone,
    PhoneCommand,
    RestoreGrant,
    Vault,
)
from devices.phones import linked_phones
from tests.accounts.helpers import addresses, seen, told
from tests.devices.test_api_heartbeat import BEAT
from tests.people import Person, enter, give_phone, proved
from tests.phones import App, give_app, grant

HERE = RequestOrigin("192.0.2.7", "")


@pytest.fixture
def app(alice: Person, client: Client) -> App:
    """The app on alice's Pixel 8; another phone proved that she is signed in."""
    second = give_phone(alice, "iPhone 15")
    proof = Proof.now("authenticator", Strength.TWO_STEP, second.factor)
    enter(client, alice, [*proved(alice, Strength.PASSWORD), proof])
    return give_app(alice, client, "Pixel 8", phone=alice.phone, accounts=34)


@pytest.fixture
def tablet(alice: Person, client: Client) -> App:
    """The app on a tablet that has nothing else."""
    enter(client, alice, Strength.TWO_STEP)
    tablet = Phone.objects.create(user=alice.user, name="Tablet", linked_at=timezone.now())
    return give_app(alice, client, "Tablet", phone=tablet)


def beat(app: App) -> Any:
    """Let the app call."""
    return app.post("heartbeat", BEAT).json()


def unlink(app: App, client: Client, **form: str) -> str:
    """Unlink the phone of the app; what the report says."""
    phone = app.reload().phone
    assert phone
    return seen(client.post(f"/devices/{phone.public_id}/unlink/", form, follow=True))


def lose(app: App, client: Client, **form: str) -> str:
    """Report the phone of the app as lost; what the report says."""
    phone = app.reload().phone
    assert phone
    return seen(client.post("/devices/lost/", {"phone": phone.public_id, **form}, follow=True))


def everything_of(app: App, alice: Person, client: Client) -> None:
    """Give the app leave, a transfer, and a code that it has claimed."""
    grant(app)
    KeyTransfer.objects.create(installation=app.installation, expires_at=timezone.now())
    session = str(client.session.public_id)  # type: ignore[attr-defined] # it is our engine's
    given: dict[str, Any] = {"session": session, "grants_from": timezone.now()}
    _row, code = app_linking.begin(user=alice.user, **given)
    app.post("link/claim", {"code": code})


# --- In one act ---------------------------------------------------------------------------------


def test_everything_of_the_app_ends_with_the_phone(app: App, alice: Person, client: Client) -> None:
    everything_of(app, alice, client)
    unlink(app, client)
    row = app.reload()
    assert (row.status, row.phone) == ("unlinked", None)
    assert row.unlinked_at is not None
    assert not RestoreGrant.objects.pending().exists()
    assert not KeyTransfer.objects.exists()
    assert not LinkRequest.objects.live().exists()
    assert beat(app) == {"status": "unlinked", "commands": []}
    assert app.get("vault").json()["code"] == "unlinked"


def test_another_app_is_left_alone(app: App, alice: Person, client: Client) -> None:
    other = give_app(alice, client, "iPhone 15", phone=alice.user.phones.get(name="iPhone 15"))
    unlink(app, client)
    assert beat(other)["status"] == "superseded"


def test_if_the_phone_stays_so_does_its_app(app: App, alice: Person) -> None:
    with pytest.raises(Phone.DoesNotExist):
        linked_phones.unlink(phone=Phone(pk=0, user=alice.user, name="Gone"), origin=Origin(HERE))
    assert app.reload().status == "active"


def test_a_new_phone_in_its_place_lets_the_app_go(app: App, alice: Person, client: Client) -> None:
    old = alice.phone
    assert "Recover its accounts on the new phone first" in seen(
        client.get(f"/devices/new-phone/?replaces={old.public_id}")
    )
    new = linked_phones.link(user=alice.user, name="Pixel 9")
    now = timezone.now()
    done = linked_phones.confirm(
        phone=new, step=1, trusted_from=now, origin=Origin(HERE), replaces=old
    )
    assert done.replaced
    assert app.reload().status == "unlinked"
    assert not PhoneCommand.objects.exists()


# --- Said before and after ----------------------------------------------------------------------


def test_it_is_said_before_what_the_app_can_do_no_more(
    app: App, alice: Person, client: Client
) -> None:
    Vault.objects.create(public_id=app.installation.public_id, user=alice.user)
    for path in (
        f"/devices/{alice.phone.public_id}/unlink/",
        f"/devices/lost/?phone={alice.phone.public_id}",
    ):
        text = seen(client.get(path))
        assert "authenticator on Pixel 8 can no longer save or read your backup." in text
        assert "No phone saves to it until another phone takes it over." in text
        assert "a phone that is offline" in text


def test_erasing_is_ticked_for_a_lost_phone_alone(app: App, alice: Person, client: Client) -> None:
    box = 'name="wipe" value="1"'
    phone = alice.phone.public_id
    lost = client.get(f"/devices/lost/?phone={phone}").content.decode()
    kept = client.get(f"/devices/{phone}/unlink/").content.decode()
    assert f"{box} checked" in lost
    assert box in kept
    assert f"{box} checked" not in kept


def test_a_phone_without_the_app_asks_nothing_of_it(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    text = client.get(f"/devices/lost/?phone={alice.phone.public_id}").content.decode()
    assert 'name="wipe"' not in text
    assert "backup" not in text.replace("A backup of the phone", "")


def test_the_report_says_when_the_app_has_erased_itself(app: App, client: Client) -> None:
    text = lose(app, client, wipe="1")
    assert "authenticator on Pixel 8 is unlinked from your account." in text
    assert "It erases its accounts the next time it connects." in text
    assert "The app had codes for 34 accounts." in text
    command = beat(app)["commands"][0]
    app.post(f"commands/{command['id']}/done", {})
    page = f"/devices/unlinked/{_event(app).public_id}/"
    assert "It erased its accounts and confirmed this on" in seen(client.get(page))


def _event(app: App) -> Any:
    return app.installation.user.events.get(kind="phone:unlinked")


def test_without_the_tick_nothing_is_erased_until_it_is_asked_later(
    app: App, client: Client
) -> None:
    text = unlink(app, client)
    assert "The accounts in it stay on the phone." in text
    assert "Erase the accounts in its app as well" in text
    page = f"/devices/unlinked/{_event(app).public_id}/"
    mail.outbox.clear()
    for _each in range(2):
        client.post(f"{page}wipe/")
    user = app.installation.user
    assert told("will erase the accounts") == addresses(user)
    assert len(mail.outbox) == len(addresses(user))
    assert user.events.filter(kind="app:wipe_asked").count() == 1
    assert [each["kind"] for each in beat(app)["commands"]] == ["wipe"]
    assert "Erase the accounts in its app as well" not in seen(client.get(page))


def test_an_app_that_was_told_forgets_its_secret_and_can_be_told_no_more(
    app: App, client: Client
) -> None:
    unlink(app, client)
    assert beat(app)["commands"] == []
    page = f"/devices/unlinked/{_event(app).public_id}/"
    text = seen(client.get(page))
    assert "The app has been notified. The accounts in it stay on the phone." in text
    assert "Erase the accounts in its app as well" not in text
    client.post(f"{page}wipe/")
    assert not PhoneCommand.objects.exists()


def test_of_several_lost_phones_each_is_told(app: App, alice: Person, client: Client) -> None:
    tablet = Phone.objects.create(user=alice.user, name="Tablet", linked_at=timezone.now())
    other = give_app(alice, client, "Tablet", phone=tablet)
    form = {"phone": [alice.phone.public_id, tablet.public_id], "wipe": "1"}
    text = seen(client.post("/devices/lost/", form, follow=True))
    assert "Pixel 8 is unlinked: its codes no longer work." in text
    assert "Tablet is unlinked." in text
    assert "Tablet is unlinked: its" not in text
    for each in (app, other):
        became = "is unlinked from your account. It erases its accounts the next time it connects."
        assert f"authenticator on {each.installation.name} {became}" in text
        assert len(beat(each)["commands"]) == 1


def test_the_mail_tells_of_the_app_as_well(
    app: App, tablet: App, alice: Person, client: Client
) -> None:
    lose(app, client, wipe="1")
    assert told("Its codes no longer work", "erases its accounts the next time") == addresses(
        alice.user
    )
    mail.outbox.clear()
    enter(client, alice, Strength.RECOVERED)
    lose(tablet, client)
    assert told("can no longer save or read your backup") == addresses(alice.user)
    assert not told("Its codes no longer work")
    assert not told("erases its accounts the next time")


# --- A phone that has only the app --------------------------------------------------------------


def test_a_phone_with_the_app_alone_is_let_go_in_fitting_words(
    tablet: App, alice: Person, client: Client
) -> None:
    assert tablet.installation.phone
    page = f"/devices/{tablet.installation.phone.public_id}/unlink/"
    text = seen(client.get(page))
    assert "secret" not in text
    assert "Codes from the authenticator app" not in text
    assert "last" not in text.lower()
    text = unlink(tablet, client)
    assert "Tablet is unlinked." in text
    assert "secret" not in text
    assert alice.user.phones.get().name == "Pixel 8"


def test_it_neither_replaces_nor_is_looked_for_after_a_fall_back(
    tablet: App, alice: Person, client: Client
) -> None:
    assert tablet.installation.phone
    tablet_id = tablet.installation.phone.public_id
    assert client.get(f"/devices/new-phone/?replaces={tablet_id}").status_code == 404
    assert "Tablet" not in seen(client.get("/sign-in/where-is-your-phone/"))
    assert client.get("/devices/new-phone/").status_code == 200
    alice.phone.authenticators.all().delete()
    assert client.get("/devices/new-phone/")["Location"] == "/devices/link/"


def test_its_name_goes_with_the_phone(tablet: App, client: Client) -> None:
    assert tablet.installation.phone
    page = f"/devices/{tablet.installation.phone.public_id}/rename/"
    client.post(page, {"name": "Kitchen tablet"})
    assert beat(tablet)["name"] == "Kitchen tablet"


# --- Suspended ----------------------------------------------------------------------------------


def test_suspending_stops_the_app_and_taking_back_lets_it_go_on(
    app: App, alice: Person, client: Client
) -> None:
    everything_of(app, alice, client)
    page = f"/devices/{alice.phone.public_id}"
    assert "Its app neither saves nor reads your backup." in seen(client.get(f"{page}/suspend/"))
    client.post(f"{page}/suspend/")
    assert not RestoreGrant.objects.pending().exists()
    assert not KeyTransfer.objects.exists()
    assert (beat(app)["status"], beat(app)["suspended"]) == ("superseded", True)
    assert app.get("vault").json()["code"] == "suspended"
    assert "Its app may save and read your backup again" in seen(client.get(f"{page}/take-back/"))
    client.post(f"{page}/take-back/")
    assert beat(app)["status"] == "active"
    assert app.get("vault").json()["code"] == "no_vault"


def test_a_phone_with_the_app_alone_is_suspended_in_fitting_words(
    tablet: App, client: Client
) -> None:
    assert tablet.installation.phone
    page = f"/devices/{tablet.installation.phone.public_id}/suspend/"
    text = seen(client.get(page))
    assert "The phone stays on your account, so that you can take it back." in text
    assert "Codes from" not in text
    assert "Tablet is suspended. Other browsers" in seen(client.post(page, follow=True))


# --- In the end ---------------------------------------------------------------------------------


def test_an_unlinked_app_is_known_for_a_year(app: App, client: Client) -> None:
    unlink(app, client)
    assert beat(app)["status"] == "unlinked"
    housekeeping.run()
    assert Installation.objects.exists()
    Installation.objects.update(unlinked_at=timezone.now() - settings.UNLINKED_APPS_KEPT)
    housekeeping.run()
    assert not Installation.objects.exists()
    assert beat(app)["code"] == "unknown_phone"
