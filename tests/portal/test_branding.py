"""A site that looks as its operator's own: colours that can be read, logo, help, terms."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from core.startup import checks
from core.web import branding
from tests.people import Person, enter

WINE = "#7a1f3d"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><circle r="9"/></svg>'


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    path = tmp_path / "logo.svg"
    path.write_bytes(SVG)
    return path


@pytest.fixture
def branded(settings: Settings, logo: Path) -> Settings:
    settings.PORTAL_NAME = "Example Ltd"
    settings.BRAND_ACCENT = WINE
    settings.BRAND_LOGO = str(logo)
    settings.SUPPORT_ADDRESS = "help@example.org"
    settings.TERMS_URL = "https://www.example.org/terms"
    settings.PRIVACY_URL = "https://www.example.org/privacy"
    return settings


def test_without_settings_nothing_is_added(client: Client, db: None) -> None:
    page = client.get("/sign-in/").content.decode()
    assert "/brand/" not in page
    assert "mailto:" not in page
    assert client.get("/brand/logo").status_code == 404
    assert client.get("/brand/style.css").content == b""


@pytest.mark.usefixtures("branded")
def test_every_page_has_the_colours_the_logo_and_the_help(client: Client, alice: Person) -> None:
    for path in ("/sign-in/", "/security/", "/nothing/here/", "/authenticator/"):
        page = client.get(path).content.decode()
        for address in re.findall(r'"(/brand/[^"]+)"', page):
            assert client.get(address).status_code == 200
        assert len(re.findall(r'"/brand/(?:style\.css|logo)\?', page)) == 2
        if path != "/authenticator/":
            assert 'href="mailto:help@example.org"' in page
            assert 'href="https://www.example.org/terms"' in page
            assert 'href="https://www.example.org/privacy"' in page
        enter(client, alice, Strength.TWO_STEP)


@pytest.mark.usefixtures("branded")
def test_the_colours_reach_both_schemes_and_may_be_kept(client: Client, db: None) -> None:
    answer = client.get(branding.style_url())
    sheet = answer.content.decode()
    assert f"--accent: {WINE};" in sheet
    assert sheet.count("--accent-strong:") == 2
    assert "prefers-color-scheme: dark" in sheet
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.usefixtures("branded")
def test_the_logo_is_given_as_it_is(client: Client, db: None) -> None:
    answer = client.get(branding.logo_url())
    assert answer.content == SVG
    assert answer["Content-Type"] == "image/svg+xml"
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.usefixtures("branded")
def test_the_address_changes_with_what_it_gives(settings: Settings, logo: Path) -> None:
    before = branding.style_url()
    with override_settings(BRAND_ACCENT="#204080"):
        assert branding.style_url() != before
    assert branding.style_url() == before


@pytest.mark.usefixtures("branded")
def test_mails_have_the_colours_and_the_help(client: Client, alice: Person) -> None:
    with override_settings(OUTBOX_DELIVERY="inline"):
        enter(client, alice, Strength.TWO_STEP)
        client.post("/security/two-step/off/")
    message: Any = mail.outbox[-1]
    assert "help@example.org" in message.body
    html = message.alternatives[0].content
    assert f"a {{ color: {WINE}; }}" in html
    assert "mailto:help@example.org" in html
    assert "#6cc5c9" not in html


def refused() -> str:
    return " ".join(str(problem.msg) for problem in checks.check_brand())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BRAND_ACCENT", "teal", "not a colour"),
        ("BRAND_ACCENT", "#ffd700", "in the light scheme"),
        ("BRAND_LOGO", "nothing.svg", "BRAND_LOGO"),
        ("BRAND_LOGO", "manage.py", "BRAND_LOGO"),
        ("SUPPORT_ADDRESS", "help desk", "SUPPORT_ADDRESS"),
        ("TERMS_URL", "javascript:alert(1)", "TERMS_URL"),
        ("PRIVACY_URL", "www.example.org", "PRIVACY_URL"),
    ],
)
def test_what_cannot_be_used_is_refused_at_the_start(
    settings: Settings, name: str, value: str, words: str
) -> None:
    setattr(settings, name, value)
    assert words in refused()


def test_a_dark_accent_that_cannot_be_read_is_refused(settings: Settings) -> None:
    settings.BRAND_ACCENT, settings.BRAND_ACCENT_DARK = WINE, WINE
    assert "in the dark scheme" in refused()


@pytest.mark.parametrize("accent", ["#0d5c63", WINE, "#204080", "#000000", "#5a3d00", "#4b0082"])
def test_the_dark_accent_is_found_by_itself(settings: Settings, accent: str) -> None:
    settings.BRAND_ACCENT = accent
    assert refused() == ""
    assert [found.least_contrast >= branding.CONTRAST for found in branding.accents()] == [True] * 2


def test_contrast_is_that_of_the_guidelines() -> None:
    assert branding.contrast(branding.WHITE, branding.BLACK) == pytest.approx(21)
    grey = branding.colour("#767676")
    assert branding.contrast(grey, branding.WHITE) == pytest.approx(4.54, abs=0.01)
