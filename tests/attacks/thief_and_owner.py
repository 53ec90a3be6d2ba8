"""Somebody at a browser with what they know of an account, and the thief among them.

The thief opens any page of the URL map and fills in any form of it with what a thief has: a stolen
password, perhaps the mailbox, an address, a number, phone, passkey and app (`apps.py`), and
whatever the pages have shown.
"""

import json
import re
from base64 import b32decode
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength, proofs_in
from core.outbox.delivery import deliver_now
from core.outbox.models import Message, Status
from core.outbox.sms import memory_outbox
from devices.models.authenticator import codes_of, step_now
from tests.attacks.apps import AppOf, call_by_app, link_an_app
from tests.attacks.pages import Field, Form, Page, Walker
from tests.attacks.url_map import is_walked, paths_of
from tests.authenticator import SoftPasskey
from tests.live import fresh_address, fresh_number
from tests.people import Person

Draw = Callable[[int], int]  # a number below this one
SIX_DIGITS = re.compile(r"(?<![\d.])\d{6}(?!\d)")
KEY = re.compile(r"data-key>([A-Z2-7 ]+)<")
RECOVERY_CODE = re.compile(r"data-recovery-code>([^<]+)<")
NOTHING_NEW = ("/security/", "/security/contact/", "/devices/", "/security/two-step/")
"""Where a form leads when its work is done: a thief who wants something there opens it."""
PLACES = (
    "/security/",
    "/security/two-step/",
    "/security/recovery-codes/",
    "/security/contact/",
    "/security/password/",
    "/devices/",
    "/devices/link/",
    "/devices/lost/",
    "/devices/new-phone/",
    "/devices/app/",
)


def _own_forms(page: Page) -> list[Form]:
    """What can be sent on a page besides what stands on every page."""
    everywhere = ("/sign-out/", "/language/")
    posts = [form for form in page.forms if form.method == "post"]
    return [form for form in posts if not form.action.startswith(everywhere)]


@dataclass
class Somebody:
    """What both have: a browser, mailboxes they read, and what they know of the account."""

    victim: Person
    client: Client
    password: str
    reads: set[str] = field(default_factory=set)
    texts_to: set[str] = field(default_factory=set)
    address: str = ""
    number: str = ""
    new_password: str = ""
    secrets: list[bytes] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sit down at the browser."""
        self.walker = Walker(self.client, self.follows)

    def follows(self, _url: str) -> bool:
        """Tell whether to look at the page that a form has led to."""
        return True

    def state(self) -> dict[str, Any]:
        """What this one knows now, and the cookies."""
        names = {each.name for each in fields(self)} - {"victim", "client"}
        own = {name: copy(getattr(self, name)) for name in names}
        return {**own, "cookies": deepcopy(self.client.cookies)}

    def go_back_to(self, state: dict[str, Any]) -> None:
        """Know no more than at the time of this state, which stays good for another time."""
        state = {name: copy(value) for name, value in state.items()}
        self.client.cookies = deepcopy(state.pop("cookies"))
        for name, value in state.items():
            setattr(self, name, value)

    def collect(self) -> None:
        """Have everything delivered that is on its way."""
        queued = Message.objects.filter(status=Status.QUEUED)
        if not self.READS_NOTICES:
            queued = queued.filter(is_urgent=True)
        for pk in queued.order_by("pk").values_list("pk", flat=True):
            deliver_now(pk)

    READS_NOTICES: ClassVar[bool] = True

    @property
    def mails(self) -> list[str]:
        """Every mail this one can read, newest first."""
        self.collect()
        return [str(sent.body) for sent in reversed(mail.outbox) if self.reads & set(sent.to)]

    @property
    def level(self) -> Strength:
        """The strongest thing that this browser's session has proved, if it is in."""
        if "_auth_user_id" not in self.client.session:
            return Strength.NOTHING
        return max((each.strength for each in proofs_in(self.client.session)), default=Strength(0))

    def code_for(self, url: str) -> str:
        """What this one would type where a page asks for a code."""
        if any(part in url for part in ("authenticator", "/devices/", "take-back")):
            return codes_of(self.secrets[-1], [step_now()])[0] if self.secrets else ""
        if "recovery-code" in url:
            return self.saved[0] if self.saved else ""
        self.collect()
        texts = [sent.text for sent in reversed(memory_outbox) if sent.number in self.texts_to]
        said = texts if "sms" in url else [*self.mails, *texts]
        return next((found[0] for text in said if (found := SIX_DIGITS.findall(text))), "")

    def fill(self, page: Page, at: Callable[[Field], str | None]) -> Callable[[Field], str]:
        """Fill in a control as a person would who knows what this one knows."""

        def value(each: Field) -> str:
            chosen = at(each)
            return self.known(page.url, each) if chosen is None else chosen

        return value

    def known(self, url: str, each: Field) -> str:
        """What belongs into a control, as far as this one knows."""
        if each.token == "one-time-code" or each.name == "code":
            return self.code_for(url)
        if each.kind in ("checkbox", "radio"):
            return each.value
        mine = self.password if each.name == "password" else self.new_password
        address = self.victim.address if "/sign-in" in url else self.address
        of_kind = {"password": mine, "email": address, "tel": self.number}
        return of_kind.get(each.kind, each.value or "Mine")

    def send(self, page: Page, form: Form, button: tuple[str, str, str] | None = None) -> Page:
        """Send a form off; what a page shows is remembered."""
        return self.note(self.walker.press(form, self.fill(page, lambda _each: None), button))

    def note(self, page: Page) -> Page:
        """Remember the secrets and codes that a page shows."""
        for key in KEY.findall(page.text):
            letters = key.replace(" ", "")
            secret = b32decode(letters + "=" * (-len(letters) % 8))
            if secret not in self.secrets:
                self.secrets.append(secret)
        self.saved = RECOVERY_CODE.findall(page.text) or self.saved
        return page

    def open(self, path: str) -> Page:
        """Open a page; where scripts are off, the part of a link after # is pasted there."""
        path, _sharp, token = path.partition("#")
        page = self.note(self.walker.open(path))
        form = next((one for one in page.forms if "token" in {f.name for f in one.fields}), None)
        if not token or form is None:
            return page
        fill = self.fill(page, lambda each: token if each.name == "token" else None)
        return self.note(self.walker.press(form, fill))

    def prove(self, page: Page, most: int = 4) -> Page:
        """Go on through the pages that ask for a password or a code, as far as one can."""
        for _each in range(most):
            form = next(iter(_own_forms(page)), None)
            if form is None or not page.url.startswith(("/sign-in/", "/confirm/")):
                return page
            names = {each.name for each in form.fields}
            if "code" in names and not self.code_for(page.url):
                return page
            before = (page.url, names)
            page = self.send(page, form, form.buttons[0] if form.buttons else None)
            if (page.url, {each.name for form in page.forms for each in form.fields}) == before:
                return page
        return page


