"""What J1 to J5 ask of a person, counted by walking them; docs/journeys.md says the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext

from accounts.activity.origin import HOST
from devices.phones import linked_phones
from tests.journeys.hand import App, Hand, code_of_mail
from tests.journeys.test_called_a_thief import some_minutes_later
from tests.live import LiveSite, fresh_address
from tests.people import Person

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "journeys.md"
Journey = Callable[[Hand, LiveSite, Person], Iterator[str]]
"""Yields the name of its row of the table where that row ends."""

pytestmark = pytest.mark.screen


def scans(hand: Hand) -> App:
    """Read the picture with the phone's camera, which is no work at this screen."""
    return App.from_key(str(hand.page.locator("[data-key]").text_content()))


def mailed(live: LiveSite, address: str) -> str:
    """Read the newest code in the mailbox."""
    return code_of_mail(live.mail.wait_for(address, subject="code"))


def first_day(hand: Hand, live: LiveSite, _person: Person) -> Iterator[str]:
    address = fresh_address("pia")
    hand.open("/")
    hand.press("Create an account")
    hand.type("E-mail address", address)
    hand.type("Password", "wool lantern marble cliff")
    hand.press("Create the account")
    hand.type_code(code_of_mail(live.mail.wait_for(address)), "Confirm the address")
    hand.press("Turn on two-step verification")
    hand.press("Set up a phone or add a passkey")
    hand.press("Show the QR code")
    hand.type_code(scans(hand).code(), "Link this phone")
    hand.press("Make recovery codes")
    hand.reads("Save your recovery codes")
    code = hand.page.locator("[data-recovery-code]").first.inner_text()
    hand.type_code(code, "Done, turn on two-step verification")
    hand.reads("Your account is well protected")
    yield "J1"


def every_day(hand: Hand, _live: LiveSite, person: Person) -> Iterator[str]:
    hand.sign_in(person, App.of(person))
    hand.reads("Your account is well protected")
    yield "J2"


def another_way(hand: Hand, person: Person) -> None:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Sign in another way")


def to_the_overview(hand: Hand) -> None:
    """Answer the question where the phone is."""
    hand.press("I left it somewhere safe")
    hand.reads("Your account is well protected")


def phone_at_home(hand: Hand, live: LiveSite, person: Person) -> Iterator[str]:
    another_way(hand, person)
    hand.press("E-mail a code")
    hand.type_code(mailed(live, person.address))
    hand.sees("You’re signed in")
    yield "J3"
    to_the_overview(hand)
    yield "J3, overview"


def phone_lost(hand: Hand, _live: LiveSite, person: Person) -> Iterator[str]:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Lost your phone?")
    hand.press("Recovery code")
    hand.type_code(person.codes[0])
    hand.press("Unlink this phone")
    hand.reads("The phone is unlinked")
    yield "J4, lost"


def phone_taken_back(hand: Hand, _live: LiveSite, person: Person) -> Iterator[str]:
    until = timezone.now() + settings.RECOVERY_HOLD
    linked_phones.unlink(phone=person.phone, origin=HOST, lost=True, kept_until=until)
    app = some_minutes_later(person)
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("I have it: take it back")
    hand.type_code(app.code(), "Take it back and sign in")
    hand.reads("Your account is in dispute")
    yield "J4, back"


def phone_replaced(hand: Hand, live: LiveSite, person: Person) -> Iterator[str]:
    another_way(hand, person)
    hand.press("E-mail a code")
    hand.type_code(mailed(live, person.address))
    hand.press("I have a new phone")
    hand.press("Show the QR code")
    hand.type_code(scans(hand).code(), "Link this phone")
    hand.reads("Devices")
    yield "J4, new"


def recovery_code(hand: Hand, _live: LiveSite, person: Person) -> Iterator[str]:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Use a recovery code")
    hand.type_code(person.codes[0])
    hand.sees("You’re signed in")
    yield "J5"
    to_the_overview(hand)
    yield "J5, overview"


JOURNEYS: list[Journey] = [
    first_day,
    every_day,
    phone_at_home,
    phone_lost,
    phone_taken_back,
    phone_replaced,
    recovery_code,
]


def told() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Read the table: the journey, then pages, fields and clicks."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| J") and cells[2].isdecimal():
            yield cells[0], tuple(map(int, cells[2:5]))


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_asks_what_the_table_says(
    live: LiveSite, new_browser: Callable[..., BrowserContext], bob: Person, journey: Journey
) -> None:
    hand = Hand(new_browser().new_page())
    for name in journey(hand, live, bob):
        hand.page.wait_for_load_state()  # a page is read before it is whole, and counted after
        assert (hand.pages, hand.fields, hand.clicks) == dict(told())[name], name
