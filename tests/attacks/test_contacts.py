"""Addresses, numbers, sign-up and reset: nothing counts before it is confirmed, by its owner."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import EmailAddress
from tests.attacks.tools import code_in
from tests.live import fresh_address, fresh_number
from tests.people import PASSWORD, Person, enter

Clock = Any
Browsers = Callable[..., Client]
ADD = "/security/contact/addresses/add/"
NEW_PASSWORD = "a password that nobody knows yet"


def test_an_unconfirmed_address_is_good_for_nothing(carol: Person, client: Client) -> None:
    enter(client, carol, Strength.RECOVERED)  # the code out of an older mailbox is asked for
    address = fresh_address("mine")
    assert client.post(ADD, {"address": address}).status_code == 302
    mail.outbox.clear()
    client.post("/password/reset/", {"email": address})
    assert not mail.outbox
    assert client.post("/sign-in/", {"email": address, "password": PASSWORD}).status_code == 200
    row = EmailAddress.objects.get(address=address)
    assert not carol.user.email_addresses.verified().filter(pk=row.pk).exists()
    assert client.post(f"/security/contact/{row.public_id}/primary/").status_code in (302, 404)
    assert carol.reload().email != address


@pytest.mark.parametrize("change", [str, str.upper, lambda a: a.replace("@", "\uff20")])
def test_an_address_of_somebody_else_cannot_be_taken(
    alice: Person, bob: Person, client: Client, change: Callable[[str], str]
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post(ADD, {"address": change(bob.address)})
    row = alice.user.email_addresses.filter(verified_at__isnull=True).first()
    if row is None:
        return
    told = str(mail.outbox[-1].body)
    with pytest.raises(AssertionError):
        code_in(told)
    for code in ("000000", "", "123456"):
        client.post(f"/security/contact/{row.public_id}/confirm/", {"code": code})
    client.post(f"/security/contact/{row.public_id}/primary/")
    assert EmailAddress.objects.verified().get(key=row.key).user_id == bob.user.pk
    assert alice.reload().email != row.address


@pytest.mark.parametrize(
    "path", ["addresses/add/", "numbers/add/", "{hers}/remove/", "{hers}/primary/"]
)
@pytest.mark.parametrize("strength", [Strength.RECOVERED, Strength.NOTHING])
def test_contacts_change_only_after_a_strong_step(
    alice: Person, client: Client, path: str, strength: Strength
) -> None:
    enter(client, alice, Strength.TWO_STEP if strength else [])
    if strength == Strength.RECOVERED:
        enter(client, alice, strength)
    before = list(alice.user.email_addresses.values_list("pk", "verified_at").order_by("pk"))
    hers = alice.user.email_addresses.order_by("-pk")[0]
    form = {"address": fresh_address("thief"), "number": fresh_number()}
    answer = client.post("/security/contact/" + path.format(hers=hers.public_id), form)
    assert answer.status_code == 302
    assert "/security/contact/" not in answer["Location"].partition("?")[0]
    after = list(alice.user.email_addresses.values_list("pk", "verified_at").order_by("pk"))
    assert (before, alice.user.email) == (after, alice.reload().email)
    assert alice.user.phone_numbers.count() == 1


@pytest.mark.parametrize("act", ["confirm", "send", "remove", "primary"])
def test_contacts_of_others_do_not_exist(
    alice: Person, bob: Person, client: Client, act: str
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    waiting = alice.user.email_addresses.create(address=fresh_address("waiting"))
    missing = client.post(f"/security/contact/{uuid4()}/{act}/")
    for row in (waiting, alice.user.phone_numbers.get(), alice.user.email_addresses.first()):
        assert row is not None
        answer = client.post(f"/security/contact/{row.public_id}/{act}/", {"code": "000000"})
        assert answer.status_code == missing.status_code == 404
    assert not mail.outbox


@pytest.mark.parametrize("wrong", ["0", "-1", str(2**63), "a" * 36, "%00", "..", "1 OR 1=1"])
def test_ids_of_another_shape_do_not_exist(alice: Person, client: Client, wrong: str) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for path in (
        f"/devices/{wrong}/rename/",
        f"/devices/{wrong}/unlink/",
        f"/devices/link/{wrong}/",
        f"/devices/browsers/{wrong}/end/",
        f"/security/contact/{wrong}/remove/",
        f"/devices/new-phone/?replaces={wrong}",
        f"/devices/new-phone/?link={wrong}",
        f"/devices/lost/?phone={wrong}",
        f"/sign-in/where-is-your-phone/?here={wrong}",
    ):
        for method in (client.get, client.post):
            assert method(path).status_code in (400, 404, 405), path


@pytest.mark.parametrize("act", ["rename/", "unlink/", "suspend/", "take-back/"])
def test_phones_of_others_do_not_exist(
    alice: Person, bob: Person, client: Client, act: str
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    missing = client.get(f"/devices/{uuid4()}/{act}")
    for method in (client.get, client.post):
        answer = method(f"/devices/{alice.phone.public_id}/{act}", {"name": "Mine"})
        assert answer.status_code == missing.status_code == 404
        assert alice.phone.name.encode() not in answer.content
    for path in (
        "/devices/new-phone/?replaces=",
        "/devices/new-phone/?link=",
        "/devices/lost/?phone=",
        "/sign-in/where-is-your-phone/?here=",
    ):
        assert client.get(f"{path}{alice.phone.public_id}").status_code == 404
    lost = {"phone": [bob.phone.public_id, alice.phone.public_id]}
    assert client.post("/devices/lost/", lost).status_code == 404
    assert bob.phone.name == "Pixel 8"
    assert alice.phone.name == "Pixel 8"


def test_a_phone_that_somebody_else_links_does_not_exist(
    alice: Person, bob: Person, new_client: Browsers
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    place = hers.post("/devices/link/", {"name": "Second"})["Location"]
    his = enter(new_client(), bob, Strength.TWO_STEP)
    assert his.get(place).status_code == 404
    assert his.post(place, {"code": "000000"}).status_code == 404


def test_two_changes_at_once_keep_both_or_one(alice: Person, client: Client) -> None:
    """The same mailbox in two spellings is one contact, not a stumble."""
    enter(client, alice, Strength.TWO_STEP)
    mailbox = fresh_address("mine")
    for spelled in (mailbox, mailbox.upper(), mailbox.replace("latch", "ｌatch")):
        assert client.post(ADD, {"address": spelled}).status_code in (200, 302, 429)
    assert alice.user.email_addresses.filter(verified_at__isnull=True).count() == 1


def test_changing_the_address_tells_every_address_there_was(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    before = {row.address for row in alice.user.email_addresses.verified()}
    client.post(f"/security/contact/{second.public_id}/primary/")
    assert {message.to[0] for message in mail.outbox} == before
    mail.outbox.clear()
    first = alice.user.email_addresses.exclude(pk=second.pk).get()
    client.post(f"/security/contact/{first.public_id}/remove/")
    assert {message.to[0] for message in mail.outbox} == before


def test_the_last_address_and_the_one_to_sign_in_with_stay(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for row in alice.user.email_addresses.all():
        client.post(f"/security/contact/{row.public_id}/remove/")
    assert [row.address for row in alice.user.email_addresses.all()] == [alice.address]
