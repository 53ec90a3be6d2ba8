"""Pages as somebody without scripts uses them: the forms they hold, and pressing one."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.test import Client

MOST_REDIRECTS = 6
CONTROLS = re.compile(r"<(?:a|form|button|input|select|textarea)\b[^>]*>")
Fill = Callable[["Field"], str]


@dataclass(frozen=True)
class Field:
    """One control that a person may change."""

    name: str
    kind: str
    value: str = ""
    token: str = ""  # what `autocomplete` calls it
    is_set: bool = False  # whether a box is ticked already


@dataclass
class Form:
    """One form of a page, posted to `action`."""

    action: str
    method: str = "get"
    hidden: dict[str, str] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, class


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.forms, self.links = url, list[Form](), list[tuple[str, str]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.url, said.get("action", ""))
            self.forms.append(Form(action or self.url, said.get("method", "get").lower()))
        elif tag == "a" and said.get("href"):
            self.links.append((urljoin(self.url, said["href"]), said.get("class", "")))
        elif self.forms:
            self._control(tag, said)

    def _control(self, tag: str, said: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], said.get("name", ""), said.get("type", "")
        if tag == "button" and kind != "button":
            form.buttons.append((name, said.get("value", ""), said.get("class", "")))
        elif tag == "input" and kind == "hidden":
            form.hidden[name] = said.get("value", "")
        elif tag in ("input", "select", "textarea") and name:
            token, value = said.get("autocomplete", ""), said.get("value", "")
            form.fields.append(Field(name, kind or tag, value, token, "checked" in said))


@dataclass
class Page:
    """What a browser shows: where it ended, and what can be done there."""

    url: str
    status: int
    text: str
    forms: list[Form]
    links: list[tuple[str, str]]


class Walker:
    """A browser without scripts; where `follows` says no, it stops before the page it is led to."""

    def __init__(self, client: Client, follows: Callable[[str], bool] = lambda _url: True) -> None:
        self.client, self.follows = client, follows

    def open(self, url: str) -> Page:
        """Follow an address."""
        return self._arrive(self.client.get(url), url)

    def press(self, form: Form, fill: Fill, button: tuple[str, str, str] | None = None) -> Page:
        """Fill a form in and send it off by one of its buttons."""
        sent = dict(form.hidden)
        for each in form.fields:
            is_choice = each.kind in ("checkbox", "radio")
            value = fill(each)
            if value or not is_choice:
                sent[each.name] = value
        if button and button[0]:
            sent[button[0]] = button[1]
        send: Any = self.client.post if form.method == "post" else self.client.get
        return self._arrive(send(form.action, sent), form.action)

    def _arrive(self, answer: Any, url: str) -> Page:
        for _each in range(MOST_REDIRECTS):
            if answer.status_code not in (301, 302, 303):
                break
            url = urljoin(url, answer["Location"])
            if not self.follows(url):
                return Page(url, answer.status_code, "", [], [])
            answer = self.client.get(url)
        is_page = "html" in answer.get("Content-Type", "") and not answer.streaming
        text = answer.content.decode() if is_page else ""
        reader = _Reader(url)
        reader.feed("".join(CONTROLS.findall(text)))  # a page has far more to read than to press
        return Page(url, answer.status_code, text, reader.forms, reader.links)
