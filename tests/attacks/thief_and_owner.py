"""A thief and an owner of one account, each in a browser, as they act over time.

The thief opens any page of the URL map and fills in any form of it with what a thief has: a stolen
password, perhaps the mailbox, an address, a number, phone and passkey of their own, and whatever
the pages have shown. The owner has an ordinary day: signs in, answers what is asked, follows each
notice to the letter.
"""

import json
import re
from base64 import b32decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.proofs import Strength, proofs_in
from devices.models import Authenticator
from devices.models.authenticator import codes_of, step_now
from portal.outbox.sms import memory_outbox
from tests.attacks.pages import Field, Form, Page, Walker
from tests.authenticator import SoftPasskey
from tests.live import fresh_address, fresh_number
from tests.people import Person

Draw = Callable[[int], int]  # a number below this one
SIX_DIGITS = re.compile(r"(?<![\d.])\d{6}(?!\d)")
KEY = re.compile(r"data-key>([A-Z2-7 ]+)<")
RECOVERY_CODE = re.compile(r"data-recovery-code>([^<]+)<")
LINK = re.compile(r"https://testserver(/\S+)")
NOT_WALKED = (  # what is no page of a person, or walked by itself
    "/admin/",
    "/api/",
    "/authenticator/",
    "/outbox/",
    "/styleguide/",
    "/brand/",
    "/sign-up/",
    "/language/",
)
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
PASSWORD_OF_THE_THIEF = "what the thief would like it to be"
PASSWORD_OF_THE_OWNER = "the one after the bad afternoon"


def _is_walked(url: str) -> bool:
    return url.startswith("/") and not url.startswith(NOT_WALKED)


def paths_of(user: User) -> list[str]:
    """Every address of the URL map that a browser can open, with the ids of this account."""
    ids = [str(public_id) for public_id in _ids_of(user)]
    slugs = ["authenticator", "passkey", "email", "sms", "recovery-code"]
    found: list[str] = []
    for name, keys in _patterns():
        values: list[dict[str, str]] = [{}] if not keys else []
        if keys == ["public_id"]:
            values = [{"public_id": each} for each in ids]
        elif keys == ["slug"]:
            values = [{"slug": each} for each in slugs]
        for each in values:
            try:
                found.append(reverse(name, kwargs=each))
            except NoReverseMatch:
                continue
    return [path for path in dict.fromkeys(found) if not path.startswith(NOT_WALKED)]


def _ids_of(user: User) -> Iterator[UUID]:
    """Ids of everything the person has, whatever it is: a path takes the one that fits."""
    for relation in User._meta.related_objects:
        model = relation.related_model
        names = {each.name for each in model._meta.get_fields()}
        if "public_id" in names and relation.field.name in names:
            rows = model._default_manager.filter(**{relation.field.name: user})
            yield from rows.order_by("pk").values_list("public_id", flat=True)[:4]


def _patterns() -> list[tuple[str, list[str]]]:
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            space = f"{prefix}{each.namespace}:" if each.namespace else prefix
            yield from _walk(each, space)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{prefix}{each.name}", sorted(each.pattern.converters)


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
        self.walker = Walker(self.client)

    @property
    def mails(self) -> list[str]:
        """Every mail this one can read, newest first."""
        return [str(sent.body) for sent in reversed(mail.outbox) if self.reads & set(sent.to)]

    @property
    def level(self) -> Strength:
        """The strongest thing that this browser's session has proved, if it is in."""
        if "_auth_user_id" not in self.client.session:
            return Strength.NOTHING
        return max((each.strength for each in proofs_in(self.client.session)), default=Strength(0))

    def code_for(self, url: str) -> str:
        """What this one would type where a page asks for a code."""
        if "authenticator" in url or "/devices/" in url:
            return codes_of(self.secrets[-1], [step_now()])[0] if self.secrets else ""
        if "recovery-code" in url:
            return self.saved[0] if self.saved else ""
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
            form = next((one for one in page.forms if one.method == "post"), None)
            if form is None or not page.url.startswith(("/sign-in/", "/confirm/")):
                return page
            if form.action.startswith(("/sign-out/", "/language/")):
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

    @classmethod
    def of(cls, victim: Person, client: Client, *, mailbox: bool) -> "Thief":
        """Somebody with the stolen password of this person."""
        address, number = fresh_address("thief"), fresh_number()
        thief = cls(victim, client, victim.password, address=address, number=str(number))
        thief.new_password = PASSWORD_OF_THE_THIEF
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
            links = [url for url, _class in page.links if _is_walked(url)]
            forms = self._forms(page)
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
        forms = self._forms(page)
        if not forms:
            return f"only looked at {page.url}"
        form = forms[draw(len(forms))]
        button = form.buttons[draw(len(form.buttons))] if form.buttons else None
        page = self.note(self.walker.press(form, self.fill(page, self._choice(draw)), button))
        page = self.prove(page)
        # The form behind the proof, or the page on which what was begun is finished.
        if page.url.partition("?")[0] == form.action.partition("?")[0] or "confirm" in page.url:
            again = next(iter(self._forms(page)), None)
            if again is not None:
                self.prove(self.send(page, again, again.buttons[0] if again.buttons else None))
        return form.action

    @staticmethod
    def _forms(page: Page) -> list[Form]:
        return [
            form
            for form in page.forms
            if form.method == "post" and not form.action.startswith(("/sign-out/", "/language/"))
        ]

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
        _passkey,
        _sign_in_again,
    ]


