"""Who asks comes first: a code of the portal, whose account it is, and the leave it gives."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.activity.origin import Origin
from core.web.http import RequestOrigin
from devices.backups.apps import app_linking
from devices.models import Installation, RestoreGrant
from tests.browser.recovery import NewPhone, code_for, old_phone, provable
from tests.journeys.hand import Hand, code_of_mail
from tests.live import LiveSite
from tests.people import Person, protected
from tests.phones import give_app, grant_later

pytestmark = pytest.mark.app

HERE = RequestOrigin("192.0.2.7", "")
IN_SAFARI = "Object.defineProperty(Navigator.prototype, 'standalone', { value: false });"
GO_WHILE_IT_LOOKS = """
const { get } = IDBObjectStore.prototype;
IDBObjectStore.prototype.get = function (key) {
  if (key === "alone") history.replaceState(null, "", "#settings");
  return get.call(this, key);
};"""
CODE_IN_USE = "return (await use('backup/portal/device')).device();"


@pytest.fixture
def nora(rows: None) -> Person:
    """Somebody with a phone and a backup."""
    return protected("nora")


@pytest.fixture
def phone(kept_page: Page) -> NewPhone:
    """A new phone with nothing on it."""
    return NewPhone(kept_page)


def follow(phone: NewPhone, code: str) -> None:
    """Open the link that the portal's page has."""
    phone.page.goto("about:blank")
    phone.page.goto(f"/authenticator/#recover/{code}")


@pytest.mark.no_rows
def test_an_empty_phone_is_welcomed_until_it_does_without_a_backup(
    live: LiveSite, kept_page: Page
) -> None:
    iphone = NewPhone(kept_page.context.new_page())
    iphone.page.add_init_script(IN_SAFARI)
    iphone.page.goto("/authenticator/")
    iphone.reads("Welcome")
    iphone.says("Install the app first")
    phone = NewPhone(kept_page)
    phone.page.goto("/authenticator/")
    phone.reads("Welcome")
    expect(phone.page.get_by_text("Install the app first")).to_be_hidden()
    phone.page.get_by_role("link", name="Use without backup").click()
    phone.reads("Your codes")
    phone.page.goto("about:blank")
    phone.page.goto("/authenticator/")
    phone.reads("Your codes")
    phone.says("Begin recovery: bring them back from your backup")


@pytest.mark.no_rows
def test_who_went_elsewhere_before_the_first_page_came_stays_there(kept_page: Page) -> None:
    page = kept_page.context.new_page()
    page.add_init_script(GO_WHILE_IT_LOOKS)
    phone = NewPhone(page).open("codes")
    phone.reads("Settings")
    assert urlsplit(page.url).fragment == "settings"


def test_a_link_from_somebody_else_links_nothing_by_itself(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    code = code_for(nora)
    before = Installation.objects.count()
    follow(phone, code)
    phone.reads("Link this phone to this account?")
    phone.says(nora.address)  # whole: a mask fits a stranger's address, too
    assert code not in phone.page.url
    phone.says("can unlink this phone and have its accounts erased")
    phone.press("No, do nothing")
    phone.open("settings")
    assert Installation.objects.count() == before
    assert phone.run(CODE_IN_USE) is None
    follow(phone, code)
    phone.press("Yes, this is my account")
    phone.says("There is no backup in this account.")
    assert nora.user.installations.count() == 1
    follow(phone, code)
    phone.reads("This code has expired")
    phone.says("Nothing was linked.")
    assert nora.user.installations.count() == 1


def test_from_another_computer_a_number_is_compared(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old_phone(live, nora, "Bank")
    code = code_for(nora, is_here=False)
    phone.open("recovery")
    phone.type("Or type its code", code.lower()[:8] + " " + code[8:])
    phone.press("Continue with this code")
    phone.type("Name of this phone", "Fairphone")
    phone.press("Yes, this is my account")
    phone.reads("One more step")
    row = nora.user.link_requests.get(ended_at=None)
    assert phone.page.locator("[data-part=number]").inner_text() == row.number
    app_linking.confirm(row=row, origin=Origin(HERE))
    phone.says("These backups are in your account.")
    assert nora.user.installations.filter(name="Fairphone").exists()


def test_a_delayed_leave_says_until_when(live: LiveSite, phone: NewPhone, nora: Person) -> None:
    old_phone(live, nora, "Bank")
    phone.open()
    app = give_app(nora, live.visitor())
    later = grant_later(app, timedelta(hours=20))
    phone.is_linked(app)
    phone.open("recovery")
    phone.says(f"from {later.available_at.day} {later.available_at:%b %Y, %H:%M}")
    RestoreGrant.objects.filter(pk=later.pk).update(available_at=timezone.now())
    phone.press("Try again")
    phone.says("These backups are in your account.")


def test_what_was_typed_is_there_again_after_the_leave_was_over(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank")
    phone.open()
    app = phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.reads("1 account is in it")
    app.installation.grants.update(expires_at=timezone.now())
    phone.press("Take over")
    phone.says("Sign in once more")
    disk = str(phone.rows_on_disk())
    assert old.backup_key not in disk
    follow(phone, code_for(nora))
    phone.reads("Open the backups of this account?")
    phone.press("Yes, this is my account")
    phone.reads("1 account is in it")
    phone.press("Take over")
    phone.reads("1 account ready")
    assert nora.user.installations.count() == 2


def test_from_an_empty_phone_over_a_mailed_code_to_the_accounts(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = provable(live, nora, "Bank", "Mail")
    phone.page.goto("/authenticator/")
    phone.reads("Welcome")
    phone.page.get_by_role("link", name="Begin recovery").click()
    phone.press("Sign in at Latchkey")
    hand = Hand(phone.page)
    hand.type_password(nora)
    hand.press("Sign in another way")
    hand.press(f"E-mail a code to {nora.address[0]}")
    hand.type_code(code_of_mail(live.mail.wait_for(nora.address, subject="your code")))
    hand.reads("Get your accounts back on a phone")
    hand.press("Recover in this browser")
    phone.reads("Link this phone to this account?")
    assert phone.page.url == f"{live.url}/authenticator/#recover"
    phone.type("Name of this phone", "Fairphone")
    phone.press("Yes, this is my account")
    phone.press("Open this backup")
    phone.types_key(old.backup_key)
    phone.press("Take over")
    phone.reads("2 accounts ready")
    phone.press("To your codes")
    assert phone.names == ["Bank", "Mail"]
    assert nora.user.installations.active().get().name == "Fairphone"
