"""What no walk comes past and people see: pages of a site that is broken, and mails."""

from collections.abc import Iterator
from email.message import EmailMessage
from functools import partial

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Page, Route

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.preferences import languages
from tests.live.browser import Scheme
from tests.live.sinks import body_of
from tests.live.site import LiveSite
from tests.notices import DETAILS, HERE, NOTICES
from tests.people import make_person

BROKEN = (500, 503)
MAILS: list[tuple[Scheme, int]] = [("light", 600), ("dark", 320)]  # a wide client and a narrow one


def open_broken(page: Page, site: LiveSite, status: int, language: str) -> None:
    """Open the page that the site shows when it fails with this status."""
    with translation.override(language):
        body = render_to_string(f"{status}.html", {"status": status})
    address = f"{site.url}/{status}/{language}"
    page.route(address, partial(_answer, body))
    page.goto(address)


def _answer(body: str, route: Route) -> None:
    route.fulfill(body=body, content_type="text/html")


def mails(site: LiveSite) -> Iterator[tuple[str, str]]:
    """Give the name and the HTML of each kind of mail: what came, then each notice by language."""
    came = {str(mail["Subject"]).strip(): mail for mail in site.mail.messages()}
    for subject, mail in came.items():
        yield f"mail, {subject}", body_of(mail, "html")
    for language, _name in settings.LANGUAGES:
        for mail in _notices(site, language):
            yield f"mail, {language}, {str(mail['Subject']).strip()}", body_of(mail, "html")


def _notices(site: LiveSite, language: str) -> list[EmailMessage]:
    """Notify somebody else of each kind, in this language, over SMTP.

    One person would get most of them together in one mail.
    """
    readers = []
    for kind in NOTICES:
        person = make_person(f"reader-{language}")
        languages.choose(person.user, language)
        events.record(person.user, kind, origin=Origin(HERE), **DETAILS)
        readers.append(person.address)
    return [site.mail.wait_for(address, timeout=60) for address in readers]
