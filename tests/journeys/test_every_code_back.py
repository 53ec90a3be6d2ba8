"""The whole story: a phone with every code is lost, and a new one has every code again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.authentication.proofs import Strength
from accounts.models import Enrolment
from devices.models import Authenticator, Installation
from tests.browser.authenticator import Phone, link
from tests.browser.backup_phones import Linked
from tests.browser.qr_pictures import film_of
from tests.journeys.hand import Hand, check_letter, code_of_mail
from tests.live import LiveSite
from tests.live.browser import Faults, chromium, new_context
from tests.people import Person, enter
from tests.phones import App, give_app
from tests.work import WHY, give_enrolment, make_organisation

Contexts = Callable[..., BrowserContext]
HAND_HELD: dict[str, Any] = {"viewport": {"width": 360, "height": 780}, "service_workers": "block"}
LINKS = [
    link("Mail"),
    link("Bank", secret="63BEDWCQZKTQWPESARIERL5DTTQFCJTK"),
    "otpauth://totp/Shop:alice?secret=GEZDGNBVGY3TQOJQ&issuer=Shop&digits=8&algorithm=SHA256",
    "otpauth://hotp/Club:alice?secret=GEZDGNBVGY3TQOJQ&issuer=Club&counter=7",
]
FROZEN = 1_900_000_005_000  # milliseconds since 1970
CODES = """
const { current } = await use("accounts/vault");
const { living } = await use("accounts/entries");
const { codeAt, stepAt } = await use("otp/codes");
const pairs = living(current()).filter((entry) => entry.secret).map(async (entry) => [
  entry.issuer,
  await codeAt(entry, entry.type === "hotp" ? entry.counter : stepAt(entry, given).step),
]);
return Object.fromEntries(await Promise.all(pairs));
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """What the new phone's camera sees: at first nothing of use."""
    return film_of("nothing to scan yet", tmp_path / "film.y4m")


@pytest.fixture
def new_page(live: LiveSite, _chromium: Browser, faults: Faults, film: Path) -> Iterator[Page]:
    """A new phone with a camera of its own."""
    camera = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with chromium(_chromium.browser_type, live.certificate_pin, camera) as browser:
        context = new_context(browser, live.url, permissions=["camera"], **HAND_HELD)
        context.on("page", faults.watch)
        yield context.new_page()


