"""`python -m tests.browser.screenshots [directory]`: a PNG of every page in every look."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings  # noqa: E402 - needs the settings chosen above
from playwright.sync_api import sync_playwright  # noqa: E402 - the same

from tests.browser.tour import PARTS, Tour  # noqa: E402 - the same
from tests.live.browser import DESK, LOOKS, chromium, new_context  # noqa: E402 - the same
from tests.live.site import live_site  # noqa: E402 - the same


@contextmanager
def tour() -> Iterator[Tour]:
    """Start the site and a browser."""
    settings.ALLOWED_HOSTS.append("testserver")
    with (
        live_site() as site,
        sync_playwright() as playwright,
        chromium(playwright.chromium, site.certificate_pin) as browser,
    ):
        context = new_context(browser, site.url)
        yield Tour(site, context, context.new_page())


def file_name(number: int, name: str) -> str:
    """Make a file name of the name of a page."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", name)
    return f"{number:02}-{re.sub('[^a-z0-9]+', '-', plain.lower()).strip('-')}"


def shoot(walk: Tour, folder: Path, number: int, name: str) -> None:
    """Take the page that is open, in every look."""
    for scheme, size in LOOKS:
        walk.page.emulate_media(color_scheme=scheme)
        walk.page.set_viewport_size(size)
        picture = f"{file_name(number, name)}-{size['width']}-{scheme}.png"
        walk.page.screenshot(path=folder / picture, full_page=True)
    walk.page.set_viewport_size(DESK)
    walk.page.emulate_media(color_scheme="light")


def main() -> None:
    """Write the pictures into the directory given, else var/screenshots; more words name parts."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[2:])
    PARTS[:] = [part for part in PARTS if not wanted or part.__name__ in wanted]
    with tour() as walk:
        for number, name in enumerate(walk.names()):
            shoot(walk, folder, number, name)
            print(name, flush=True)  # noqa: T201 - a command speaks by printing


if __name__ == "__main__":
    main()
