"""The page of parts: on a developer's desk, and nowhere else."""

import re

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import path
from pytest_django import Settings

from portal import urls
from portal.styleguide import styleguide

urlpatterns = [path("styleguide/", styleguide), *urls.urlpatterns]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
URL = "/styleguide/"
SHEETS = ("base.css", "parts.css")


def used_in(page: str) -> set[str]:
    return {name for found in re.findall(r'class="([^"]*)"', page) for name in found.split()}


def test_it_does_not_exist_in_service(client: Client) -> None:
    assert client.get(URL).status_code == 404


def test_it_shows_parts_that_the_style_sheets_have(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    page = client.get(URL).content.decode()
    folder = site_settings.BASE_DIR / "static" / "css"
    sheets = "".join((folder / name).read_text() for name in SHEETS)
    used = used_in(page)
    assert {"card", "tile", "menu", "notice", "field", "steps", "badge", "medal"} <= used
    assert {name for name in used if f".{name}" not in sheets} == set()


def test_every_colour_of_the_tokens_is_told(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    page = client.get(URL).content.decode()
    tokens = (site_settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    for name in re.findall(r'fill="var\((--[a-z-]+)\)"', page):
        assert f"{name}:" in tokens
    assert page.count("var(--") == 11
