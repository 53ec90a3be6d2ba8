"""The walk past the pages of the authenticator app; see tests/browser/tour.py."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.authenticator import Phone, link
from tests.browser.soft_passkeys import soft_passkeys
from tests.phrases import said, typed


def pages_of_the_app(page: Page) -> Iterator[str]:
    """The authenticator app on a phone: empty, filled, wrong, and in trouble."""
    phone = Phone(page).open()
    phone.reads("Your codes")
    yield "the app, empty"
    phone.open("add")
    page.get_by_text(said("Details, if the service gives any")).click()
    phone.press("Add the account")
    phone.says("Type the key the service shows")
    yield "the app, add, refused"
    phone.open()
    phone.fill([link("GitHub"), link("Bank", kind="hotp"), link("Old", kind="motp")])
    phone.press("Pin GitHub")
    phone.press("Edit Bank")
    phone.type("Tags", "money, work")
    yield "the app, edit"
    phone.press("Save")
    phone.says("Bank is saved.")
    phone.press("New code")
    yield "the app, codes, with an undo"
    phone.press("Edit Old")
    phone.press("Move to the trash")
    phone.says("Old is in the trash for 30 days.")
    phone.open("trash")
    phone.reads("Trash")
    yield "the app, trash"
    phone.open("settings")
    phone.reads("Settings")
    yield "the app, settings"
    yield from _imports(phone)
    yield from _locks(phone)
    phone.run('await (await use("core/storage/indexed-db")).write({ drop: [["keys", "local"]] })')
    phone.open()
    phone.reads("The key to your accounts is gone")
    yield "the app, key gone"


def _imports(phone: Phone) -> Iterator[str]:
    phone.open("scan")
    phone.says("This device has no camera.")
    yield "the app, no camera"
    phone.open("import")
    phone.reads("Import")
    yield "the app, import"
    phone.type("Or paste its text", f"{link('New')}\n{link('GitHub')}\nhello")
    phone.press("Read it")
    phone.reads("Look before you import")
    yield "the app, import, preview"
    phone.open("export")
    phone.type("Type “export” to continue", typed("export"))
    phone.press("Show QR codes")
    phone.says("QR codes of your accounts")
    yield "the app, export"


def _locks(phone: Phone) -> Iterator[str]:
    phone.open("lock")
    phone.press("Lock with this PIN")
    phone.says("A PIN has 4 to 12 digits.")
    yield "the app, lock, refused"
    phone.type("New PIN", "2580")
    phone.type("The PIN once more", "2580")
    phone.press("Lock with this PIN")
    phone.says("From now on the app asks for the PIN.")
    phone.open("lock")
    phone.page.get_by_text(said("Forgot the PIN?")).click()
    yield "the app, locked"
    phone.type("PIN", "2580")
    phone.press("Unlock")
    phone.says("The app asks for a PIN.")
    yield "the app, lock, on"
    phone.type("Present PIN", "2580")
    phone.press("Remove the lock")
    phone.says("The lock is off.")
    yield from _sealed(phone)


def _sealed(phone: Phone) -> Iterator[str]:
    phone.open("lock")
    with soft_passkeys(phone.page):
        phone.type("A passphrase as well, if you like", "correct horse battery staple")
        phone.press("Seal with a passkey")
        phone.says("The two are not the same.")
        yield "the app, lock, passkey refused"
        phone.type("That passphrase once more", "correct horse battery staple")
        phone.press("Seal with a passkey")
        phone.says("On, by a passkey or a passphrase.")
        phone.open("lock")
        phone.page.get_by_text(said("I can’t unlock it any more")).click()
        yield "the app, locked by a passkey"
        phone.press("Unlock with the passkey")
        phone.reads("Lock")
        phone.says("A passkey seals your accounts")
        yield "the app, lock, passkey on"
        phone.press("Remove the lock with the passkey")
        phone.says("The lock is off.")
