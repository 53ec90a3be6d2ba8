"""What a site may set is told where operators look, and nothing else is."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = ROOT / "portal" / "settings"


def read_by(file: Path) -> set[str]:
    """Find the names that a module asks the environment for."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }


def table_of(document: str) -> set[str]:
    """Read the first column of the table of settings."""
    rows = [line for line in (ROOT / document).read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}


def test_one_file_alone_reads_the_environment() -> None:
    readers = {file.stem for file in SETTINGS.glob("*.py") if read_by(file)}
    assert readers == {"environment"}


def test_every_name_is_told_and_the_table_names_no_other() -> None:
    names = read_by(SETTINGS / "environment.py")
    told = table_of("README.md")
    assert not told - names
    operating = (ROOT / "docs" / "operating.md").read_text()
    assert not {name for name in names - told if f"`{name}`" not in operating}


def test_the_sample_file_sets_nothing_that_is_not_read() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert {line.partition("=")[0] for line in lines if re.match("[A-Z]", line)} <= read_by(
        SETTINGS / "environment.py"
    )
