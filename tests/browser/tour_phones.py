"""The walk past the pages of phones that are lost, new or suspended; see tests/browser/tour.py."""

from collections.abc import Callable, Iterator

from django.utils import timezone
from playwright.sync_api import Page

from accounts.authentication.proofs import Proof, Strength
from devices.models import Phone
from tests.journeys.hand import Hand
from tests.people import Person, give_passkey

Names = Iterator[str]
Enter = Callable[..., None]


def _see(page: Page, *paths: str) -> Names:
    for path in paths:
        page.goto(path)
        yield path


def lost_phone(page: Page, person: Person) -> Names:
    """A new phone for an old one, then the desk, then what comes after it."""
    hand = Hand(page)
    phone = person.phone.public_id
    yield from _see(page, f"/sign-in/where-is-your-phone/?here={phone}")
    yield from _see(page, f"/devices/new-phone/?replaces={phone}")
    hand.type("Name of the phone", "Pixel 9")
    hand.press("Show the QR code")
    hand.sees("Pixel 9 replaces Pixel 8.")
    yield "/devices/new-phone/, QR code"
    hand.type_code(person.wrong_code(), "Link this phone")
    hand.sees("This code is wrong.")
    yield "/devices/new-phone/, wrong code"
    yield from _see(page, f"/devices/{phone}/suspend/", "/devices/lost/")
    hand.press("Unlink this phone")
    hand.reads("The phone is unlinked")
    yield "/devices/unlinked/…/"
    yield from _see(page, "/devices/lost/")
    yield from _see(page, "/security/", "/security/two-step/off/")
    hand.open("/devices/link/")
    hand.links_phone("Pixel 9")
    hand.sees("Pixel 9 is linked.")
    yield "/devices/, with a hold"
    yield from _see(page, "/security/two-step/", "/security/two-step/off/", "/security/")


def suspended_phone(page: Page, enter: Enter, person: Person) -> Names:
    """What becomes of two phones, one of them suspended, and of a passkey kept in one."""
    hand = Hand(page)
    give_passkey(person, "In the phone")
    passkey = person.user.passkeys.get()
    enter(person, [Proof.now("passkey", Strength.TWO_STEP, passkey.factor)])
    phone = person.phone.public_id
    yield from _see(page, "/devices/new-phone/", "/devices/lost/", "/devices/lost/?go=1")
    yield from _see(page, f"/devices/lost/?phone={phone}", f"/devices/{phone}/suspend/")
    hand.press("Suspend this phone")
    hand.sees("Pixel 8 is suspended: its codes don’t work. Other browsers were signed out.")
    yield "/devices/, one suspended"
    hand.press("Take it back")
    hand.reads("Take Pixel 8 back?")
    yield "/devices/…/take-back/"
    enter(person, Strength.RECOVERED)
    yield from _see(page, "/sign-in/where-is-your-phone/")
    passkey.delete()
    Phone.objects.filter(user=person.user).update(suspended_at=timezone.now())
    yield from _see(page, f"/devices/{phone}/take-back/", "/devices/")
    Phone.objects.filter(user=person.user).update(suspended_at=None)
