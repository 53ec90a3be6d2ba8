"""The style sheets: no rule is kept for a part that no page has."""

import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")


def source(*patterns: str) -> str:
    return "\n".join(path.read_text() for pattern in patterns for path in ROOT.glob(pattern))


def worn() -> set[str]:
    """Every word that a template, a tag or a script puts into a class."""
    pages = source(
        "templates/**/*.html",
        "core/**/*.py",
        "portal/**/*.py",
        "accounts/**/*.py",
        "devices/**/*.py",
    )
    given = re.findall(r'class="(.*?)"|block (?:body_class|width) %}(.*)|f"{css} (\w+)"', pages)
    scripts = re.findall(r'"([\w -]+)"', source("static/js/*.js", "static/authenticator/**/*.js"))
    return set(re.findall(r"[a-zA-Z][\w-]*", " ".join([*map(" ".join, given), *scripts])))


@pytest.mark.parametrize("sheet", ["base.css", "parts.css", "admin.css", "print.css"])
def test_every_class_of_a_sheet_is_worn_on_some_page(sheet: str) -> None:
    rules = re.sub(r"/\*.*?\*/", "", source(f"static/css/{sheet}"), flags=re.DOTALL)
    styled = {name for head in re.findall(r"([^{}]+){", rules) for name in CLASS.findall(head)}
    assert styled
    assert styled - worn() == set()


def test_a_rule_of_no_page_would_be_found() -> None:
    assert not {"no-page-wears-this"} & worn()
