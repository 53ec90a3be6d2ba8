"""Addresses, numbers, sign-up and reset: nothing counts before it is confirmed, by its owner."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.models import EmailAddress, OneTimeLink, PhoneNumber, User
from accounts.proofs import Strength
from portal.outbox.sms import SentText
from tests.attacks.tools import code_in, is_in, link_in, start
from tests.live import fresh_address, fresh_number
from tests.people import PASSWORD, Person, enter, give_address

Clock = Any
Browsers = Callable[..., Client]
ADD = "/security/contact/addresses/add/"
NEW_PASSWORD = "a password that nobody knows yet"


def reset_path(client: Client, person: Person, address: str = "") -> str:
    """Ask for a reset and return the path in the newest mail."""
    client.post("/password/reset/", {"email": address or person.address})
    return link_in(str(mail.outbox[-1].body), "reset")


def reset(client: Client, path: str) -> Any:
    """Follow a link and choose a password."""
    client.get(path)
    return client.post("/password/reset/new/", {"new_password": NEW_PASSWORD})


def test_an_unconfirmed_address_is_good_for_nothing(carol: Person, client: Client) -> None:
    enter(client, carol, Strength.PASSWORD)
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
        f"/devices/link/?replaces={wrong}",
        f"/sign-in/where-is-your-phone/?here={wrong}",
    ):
        for method in (client.get, client.post):
            assert method(path).status_code in (400, 404, 405), path


@pytest.mark.parametrize("act", ["rename/", "unlink/", "unlink/?lost=1"])
def test_phones_of_others_do_not_exist(
    alice: Person, bob: Person, client: Client, act: str
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    missing = client.get(f"/devices/{uuid4()}/{act}")
    for method in (client.get, client.post):
        answer = method(f"/devices/{alice.phone.public_id}/{act}", {"name": "Mine"})
        assert answer.status_code == missing.status_code == 404
        assert alice.phone.name.encode() not in answer.content
    for path in ("/devices/link/?replaces=", "/sign-in/where-is-your-phone/?here="):
        assert client.get(f"{path}{alice.phone.public_id}").status_code == 404
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


# --- Reset ----------------------------------------------------------------------------------


def test_only_the_newest_link_works_and_once(
    alice: Person, client: Client, new_client: Browsers, clock: Clock
) -> None:
    old = reset_path(client, alice)
    clock.shift(timedelta(minutes=6))
    new = reset_path(client, alice)
    assert reset(new_client(), old).status_code == 400
    assert reset(new_client(), new).status_code == 302
    again = new_client()
    again.get(new)
    assert again.post("/password/reset/new/", {"new_password": "yet another long one"}).status_code
    assert alice.reload().check_password(NEW_PASSWORD)


def test_every_dead_link_gets_the_same_answer(
    alice: Person, client: Client, new_client: Browsers, clock: Clock
) -> None:
    path = reset_path(client, alice)
    clock.shift(settings.PASSWORD_RESET_AGE + timedelta(seconds=1))
    expired, unknown = new_client(), new_client()
    expired.get(path)
    unknown.get("/password/reset/AAAAAAAAAAAAAAAAAAAAAA/")
    bodies = {browser.get("/password/reset/new/").content for browser in (expired, unknown)}
    assert len(bodies) == 1


def test_a_link_ends_with_the_password(alice: Person, client: Client) -> None:
    path = reset_path(client, alice)
    alice.reload().set_password("changed in the meantime by her")
    alice.user.save()
    assert reset(client, path).status_code == 400


@pytest.mark.parametrize("act", ["remove", "primary"])
def test_a_link_ends_with_a_change_of_address(
    alice: Person, client: Client, new_client: Browsers, act: str
) -> None:
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    path = reset_path(client, alice, second.address if act == "remove" else "")
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    inside.post(f"/security/contact/{second.public_id}/{act}/")
    assert reset(client, path).status_code == 400


def test_a_link_in_anothers_browser_signs_nobody_in(
    alice: Person, bob: Person, new_client: Browsers
) -> None:
    path, his = reset_path(new_client(), alice), enter(new_client(), bob, Strength.TWO_STEP)
    reset(his, path)
    assert int(his.session.get("_auth_user_id", 0)) in (0, bob.user.pk)
    assert bob.reload().check_password(bob.password)


def test_the_token_leaves_the_address_bar_at_once(alice: Person, client: Client) -> None:
    path = reset_path(client, alice)
    answer = client.get(path)
    assert answer["Location"] == "/password/reset/new/"
    assert answer["Referrer-Policy"] == "no-referrer"
    token = path.rstrip("/").rpartition("/")[2]
    page = client.get("/password/reset/new/")
    assert token.encode() not in page.content
    assert not OneTimeLink.objects.filter(digest=token).exists()


LOOK_ALIKES: list[Callable[[str], str]] = [
    str.upper,
    lambda a: a.replace("k", "\u212a", 1),
    lambda a: a.replace("s", "\u017f", 1),
    lambda a: a.replace("example", "ｅxample"),
]


@pytest.mark.parametrize("typed", LOOK_ALIKES)
def test_mail_goes_only_to_the_stored_address(
    client: Client, rows: None, typed: Callable[[str], str]
) -> None:
    stored = f"kiss-{fresh_address()}"
    User.objects.create_user(stored, PASSWORD)
    client.post("/password/reset/", {"email": typed(stored)})
    assert {message.to[0] for message in mail.outbox} <= {stored}


@pytest.mark.parametrize("typed", LOOK_ALIKES)
def test_a_look_alike_makes_no_second_account(
    client: Client, rows: None, typed: Callable[[str], str]
) -> None:
    stored = f"kiss-{fresh_address()}"
    User.objects.create_user(stored, PASSWORD)
    client.post("/sign-up/", {"email": typed(stored), "password": NEW_PASSWORD})
    for message in mail.outbox:
        assert message.to[0] == stored
        with pytest.raises(AssertionError):
            code_in(str(message.body))
    assert User.objects.count() == 1


@pytest.mark.parametrize("typed", ["аlice", "alıce", "alice\u200b", "alice\u00ad", "a\u0301lice"])
def test_a_distinct_look_alike_gets_none_of_the_mail(
    client: Client, rows: None, typed: str
) -> None:
    stored = fresh_address("alice")
    User.objects.create_user(stored, PASSWORD)
    client.post("/password/reset/", {"email": stored.replace("alice", typed)})
    assert not mail.outbox


# --- Numbers --------------------------------------------------------------------------------

DEAR = ["+31900123456", "+881612345678", "+882161234567", "+4915112345678"]


@pytest.mark.parametrize("number", [*DEAR, "+31201234567", "112", "+31", "+" + "9" * 60, "＋31612"])
def test_dear_and_closed_numbers_get_no_message(
    alice: Person, client: Client, texts: list[SentText], number: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.post("/security/contact/numbers/add/", {"number": number}).status_code == 200
    assert not texts
    assert PhoneNumber.objects.count() == 1


def test_one_person_cannot_send_to_many_numbers(
    alice: Person, client: Client, texts: list[SentText], clock: Clock
) -> None:
    for _each in range(30):
        enter(client, alice, Strength.TWO_STEP)
        number = {"number": fresh_number()}
        client.post("/security/contact/numbers/add/", number)
        alice.user.phone_numbers.filter(verified_at__isnull=True).delete()
        clock.shift(timedelta(minutes=2))
    assert len(texts) == settings.SMS_PER_ADDRESS_A_DAY


def test_a_number_of_two_people_signs_in_neither_for_the_other(
    alice: Person, bob: Person, new_client: Browsers, texts: list[SentText]
) -> None:
    shared = alice.user.phone_numbers.get()
    his = bob.user.phone_numbers.create(number=shared.number, verified_at=shared.verified_at)
    one, two = new_client(), new_client()
    start(one, alice)
    start(two, bob)
    assert one.post("/sign-in/sms/", {"send": str(his.public_id)}).status_code == 404
    one.post("/sign-in/sms/", {"send": str(shared.public_id)})
    two.post("/sign-in/sms/", {"code": code_in(texts[-1].text)})
    assert not is_in(two)


def test_an_hour_old_contact_is_confirmed_no_more(
    alice: Person, client: Client, clock: Clock
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    place = client.post(ADD, {"address": fresh_address("late")})["Location"]
    code = code_in(str(mail.outbox[-1].body))
    EmailAddress.objects.filter(verified_at__isnull=True).update(
        created_at=give_address(alice).created_at - timedelta(minutes=61)
    )
    client.post(place, {"code": code})
    assert not EmailAddress.objects.verified().filter(address__startswith="late").exists()
