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
    live: LiveSite, new_browser: Contexts, alice: Person, sue: Person, root: Person
) -> None:
    """Her phone is her only strong step: one colleague asks, and it goes when a second agrees."""
    app = App.of(alice)
    hers = Hand(new_browser().new_page())
    hers.sign_in(alice, app)
    hers.reads("Your account is well protected")
    desk = at_the_account(new_browser, sue, alice)
    sees_no_secret(desk, alice)
    asks(desk)
    hers.press("Devices")
    hers.reads("Devices")
    hers.sees("Pixel 8")
    the_person_is_told(live, alice, "staff want to remove")
    agrees(at_the_account(new_browser, root, alice))
    hers.press("Activity")
    hers.reads("Sign in")
    the_person_is_told(live, alice, "unlinked")
    hers.type_password(alice)
    hers.reads("E-mail a code|Enter the code")
    assert alice.reload().has_two_step


def at_the_account(new_browser: Contexts, member: Person, alice: Person) -> Hand:
    """Sign in as a member of staff and find the account, whatever the case of the address."""
    desk = Hand(new_browser().new_page())
    desk.sign_in(member, App.of(member), "/admin/")
    desk.reads("Accounts")
    desk.page.get_by_label("Find an account").fill(alice.address.upper())
    desk.press("Find")
    desk.press(alice.address)
    desk.reads(alice.address)
    return desk


def sees_no_secret(desk: Hand, alice: Person) -> None:
    """The whole picture, and nothing that opens the account."""
    desk.sees("Pixel 8")
    desk.sees("10 left")
    page = desk.page.content()
    key = alice.authenticator.secret
    for secret in (*alice.codes, key.hex(), alice.user.password, str(alice.reload().password)):
        assert secret not in page
    expect(desk.page.locator("input[type=password]")).to_have_count(0)


def asks(desk: Hand) -> None:
    """Ask to unlink the phone; too short a reason is refused with what was typed."""
    desk.press("Unlink Pixel 8")
    desk.sees("a second colleague has to do the same")
    desk.page.get_by_label("Reason").fill("stolen")
    desk.page.locator("button.danger").click()
    desk.sees("Say a little more")
    expect(desk.page.get_by_label("Reason")).to_have_value("stolen")
    desk.acts_because(REASON)
    desk.page.locator("button.danger").click()
    desk.sees("A colleague has to agree")
    desk.sees("Pixel 8")


def agrees(desk: Hand) -> None:
    """Do the same as the colleague did."""
    desk.press("Unlink Pixel 8")
    desk.acts_because(REASON)
    desk.page.locator("button.danger").click()
    desk.sees("No phone is linked.")


def the_person_is_told(live: LiveSite, alice: Person, subject: str) -> None:
    """At every address, with the reason."""
    for row in alice.user.email_addresses.verified():
        mail = live.mail.wait_for(row.address, subject=subject)
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
    hand.reads("Confirm it’s you, to open the pages for staff")
    hand.type_code(sue.fresh_code(), "Confirm")
    hand.reads("Accounts")
