"""`make screenshots`: a PNG of every page in every look and language, and a sheet of them all.

`python -m tests.browser.screenshots [directory [part of the walk …]]` takes some of them; the part
`unwalked` is that of error pages and mails. Every part is walked once in each language.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings

from tests.browser.tour import PARTS, Names, Tour
from tests.browser.unwalked import BROKEN, MAILS, mails, open_broken
from tests.live.browser import DESK, LOOKS, chromium, new_context
from tests.live.site import LiveSite, live_site
from tests.phrases import speaking

Part = Callable[[Tour], Names]
Row = tuple[str, list[str]]  # the name of a page, and the files of its pictures
LANGUAGES = [code for code, _name in settings.LANGUAGES]
LOCALES = {"en": "en-GB"}  # a browser's names of languages, where they are not those of the site
STYLE = """<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 1rem; background: #ddd; }
p { display: flex; gap: 1rem; align-items: start; overflow-x: auto; }
img { block-size: 28rem; border: 1px solid #888; object-fit: cover; object-position: top; }
</style>"""


@dataclass
class Studio:
    """The running site, a browser, and where the pictures go."""

    site: LiveSite
    browser: Browser
    folder: Path


@contextmanager
def studio(folder: Path) -> Iterator[Studio]:
    """Start the site and a browser for the length of the block."""
    settings.ALLOWED_HOSTS.append("testserver")
    settings.OUTBOX_DELIVERY = "worker"  # the site's own delivers, over SMTP
    with (
        live_site() as site,
        sync_playwright() as playwright,
        chromium(playwright.chromium, site.certificate_pin) as browser,
    ):
        yield Studio(site, browser, folder)


def file_name(number: str, name: str) -> str:
    """Make a file name of the name of a page."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", name)
    return f"{number}-{re.sub('[^a-z0-9]+', '-', plain.lower()).strip('-')}"


def shoot(page: Page, folder: Path, stem: str) -> list[str]:
    """Take the page that is open, in every look; return the names of the files."""
    taken = []
    page.wait_for_load_state()
    page.locator(".waits").first.wait_for(state="detached")  # a page of the app, half drawn
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        taken.append(f"{stem}-{size['width']}-{scheme}.png")
        page.screenshot(path=folder / taken[-1], full_page=True)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    return taken


def sheet(rows: list[Row]) -> str:
    """Put the pictures on one page, a row for each page of the site."""
    drawn = "".join(
        f"<h2>{escape(name)}</h2><p>"
        + "".join(
            f'<a href="{file}"><img src="{file}" loading="lazy" alt=""></a>' for file in files
        )
        for name, files in rows
    )
    return f"<!DOCTYPE html><meta charset=utf-8><title>{len(rows)} pages</title>{STYLE}{drawn}"


def walked(at: Studio, part: Part, language: str, first: int) -> Iterator[Row]:
    """Walk a part in a language and take every page.

    Each walk has a profile of its own: a phone of one holds what the next must not find.
    """
    locale = LOCALES.get(language, language)
    with new_context(at.browser, at.site.url, locale=locale) as context, speaking(language):
        tour = Tour(at.site, context, context.new_page())
        for number, name in enumerate(part(tour), first):
            stem = f"{file_name(f'{number:03}', name)}-{language}"
            yield name, shoot(tour.page, at.folder, stem)


def in_all_languages(at: Studio, part: Part, first: int) -> Iterator[Row]:
    """Walk a part in every language; give a row for each page, with all its pictures."""
    walks = [list(walked(at, part, language, first)) for language in LANGUAGES]
    for pages in zip(*walks, strict=True):
        yield pages[0][0], list(chain.from_iterable(files for _name, files in pages))


def parts(at: Studio, wanted: set[str]) -> Iterator[Row]:
    """Take the parts that are wanted, all if none is named."""
    first = 0
    for part in PARTS:
        if not wanted or part.__name__ in wanted:
            rows = list(in_all_languages(at, part, first))
            first += len(rows)
            yield from rows


def shoot_mail(page: Page, folder: Path, stem: str) -> list[str]:
    """Take the mail that is open, in a wide client and a narrow one; return the files' names."""
    taken = []
    for scheme, width in MAILS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 640})
        taken.append(f"{stem}-{width}-{scheme}.png")
        page.screenshot(path=folder / taken[-1], full_page=True)
    return taken


def broken(at: Studio, page: Page, status: int) -> Iterator[str]:
    """Take the page of a site that fails with this status, in every language."""
    for language in LANGUAGES:
        open_broken(page, at.site, status, language)
        yield from shoot(page, at.folder, f"broken-{status}-{language}")


def unwalked(at: Studio) -> Iterator[Row]:
    """Take what no walk comes past: the pages of a failing site, and the mails."""
    with new_context(at.browser, at.site.url) as context:
        page = context.new_page()
        for status in BROKEN:
            yield f"{status}, of a site that fails", list(broken(at, page, status))
        for number, (name, body) in enumerate(mails(at.site)):
            page.set_content(body)
            yield name, shoot_mail(page, at.folder, file_name(f"mail-{number:03}", name))


def main() -> None:
    """Write the pictures into the directory given, else var/screenshots; more words name parts."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[2:])
    rows = []
    with studio(folder) as at:
        rest = unwalked(at) if not wanted or "unwalked" in wanted else ()
        for name, files in chain(parts(at, wanted), rest):
            rows.append((name, files))
            print(name, flush=True)  # noqa: T201 - a command speaks by printing
    (folder / "index.html").write_text(sheet(rows))
    print(f"{len(rows)} pages: {folder / 'index.html'}")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
