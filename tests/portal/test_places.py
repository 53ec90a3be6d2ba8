"""Places: guesses from the operator's own database, and nothing at all without one."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from pytest_django import Settings

from core.geoip import database, place_of
from core.startup import checks
from tests import mmdb


@pytest.fixture
def places(settings: Settings, tmp_path: Path) -> str:
    settings.GEOIP_PATH = mmdb.write(tmp_path / "places.mmdb")
    database.cache_clear()
    return str(settings.GEOIP_PATH)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "Utrecht, Netherlands"),
        ("2001:db8::7", "Utrecht, Netherlands"),
        ("198.51.100.1", "Belgium"),
        ("10.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("not an address", ""),
        ("203.0.113.9", ""),  # a record of another shape
    ],
)
def test_an_address_is_told_as_a_place(places: str, address: str, place: str) -> None:
    assert place_of(address) == place


def test_places_are_told_in_the_language_of_the_reader_or_in_english(places: str) -> None:
    with translation.override("fr-ca"):
        assert place_of("192.0.2.7") == "Utrecht-sur-Rhin, Pays-Bas"
        assert place_of("198.51.100.1") == "Belgium"


def test_without_a_database_there_are_no_places(settings: Settings) -> None:
    assert settings.GEOIP_PATH == ""
    assert place_of("192.0.2.7") == ""
    assert checks.check_places() == []


def test_names_cannot_smuggle_in_what_is_not_seen(settings: Settings, tmp_path: Path) -> None:
    country = mmdb.named(en="Nether\u202elands\r\n" + "x" * 200)
    settings.GEOIP_PATH = mmdb.write(tmp_path / "odd.mmdb", {"192.0.2.0/24": {"country": country}})
    database.cache_clear()
    place = place_of("192.0.2.7")
    assert place.startswith("Netherlandsxxx")
    assert len(place) == 100


def test_a_good_database_passes_the_check(places: str) -> None:
    assert checks.check_places() == []


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_a_missing_or_broken_database_stops_the_start_but_no_page(
    settings: Settings, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken.mmdb"
    if content is not None:
        path.write_bytes(content)
    settings.GEOIP_PATH = str(path)
    database.cache_clear()
    (problem,) = checks.check_places()
    assert problem.id == "portal.E006"
    assert str(tmp_path) not in problem.msg
    with pytest.raises(ImproperlyConfigured, match="GEOIP_PATH"):
        checks.refuse_unsafe_settings()
    assert place_of("192.0.2.7") == ""


def test_a_database_cut_short_answers_nothing(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "cut.mmdb"
    mmdb.write(path)
    whole = path.read_bytes()
    start = whole.index(mmdb.encode(mmdb.UTRECHT))
    path.write_bytes(whole[:start] + b"\xff" * 40 + whole[start + 40 :])
    settings.GEOIP_PATH = str(path)
    database.cache_clear()
    assert place_of("192.0.2.7") == ""


def test_a_database_of_something_else_is_refused(settings: Settings, tmp_path: Path) -> None:
    settings.GEOIP_PATH = mmdb.write(tmp_path / "asn.mmdb", kind="Test-ASN")
    (problem,) = checks.check_places()
    assert "Test-ASN" in problem.msg
