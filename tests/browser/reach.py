"""What keeps people from a page that axe does not measure: zoom, spacing, focus, direction."""

from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.live.browser import DESK, resize

RULES = (Path(__file__).parent / "reach.js").read_text(encoding="utf-8")
HALF: ViewportSize = {"width": 640, "height": 512}
QUARTER: ViewportSize = {"width": 320, "height": 256}
# 1280 × 1024 px at 100 %, 200 % and 400 %, which is where WCAG 1.4.10 ends.
ROUNDS: list[tuple[ViewportSize, list[str]]] = [
    (DESK, ["mirrored", "large", "moving"]),
    (HALF, ["wide", "clipped", "unfocusable"]),
    (QUARTER, ["wide", "clipped", "small", "stateless", "spaced", "mirrored", "unfocusable"]),
]
RUN = f"(names) => {{ const rules = {RULES}; return names.flatMap((name) => rules[name]()); }}"


def out_of_reach(page: Page) -> list[str]:
    """Return what is out of somebody's reach on the page as it stands; leaves it small and dark."""
    found = list[str]()
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.keyboard.press("Shift")  # from now on the browser shows the focus that a script moves
    for size, names in ROUNDS:
        resize(page, size)
        found += [f"{size['width']} px: {words}" for words in page.evaluate(RUN, names)]
    return found
