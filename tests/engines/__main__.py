"""Tell the story in both browsers, print a table, and write it into docs/engines.md."""

import os

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.engines.drivers import Driver, Missing, firefox, webkit
from tests.engines.story import STORY, Person, says_blocked
from tests.live.site import live_site

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "engines.md"
Step = Callable[[Person], None]
HEAD = """# The authenticator in other engines

Chromium is tested with every change. `make engines` tells the same story in Firefox ESR and
WebKitGTK by their WebDriver commands, once a release, and writes this page. It needs
`firefox-esr`, `webkit2gtk-driver` and `xvfb`, and is no part of `make test`. A passkey, the
camera and a start without the network are not in it: neither driver can take the network away.

"""
NOISE = re.compile(r"/session/\S+: ")  # ids that change with each run


def told(driver: Driver, site: str, steps: list[Step]) -> dict[str, str]:
    """Take the steps one after the other; a failure is noted, and the next one is tried."""
    found = dict[str, str]()
    for step in steps:
        what = (step.__doc__ or "").strip().splitlines()[0]
        try:
            step(Person(driver, site))
            found[what] = "yes"
        except (
            Exception
        ) as error:  # whatever a browser or its driver raises: the next steps are told too
            why = (str(error) or repr(error)).splitlines()[0]
            found[what] = f"no: {NOISE.sub('', why)[:120]}"
        print(f"{driver.name:28} {found[what]:6} {what}", flush=True)
    return found


def table(columns: dict[str, dict[str, str]]) -> str:
    """The findings, a column for each browser."""
    rows = list(dict.fromkeys(what for column in columns.values() for what in column))
    lines = [f"| step | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for what in rows:
        cells = [column.get(what, "–") for column in columns.values()]
        lines.append(f"| {what.rstrip('.')} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Return 1 if a step failed, 2 if a program is missing."""
    columns = dict[str, dict[str, str]]()
    with live_site() as site:
        try:
            with firefox() as driver:
                columns[driver.name] = told(driver, site.url, STORY)
            with firefox(blocks_site_data=True) as driver:
                columns[driver.name] |= told(driver, site.url, [says_blocked])
            with webkit() as driver:
                columns[driver.name] = told(driver, site.url, STORY)
        except Missing as missing:
            print(missing)
            return 2
    date = f"Last told on {datetime.now(UTC):%Y-%m-%d}.\n\n"
    PAGE.write_text(HEAD + date + table(columns))
    return int(any(cell != "yes" for column in columns.values() for cell in column.values()))


if __name__ == "__main__":
    sys.exit(main())
