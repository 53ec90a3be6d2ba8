"""Step-up: every sensitive act asks for a fresh proof, at the act and not only at its page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.authentication.proofs import Proof, Strength, proofs_in
from accounts.models import RecoveryCodeSet, SentCode
from core.limits.counters import Budget
from tests.accounts.helpers import (
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
from tests.people import PASSWORD, Person, enter, give_passkey

LONG_AGO = settings.STEP_UP_AGE + timedelta(seconds=1)
NEW_PASSWORD = "another horse battery staple"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


@dataclass(frozen=True)
class Act:
    """Something sensitive: what it asks for, and where its form is."""

    name: str
    wanted: str
    data: dict[str, str] = field(default_factory=dict)
    form: str = ""
    on: str = ""

    def url(self, person: Person) -> str:
        second = person.user.email_addresses.order_by("pk").last()
        ids: dict[str, object] = {"contact": second and second.public_id, "step": "email"}
        ids["phone"] = person.phone.public_id
        return reverse(self.name, args=[ids[self.on]] if self.on else [])


ACTS = [
    Act("accounts:two_step_off", "two-step"),
    Act("accounts:add_address", "two-step", {"address": "third@latchkey.example"}),
    Act("accounts:add_number", "two-step", {"number": "+31612345678"}),
    Act("accounts:remove_contact", "two-step", on="contact"),
    Act("accounts:make_primary", "two-step", form="accounts:contact", on="contact"),
    Act("accounts:decline_step", "two-step", form="accounts:two_step", on="step"),
    Act("accounts:recovery_codes_new", "recovered", form="accounts:recovery_codes"),
    Act(
        "accounts:change_password",
        "recovered",
        {"password": PASSWORD, "new_password": NEW_PASSWORD},
    ),
    Act("devices:link_phone", "recovered", {"name": "New phone"}),
    Act("devices:unlink_phone", "two-step", on="phone"),
    Act("devices:suspend_phone", "recovered", on="phone"),
    Act("devices:new_phone", "recovered", {"name": "New phone"}),
    Act("devices:end_other_sessions", "recovered"),
]
STRONG = [act for act in ACTS if act.wanted == "two-step"]
every_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.name}-{act.wanted}")
strong_act = pytest.mark.parametrize("act", STRONG, ids=lambda act: act.name)


def state(person: Person) -> object:
    """Everything that an act could have changed."""
    user = person.reload()
    contacts = [str(row) for row in (*user.email_addresses.all(), *user.phone_numbers.all())]
    sets = RecoveryCodeSet.objects.filter(user=user).count()
    return (
        *(user.password, user.email, user.two_step_since, contacts, sets),
        *(user.phones.count(), user.sessions.count(), person.kinds(), len(mail.outbox)),
    )


def asked(answer: Any) -> tuple[str, str]:
    """What the step-up is asked for, and where it leads back."""
    parts = urlsplit(answer["Location"])
    assert parts.path == "/confirm/"
    query = parse_qs(parts.query)
    return query["for"][0], query["next"][0]


@every_act
def test_a_stale_post_changes_nothing_and_goes_back_to_its_form(
    client: Client, alice: Person, clock: time_machine.Traveller, act: Act
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(LONG_AGO)
    before = state(alice)
    answer = client.post(act.url(alice), act.data)
    form = reverse(act.form) if act.form else act.url(alice)
    assert asked(answer) == (act.wanted, form)
    assert state(alice) == before
    assert not set(act.data) & set(client.session.keys())


@every_act
def test_a_fresh_strong_proof_does_it(client: Client, alice: Person, act: Act) -> None:
    give_passkey(alice)  # or the phone could not go
    enter(client, alice, Strength.TWO_STEP)
    before = state(alice)
    answer = client.post(act.url(alice), act.data)
    assert not answer.get("Location", "").startswith("/confirm/")
    assert answer.status_code == 302
    assert act.name == "devices:end_other_sessions" or state(alice) != before


@strong_act
def test_a_recovered_session_is_asked_for_more(client: Client, alice: Person, act: Act) -> None:
    enter(client, alice, Strength.RECOVERED)
    before = state(alice)
    assert asked(client.post(act.url(alice), act.data))[0] == "two-step"
    assert state(alice) == before


@every_act
def test_a_password_is_no_proof_with_two_step_on(
    client: Client, alice: Person, act: Act, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(LONG_AGO)
    client.post("/confirm/?for=password", {"password": PASSWORD})
    assert asked(client.post(act.url(alice), act.data))[0] == act.wanted


# A change of a contact asks for a code to an older mailbox as well: see tests/attacks.
WITHOUT = [
    act
    for act in ACTS
    if act.name not in ("accounts:change_password", "accounts:add_address", "accounts:add_number")
    and not act.on
]


@pytest.mark.parametrize("act", WITHOUT, ids=lambda act: act.name)
def test_without_two_step_the_password_is_asked_again(
    client: Client, carol: Person, clock: time_machine.Traveller, act: Act
) -> None:
    enter(client, carol, Strength.PASSWORD)
    clock.shift(LONG_AGO)
    answer = client.post(reverse(act.name), act.data)
    assert asked(answer)[0] == act.wanted
    page = client.get(answer["Location"])
    assert "Type your password again." in seen(page)
    answer = client.post(answer["Location"], {"password": PASSWORD})
    target = reverse("accounts:once_more") if act.form else reverse(act.name)
    assert answer["Location"].partition("?")[0] == target
    answer = client.post(reverse(act.name), act.data)
    assert not answer.get("Location", "").startswith("/confirm/?next=%2Fsecurity")


def test_the_proof_of_one_browser_is_not_that_of_another(
    client: Client,
    new_client: Callable[..., Client],
    alice: Person,
    clock: time_machine.Traveller,
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(LONG_AGO)
    enter(new_client(), alice, Strength.TWO_STEP)
    assert asked(client.post("/security/two-step/off/"))[0] == "two-step"


# --- The page itself --------------------------------------------------------------------------


def test_confirming_leads_on_with_a_new_session_id(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    old = cookie_of(client)
    clock.shift(LONG_AGO)
    page = client.get(client.get("/security/two-step/off/")["Location"])["Location"]
    assert page.startswith("/confirm/authenticator/?")
    answer = type_code(client, alice.fresh_code(), page)
    assert answer["Location"] == "/security/two-step/off/"
    assert is_dead(old)
    assert client.get("/security/two-step/off/").status_code == 200
    assert alice.kinds() == ["step_up:passed"]


def test_a_weak_way_is_not_offered_for_a_strong_act(client: Client, alice: Person) -> None:
    recover(client, alice)
    page = client.get(client.get("/security/two-step/off/")["Location"])["Location"]
    assert page.startswith("/confirm/authenticator/")
    assert "Confirm in another way" not in seen(client.get(page))
    words = seen(client.get("/confirm/another-way/?for=two-step")).partition("Choose one")[2]
    assert "Authenticator app" in words
    assert "E-mail a code" not in words
    assert "Recovery code" not in words


@pytest.mark.parametrize("slug", ["email", "sms", "recovery-code"])
def test_a_weak_way_is_refused_for_a_strong_act_and_sends_nothing(
    client: Client, alice: Person, slug: str
) -> None:
    enter(client, alice, Strength.RECOVERED)
    before = proofs_in(client.session)
    page = f"/confirm/{slug}/?for=two-step"
    assert client.get(page)["Location"].startswith("/confirm/another-way/?")
    client.post(page, {"send": str(mailbox(alice).public_id)})
    client.post(page, {"code": alice.codes[0]})
    assert not SentCode.objects.exists()
    assert proofs_in(client.session) == before
    assert alice.kinds() == []


def test_every_way_is_offered_for_an_act_of_a_recovered_session(
    client: Client, alice: Person
) -> None:
    enter(client, alice, Strength.RECOVERED)
    words = seen(client.get("/confirm/another-way/?for=recovered"))
    assert "Authenticator app" in words
    assert "E-mail a code" in words


def test_a_code_asked_for_one_purpose_confirms_no_other(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    ask(client, mailbox(alice), "/confirm/email/?for=recovered")
    type_code(client, code_to(alice.address), "/confirm/email/?for=mailbox")
    assert alice.kinds() == ["step_up:failed"]
    type_code(client, code_to(alice.address), "/confirm/email/?for=recovered")
    assert alice.kinds()[-1] == "step_up:passed"


def test_an_unknown_step_is_not_found(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/confirm/totp/").status_code == 404
    assert client.get("/confirm/email/fate/").status_code == 404


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_confirming_leads_nowhere_else(client: Client, carol: Person, wanted: str) -> None:
    enter(client, carol, Strength.PASSWORD)
    answer = client.post("/confirm/", {"password": PASSWORD, "next": wanted})
    assert answer["Location"] == "/security/"


def test_an_invented_purpose_is_no_lower_bar(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/confirm/?for=nothing-at-all").status_code == 302
    client.post("/confirm/?for=nothing", {"password": PASSWORD})
    assert [proof.method for proof in proofs_in(client.session)] == ["password", "authenticator"]


def test_a_wrong_password_is_told_noted_and_limited(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    enter(client, carol, Strength.PASSWORD)
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        answer = client.post("/confirm/", {"password": "not it at all"})
        assert "This is not your password." in seen(answer)
    assert client.post("/confirm/", {"password": PASSWORD}).status_code == 429
    assert carol.kinds() == ["step_up:failed"] * settings.FAILURES_BEFORE_WAIT
    clock.shift(settings.FAILURE_WAIT)
    assert client.post("/confirm/", {"password": PASSWORD}).status_code == 302


def test_many_wrong_passwords_tell_the_owner(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    for _each in range(settings.FAILURES_BEFORE_NOTICE):
        enter(client, carol, Strength.PASSWORD)
        client.post("/confirm/", {"password": "not it at all"})
        clock.shift(settings.FAILURE_WAIT_MOST)
    assert carol.kinds().count("sign_in:many_failures") == 1
    assert told("wrong passwords") == {carol.address}


def test_a_password_beyond_a_kibibyte_is_refused_without_a_try(
    client: Client, carol: Person
) -> None:
    enter(client, carol, Strength.PASSWORD)
    answer = client.post("/confirm/", {"password": "x" * (settings.PASSWORD_MAX_BYTES + 1)})
    assert "This is not your password." in seen(answer)
    assert Budget(f"person:{carol.user.pk}", "password").failures == 0


def test_a_session_that_proved_too_little_for_its_account_ends(
    client: Client, carol: Person
) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert is_in(client)
    carol.user.turn_two_step_on()
    assert not is_in(client)
    assert level_of(client) == Strength.NOTHING


@pytest.mark.parametrize("proofs", [[], [Proof("password", Strength.PASSWORD, 4e9)]])
def test_proofs_of_the_future_are_not_fresh(
    client: Client, carol: Person, proofs: list[Proof]
) -> None:
    enter(client, carol, proofs)
    assert asked(client.get("/security/contact/addresses/add/"))[0] == "two-step"


def test_signing_in_is_a_fresh_proof(client: Client, carol: Person) -> None:
    type_password(client, carol)
    client.post("/security/recovery-codes/new/")
    assert carol.user.recovery_code_sets.exists()
