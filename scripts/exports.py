"""Name what a script of the authenticator exports and nobody imports.

Says nothing and returns 0 if there is none. What only tests use counts as used: they say so by
`use("module")`, or by importing the file.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "static" / "authenticator"
EXPORT = re.compile(r"^export (?:async )?(?:const|let|class|function\*?) (\w+)", re.MULTILINE)
NAMES = r"\{([^{}]*)\}"
# import { a, b as c } from "./x.js" · const { a } = await import("./x.js") · …await use("x")
TAKEN = re.compile(
    rf"""(?:import|const)\s*{NAMES}\s*(?:from\s*|=\s*(?:await\s+)?[\w(]*?(?:import|use)\()\s*["']([^"']+)["']"""
)
# (await import("./x.js")).a · within(…, import("./x.js")) and what is taken of it later
DOTTED = re.compile(r"""(?:import|use)\(["']([^"']+)["']\)\)+\.(\w+)""")
WHOLE = re.compile(r"""(?<!await )import\(["']([^"']+)["']\)(?!\)+\.)""")


def sources() -> list[Path]:
    """Every file that may import a script of the app."""
    own = [*APP.rglob("*.js"), *(ROOT / "tests").rglob("*.js"), *(ROOT / "tests").rglob("*.py")]
    return [path for path in own if "node_modules" not in path.parts]


def imports() -> dict[str, set[str]]:
    """The names that are imported, by the name of the file; "*" for a whole module."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        text = path.read_text()
        for names, module in TAKEN.findall(text.replace("{{", "{").replace("}}", "}")):
            for name in names.split(","):
                found[Path(module).stem].add(re.split(r"\s+as\s+|\s*:", name.strip())[0])
        for module, name in DOTTED.findall(text):
            found[Path(module).stem].add(name)
        for module in WHOLE.findall(text):
            found[Path(module).stem].add("*")
    return found


def main() -> int:
    """Return 1 if an export is dead."""
    taken = imports()
    dead = [
        f"{path.relative_to(ROOT)} exports {name}, which nobody imports"
        for path in sorted(APP.rglob("*.js"))
        for name in EXPORT.findall(path.read_text())
        if not {name, "*"} & taken[path.stem]
    ]
    print(*dead, sep="\n", end="\n" if dead else "")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
