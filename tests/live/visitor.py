"""A person's browser without the browser: cookies, forms and the CSRF token over real HTTPS."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.live.people import fresh_ip

Answer = httpx.Response
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MARKED = {"checkbox", "radio"}


class FormReader(HTMLParser):
    """Collects the page's forms: the path each posts to, and what it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the form read last."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((found.get("action", ""), {}))
        if tag != "input" or not self.forms or "name" not in found:
            return
        kind = found.get("type", "text")
        if kind != "submit" and (kind not in MARKED or "checked" in found):
            self.forms[-1][1][found["name"]] = found.get("value", "")


class Visitor:
    """One browser: its own cookies and its own network address. Follows no redirect by itself."""

    def __init__(
        self,
        origin: str,
        *,
        address: str = "",
        agent: str = AGENT,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.origin = origin
        self.address = address or fresh_ip()
        sent = {"X-Forwarded-For": self.address, "User-Agent": agent, **(headers or {})}
        self.http = httpx.Client(
            base_url=origin,
            headers=sent,
            verify=False,  # noqa: S501 - the site's certificate was made for this run
            timeout=30,
            trust_env=False,
        )
        self.cookies = self.http.cookies
        self._twins: list[Visitor] = []
        for name, value in (cookies or {}).items():
            self.keep(name, value)

    def keep(self, name: str, value: str) -> None:
        """Keep a cookie as if the site had set it."""
        self.cookies.set(name, value, domain="localhost.local", path="/")

    def twin(self) -> "Visitor":
        """Return another connection with the same cookies and address: the same person, twice."""
        held = {cookie.name: cookie.value or "" for cookie in self.cookies.jar}
        twin = Visitor(
            self.origin, address=self.address, cookies=held, headers=dict(self.http.headers)
        )
        self._twins.append(twin)
        return twin

    def get(self, path: str, **options: Any) -> Answer:
        """Get a page."""
        return self.http.get(path, **options)

    def post(self, path: str, data: Mapping[str, str] | None = None, **options: Any) -> Answer:
        """Post a form as this site's page would: with the CSRF token and a Referer."""
        if not self.csrf_token:
            self.get("/sign-in/")
        headers = {"Referer": f"{self.origin}{path}", "Origin": self.origin}
        headers |= options.pop("headers", {})
        form = {"csrfmiddlewaretoken": self.csrf_token, **(data or {})}
        return self.http.post(path, data=form, headers=headers, **options)

    def submit(self, path: str, form: int | str = 0, /, **fields: str) -> Answer:
        """Get the page, fill in its form and post it.

        `form` is the form's position on the page or its action; hidden fields go along.
        """
        page = self.get(path)
        assert page.status_code == 200, f"{path} answered {page.status_code}"
        action, values = self._form_of(page, form)
        target = urlsplit(str(page.url.join(action)) if action else str(page.url))
        where = f"{target.path}?{target.query}" if target.query else target.path
        return self.post(where, {**values, **fields})

    def follow(self, answer: Answer, *, most: int = 5) -> Answer:
        """Follow the redirects of an answer as a browser would, within this site."""
        while answer.next_request is not None and most:
            assert str(answer.next_request.url).startswith(self.origin), answer.headers["Location"]
            answer, most = self.http.send(answer.next_request), most - 1
        return answer

    @property
    def csrf_token(self) -> str:
        """The token in the cookie, or nothing if no page set it yet."""
        return next((c.value or "" for c in self.cookies.jar if c.name.endswith("csrf")), "")

    @staticmethod
    def _form_of(page: Answer, form: int | str) -> tuple[str, dict[str, str]]:
        reader = FormReader()
        reader.feed(page.text)
        for position, (action, values) in enumerate(reader.forms):
            if form in (position, action):
                return action, values
        raise AssertionError(f"{page.url.path} has no form {form!r}: {reader.forms}")

    def close(self) -> None:
        """Close the connections, the twins' too."""
        for twin in self._twins:
            twin.close()
        self.http.close()
