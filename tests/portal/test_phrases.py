"""What a walk says in another language: the words it finds for its English ones."""

import re

import pytest

from tests.phrases import Phrases, Same, said, speaking, typed

PHRASES = Phrases(
    [
        ("Sign in", "Aanmelden"),
        ("Sign in", "Meld je aan"),
        ("Sign in on %(name)s", "%(name)s aanmelden"),
        ("GitHub", "GitHub"),
        ("backup", "back-up"),
        ("Pin %(name)s", "%(name)s vastzetten"),
        ("%(name)s", "%(name)s"),
        ("%(app)s is linked.", "%(app)s is gekoppeld."),
        ("The app on %(phone)s is linked.", "De app op %(phone)s is gekoppeld."),
        ("Type the word “%(word)s”.", "Typ het woord “%(word)s”."),
        ("%(count)s account", "%(count)s account"),
        ("%(count)s accounts", "%(count)s accounts samen"),
        ("This code is not right. <b>Wait</b> {time}.", "De code <b>klopt</b>\n niet: {time}."),
        ("Mails &amp; texts", "Mails &amp; sms"),
    ]
)


def _finds(words: str, dutch: str, *, exact: bool = False) -> bool:
    return bool(PHRASES.pattern(words, exact=exact).search(dutch))


@pytest.mark.parametrize(
    ("words", "dutch", "other"),
    [
        ("Sign in", "Aanmelden", "Sign in"),
        ("Sign in", "Meld je aan", "Afmelden"),
        ("Sign in", "Firefox aanmelden", "Firefox afmelden"),
        ("Mails & texts", "Mails &\N{NO-BREAK SPACE}sms", "Mails &amp; sms"),
        ("Pin GitHub", "GitHub vastzetten", "Bank vastzetten"),
        (
            "The app on Pixel 9 is linked.",
            "De app op Pixel 9 is gekoppeld.",
            "Pixel 9 is gekoppeld.",
        ),
        ("Type the word “backup”.", "Typ het woord “back-up”.", "Typ het woord “uit”."),
        ("3 accounts", "3 accounts samen", "3 account"),
        ("1 account", "1 account", "2 account"),
        ("is not right", "De code klopt niet: 5 min.", "De code klopt: 5 min."),
    ],
    ids=str,
)
def test_english_words_find_their_dutch_and_nothing_else(
    words: str, dutch: str, other: str
) -> None:
    assert _finds(words, dutch)
    assert not _finds(words, other)


def test_a_whole_sentence_stands_alone_if_no_other_words_may_stand_beside_it() -> None:
    assert _finds("Sign in", "Aanmelden met een passkey")
    assert not _finds("Sign in", "Aanmelden met een passkey", exact=True)
    assert not _finds("Sign in", "Firefox aanmelden", exact=True)
    assert _finds("Sign in", " Aanmelden ", exact=True)


@pytest.mark.parametrize("words", ["Sign out", "Pin the old one", "Mail", "code is not wrong"])
def test_words_that_no_sentence_says_are_named_at_once(words: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(repr(words))):
        PHRASES.pattern(words)


def test_a_part_of_a_sentence_is_not_the_whole_name_of_anything() -> None:
    with pytest.raises(AssertionError, match="no sentence"):
        PHRASES.pattern("This code is not right", exact=True)


def test_a_walk_in_english_says_what_it_is_given() -> None:
    assert said("No page says this") == "No page says this"
    with speaking("en"):
        assert said("No page says this") == "No page says this"
        assert typed("export") == "export"


def test_a_walk_in_dutch_reads_the_catalogues_and_leaves_names_and_numbers() -> None:
    with speaking("nl"):
        assert re.compile(said("Continue")).search("Doorgaan")
        assert re.compile(said("Your codes")).search("Je codes")
        assert typed("export") == "exporteren"
        assert said(Same("Fairphone")) == "Fairphone"
        assert said("000 000") == "000 000"
    assert said("Continue") == "Continue"
