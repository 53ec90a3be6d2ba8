"""The catalogues of sentences: what the check of them finds."""

from pathlib import Path

import pytest
from babel.messages import Catalog

from scripts import messages
from tests.portal.dutch import catalogue, english_in

ONE, MANY = "%(count)s phone", "%(count)s phones"


@pytest.fixture
def source() -> Catalog:
    """What the code says."""
    catalog = Catalog(domain="django", fuzzy=False)
    catalog.add("Hello %(name)s")
    catalog.add((ONE, MANY))
    catalog.add("May", context="month")
    return catalog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalogue of Dutch without a fault."""
    dutch = Catalog(locale="nl", domain="django", fuzzy=False)
    dutch.add("Hello %(name)s", "Hallo %(name)s")
    dutch.add((ONE, MANY), ("%(count)s telefoon", "%(count)s telefoons"))
    dutch.add("May", "mei", context="month")
    path = tmp_path / "nl" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    _write(path, dutch)
    return path


def _write(path: Path, catalog: Catalog) -> None:
    path.write_bytes(messages.text_of(catalog))
    path.with_suffix(".mo").write_bytes(messages.compiled(path))


def test_a_good_catalogue_has_no_faults(path: Path, source: Catalog) -> None:
    assert list(messages.faults(path, source)) == []


def test_what_was_added_or_dropped_in_the_code_is_named(path: Path, source: Catalog) -> None:
    source.add("Goodbye")
    source.delete("May", context="month")
    assert set(messages.faults(path, source)) == {"missing: 'Goodbye'", "stale: 'May'"}


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("", "not translated"),
        ("Hallo", "other placeholders than the source"),
        ("Hallo %(naam)s", "other placeholders than the source"),
        ("Hallo %(name)s, %(name)s", "other placeholders than the source"),
    ],
)
def test_a_translation_that_would_break_a_sentence_is_named(
    path: Path, source: Catalog, wrong: str, fault: str
) -> None:
    catalog = messages.read(path)
    catalog["Hello %(name)s"].string = wrong
    _write(path, catalog)
    assert list(messages.faults(path, source)) == [f"{fault}: 'Hello %(name)s'"]


def test_every_form_has_to_be_there_and_fuzzy_is_refused(path: Path, source: Catalog) -> None:
    catalog = messages.read(path)
    catalog[ONE].string = ("%(count)s telefoon", "")
    catalog["Hello %(name)s"].flags.add("fuzzy")
    _write(path, catalog)
    found = set(messages.faults(path, source))
    assert found == {f"not translated: {ONE!r}", "fuzzy: 'Hello %(name)s'"}


def test_a_catalogue_that_was_not_compiled_is_named(path: Path, source: Catalog) -> None:
    path.write_text(path.read_text().replace('"mei"', '"bloeimaand"'))
    assert list(messages.faults(path, source)) == ["its .mo is not made from it"]


def test_renewing_keeps_translations_and_the_site_never_shows_an_empty_form(
    path: Path, source: Catalog
) -> None:
    source.add(("%(count)s tablet", "%(count)s tablets"))
    renewed = messages.updated(path, source)
    assert renewed["Hello %(name)s"].string == "Hallo %(name)s"
    _write(path, renewed)
    assert list(messages.faults(path, source)) == ["not translated: '%(count)s tablet'"]
    assert b"tablet" not in messages.compiled(path)


def test_sentences_are_found_wherever_people_read_them() -> None:
    pages = messages.gathered("django")
    assert pages.get("Sign in") is not None  # a template
    assert pages.get("%(name)s has been removed.") or pages.get(
        "%(contact)s has been removed."
    )  # Python
    assert pages.get("never", context="moment") is not None
    assert pages.get("%(count)d second") is not None
    scripts = messages.gathered("djangojs")
    assert scripts.get("%(count)s account is on this phone.") is not None
    in_template = "This phone still has this list of its own:"  # inside of `${…}`
    assert scripts.get(in_template) is not None


@pytest.mark.parametrize("domain", messages.DOMAINS)
def test_no_dutch_sentence_is_english(domain: str) -> None:
    pairs = catalogue(domain)
    assert {dutch: found for _english, dutch in pairs if (found := english_in(dutch))} == {}
    long = [english for english, _dutch in pairs if len(english.split()) > 8]
    assert len([english for english in long if english_in(english)]) > 0.9 * len(long)
