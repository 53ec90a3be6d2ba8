"""What somebody does with the authenticator, each step with what has to be seen then."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.browser.authenticator import APP, MODULES, codes_now, link
from tests.engines.drivers import ELEMENT, Driver

PATIENCE = 60.0  # seconds
RELOAD = "setTimeout(() => location.reload(), given); return true;"
RELOADS = 20
LARGE = 1000
PASSPHRASE = "correct horse battery"
KEPT = """
for (let tries = 0; tries < 300; tries += 1) {
  const names = await caches.keys();
  if (names.length && navigator.serviceWorker.controller) return true;
  if (names.length && tries > 50) return (await navigator.serviceWorker.ready).active !== null;
  await new Promise((ok) => setTimeout(ok, 200));
}
return false;
"""
PICTURE = """
const { default: encode } = await import("/static/vendor/qr/index.js");
const rows = encode(given, "raw", { border: 4 });
const canvas = document.createElement("canvas");
const scale = 6;
canvas.width = canvas.height = rows.length * scale;
const paint = canvas.getContext("2d");
paint.fillStyle = "white";
paint.fillRect(0, 0, canvas.width, canvas.height);
paint.fillStyle = "black";
const dot = (x, y) => paint.fillRect(x * scale, y * scale, scale, scale);
rows.forEach((row, y) => row.forEach((is, x) => is && dot(x, y)));
const file = await new Promise((ok) => canvas.toBlob(ok, "image/png"));
return (await use("qr/qr")).readPicture(file);
"""
# A driver may give a script modules of its own, in which nothing is unlocked yet.
OPEN = """
const { current, change, isOpen, load, lockRow, openWith } = await use("accounts/vault");
if (!isOpen()) {
  const { openLock } = await use("lock/passphrase");
  await load();
  await openWith(await openLock(given[0], await lockRow()));
}
"""
FILL = """
const { addAll, edit } = await use("accounts/entries");
const { parse } = await use("otp/otpauth");
await change((doc) => { addAll(doc, given[1].map(parse)); });
await change((doc) => edit(doc, doc.entries.at(-1).id, { pinned: true }));
"""
EXPORTED = """
const { sealFile, openFile } = await use("lk1/file");
const [passphrase] = given;
const file = await sealFile({ doc: current(), passphrase });
return [current().entries.length, (await openFile({ file, passphrase })).entries.length];
"""


@dataclass
class Person:
    """Somebody at this browser."""

    driver: Driver
    site: str

    def go(self, place: str = "codes") -> None:
        """Load the app anew at one of its pages."""
        self.driver.command("WebDriver:Navigate", url=f"{self.site}/healthz")
        self.driver.command("WebDriver:Navigate", url=f"{self.site}{APP}#{place}")

    def reload(self) -> None:
        """Load it anew where it is."""
        self.driver.command("WebDriver:Refresh")

    def run(self, body: str, given: Any = None) -> Any:
        """Run the body of an async function with the app's modules."""
        script = f"""
            const [given, done] = arguments;
            const use = (name) => import("{MODULES}" + name + ".js");
            (async () => {{ {body} }})().then(
              (value) => done({{ value }}), (error) => done({{ error: String(error) }}));"""
        given_args = {"script": script, "args": [given]}
        found = self.driver.command("WebDriver:ExecuteAsyncScript", **given_args)
        assert found, "no answer"
        assert "error" not in found, found["error"]
        return found.get("value")

    def sees(self, words: str) -> None:
        """Wait until the page shows these words."""
        self.until(lambda: words in self.text(), words)

    def until(self, is_so: Callable[[], object], what: str) -> None:
        """Try again for a while: a page that is on its way answers nothing, or in part."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if is_so():
                    return
                why = "not there"
            except AssertionError as error:
                why = str(error)
            assert time.monotonic() < end, f"{what}: {why}"
            time.sleep(0.2)  # WebDriver has no call that waits for a page to say something

    def text(self) -> str:
        """What the page shows."""
        return str(self.run("return document.body.innerText;") or "")

    def find(self, css: str) -> str:
        """Wait for an element that can be reached, and return its reference."""
        given, found = {"using": "css selector", "value": css}, []

        def look() -> bool:
            found.append(str(self.driver.command("WebDriver:FindElement", **given)[ELEMENT]))
            return True

        self.until(look, css)
        return found[0]

    def press(self, css: str) -> None:
        """Click on it, where no bar of the page covers it."""
        self.until(lambda: self.act("WebDriver:ElementClick", css), css)

    def type(self, css: str, text: str) -> None:
        """Type into it."""
        self.until(lambda: self.act("WebDriver:ElementSendKeys", css, text=text), css)

    def act(self, name: str, css: str, **given: str) -> bool:
        """Do this to an element."""
        self.run("document.querySelector(given)?.scrollIntoView({ block: 'center' });", css)
        self.driver.command(name, id=self.find(css), **given)
        return True


def starts(person: Person) -> None:
    """It starts and welcomes."""
    person.go()
    person.sees("Begin recovery")


def adds(person: Person) -> None:
    """An account is added by its link, and makes the right code."""
    person.go("add")
    person.type("main [name=secret]:not([inert] *)", link("Mail"))
    person.press("main form button.primary")
    person.sees("Mail is added.")
    shown = "return document.querySelector('[data-part=code]').textContent.replace(' ', '');"
    person.until(lambda: person.run(shown) in codes_now(), "the right code")


def keeps(person: Person) -> None:
    """It is there after a reload."""
    person.reload()
    person.sees("Mail")


def reloads(person: Person) -> None:
    """Twenty reloads while it starts: never blank, never locked out."""
    for number in range(RELOADS):
        later = partial(person.run, RELOAD, number * 15)
        person.until(later, "a reload")  # a page that is going gives no answer
        time.sleep(0.05 + number * 0.02)  # each one falls into another moment of the start
    time.sleep(1)  # the last one is under way, and nothing can be asked of a page that goes
    person.go()
    person.sees("Mail")


def imports(person: Person) -> None:
    """A list of links is looked at, then added."""
    person.go("import")
    person.type("main textarea:not([inert] *)", f"{link('Shop')}\n{link('Bank')}")
    person.press("main form > .actions:not(.stretch) button")
    person.sees("2 entries were found")
    person.press("[data-part=add]")
    person.sees("2 accounts are added.")


def searches(person: Person) -> None:
    """A letter in the search leaves what fits."""
    person.go()
    person.type("#search", "shop")
    person.sees("1 account found")


def scans(person: Person) -> None:
    """A QR code in a picture is read."""
    assert person.run(PICTURE, link("Shop")) == [link("Shop")]


def locks(person: Person) -> None:
    """A passphrase seals the accounts, and opens them again."""
    person.go("lock")
    person.run(
        """const { makeLock } = await use("lock/passphrase");
           const { key, lock } = await makeLock(given);
           await (await use("accounts/vault")).rekey(key, lock);""",
        PASSPHRASE,
    )
    person.go()
    person.type("main form[data-part=form] [name=secret]", PASSPHRASE)
    person.press("main form[data-part=form] button.primary")
    person.sees("Shop")


def exports(person: Person) -> None:
    """The encrypted export opens again with everything."""
    found = person.run(OPEN + EXPORTED, [PASSPHRASE])
    assert found[0] == found[1] > 0, f"{found[1]} of {found[0]} accounts"


def is_kept(person: Person) -> None:
    """Every file is kept for use without the network."""
    assert person.run(KEPT)


def holds_many(person: Person) -> None:
    """A thousand accounts, and a change among them."""
    links = [link(f"Service {number}") for number in range(LARGE)]
    person.run(OPEN + FILL, [PASSPHRASE, links])
    person.go()
    person.type("main form[data-part=form] [name=secret]", PASSPHRASE)
    person.press("main form[data-part=form] button.primary")
    person.sees(f"Service {LARGE - 1}")


STORY: list[Callable[[Person], None]] = [
    starts,
    adds,
    keeps,
    reloads,
    imports,
    searches,
    scans,
    is_kept,
    locks,
    exports,
    holds_many,
]


def says_blocked(person: Person) -> None:
    """With the data of the site blocked it says so."""
    person.go()
    person.sees("This browser keeps nothing")