@dataclass
class Thief(Somebody):
    """Has the password, perhaps the mailbox, and things of their own."""

    soft: SoftPasskey = field(default_factory=SoftPasskey)
    app: AppOf | None = None
    treasure: tuple[str, ...] = ()  # what is sealed in the backup of the owner
    has_read: bool = False

    READS_NOTICES: ClassVar[bool] = False  # a thief has no use for them

    def follows(self, url: str) -> bool:
        """Look only where there may be more to do, or something to note."""
        return url not in NOTHING_NEW

    @classmethod
    def of(cls, victim: Person, client: Client, *, mailbox: bool) -> "Thief":
        """Somebody with the stolen password of this person."""
        address, number = fresh_address("thief"), fresh_number()
        thief = cls(victim, client, victim.password, address=address, number=str(number))
        thief.new_password = "what the thief would like it to be"
        thief.reads, thief.texts_to = {address}, {str(number)}
        if mailbox:
            thief.reads.add(victim.address)
        return thief

    def sign_in(self) -> Page:
        """With the password, and a code to the mailbox if one is asked for."""
        page = self.prove(self.open("/sign-in/"))
        if page.url.startswith("/sign-in/") and self.victim.address in self.reads:
            page = self.prove(self.open("/sign-in/email/"))
        return page

    def act(self, draw: Draw) -> str:
        """Do one thing that this session can reach; return where."""
        return self.ACTS[draw(len(self.ACTS))](self, draw)

    def _by_links(self, draw: Draw) -> str:
        """Go from one of the places to a form, over a link or two, and send it off."""
        page = self.open(PLACES[draw(len(PLACES))])
        for _each in range(1 + draw(3)):
            links = [url for url, _class in page.links if is_walked(url)]
            forms = _own_forms(page)
            if forms and (draw(2) or not links):
                break
            if links:
                page = self.open(links[draw(len(links))])
        return self._send_some_form(page, draw)

    def _by_the_map(self, draw: Draw) -> str:
        """Post to an address whose page was never opened, with any id of the account."""
        paths = paths_of(self.victim.user)
        path = paths[draw(len(paths))]
        form = Form(path, "post", {"code": self.code_for(path), "password": self.password})
        self.prove(self.note(self.walker.press(form, lambda _each: "")))
        return f"posted to {path}"

    def _send_some_form(self, page: Page, draw: Draw) -> str:
        forms = _own_forms(page)
        if not forms:
            return f"only looked at {page.url}"
        form = forms[draw(len(forms))]
        button = form.buttons[draw(len(form.buttons))] if form.buttons else None
        page = self.note(self.walker.press(form, self.fill(page, self._choice(draw)), button))
        page = self.prove(page)
        # The form behind the proof, or the page on which what was begun is finished.
        if page.url.startswith(form.action.partition("?")[0]) or "confirm" in page.url:
            again = next(iter(_own_forms(page)), None)
            if again is not None:
                self.prove(self.send(page, again, again.buttons[0] if again.buttons else None))
        return form.action

    @staticmethod
    def _choice(draw: Draw) -> Callable[[Field], str | None]:
        def choose(each: Field) -> str | None:
            if each.kind == "checkbox":
                return (each.value or "on") if draw(2) else ""
            return None

        return choose

    def _passkey(self, draw: Draw) -> str:
        """Add a passkey of one's own, or use it where a second step is asked for."""
        if draw(2):
            asked = self.client.post("/devices/passkeys/add/options/")
            if asked.status_code != 200:
                return "no passkey now"
            answer = json.dumps(self.soft.create(asked.json()))
            self.client.post("/devices/passkeys/add/", {"name": "Mine", "code": answer})
            return "added a passkey"
        for base in ("/sign-in/passkey/", "/confirm/passkey/"):
            asked = self.client.post(f"{base}options/")
            if asked.status_code == 200 and self.soft.handle:
                self.client.post(base, {"code": json.dumps(self.soft.get(asked.json()))})
        return "used the passkey"

    def _sign_in_again(self, draw: Draw) -> str:
        """From the front door, as somebody who was thrown out or wants a fresh proof."""
        self.client.logout()
        self.sign_in()
        return "signed in again"

    ACTS: ClassVar[list[Callable[["Thief", Draw], str]]] = [
        *[_by_links] * 6,
        _by_the_map,
        *[_passkey] * 2,
        *[_sign_in_again] * 2,
        link_an_app,
        *[call_by_app] * 4,
    ]
