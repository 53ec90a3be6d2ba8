"""Sentences with names in them: a name of either direction turns nothing beside it around.

What people typed is put into a sentence between isolates (Unicode Standard Annex 9), but only where
it could turn something around; for everybody else a sentence stays what it was, byte for byte. All
sentences go through here: `gettext` and `ngettext` of Python, `{% blocktranslate %}` of templates
(`core.templatetags.i18n_bidi`), and the filter `apart` for what stands beside other words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise, lazy
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as translated  # noqa: TID251 # the one place
from django.utils.translation import ngettext as translated_with  # noqa: TID251 # the one place

from core.addresses import IGNORABLE

BEGIN, END = "\u2068", "\u2069"  # first strong isolate, pop directional isolate
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
OVERRIDES = re.compile("[\u202a-\u202e]")  # and embeddings; nobody writes them by hand
ISOLATES = re.compile("[\u2066-\u2069]")
OPENERS = "\u2066\u2067\u2068"
Text = str | Promise  # words of a page, translated now or when they are read
BLANK = " \u2800"  # Braille without a dot is printable, and empty
LONGEST_LINE = 1000  # characters; normalising takes the square of a row of marks
LINES = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # an isolate ends with its line
JOINERS = "\u200c\u200d"  # Persian and Indic spelling, and emoji of several parts


def one_line(typed: str) -> str:
    """Return a text in NFC and on one line, without characters that cannot be seen or that turn."""
    composed = unicodedata.normalize("NFC", typed[:LONGEST_LINE])
    seen = "".join(
        letter if letter.isprintable() or _joins(composed, at) else " "
        for at, letter in enumerate(composed)
    )
    line = " ".join(seen.split())
    return line if IGNORABLE.sub("", line).strip(BLANK) else ""


def _joins(text: str, at: int) -> bool:
    """Whether the character here joins or parts two letters that are written with joiners."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return text[at] in JOINERS and _is_joined(before) and _is_joined(after)


def _is_joined(letter: str) -> bool:
    return not letter.isascii() and letter.isprintable()


def harmless(text: str) -> str:
    """Return the text without characters that would turn around what comes after it."""
    text = OVERRIDES.sub("", text)
    return ISOLATES.sub("", text) if ISOLATES.search(_outside(text)) else text


def _outside(text: str) -> str:
    """Return what of a text stands outside of all isolates."""
    kept: list[str] = []
    opened: list[int] = []
    for letter in text:
        if letter == END and opened:
            del kept[opened.pop() :]
            continue
        if letter in OPENERS:
            opened.append(len(kept))
        kept.append(letter)
    return "".join(kept)


def apart(text: str) -> str:
    """Return a text to be put beside other words, in isolates if it could turn them around."""
    if text.isascii() and not get_language_bidi():
        return text
    kept = harmless(text)
    told = f"{BEGIN}{LINES.sub(' ', kept)}{END}" if _turns(_outside(kept)) else kept
    return SafeString(told) if isinstance(text, SafeString) else told


def _turns(text: str) -> bool:
    """Whether a text holds a letter that runs against the direction of the page."""
    if RIGHT_TO_LEFT.search(text):
        return True
    from_right = get_language_bidi()
    return from_right and any(unicodedata.bidirectional(letter) == "L" for letter in text)


def apart_if_text(value: Any) -> Any:
    """Set words apart, and leave numbers, moments and rows alone."""
    return apart(str(value)) if isinstance(value, Promise) else _apart_if_str(value)


def _apart_if_str(value: Any) -> Any:
    return apart(value) if isinstance(value, str) else value


def listed(names: Iterable[str]) -> str:
    """Name several with commas between, each apart from the next."""
    return ", ".join(apart(str(name)) for name in names)


class Sentence(str):
    """A translated sentence; what is filled in with `%` stands apart in it."""

    __slots__ = ()

    def __mod__(self, values: Any) -> str:
        """Fill in the values, by name or the only one."""
        if isinstance(values, Mapping):
            values = {name: apart_if_text(value) for name, value in values.items()}
        filled: str = str.__mod__(self, values)
        return filled


def gettext(message: str) -> str:
    """Translate a sentence, as Django's function of this name does."""
    return Sentence(translated(message))


def ngettext(singular: str, plural: str, number: float) -> str:
    """Translate a sentence with a number in it, as Django's function of this name does."""
    return Sentence(translated_with(singular, plural, number))


if TYPE_CHECKING:
    # The types of Django's function; "as" its own name is what lets other modules import it here.
    from django.utils.translation import gettext_lazy as gettext_lazy  # noqa: PLC0414, TID251
else:
    gettext_lazy = lazy(gettext, str)
