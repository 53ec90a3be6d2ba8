"""`make bench-app`: the authenticator app in Chromium with up to 5,000 accounts, on this host."""

import os
import statistics

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.benchmarks.app_scale import LIMITS, SIZES, measured
from tests.browser.authenticator import APP, Phone, link
from tests.browser.backup_phones import link_app
from tests.live.browser import chromium, new_context
from tests.live.site import LiveSite, live_site
from tests.people import protected

ACCOUNTS = 200
STARTS = 5
HAND_HELD = {"width": 360, "height": 780}
READY = """
await navigator.serviceWorker.ready;
while (!navigator.serviceWorker.controller) await new Promise((ok) => setTimeout(ok, 20));
"""
DRAWN = """async (wanted) => {
  const inSight = (row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const isDrawn = () => { // only rows near the screen have codes
    const rows = [...document.querySelectorAll(".account")];
    const seen = rows.filter(inSight).map((row) => row.querySelector("[data-part=code]"));
    return rows.length >= wanted && seen.every((code) => code?.textContent.trim());
  };
  while (!isDrawn()) {
    if (performance.now() > 60_000) throw new Error("the codes in sight are not drawn");
    await new Promise((ok) => requestAnimationFrame(ok));
  }
  return performance.now();
}"""
FETCHED = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")]
  .reduce((bytes, entry) => bytes + entry.transferSize, 0)"""
FRAMES = """async () => {
  const times = [];
  let before = await new Promise((ok) => requestAnimationFrame(ok));
  for (let frame = 0; frame < 180; frame += 1) {
    window.scrollBy(0, 60);
    const now = await new Promise((ok) => requestAnimationFrame(ok));
    times.push(now - before);
    before = now;
  }
  return times;
}"""
UNLOCK = """
const { makeLock, openLock } = await use("lock/passphrase");
const { lock } = await makeLock("correct horse battery staple");
const start = performance.now();
await openLock("correct horse battery staple", lock);
return performance.now() - start;
"""
SAVE = """
const { change, current } = await use("accounts/vault");
const { living, edit } = await use("accounts/entries");
const { saveNow } = await use("backup/sync/sync");
await change((doc) => edit(doc, living(current())[0].id, { notes: "changed" }));
const start = performance.now();
await saveNow();
return [performance.now() - start, current().backup.checked === current().backup.head];
"""


def show(what: str, value: float, unit: str, most: str = "") -> None:
    """Print one figure."""
    print(f"{what:58} {value:8.1f} {unit}{f' (limit: {most})' if most else ''}")


def fill(phone: Phone) -> None:
    """Put the accounts on the phone."""
    phone.fill([link(f"Service {number:03}") for number in range(ACCOUNTS)])


def offline(context: BrowserContext) -> None:
    """First visit, then starts without the network, then scrolling."""
    phone = Phone(context.new_page()).open()
    phone.reads("Your codes")
    show("first visit, transferred", phone.page.evaluate(FETCHED) / 1000, "kB", "300 kB")
    fill(phone)
    phone.run(READY)
    context.set_offline(True)
    starts = []
    for _each in range(STARTS):
        page = context.new_page()
        page.goto(APP)
        starts.append(page.evaluate(DRAWN, ACCOUNTS))
        page.close()
    drawn = f"cold start offline, {ACCOUNTS} accounts, codes in sight"
    show(drawn, statistics.median(starts), "ms", "1000 ms")
    phone.open()
    phone.page.evaluate(DRAWN, ACCOUNTS)
    frames = phone.page.evaluate(FRAMES)
    show("a frame while scrolling, median", statistics.median(frames), "ms", "16 ms and its jitter")
    show("a frame while scrolling, 95th percentile", statistics.quantiles(frames, n=20)[-1], "ms")
    unlocks = [phone.run(UNLOCK) for _each in range(STARTS)]
    show("unlocking with Argon2id (64 MiB, 3, 1)", statistics.median(unlocks), "ms")
    context.set_offline(False)


def saving(context: BrowserContext, site: LiveSite) -> None:
    """A change among all accounts, until the portal's copy was opened again."""
    phone = link_app(context.new_page(), site, protected("ada"))
    fill(phone)
    phone.back_up()
    times = []
    for _each in range(STARTS):
        time, is_checked = phone.run(SAVE)
        assert is_checked, "the copy was not opened again"
        times.append(time)
    show(f"saving {ACCOUNTS} accounts, and opening again", statistics.median(times), "ms")
    show("one version at the portal", phone.version().size / 1024, "KiB")


def scale(browser: Browser, site: LiveSite) -> None:
    """The same acts with few accounts and with many."""
    units = {"letter": "ms", "idle": "%", "first": "ms", "change": "ms"}
    words = {
        "letter": "a letter in the search, to the next frame",
        "idle": "a list nobody touches, of a core",
        "first": "a start, to the first code",
        "change": "a change, saved on the phone",
    }
    for size in SIZES:
        context = new_context(browser, site.url, viewport=HAND_HELD, service_workers="block")
        found = measured(context, size)
        context.close()
        for name, what in words.items():
            limit = f"{LIMITS[name]:.0f} {units[name]}" if size == SIZES[-1] else ""
            show(f"{size:5} accounts: {what}"[:58], getattr(found, name), units[name], limit)


def main() -> None:
    """Run the measurement and print it."""
    settings.ALLOWED_HOSTS.append("testserver")
    with (
        live_site() as site,
        sync_playwright() as playwright,
        chromium(playwright.chromium, site.certificate_pin) as browser,
    ):
        offline(new_context(browser, site.url, viewport=HAND_HELD))
        scale(browser, site)
        saving(new_context(browser, site.url, viewport=HAND_HELD, service_workers="block"), site)


if __name__ == "__main__":
    main()
