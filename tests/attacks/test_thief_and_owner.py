"""A thief and the owner in two browsers: what one adds the other takes back, also by the notice."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authentication import throttling
from accounts.authentication.proofs import Proof, Strength
from accounts.models import EmailAddress
from devices.models import Phone
from devices.models.authenticator import step_now
from tests.accounts.helpers import (
    addresses,
    ask,
    code_to,
    is_in,
    level_of,
    mailbox,
    mails_to,
    recover,
    seen,
    type_code,
    type_password,
)
from tests.attacks.tools import reset, reset_path
from tests.links import open_link, press_not_me
from tests.live import fresh_address
from tests.people import Person, enter, give_address, sign_in

Browsers = Callable[..., Client]
CONTACTS = "/security/contact/"
ADD = f"{CONTACTS}addresses/add/"
MAILBOX = "/confirm/email/?for=mailbox"
LINK = re.compile(r"https?://[^/\s]+(/report/\S+)")


def link_in_mail_to(address: str, *words: str) -> str:
    """The path behind "This was not me" in the newest notice with these words."""
    texts = [text for text in mails_to(address) if all(word in text for word in words)]
    found = LINK.findall(texts[-1])
    assert found, texts[-1]
    return str(found[0])


def prove_mailbox(client: Client, person: Person, address: EmailAddress | None = None) -> Any:
    """Type the code that goes to a mailbox, as the pages ask for it."""
    row = address or mailbox(person)
    ask(client, row, MAILBOX)
    return type_code(client, code_to(row.address), MAILBOX)


def add_own_address(client: Client) -> EmailAddress:
    """Add an address and confirm it."""
    address = fresh_address("thief")
    page = client.post(ADD, {"address": address})["Location"]
    type_code(client, code_to(address), page)
    row: EmailAddress = EmailAddress.objects.get(address=address)
    assert row.is_verified
    return row


def link_phone(client: Client, name: str = "Thief's phone") -> Phone:
    """Link a phone through the pages."""
    page = client.post("/devices/link/", {"name": name})["Location"]
    phone = Phone.objects.latest("pk")
    client.post(page, {"code": phone.authenticators.get().code_at(step_now())})
    phone.refresh_from_db()
    assert phone.is_linked
    return phone


def turn_two_step_on(client: Client) -> Phone:
    """Set everything up in one go."""
    phone = link_phone(client)
    client.post("/security/recovery-codes/new/")
    page = client.get("/security/recovery-codes/").content.decode()
    client.post(
        "/security/recovery-codes/",
        {"code": page.split("data-recovery-code>")[1].partition("<")[0]},
    )
    return phone


# --- A stolen password alone --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (ADD, {"address": "thief@latchkey.example"}),
        (f"{CONTACTS}numbers/add/", {"number": "+31612345678"}),
        ("/devices/link/", {"name": "Mine"}),
        ("/devices/passkeys/add/", {}),
        (f"{CONTACTS}{{second}}/primary/", {}),
        (f"{CONTACTS}{{second}}/remove/", {}),
    ],
)
def test_a_stolen_password_alone_adds_and_changes_nothing(
    carol: Person, client: Client, path: str, data: dict[str, str]
) -> None:
    second = give_address(carol)
    before = addresses(carol.user)
    type_password(client, carol)
    answer = client.post(path.format(second=second.public_id), data)
    assert "/confirm/?" in answer["Location"]
    assert "for=mailbox" in answer["Location"]
    assert addresses(carol.reload()) == before
    assert carol.user.email_addresses.count() == len(before)
    assert not carol.user.bindings.exists()


def test_codes_made_on_the_password_alone_are_no_second_proof_beside_it(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    type_password(client, carol)
    client.post("/security/recovery-codes/new/")
    page = client.get("/security/recovery-codes/").content.decode()
    sheet = [part.partition("<")[0] for part in page.split("data-recovery-code>")[1:]]
    client.post("/security/recovery-codes/", {"code": sheet[0]})
    owner = new_client()
    type_password(owner, carol)
    prove_mailbox(owner, carol)
    link_phone(owner, "Hers")
    owner.post("/security/two-step/on/")
    assert not carol.reload().has_two_step
    owner.post("/security/recovery-codes/new/")
    own = owner.get("/security/recovery-codes/").content.decode()
    code = own.split("data-recovery-code>")[1].partition("<")[0]
    owner.post("/security/recovery-codes/", {"code": code})
    assert carol.reload().has_two_step
    thief = new_client()
    type_password(thief, carol)
    type_code(thief, sheet[1], "/sign-in/recovery-code/")
    assert not is_in(thief)


def test_codes_count_once_the_session_that_made_them_proved_more(
    carol: Person, client: Client
) -> None:
    type_password(client, carol)
    client.post("/security/recovery-codes/new/")
    page = client.get("/security/recovery-codes/").content.decode()
    code = page.split("data-recovery-code>")[1].partition("<")[0]
    client.post("/security/recovery-codes/", {"code": code})
    prove_mailbox(client, carol)
    link_phone(client, "Hers")
    client.post("/security/two-step/on/")
    assert carol.reload().has_two_step


def test_one_code_out_of_the_mailbox_makes_no_mailbox_of_the_thief_s(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    type_password(client, carol)
    prove_mailbox(client, carol)
    own = add_own_address(client)
    later = new_client()
    type_password(later, carol)
    page = seen(later.get(MAILBOX))
    assert own.masked not in page
    assert ask(later, own, MAILBOX).status_code == 404
    assert later.post("/devices/link/", {"name": "Mine"})["Location"].startswith("/confirm/")


def test_the_owner_takes_back_a_hostile_take_over_by_the_link_in_the_notice(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    home = mailbox(carol)
    type_password(client, carol)
    prove_mailbox(client, carol)
    own = add_own_address(client)
    client.post(f"{CONTACTS}{own.public_id}/primary/")
    client.post(f"{CONTACTS}{home.public_id}/remove/")
    assert addresses(carol.reload()) == {own.address}
    assert carol.user.email == own.address
    path = link_in_mail_to(home.address, "was removed from your account")
    owner = new_client()
    said = seen(open_link(owner, path))
    assert "removal of an e-mail address" in said
    assert addresses(carol.user) == {own.address}  # looking changes nothing
    press_not_me(owner, path)
    assert addresses(carol.reload()) == {home.address}
    assert carol.user.email == home.address
    assert not is_in(client)
    assert "/password/reset/" in mails_to(home.address)[-1]
    assert open_link(owner, path).status_code == 400


def test_a_link_ends_after_seven_days_and_is_nobody_else_s(
    carol: Person, client: Client, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    type_password(client, carol)
    prove_mailbox(client, carol)
    own = add_own_address(client)
    path = link_in_mail_to(carol.address, "was added to your account")
    assert open_link(new_client(), f"{path[:-1]}{chr(ord(path[-1]) ^ 1)}").status_code == 400
    clock.shift(settings.CHANGE_UNDO_AGE - timedelta(minutes=1))
    assert open_link(new_client(), path).status_code == 200
    clock.shift(timedelta(minutes=1))
    assert open_link(new_client(), path).status_code == 400
    assert EmailAddress.objects.filter(pk=own.pk).exists()


def test_who_replaces_the_only_address_manages(carol: Person, client: Client) -> None:
    old = mailbox(carol)
    type_password(client, carol)
    prove_mailbox(client, carol)
    new = add_own_address(client)
    client.post(f"{CONTACTS}{new.public_id}/primary/")
    client.post(f"{CONTACTS}{old.public_id}/remove/")
    assert carol.reload().email == new.address
    client.post("/sign-out/")
    assert type_password(client, carol).status_code == 302
    assert is_in(client)


# --- A stolen password and the mailbox ----------------------------------------------------------


@pytest.mark.parametrize("words", ["two-step verification", "was linked to your account"])
def test_two_step_switched_on_by_a_thief_goes_off_by_any_notice(
    carol: Person, client: Client, new_client: Browsers, words: str
) -> None:
    type_password(client, carol)
    prove_mailbox(client, carol)
    phone = turn_two_step_on(client)
    assert carol.reload().has_two_step
    assert level_of(client) == Strength.TWO_STEP
    path = link_in_mail_to(carol.address, words)
    press_not_me(new_client(), path)
    assert not carol.reload().has_two_step
    assert not Phone.objects.filter(pk=phone.pk).exists()
    assert not carol.user.recovery_code_sets.live().exists()
    assert not is_in(client)


def test_what_the_thief_added_later_on_the_own_phone_goes_too(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    type_password(client, carol)
    prove_mailbox(client, carol)
    first = turn_two_step_on(client)
    again = enter(
        new_client(),
        carol,
        [
            Proof.now("password", Strength.PASSWORD),
            Proof.now("authenticator", Strength.TWO_STEP, first.authenticators.get().factor),
        ],
    )
    second = link_phone(again, "Another")
    press_not_me(new_client(), link_in_mail_to(carol.address, "two-step verification"))
    assert not Phone.objects.filter(pk__in=[first.pk, second.pk]).exists()


def test_following_the_notice_of_a_new_phone_leaves_the_thief_out(
    alice: Person, client: Client, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    recover(client, alice)
    phone = link_phone(client)
    own = alice.phone
    press_not_me(new_client(), link_in_mail_to(alice.address, "was linked to your account"))
    assert not Phone.objects.filter(pk=phone.pk).exists()
    assert Phone.objects.filter(pk=own.pk).exists()
    assert not is_in(client)
    thief = new_client()
    clock.shift(settings.SENT_CODE_PAUSE)
    recover(thief, alice)
    page = thief.post("/devices/link/", {"name": "Once more"})["Location"]
    added = Phone.objects.latest("pk")
    answer = thief.post(page, {"code": added.authenticators.get().code_at(step_now())})
    assert answer.status_code == 403
    assert "You can’t add anything right now" in seen(answer)
    assert not Phone.objects.linked().filter(pk=added.pk).exists()


def test_the_owner_s_own_phone_lifts_the_freeze(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    recover(client, alice)
    link_phone(client)
    press_not_me(new_client(), link_in_mail_to(alice.address, "was linked to your account"))
    assert alice.reload().frozen_at
    owner = new_client()
    sign_in(owner, alice)
    assert alice.reload().frozen_at is None
    link_phone(owner, "New")


@pytest.mark.parametrize("does", ["change", "reset"])
def test_another_password_takes_back_what_is_held(
    alice: Person, client: Client, new_client: Browsers, does: str
) -> None:
    recover(client, alice)
    phone = link_phone(client)
    owner = new_client()
    if does == "change":
        enter(owner, alice, Strength.RECOVERED)
        new = {"password": alice.password, "new_password": "quite another one than before"}
        owner.post("/security/password/", new)
    else:
        reset(owner, reset_path(owner, alice))
    assert not Phone.objects.filter(pk=phone.pk).exists()
    assert not is_in(client)


def test_who_changes_the_password_keeps_the_own_new_phone(alice: Person, client: Client) -> None:
    recover(client, alice)
    phone = link_phone(client)
    new = {"password": alice.password, "new_password": "quite another one than before"}
    assert client.post("/security/password/", new).status_code == 302
    assert Phone.objects.filter(pk=phone.pk).exists()
    assert is_in(client)


# --- Guessing -----------------------------------------------------------------------------------


def test_a_held_phone_gives_no_try_back(
    alice: Person, client: Client, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    recover(client, alice)
    own, budget = link_phone(client), throttling.budget_of(alice.user, "authenticator")
    for number in range(1, settings.FAILURES_BEFORE_WAIT):
        thief = new_client()
        type_password(thief, alice)
        type_code(thief, alice.wrong_code(), "/sign-in/authenticator/")
        assert budget.failures == number
        clock.shift(settings.AUTHENTICATOR_PERIOD * 3)
        code = own.authenticators.get().code_at(step_now())
        assert type_code(thief, code, "/sign-in/authenticator/").status_code == 302
        assert level_of(thief) == Strength.RECOVERED
        assert budget.failures == number
    link_phone(client, "Third")
    client.post("/security/recovery-codes/new/")
    assert budget.failures == settings.FAILURES_BEFORE_WAIT - 1


def test_a_new_phone_is_not_off_because_the_old_one_is(
    alice: Person, client: Client, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    budget = throttling.budget_of(alice.user, "authenticator")
    while budget.failures < settings.FAILURES_BEFORE_OFF:
        budget.reserve()
        clock.shift(settings.FAILURE_WAIT_MOST)
    recover(client, alice)
    new = link_phone(client)
    clock.shift(settings.RECOVERY_HOLD + settings.AUTHENTICATOR_PERIOD * 3)
    owner = new_client()
    type_password(owner, alice)
    refused = type_code(owner, alice.fresh_code(), "/sign-in/authenticator/")
    assert refused.status_code == 200
    type_code(owner, new.authenticators.get().code_at(step_now()), "/sign-in/authenticator/")
    assert level_of(owner) == Strength.TWO_STEP
