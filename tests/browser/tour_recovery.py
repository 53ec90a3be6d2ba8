"""The walk past the pages of recovery in the app; see tests/browser/tour.py."""

from collections.abc import Iterator
from datetime import timedelta

from playwright.sync_api import Page

from tests.browser.authenticator import link
from tests.browser.recovery import NewPhone, OldPhone, code_for, old_phone
from tests.hand_over import Side
from tests.live import LiveSite
from tests.people import Person
from tests.phones import give_app, grant, grant_later
from tests.phrases import Same

Names = Iterator[str]
NAMES = ["Bank", "GitHub", "Mail", "work:VPN"]
KINDS = ["recovery-key", "passphrase", "passkey"]


def pages_of_recovery(site: LiveSite, page: Page, person: Person, other: Person) -> Names:
    """From the welcome to the accounts that are back, with what can go wrong on the way."""
    phone = NewPhone(page)
    page.goto("/authenticator/")
    phone.reads("Welcome")
    yield "the app, welcome"
    yield from _asked(phone, other)
    yield from _without_leave(site, phone, other)
    old = _two_versions(site, person)
    phone.is_given(site, person)
    yield from _backups(phone)
    yield from _keys(phone)
    yield from _back(phone, old)
    yield from _given_away(site, phone, person)
    phone.loses_its_storage()
    phone.open()
    phone.says("This phone had")
    yield "the app, storage emptied"


def _two_versions(site: LiveSite, person: Person) -> OldPhone:
    """Make a backup whose newest state is damaged, of a phone that has changes left."""
    old = old_phone(site, person, *NAMES, kinds=KINDS)
    old.save(*NAMES, "Shop")
    old.backup.app.post("heartbeat", {"unsaved": 2, "accounts": 5, "version": 2})
    old.damage()
    return old


def _asked(phone: NewPhone, other: Person) -> Names:
    phone.open("recovery")
    phone.type("Or type its code", "abcd")
    phone.press("Continue with this code")
    phone.says("A link code has 16 letters and digits")
    yield "recovery, who asks, refused"
    phone.open(f"recover/{code_for(other)}")
    phone.says("Nothing is linked yet.")
    yield "recovery, whose account"
    phone.open(f"recover/{code_for(other, is_here=False)}")
    phone.press("Yes, this is my account")
    phone.reads("One more step")
    yield "recovery, the number"
    phone.press("Cancel")
    phone.reads("Begin recovery")


def _without_leave(site: LiveSite, phone: NewPhone, other: Person) -> Names:
    app = give_app(other, site.visitor())
    phone.is_linked(app)
    grant(app)
    phone.open("recovery")
    phone.says("There is no backup in this account.")
    yield "recovery, no backup"
    app.installation.delete()
    old_phone(site, other, *NAMES)
    later = give_app(other, site.visitor())
    grant_later(later, timedelta(hours=20))
    phone.is_linked(later)
    phone.open("recovery")
    phone.says("You can open it now with your backup key, passphrase or passkey.")
    yield "recovery, a delayed leave"


def _backups(phone: NewPhone) -> Names:
    phone.fill([link("GitHub"), link("Own")])
    phone.opens_the_list()
    yield "recovery, backups"
    phone.press("Choose an older state")
    phone.says("4 accounts")
    yield "recovery, older states"
    phone.press("Back to the backups")
    phone.press("Open this backup")


def _keys(phone: NewPhone) -> Names:
    phone.types_key("ABCD")
    phone.says("A backup key has")
    yield "recovery, open, refused"
    phone.press("Show a QR code for it")
    phone.says("Waiting for the old phone…")
    yield "recovery, QR code for the old phone"
    phone.press("Another way")
    phone.press("I don’t have any of these")
    phone.reads("No key left")
    phone.says("Its names are sealed with the rest.")
    yield "recovery, no key left"
    phone.press("Get back into each service")
    phone.type("Service", "Mail")
    phone.press("Add")
    phone.says(Same("Mail"))
    yield "recovery, regain each service"


def _back(phone: NewPhone, old: OldPhone) -> Names:
    phone.opens_backup(old.backup_key)
    phone.says("cannot be read")
    yield "recovery, look"
    phone.press("Take over")
    phone.says("Action required: 1")
    yield "recovery, done"


def _given_away(site: LiveSite, phone: NewPhone, person: Person) -> Names:
    asking = give_app(person, site.visitor(), "Fairphone")
    grant(asking)
    shown = Side().shown
    transfer = asking.post("transfers", {"public": shown}).json()["transfer"]
    phone.open(f"hand-over/{transfer}.{shown}")
    phone.says(Same("Fairphone"))
    yield "recovery, give the key away"
