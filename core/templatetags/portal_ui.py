"""Tags that every template has: icons, times, durations, fields."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import pgettext

from core.durations import day_in_words, in_words
from core.i18n import apart_if_text, harmless
from core.i18n import gettext as _

register = template.Library()
register.filter("apart", apart_if_text)

SOON = timedelta(minutes=1)
BREAKS = re.compile(r"(?<=[@/])(?<!//)(?=[^/\s])")
TONE_ICONS = {
    "ok": "circle-check",
    "look": "triangle-alert",
    "loss": "circle-alert",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-alert",
}
TONES = {"success": "ok", "warning": "look", "error": "loss"}


SPRITE = "img/icons.svg"
TURNS = ("chevron-left", "chevron-right", "arrow-left", "arrow-right")
"""Icons that mean a direction, and so turn round where people read from right to left."""


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css: str = "") -> SafeString:
    """Draw the named icon of the sprite; it is decoration, so words must stand beside it."""
    return _drawn(static(SPRITE), name, css)


@register.simple_tag
@lru_cache(maxsize=256)
def app_icon(name: str) -> SafeString:
    """Draw an icon for the authenticator app, which keeps files under their unhashed names."""
    return _drawn(settings.STATIC_URL + SPRITE, name, "")


def _drawn(sprite: str, name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f"{css} turns".strip() if name in TURNS else css,
        sprite,
        name,
    )


@register.filter
def tone(level: str) -> str:
    """The tone of a message level: "success" is "ok", "warning" is "look", "error" is "loss"."""
    return TONES.get(level, level)


@register.filter
def tone_icon(level: str) -> str:
    """The name of the icon that goes with a tone or a message level."""
    return TONE_ICONS.get(level, "info")


@register.filter
def breakable(words: object) -> SafeString:
    """Let a line end behind the "@" of an address and the "/" of a link, and not within a word."""
    parts = ((part,) for part in BREAKS.split(harmless(str(words))))
    return format_html_join(SafeString("<wbr>"), "{}", parts)


@register.simple_tag
def when(value: datetime | None, style: str = "moment") -> SafeString | str:
    """Tell a moment absolutely and with a relative hint.

    With style "day" without the clock; with "ago" only the hint is seen and the rest is its title.

    Without scripts the clock is that of the active time zone, which is named; with scripts
    static/js/when.js puts it in the zone of the browser.
    """
    if value is None:
        return pgettext("moment", "never")
    local = timezone.localtime(value)
    if style == "ago":
        return format_html(
            '<time datetime="{}" data-when="ago" title="{}">{}</time>',
            local.isoformat(timespec="seconds"),
            written(value),
            relative(value),
        )
    words, zone = written(value, style), ""
    if style != "day":
        words, _space, zone = words.rpartition(" ")
        # Not seen where a script is about to take it away, so that nothing moves up then.
        zone = format_html('<span class="zone"> {}</span>', zone)
    return format_html(
        '<time datetime="{}" data-when="{}">{}{}</time> <span class="hint">({})</span>',
        local.isoformat(timespec="seconds"),
        style,
        words,
        zone,
        relative(value),
    )


@register.filter
def written(value: datetime, style: str = "moment") -> str:
    """Write a moment out as the language of the reader has it; with style "day" without clock."""
    if style == "day":
        return day_in_words(timezone.localtime(value).date())
    form = pgettext("date format with clock and time zone", "j M Y, H:i T")
    return date_format(timezone.localtime(value), form)


def relative(value: datetime) -> str:
    """How far away a moment is, in one unit: "2 hours ago", "in 3 days", "just now"."""
    now = timezone.now()
    if abs(now - value) < SOON:
        return _("just now") if value <= now else _("in a moment")
    if value <= now:
        return _("%(time)s ago") % {"time": timesince(value, now, depth=1)}
    return _("in %(time)s") % {"time": timesince(now, value, depth=1)}


register.filter("span", in_words)


@register.filter
def has_one_field(form: BaseForm) -> bool:
    """Whether errors of the form as a whole can stand at its only field."""
    return len(form.visible_fields()) == 1


@register.filter
def errors_at(field: BoundField) -> list[str]:
    """The errors to show at a field; at an only field those of the whole form as well."""
    found = [*field.errors]
    if has_one_field(field.form):
        found += field.form.non_field_errors()
    return [str(error) for error in found]


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Draw the widget of a field, tied to its errors; the only one that is wrong gets focus."""
    attrs: dict[str, str | bool] = {}
    if errors_at(field):
        help_id = f"{field.auto_id}_helptext " if field.help_text else ""
        attrs = {"aria-invalid": "true", "aria-describedby": f"{help_id}{field.auto_id}_error"}
        if len(field.form.errors) == 1:
            attrs["autofocus"] = True
    return field.as_widget(attrs=attrs)


@register.filter
def code_kind(field: BoundField) -> str:
    """How a field that takes a code behaves, as its widget says; "" for other fields."""
    if field.name != "code" or field.is_hidden:
        return ""
    return str(field.field.widget.attrs.get("data-code", ""))
