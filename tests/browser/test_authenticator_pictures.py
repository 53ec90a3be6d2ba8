"""QR codes in pictures as people have them: large, small in them, several, without a border."""

from base64 import b64encode

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.authenticator import READY, Phone, link
from tests.browser.large_pictures import Picture
from tests.browser.qr_pictures import png_of
from tests.browser.test_authenticator_import import account, batch

pytestmark = pytest.mark.no_rows
TEXTS = [link(f"Code{n}", "alice@example.org") for n in range(4)]
ONE = TEXTS[0]
READ = """
const { readPicture } = await use("qr/qr");
const bytes = Uint8Array.from(atob(given), (letter) => letter.charCodeAt(0));
return (await readPicture(new Blob([bytes], { type: "image/png" }))).sort();
"""
FRAME = """
const { readVideo } = await use("qr/qr");
const bytes = Uint8Array.from(atob(given), (letter) => letter.charCodeAt(0));
const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
const { width: videoWidth, height: videoHeight } = picture;
return readVideo(Object.assign(picture, { videoWidth, videoHeight }));
"""


def texts_in(phone: Phone, picture: Picture) -> list[str]:
    found: list[str] = phone.run(READ, b64encode(picture.png()).decode())
    return found


def test_a_code_of_three_pixels_a_square_is_read_in_a_large_screenshot(modules: Phone) -> None:
    screen = Picture(3840, 2160, 240).clutter(1, 900, 60).put(ONE, 1901, 1103, 3)
    assert texts_in(modules, screen) == [ONE]


@pytest.mark.parametrize("page", [0, 17, 30, 64])
def test_a_code_without_a_border_is_read_on_a_dark_page(modules: Phone, page: int) -> None:
    screen = Picture(900, 700, page).clutter(2, 40, 190).put(ONE, 301, 203, 4, border=0)
    assert texts_in(modules, screen) == [ONE]


def test_codes_without_a_border_are_read_in_a_large_dark_screenshot(modules: Phone) -> None:
    screen = Picture(3840, 2160, 24).clutter(3, 600, 200)
    screen.put(TEXTS[0], 401, 303, 3, border=0).put(TEXTS[1], 2500, 1500, 6, border=0)
    assert texts_in(modules, screen) == TEXTS[:2]


def test_every_code_of_a_picture_counts(modules: Phone) -> None:
    sheet = Picture(1200, 1400)
    for at, text in enumerate(TEXTS):
        sheet.put(text, 40 + at % 2 * 580, 40 + at // 2 * 680, 7)
    assert texts_in(modules, sheet) == TEXTS
    two = Picture(900, 500).put(TEXTS[0], 10, 40, 5).put(TEXTS[1], 450, 90, 4)
    assert texts_in(modules, two) == TEXTS[:2]


PHOTOS = [(700, 500, 190, 4.0), (1900, 2400, 260, 31.0)]


@pytest.mark.parametrize(("x", "y", "side", "degrees"), PHOTOS)
def test_a_small_code_is_read_in_a_photo_of_twelve_megapixels(
    modules: Phone, x: int, y: int, side: int, degrees: float
) -> None:
    photo = Picture(4000, 3000).noise(4).photograph(ONE, x, y, side, degrees)
    assert texts_in(modules, photo) == [ONE]


def test_a_small_code_is_read_in_a_picture_that_is_larger_than_the_reader_takes(
    modules: Phone,
) -> None:
    assert texts_in(modules, Picture(6000, 4500, 200).put(ONE, 5400, 3900, 3)) == [ONE]


def test_a_code_far_from_the_camera_is_read(modules: Phone) -> None:
    frame = Picture(1280, 720, 200).clutter(5, 60, 90).put(ONE, 611, 303, 2)
    assert modules.run(FRAME, b64encode(frame.png()).decode()) == [ONE]


def test_pictures_are_read_away_from_the_page(modules: Phone) -> None:
    assert texts_in(modules, Picture(400, 400).put(ONE, 20, 20, 5)) == [ONE]
    loaded = modules.page.evaluate(
        "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    assert "/static/authenticator/qr/qr.js" in loaded
    assert "/static/vendor/qr/decode.js" not in loaded  # but in the worker


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    return Phone(kept_page).open("scan")


def choose(phone: Phone, *pictures: tuple[str, bytes]) -> None:
    files = [FilePayload(name=name, mimeType="image/png", buffer=body) for name, body in pictures]
    phone.page.locator(f"[data-part=picture]{READY}").set_input_files(files)


def test_several_pictures_are_chosen_at_once(phone: Phone) -> None:
    empty = Picture(300, 300).png()
    choose(phone, ("a.png", png_of(TEXTS[0])), ("b.png", png_of(TEXTS[1])), ("none.png", empty))
    phone.reads("Look before you import")
    phone.says("2 of 3 can be taken, 1 cannot. See below why.")
    phone.says("none.png")
    phone.says("No QR code was found in this picture.")
    phone.press("Add 2 accounts")
    assert phone.names == ["Code0", "Code1"]


@pytest.mark.parametrize("place", ["scan", "import"])
def test_parts_of_an_export_are_chosen_at_once_in_any_order(kept_page: Page, place: str) -> None:
    phone = Phone(kept_page).open(place)
    parts = [batch([account("a", f"Part{n}")], size=3, index=n) for n in range(3)]
    choose(phone, ("3.png", png_of(parts[2])), ("1.png", png_of(parts[0])))
    phone.says("2 of 3 is read. Show the next QR code.")
    choose(phone, ("2.png", png_of(parts[1])))
    phone.press("Add 3 accounts")
    assert phone.names == ["Part0", "Part1", "Part2"]


def test_the_sheet_that_the_app_shows_is_read_whole(kept_page: Page) -> None:
    phone = Phone(kept_page).open()
    phone.fill(TEXTS)
    phone.open("export")
    phone.type("Type “export” to continue", "export")
    phone.press("Show QR codes")
    expect(kept_page.get_by_role("img", name="QR code of Code3")).to_be_visible()
    shown = kept_page.locator("[data-part=sheet]").screenshot()
    phone.run(
        """const { change } = await use("accounts/vault");
           await change((doc) => { doc.entries = []; });"""
    )
    phone.open("scan").choose_picture(shown)
    phone.press("Add 4 accounts")
    assert sorted(phone.names) == ["Code0", "Code1", "Code2", "Code3"]


def test_a_picture_is_read_where_a_file_is_chosen(kept_page: Page) -> None:
    phone = Phone(kept_page).open("import")
    phone.choose("file", png_of(ONE), "code.png")
    phone.says("Code0 is added.")
