"""What a page costs a person who comes for the first time: bytes, other sites, jumps."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

MOST_JUMP = 0.01  # of a cumulative layout shift, where 0.1 is called good
WATCH_JUMPS = """
window.jumps = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    const first = sources[0]?.node?.outerHTML ?? "";
    if (!hadRecentInput) window.jumps.push([value, first.slice(0, 100)]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
JUMPED = """async () => {
  await new Promise((ok) => requestAnimationFrame(() => setTimeout(ok)));
  return window.jumps ?? [];
}"""
LEFT_OUT = {"Font", "Image"}


class Scale:
    """Weighs every document that is opened in this page, with nothing in the cache."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.strangers: list[str] = []
        """What was asked of other sites since this was last read."""
        self._weights: dict[str, int] = defaultdict(int)
        self._requests: dict[str, tuple[str, str]] = {}
        self._open = ""
        page.add_init_script(WATCH_JUMPS)
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", self._ask)
        devtools.on("Network.loadingFinished", self._weigh)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _ask(self, event: dict[str, Any]) -> None:
        document, url = event["loaderId"], event["request"]["url"]
        self._requests[event["requestId"]] = document, event.get("type", "")
        if event["requestId"] == document:
            self._open = document
        if urlsplit(url).scheme not in {"data", "blob"} and not url.startswith(f"{self.origin}/"):
            self.strangers.append(url)

    def _weigh(self, event: dict[str, Any]) -> None:
        document, kind = self._requests.pop(event["requestId"], ("", ""))
        if kind not in LEFT_OUT:
            self._weights[document] += int(event["encodedDataLength"])

    def weight(self) -> int:
        """Return the bytes that came for the page that is open, without fonts and images."""
        return self._weights[self._open]

    def jumps(self) -> list[tuple[float, str]]:
        """Return by how much the open page moved by itself (layout shift), and what moved first."""
        return [(value, node) for value, node in self.page.evaluate(JUMPED)]
