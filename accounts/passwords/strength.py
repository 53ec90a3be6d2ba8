"""How many guesses a password takes who knows people, by zxcvbn (Wheeler, USENIX Security 2016).

The library's matchers are asked one by one: its own entry keeps the words about a person in a
dictionary that all threads share, and one of its matchers takes seconds for a few odd characters.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

from zxcvbn import matching, scoring

LONGEST_PIECE = 40  # characters that are looked at together: the work grows with the square
MOST_SPELLINGS = 16  # of letters as figures and signs (“p@$$w0rd”); the work doubles with each
WORDS = Path(__file__).parent / "words"

MATCHERS = (
    matching.dictionary_match,
    matching.reverse_dictionary_match,
    matching.spatial_match,
    matching.sequence_match,
    matching.regex_match,
    matching.date_match,
)


@cache
def _dictionaries() -> dict[str, dict[str, int]]:
    """Return the library's English lists and ours; read once, changed never."""
    own = {path.stem: matching.build_ranked_dict(list(_words(path))) for path in WORDS.iterdir()}
    return {**matching.RANKED_DICTIONARIES, **own}


def _words(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def reasons(password: str, about: Iterable[str], *, least: float) -> set[str]:
    """Say why fewer than `least` guesses find it: what its pieces are; empty if more are needed.

    Of a long one either end is enough. Pieces are "dictionary", "spatial", "sequence", "repeat",
    "regex" (a year), "date" and "bruteforce".
    """
    personal = matching.build_ranked_dict([word.lower() for word in about])
    known = {**_dictionaries(), "personal": personal}
    found: set[str] = set()
    for piece in dict.fromkeys((password[:LONGEST_PIECE], password[-LONGEST_PIECE:])):
        result = scoring.most_guessable_match_sequence(piece, _matches(piece, known))
        if result["guesses"] >= least:
            return set()
        found |= {match["pattern"] for match in result["sequence"]}
    return found


def _matches(piece: str, known: dict[str, dict[str, int]]) -> list[Any]:
    found: list[Any] = []
    signs = matching.relevant_l33t_subtable(piece, matching.L33T_TABLE)
    has_few_spellings = prod(len(each) for each in signs.values()) <= MOST_SPELLINGS
    tried = (*MATCHERS, matching.l33t_match, matching.repeat_match)
    for matcher in tried if has_few_spellings else MATCHERS:
        found += matcher(piece, _ranked_dictionaries=known)
    return sorted(found, key=lambda match: (match["i"], match["j"]))
