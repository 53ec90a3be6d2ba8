"""The list of codes stands still: no tick moves a row, and none is drawn for nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.authenticator import PHONE, Phone, link

pytestmark = pytest.mark.no_rows
PERIOD = 1_800_000_000  # seconds: the beginning of one
PLACES = """() => [...document.querySelectorAll(".account")].slice(0, 12)
  .map((row) => { const { y, height } = row.getBoundingClientRect(); return [y, height]; })"""
WATCH = """() => {
  globalThis.touched = new Set();
  new MutationObserver((seen) => {
    for (const { target, addedNodes } of seen) {
      for (const node of [target, ...addedNodes]) {
        const row = (node.closest ? node : node.parentElement)?.closest(".account");
        if (row) touched.add(row.querySelector("[data-part=issuer]").textContent);
      }
    }
  }).observe(document.querySelector(".accounts"),
    { subtree: true, childList: true, attributes: true, characterData: true });
}"""


@pytest.fixture
def page(new_browser: Callable[..., BrowserContext]) -> Page:
    page = new_browser(**PHONE).new_page()
    page.route("**/healthz", lambda route: route.abort())  # nobody puts this clock right
    page.clock.set_fixed_time(PERIOD)
    return page


def at(phone: Phone, second: int) -> None:
    """Let it be this second, and the list say so."""
    phone.page.clock.set_fixed_time(PERIOD + second)
    shown = phone.page.locator(".account [data-part=left]").first
    expect(shown).to_have_text(f"{30 - second % 30} s")


@pytest.mark.parametrize("width", [320, 1280])
def test_no_row_moves_when_a_period_ends(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    phone = Phone(page).open()
    kinds = ["totp", "steam", "totp"]
    phone.fill([link(f"Shop{n:02}", kind=kinds[n % 3]) for n in range(12)])
    phone.fill([link("Long") + "&digits=10", link("Eight") + "&digits=8"])
    at(phone, 5)
    before = page.evaluate(PLACES)
    coming = phone.row("Shop00").locator("[data-part=next]")
    expect(coming).to_be_hidden()
    at(phone, 25)
    expect(coming).to_be_visible()
    assert page.evaluate(PLACES) == before
    at(phone, 31)
    expect(coming).to_be_hidden()
    assert page.evaluate(PLACES) == before


def touched(page: Page) -> set[str]:
    return set(page.evaluate("[...touched]"))


def test_only_rows_near_the_screen_tick(page: Page) -> None:
    phone = Phone(page).open()
    phone.fill([link(f"Shop{n:02}") for n in range(60)])
    at(phone, 5)
    page.evaluate(WATCH)
    at(phone, 25)
    at(phone, 31)
    found = touched(page)
    assert "Shop00" in found
    assert len(found) < 20
    phone.type("Search", "Shop5")
    expect(page.locator(".account:visible")).to_have_count(10)
    at(phone, 35)
    page.evaluate("touched.clear()")
    at(phone, 36)
    assert touched(page) <= {f"Shop5{n}" for n in range(10)}
    assert phone.code("Shop59")


def test_a_save_writes_the_one_row(page: Page) -> None:
    phone = Phone(page).open()
    phone.fill([link(f"Shop{n}") for n in range(6)])
    at(phone, 5)
    first: Any = page.locator(".account").first.element_handle()
    page.evaluate(WATCH)
    phone.press("Pin Shop3")
    expect(page.locator(".account b[data-part=issuer]").first).to_have_text("Shop3")
    assert touched(page) == {"Shop3"}
    assert first.is_visible()
    expect(page.locator("[data-part=pin]:focus")).to_have_attribute("aria-pressed", "true")


def test_every_row_of_a_long_list_is_found_and_reached_by_keyboard(page: Page) -> None:
    phone = Phone(page).open()
    phone.fill([link(f"Shop{n:03}") for n in range(300)])
    expect(page.locator(".account")).to_have_count(300)
    # Before the first picture of the rows a browser finds none of them.
    expect(page.locator(".accounts")).to_contain_text("Shop000", use_inner_text=True)
    assert page.evaluate("find('Shop250')")
    page.locator(".account").nth(250).scroll_into_view_if_needed()
    assert phone.code("Shop250")
    page.get_by_role("link", name="Scan a QR code").focus()
    page.keyboard.press("Shift+Tab")
    names = page.locator(".account:focus-within b[data-part=issuer]")
    expect(names).to_have_text("Shop299")
    expect(phone.row("Shop298").locator("[data-part=copy]")).to_be_attached()
    for _each in range(6):
        page.keyboard.press("Shift+Tab")
    expect(names).to_have_text("Shop297")


NAMES = (
    "[...document.querySelectorAll('.account [data-part=issuer]')].map((name) => name.textContent)"
)


def test_a_long_list_keeps_its_order_when_one_is_pinned_and_searched(page: Page) -> None:
    phone = Phone(page).open()
    names = [f"Shop{n:03}" for n in range(120)]  # some blocks of rows
    phone.fill([link(name) for name in names])
    expect(page.locator(".account")).to_have_count(120)
    page.locator(".account").nth(100).scroll_into_view_if_needed()
    phone.press("Pin Shop100")
    pinned = ["Shop100", *(name for name in names if name != "Shop100")]
    expect(page.locator(".account [data-part=issuer]").first).to_have_text("Shop100")
    assert page.evaluate(NAMES) == pinned
    expect(page.locator("[data-part=pin]:focus")).to_have_attribute("aria-pressed", "true")
    phone.type("Search", "Shop09")
    expect(page.locator(".account")).to_have_count(10)
    phone.type("Search", "")
    expect(page.locator(".account")).to_have_count(120)
    assert page.evaluate(NAMES) == pinned
    expect(
        page.get_by_role("list").filter(has_text="Shop000").get_by_role("listitem")
    ).to_have_count(120)
