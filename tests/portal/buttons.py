"""Walks the pages of the site and presses their primary buttons, each press taken back."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.template.loader import render_to_string
from django.test import Client

from tests.accounts.helpers import seen
from tests.portal.alone import alone

MOST_PAGES = 80
NO_PAGES = ("/authenticator/", "/static/", "/brand/", "/outbox/", "/styleguide/")


@dataclass
class Button:
    """What is pressed: a link, or the button of a form with the values that its fields hold."""

    words: str = ""
    href: str = ""
    action: str = ""
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    lacks_input: bool = False


class Reader(HTMLParser):
    """Finds the links and the primary buttons of a page."""

    VOID = ("input", "br", "hr", "img", "meta", "link", "use", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.links, self.buttons, self.tones = page, list[str](), list[Button](), ""
        self.forms: dict[str, dict[str, str]] = {}
        self.form: Button | None = None
        self.open: Button | None = None
        self.selected: tuple[str, bool] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        classes = given.get("class", "").split()
        if "notice" in classes and {"look", "loss"}.intersection(classes):
            self.tones += given["class"]
        if tag == "form":
            action = urljoin(self.page, given.get("action") or self.page)
            self.form = Button(action=action, method=given.get("method", "get").lower())
            self.forms[action] = self.form.values
        elif tag in ("input", "textarea", "select") and self.form and given.get("name"):
            self._field(tag, given)
        elif tag == "option" and self.selected and self.form:
            name, taken = self.selected
            if "selected" in given or not taken:
                self.form.values[name] = given.get("value", "")
                self.selected = (name, True)
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self.page, given["href"]))
            if "primary" in classes:
                self._press(Button(href=self.links[-1]))
        elif tag == "button" and "primary" in classes and given.get("type") != "button":
            assert self.form is not None, f"{self.page}: a primary button without a form"
            if given.get("name"):
                self.form.values[given["name"]] = given.get("value", "")
            self._press(self.form)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self.form
        kind, value = given.get("type", "text"), given.get("value", "")
        if tag == "select":
            self.selected = (given["name"], False)
        elif kind in ("checkbox", "radio"):
            first = kind == "radio" and given["name"] not in self.form.values
            if "checked" in given or first:
                self.form.values[given["name"]] = value or "on"
        else:
            self.form.values[given["name"]] = value
            self.form.lacks_input |= "required" in given and not value

    def _press(self, button: Button) -> None:
        self.open = button
        self.buttons.append(button)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag in ("a", "button"):
            self.open = None
        if tag == "select":
            self.selected = None

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open.words = f"{self.open.words} {data.strip()}".strip()


def read(page: str, answer: Any) -> Reader:
    reader = Reader(page)
    reader.feed(answer.content.decode())
    return reader


def is_page(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.netloc and parts.path.startswith("/") and not parts.path.startswith(NO_PAGES)


def pages(client: Client, *starts: str) -> Iterator[tuple[str, Reader]]:
    """Walk everything that links lead to from here, each address once, and change nothing."""
    waiting, met = deque(starts), set(starts)
    while waiting:
        asked = waiting.popleft()
        assert len(met) < MOST_PAGES, sorted(met)
        with alone(client):
            answer = client.get(asked, follow=True)
        assert answer.status_code < 500, asked
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        page = answer.redirect_chain[-1][0] if answer.redirect_chain else asked
        reader = read(page, answer)
        yield page, reader
        for link in dict.fromkeys(each.partition("#")[0] for each in reader.links):
            if is_page(link) and link not in met:
                met.add(link)
                waiting.append(link)


def press(client: Client, page: str, button: Button) -> str:
    """Press it once and say what is wrong with where that leads; "" if it leads on."""
    where = urlsplit(page).path
    if button.href:
        answer = client.get(button.href, follow=True)
    elif button.method == "get":
        answer = client.get(button.action, button.values, follow=True)
    else:
        answer = client.post(button.action, button.values, follow=True)
    end = urlsplit(answer.redirect_chain[-1][0]).path if answer.redirect_chain else ""
    said = f"{page}: “{button.words}” "
    if answer.status_code != 200:
        return f"{said}answers {answer.status_code} at {end or button.href or button.action}"
    if end.startswith(NO_PAGES):
        return ""  # the app: its own pages are walked in a browser
    if button.href and (end or urlsplit(button.href).path) == where and button.href != page:
        return f"{said}comes back to where it was pressed"
    if not button.lacks_input and (tone := brought_on(answer)):
        return f"{said}ends on a {tone} at {end}: {seen(answer)[:300]}"
    return ""


def brought_on(answer: Any) -> str:
    """Name the warnings of a page, but for what stands there whatever was pressed and leads on."""
    standing = render_to_string("_parts/asked.html").strip()
    reader = Reader("")
    reader.feed(answer.content.decode().replace(standing, ""))
    return reader.tones


def walk(client: Client, *starts: str) -> tuple[int, list[str]]:
    """Press every primary button; return how many there were and what was wrong."""
    pressed, wrong, met = 0, list[str](), set[tuple[str, str, str]]()
    for page, reader in pages(client, *starts):
        for button in reader.buttons:
            name = (urlsplit(page).path, button.words, button.href or button.action)
            if name in met:
                continue
            met.add(name)
            with alone(client):
                pressed += 1
                wrong.append(press(client, page, button))
    return pressed, [each for each in wrong if each]
