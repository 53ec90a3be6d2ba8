"""J9: the help desk finds an account, acts with a reason, and never sees a secret."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.hand import App, Hand, check_letter
from tests.live import LiveSite
from tests.live.sinks import body_of
from tests.people import Person

Contexts = Callable[..., BrowserContext]
REASON = "Called us: the phone was stolen this morning."


def test_staff_find_an_account_unlink_its_phone_and_the_person_reads_why(
    live: LiveSite, new_browser: Contexts, alice: Person, sue: Person
) -> None:
    app = App.of(alice)
    hers = Hand(new_browser().new_page())
    hers.sign_in(alice, app)
    hers.reads("Your account is well protected")
    desk = Hand(new_browser().new_page())
    desk.sign_in(sue, App.of(sue), "/admin/")
    desk.reads("Accounts")
    desk.page.get_by_label("Find an account").fill(alice.address.upper())
    desk.press("Find")
    desk.press(alice.address)
    desk.reads(alice.address)
    sees_no_secret(desk, alice)
    acts(desk)
    hers.press("Devices")
    hers.reads("Sign in")
    the_person_is_told(live, alice)
    hers.type_password(alice)
    hers.reads("E-mail a code|Enter the code")
    assert alice.reload().has_two_step


def sees_no_secret(desk: Hand, alice: Person) -> None:
    """The whole picture, and nothing that opens the account."""
    desk.sees("Pixel 8")
    desk.sees("10 left")
    page = desk.page.content()
    key = alice.authenticator.secret
    for secret in (*alice.codes, key.hex(), alice.user.password, str(alice.reload().password)):
        assert secret not in page
    expect(desk.page.locator("input[type=password]")).to_have_count(0)


def acts(desk: Hand) -> None:
    """Unlink the phone; too short a reason is refused with what was typed."""
    desk.press("Unlink Pixel 8")
    desk.page.get_by_label("Reason").fill("stolen")
    desk.page.locator("button.danger").click()
    desk.sees("Say a little more")
    expect(desk.page.get_by_label("Reason")).to_have_value("stolen")
    desk.page.get_by_label("Reason").fill(REASON)
    desk.page.locator("button.danger").click()
    desk.sees("No phone is linked.")


def the_person_is_told(live: LiveSite, alice: Person) -> None:
    """At every address, with the reason."""
    for row in alice.user.email_addresses.verified():
        mail = live.mail.wait_for(row.address, subject="unlinked")
        check_letter(mail)
        assert REASON in body_of(mail)


@pytest.mark.screen
def test_staff_do_not_get_in_without_the_authenticator_app(
    live: LiveSite, new_browser: Contexts, sue: Person
) -> None:
    hand = Hand(new_browser().new_page())
    hand.open("/admin/")
    hand.type_password(sue)
    hand.press("Sign in another way")
    hand.press("Recovery code")
    hand.type_code(sue.codes[0])
    hand.reads("Where is your Pixel 8?")
    hand.open("/admin/")
    hand.reads("Enter the code from your authenticator app")
    hand.type_code(sue.fresh_code())
    hand.reads("Accounts")
