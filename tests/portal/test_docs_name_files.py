"""Every file and folder that the pages about the house name is there."""

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
PLACE = re.compile(r"`((?:accounts|core|devices|portal|static|scripts|styles|tests)/[\w/.-]*)`")


@pytest.mark.parametrize("page", ["architecture", "glossary", "threats", "authenticator"])
def test_what_it_names_is_there(page: str) -> None:
    named = PLACE.findall((ROOT / "docs" / f"{page}.md").read_text())
    assert named
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_the_map_has_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text[text.index("## What stands where") : text.index("## Six walks")]
    own = {"__pycache__", "forms", "management", "migrations", "models", "views"}
    rooms = [each for top in ("core", "accounts", "devices") for each in (ROOT / top).iterdir()]
    names = [each.name for each in rooms if each.is_dir() and each.name not in own]
    assert [name for name in names if f"{name}/" not in table and f"`{name}`" not in table] == []
