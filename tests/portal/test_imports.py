"""What one word of the house is called in every file that imports it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOMS = ("accounts", "core", "devices", "portal", "scripts", "tests")


def renamed(path: Path) -> Iterator[str]:
    """Yield what a file imports of ours under another name; `_` is what Django calls gettext."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        base = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for each in node.names:
            name = f"{base}.{each.name}".lstrip(".")
            if each.asname not in (None, "_") and name.partition(".")[0] in ROOMS:
                yield f"{path.relative_to(settings.BASE_DIR)}: {name} as {each.asname}"


def test_nothing_of_ours_is_imported_under_another_name() -> None:
    """Another name is the sign of a clash: two things with one name, or one with two."""
    files = [path for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    assert len(files) > 600
    assert [each for path in sorted(files) for each in renamed(path)] == []
