"""Pages that may be read from right to left: what the style sheets and templates say of sides."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from accounts.contacts.normalization import mask_number
from core.templatetags.portal_ui import app_icon, icon

ROOT = Path(__file__).resolve().parent.parent.parent
SHEETS = sorted([*ROOT.glob("static/css/*.css"), *ROOT.glob("static/authenticator/*.css")])
MAILS = sorted(ROOT.glob("templates/email/**/*.html"))
SIDES = r"left|right"
PHYSICAL = re.compile(
    rf"(?<![\w-])((margin|padding|border|scroll-margin|scroll-padding)-({SIDES})(?![\w])"
    rf"|border-(top|bottom)-({SIDES})-radius|({SIDES})\s*:"
    rf"|(text-align|float|clear)\s*:\s*({SIDES})\b)"
)


def physical(text: str) -> list[str]:
    """Return what of a style sheet names a side by left and right."""
    return [found[0] for found in PHYSICAL.finditer(text)]


@pytest.mark.parametrize("path", [*SHEETS, *MAILS], ids=lambda path: path.name)
def test_no_style_names_left_or_right(path: Path) -> None:
    assert not physical(path.read_text(encoding="utf-8"))


def test_sides_are_found_where_they_are_named() -> None:
    named = (
        "margin-left: 1px",
        "left: 0",
        "text-align: right",
        "float:left",
        "border-top-left-radius",
    )
    for words in named:
        assert physical(f"a {{ {words}; }}"), words
    for words in ("margin-inline-start: 1px", "text-align: start", ".left {", "--left: 1", "right"):
        assert not physical(words), words


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_what_is_seen_first_is_reached_first(path: Path) -> None:
    """No style moves things about: the keyboard and screen readers follow the document."""
    assert not re.findall(r"-reverse\b|(?<![\w-])order\s*:", path.read_text(encoding="utf-8"))


def test_icons_that_point_somewhere_turn_round_and_others_do_not() -> None:
    for draw in (icon, app_icon):
        assert 'class="icon turns"' in draw("chevron-right")
        assert "turns" not in draw("key-round")


@pytest.mark.parametrize("template", ["base.html", "email/base.html"])
def test_a_page_says_in_which_direction_it_is_read(template: str) -> None:
    with translation.override("ar"):
        assert 'dir="rtl"' in render_to_string(template)
    with translation.override("en"):
        assert "rtl" not in render_to_string(template)


def test_a_masked_number_keeps_its_order_among_words_from_right_to_left() -> None:
    with translation.override("ar"):
        assert mask_number("+31612345658") == "\u2066••\u00a058\u2069"
    with translation.override("nl"):
        assert mask_number("+31612345658") == "••\u00a058"
