"""`make screenshots`: a PNG of every page in every look and language, and a sheet of them all.

`python -m tests.browser.screenshots [directory [part of the walk …]]` takes some of them; the part
`unwalked` is that of error pages and mails.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from itertools import chain
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings  # noqa: E402 - needs the settings chosen above

from tests.browser.tour import PARTS, Tour  # noqa: E402 - the same
from tests.browser.unwalked import MAILS, broken_pages, mails  # noqa: E402 - the same
from tests.live.browser import DESK, LOOKS, chromium, new_context  # noqa: E402 - the same
from tests.live.site import LiveSite, live_site  # noqa: E402 - reads the settings chosen above

STYLE = """<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 1rem; background: #ddd; }
p { display: flex; gap: 1rem; align-items: start; overflow-x: auto; }
img { block-size: 28rem; border: 1px solid #888; object-fit: cover; object-position: top; }
</style>"""


@contextmanager
def running() -> Iterator[tuple[LiveSite, Browser]]:
    """Start the site and a browser for the length of the block."""
    settings.ALLOWED_HOSTS.append("testserver")
    settings.OUTBOX_DELIVERY = "worker"  # the site's own delivers, over SMTP
    with (
        live_site() as site,
        sync_playwright() as playwright,
        chromium(playwright.chromium, site.certificate_pin) as browser,
    ):
        yield site, browser


def names(site: LiveSite, browser: Browser) -> Iterator[tuple[Tour, str]]:
    """Walk every part in a profile of its own: a phone of one holds what the next must not find."""
    for part in PARTS:
        with new_context(browser, site.url) as context:
            walk = Tour(site, context, context.new_page())
            for name in part(walk):
                yield walk, name


def file_name(number: str, name: str) -> str:
    """Make a file name of the name of a page."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", name)
    return f"{number}-{re.sub('[^a-z0-9]+', '-', plain.lower()).strip('-')}"


def shoot(page: Page, folder: Path, stem: str) -> list[str]:
    """Take the page that is open, in every look; return the names of the files."""
    taken = []
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        taken.append(f"{stem}-{size['width']}-{scheme}.png")
        page.screenshot(path=folder / taken[-1], full_page=True)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")
    return taken


def shoot_translated(walk: Tour, folder: Path, stem: str, language: str) -> list[str]:
    """Take the page once more in another language.

    The page is asked for anew, so only one that an address alone brings back can be taken.
    """
    name = settings.LANGUAGE_COOKIE_NAME
    walk.context.add_cookies([{"name": name, "value": language, "url": walk.site.url}])
    walk.page.reload()
    taken = shoot(walk.page, folder, f"{stem}-{language}")
    walk.context.clear_cookies(name=name)
    walk.page.reload()
    return taken


def sheet(rows: list[tuple[str, list[str]]]) -> str:
    """Put the pictures on one page, a row for each page of the site."""
    drawn = "".join(
        f"<h2>{escape(name)}</h2><p>"
        + "".join(
            f'<a href="{file}"><img src="{file}" loading="lazy" alt=""></a>' for file in files
        )
        for name, files in rows
    )
    return f"<!DOCTYPE html><meta charset=utf-8><title>{len(rows)} pages</title>{STYLE}{drawn}"


def pictures(walks: Iterable[tuple[Tour, str]], folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Walk past every page and take it; give each page's name and files."""
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    for number, (walk, name) in enumerate(walks):
        stem = file_name(f"{number:03}", name)
        files = shoot(walk.page, folder, stem)
        for language in others if name.startswith("/") else ():
            files += shoot_translated(walk, folder, stem, language)
        yield name, files


def shoot_mail(page: Page, folder: Path, stem: str) -> list[str]:
    """Take the mail that is open, in a wide client and a narrow one; return the files' names."""
    taken = []
    for scheme, width in MAILS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 640})
        taken.append(f"{stem}-{width}-{scheme}.png")
        page.screenshot(path=folder / taken[-1], full_page=True)
    return taken


def unwalked(site: LiveSite, browser: Browser, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Take what no walk comes past: the pages of a failing site, and the mails."""
    with new_context(browser, site.url) as context:
        page = context.new_page()
        for name in broken_pages(page, site):
            yield name, shoot(page, folder, file_name("broken", name))
        for number, (name, body) in enumerate(mails(site)):
            page.set_content(body)
            yield name, shoot_mail(page, folder, file_name(f"mail-{number:03}", name))


def main() -> None:
    """Write the pictures into the directory given, else var/screenshots; more words name parts."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[2:])
    PARTS[:] = [part for part in PARTS if not wanted or part.__name__ in wanted]
    rows = []
    with running() as (site, browser):
        is_asked = not wanted or "unwalked" in wanted
        rest = unwalked(site, browser, folder) if is_asked else ()
        for name, files in chain(pictures(names(site, browser), folder), rest):
            rows.append((name, files))
            print(name, flush=True)  # noqa: T201 - a command speaks by printing
    (folder / "index.html").write_text(sheet(rows))
    print(f"{len(rows)} pages: {folder / 'index.html'}")  # noqa: T201 - the same


if __name__ == "__main__":
    main()
