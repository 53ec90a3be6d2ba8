"""Words that do not come back in what people read, with what is said instead.

Each was written here once, and read as translated or as a dialect of the house. The lists hold for
both catalogues; the English one for the README, the guides and the change log as well.
"""

import re
from pathlib import Path

import pytest

from scripts.messages import ROOT
from tests.portal.dutch import catalogue

ENGLISH = {
    r"\b(is|are|was|were|be|been) told\b(?! apart| from)": "name who tells: “We’ll notify you”",
    r"\banew\b": "“again”",
    r"\bpresent (password|key|phone)\b": "“current”",
    r"\bcounts? (in full|fully)\b": "“is fully active”",
    r"\bwho(m?ever)\b": "“anyone who”, “the person who”",
    r"\bwhom to ask\b": "“who to contact”",
    r"\bways? in\b(?! which)": "“sign-in methods”, “another way to sign in”",
    r"\b(let|lets|letting)( it| them| one)? go\b": "“unlink”, “delete”, “remove”",
    r"\bbut for\b": "“except”",
    r"\b(is|are|was) over\b": "“has ended”, “has expired”",
    r"\bhangs? on\b": "“depends on”",
    r"\bof its own accord\b": "“automatically”, “by itself”",
    r"\b(know|knows) passkeys\b": "“supports passkeys”",
    r"\bblanks\b": "“spaces”",
    r"\b(leave|leaves) to (open|read|fetch|take)\b": "“permission to”",
    r"\bpages? (Devices|Two-step|Activity|Contact|Overview)\b": "“the Devices page”",
    r"(^|[.!] )(You (did|do|have|know|only|read)|It (was|is) not) [^.?!]*\?": "ask: “Wasn’t you?”",
    r"(^|[.!] )(None|Nobody) now\b": "“None yet”, or a whole sentence",
    r"\btwice is once\b": "a whole sentence",
    r"\b(it|which|that) calls next\b": "“the next time it connects”",
    r"\bto go on\b": "“to continue”",
    r"\bis no (way|sign-in|setting|terminal|proof)\b": "“isn’t a …”",
    r"\bas you wished\b": "say who did what: “You turned off …”",
    r"\bkept aside\b": "“set aside”",
    r"\bcalled off\b": "“cancelled”",
    r"\bdo(es)? not belong together\b": "“Wrong e-mail address or password”",
    r"\b(calls?|called) lost\b": "“reported lost”",
}
PAGES = {  # what an operator or a programmer may read, and a person on a page or in a mail may not
    r"\bheld\b": "“not fully active yet”, “waiting period”",
    r"\b(begin|begins|began) again\b": "“start again”, “start over”",
    r"\b(many|wrong|more|further) (tries|try)\b": "“attempts”",
}
DUTCH = {
    r"\bverificatie in twee stappen\b": "“tweestapsverificatie”",
    r"(?<!e-)\bmailadres": "“e-mailadres”",
    r"\b(in|uit)(gelogd|loggen)\b|\binlog|\blogt? (je )?(in|uit)\b": "“aanmelden”, “afmelden”",
    r"\bom binnen te komen\b": "“aanmeldmethode”, “om je aan te melden”",
    r"\btelt (weer |nu )?(volledig|helemaal) mee\b|\bmeetelt\b": "“is volledig actief”",
    r"\b(vel|blad) (met|codes)\b": "“lijst met herstelcodes”",
    r"\blosgelaten\b|\blaat \S+ los\b|\blaten gaan\b": "“ontkoppelen”, “verwijderen”",
    r"\bportaal\b": "“de site”",
    r"\bopschort|\bopgeschort": "“tijdelijk blokkeren”",
    r"\b(u|uw)\b(?! geleden)": "“je”",
    r"\bsms’en\b": "“sms’jes”",
    r"\b(is|was) (al )?voorbij\b": "“is verlopen”, “is afgelopen”",
    r"\bkent geen passkeys\b": "“ondersteunt geen passkeys”",
    r"\blangs een weg\b|\bvan hieraf\b": "wat iemand zou zeggen: “zoals je dat altijd doet”",
}
GUIDES = ["README.md", "CHANGELOG.md", "SECURITY.md", *sorted(Path(ROOT, "docs").glob("*.md"))]
DOMAINS = ("django", "djangojs")


def _found(words: dict[str, str], text: str) -> list[str]:
    """Name each word that is back, with what to say instead."""
    return [
        f"{found.group().strip()!r}, say {instead}, in {text[:90]!r}"
        for pattern, instead in words.items()
        if (found := re.search(pattern, text, re.IGNORECASE))
    ]


@pytest.mark.parametrize("domain", DOMAINS)
def test_english_sentences_are_free_of_them(domain: str) -> None:
    sentences = dict.fromkeys(source for source, _there in catalogue(domain))
    assert [fault for each in sentences for fault in _found(ENGLISH, each)] == []


def test_pages_and_mails_are_free_of_the_words_of_the_house() -> None:
    sentences = dict.fromkeys(source for source, _there in catalogue("django"))
    assert [fault for each in sentences for fault in _found(PAGES, each)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_dutch_sentences_are_free_of_them(domain: str) -> None:
    sentences = dict.fromkeys(there for _source, there in catalogue(domain))
    assert [fault for each in sentences for fault in _found(DUTCH, each)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda each: Path(each).name)
def test_guides_are_free_of_them(guide: str | Path) -> None:
    text = Path(ROOT, guide).read_text()
    prose = re.sub(
        r"`[^`]*`|“[^”]*”|\"[^\"]*\"", "…", re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    )
    paragraphs = (" ".join(each.split()) for each in re.split(r"\n\s*\n|\n(?=- )", prose))
    assert [fault for each in paragraphs for fault in _found(ENGLISH, each)] == []
