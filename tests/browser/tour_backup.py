"""The walk past the app's pages about linking and backups; see tests/browser/tour.py."""

from collections.abc import Iterator

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from core.web.http import RequestOrigin
from devices.backups.apps import app_linking, unlinking
from devices.models import Installation
from tests.browser.authenticator import link
from tests.browser.backup_phones import Linked
from tests.people import Person, enter
from tests.phrases import said

WORDS = "seven quiet owls reading"


def pages_of_a_backup(page: Page, person: Person) -> Iterator[str]:
    """A phone is linked, backed up, looked after, superseded, and erased."""
    phone = Linked(page, person).open()
    phone.fill([link("GitHub"), link("Bank"), link("A service with a rather long name")])
    yield from _linking(phone)
    yield from _switching_on(phone)
    yield from _looking_after(phone)
    yield from _versions(phone)
    yield from _elsewhere(phone)
    unlinking.unlink(Installation.objects.filter(pk=phone.installation.pk), wipe=True)
    phone.open()
    phone.reads("Erased")
    yield "the app, erased"


def _linking(phone: Linked) -> Iterator[str]:
    phone.open("link")
    phone.type("Or type the code beside it", "not a code")
    phone.press("Continue")
    phone.says("A link code has 16 letters and digits")
    yield "the app, link, refused"
    made = enter(Client(), phone.person, Strength.TWO_STEP).session
    session = str(made.public_id)  # type: ignore[attr-defined] # it is our engine's
    row, code = app_linking.begin(
        user=phone.person.user, session=session, grants_from=timezone.now()
    )
    phone.open(f"link/{code}")
    phone.says("Link this phone to")
    yield "the app, link, whose account"
    phone.press("Link this phone")
    phone.says("Type this number in the portal")
    yield "the app, link, number"
    row.refresh_from_db()
    app_linking.confirm(row=row, origin=Origin(RequestOrigin("192.0.2.7", ""), session))
    phone.says("This phone is linked to")
    yield "the app, link, done"
    phone.open()
    phone.says("Its accounts are not backed up yet.")
    yield "the app, linked"


def _switching_on(phone: Linked) -> Iterator[str]:
    phone.open("backup")
    phone.says("You type two groups of it back.")
    yield "the app, backup, begin"
    phone.press("Make my backup key")
    phone.says("Your backup key")
    yield "the app, backup key"
    phone.press("I have it, go on")
    phone.page.locator("input[name=group-0]:visible").fill("0000")
    phone.press("Switch backup on")
    phone.says("Look at your copy.")
    yield "the app, backup key, typed back, refused"
    phone.switch_on()
    yield "the app, backup, done"
    phone.open()
    phone.saved(3)
    yield "the app, codes, saved"


def _looking_after(phone: Linked) -> Iterator[str]:
    phone.open("backup")
    phone.press("Switch the backup off")
    phone.says("Type the word “off”.")
    yield "the app, backup, on, off refused"
    phone.open("unlock-methods")
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    phone.press("Add the passphrase")
    expect(phone.way("Passphrase")).to_contain_text(said("Last opened"), timeout=20_000)
    phone.way("Passphrase").get_by_role("button", name=said("Try it")).click()
    yield "the app, ways to open it"
    phone.open("backup-key")
    phone.says("Your backup key")
    yield "the app, new backup key"
    phone.open("check")
    phone.type("Backup key", "too short")
    phone.press("Try it")
    phone.says("A backup key has")
    yield "the app, check, refused"
    phone.type("Backup key", phone.backup_key)
    phone.press("Try it")
    phone.says("It opens your backup")
    yield "the app, check, right"
    phone.open("settings")
    phone.says("There is more than one way to open it.")
    yield "the app, settings, backup on"


def _versions(phone: Linked) -> Iterator[str]:
    phone.open()
    phone.add(link("Late"))
    phone.saved(4)
    phone.open("versions")
    phone.says("4 accounts")
    yield "the app, versions"
    phone.page.get_by_role("link", name=said("Look inside")).last.click()
    phone.says("3 accounts")
    yield "the app, version"


def _elsewhere(phone: Linked) -> Iterator[str]:
    Installation.objects.filter(pk=phone.installation.pk).update(status="superseded")
    phone.open()
    phone.says("Not the active phone")
    yield "the app, not the active phone"
    phone.open("late")
    phone.says("This is not the active phone")
    yield "the app, late changes, refused"