def test_a_lost_phone_ends_with_every_code_back(
    live: LiveSite, new_browser: Contexts, new_page: Page, film: Path, alice: Person, sue: Person
) -> None:
    """An old phone, a borrowed laptop, a new phone; two-step verification is on all the while."""
    since, firm = alice.user.two_step_since, make_organisation()
    account = give_enrolment(alice, firm)
    old = the_old_phone(live, new_browser(**HAND_HELD), alice, account)
    before = old.run(CODES, FROZEN)
    assert sorted(before) == sorted(["Bank", "Club", "Mail", "Shop", firm.name])
    backup_key, row = old.backup_key, old.installation
    old.page.context.set_offline(True)

    laptop = in_by_mail(live, new_browser(), alice)
    unlinks_and_erases(laptop)
    assert Installation.objects.get(pk=row.pk).is_suspended, "sealed until the hold is over"
    assert old.run(CODES, FROZEN) == before, "an offline phone hears nothing"

    new = begins_recovery(Linked(new_page, alice, backup_key), alice)
    takes_over(new)
    after = new.run(CODES, FROZEN)
    assert after == {name: code for name, code in before.items() if name != firm.name}
    expect(new.row(firm.name)).to_contain_text("Action required")

    asks_the_organisation(new, firm.name)
    the_desk_allows_it(new_browser(), live, alice, sue)
    film_of(code_of_the_portal(laptop, account), film)
    scans(new, firm.name)
    held = Authenticator.objects.get(enrolment=account, replaced_until=None)
    assert held.phone.name == "Pixel 9"
    assert new.run(CODES, FROZEN)[firm.name] == held.code_at(FROZEN // 30_000)

    old.page.context.set_offline(False)
    is_locked_then_erased(old, row)
    everybody_is_told(live, alice)
    assert alice.reload().two_step_since == since
    assert not {"two_step:off", "two_step:on"} & set(alice.kinds())


def the_old_phone(
    live: LiveSite, context: BrowserContext, alice: Person, account: Enrolment
) -> Linked:
    """The phone that proves alice to the portal, with the app, its accounts and a backup."""
    app = give_app(alice, live.visitor(), "Pixel 8", phone=alice.phone)
    phone = Linked(context.new_page(), alice).open()
    becomes(phone, app)
    phone.fill(LINKS)
    laptop = come_in(live, context, alice)
    phone.open(f"work/{code_of_the_portal(laptop, account).partition('#work/')[2]}")
    phone.says("is ready.")
    context.clear_cookies()
    phone.switch_on()
    phone.open()
    phone.saved(5)
    sealed = {entry["issuer"]: entry for entry in phone.content()["entries"]}
    assert "secret" not in sealed[account.organisation.name]
    return phone


def becomes(phone: Phone, app: App) -> None:
    """Be this installation, as after linking, which has tests of its own."""
    mine = {"installation": str(app.installation.public_id), "secret": app.secret, "linked": True}
    mine |= {"name": app.installation.name, "account": ""}
    phone.run('await (await use("backup/portal/device")).keepDevice(given)', mine)
    phone.open()


def come_in(live: LiveSite, context: BrowserContext, person: Person) -> Hand:
    """Somebody at a page of the portal, signed in just now."""
    name = settings.SESSION_COOKIE_NAME
    value = enter(Client(), person, Strength.TWO_STEP).cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": live.url}])
    return Hand(context.new_page())


def code_of_the_portal(hand: Hand, account: Enrolment) -> str:
    """Make the one-time code on the person's own page; return what its picture says."""
    hand.open(f"/devices/work/{account.public_id}/")
    hand.press("Show the code")
    address = hand.page.get_by_role("link", name="Open the app here").get_attribute("href")
    return settings.PORTAL_ORIGIN + (address or "")


def in_by_mail(live: LiveSite, context: BrowserContext, alice: Person) -> Hand:
    """At a borrowed laptop, with the password and a code by e-mail."""
    hand = Hand(context.new_page())
    hand.open("/sign-in/")
    hand.type_password(alice)
    hand.press("Sign in another way")
    seen = len(live.mail.messages_for(alice.address))
    hand.press(f"E-mail a code to {alice.address[0]}")
    mail = live.mail.wait_for(alice.address, after=seen, subject="your code")
    hand.type_code(code_of_mail(mail))
    hand.reads("Where is your Pixel 8?")
    return hand


def unlinks_and_erases(laptop: Hand) -> None:
    """The desk says what will happen, does it, and says that it was done."""
    laptop.press("It is lost or stolen")
    laptop.reads("Pixel 8 is lost")
    expect(laptop.page.get_by_label("Also erase the accounts")).to_be_checked()
    laptop.opens("What will happen")
    laptop.sees("Two-step verification stays on.")
    laptop.press("Unlink this phone")
    laptop.reads("The phone is unlinked")
    laptop.sees("Two-step verification stays on.")


def begins_recovery(new: Linked, alice: Person) -> Linked:
    """From the empty app through the portal's sign-in and back, with a saved recovery code."""
    new.page.goto("/authenticator/")
    new.reads("Welcome")
    new.page.get_by_role("link", name="Begin recovery").click()
    new.page.get_by_role("link", name="Sign in at").click()
    hand = Hand(new.page)
    hand.type_password(alice)
    hand.reads("E-mail a code")
    hand.press("Sign in another way")
    hand.press("Recovery code")
    hand.type_code(alice.codes[0])
    hand.reads("Get your accounts back on a phone")
    new.page.get_by_label("Name of the phone").fill("Pixel 9")
    hand.press("Recover in this browser")
    new.reads("Link this phone to this account?")
    assert "#recover/" not in new.page.url
    new.press("Yes, this is my account")
    new.says("These backups are in your account.")
    new.says("5 accounts")
    return new


def takes_over(new: Linked) -> None:
    """Open the backup with the backup key, see what is in it, have it."""
    new.press("Open this backup")
    new.type("Backup key", new.backup_key.lower())
    new.press("Open with the backup key")
    new.reads("5 accounts are in it")
    new.press("Take over")  # the old phone is sealed, and still the one that saves
    new.reads("4 accounts ready, 1 Action required")
    new.open()
    new.saved(5)


def asks_the_organisation(new: Linked, firm: str) -> None:
    new.press("Ask my organisation")
    new.says("is asked for a new code")
    expect(new.row(firm)).to_contain_text("We’ll e-mail you when it answers.")


def the_desk_allows_it(context: BrowserContext, live: LiveSite, alice: Person, sue: Person) -> None:
    desk = come_in(live, context, sue)
    desk.open("/admin/requests/")
    desk.press(f"Answer {alice.address}")
    desk.acts_because(WHY)
    desk.press("Allow it")
    desk.sees("We’ll notify the person.")


def scans(new: Linked, firm: str) -> None:
    """Hold the code of the portal's page before the camera."""
    new.open()
    new.press("Scan a QR code")
    new.says(f"{firm} is ready.")
    assert "#work/" not in new.page.url
    new.open()
    assert len(new.code(firm)) == 6
    expect(new.row(firm).locator("[data-part=work]")).to_be_hidden()


def is_locked_then_erased(old: Linked, row: Installation) -> None:
    """Back on the network, the lost phone locks itself; when the hold is over it erases itself."""
    old.reads("This phone is locked")
    assert old.rows_on_disk()["vault"] == {}
    assert not row.commands.get().done_at
    row.commands.update(erases_from=timezone.now())
    old.open()
    old.reads("Erased")
    disk = old.rows_on_disk()
    assert (disk["keys"], disk["vault"], list(disk["meta"])) == ({}, {}, ["erased"])
    assert row.commands.get().done_at


def everybody_is_told(live: LiveSite, alice: Person) -> None:
    """Every confirmed address hears of it; what follows within a minute may share one letter."""
    for address in alice.user.email_addresses.verified().values_list("address", flat=True):
        check_letter(live.mail.wait_for(address, subject="a sign-in without your phone"))
    kinds = {"sign_in:recovered", "phone:unlinked", "app:linked", "backup:taken_over"}
    kinds |= {"app:locked", "app:wiped"}
    assert kinds <= set(alice.kinds())
