"""Other ways to open a backup than the backup key: the old phone, a passkey; and having none."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from devices.models import KeyTransfer, Vault
from tests.browser.authenticator import link
from tests.browser.backup_phones import Linked
from tests.browser.qr_pictures import Camera
from tests.browser.recovery import NewPhone, OldPhone, names_in, old_phone
from tests.browser.soft_passkeys import soft_passkeys
from tests.live import LiveSite
from tests.lk1 import make_slot, unspelled
from tests.people import Person, protected
from tests.phones import give_app, grant

pytestmark = pytest.mark.app

PRF_KEY = """
const { toText, fromText } = await use("lk1/bytes");
const made = await navigator.credentials.create({ publicKey: {
  challenge: new Uint8Array(32),
  rp: { name: "Latchkey" },
  user: { id: new Uint8Array(16), name: "nora", displayName: "nora" },
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  authenticatorSelection: { residentKey: "required", userVerification: "required" },
  extensions: { prf: {} },
} });
if (!made.getClientExtensionResults().prf?.enabled) return null;
const salt = crypto.getRandomValues(new Uint8Array(32));
const got = await navigator.credentials.get({ publicKey: {
  challenge: new Uint8Array(32),
  allowCredentials: [{ type: "public-key", id: made.rawId }],
  userVerification: "required",
  extensions: { prf: { eval: { first: salt } } },
} });
const { first } = got.getClientExtensionResults().prf.results;
return {
  credential: toText(new Uint8Array(made.rawId)),
  salt: toText(salt),
  prf: toText(new Uint8Array(first)),
};
"""


@pytest.fixture
def nora(rows: None) -> Person:
    """Somebody with a phone and a backup."""
    return protected("nora")


@pytest.fixture
def phone(kept_page: Page) -> NewPhone:
    """A new phone with nothing on it."""
    return NewPhone(kept_page)


def asks(phone: NewPhone) -> tuple[str, str]:
    """Show the QR code for the old phone; return its link and the number beside it."""
    phone.opens_the_list()
    phone.press("Open this backup")
    phone.press("Show a QR code for it")
    phone.says("Waiting for the old phone…")
    phone.press("Copy it as a link")
    phone.says("Copied.")
    copied = phone.page.evaluate("navigator.clipboard.readText()")
    return copied, phone.page.locator("[data-part=number]").inner_text()


def test_the_old_phone_gives_the_key_by_its_camera(
    live: LiveSite, phone: NewPhone, nora: Person, camera: Camera
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    phone.open()
    phone.fill([link("Own")])
    phone.is_given(live, nora)
    shown, number = asks(phone)
    with camera(shown) as context:
        other = NewPhone(context.new_page())
        other.open().owns(old).open()
        other.press("Scan a QR code")
        other.reads("Give the key to another phone?")
        other.says("Pixel 9")
        assert other.page.locator("[data-part=number]").inner_text() == number
        assert shown.partition("#hand-over/")[2] not in other.page.url
        other.press("Give the key")
        other.says("Pixel 9 has the key now.")
    phone.reads("2 accounts are in it")
    phone.press("Take over")
    phone.reads("3 accounts ready")


def test_a_locked_phone_is_unlocked_first_and_a_stranger_gives_nothing(
    live: LiveSite, phone: NewPhone, nora: Person, new_browser: Callable[..., BrowserContext]
) -> None:
    old = old_phone(live, nora, "Bank")
    phone.open()
    phone.is_given(live, nora)
    shown, _number = asks(phone)
    other = NewPhone(new_browser().new_page())
    other.open().owns(old).open("lock")
    other.type("New PIN", "2580")
    other.type("The PIN once more", "2580")
    other.press("Lock with this PIN")
    other.says("From now on the app asks for the PIN.")
    other.page.goto("about:blank")
    other.page.goto(shown)
    other.reads("Locked")
    other.type("PIN", "2580")
    other.press("Unlock")
    other.reads("Give the key to another phone?")
    other.press("No, don’t give it")
    other.is_linked(give_app(protected("mallory"), live.visitor()))
    follow(other, shown, "2580")
    other.says("This QR code has expired, or it isn’t from a phone of your account.")
    other.says("Nothing was given away.")
    other.is_named()
    other.is_linked(old.backup.app)
    follow(other, shown, "2580")
    other.press("Give the key")
    phone.reads("1 account is in it")
    follow(other, shown, "2580")
    other.says("This QR code has expired")


def test_a_qr_code_that_expired_is_drawn_again(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old_phone(live, nora, "Bank")
    phone.open()
    phone.is_given(live, nora)
    first, _number = asks(phone)
    rows = KeyTransfer.objects.filter(installation__user=nora.user)
    rows.update(expires_at=timezone.now())
    phone.says("The QR code has expired. Show another one.")
    phone.press("Show another QR code")
    phone.wait(lambda: rows.filter(expires_at__gt=timezone.now()).exists())
    expect(phone.page.locator("[data-part=qr] svg")).to_be_visible()
    phone.press("Copy it as a link")
    phone.wait(lambda: phone.page.evaluate("navigator.clipboard.readText()") != first)


def follow(phone: NewPhone, address: str, pin: str) -> None:
    """Open a link in the locked app."""
    phone.page.goto("about:blank")
    phone.page.goto(address)
    phone.type("PIN", pin)
    phone.press("Unlock")


def with_passkey(old: OldPhone, made: dict[str, str]) -> None:
    """Add a passkey to the ways that open the backup."""
    named = {"credential": made["credential"], "salt": made["salt"]}
    slot = make_slot(old.backup.vault, "passkey", unspelled(made["prf"]), **named)
    assert old.backup.app.put(f"vault/slots/{slot['id']}", slot).status_code == 204


def test_a_passkey_opens_it(live: LiveSite, phone: NewPhone, nora: Person) -> None:
    old = old_phone(live, nora, "Bank")
    phone.open()
    with soft_passkeys(phone.page):
        made = phone.run(PRF_KEY)
        assert made, "this Chromium's authenticator has no PRF"
        with_passkey(old, made)
        phone.is_given(live, nora)
        phone.opens_the_list()
        phone.press("Open this backup")
        phone.press("Open with a passkey")
        phone.reads("1 account is in it")


def test_without_any_key_the_old_backup_is_put_away_and_a_new_one_begins(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    phone.open()
    phone.fill([link("Own")])
    app = phone.is_given(live, nora)
    phone.opens_the_list()
    phone.press("Open this backup")
    phone.press("I don’t have any of these")
    phone.reads("No key left")
    phone.says("not you, not this site, and not its staff")
    phone.says("2 accounts")
    phone.says("within 180 days")
    phone.press("Start a new backup")
    expect(phone.page.locator(".key-groups b")).to_have_count(9)
    Linked(phone.page, nora).note_key()
    phone.press("Switch backup on")
    phone.says("1 account was sent, fetched again and opened with your backup key.")
    rows = Vault.objects.filter(user=nora.user)
    assert rows.get(public_id=old.backup.vault.id).state == "frozen"
    assert names_in(old.newest()) == ["Bank", "Mail"]
    phone.open("recovery-lost")
    expect(phone.page.get_by_text("Own")).to_be_visible()
    grant(app)
    phone.open("recovery")
    aside = phone.page.locator(".offer").filter(has_text="Put away")
    expect(aside).to_contain_text("It is kept until")
    aside.get_by_role("button", name="Open this backup").click()
    phone.types_key(old.backup_key)
    phone.says("Another backup is on, and stays.")
    phone.press("Bring them back")
    phone.reads("3 accounts ready")
    phone.open()
    assert sorted(phone.names) == ["Bank", "Mail", "Own"]
