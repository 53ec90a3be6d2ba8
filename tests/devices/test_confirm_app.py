"""The page with the code waits for a phone, then for the number that this phone shows."""

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from devices.api.http import fingerprint
from devices.factors.provisioning import qr_svg
from devices.models import LinkRequest, Phone, RestoreGrant
from tests.accounts.helpers import addresses, seen, told
from tests.people import Person, enter, give_phone
from tests.phones import API, App, give_app, new_secret


@pytest.fixture
def portal(alice: Person, client: Client) -> Client:
    """The browser in which alice is signed in."""
    return enter(client, alice, Strength.TWO_STEP)


def begin(portal: Client, path: str = "/devices/app/", **form: str) -> str:
    """Ask for a code; return the address of the page that shows it."""
    answer = portal.post(path, {"phone": "new", **form})
    assert answer.status_code == 302, seen(answer)
    return str(answer["Location"])


def code_on(portal: Client, page: str) -> str:
    """Read the code off the page, as somebody does whose camera is broken."""
    found = re.search(r"data-key>([0-9A-Z-]{19})<", portal.get(page).content.decode())
    assert found
    return found[1]


def claim(client: Client, code: str, name: str = "Pixel 9") -> Any:
    """Claim the code as a phone, with no cookie."""
    body = {"code": code, "device": fingerprint(new_secret()), "name": name}
    answer = client.post(f"{API}link/claim", body, content_type="application/json")
    assert answer.status_code == 201
    return answer.json()


def state(portal: Client, page: str) -> str:
    """What the waiting page is told."""
    return str(portal.get(f"{page}state/").json()["state"])


def test_the_page_leads_the_phone_from_the_picture_to_the_link(
    alice: Person, portal: Client, new_client: Any
) -> None:
    page = begin(portal, name="My new phone")
    assert "Waiting for the phone." in seen(portal.get(page))
    assert state(portal, page) == "waiting"
    number = claim(new_client(), code_on(portal, page))["number"]
    assert state(portal, page) == "asked"
    shown = portal.get(page)
    assert "A phone called Pixel 9 is asking." in seen(shown)
    assert "data-key" not in shown.content.decode()
    assert number not in seen(shown).replace(alice.address, "")
    assert portal.post(page, {"code": number})["Location"] == "/devices/"
    assert state(portal, page) == "linked"
    assert "The app on My new phone is linked." in seen(portal.get("/devices/"))
    assert alice.user.installations.get().name == "My new phone"
    assert told("authenticator app was linked") == addresses(alice.user)


def test_the_picture_opens_the_app_with_the_code_behind_the_hash(portal: Client) -> None:
    for path, purpose in (("/devices/app/", "link"), ("/devices/app/recover/", "recover")):
        page = begin(portal, path)
        link = f"{settings.PORTAL_ORIGIN}/authenticator/#{purpose}/"
        picture = qr_svg(link + code_on(portal, page).replace("-", ""))
        assert picture in portal.get(page).content.decode()


def test_a_wrong_number_may_be_typed_again_and_the_third_ends_it(
    alice: Person, portal: Client, new_client: Any
) -> None:
    page = begin(portal)
    number = claim(new_client(), code_on(portal, page))["number"]
    wrong = f"{(int(number) + 1) % 1000:03d}"
    assert "The code has 3 digits" in seen(portal.post(page, {"code": "12"}))  # costs no try
    for _each in range(2):
        assert "That isn’t the number on the phone" in seen(portal.post(page, {"code": wrong}))
    assert portal.post(page, {"code": wrong})["Location"] == "/devices/app/"
    assert portal.post(page, {"code": number})["Location"] == "/devices/app/"
    assert not alice.user.installations.exists()


def test_before_a_phone_asks_no_number_is_taken(portal: Client) -> None:
    page = begin(portal)
    assert "Waiting for the phone." in seen(portal.post(page, {"code": "000"}))
    assert LinkRequest.objects.get().tries == 0


def test_after_ten_minutes_it_begins_anew(alice: Person, portal: Client) -> None:
    page = begin(portal)
    with time_machine.travel(timezone.now() + settings.APP_LINK_AGE, tick=False):
        enter(portal, alice, Strength.TWO_STEP)
        assert portal.get(page)["Location"] == "/devices/app/"
        assert "Start again." in seen(portal.get("/devices/app/"))


def test_it_goes_on_to_where_it_was_asked_from(portal: Client, new_client: Any) -> None:
    page = begin(portal, next="/security/")
    number = claim(new_client(), code_on(portal, page))["number"]
    assert portal.post(page, {"code": number})["Location"] == "/security/"


def test_no_room_is_said_and_nothing_is_linked(
    alice: Person, portal: Client, new_client: Any
) -> None:
    page = begin(portal)
    number = claim(new_client(), code_on(portal, page))["number"]
    for number_of in range(settings.PHONES_A_PERSON):
        give_phone(alice, f"Phone {number_of}")
    assert portal.post(page, {"code": number})["Location"] == "/devices/"
    assert "the maximum number of phones" in seen(portal.get("/devices/"))
    assert not alice.user.installations.exists()


def test_a_linked_phone_gets_leave_after_its_number(alice: Person, portal: Client) -> None:
    app: App = give_app(alice, portal)
    page = begin(portal, "/devices/app/recover/")
    claimed = app.post("link/claim", {"code": code_on(portal, page)}).json()
    assert "Let it open the backup" in seen(portal.get(page))
    portal.post(page, {"code": claimed["number"]})
    assert RestoreGrant.objects.usable().get().installation == app.installation
    assert told("asked to open your backup") == addresses(alice.user)


def test_the_name_of_the_phone_is_shown_as_text(portal: Client, new_client: Any) -> None:
    page = begin(portal)
    claim(new_client(), code_on(portal, page), "<script>alert(1)</script>")
    text = portal.get(page).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_page_of_somebody_else_is_not_there(
    alice: Person, bob: Person, portal: Client, new_client: Any
) -> None:
    page = begin(portal)
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    assert stranger.get(page).status_code == 404
    assert stranger.get(f"{page}state/").status_code == 404
    assert Phone.objects.count() == 2
