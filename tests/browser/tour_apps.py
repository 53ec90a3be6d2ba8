"""The walk past the pages that link the authenticator app; see tests/browser/tour.py."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from accounts.authentication.proofs import Strength
from devices.api.http import fingerprint
from devices.models import Phone
from tests.journeys.hand import Hand
from tests.people import Person
from tests.phones import API, give_app, grant, new_secret
from tests.phrases import said

CLAIM = """([url, body]) =>
  fetch(url, { method: "POST", body, credentials: "omit" }).then((answer) => answer.json())"""
Names = Iterator[str]
Enter = Callable[..., None]


def linked_app(page: Page, enter: Enter, person: Person) -> Names:
    """From the code to the number, with a phone that answers, and what the devices show then."""
    hand = Hand(page)
    enter(person, Strength.TWO_STEP)
    hand.open("/devices/app/")
    yield "/devices/app/"
    page.get_by_label(said("Another phone")).check()
    hand.press("Show the QR code")
    hand.sees("Waiting for the phone.")
    yield "/devices/app/…/, waiting"
    number = _claim(page)
    hand.reads("Type the number on the phone")
    yield "/devices/app/…/, asked"
    hand.type("Number on the phone", f"{(int(number) + 1) % 1000:03d}")
    hand.press("Link this phone")
    hand.sees("That isn’t the number on the phone.")
    yield "link the app, wrong number"
    hand.type("Number on the phone", number)
    hand.press("Link this phone")
    hand.sees("The app on Pixel 9 is linked.")
    hand.sees("You linked Pixel 9 just now. It may open your backup, until:")
    yield "/devices/, with an app"
    saved: dict[str, Any] = {"accounts": 34, "unsaved": 2, "saved_at": timezone.now()}
    waits = timezone.now() + timedelta(hours=1)
    give = give_app(person, Client(), phone=person.phone, **saved)
    grant(give, available_at=waits, expires_at=waits + timedelta(hours=1))
    hand.open("/devices/")
    yield "/devices/, with two apps"
    hand.open("/devices/app/recover/")
    yield "/devices/app/recover/"
    Phone.objects.filter(user=person.user).update(suspended_at=timezone.now())
    hand.open("/devices/")
    yield "/devices/, apps suspended"
    Phone.objects.filter(user=person.user).update(suspended_at=None)
    yield from _let_go(hand, person)


def _let_go(hand: Hand, person: Person) -> Names:
    """The phone that has the app alone, and then the other as a lost one."""
    app_only = person.user.phones.get(name="Pixel 9").public_id
    for path in (f"/devices/{app_only}/unlink/", f"/devices/{app_only}/suspend/"):
        hand.open(path)
        yield path.replace(str(app_only), "…")
    hand.open(f"/devices/new-phone/?replaces={person.phone.public_id}")
    yield "/devices/new-phone/, of a phone with the app"
    hand.open(f"/devices/{app_only}/unlink/")
    hand.press("Unlink this phone")
    hand.sees("The accounts in it stay on the phone.")
    yield "/devices/unlinked/…/, with an app"
    hand.press("Erase the accounts in its app as well")
    hand.sees("It erases its accounts the next time it connects.")
    yield "/devices/unlinked/…/, told to erase"
    hand.open("/devices/lost/")
    yield "/devices/lost/, with an app"


def _claim(page: Page) -> str:
    """Answer the code on the page as a phone does; return the number that it shows."""
    code = page.locator("[data-key]").text_content()
    body = {"code": code, "device": fingerprint(new_secret()), "name": "Pixel 9"}
    return str(page.evaluate(CLAIM, [f"{API}link/claim", json.dumps(body)])["number"])
