"""Finds English that was left in something that is to be Dutch."""

import html
import re
from typing import Any

from scripts import messages

# Words that every longer English sentence has one of, and no Dutch one has.
ENGLISH = re.compile(
    r"\b(the|your|you|and|with|this|that|from|until|every|not|nothing|they|have|which|will)\b",
    re.IGNORECASE,
)
HIDDEN = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
SPOKEN = re.compile(r'\b(?:aria-label|title|alt|placeholder|data-[a-z-]+)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")


def english_in(said: str) -> set[str]:
    """English words of a text, each with what stands around it."""
    said = messages.PLACES.sub("…", said)
    found = ENGLISH.finditer(said)
    return {" ".join(said[max(0, it.start() - 40) : it.end() + 40].split()) for it in found}


def words_of(page: str) -> str:
    """What people read and hear of a page, in HTML or as text."""
    shown = HIDDEN.sub(" ", page)
    spoken = " · ".join(value for value in SPOKEN.findall(shown) if " " in value)
    return html.unescape(f"{TAG.sub(' ', shown)} · {spoken}")


def catalogue(domain: str, language: str = "nl") -> list[tuple[str, str]]:
    """Every English sentence beside its translation; forms are told apart."""
    translated = messages.read(messages.LOCALE / language / "LC_MESSAGES" / f"{domain}.po")
    pairs: list[tuple[str, str]] = []
    for message in translated:
        if message.id:
            ids, forms = _listed(message.id), _listed(message.string)
            pairs += [(ids[min(at, len(ids) - 1)], form) for at, form in enumerate(forms)]
    return pairs


def _listed(words: Any) -> list[str]:
    return [words] if isinstance(words, str) else list(words)
