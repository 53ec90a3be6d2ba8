"""A portal that was set back to an earlier day: the app says so, and saves what it has again."""

import pytest
from playwright.sync_api import Page, expect

from devices.models import Vault, VaultVersion
from tests.browser.authenticator import link
from tests.browser.backup_phones import link_app
from tests.live import LiveSite
from tests.people import protected

pytestmark = pytest.mark.app


def test_a_portal_that_was_set_back_is_told_and_saved_to_again(
    live: LiveSite, kept_page: Page
) -> None:
    phone = link_app(kept_page, live, protected("ada"))
    phone.fill([link("Mail")])
    phone.back_up()
    phone.fill([link("Shop")])
    phone.open()
    phone.saved(2)
    head = phone.vault.head
    assert head >= 2
    vault = phone.vault
    VaultVersion.objects.filter(vault=vault, number__gt=1).delete()
    Vault.objects.filter(pk=vault.pk).update(head=1)
    phone.open()
    phone.reads("Your codes")
    expect(phone.line).to_contain_text("The portal was set back")
    phone.wait(lambda: phone.vault.head > 1)
    assert phone.services() == ["Mail", "Shop"]
    phone.open()
    phone.saved(2)
    expect(phone.line).to_contain_text("this phone saved its own again")
    assert "backup:set_back" in phone.person.kinds()
