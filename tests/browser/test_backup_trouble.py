"""Bad luck with a backup that is on: each has its sentence, and nothing is lost by any of it."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.activity.origin import HOST
from accounts.holds import disputes
from devices import models
from devices.backups.apps import replacing, unlinking
from devices.models import Installation
from tests.browser.authenticator import Phone, asked_by, link
from tests.browser.backup_phones import Linked, link_app
from tests.live import LiveSite
from tests.live.browser import Faults
from tests.people import protected

pytestmark = pytest.mark.app

HEAD = "**/api/authenticator/v1/vault/head"
PROBLEM = "application/problem+json"
WAKE = 'await (await use("backup/sync/sync")).wake()'
SAVE = 'await (await use("backup/sync/sync")).saveNow(given ?? {})'
PIN_FIRST = """
const { change, current } = await use("accounts/vault");
const { edit } = await use("accounts/entries");
await change((doc) => edit(doc, doc.entries[0].id, { notes: given }));
"""


@pytest.fixture
def phone(live: LiveSite, kept_page: Page) -> Linked:
    """The app of somebody, linked and backed up, with two accounts."""
    phone = link_app(kept_page, live, protected("ada"))
    phone.fill([link("Mail"), link("Shop")])
    phone.back_up()
    phone.saved(2)
    return phone


def problem(status: int, code: str, **more: Any) -> dict[str, Any]:
    body = {"type": "about:blank", "title": f"No: {code}.", "status": status, "code": code, **more}
    return {"status": status, "body": json.dumps(body), "content_type": PROBLEM}


BAD_LUCK: dict[str, tuple[dict[str, Any] | str, str]] = {
    "no network": ("internetdisconnected", "1 change not saved. The portal cannot be reached"),
    "500": ({"status": 500}, "Error: The portal has a fault at the moment."),
    "HTML": ({"status": 200, "body": "<h1>Hotel</h1>"}, "Error: Something other than the portal"),
    "a bare 401": ({"status": 401}, "Error: Something other than the portal answered."),
    "too large": (problem(413, "too_large"), "Error: No: too_large."),
    "no room": (problem(507, "vault_full"), "Error: No: vault_full."),
    "too many": (problem(429, "too_many", wait=1), "Error: No: too_many."),
}


def meet(given: dict[str, Any] | str, route: Route) -> None:
    """Stand between the app and the portal."""
    if isinstance(given, str):
        route.abort(given)
    else:
        route.fulfill(**given)


def test_each_kind_of_bad_luck_is_said_and_loses_nothing(phone: Linked, faults: Faults) -> None:
    for name, (given, words) in BAD_LUCK.items():
        phone.page.route(HEAD, partial(meet, given))
        phone.run(PIN_FIRST, name)
        phone.run(SAVE)
        expect(phone.line, name).to_contain_text(words)
        phone.page.unroute_all()
        assert phone.names == ["Mail", "Shop"]
        phone.press("Try again")
        phone.saved(2)
        assert phone.content()["entries"][0]["notes"] == name
    faults.seen[:] = [each for each in faults.seen if "/vault/head" not in each]


def test_how_it_stands_is_said_before_the_portal_answers(phone: Linked) -> None:
    phone.page.route("**/api/**", lambda _route: None)
    phone.open()
    phone.saved(2)
    phone.fill([link("Bank")])
    phone.says("1 change not saved")


def test_a_tab_killed_while_it_saves_saves_once(phone: Linked, live: LiveSite) -> None:
    victim = Phone(phone.page.context.new_page()).open()
    victim.reads("Your codes")
    http, got = live.visitor().http, list[int]()

    def cut(route: Route) -> None:  # the portal has it, and the answer never comes
        request = route.request
        kept = ("authorization", "content-type", "if-match", "idempotency-key")
        headers = {name: request.headers[name] for name in kept}
        body = request.post_data_buffer or b""
        got.append(http.put(request.url, content=body, headers=headers).status_code)

    victim.page.route(HEAD, cut)
    phone.page.goto("about:blank")
    victim.fill([link("Bank")])
    phone.wait(lambda: bool(got))
    victim.page.close(run_before_unload=False)
    assert (got, phone.vault.head) == ([201], 2)
    phone.open()
    phone.saved(3)
    assert (phone.vault.head, phone.services()) == (2, ["Mail", "Shop", "Bank"])


def test_two_tabs_save_a_change_once(phone: Linked) -> None:
    other = Phone(phone.page.context.new_page()).open()
    other.reads("Your codes")
    with asked_by(phone.page, other.page) as asked:
        phone.fill([link("Bank")])
        phone.page.evaluate(
            "import('/static/authenticator/backup/sync/sync.js')"
            ".then(({ saveNow }) => void saveNow())"
        )
        other.run(SAVE)
        expect(other.page.locator("[data-part=backup]")).to_contain_text(", 3 accounts, opened")
        phone.saved(3)
    assert phone.vault.head == 2
    sent = [request.method + request.url[-10:] for request in asked]
    assert sent.count("PUTvault/head") == 1


def test_a_new_phone_saves_and_the_old_one_leaves_its_changes(
    phone: Linked, live: LiveSite
) -> None:
    phone.run(PIN_FIRST, "before")
    phone.run(SAVE)
    rows = Installation.objects.filter(user=phone.person.user)
    old = phone.installation
    # Another phone takes over: it was told the key, and the portal raises the epoch.
    context = phone.page.context.browser
    assert context is not None
    second = context.new_context(
        base_url=live.url, service_workers="block", viewport={"width": 360, "height": 780}
    )
    new = link_app(second.new_page(), live, phone.person, "Pixel 10")
    new.backup_key = phone.backup_key
    doc = phone.run('return (await use("accounts/vault")).current()')
    rows.filter(pk=old.pk).update(status="superseded")
    rows.exclude(pk=old.pk).update(status="active")
    type(phone.vault).objects.filter(pk=phone.vault.pk).update(epoch=2)
    new.run(
        """const { change } = await use("accounts/vault");
           await change((doc) => {
             doc.entries = given.entries;
             doc.backup = { ...given.backup, epoch: 2 };
           });""",
        doc,
    )
    phone.fill([link("Bank")])
    phone.run(SAVE)
    phone.says("Not the active phone: Pixel 10 saves the backup now. Your codes stay here.")
    assert phone.names == ["Mail", "Shop", "Bank"]
    phone.press("Leave 1 change for Pixel 10")
    phone.says("it asks before it takes them")
    expect(phone.page.get_by_role("button", name="Leave 1 change")).to_have_count(0)
    new.open()
    new.press("Look at them")
    new.says("New: Bank")
    new.press("Take them")
    new.says("The changes of Pixel 9 are in the list.")
    assert new.services() == ["Mail", "Shop", "Bank"]
    new.open()
    new.saved(3)
    expect(new.page.get_by_text("left changes")).to_have_count(0)
    second.close()


def test_a_list_that_shrank_is_saved_only_when_it_is_meant(phone: Linked) -> None:
    phone.run(
        """const { change } = await use("accounts/vault");
           const { trash } = await use("accounts/entries");
           await change((doc) => doc.entries.forEach(({ id }) => trash(doc, id)));"""
    )
    phone.run(SAVE)
    phone.says("Not saved yet: the backup has 2 accounts, this phone has 0.")
    assert phone.services() == ["Mail", "Shop"]
    phone.press("Save 0 accounts")
    phone.saved(0)
    assert phone.version(1).why_pinned == "shrink"


def test_a_token_that_is_revoked_in_the_middle_leaves_the_codes(phone: Linked) -> None:
    unlinking.unlink(Installation.objects.filter(pk=phone.installation.pk))
    phone.add(link("Bank"))
    phone.says("This phone was unlinked from your account.")
    assert phone.names == ["Mail", "Shop", "Bank"]
    assert phone.vault.head == 1


def test_a_phone_whose_storage_was_emptied_never_uploads(phone: Linked) -> None:
    phone.page.goto("/healthz")
    phone.page.evaluate(
        """() => new Promise((resolve) => {
             const asked = indexedDB.deleteDatabase("latchkey-authenticator");
             asked.onsuccess = resolve;
        })"""
    )
    with asked_by(phone.page) as asked:
        phone.open()
        phone.reads("This phone had 2 accounts")
        phone.press("Begin with an empty list")
        phone.add(link("New"))
        phone.run(SAVE)
    assert not [request.url for request in asked if "/api/" in request.url]
    assert phone.services() == ["Mail", "Shop"]


def test_a_clock_two_minutes_slow_changes_nothing(phone: Linked) -> None:
    slow = Linked(phone.page.context.new_page(), phone.person, phone.backup_key)
    phone.page.goto("about:blank")
    slow.page.add_init_script("const now = Date.now.bind(Date); Date.now = () => now() - 120_000;")
    slow.open()
    slow.says("This phone's clock is 2 minutes slow.")
    slow.add(link("Bank"))
    slow.saved(3)
    assert slow.services() == ["Mail", "Shop", "Bank"]


SWITCH_OFF = """
const { call } = await use("backup/portal/api");
return call("DELETE", "vault").catch(({ code, message }) => [code, message]);
"""


def test_a_dispute_is_explained_in_words_of_the_app(phone: Linked) -> None:
    user = phone.installation.user
    disputes.begin(user, since=timezone.now(), origin=HOST, phone="Pixel 8")
    code, words = phone.run(SWITCH_OFF)
    assert code == "in_dispute"
    assert words.startswith("Your account is in dispute, so this has to wait until it is decided.")
    assert "Your codes stay on this phone." in words
    phone.add(link("New"))
    phone.run(WAKE)
    phone.saved(3)


def test_an_app_that_another_one_replaced_says_so_and_saves_again_once_it_is_back(
    phone: Linked,
) -> None:
    mine, until = phone.installation, timezone.now() + timedelta(hours=72)
    place = models.Phone.objects.create(user=mine.user, name=mine.name, linked_at=timezone.now())
    Installation.objects.filter(pk=mine.pk).update(phone=place)
    replacing.make_way(place, until)
    phone.open("backup")
    phone.says("Another app was linked in the place of this one, so nothing is saved here.")
    phone.says(f"{until.day} {until:%b %Y}")
    assert phone.open().names == ["Mail", "Shop"]
    replacing.give_back(place)
    phone.add(link("New"))
    phone.run(WAKE)
    phone.saved(3)
