"""Where an address probably is: a city and a country from the operator's own database.

`GEOIP_PATH` names a file in MaxMind's format, such as GeoLite2 City or DB-IP Country Lite.
A place is a guess to jog a memory; nothing is ever decided by it.
"""

import logging
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import maxminddb
from django.conf import settings
from django.utils.translation import get_language

from core.i18n import gettext as _

PLACE_LENGTH = 100
BROKEN = (OSError, ValueError, LookupError, TypeError, maxminddb.InvalidDatabaseError)

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def database(path: str) -> maxminddb.Reader | None:
    """Open the file once a process, mapped into memory; None, and a line in the log, if broken."""
    try:
        return open_database(path)
    except BROKEN:
        logger.exception("GEOIP_PATH cannot be read: no places are shown")
        return None


def open_database(path: str) -> maxminddb.Reader:
    """Open the file; raises `OSError` or `InvalidDatabaseError`."""
    return maxminddb.open_database(path)


def place_of(address: str) -> str:
    """Return "Utrecht, Netherlands" or "Netherlands" in the reader's language; "" if unknown."""
    reader = database(settings.GEOIP_PATH) if settings.GEOIP_PATH and address else None
    if reader is None:
        return ""
    try:
        return _in_words(reader.get(ip_address(address)))
    except BROKEN:
        return ""


def _in_words(record: Any) -> str:
    if not isinstance(record, dict):
        return ""
    country = _name(record.get("country") or record.get("registered_country"))
    city = _name(record.get("city"))
    words = _("%(city)s, %(country)s") % {"city": city, "country": country}
    place = words if city and country else city or country
    return "".join(letter for letter in place if letter.isprintable())[:PLACE_LENGTH]


def _name(entry: Any) -> str:
    """Return the name in the reader's language, else in English."""
    names = entry.get("names", {}) if isinstance(entry, dict) else {}
    language = get_language() or settings.LANGUAGE_CODE
    wanted = (language, language.partition("-")[0], "en")
    return next((str(names[each]) for each in wanted if names.get(each)), "")
