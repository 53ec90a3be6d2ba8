"""A person at a real browser: what they press, type, read in their mail and on their phone."""

import hmac
import re
import time
from base64 import b32decode
from dataclasses import dataclass, field
from email.message import EmailMessage
from hashlib import sha1
from html import unescape

from playwright.sync_api import Locator, Page, expect

from tests.live.browser import click
from tests.live.sinks import body_of
from tests.people import Person
from tests.phrases import said

PERIOD = 30  # seconds a code of an authenticator app is shown, RFC 6238
LATE = 24  # seconds into a period after which its predecessor is too old to be typed in time
PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@dataclass
class App:
    """An authenticator app, written from RFC 6238 and not from the site's own code."""

    secret: bytes
    used: int = 0
    """The time step of the newest code that was typed."""

    @classmethod
    def from_key(cls, shown: str) -> "App":
        """Set the app up with the key as the page shows it."""
        key = "".join(shown.split())
        return cls(b32decode(key + "=" * (-len(key) % 8)))

    @classmethod
    def of(cls, person: Person) -> "App":
        """Hold the phone that was linked for this person."""
        authenticator = person.authenticator
        return cls(authenticator.secret, authenticator.last_step)

    def at(self, step: int) -> str:
        """Compute the code of a time step."""
        digest = hmac.new(self.secret, step.to_bytes(8, "big"), sha1).digest()
        start = digest[-1] & 15
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**6:06d}"

    def code(self) -> str:
        """Return a code that was not typed before; wait for the next one if there is none."""
        while True:
            now, second = divmod(time.time(), PERIOD)
            oldest = int(now) if second > LATE else int(now) - 1
            step = max(oldest, self.used + 1)
            if step <= int(now) + 1:
                self.used = step
                return self.at(step)
            time.sleep(PERIOD - second)


@dataclass
class Hand:
    """Presses and types like a person, by what can be read, and counts the work."""

    page: Page
    pages: int = field(default=0, init=False)
    fields: int = field(default=0, init=False)
    clicks: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.page.on("domcontentloaded", lambda _page: self._turn())

    def _turn(self) -> None:
        self.pages += 1

    def open(self, path: str) -> None:
        """Go to an address."""
        self.page.goto(path)

    def type(self, label: str, text: str) -> None:
        """Fill in the field with this label."""
        self.page.get_by_label(said(label, exact=True), exact=True).fill(text)
        self.fields += 1

    def find(self, name: str) -> Locator:
        """Find the button or link of this name."""
        words = said(name)
        button = self.page.get_by_role("button", name=words)
        return button.or_(self.page.get_by_role("link", name=words)).first

    def press(self, name: str) -> None:
        """Press the button or link of this name."""
        click(self.page, self.find(name))
        self.clicks += 1

    def opens(self, name: str) -> None:
        """Unfold what is folded under this name."""
        self.page.locator("summary").filter(has_text=said(name)).click()
        self.clicks += 1

    def reads(self, heading: str) -> None:
        """Expect to be on the page with this heading, the only one of its rank."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(said(heading)))

    def sees(self, text: str) -> None:
        """Expect to read this somewhere on the page."""
        expect(self.page.get_by_text(said(text)).filter(visible=True).first).to_be_visible()

    def sees_not(self, text: str) -> None:
        """Expect not to read this anywhere."""
        expect(self.page.get_by_text(said(text))).to_have_count(0)

    def is_refused_the_code_of(self, phone: str) -> None:
        """Find a code refused, as used, or as that of a phone that was taken away."""
        used = self.page.get_by_text(said("This code is wrong, already used"))
        away = self.page.get_by_text(
            said(f"This code is from {phone}, which is no longer in use here.")
        )
        expect(used.or_(away).filter(visible=True).first).to_be_visible()

    def acts_because(self, reason: str) -> None:
        """Say how the caller was verified, and why, on the page of a staff act."""
        self.page.get_by_label(said("They read me the three words, and mine were the same")).check()
        self.page.get_by_label(said("Reason", exact=True), exact=True).fill(reason)

    def type_password(self, person: Person) -> None:
        """Do the first half of a sign-in on the page that is open."""
        self.type("E-mail address", person.address)
        self.type("Password", person.password)
        self.press("Continue")

    def type_code(self, code: str, button: str = "Continue") -> None:
        """Type a code and send it."""
        self.type("Code", code)
        self.press(button)

    def sign_in(self, person: Person, app: App, path: str = "/sign-in/") -> None:
        """Sign in with password and authenticator app."""
        self.open(path)
        self.type_password(person)
        self.reads("Enter the code from your authenticator app")
        self.type_code(app.code())

    def signs_out(self) -> None:
        """Sign out, and wait until it is done: a page opened before would still be the person's."""
        self.press("Sign out")
        self.reads("Sign in")

    def links_phone(self, name: str, button: str = "Link this phone") -> App:
        """Name a phone, read the key beside the picture and type the first code."""
        self.type("Name of the phone", name)
        self.press("Show the QR code")
        app = self.reads_key()
        self.type_code(app.code(), button)
        return app

    def reads_key(self) -> App:
        """Set an app up from the page with the QR code."""
        expect(self.page.get_by_role("img", name=said("QR code with the key"))).to_be_visible()
        self.page.get_by_text(said("Type the key")).click()
        self.clicks += 1
        key = self.page.locator("[data-key]")
        expect(key).to_be_visible()
        return App.from_key(key.inner_text())


def code_in(text: str) -> str:
    """Find the six digits on a line of their own in a mail, or the first of a text message."""
    found = re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE) or re.search(r"\b(\d{6})\b", text)
    assert found, f"no code in:\n{text}"
    return found[1]


def code_of_mail(mail: EmailMessage) -> str:
    """Find the code in a mail, which is never in the subject."""
    code = code_in(body_of(mail))
    assert code not in str(mail["Subject"])
    return code


def words_of(text: str) -> set[str]:
    """Return the words that a reader sees, whatever the punctuation."""
    return set(re.findall(r"[\w@/.:-]*\w", text))


def seen_in(html: str) -> str:
    """Return what a reader sees of an HTML mail."""
    body = re.sub(r"<(style|head|title)\b.*?</\1>", " ", html, flags=re.DOTALL)
    body = body.replace("<wbr>", "")  # a line may end here, a word does not
    return unescape(re.sub(r"<[^>]+>", " ", body))


def check_letter(mail: EmailMessage) -> None:
    """Check that both parts of a mail say the same, without a code in the subject.

    Only the HTML has a heading, in which it repeats the subject.
    """
    subject = str(mail["Subject"])
    assert not re.search(r"\d{4}", subject)
    before, heading, after = re.split(r"<h1>(.*?)</h1>", body_of(mail, "html"), flags=re.DOTALL)
    assert subject.casefold().endswith(f": {seen_in(heading).strip()}".casefold())
    text, html = words_of(body_of(mail)), words_of(seen_in(before + after))
    assert text == html, f"{subject}: only in one part: {text ^ html}"
    assert mail["Auto-Submitted"] == "auto-generated"
