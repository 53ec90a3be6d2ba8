"""How the app stands up to 10, 200, 1,000 and 5,000 accounts: search, rest, start and a change."""

import statistics
import time
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.browser.authenticator import Phone, link

SIZES = (10, 200, 1000, 5000)
LETTERS = "service 12"
IDLE_SECONDS = 10
CHANGES = 5
LIMITS = {"letter": 50.0, "idle": 2.0, "first": 1000.0, "change": 200.0}
"""Of issue 12, with 5,000 accounts: ms, % of a core, ms, ms."""
LETTER = """async (letter) => {
  const field = document.querySelector("#search");
  const start = performance.now();
  field.value += letter;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((ok) => requestAnimationFrame(() => setTimeout(ok)));
  return performance.now() - start;
}"""
FIRST = """async () => {
  const seen = () => document.querySelector(".account [data-part=code]")?.textContent.trim();
  while (!seen()) await new Promise((ok) => requestAnimationFrame(ok));
  return performance.now();
}"""
CHANGE = """
const { change, current } = await use("accounts/vault");
const { edit, living } = await use("accounts/entries");
const { id } = living(current())[given];
const start = performance.now();
await change((doc) => edit(doc, id, { notes: `changed ${start}` }));
return performance.now() - start;
"""


@dataclass
class Found:
    """The figures of one size."""

    letter: float
    idle: float
    first: float
    change: float


def busy(devtools: CDPSession) -> float:
    """Return the seconds the page's process has worked so far."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def idle(page: Page) -> float:
    """Return the percentage of a core that a list costs that nobody touches."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    before, start = busy(devtools), time.monotonic()
    page.wait_for_timeout(IDLE_SECONDS * 1000)
    used = busy(devtools) - before
    devtools.detach()
    return 100 * used / (time.monotonic() - start)


def measured(context: BrowserContext, size: int) -> Found:
    """Measure a phone with so many accounts."""
    phone = Phone(context.new_page()).open()
    phone.reads("Your codes")
    phone.fill(
        [link(f"Service {number:04}", f"user{number}@example.org") for number in range(size)]
    )
    phone.open()
    first = [phone.open().page.evaluate(FIRST) for _each in range(CHANGES)]
    phone.page.wait_for_timeout(3000)
    resting = idle(phone.page)
    changes = [phone.run(CHANGE, number) for number in range(CHANGES)]
    phone.page.wait_for_timeout(1000)
    letters = [phone.page.evaluate(LETTER, letter) for letter in LETTERS]
    phone.page.close()
    middle = statistics.median
    return Found(middle(letters), resting, middle(first), middle(changes))
