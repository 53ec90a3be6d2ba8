"""Short, everyday words that people read aloud to each other."""

from pathlib import Path

FOLDER = Path(__file__).with_name("lists")
LISTS = {path.stem: path.read_text("utf-8").split() for path in FOLDER.iterdir()}
"""Of each language 128: three of them are one of two million."""
SPOKEN = 3


def spoken(digest: str, language: str) -> tuple[str, ...]:
    """Return three words that follow from a digest (hexadecimal), in a person's language."""
    words = LISTS.get(language.split("-", maxsplit=1)[0], LISTS["en"])
    drawn = bytes.fromhex(digest)
    return tuple(words[drawn[place] % len(words)] for place in range(SPOKEN))
