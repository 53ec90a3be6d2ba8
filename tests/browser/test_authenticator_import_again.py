"""What is here already, in the trash, further on or not all there: each is told apart."""

from base64 import b32encode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authenticator import Phone, link
from tests.browser.qr_pictures import png_of
from tests.browser.test_authenticator_import import account, batch

pytestmark = pytest.mark.no_rows


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    return Phone(kept_page).open("import")


def read(phone: Phone, *lines: str) -> None:
    phone.open("import").type("Or paste its text", "\n".join(lines))
    phone.press("Read it")
    phone.reads("Look before you import")


def counters(phone: Phone) -> dict[str, int]:
    found: dict[str, int] = phone.run(
        """const { current } = await use("accounts/vault");
           const { living } = await use("accounts/entries");
           return Object.fromEntries(living(current()).map((e) => [e.issuer, e.counter]));"""
    )
    return found


def test_an_import_that_was_undone_comes_back_by_importing_it_again(phone: Phone) -> None:
    lines = [link("One"), link("Two"), link("Three")]
    read(phone, *lines)
    phone.press("Add 3 accounts")
    phone.press("Undo")
    phone.says("Taken back.")
    assert phone.names == []
    read(phone, *lines, link("New"))
    phone.says("In your trash: 3")
    phone.says("Ready to add: 1")
    phone.press("Put all back")
    phone.says("3 accounts are back in the list.")
    phone.says("Here already: 3")
    phone.press("Add 1 account")
    assert sorted(phone.names) == ["New", "One", "Three", "Two"]


def test_putting_back_can_be_undone_too(phone: Phone) -> None:
    read(phone, link("One"), link("Two"))
    phone.press("Add 2 accounts")
    phone.press("Undo")
    phone.says("Taken back.")
    read(phone, link("One"), link("Two"))
    expect(phone.page.get_by_role("button", name="Add", exact=False)).to_have_count(0)
    phone.press("Put all back")
    assert phone.names == ["One", "Two"]
    phone.press("Undo")
    phone.says("Taken back.")
    assert phone.names == []
    phone.open("trash")
    phone.press("Put all back")
    phone.says("2 accounts are back in the list.")
    phone.says("The trash is empty.")
    phone.open()
    assert phone.names == ["One", "Two"]


def test_an_account_in_the_list_is_not_looked_for_in_the_trash(phone: Phone) -> None:
    phone.fill([link("Twin"), link("Twin")])
    phone.run(
        """const { change } = await use("accounts/vault");
           const { trash } = await use("accounts/entries");
           await change((doc) => trash(doc, doc.entries[1].id));"""
    )
    read(phone, link("Twin"))
    phone.says("Here already: 1")


def counted(name: str, counter: int) -> str:
    return link(name, kind="hotp") + f"&counter={counter}"


def test_a_counter_that_went_on_elsewhere_is_raised_and_never_lowered(phone: Phone) -> None:
    phone.fill([counted("Behind", 3), counted("Ahead", 9), counted("Thrown", 2)])
    phone.run(
        """const { change } = await use("accounts/vault");
           const { trash } = await use("accounts/entries");
           await change((doc) => trash(doc, doc.entries[2].id));"""
    )
    lines = [counted("Behind", 7), counted("Behind", 5), counted("Ahead", 4), counted("Thrown", 8)]
    read(phone, *lines, counted("Fresh", 1), counted("Fresh", 6))
    phone.says("Here already, with a lower counter: 1")
    phone.says("In your trash: 1")
    phone.press("Put all back")
    phone.says("1 account is back in the list.")
    phone.press("Add 1 account")
    phone.says("1 account is added.")
    assert counters(phone) == {"Behind": 7, "Ahead": 9, "Thrown": 8, "Fresh": 6}
    read(phone, counted("Ahead", 12))
    phone.press("Update 1 counter")
    phone.says("1 counter is updated.")
    phone.open("scan")
    phone.choose_picture(png_of(counted("Behind", 30)))
    phone.says("The counter of Behind was behind. It is up to date now.")
    assert counters(phone) == {"Behind": 30, "Ahead": 12, "Thrown": 8, "Fresh": 6}
    phone.open("scan")
    phone.choose_picture(png_of(counted("Behind", 29)))
    phone.says("Behind is in your list already.")


def parts(size: int, *chosen: int) -> list[str]:
    return [batch([account(f"p{n}", f"Part{n}")], size=size, index=n) for n in chosen]


def test_the_preview_counts_what_was_there(phone: Phone) -> None:
    thrown = link("Gone") + "&codeDisplay=%7B%22trashed%22%3Atrue%7D"
    read(phone, link("One"), link("Two"), link("Three"), "otpauth://totp/Bad?secret=18", thrown)
    phone.says("5 entries were found in a list of links. Nothing is added yet.")
    phone.says("3 of 5 can be taken, 2 cannot. See below why.")
    phone.says("Cannot be read: 1")
    phone.says("Left out, as they are in the other app's trash: 1")
    read(phone, *parts(3, 1))
    phone.says("1 of 2 can be taken, 1 cannot. See below why.")
    phone.says("QR code 1, 3 of 3 was not read, so its accounts are missing here.")
    phone.press("Add 1 account")
    assert phone.names == ["Part1"]


def test_parts_that_are_scanned_in_any_order_have_the_order_of_the_export(phone: Phone) -> None:
    first, second, third = parts(3, 0, 1, 2)
    phone.choose_picture(png_of(third))
    phone.says("1 of 3 is read. Show the next QR code.")
    phone.choose_picture(png_of(first))
    phone.says("2 of 3 is read. Show the next QR code.")
    phone.choose_picture(png_of(second))
    phone.press("Add 3 accounts")
    assert phone.names == ["Part0", "Part1", "Part2"]


def test_going_on_without_the_rest_says_what_is_missing(phone: Phone) -> None:
    phone.choose_picture(png_of(parts(3, 1)[0]))
    phone.press("Go on without the rest")
    phone.says("QR code 1, 3 of 3 was not read, so its accounts are missing here.")


def test_a_migration_link_is_taken_where_a_key_is_typed(phone: Phone) -> None:
    phone.open("add")
    phone.type("Key or link", batch([account("a", "One"), account("b", "Two")]))
    phone.press("Add the account")
    phone.press("Add 2 accounts")
    assert phone.names == ["One", "Two"]


def test_a_long_list_is_looked_at_without_a_line_for_each(phone: Phone) -> None:
    lines = [link(f"S{n}", secret=b32encode(b"%010d" % n).decode()) for n in range(1500)]
    phone.choose("file", "\n".join([*lines, "nothing", "at all"]).encode(), "list.txt")
    phone.says("Ready to add: 1500")
    phone.says("and 1300 more")
    assert phone.page.locator("li").count() < 300
    phone.press("Add 1500 accounts")
    phone.says("1500 accounts are added.")
