"""Names of browsers, as people call them."""

from functools import lru_cache

from ua_parser import parse

from accounts.activity.details import Details
from core.geoip import place_of
from core.i18n import apart
from core.i18n import gettext as _

UNKNOWN = "Unknown browser"


def browser_name(agent: str) -> str:
    """Return "Firefox on Linux" for a user agent, or "" if there was none."""
    if not agent:
        return ""
    browser, system = _families(agent)
    known = {"browser": browser or _("a browser"), "system": system or _("an unknown system")}
    return _("%(browser)s on %(system)s") % known


def display_name(name: str, agent: str) -> str:
    """Return the name that a person gave a browser, else one in the language of the reader.

    Rows from before may hold the English words for a browser that nobody knows.
    """
    given = "" if name == UNKNOWN else name
    return given or browser_name(agent) or _("Unknown browser")


def told_of(name: str, agent: str) -> Details:
    """Return what an event keeps of a browser, to be put into words when it is read."""
    return {"browser": name} if name else {"agent": agent}


@lru_cache(maxsize=1024)
def _families(agent: str) -> tuple[str, str]:
    parsed = parse(agent)
    browser = parsed.user_agent.family if parsed.user_agent else ""
    return browser, parsed.os.family if parsed.os else ""


def place_name(agent: str, address: str) -> str:
    """Say from where somebody acted: "Firefox on Linux · Utrecht, Netherlands · 192.0.2.7"."""
    return " · ".join(
        apart(part) for part in (browser_name(agent), place_of(address), address) if part
    )
