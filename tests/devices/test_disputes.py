"""The phone that was called lost takes itself back; then nobody wins by being last."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication import two_step
from accounts.authentication.factors.sent_code_methods import EmailCodeMethod
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts import changes
from accounts.holds import disputes
from accounts.models import EmailAddress, User
from accounts.readiness import declined_methods
from core.outbox.models import Message
from core.web.http import RequestOrigin
from devices import housekeeping, staff_acts
from devices.models import Authenticator, Phone, Session
from devices.phones import contest, linked_phones, suspension
from tests.devices.test_sealed_phones import by, row_of
from tests.links import open_link, press_not_me
from tests.people import (
    Person,
    code_of,
    enter,
    give_codes,
    give_number,
    give_passkey,
    give_phone,
    lose,
    proved,
)

VISITOR = RequestOrigin("192.0.2.7", "")
DOOR = "/sign-in/take-back/"


def own(person: Person) -> Authenticator:
    """The authenticator on the phone that is called lost and taken back."""
    return Authenticator.objects.get(user=person.user, phone__name="Pixel 8")


def type_password(client: Client, person: Person) -> Any:
    form = {"email": person.address, "password": person.password}
    return client.post("/sign-in/", form, follow=True)


def take_back(client: Client, person: Person) -> Any:
    type_password(client, person)
    return client.post(DOOR, {"code": code_of(own(person))})


@pytest.fixture
def called_lost(client: Client, alice: Person, clock: time_machine.Traveller) -> Person:
    """Alice, whose phone somebody called lost with her password and a code by mail."""
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    clock.shift(timedelta(minutes=5))
    return alice


@pytest.fixture
def disputed(called_lost: Person, new_client: Callable[[], Client]) -> Person:
    """Alice, who took that phone back."""
    assert take_back(new_client(), called_lost)["Location"] == "/devices/dispute/"
    return called_lost


def test_the_sign_in_says_what_happened_and_offers_to_take_it_back(
    new_client: Callable[[], Client], called_lost: Person
) -> None:
    owner = new_client()
    page = type_password(owner, called_lost).content.decode()
    assert "was reported lost" in page
    assert f'href="{DOOR}"' in page
    door = owner.get(DOOR).content.decode()
    assert "You can take it back until:" in door
    assert "puts your account in dispute" in door
    assert row_of(called_lost).sealed_until is not None


def test_nothing_is_said_before_the_password(
    new_client: Callable[[], Client], called_lost: Person
) -> None:
    assert new_client().get(DOOR)["Location"] == "/sign-in/"
    assert "reported lost" not in new_client().get("/sign-in/").content.decode()


def test_its_own_code_on_the_page_of_another_phone_says_what_happened(
    new_client: Callable[[], Client], called_lost: Person
) -> None:
    give_phone(called_lost, "Tablet")
    owner = new_client()
    type_password(owner, called_lost)
    page = owner.post("/sign-in/authenticator/", {"code": code_of(own(called_lost))})
    text = page.content.decode()
    assert "This code is from Pixel 8, which is no longer in use here." in text
    assert f'href="{DOOR}"' in text
    assert not called_lost.reload().is_disputed


def test_the_owner_is_in_and_the_account_in_dispute(
    client: Client, new_client: Callable[[], Client], called_lost: Person
) -> None:
    owner = new_client()
    answer = take_back(owner, called_lost)
    assert answer["Location"] == "/devices/dispute/"
    page = owner.get(answer["Location"]).content.decode()
    assert "Your account is in dispute" in page
    assert called_lost.reload().is_disputed
    phone = row_of(called_lost)
    assert phone.is_linked
    assert phone.contested_until == called_lost.user.disputed_until
    assert client.get("/devices/")["Location"].startswith("/sign-in/")
    assert Session.objects.of(called_lost.user).count() == 1
    assert called_lost.kinds() == ["phone:unlinked", "dispute:begun", "sign_in:held"]


def test_every_confirmed_address_is_told(disputed: Person) -> None:
    rows = Message.objects.filter(kind="dispute:begun").values_list("recipient", flat=True)
    assert set(rows) == {row.address for row in disputed.user.email_addresses.verified()}
    told = [each for each in mail.outbox if "in dispute" in each.subject]
    assert told
    for each in told:
        assert "taken back with your password" in " ".join(str(each.body).split())
        assert "/password/reset/" in str(each.body)


def test_a_code_takes_it_back_once(new_client: Callable[[], Client], called_lost: Person) -> None:
    code = code_of(own(called_lost))
    first, second = new_client(), new_client()
    type_password(first, called_lost)
    type_password(second, called_lost)
    assert first.post(DOOR, {"code": code}).status_code == 302
    assert second.post(DOOR, {"code": code})["Location"] == "/sign-in/another-way/"
    thief = new_client()
    type_password(thief, called_lost)
    refused = thief.post("/sign-in/authenticator/", {"code": code})
    assert "wrong, already used" in refused.content.decode()
    assert called_lost.kinds().count("dispute:begun") == 1


def test_a_code_that_it_showed_before_does_not(
    client: Client,
    new_client: Callable[[], Client],
    alice: Person,
    clock: time_machine.Traveller,
) -> None:
    noted = alice.code()
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    owner = new_client()
    type_password(owner, alice)
    assert "wrong, already used" in owner.post(DOOR, {"code": noted}).content.decode()
    assert not alice.reload().is_disputed


def test_wrong_codes_are_counted_with_those_of_the_app(
    new_client: Callable[[], Client], called_lost: Person
) -> None:
    give_phone(called_lost, "Tablet")
    thief = new_client()
    type_password(thief, called_lost)
    answers = [
        thief.post(url, {"code": "000000"}).status_code
        for url in (DOOR, "/sign-in/authenticator/") * 3
    ]
    assert answers[-1] == 429
    assert called_lost.kinds().count("sign_in:code_failed") == settings.FAILURES_BEFORE_WAIT


def test_taking_back_gives_no_tries_back(
    new_client: Callable[[], Client], called_lost: Person, clock: time_machine.Traveller
) -> None:
    thief, owner = new_client(), new_client()
    type_password(thief, called_lost)
    for _each in range(4):
        thief.post(DOOR, {"code": "000000"})
    take_back(owner, called_lost)
    thief = new_client()
    type_password(thief, called_lost)
    assert thief.post("/sign-in/authenticator/", {"code": "000000"}).status_code == 429


def test_after_the_hold_it_is_too_late(
    new_client: Callable[[], Client], called_lost: Person, clock: time_machine.Traveller
) -> None:
    clock.shift(settings.RECOVERY_HOLD)
    owner = new_client()
    assert "was reported lost" not in type_password(owner, called_lost).content.decode()
    assert owner.post(DOOR, {"code": code_of(own(called_lost))})["Location"].startswith("/sign-in/")
    assert not called_lost.reload().is_disputed


def test_a_phone_that_a_recovered_session_suspended_takes_itself_back(
    client: Client,
    new_client: Callable[[], Client],
    alice: Person,
    clock: time_machine.Traveller,
) -> None:
    enter(client, alice, Strength.RECOVERED)
    page = client.get(f"/devices/{alice.phone.public_id}/suspend/").content.decode()
    assert "someone with your password and a code from the phone can take it back" in page
    client.post(f"/devices/{alice.phone.public_id}/suspend/")
    clock.shift(timedelta(minutes=5))
    assert take_back(new_client(), alice)["Location"] == "/devices/dispute/"
    assert not row_of(alice).is_suspended
    assert alice.reload().is_disputed


def test_one_that_another_device_suspended_does_not(
    client: Client,
    new_client: Callable[[], Client],
    alice: Person,
    clock: time_machine.Traveller,
) -> None:
    tablet = give_phone(alice, "Tablet")
    enter(client, alice, by(alice, tablet))
    client.post(f"/devices/{alice.phone.public_id}/suspend/")
    owner = enter(new_client(), alice, Strength.RECOVERED)
    lose(owner, alice)
    clock.shift(timedelta(minutes=5))
    assert take_back(new_client(), alice)["Location"] == "/sign-in/another-way/"
    assert not alice.reload().is_disputed


def test_while_it_is_disputed_the_phone_proves_no_more_than_a_recovery(
    new_client: Callable[[], Client], disputed: Person, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=1))
    owner = new_client()
    type_password(owner, disputed)
    owner.post("/sign-in/authenticator/", {"code": code_of(own(disputed))})
    assert owner.get("/security/two-step/off/")["Location"].startswith("/confirm/")
    assert own(disputed).is_held


def newest_address(person: Person) -> EmailAddress:
    return person.user.email_addresses.latest("pk")


ACTS: dict[str, Callable[[Person], Any]] = {
    "two-step off": lambda p: two_step.turn_off(p.user, origin=Origin(VISITOR, "")),
    "codes": give_codes,
    "address added": lambda p: changes.add_address(p.user, "new@example.org"),
    "number added": lambda p: changes.add_number(p.user, "+31612345678"),
    "contact removed": lambda p: changes.remove(
        p.user, newest_address(p), origin=Origin(VISITOR, "")
    ),
    "primary": lambda p: changes.make_primary(
        p.user, newest_address(p), origin=Origin(VISITOR, "")
    ),
    "declined": lambda p: declined_methods.decline(
        user=p.user, step=EmailCodeMethod(), origin=Origin(VISITOR, "")
    ),
    "phone linked": lambda p: linked_phones.link(user=p.user, name="More"),
    "phone suspended": lambda p: suspension.suspend(phone=row_of(p), origin=Origin(VISITOR)),
    "phone unlinked": lambda p: linked_phones.unlink(
        phone=row_of(p), origin=Origin(VISITOR), lost=True
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_all_weakening_and_adding_stops(disputed: Person, act: str) -> None:
    before = User.objects.values().get(pk=disputed.user.pk)
    with pytest.raises(disputes.InDispute):
        ACTS[act](disputed)
    assert User.objects.values().get(pk=disputed.user.pk) == before


@pytest.mark.parametrize("act", ACTS)
def test_the_same_acts_go_on_without_a_dispute(alice: Person, act: str) -> None:
    if act == "declined":
        give_number(alice)
    if act in ("contact removed", "primary"):
        alice.user.email_addresses.create(address="b@example.org", verified_at=timezone.now())
    ACTS[act](alice)


def test_an_act_on_a_page_says_why_it_was_not_done(client: Client, disputed: Person) -> None:
    enter(client, disputed, Strength.RECOVERED)
    answer = client.post("/devices/link/", {"name": "Mine"})
    assert answer.status_code == 409
    assert "in dispute" in answer.content.decode()
    answer = lose(client, disputed)
    assert answer.status_code == 409
    assert row_of(disputed).is_linked
    form = {"password": disputed.password, "new_password": "another horse battery staple"}
    assert client.post("/security/password/", form).status_code == 409
    assert disputed.reload().check_password(disputed.password)


def test_it_is_said_on_the_overview_at_the_sign_in_and_in_the_activity(
    client: Client, new_client: Callable[[], Client], disputed: Person
) -> None:
    assert "is in dispute" in type_password(new_client(), disputed).content.decode()
    enter(client, disputed, Strength.RECOVERED)
    for url in ("/security/", "/devices/", "/security/activity/"):
        assert "in dispute" in client.get(url).content.decode()


def test_a_dispute_that_runs_is_not_made_longer(
    disputed: Person, clock: time_machine.Traveller
) -> None:
    until = disputed.reload().disputed_until
    clock.shift(timedelta(hours=2))
    assert disputes.begin(disputed.user, since=timezone.now(), origin=Origin(VISITOR)) == until
    assert disputed.reload().disputed_until == until


def test_an_older_passkey_decides_that_the_phone_stays(
    client: Client,
    alice: Person,
    new_client: Callable[[], Client],
    clock: time_machine.Traveller,
) -> None:
    give_passkey(alice)
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    clock.shift(timedelta(minutes=5))
    other = new_client()
    take_back(other, alice)
    owner = enter(new_client(), alice, by_passkey(alice))
    assert "Yes, keep the phone" in owner.get("/devices/dispute/").content.decode()
    assert owner.post("/devices/dispute/", {"keep": "1"})["Location"] == "/devices/"
    assert not alice.reload().is_disputed
    assert not own(alice).is_held
    assert other.get("/devices/")["Location"].startswith("/sign-in/")
    assert alice.kinds()[-1] == "dispute:decided"


def by_passkey(person: Person) -> list[Proof]:
    proof = Proof.now("passkey", Strength.TWO_STEP, person.user.passkeys.get().factor)
    return [*proved(person, Strength.PASSWORD), proof]


def test_an_older_phone_decides_that_it_goes(
    client: Client,
    alice: Person,
    new_client: Callable[[], Client],
    clock: time_machine.Traveller,
) -> None:
    tablet = give_phone(alice, "Tablet")
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    clock.shift(timedelta(minutes=5))
    take_back(new_client(), alice)
    owner = enter(new_client(), alice, by(alice, tablet))
    owner.post("/devices/dispute/", {"unlink": "1"})
    assert [row.name for row in alice.user.phones.all()] == ["Tablet"]
    assert not alice.reload().is_disputed


def test_nothing_younger_decides_not_even_once_its_hold_has_ended(
    client: Client,
    alice: Person,
    new_client: Callable[[], Client],
    clock: time_machine.Traveller,
) -> None:
    until = timezone.now() + settings.RECOVERY_HOLD
    held = give_phone(alice, "Thief's", trusted_from=until)
    enter(client, alice, Strength.RECOVERED)
    client.post("/devices/lost/", {"phone": row_of(alice).public_id})
    clock.shift(settings.RECOVERY_HOLD - timedelta(hours=1))
    take_back(new_client(), alice)
    clock.shift(timedelta(hours=2))
    held.refresh_from_db()
    assert not held.is_held
    thief = enter(new_client(), alice, by(alice, held))
    answer = thief.post("/devices/dispute/", {"unlink": "1"})
    assert answer["Location"].startswith("/confirm/")
    with pytest.raises(contest.NotOlder):
        contest.decide(
            user=alice.user, keeps=False, proofs=by(alice, held), origin=Origin(VISITOR, "")
        )
    assert alice.reload().is_disputed


def test_neither_the_phone_itself_nor_the_recovered_session_decides(
    client: Client, disputed: Person
) -> None:
    for proofs in (by(disputed, own(disputed)), proved(disputed, Strength.RECOVERED)):
        with pytest.raises(contest.NotOlder):
            contest.decide(
                user=disputed.user, keeps=True, proofs=proofs, origin=Origin(VISITOR, "")
            )


def test_time_decides_for_what_was_before_the_report(
    new_client: Callable[[], Client], disputed: Person, clock: time_machine.Traveller
) -> None:
    clock.shift(settings.RECOVERY_HOLD + timedelta(seconds=1))
    assert not disputed.reload().is_disputed
    assert not own(disputed).is_held
    housekeeping.run()
    assert row_of(disputed).is_linked
    assert disputed.kinds()[-1] == "dispute:ended"
    assert disputed.reload().disputed_until is None
    housekeeping.run()
    assert disputed.kinds().count("dispute:ended") == 1


def test_nothing_is_erased_while_it_is_disputed(
    client: Client,
    alice: Person,
    new_client: Callable[[], Client],
    clock: time_machine.Traveller,
) -> None:
    give_phone(alice, "Tablet")
    enter(client, alice, Strength.RECOVERED)
    every = {"phone": [row.public_id for row in alice.user.phones.linked()]}
    client.post("/devices/lost/", every)
    clock.shift(settings.RECOVERY_HOLD - timedelta(hours=1))
    take_back(new_client(), alice)
    clock.shift(timedelta(hours=2))
    housekeeping.run()
    assert Phone.objects.filter(name="Tablet").exists()
    clock.shift(settings.RECOVERY_HOLD)
    housekeeping.run()
    assert not Phone.objects.filter(name="Tablet").exists()
    assert row_of(alice).is_linked


def test_called_lost_again_after_it_was_decided_it_is_disputed_again(
    client: Client,
    alice: Person,
    new_client: Callable[[], Client],
    clock: time_machine.Traveller,
) -> None:
    tablet = give_phone(alice, "Tablet")
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    suspension.take_back(phone=row_of(alice), proofs=by(alice, tablet), origin=Origin(VISITOR))
    clock.shift(timedelta(hours=1))
    thief = enter(new_client(), alice, Strength.RECOVERED)
    assert lose(thief, alice)["Location"] == "/sign-in/"
    assert row_of(alice).is_linked
    assert alice.reload().is_disputed
    assert own(alice).is_held
    assert not Session.objects.of(alice.user).exists()


def test_staff_decide_with_a_reason(disputed: Person, sue: Person) -> None:
    done = staff_acts.decide_dispute(
        actor=sue.user, user=disputed.user, keeps=True, reason="She came to the desk."
    )
    assert done
    assert not disputed.reload().is_disputed
    assert not own(disputed).is_held
    event = disputed.user.events.latest("pk")
    assert event.kind == "dispute:decided_by_staff"
    assert event.details["reason"] == "She came to the desk."
    again = staff_acts.decide_dispute(
        actor=sue.user, user=disputed.user, keeps=False, reason="Again."
    )
    assert not again
    assert row_of(disputed).is_linked


def press_of(person: Person, subject: str) -> str:
    """The link that the newest mail of this subject offers to whoever it was not."""
    found = [each for each in mail.outbox if subject in each.subject]
    words = str(found[-1].body).split()
    return next(word for word in words if "/report/" in word).partition("testserver")[2]


@pytest.mark.parametrize("act", ["lost", "suspend"])
def test_the_press_in_the_notice_gives_the_phone_back_and_puts_the_thief_out(
    client: Client,
    new_client: Callable[[], Client],
    alice: Person,
    clock: time_machine.Traveller,
    act: str,
) -> None:
    enter(client, alice, Strength.RECOVERED)
    if act == "lost":
        lose(client, alice)
    else:
        client.post(f"/devices/{alice.phone.public_id}/suspend/")
    anybody = new_client()
    url = press_of(alice, "unlinked" if act == "lost" else "suspended")
    assert open_link(anybody, url).status_code == 200
    assert not alice.reload().is_disputed
    assert press_not_me(anybody, url).status_code == 200
    assert row_of(alice).is_linked
    assert not row_of(alice).is_suspended
    assert own(alice).is_held
    assert alice.reload().is_disputed
    assert client.get("/devices/")["Location"].startswith("/sign-in/")
    assert press_not_me(anybody, url).status_code == 400
    assert alice.kinds().count("dispute:begun") == 1


def test_the_press_does_nothing_for_a_phone_that_is_erased(
    client: Client,
    new_client: Callable[[], Client],
    alice: Person,
    clock: time_machine.Traveller,
) -> None:
    enter(client, alice, Strength.RECOVERED)
    lose(client, alice)
    clock.shift(settings.RECOVERY_HOLD + timedelta(seconds=1))
    housekeeping.run()
    new_client().post(press_of(alice, "unlinked"))
    assert not Phone.objects.filter(user=alice.user).exists()
    assert not alice.reload().is_disputed


def test_to_unlink_the_last_strong_method_takes_two_members_of_staff(
    disputed: Person, sue: Person, root: Person
) -> None:
    about: dict[str, Any] = {"user": disputed.user, "keeps": False, "reason": "She came here."}
    assert staff_acts.decide_dispute(actor=sue.user, **about) is None
    assert staff_acts.decide_dispute(actor=sue.user, **about) is None
    assert disputed.reload().is_disputed
    assert staff_acts.decide_dispute(actor=root.user, **about) is True
    assert not disputed.reload().is_disputed
    assert not disputed.user.phones.exists()
