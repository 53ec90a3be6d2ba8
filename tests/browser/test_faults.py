"""The tests' own watch over every page: what goes wrong on one is heard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.live.browser import Faults

pytestmark = pytest.mark.screen


def test_answers_that_failed_and_errors_of_scripts_are_heard(
    new_browser: Callable[..., BrowserContext], faults: Faults
) -> None:
    page = new_browser().new_page()
    page.goto("/sign-in/")
    page.route("**/breaks/**", lambda route: route.fulfill(status=503))
    page.evaluate("fetch('/breaks/a-part/')")
    page.goto("/breaks/")
    page.goto("/sign-in/")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('of a script'); })")
    said, faults.seen = faults.seen, []
    assert [words for words in said if "status of 503" in words and words.endswith("/a-part/")]
    assert [words for words in said if "status of 503" in words and words.endswith("/breaks/")]
    assert [words for words in said if "script error: of a script" in words]
