"""What the style sheets promise to those who judge pages by them."""

from pathlib import Path

import pytest
from django.conf import settings

SHEETS = sorted(
    [
        *settings.BASE_DIR.glob("static/css/*.css"),
        *settings.BASE_DIR.glob("static/authenticator/*.css"),
    ]
)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_light_and_dark_are_decided_in_one_place_for_every_width(sheet: Path) -> None:
    told_by_scheme = "prefers-color-scheme" in sheet.read_text()
    assert told_by_scheme == (sheet.name == "tokens.css")
