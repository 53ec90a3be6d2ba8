"""Two clocks that disagree: both are told, the person chooses, and it is remembered offline."""

import time
from collections.abc import Callable
from email.utils import formatdate

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.authenticator import PHONE, Phone, codes_now, link

pytestmark = pytest.mark.no_rows
RIGHT = 1234567890  # when KEY gives 742275
HOUR = 3600


@pytest.fixture
def phone(new_browser: Callable[..., BrowserContext]) -> Phone:
    return Phone(new_browser(**PHONE).new_page())


def at(phone: Phone, here: float, portal: float | None) -> Phone:
    """Open the app by this clock, with a portal that has that one; `None`: no network to it."""

    def answer(route: Route) -> None:
        if portal is None:
            route.abort()
        else:
            headers = {"Date": formatdate(portal, usegmt=True)}
            route.fulfill(body="ok", headers=headers)

    phone.page.unroute_all()
    phone.page.route("**/healthz", answer)
    phone.page.clock.set_fixed_time(here)
    return phone.open()


def test_a_portal_an_hour_behind_leaves_the_choice_to_the_person(phone: Phone) -> None:
    at(phone, RIGHT, RIGHT - HOUR)
    phone.add(link("Mail"))
    phone.says("This phone's clock is 60 minutes fast. The codes use the portal's time.")
    phone.says("Does this phone show the right time? Then it's the portal's clock that is wrong.")
    assert phone.code("Mail") != "742275"
    phone.press("Use this phone's clock")
    phone.says("This phone's clock is 60 minutes ahead of the portal's. The codes use the phone's.")
    expect(phone.row("Mail").locator("[data-part=code]")).to_have_text("742 275")
    at(phone, RIGHT, RIGHT - HOUR - 2)  # the same difference, as far as whole seconds tell
    assert phone.code("Mail") == "742275"
    at(phone, RIGHT, None)
    phone.says("The codes use the phone's.")
    assert phone.code("Mail") == "742275"
    phone.press("Use the portal's time")
    expect(phone.row("Mail").locator("[data-part=code]")).not_to_have_text("742 275")


def test_a_choice_about_one_difference_says_nothing_of_another_one(phone: Phone) -> None:
    at(phone, RIGHT, RIGHT - HOUR)
    phone.add(link("Mail"))
    phone.press("Use this phone's clock")
    at(phone, RIGHT + 130, RIGHT)
    phone.says("This phone's clock is 2 minutes fast. The codes use the portal's time.")
    expect(phone.row("Mail").locator("[data-part=code]")).to_have_text("742 275")
    at(phone, RIGHT, RIGHT)
    expect(phone.page.get_by_text("clock")).to_have_count(0)
    expect(phone.row("Mail").locator("[data-part=code]")).to_have_text(
        "742 275"
    )  # at its next tick


@pytest.mark.parametrize("off", [130, -130])
def test_what_the_portal_said_is_remembered_without_the_network(phone: Phone, off: int) -> None:
    at(phone, RIGHT + off, RIGHT)
    phone.add(link("Mail"))
    assert phone.code("Mail") == "742275"
    at(phone, RIGHT + off, None)
    kind = "fast" if off > 0 else "slow"
    phone.says(f"This phone's clock was 2 minutes {kind} on")
    phone.says("The codes use the portal's time.")
    assert phone.code("Mail") == "742275"


def test_clocks_that_agree_store_nothing(phone: Phone) -> None:
    at(phone, time.time(), time.time())
    phone.add(link("Mail"))
    assert phone.code("Mail") in codes_now()
    assert "clock" not in phone.rows_on_disk()["meta"]
