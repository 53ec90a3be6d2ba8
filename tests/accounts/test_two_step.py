"""Switching two-step verification on and off: what it demands, and who is told."""

from collections.abc import Callable

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Proof, Strength
from devices.models.authenticator import step_now
from tests.accounts.helpers import (
    addresses,
    ask,
    code_to,
    cookie_of,
    is_dead,
    is_in,
    level_of,
    mailbox,
    recover,
    seen,
    told,
    type_code,
    type_password,
)
from tests.people import Person, enter, give_address, give_codes, give_phone, sign_in

PAGE = "/security/two-step/"
ON = "/security/two-step/on/"
OFF = "/security/two-step/off/"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


@pytest.fixture
def ready(carol: Person) -> Person:
    """Carol with everything that two-step verification demands."""
    give_phone(carol)
    give_codes(carol)
    give_address(carol)
    return carol


def test_the_page_lists_what_is_missing(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    words = seen(client.get(PAGE))
    assert "Two-step verification is off" in words
    assert "Confirm an e-mail address (done)" in words
    assert "Set up a phone or add a passkey" in words
    assert "Once you’ve done all of these" in words


@pytest.mark.parametrize(
    ("give", "page"),
    [
        ([], "/devices/link/"),
        ([give_phone], "/security/recovery-codes/"),
        ([give_codes], "/devices/link/"),
    ],
)
def test_the_main_button_leads_to_the_first_open_item(
    client: Client, carol: Person, give: list[Callable[[Person], object]], page: str
) -> None:
    for each in give:
        each(carol)
    enter(client, carol, Strength.PASSWORD)
    button = f'<a class="button primary" href="{page}">Set it up</a>'
    assert button in client.get(PAGE).content.decode()


def test_it_goes_on_with_everything_there_and_every_address_is_told(
    client: Client, new_client: Callable[..., Client], ready: Person
) -> None:
    other = enter(new_client(), ready, Strength.PASSWORD)
    enter(client, ready, Strength.TWO_STEP)
    old = cookie_of(client)
    assert "Turn on two-step verification" in seen(client.get(PAGE))
    assert client.post(ON)["Location"] == "/security/"
    assert "Two-step verification is on." in seen(client.get("/security/"))
    assert ready.reload().has_two_step
    assert not is_in(other)
    assert is_dead(old)
    assert told("two-step verification is on") == addresses(ready.user)
    assert len(mail.outbox) == 2
    assert ready.kinds() == ["two_step:on"]


def no_phone(person: Person) -> None:
    person.user.phones.all().delete()


def no_codes(person: Person) -> None:
    person.user.recovery_code_sets.all().delete()


def unchecked_codes(person: Person) -> None:
    person.user.recovery_code_sets.update(confirmed_at=None)


def no_address(person: Person) -> None:
    person.user.email_addresses.update(verified_at=None)


@pytest.mark.parametrize("lose", [no_phone, no_codes, unchecked_codes, no_address])
def test_it_stays_off_while_something_is_missing(
    client: Client, ready: Person, lose: Callable[[Person], None]
) -> None:
    enter(client, ready, Strength.TWO_STEP)
    lose(ready)
    assert client.post(ON)["Location"] == PAGE
    assert "Something is still missing." in seen(client.get(PAGE))
    assert not ready.reload().has_two_step
    assert ready.kinds() == []
    assert not mail.outbox


def test_it_asks_for_a_code_of_the_app_in_this_very_session(client: Client, ready: Person) -> None:
    enter(client, ready, Strength.PASSWORD)
    answer = client.post(ON)
    assert answer["Location"].startswith("/confirm/?next=%2Fsecurity%2Ftwo-step%2F")
    assert not ready.reload().has_two_step
    page = client.get(answer["Location"])["Location"]
    after = type_code(client, ready.fresh_code(), page)["Location"]
    assert "Press once more to turn on two-step verification." in seen(client.get(after))
    client.post(ON)
    assert ready.reload().has_two_step


def test_switching_on_twice_is_told_once(client: Client, ready: Person) -> None:
    enter(client, ready, Strength.TWO_STEP)
    client.post(ON)
    client.post(ON)
    assert ready.kinds() == ["two_step:on"]


def test_looking_never_switches(client: Client, ready: Person, alice: Person) -> None:
    enter(client, ready, Strength.TWO_STEP)
    assert client.get(ON).status_code == 405
    assert not ready.reload().has_two_step
    enter(client, alice, Strength.TWO_STEP)
    assert client.get(OFF).status_code == 200
    assert alice.reload().has_two_step


def test_it_goes_off_after_a_strong_step_and_every_address_is_told(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    other = enter(new_client(), alice, Strength.TWO_STEP)
    enter(client, alice, Strength.TWO_STEP)
    words = seen(client.get(OFF))
    assert "Your password alone will be enough to sign in." in words
    assert client.post(OFF)["Location"] == PAGE
    assert not alice.reload().has_two_step
    assert not is_in(other)
    assert is_in(client)
    assert alice.kinds() == ["two_step:off"]
    assert told("two-step verification is off") == addresses(alice.user)
    assert alice.user.phones.linked().count() == 1


def test_a_recovered_session_cannot_switch_it_off(client: Client, alice: Person) -> None:
    recover(client, alice)
    assert client.get(OFF)["Location"].startswith("/confirm/?")
    assert client.post(OFF)["Location"].startswith("/confirm/?")
    assert alice.reload().has_two_step


def test_a_form_from_elsewhere_cannot_switch_it_off(alice: Person) -> None:
    strict = enter(Client(enforce_csrf_checks=True), alice, Strength.TWO_STEP)
    answer = strict.post(OFF, secure=True, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "This page has expired" in seen(answer)
    assert alice.reload().has_two_step


def test_after_switching_off_the_password_is_enough_again(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post(OFF)
    type_password(new_client(), alice)
    assert alice.kinds()[-1] == "sign_in:password"


def test_switching_off_what_is_off_leads_back(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert client.get(OFF)["Location"] == PAGE
    assert carol.kinds() == []


# --- The first factor ---------------------------------------------------------------------------


def test_a_stolen_password_alone_links_no_phone(client: Client, carol: Person) -> None:
    type_password(client, carol)
    answer = client.post("/devices/link/", {"name": "Thief's phone"})
    assert "for=mailbox" in answer["Location"]
    assert not carol.user.phones.exists()


def test_a_code_by_mail_opens_the_linking_for_a_quarter_of_an_hour(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, carol)
    page = client.get(client.get("/devices/link/")["Location"])["Location"]
    ask(client, mailbox(carol), page)
    assert type_code(client, code_to(carol.address), page)["Location"] == "/devices/link/"
    assert client.get("/devices/link/").status_code == 200
    clock.shift(settings.MAILBOX_PROOF_AGE)
    client.post("/confirm/", {"password": carol.password})
    assert client.get("/devices/link/").status_code == 200
    clock.shift(1)
    assert "for=mailbox" in client.get("/devices/link/")["Location"]


def test_other_ways_do_not_stand_for_the_mailbox(client: Client, ready: Person) -> None:
    strong = Proof.now("authenticator", Strength.TWO_STEP, ready.authenticator.factor)
    paper = Proof.now("recovery-code", Strength.RECOVERED, "accounts.set:1")
    enter(client, ready, [Proof.now("password", Strength.PASSWORD), strong, paper])
    assert "for=mailbox" in client.get("/devices/link/")["Location"]
    words = seen(client.get("/confirm/another-way/?for=mailbox"))
    assert "E-mail a code" in words
    assert "Authenticator app" not in words


def test_the_whole_set_up_ends_with_the_code_typed_back(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, carol)
    page = client.get(client.get("/devices/link/")["Location"])["Location"]
    ask(client, mailbox(carol), page)
    type_code(client, code_to(carol.address), page)
    page = client.post("/devices/link/", {"name": "Pixel 8"})["Location"]
    phone = carol.user.phones.get()
    client.post(page, {"code": phone.authenticators.get().code_at(0)})
    assert level_of(client) < Strength.TWO_STEP
    client.post(page, {"code": _now_code(carol)})
    assert level_of(client) == Strength.TWO_STEP
    client.post("/security/recovery-codes/new/")
    words = seen(client.get("/security/recovery-codes/"))
    assert "Done, turn on two-step verification" in words
    code = client.get("/security/recovery-codes/download/").content.decode().split()[-1]
    assert client.post("/security/recovery-codes/", {"code": code})["Location"] == "/security/"
    assert carol.reload().has_two_step
    client.post("/sign-out/")
    clock.shift(60)
    assert sign_in(client, carol)["Location"] == "/security/"


def _now_code(person: Person) -> str:
    return person.user.phones.get().authenticators.get().code_at(step_now())
