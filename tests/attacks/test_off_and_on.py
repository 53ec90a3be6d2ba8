"""Two-step verification switched off and on again: nothing of before counts once more."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication import two_step
from accounts.authentication.proofs import Strength
from accounts.holds import bindings
from accounts.models import SentCode, User
from core.web.http import RequestOrigin
from devices.backups.ledger import subject_of
from devices.models import LinkRequest, RestoreGrant, Session
from tests.accounts.helpers import (
    ask,
    is_in,
    level_of,
    mailbox,
    mails_to,
    recover,
    seen,
    type_code,
    type_password,
)
from tests.attacks.test_thief_and_owner import (
    link_in_mail_to,
    link_phone,
    prove_mailbox,
    turn_two_step_on,
)
from tests.links import open_link, press_not_me
from tests.people import Person, code_of, enter, give_passkey
from tests.phones import give_app, grant

HERE = RequestOrigin("192.0.2.7", "")
OFF = "/security/two-step/off/"
RESET = re.compile(r"/password/reset/link/#\S+")
Browsers = Callable[..., Client]


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def switch_on(client: Client, person: Person) -> None:
    """Save codes, and switch it on with what the account has."""
    client.post("/security/recovery-codes/new/")
    page = client.get("/security/recovery-codes/").content.decode()
    code = page.split("data-recovery-code>")[1].partition("<")[0]
    client.post("/security/recovery-codes/", {"code": code})
    session = Session.objects.of(person.user).alive().latest("pk")
    two_step.turn_on(person.user, origin=Origin(HERE, str(session.public_id)))


def off_and_on(client: Client, person: Person) -> None:
    """Switch it off through the page, and on again at once."""
    enter(client, person, Strength.TWO_STEP)
    assert client.post(OFF)["Location"] == "/security/two-step/"
    assert not person.reload().has_two_step
    User.objects.filter(pk=person.user.pk).update(two_step_since=timezone.now())
    person.reload()


def test_leave_to_open_the_backup_ends_also_that_of_the_session_itself(
    client: Client, alice: Person
) -> None:
    app = give_app(alice, client, phone=alice.phone)
    enter(client, alice, Strength.TWO_STEP)
    leave = grant(app, session=client.session.get("public_id", ""))
    off_and_on(client, alice)
    assert not RestoreGrant.objects.pending().filter(pk=leave.pk).exists()


def test_codes_that_link_a_phone_end(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post("/devices/app/")
    off_and_on(client, alice)
    assert not LinkRequest.objects.live().filter(user=alice.user).exists()


def test_trust_ends(client: Client, alice: Person) -> None:
    off_and_on(client, alice)
    assert not alice.user.trusted_browsers.exists()


def test_a_sign_in_that_was_under_way_begins_again(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    other = new_client()
    type_password(other, alice)
    ask(other, mailbox(alice), "/sign-in/email/")
    clock.shift(2)
    off_and_on(client, alice)
    assert not SentCode.objects.live().filter(user=alice.user, purpose="sign-in").exists()
    type_code(other, alice.fresh_code(), "/sign-in/authenticator/")
    assert not is_in(other)


def test_what_another_session_added_and_is_held_goes(new_client: Browsers, alice: Person) -> None:
    thief = new_client()
    recover(thief, alice)
    phone = link_phone(thief)
    assert phone.authenticators.get().is_held
    two_step.turn_off(alice.user, origin=Origin(HERE, ""))
    assert not alice.user.phones.filter(pk=phone.pk).exists()
    assert alice.user.phones.linked().count() == 1


# --- What was added while it was off ------------------------------------------------------------


def test_a_phone_that_a_thief_linked_before_is_no_second_proof_beside_the_password(
    carol: Person, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    thief, owner, again, home = new_client(), new_client(), new_client(), new_client()
    type_password(thief, carol)
    prove_mailbox(thief, carol)
    added = link_phone(thief)
    clock.shift(settings.SENT_CODE_PAUSE)
    type_password(owner, carol)
    prove_mailbox(owner, carol)
    own = turn_two_step_on(owner)
    assert carol.reload().has_two_step
    assert not own.authenticators.get().is_held
    assert added.authenticators.get().is_held
    clock.shift(60)
    type_password(again, carol)
    type_code(again, code_of(added.authenticators.get()), "/sign-in/authenticator/")
    assert level_of(again) == Strength.RECOVERED
    clock.shift(60)
    type_password(home, carol)
    type_code(home, code_of(own.authenticators.get()), "/sign-in/authenticator/")
    assert level_of(home) == Strength.TWO_STEP
    assert "Thief" in seen(home.get("/security/added/"))
    row = carol.user.bindings.asked().get()
    home.post("/security/added/", {"remove": str(row.public_id)})
    assert [phone.pk for phone in carol.user.phones.linked()] == [own.pk]


def test_a_passkey_and_an_app_of_before_are_held_too(
    carol: Person, client: Client, new_client: Browsers
) -> None:
    until = timezone.now() + settings.RECOVERY_HOLD
    ground = bindings.Ground("thief", Strength.RECOVERED, ("email",), None, until)
    give_passkey(carol)
    app = give_app(carol, client)
    key = carol.user.passkeys.get()
    for kind, subject in (("passkey", key.factor), ("app", subject_of(app.installation))):
        bindings.note(carol.user, kind, subject, ground=ground, name="x")
    owner = new_client()
    type_password(owner, carol)
    prove_mailbox(owner, carol)
    turn_two_step_on(owner)
    assert carol.user.passkeys.get().is_held
    assert app.reload().is_held
    assert {row.kind for row in carol.user.bindings.asked()} == {"passkey", "app"}


def test_where_nothing_else_is_strong_the_own_phone_of_yesterday_counts(
    carol: Person, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    yesterday, today = new_client(), new_client()
    type_password(yesterday, carol)
    prove_mailbox(yesterday, carol)
    phone = link_phone(yesterday, "Mine")
    clock.shift(timedelta(days=1))
    type_password(today, carol)
    prove_mailbox(today, carol)
    switch_on(today, carol)
    assert carol.reload().has_two_step
    assert not phone.authenticators.get().is_held
    assert not carol.user.has_held


def test_a_thief_s_switch_costs_the_owner_no_phone_once_it_is_taken_back(
    carol: Person, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    """The owner follows the notice to its end: the button, then a new password."""
    owner, thief, reader, again = new_client(), new_client(), new_client(), new_client()
    type_password(owner, carol)
    prove_mailbox(owner, carol)
    own = link_phone(owner, "Mine")
    clock.shift(timedelta(days=1))
    type_password(thief, carol)
    prove_mailbox(thief, carol)
    turn_two_step_on(thief)
    assert carol.reload().has_two_step
    assert own.authenticators.get().is_held
    press_not_me(reader, link_in_mail_to(carol.address, "Two-step verification is now on"))
    assert not carol.reload().has_two_step
    assert [phone.pk for phone in carol.user.phones.linked()] == [own.pk]
    assert not own.authenticators.get().is_held
    assert not carol.user.bindings.held().exists()
    link = RESET.findall(mails_to(carol.address)[-1])[0]
    open_link(reader, link)
    carol.password = "seven quiet owls reading by night"
    reader.post("/password/reset/new/", {"new_password": carol.password})
    assert [phone.pk for phone in carol.user.phones.linked()] == [own.pk]
    clock.shift(settings.SENT_CODE_PAUSE)
    type_password(again, carol)
    prove_mailbox(again, carol)
    switch_on(again, carol)
    assert carol.reload().has_two_step
    assert not own.authenticators.get().is_held
