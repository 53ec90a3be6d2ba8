"""J1: from nothing to an account that is well protected."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Download, Page, expect

from tests.journeys.hand import Hand, check_letter, code_of_mail
from tests.live import LiveSite, fresh_address

PASSWORD = "wool lantern marble cliff"
MOST_PAGES, MOST_FIELDS, MOST_CLICKS = 12, 7, 14
MINUTES = 3


def test_an_account_is_made_and_protected_in_under_three_minutes(
    live: LiveSite, new_browser: Callable[..., BrowserContext]
) -> None:
    started = time.monotonic()
    context = new_browser(accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    pia, address = Hand(context.new_page()), fresh_address("pia")
    sign_up(live, pia, address)
    pia.reads("Your password is all that protects your account")
    link_phone(pia)
    codes = make_codes(pia)
    check_download(pia.page, codes)
    check_copy(pia.page, codes)
    check_print(pia.page, codes, address)
    type_one_back(pia, codes)
    work = f"{pia.pages} pages, {pia.fields} fields, {pia.clicks} clicks"
    assert pia.pages <= MOST_PAGES, work
    assert pia.fields <= MOST_FIELDS, work
    assert pia.clicks <= MOST_CLICKS, work
    assert time.monotonic() - started < MINUTES * 60
    subjects = check_mails(live, address)
    assert {"phone", "codes", "verification"} <= subjects


def sign_up(live: LiveSite, pia: Hand, address: str) -> None:
    pia.open("/")
    pia.press("Create an account")
    pia.type("E-mail address", address)
    pia.type("Password", PASSWORD)
    pia.press("Create the account")
    pia.reads("Confirm your address")
    pia.sees(address)
    code = code_of_mail(live.mail.wait_for(address))
    pia.type_code(code, "Confirm the address")


def link_phone(pia: Hand) -> None:
    pia.press("Turn on two-step verification")
    pia.sees("Two-step verification is off")
    pia.press("Set up a phone or add a passkey")
    pia.links_phone("Pixel 8")
    pia.sees("Pixel 8 is linked.")


def make_codes(pia: Hand) -> list[str]:
    pia.press("Make recovery codes")
    pia.reads("Save your recovery codes")
    codes = pia.page.locator("[data-recovery-code]").all_inner_texts()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", code) for code in codes)
    return codes


def check_download(page: Page, codes: list[str]) -> None:
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    download: Download = waiting.value
    assert download.suggested_filename == "recovery-codes.txt"
    lines = Path(download.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Latchkey recovery codes, made ")
    assert [line for line in lines[1:] if line] == codes


def check_copy(page: Page, codes: list[str]) -> None:
    """Copy, then paste into the field: its module groups what comes, so all ten show."""
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied. Paste them where only you can read them.")).to_be_visible()
    field = page.get_by_label("Code", exact=True)
    field.focus()
    page.keyboard.press("Control+V")
    expect(field).to_have_value("-".join(codes))
    field.fill("")


def check_print(page: Page, codes: list[str], address: str) -> None:
    """What comes out of the printer has the site, the date and the codes, and no address."""
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    sheet = page.locator("body").inner_text()
    assert sheet.startswith("Latchkey · recovery codes · ")
    assert re.search(r"\d{1,2} \w{3} 20\d\d", sheet)
    assert all(code in sheet for code in codes)
    for kept_back in (address, "Overview", "Sign out", "Download", "Type one of them"):
        assert kept_back not in sheet
    page.emulate_media(media="screen")


def type_one_back(pia: Hand, codes: list[str]) -> None:
    pia.type_code("not one of them", "Done, turn on two-step verification")
    pia.sees("A recovery code has sixteen letters and digits")
    pia.type_code(codes[6].lower().replace("-", " "), "Done, turn on two-step verification")
    pia.reads("Your account is well protected")
    pia.sees("Two-step verification is on.")
    pia.sees("10 left")
    pia.open("/security/recovery-codes/")
    pia.sees("10 of 10 codes left")
    assert not pia.page.locator("[data-recovery-code]").count()


def check_mails(live: LiveSite, address: str) -> set[str]:
    """Wait for the three notices, check every mail and return the words of the subjects."""
    for subject in ("linked", "recovery codes", "two-step verification is on"):
        live.mail.wait_for(address, subject=subject)
    mails = live.mail.messages_for(address)
    for mail in mails:
        check_letter(mail)
    return {word for mail in mails for word in re.findall(r"\w+", str(mail["Subject"]))}