@dataclass
class Owner(Somebody):
    """Has the password, all mailboxes, the phone with its app, and the sheet of codes."""

    @classmethod
    def of(cls, victim: Person, client: Client) -> "Owner":
        """The owner at a browser."""
        owner = cls(victim, client, victim.password, new_password=PASSWORD_OF_THE_OWNER)
        owner.reads = set(victim.user.email_addresses.values_list("address", flat=True))
        numbers = victim.user.phone_numbers.all()
        owner.texts_to = {str(each) for each in numbers}
        rows = Authenticator.objects.filter(user=victim.user)
        owner.secrets = [each.secret for each in rows]
        owner.saved = list(victim.codes)
        return owner

    def day(self, tick: Callable[[], None]) -> None:
        """Sign in, answer what is asked, follow every notice, choose a new password.

        `tick` moves the clock on, so that the phone shows the next code.
        """
        self.sign_in(tick)
        self.remove_what_is_held()
        reported = self.links()
        for link in reported:
            self.follow(link)
        if reported:  # the page says that a link for a new password is on its way
            self.open_reset_link()
        tick()
        self.sign_in(tick)
        self.remove_what_is_held()
        if not reported:
            self.change_password(tick)

    def sign_in(self, tick: Callable[[], None]) -> Page:
        """With the password, or a new one if that was changed, and the app on the phone."""
        self.client.logout()
        page = self.type_password()
        if page.url.partition("?")[0] == "/sign-in/":
            self.reset_password()
            page = self.type_password()
        if page.url.startswith("/sign-in/"):
            tick()
            page = self.open("/sign-in/authenticator/")
            form = next((one for one in page.forms if "code" in {f.name for f in one.fields}), None)
            if form is not None:
                page = self.send(page, form)
        return self.take_back(page)

    def type_password(self) -> Page:
        """Fill the first page in."""
        page = self.open("/sign-in/")
        return self.send(page, next(form for form in page.forms if form.method == "post"))

    def take_back(self, page: Page) -> Page:
        """Press the one button of the page that offers a phone back that somebody called lost."""
        if "take-back" not in page.url:
            return page
        form = next(one for one in page.forms if one.method == "post" and "out" not in one.action)
        return self.send(page, form, form.buttons[0] if form.buttons else None)

    def reset_password(self) -> None:
        """By the link that comes to the mailbox."""
        page = self.open("/password/reset/")
        form = next(form for form in page.forms if form.method == "post")
        fill = self.fill(page, lambda each: self.victim.address if each.kind == "email" else None)
        self.walker.press(form, fill)
        self.open_reset_link()

    def open_reset_link(self) -> None:
        """Choose a new password behind the newest link, if there is one."""
        for path in self.links(part="/password/reset/link/")[:1]:
            page = self.open(path)
            form = next((one for one in page.forms if one.method == "post"), None)
            if form is not None:
                self.send(page, form)
                self.password = self.new_password

    def links(self, part: str = "/report/") -> list[str]:
        """The links of a kind in the mails, newest first, as a mail program opens them."""
        return [path for text in self.mails for path in LINK.findall(text) if part in path]

    def follow(self, path: str) -> None:
        """Open the link of a notice and press its one button."""
        page = self.open(path)
        form = next((one for one in page.forms if one.method == "post"), None)
        if form is not None and "sign-out" not in form.action:
            self.send(page, form, form.buttons[0] if form.buttons else None)

    def remove_what_is_held(self) -> None:
        """Answer each question about what somebody else has added."""
        page = self.open("/security/")
        for _each in range(20):
            found = [
                (form, button)
                for form in page.forms
                for button in form.buttons
                if button[0] == "remove"
            ]
            if not found:
                return
            page = self.send(page, *found[0])

    def change_password(self, tick: Callable[[], None]) -> None:
        """Choose a new one, proving what is asked."""
        page = self.open("/security/password/")
        if page.url.startswith("/confirm/"):
            tick()
            page = self.prove(page)
        form = next((one for one in page.forms if "password" in one.action), None)
        if form is not None:
            self.send(page, form)
            self.password = self.new_password
