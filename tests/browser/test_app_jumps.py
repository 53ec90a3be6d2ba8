"""The app's pages stand still: what comes a moment later finds its room, or comes below."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.authenticator import PHONE
from tests.browser.backup_phones import link_app
from tests.browser.weight import JUMPED, MOST_JUMP, WATCH_JUMPS
from tests.live import LiveSite
from tests.people import protected
from tests.work import give_enrolment

STATES = ("action_required", "asked", "approved", "enrolled")
PLACES = (
    *("codes", "work", "settings", "backup", "unlock-methods"),
    *("versions", "add", "link", "import"),
)
SETTLED = 800  # milliseconds after which nothing more comes of the portal's answers

pytestmark = pytest.mark.screen


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_of_the_app_jumps_by_itself(
    live: LiveSite, new_browser: Callable[..., BrowserContext], width: int
) -> None:
    person = protected("wendy")
    accounts = [give_enrolment(person, state=state) for state in STATES]
    context = new_browser(**{**PHONE, "viewport": {"width": width, "height": 780}})
    page = context.new_page()
    page.add_init_script(WATCH_JUMPS)
    phone = link_app(page, live, person, phone=person.phone).open()
    expect(phone.row(accounts[2].organisation.name)).to_contain_text("Ready: make a code")
    found = {}
    for place in PLACES:
        phone.open(place)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLED)
        jumps = page.evaluate(JUMPED)
        if sum(by for by, _first in jumps) > MOST_JUMP:
            found[place] = jumps
    assert not found, "\n".join(f"{place}: {jumps}" for place, jumps in found.items())
