"""A backup from the first day on: switched on, saved, looked into, put back, switched off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authenticator import link
from tests.browser.backup_phones import Linked, link_app
from tests.browser.soft_passkeys import soft_passkeys
from tests.live import LiveSite
from tests.people import protected
from tests.phones import App, give_app, grant

pytestmark = pytest.mark.app

PATIENCE = 20_000  # milliseconds for slow derivations on a busy machine
WORDS = "seven quiet owls reading"  # not the password: that one is refused


@pytest.fixture
def phone(live: LiveSite, kept_page: Page) -> Linked:
    """The app of somebody, linked, with two accounts."""
    phone = link_app(kept_page, live, protected("ada"))
    phone.fill([link("Mail"), link("Shop")])
    return phone


def test_a_backup_is_on_once_it_was_opened_again(phone: Linked) -> None:
    phone.open()
    phone.says("Its accounts are not backed up yet.")
    phone.press("Switch backup on")
    phone.press("Make my backup key")
    phone.press("I have it, go on")
    phone.page.locator("input[name=group-0]").fill("0000")
    phone.press("Switch backup on")
    phone.says("Look at your copy.")
    phone.switch_on()
    assert phone.vault.verified_at
    assert phone.services() == ["Mail", "Shop"]
    phone.open()
    phone.saved(2)
    phone.add(link("Bank"))
    phone.says("1 change not saved")
    phone.saved(3)
    assert phone.services() == ["Mail", "Shop", "Bank"]
    assert phone.services(1) == ["Mail", "Shop"]
    assert "backup" not in phone.content()


def test_more_ways_open_it_and_each_was_tried(phone: Linked) -> None:
    first = phone.back_up()
    phone.open("unlock-methods")
    phone.reads("Ways to open the backup")
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    phone.press("Add the passphrase")
    expect(phone.way("Passphrase")).to_contain_text("Last opened", timeout=PATIENCE)
    with soft_passkeys(phone.page):
        phone.press("Add a passkey")
        phone.says("The passkey opened the backup as the portal returned it")
        phone.way("Passkey").get_by_role("button", name="Try it").click()
        phone.says("The passkey opens the backup.")
    assert all(phone.vault.slots.values_list("verified_at", flat=True))
    phone.way("Passkey").get_by_role("button", name="Remove").click()
    phone.says("Passkey no longer opens the backup.")
    expect(phone.way("Backup key").get_by_role("button", name="Remove")).to_be_hidden()
    phone.way("Passphrase").get_by_role("button", name="Try it").click()
    phone.way("Passphrase").get_by_label("Passphrase").fill(WORDS + "!")
    phone.press("Open it")
    wrong = phone.page.get_by_text("This passphrase does not open this backup.")
    expect(wrong).to_be_visible(timeout=PATIENCE)
    phone.press("Make a new backup key")
    phone.backup_key = phone.note_key()
    phone.press("Replace the key")
    phone.says("The new backup key opened the backup.")
    assert phone.backup_key != first
    assert phone.services() == ["Mail", "Shop"]
    assert sorted(phone.vault.slots.values_list("kind", flat=True)) == [
        "passphrase",
        "recovery-key",
    ]


def test_addresses_from_before_the_pages_had_their_names_still_lead_there(phone: Linked) -> None:
    phone.back_up()
    phone.open("ways")
    phone.reads("Ways to open the backup")
    phone.open("recovery-key")
    phone.reads("New backup key")


def test_the_backup_key_is_checked_without_the_network(phone: Linked) -> None:
    key = phone.back_up()
    phone.open("check")
    phone.says("It last opened the backup")
    phone.page.context.set_offline(True)
    try:
        phone.type("Backup key", key[:-4])
        phone.press("Try it")
        phone.says("A backup key has 34 letters and digits")
        phone.type("Backup key", key.lower().replace("-", " "))
        phone.press("Try it")
        phone.says("It opens your backup")
    finally:
        phone.page.context.set_offline(False)


def test_an_older_version_comes_back_on_top_and_can_be_taken_back(phone: Linked) -> None:
    phone.back_up()
    phone.open()
    phone.add(link("Bank"))
    phone.saved(3)
    phone.open("versions")
    phone.page.get_by_role("link", name="Look inside").last.click()
    phone.reads("Version 1")
    phone.says("2 accounts")
    expect(phone.page.get_by_text("Bank")).to_have_count(0)
    phone.press("Restore this version")
    phone.says("It is saved as a new version")
    assert phone.names == ["Mail", "Shop"]
    phone.saved(2)
    assert (phone.vault.head, phone.services(), phone.services(2)) == (
        3,
        ["Mail", "Shop"],
        ["Mail", "Shop", "Bank"],
    )
    phone.press("Undo")
    phone.saved(3)
    assert phone.services() == ["Mail", "Shop", "Bank"]


def test_it_is_switched_off_and_on_again_within_the_grace(phone: Linked) -> None:
    phone.back_up()
    phone.open("backup")
    phone.type("Type “off” to continue", "off")
    phone.press("Switch the backup off")
    phone.says("The backup is off.")
    assert not phone.person.user.vaults.filter(state="on").exists()
    phone.open()
    phone.says("The backup is off. What was saved is kept until")
    phone.add(link("Bank"))
    phone.press("Switch it on again")
    phone.reads("Backup")
    phone.press("Switch it on again")
    phone.says("The backup is on again.")
    phone.open()
    phone.saved(3)
    assert phone.services() == ["Mail", "Shop", "Bank"]


def test_where_nobody_has_a_backup_a_second_phone_may_begin_one(
    live: LiveSite, kept_page: Page
) -> None:
    person = protected("ada")
    first = give_app(person, live.visitor(), "Pixel 7").installation
    phone = link_app(kept_page, live, person)
    phone.fill([link("Mail")])
    phone.open("backup")
    phone.press("Make my backup key")
    phone.backup_key = phone.note_key()
    phone.press("Switch backup on")
    phone.says("Sign in to the portal on this phone first")
    grant(App(phone.installation, "", live.visitor()))
    phone.press("Switch backup on")
    phone.says("The backup is on")
    first.refresh_from_db()
    assert first.status == "superseded"
    assert phone.installation.is_active
    assert phone.services() == ["Mail"]
