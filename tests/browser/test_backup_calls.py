"""Calls of the app to the portal: what is no answer of the portal is never taken for one."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.authenticator import Phone, asked_by
from tests.live.browser import Faults

pytestmark = pytest.mark.no_rows
ANYTHING = "**/api/authenticator/v1/anything"
PROBLEM = "application/problem+json"
JSON = "application/json"
ASK = """
const { call } = await use("backup/portal/api");
try { return { got: await call("GET", "anything", { device: null, wants: ["status"] }) }; }
catch ({ name, kind, code, message, more }) { return { name, kind, code, message, more }; }
"""
LONGEST_HISTORY = 50  # entries that Chromium keeps


def answer(status: int, body: Any = "", kind: str = JSON, **headers: str) -> dict[str, Any]:
    """What stands between the app and the portal, or the portal, says."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {"status": status, "body": text, "headers": {"Content-Type": kind, **headers}}


def problem(status: int, code: str, **more: Any) -> dict[str, Any]:
    """A refusal of the portal."""
    body = {"type": "about:blank", "title": f"No: {code}.", "status": status, "code": code}
    return answer(status, {**body, **more}, PROBLEM)


BAD_LUCK: dict[str, tuple[dict[str, Any] | str, str, str]] = {
    "no network": ("internetdisconnected", "offline", "The portal cannot be reached"),
    "a certificate of somebody else": ("addressunreachable", "offline", "The portal cannot be"),
    "500 with a page": (answer(500, "<h1>Oh</h1>", "text/html"), "server", "has a fault"),
    "503 of a proxy": (answer(503, "", "text/plain"), "server", "has a fault"),
    "500 as a problem": (problem(500, "oops"), "server", "has a fault"),
    "a hotel's page": (answer(200, "<h1>Sign in</h1>", "text/html"), "stranger", "Something other"),
    "a page called JSON": (answer(200, "<h1>Sign in</h1>"), "stranger", "Something other"),
    "a list": (answer(200, []), "stranger", "Something other"),
    "JSON of somebody else": (answer(200, {"ok": True}), "stranger", "Something other"),
    "half an answer": (answer(200, '{"status": "act'), "stranger", "Something other"),
    "sent elsewhere": (
        answer(302, "", "text/html", Location="/healthz"),
        "stranger",
        "Something other",
    ),
    "a bare 401": (answer(401), "stranger", "Something other"),
    "a bare 403": (answer(403, "Forbidden", "text/html"), "stranger", "Something other"),
    "a bare 404": (answer(404, {"status": "unlinked"}), "stranger", "Something other"),
    "a refusal": (problem(409, "stale_epoch", epoch=7), "refused", "No: stale_epoch."),
    "no room": (problem(507, "vault_full"), "refused", "No: vault_full."),
    "too many": (problem(429, "too_many", wait=9), "refused", "No: too_many."),
}


@pytest.fixture
def phone(kept_page: Page) -> Iterator[Phone]:
    """The app."""
    phone = Phone(kept_page).open()
    yield phone
    kept_page.unroute_all()


def meet(given: dict[str, Any] | str, route: Route) -> None:
    """Stand between the app and the portal."""
    if isinstance(given, str):
        route.abort(given)
    else:
        route.fulfill(**given)


def test_each_kind_of_bad_luck_is_told_apart_in_a_sentence(phone: Phone, faults: Faults) -> None:
    for name, (given, kind, words) in BAD_LUCK.items():
        phone.page.route(ANYTHING, partial(meet, given))
        found = phone.run(ASK)
        phone.page.unroute_all()
        assert (found["name"], found["kind"]) == ("PortalError", kind), name
        assert words in found["message"], name
        if kind == "refused":
            assert found["code"] in words, name
    faults.seen[:] = [each for each in faults.seen if "/anything" not in each]


def test_an_answer_that_does_not_come_ends_in_a_sentence(phone: Phone) -> None:
    phone.page.route(ANYTHING, lambda _route: None)
    phone.page.evaluate(
        """() => {
             const wait = AbortSignal.timeout.bind(AbortSignal);
             AbortSignal.timeout = () => wait(200);
        }"""
    )
    assert phone.run(ASK)["kind"] == "slow"


def test_a_phone_without_an_account_asks_nobody(phone: Phone) -> None:
    with asked_by(phone.page) as asked:
        found = phone.run(
            """const { call } = await use("backup/portal/api");
               return call("GET", "vault").catch(({ kind }) => kind);"""
        )
    assert found == "unlinked"
    assert not [request.url for request in asked if "/api/" in request.url]


def test_the_secret_of_a_phone_is_sealed_where_keys_can_be_kept(phone: Phone) -> None:
    mine = {"installation": "x", "secret": "c2VjcmV0LXNlY3JldA", "linked": True}
    phone.run('await (await use("backup/portal/device")).keepDevice(given)', mine)
    disk = phone.rows_on_disk()
    assert str(mine["secret"]) not in json.dumps(disk)
    assert disk["keys"]["device"] == {"extractable": False}
    assert phone.run('return (await use("backup/portal/device")).linkedDevice()') == mine
    phone.run('await (await use("core/storage/indexed-db")).write({ drop: [["keys", "device"]] })')
    assert phone.run('return (await use("backup/portal/device")).linkedDevice()') is None
    refused = """const { ownDevice } = await use("backup/portal/device");
    return ownDevice().catch(({ code }) => code);"""
    assert phone.run(refused) == "unlinked", "not the engine's words for taking null apart"


def test_a_code_in_the_address_does_not_stay_there(phone: Phone) -> None:
    code = "0123-4567-89AB-CDEF"
    phone.page.goto("about:blank")
    before = phone.page.evaluate("history.length")
    phone.open(f"recover/{code}")
    assert code not in phone.page.url
    phone.reads("This code has expired")
    assert phone.run('return (await use("backup/portal/url-code")).takeCode("recover")') == ""
    assert phone.page.evaluate("history.length") == min(before + 1, LONGEST_HISTORY)
    phone.page.evaluate("(code) => { location.hash = `link/${code}` }", code)
    phone.page.wait_for_url("**/authenticator/#link")
