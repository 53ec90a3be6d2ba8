"""What a walk reads and presses, put from English into the language that it is walked in.

Walks and their helpers are written with the English words of the site. `said` gives these words to
Playwright: as they are, or, within `speaking("nl")`, as a pattern of their Dutch in the catalogues.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from html import unescape

from scripts.messages import DOMAINS, PLACES
from tests.portal.dutch import TAG, catalogue

Pair = tuple[str, str]
ENGLISH = "en"
ANY = ".+?"
VALUE = r"(\w\S*(?: [^\sa-z]\S*)*)"  # a name or a number: no more words of a sentence


class Same(str):
    """Words that are the same in every language, as a name is."""

    __slots__ = ()


class Phrases:
    """The sentences of the site beside those of another language."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self.pairs = list(dict.fromkeys((_shown(source), _shown(there)) for source, there in pairs))

    @classmethod
    @cache
    def of(cls, language: str) -> "Phrases":
        """Read the catalogues of a language."""
        return cls(pair for domain in DOMAINS for pair in catalogue(domain, language))

    def whole(self, words: str) -> list[str]:
        """Translate a sentence or word without places for values."""
        return [there for source, there in self.pairs if source == words]

    def pattern(self, words: str, *, exact: bool = False) -> re.Pattern[str]:
        """Find what the English words find: themselves and, unless `exact`, all that has them."""
        as_given = self._as_whole if exact else self._as_part
        found = as_given(words) or self._with_values(words)
        assert found, f"no sentence of the catalogues says {words!r}"
        either = "|".join(dict.fromkeys(found))
        return re.compile(rf"^\s*(?:{either})\s*$" if exact else f"(?:{either})")

    def _as_whole(self, words: str) -> list[str]:
        return [_regex(there) for there in self.whole(words)]

    def _with_values(self, words: str) -> list[str]:
        """Fill the same values in, of the sentences that fit those that say most themselves."""
        fits = [(pair, values) for pair in self.pairs if (values := _values(pair[0], words))]
        most = max((_weight(source) for (source, _there), _values in fits), default=0)
        return [
            _regex(there, partial(self._value, values))
            for (source, there), values in fits
            if _weight(source) == most
        ]

    def _value(self, values: dict[str, str], place: str) -> str:
        """Give a value; one that is a word of the site may be translated, too."""
        value = values.get(place, "")
        return "|".join(map(_regex, [value, *self.whole(value)])) if value else ANY

    def _as_part(self, words: str) -> list[str]:
        """Take every sentence that has these words, as a reader of English finds them in each."""
        part = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        return [_regex(there) for source, there in self.pairs if part.search(source)]


def _shown(sentence: str) -> str:
    """What is seen of a sentence: no tags, and no more than one blank."""
    return " ".join(unescape(TAG.sub("", sentence)).split())


def _regex(sentence: str, value: Callable[[str], str] = lambda _place: ANY) -> str:
    """Make a pattern of a sentence, with what `value` gives for each of its places."""
    texts = [r"\s+".join(map(re.escape, text.split(" "))) for text in PLACES.split(sentence)]
    places = [*(f"(?:{value(place)})" for place in PLACES.findall(sentence)), ""]
    return "".join(text + place for text, place in zip(texts, places, strict=True))


@cache
def _reader(source: str) -> re.Pattern[str]:
    return re.compile(VALUE.join(map(re.escape, PLACES.split(source))))


def _values(source: str, words: str) -> dict[str, str]:
    """The values of the places of an English sentence, if the words are that sentence filled in."""
    if not (places := PLACES.findall(source)) or not _weight(source):
        return {}
    fits = _reader(source).fullmatch(words)
    return dict(zip(places, fits.groups(), strict=True)) if fits else {}


def _weight(source: str) -> int:
    """How many letters a sentence has of its own."""
    return sum(map(str.isalpha, PLACES.sub("", source)))


_SPOKEN: ContextVar[Phrases | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let walks within this block read and press in another language."""
    before = _SPOKEN.set(None if language == ENGLISH else Phrases.of(language))
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def said(words: str, *, exact: bool = False) -> str | re.Pattern[str]:
    """Put words that are read into the language of the walk; `exact` if there are no others."""
    spoken = _SPOKEN.get()
    if spoken is None or isinstance(words, Same) or not any(map(str.isalpha, words)):
        return words
    return spoken.pattern(words, exact=exact)


def typed(word: str) -> str:
    """Put a word that is typed into the language of the walk."""
    spoken = _SPOKEN.get()
    return spoken.whole(word)[0] if spoken else word
