"""Join the parts in styles/ to the one sheet that pages ask for: static/css/parts.css.

One file for each part is kind to who reads them; one for all is kind to who waits for them.
With `--check`, compares the sheet with the parts instead.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHEET = ROOT / "static" / "css" / "parts.css"
PARTS = ROOT / "styles"
# Later ones win over earlier ones where they are as specific.
ORDER = (
    "frame",
    "card",
    "list",
    "notice",
    "tile",
    "empty",
    "steps",
    "menu",
    "codes",
    "field",
    "code-field",
)
HEAD = "/* The parts that pages are made of: joined from styles/ by scripts/bundle_css.py. */\n"


def joined() -> str:
    """The sheet as it has to be."""
    return "\n".join([HEAD, *((PARTS / f"{name}.css").read_text() for name in ORDER)])


def main(arguments: list[str]) -> int:
    """Return 1 if the sheet is to be checked and is not the one of these parts."""
    if arguments != ["--check"]:
        SHEET.write_text(joined())
        return 0
    if SHEET.is_file() and SHEET.read_text() == joined():
        return 0
    print("static/css/parts.css is stale: run `make assets`")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
