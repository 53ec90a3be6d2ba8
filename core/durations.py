"""Days, and how long something takes or lasts, in words."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import pgettext

from core.i18n import ngettext

MINUTES_FROM = 120  # seconds: before that, a count of seconds says more
HOURS_FROM = 2 * 3600  # seconds
DAY = 24 * 3600  # seconds


def in_words(length: float | timedelta) -> str:
    """Say a length (seconds, if it is a number) in one unit, rounded up and never nothing."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    whole = max(1, -int(-seconds // 1))
    if whole < MINUTES_FROM:
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    if whole < HOURS_FROM:
        minutes = -(-whole // 60)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if whole > DAY and whole % DAY == 0:  # rounded up to days, hours would be too far off
        days = whole // DAY
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    hours = -(-whole // 3600)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def day_in_words(day: date) -> str:
    """Write a day out as the language of the reader has it, "2 Dec 2026"."""
    return date_format(day, pgettext("date format", "j M Y"))
