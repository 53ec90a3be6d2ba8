"""What the types of scripts say of the app's templates is so: tsc cannot see those."""

import re
from collections import defaultdict

import pytest
from django.conf import settings

pytestmark = pytest.mark.no_rows
ELEMENTS = {
    "a": "HTMLAnchorElement",
    "button": "HTMLButtonElement",
    "details": "HTMLDetailsElement",
    "form": "HTMLFormElement",
    "input": "HTMLInputElement",
    "label": "HTMLLabelElement",
    "video": "HTMLVideoElement",
}
PART = re.compile(r'<([a-z0-9]+)\b[^>]*?data-part="([^"{]+)"', re.DOTALL)


def test_every_part_is_the_element_that_its_type_says() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        for tag, name in PART.findall(path.read_text(encoding="utf-8")):
            found[name].add(ELEMENTS.get(tag, "HTMLElement"))
    types = (settings.BASE_DIR / "types" / "page.d.ts").read_text(encoding="utf-8")
    parts = types[types.index("interface Parts {") :]
    declared = dict(
        re.findall(r'^  "?([\w-]+)"?: (\w+);$', parts[: parts.index("\n}")], re.MULTILINE)
    )
    assert declared.keys() <= found.keys(), declared.keys() - found.keys()
    wrong = {name: found[name] for name, kind in declared.items() if found[name] != {kind}}
    assert not wrong
