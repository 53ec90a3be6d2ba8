"""After a weak sign-in: whoever has a key of the backup opens it at once, nobody else sees it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from devices.models import KeyProof, RestoreGrant, Vault
from tests.browser.authenticator import asked_by
from tests.browser.recovery import PASSPHRASE, NewPhone, old_phone, provable
from tests.live import LiveSite
from tests.people import Person, protected
from tests.phones import App, give_app, grant

pytestmark = pytest.mark.app


@pytest.fixture
def nora(rows: None) -> Person:
    """Somebody with a phone and a backup."""
    return protected("nora")


@pytest.fixture
def phone(kept_page: Page) -> NewPhone:
    """A new phone."""
    return NewPhone(kept_page)


def comes_in_weakly(phone: NewPhone, live: LiveSite, person: Person) -> App:
    """Link this phone as a recovered session does."""
    now = timezone.now()
    app = give_app(person, live.visitor(), "Pixel 9", trusted_from=now + timedelta(hours=72))
    times = {"available_at": now + timedelta(hours=24), "trusted_from": now + timedelta(hours=72)}
    grant(app, **times, expires_at=now + timedelta(hours=96))
    phone.open()
    phone.is_linked(app)
    return app


def answers_of(page: Page, kept: list[str]) -> Any:
    """Keep what the portal answers to this page."""

    def keep(response: Any) -> None:
        if "/api/authenticator/" in response.url and response.status == 200:
            kept.append(response.text())

    page.on("response", keep)
    return keep


def test_with_the_backup_key_there_is_no_wait(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = provable(live, nora, "Bank", "Mail")
    app = comes_in_weakly(phone, live, nora)
    phone.open("recovery")
    phone.says("You can open it now with your backup key, passphrase or passkey.")
    phone.press("Open this backup")
    expect(phone.page.locator("[data-part=old-phone]")).to_be_hidden()
    phone.types_key(old.backup_key)
    phone.reads("2 accounts are in it")
    phone.press("Take over")
    phone.reads("2 accounts ready")
    phone.open()
    assert phone.names == ["Bank", "Mail"]
    phone.wait(lambda: app.reload().is_active)
    assert app.installation.is_held
    assert "backup:key_proved" in nora.kinds()


def test_with_the_passphrase_too_and_a_wrong_one_is_said(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    provable(live, nora, "Bank")
    comes_in_weakly(phone, live, nora)
    phone.open("recovery")
    phone.press("Open this backup")
    phone.type("Passphrase of the backup", "another one altogether")
    phone.press("Open with the passphrase")
    phone.says("This passphrase does not open this backup.")
    assert not KeyProof.objects.filter(vault__user=nora.user).exists()
    phone.type("Passphrase of the backup", PASSPHRASE)
    phone.press("Open with the passphrase")
    phone.reads("1 account is in it")


def test_before_a_key_is_proved_nothing_sealed_comes_and_no_key_goes(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = provable(live, nora, "Bank")
    comes_in_weakly(phone, live, nora)
    kept: list[str] = []
    keep = answers_of(phone.page, kept)
    with asked_by(phone.page) as asked:
        phone.open("recovery")
        phone.press("Open this backup")
        phone.reads("Open the backup")
        before = "".join(kept)
        phone.types_key(old.backup_key)
        phone.reads("1 account is in it")
    phone.page.remove_listener("response", keep)
    assert "Pixel 7" in before
    for slot in old.backup.slots:
        assert slot["sealed"] not in before
    assert "ciphertext" not in before
    sent = "".join(request.post_data or "" for request in asked)
    bare = old.backup_key.replace("-", "")
    assert old.backup_key not in sent
    assert bare not in sent


def test_a_phone_that_has_the_key_already_proves_that(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = provable(live, nora, "Bank")
    phone.open()
    phone.owns(old)
    now = timezone.now()
    taken = give_app(nora, live.visitor(), "Thief")
    grant(taken)
    body = {"mode": "take-over", "vault": old.backup.vault.id, "head": old.backup.head}
    assert taken.post("restore/complete", body).status_code == 200
    times = {"available_at": now + timedelta(hours=24), "trusted_from": now + timedelta(hours=72)}
    grant(old.backup.app, **times, expires_at=now + timedelta(hours=96))
    phone.open("recovery")
    phone.press("Open this backup")
    phone.reads("1 account is in it")
    phone.press("Take over")
    phone.reads("1 account ready")
    phone.wait(lambda: old.backup.app.reload().is_active)


def test_a_key_of_before_there_were_tags_says_from_when(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank")
    comes_in_weakly(phone, live, nora)
    phone.open("recovery")
    phone.press("Open this backup")
    phone.types_key(old.backup_key)
    phone.says("It opens the backup after the waiting period")
    RestoreGrant.objects.update(available_at=timezone.now())
    phone.open("recovery")
    phone.press("Open this backup")
    phone.types_key(old.backup_key)
    phone.reads("1 account is in it")
    phone.press("Take over")
    phone.says("This phone can take over from")
    assert Vault.objects.get(user=nora.user).epoch == 1
