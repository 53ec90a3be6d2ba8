"""What the portal's pages may show of a backup."""

from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.authentication.proofs import Strength
from devices.backups import summary
from devices.models import Vault
from tests.backups import Backup, give_backup
from tests.people import Person, enter
from tests.phones import give_app, grant


def test_it_says_when_how_much_and_by_which_phone(
    carol: Person,
    bob: Person,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    give_backup(bob, client)
    assert summary.of(carol.user) is None
    backup = Backup(give_app(carol, client, "Pixel 9"))
    backup.make(accounts=34)
    told = summary.of(carol.user)
    assert told
    assert not told.counts
    backup.verify()
    backup.save(accounts=35)
    old = Backup(give_app(carol, client, "Old"), backup.vault, head=1)
    old.app.post("vault/late", old.body())
    with django_assert_num_queries(1):
        told = summary.of(carol.user)
    assert told
    assert told.counts
    assert (told.state, told.accounts, told.phone, told.versions) == ("on", 35, "Pixel 9", 2)
    assert told.saved_at == backup.app.reload().saved_at
    assert told.since == backup.row.verified_at


def test_the_one_that_is_on_comes_first_and_what_is_over_is_not_told(
    carol: Person, client: Client
) -> None:
    old = give_backup(carol, client)
    new = Backup(give_app(carol, client, "New"))
    grant(new.app)
    new.make(freeze=True)
    told = summary.of(carol.user)
    assert told
    assert (told.state, told.phone, told.ends_at) == ("on", "New", None)
    new.app.delete("vault")
    Vault.objects.filter(pk=old.row.pk).update(ends_at=timezone.now())
    told = summary.of(carol.user)
    assert told
    assert told.state == "off"
    assert not told.counts
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert summary.of(carol.user) is None


def test_staff_read_how_it_stands(carol: Person, sue: Person, client: Client) -> None:
    backup = Backup(give_app(carol, client, "Pixel 9"))
    backup.make(accounts=34)
    enter(client, sue, Strength.TWO_STEP)
    path = reverse("admin:account", kwargs={"public_id": carol.user.public_id})

    def told() -> str:
        return " ".join(client.get(path).content.decode().split())

    assert "Started, but not opened by its owner yet" in told()
    backup.verify()
    assert "by Pixel 9 · 34 accounts · 1 version" in told()
    assert "On since" in told()
    backup.app.delete("vault")
    assert "Off; deleted at" in told()
    Vault.objects.update(state="frozen")
    assert "Set aside" in told()
    Vault.objects.all().delete()
    assert "Backup of the app" not in told()
