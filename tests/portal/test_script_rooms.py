"""The rooms of the authenticator's scripts: which imports from which, and how full they are."""

import re
from collections import Counter
from pathlib import Path

from django.conf import settings

APP = settings.BASE_DIR / "static" / "authenticator"
SCRIPTS = sorted(APP.rglob("*.js"))
# From the ground up, as docs/authenticator.md has them: a room imports from those before it.
ROOMS = [
    "core",
    "core/storage",
    "core/kdf",
    "core/page",
    "otp",
    "accounts",
    "lk1",
    "formats/parsing",
    "formats/apps",
    "formats",
    "lock",
    "qr",
    "backup/portal",
    "backup/sync",
    "backup/pages",
    "work",
    "pages/list",
    "pages",
    "recovery",
    "recovery/pages",
    ".",
]
IMPORT = re.compile(r"""(?:from|import\(|import|new URL\()\s*"(\.\.?/[^"]+)\"""")


def room_of(path: Path) -> str:
    return str(path.parent.relative_to(APP))


def imported(path: Path) -> list[Path]:
    """The app's own scripts that one of them names, also those it fetches later."""
    found = [(path.parent / name).resolve() for name in IMPORT.findall(path.read_text())]
    return [each for each in found if each.is_relative_to(APP)]


def test_every_room_has_its_storey() -> None:
    assert {room_of(path) for path in SCRIPTS} == set(ROOMS)


def test_what_a_script_imports_is_there() -> None:
    assert [each for path in SCRIPTS for each in imported(path) if not each.is_file()] == []


def test_no_room_imports_from_one_above_it() -> None:
    arrows = [(path, each) for path in SCRIPTS for each in imported(path)]
    assert len(arrows) > 400
    upwards = [
        f"{path.relative_to(APP)} → {each.relative_to(APP)}"
        for path, each in arrows
        if ROOMS.index(room_of(each)) > ROOMS.index(room_of(path))
    ]
    assert upwards == []


def test_no_room_holds_more_than_twelve_files() -> None:
    files = Counter(room_of(path) for path in APP.rglob("*") if path.is_file())
    assert [room for room, count in files.items() if count > 12] == []
