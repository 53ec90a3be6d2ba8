"""An answer of the portal that comes when another tab has linked the phone anew, or unlinked it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from devices.backups.apps import unlinking
from devices.models import Installation
from tests.browser.backup_phones import Linked, link_app
from tests.live import LiveSite
from tests.people import protected

pytestmark = pytest.mark.app

# What another tab does right after the portal has answered, or right before this tab writes.
MEANWHILE = """
const { keepDevice } = await use("backup/portal/device");
const { write } = await use("core/storage/indexed-db");
let isOver = false;
const meanwhile = async () => {
  if (isOver) return;
  isOver = true;
  await (given.known ? keepDevice(given.known)
                     : write({ clear: ["keys", "meta"] }));
};
const { fetch } = window;
window.fetch = async (address, how) => {
  const answer = await fetch(address, how);
  if (given.when === "answered" && String(address).includes("heartbeat")) await meanwhile();
  return answer;
};
const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
crypto.subtle.encrypt = async (how, key, plain) => {
  const about = new TextDecoder().decode(how.additionalData);
  if (given.when === "written" && about.endsWith("/device")) await meanwhile();
  return encrypt(how, key, plain);
};
await (await use("backup/sync/sync")).wake();
return isOver;
"""
DEVICE = 'return (await use("backup/portal/device")).device()'
ANEW: dict[str, Any] = {
    "installation": "00000000-0000-4000-8000-000000000001",
    "secret": "c2VjcmV0LXNlY3JldA",
    "linked": True,
    "name": "Anew",
    "account": "b•••@example.org",
}


@pytest.fixture
def phone(live: LiveSite, kept_page: Page) -> Linked:
    """The app of somebody, linked, whose phone the portal calls by another name since."""
    phone = link_app(kept_page, live, protected("ada"))
    assert Installation.objects.filter(pk=phone.installation.pk).update(name="Renamed")
    return phone


def come_late(phone: Linked, when: str, known: dict[str, Any] | None) -> None:
    """Let another tab note this at that moment of a call to the portal."""
    assert phone.run(MEANWHILE, {"when": when, "known": known}), "there was no such moment"


@pytest.mark.parametrize("when", ["answered", "written"])
def test_the_name_of_the_phone_before_is_not_given_to_the_one_linked_anew(
    phone: Linked, when: str
) -> None:
    come_late(phone, when, ANEW)
    assert phone.run(DEVICE) == ANEW


@pytest.mark.parametrize(
    ("when", "is_linked"), [("answered", True), ("written", True), ("answered", False)]
)
def test_what_was_erased_meanwhile_stays_so(phone: Linked, when: str, is_linked: bool) -> None:
    if not is_linked:
        unlinking.unlink(Installation.objects.filter(pk=phone.installation.pk))
    come_late(phone, when, None)
    assert phone.rows_on_disk()["meta"] == {}


def test_the_end_of_the_phone_before_is_not_that_of_the_one_linked_anew(phone: Linked) -> None:
    unlinking.unlink(Installation.objects.filter(pk=phone.installation.pk))
    come_late(phone, "answered", ANEW)
    assert phone.run(DEVICE) == ANEW
    assert phone.run('return (await use("backup/portal/heartbeat")).unlinkedAt()') == 0


def test_a_claim_under_way_is_not_forgotten_with_the_old_name(phone: Linked) -> None:
    claim = {"number": "42", "account": "", "expires": "2100-01-01T00:00:00Z"}
    come_late(phone, "written", {**phone.run(DEVICE), "claim": claim})
    found = phone.run(DEVICE)
    assert (found["name"], found["claim"]) == ("Renamed", claim)
