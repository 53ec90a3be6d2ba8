"""The site answers, and its front door is fit for everyone."""

from playwright.sync_api import Page

from tests.live import LiveSite, Visitor
from tests.live.browser import check_looks


def test_a_stranger_is_led_to_the_front_door(live: LiveSite, visitor: Visitor) -> None:
    assert visitor.get("/healthz").status_code == 200
    answer = visitor.get("/security/")
    assert answer.headers["Location"] == "/sign-in/?next=/security/"
    assert visitor.follow(answer).status_code == 200


def test_the_front_door_has_no_obstacle_in_any_look(page: Page) -> None:
    page.goto("/sign-in/")
    check_looks(page)
