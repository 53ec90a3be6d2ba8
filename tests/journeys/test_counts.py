"""What J1 to J5 ask of a person, counted by walking them; docs/journeys.md says the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.hand import App, Hand, code_of_mail
from tests.live import LiveSite, fresh_address
from tests.people import Person

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "journeys.md"
Journey = Callable[[Hand, LiveSite, Person], None]

pytestmark = pytest.mark.screen


def scans(hand: Hand) -> App:
    """Read the picture with the phone's camera, which is no work at this screen."""
    return App.from_key(str(hand.page.locator("[data-key]").text_content()))


def mailed(live: LiveSite, address: str) -> str:
    """Read the newest code in the mailbox."""
    return code_of_mail(live.mail.wait_for(address, subject="code"))


def first_day(hand: Hand, live: LiveSite, _person: Person) -> None:
    address = fresh_address("pia")
    hand.open("/")
    hand.press("Create an account")
    hand.type("E-mail address", address)
    hand.type("Password", "wool lantern marble cliff")
    hand.press("Create the account")
    hand.type_code(code_of_mail(live.mail.wait_for(address)), "Confirm the address")
    hand.press("Set it up")
    hand.press("Link a phone or add a passkey")
    hand.press("Show the QR code")
    hand.type_code(scans(hand).code(), "Link this phone")
    hand.press("Make recovery codes")
    hand.reads("Save your recovery codes")
    code = hand.page.locator("[data-recovery-code]").first.inner_text()
    hand.type_code(code, "Done, turn on two-step verification")
    hand.reads("Your account is well protected")


def every_day(hand: Hand, _live: LiveSite, person: Person) -> None:
    hand.sign_in(person, App.of(person))
    hand.reads("Your account is well protected")


def another_way(hand: Hand, person: Person) -> None:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Sign in another way")


def phone_at_home(hand: Hand, live: LiveSite, person: Person) -> None:
    another_way(hand, person)
    hand.press("E-mail a code")
    hand.type_code(mailed(live, person.address))
    hand.sees("You are in")


def phone_lost(hand: Hand, _live: LiveSite, person: Person) -> None:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Lost your phone?")
    hand.press("Recovery code")
    hand.type_code(person.codes[0])
    hand.press("Unlink this phone")
    hand.reads("The phone is unlinked")


def phone_replaced(hand: Hand, live: LiveSite, person: Person) -> None:
    another_way(hand, person)
    hand.press("E-mail a code")
    hand.type_code(mailed(live, person.address))
    hand.press("I have a new phone")
    hand.press("Show the QR code")
    hand.type_code(scans(hand).code(), "Link this phone")
    hand.reads("Devices")


def recovery_code(hand: Hand, _live: LiveSite, person: Person) -> None:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Use a recovery code")
    hand.type_code(person.codes[0])
    hand.sees("You are in")


def to_the_overview(journey: Journey) -> Journey:
    """The same, and the question where the phone is answered."""

    def go_on(hand: Hand, live: LiveSite, person: Person) -> None:
        journey(hand, live, person)
        hand.press("I left it somewhere safe")
        hand.reads("Your account is well protected")

    return go_on


JOURNEYS: dict[str, Journey] = {
    "J1": first_day,
    "J2": every_day,
    "J3": phone_at_home,
    "J3, overview": to_the_overview(phone_at_home),
    "J4, lost": phone_lost,
    "J4, new": phone_replaced,
    "J5": recovery_code,
    "J5, overview": to_the_overview(recovery_code),
}


def told() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Read the table: the journey, then pages, fields and clicks."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] in JOURNEYS and cells[2].isdecimal():
            yield cells[0], tuple(map(int, cells[2:5]))


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_asks_what_the_table_says(
    live: LiveSite, new_browser: Callable[..., BrowserContext], bob: Person, name: str
) -> None:
    hand = Hand(new_browser().new_page())
    JOURNEYS[name](hand, live, bob)
    hand.page.wait_for_load_state()  # a page is read before it is whole, and counted after
    assert (hand.pages, hand.fields, hand.clicks) == dict(told())[name]
