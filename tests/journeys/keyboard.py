"""Somebody without a mouse, who has to see where the focus is."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, expect

from tests.journeys.hand import App, Hand

FARTHEST = 120  # keys pressed for one control; no page has half as many

# What stands between a person and the control that has the focus; "" if nothing does.
JUDGE = """
(target) => {
  const focused = document.activeElement;
  const side = focused.compareDocumentPosition(target);
  const isBefore = Boolean(side & Node.DOCUMENT_POSITION_PRECEDING);
  const said = (fault) => ({ isThere: focused === target, isBefore, fault });
  if (focused === document.body || focused === document.documentElement) return said("");
  const name = `${focused.localName} “${focused.textContent.trim().slice(0, 40)}”`;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const isSeen = focused.matches("[tabindex='-1']")
    || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
  if (!isSeen) return said(`nothing shows that the focus is at ${name}`);
  const box = focused.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  if (focused.matches("[tabindex='-1']")) return said(""); // a place to start from
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return said(`${name} is out of sight`);
  const top = document.elementFromPoint(x, y);
  const isOwn = focused.contains(top) || top.contains(focused);
  return said(isOwn ? "" : `${name} has the focus and is covered`);
}
"""


@dataclass
class Keyboard(Hand):
    """A hand that presses Tab, Enter, the space bar and letters, and nothing else."""

    keys: int = field(default=0, init=False)

    def key(self, name: str) -> None:
        """Press one key."""
        self.page.keyboard.press(name)
        self.keys += 1

    def reach(self, target: Locator) -> None:
        """Go from control to control until this one has the focus, which must always be seen."""
        expect(target).to_be_visible()
        self.page.wait_for_load_state()
        for _each in range(FARTHEST):
            stands = self._stands(target)
            if stands["isThere"]:
                return
            self.key("Shift+Tab" if stands["isBefore"] else "Tab")
        raise AssertionError(f"no key leads to {target}")

    def _stands(self, target: Locator) -> dict[str, Any]:
        stands: dict[str, Any] = target.evaluate(JUDGE)
        assert not stands["fault"], f"{self.page.url}: {stands['fault']}"
        return stands

    def type(self, label: str, text: str) -> None:
        """Go to the field with this label and type, over what stands there."""
        self.reach(self.page.get_by_label(label, exact=True))
        self.key("Control+A")
        self.page.keyboard.type(text)
        self.fields += 1

    def press(self, name: str) -> None:
        """Go to the button or link of this name and press Enter."""
        self.reach(self.find(name))
        self.key("Enter")
        self.clicks += 1

    def reads_key(self) -> App:
        """Unfold the key beside the picture and read it."""
        self.reach(self.page.locator("summary", has_text="Type the key"))
        self.key("Space")
        key = self.page.locator("[data-key]")
        expect(key).to_be_visible()
        return App.from_key(key.inner_text())

    def stands_at(self, target: Locator) -> None:
        """Expect the focus there without having pressed anything."""
        expect(target).to_be_focused()
        self._stands(target)
