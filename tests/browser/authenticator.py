"""Somebody with the authenticator app on a phone, and the app's own modules for tables of cases."""

import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from mimetypes import guess_type
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, expect

from tests.live.browser import click
from tests.phrases import said

APP = "/authenticator/"
MODULES = "/static/authenticator/"
KEY = "JBSWY3DPEHPK3PXP"
SECRET = b"Hello!\xde\xad\xbe\xef"
# A phone; without a service worker, that would fetch everything once more for each test.
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 780}, "service_workers": "block"}
GRANTS = ["clipboard-read", "clipboard-write"]


def link(issuer: str, label: str = "alice", secret: str = KEY, kind: str = "totp") -> str:
    """Return the link of an account whose names need no escaping."""
    return f"otpauth://{kind}/{issuer}:{label}?secret={secret}&issuer={issuer}"


def codes_now(secret: bytes = SECRET) -> set[str]:
    """Compute the codes of this moment, the one before and the one after, from RFC 6238 alone."""
    found = set()
    for step in range(int(time.time()) // 30 - 1, int(time.time()) // 30 + 2):
        digest = hmac.new(secret, step.to_bytes(8, "big"), sha1).digest()
        start = digest[-1] & 15
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
        found.add(f"{number % 10**6:06d}")
    return found


@contextmanager
def asked_by(*pages: Page) -> Iterator[list[Request]]:
    """Collect what these pages ask for in the block."""
    asked = list[Request]()

    def note(request: Request) -> None:
        asked.append(request)

    for page in pages:
        page.on("request", note)
    try:
        yield asked
    finally:  # on a page that is kept, it would hear of all tests
        for page in pages:
            page.remove_listener("request", note)


READY = ":not([inert] *)"
"""Not in a page whose module is on its way: a person cannot reach into one, a test could."""


@dataclass
class Phone:
    """The app on this page."""

    page: Page

    def open(self, place: str = "codes") -> Self:
        """Start the app anew at one of its pages."""
        address = f"{APP}#{place}"
        if urlsplit(self.page.url).path == APP:  # going there would change the hash and no more
            self.page.evaluate("(to) => history.replaceState(null, '', to)", address)
            # In the same process of the browser, at half the work.
            self.page.reload(wait_until="commit")
        else:
            self.page.goto(address, wait_until="commit")
        self.page.wait_for_load_state()  # of the page after it, too: one told to erase starts anew
        return self

    def reads(self, heading: str) -> None:
        """Expect the page with this heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(said(heading, exact=True))

    def says(self, words: str) -> None:
        """Expect to read this."""
        expect(self.page.get_by_text(said(words)).filter(visible=True).first).to_be_visible()

    def press(self, name: str) -> None:
        """Press the button or link of exactly this name."""
        words = said(name, exact=True)
        button = self.page.get_by_role("button", name=words, exact=True)
        link = self.page.get_by_role("link", name=words, exact=True)
        click(self.page, button.or_(link).first)

    def type(self, label: str, text: str) -> None:
        """Fill in a field, once its page has come."""
        field = self.page.get_by_label(said(label, exact=True), exact=True)
        field.and_(self.page.locator(READY)).fill(text)

    def choose(self, part: str, body: bytes, name: str) -> None:
        """Choose a file of this name for a part of the page, once that has come."""
        kind, _encoding = guess_type(name)
        picker = self.page.locator(f"[data-part={part}]{READY}")
        picker.set_input_files({"name": name, "mimeType": kind or "", "buffer": body})

    def choose_picture(self, body: bytes) -> None:
        """Choose a picture to be read."""
        self.choose("picture", body, "code.png")

    def add(self, text: str) -> None:
        """Add the account of a link."""
        self.press("Type a key")
        self.type("Key or link", text)
        self.press("Add the account")
        self.reads("Your codes")

    @property
    def names(self) -> list[str]:
        """The services in the list, as they are shown."""
        self.reads("Your codes")
        expect(self.page.locator(".waits")).to_have_count(0)  # for the line above the list
        # Not `all_inner_texts`: those are empty until the browser has laid the row out.
        return self.page.locator(".account:visible b[data-part=issuer]").all_text_contents()

    def row(self, name: str) -> Locator:
        """The row of a service."""
        return self.page.locator(".account").filter(has=self.page.locator("b", has_text=name))

    def code(self, name: str) -> str:
        """Read the code of a service; codes are made for rows near what is seen."""
        row = self.row(name)
        row.scroll_into_view_if_needed()
        shown = row.locator("[data-part=code]")
        expect(shown).not_to_have_text("")
        return (shown.text_content() or "").replace(" ", "")

    def run(self, body: str, given: Any = None) -> Any:
        """Run the body of an async function with the modules it names as `await use("name")`."""
        return self.page.evaluate(
            f"""async (given) => {{
                const use = (name) => import("{MODULES}" + name + ".js");
                {body}
            }}""",
            given,
        )

    def fill(self, links: list[str]) -> None:
        """Put many accounts into the vault at once, through the app's own modules."""
        self.run(
            """const { change } = await use("accounts/vault");
               const { add } = await use("accounts/entries");
               const { parse } = await use("otp/otpauth");
               await change((doc) => { for (const link of given) add(doc, parse(link)); });""",
            links,
        )

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that no page shows."""
        for _each in range(150):
            if is_so():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("it did not come to that")

    def rows_on_disk(self) -> dict[str, Any]:
        """Tell what lies in the browser's database: names of rows, generations, and all as text."""
        found: dict[str, Any] = json.loads(self.run(DUMP))
        return found


DUMP = """
const db = await new Promise((resolve) => {
  const asked = indexedDB.open("latchkey-authenticator");
  asked.onsuccess = () => resolve(asked.result);
});
const found = {};
for (const store of db.objectStoreNames) {
  const rows = db.transaction([store]).objectStore(store);
  const get = (asked) => new Promise((resolve) => {
    asked.onsuccess = () => resolve(asked.result);
  });
  const [keys, values] = await Promise.all([get(rows.getAllKeys()), get(rows.getAll())]);
  const text = (name, value) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? String.fromCharCode(...new Uint8Array(value.buffer ?? value)) : value;
  found[store] = Object.fromEntries(keys.map((key, at) => [key, values[at] instanceof CryptoKey
    ? { extractable: values[at].extractable } : JSON.parse(JSON.stringify(values[at], text))]));
}
db.close();
return JSON.stringify(found);
"""
