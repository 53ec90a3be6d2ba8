"""Adding by the camera and by pictures; what is no account is refused with a sentence."""

from collections.abc import Callable
from threading import Event

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.authenticator import KEY, PHONE, Phone, link
from tests.browser.qr_pictures import Camera, png_of

pytestmark = pytest.mark.no_rows
REFUSING = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("no", location.search.slice(1));
};
"""


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    """The page that scans, on a device without a camera."""
    return Phone(kept_page).open("scan")


def test_the_camera_sees_a_code_and_keeps_its_account(camera: Camera) -> None:
    with camera(link("Cinema")) as context:
        phone = Phone(context.new_page()).open()
        phone.press("Scan a QR code")
        phone.says("Cinema is added.")
        assert phone.names == ["Cinema"]


DARK_AT_FIRST = """
const devices = navigator.mediaDevices ?? {}; // none on the page before the site's
const once = devices.getUserMedia?.bind(devices);
let opened = 0;
devices.getUserMedia = async (wanted) => {
  if (!opened++) return new MediaStream();
  await new Promise((resolve) => { window.openNow = resolve; });
  return once(wanted);
};
"""


def test_a_camera_that_gives_no_picture_is_opened_again(camera: Camera) -> None:
    with camera(link("Cinema")) as context:
        context.add_init_script(DARK_AT_FIRST)
        phone = Phone(context.new_page()).open("scan")
        phone.says("The camera gives no picture. It is opened again.")
        phone.says("Choose a picture of the QR code, or type the key.")
        phone.page.evaluate("window.openNow()")
        phone.says("Cinema is added.")


def without_reader(page: Page) -> Event:
    """Let nothing fetch what reads QR codes until the event is set.

    The route stays: to take it away in the middle of a request leaves that without an answer.
    """
    came_back = Event()
    page.route(
        "**/decode*.js",
        lambda route: route.continue_() if came_back.is_set() else route.abort(),
    )
    return came_back


def test_looking_goes_on_once_the_reader_is_there(camera: Camera) -> None:
    with camera(link("Cinema")) as context:
        page = context.new_page()
        came_back = without_reader(page)
        phone = Phone(page).open("scan")
        phone.says("QR codes cannot be read without the network yet. Type the key instead.")
        came_back.set()
        phone.says("Cinema is added.")


def test_a_picture_waits_for_the_reader_too(new_browser: Callable[..., BrowserContext]) -> None:
    page = new_browser(**PHONE).new_page()
    came_back = without_reader(page)
    phone = Phone(page).open("scan")
    phone.says("This device has no camera.")
    phone.choose_picture(png_of(link("Gallery")))
    phone.says("QR codes cannot be read without the network yet. Type the key instead.")
    came_back.set()
    phone.choose_picture(png_of(link("Gallery")))
    phone.says("Gallery is added.")


def test_without_a_camera_a_picture_does(phone: Phone) -> None:
    phone.says("This device has no camera.")
    phone.says("Choose a picture of the QR code, or type the key.")
    phone.choose_picture(b"this is no picture")
    phone.says("This file is not a picture that the browser can show.")
    phone.choose_picture(png_of(link("Gallery")))
    phone.says("Gallery is added.")
    assert phone.names == ["Gallery"]
    phone.open("scan")
    phone.choose_picture(png_of("otpauth://totp/?secret=" + KEY))
    phone.reads("Add an account")
    expect(phone.page.get_by_label("Key or link")).to_have_value(KEY)
    expect(phone.page.get_by_label("Service")).to_be_focused()


HOSTILE = {
    "https://evil.example/<img src=x onerror=alert(1)>": "It says “https://evil.example/<img src=x",
    "javascript:alert(1)//" + "x" * 900: "not one of an account",
    "otpauth://totp/Shop?secret=0189": "no key has: “0”",
    "otpauth://totp/Shop": "The link has no key in it.",
    "otpauth-migration://offline?data=AAAA": "The export is cut off or damaged.",
    "WIFI:S:hotel;T:WPA;P:secret;;": "not one of an account",
}


def test_hostile_codes_are_refused_with_a_sentence(phone: Phone) -> None:
    for text, words in HOSTILE.items():
        phone.choose_picture(png_of(text))
        phone.says(words)
    assert phone.page.locator("main img, main a[href^=http], main a[href^=java]").count() == 0
    phone.open()
    phone.says("No accounts yet")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("NotAllowedError", "The browser does not let this page use the camera."),
        ("NotReadableError", "The camera is in use by another app."),
    ],
)
def test_a_camera_that_is_refused_has_its_sentence(
    kept_page: Page, reason: str, words: str
) -> None:
    page = kept_page.context.new_page()
    page.add_init_script(REFUSING)
    page.goto(f"/authenticator/?{reason}#scan")
    phone = Phone(page)
    phone.says(words)
    phone.press("Type the key")
    phone.reads("Add an account")
