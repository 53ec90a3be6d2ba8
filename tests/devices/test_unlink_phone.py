"""Letting a phone go: said before, done at once, told line by line."""

from typing import Any

import pytest
from django.test import Client

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength, proofs_in
from accounts.models import SecurityEvent
from core.web.http import RequestOrigin
from devices.models import Phone, Session
from devices.phones import linked_phones
from devices.phones.consequences import consequences
from tests.accounts.helpers import seen
from tests.people import Person, enter, give_passkey, give_phone, proved

VISITOR = RequestOrigin("192.0.2.7", "")
pytestmark = pytest.mark.usefixtures("clock")


def unlink_url(person: Person) -> str:
    return f"/devices/{person.phone.public_id}/unlink/"


def report(client: Client, person: Person, event: SecurityEvent) -> str:
    """The words of the page that says what an unlinking did."""
    enter(client, person, Strength.RECOVERED)
    return seen(client.get(f"/devices/unlinked/{event.public_id}/"))


def both(person: Person) -> list[Proof]:
    mail = proved(person, Strength.RECOVERED)[1]
    return [*proved(person, Strength.TWO_STEP), mail]


def test_a_phone_that_is_not_lost_needs_a_strong_proof(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    for answer in (client.get(unlink_url(alice)), client.post(unlink_url(alice))):
        assert answer["Location"].startswith("/confirm/")
        assert "for=two-step" in answer["Location"]
    assert alice.phone.is_linked


def test_a_session_that_only_the_phone_proved_ends_as_well(client: Client, alice: Person) -> None:
    give_passkey(alice)
    enter(client, alice, Strength.TWO_STEP)
    assert "sign you out here as well" in client.get(unlink_url(alice)).content.decode()
    assert client.post(unlink_url(alice))["Location"] == "/sign-in/"
    assert not Session.objects.of(alice.user).exists()
    assert "Pixel 8 is unlinked" in client.get("/sign-in/").content.decode()


def test_a_session_that_proved_something_besides_goes_on_at_that_level(
    client: Client, alice: Person
) -> None:
    give_passkey(alice)
    enter(client, alice, both(alice))
    client.post(unlink_url(alice))
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.RECOVERED


def test_another_phone_is_left_alone(client: Client, alice: Person) -> None:
    second = give_phone(alice, "iPhone 15")
    proof = Proof.now("authenticator", Strength.TWO_STEP, second.factor)
    enter(client, alice, [*proved(alice, Strength.PASSWORD), proof])
    client.post(unlink_url(alice))
    assert [phone.name for phone in alice.user.phones.linked()] == ["iPhone 15"]
    assert client.get("/devices/").status_code == 200


def test_a_double_click_unlinks_once(client: Client, alice: Person) -> None:
    enter(client, alice, both(alice))
    give_phone(alice, "iPhone 15")
    url = unlink_url(alice)
    client.post(url)
    enter(client, alice, Strength.TWO_STEP)
    assert client.post(url).status_code == 404
    assert alice.kinds() == ["phone:unlinked"]


def test_of_two_parallel_unlinkings_one_is_told(alice: Person) -> None:
    phone = alice.phone
    linked_phones.unlink(phone=Phone.objects.get(pk=phone.pk), origin=Origin(VISITOR), lost=True)
    with pytest.raises(Phone.DoesNotExist):
        linked_phones.unlink(phone=phone, origin=Origin(VISITOR), lost=True)
    assert alice.kinds() == ["phone:unlinked"]


def test_a_strangers_phone_is_not_found(client: Client, alice: Person, bob: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    url = unlink_url(bob)
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404
    assert bob.phone.is_linked


def test_a_strangers_report_is_not_found(client: Client, alice: Person, bob: Person) -> None:
    event = linked_phones.unlink(phone=bob.phone, origin=Origin(VISITOR), lost=True).event
    enter(client, alice, Strength.TWO_STEP)
    assert client.get(f"/devices/unlinked/{event.public_id}/").status_code == 404


def test_staff_unlink_with_a_reason_and_end_every_session(
    client: Client, alice: Person, sue: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    reason = "Phone stolen, identity checked"
    linked_phones.unlink(phone=alice.phone, origin=Origin(actor=sue.user), reason=reason)
    event = alice.user.events.get(kind="phone:unlinked_by_staff")
    assert (event.actor_id, event.details["reason"]) == (sue.user.pk, reason)
    assert not Session.objects.of(alice.user).exists()
    assert alice.reload().has_two_step


def test_it_counts_the_browsers_before_and_afterwards(
    client: Client, new_client: Any, alice: Person
) -> None:
    for browser in (client, new_client()):
        enter(browser, alice, Strength.TWO_STEP)
    assert consequences(alice.phone, except_session="").endings.others == 2
    done = linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True)
    assert "2 other browsers were signed out." in report(client, alice, done.event)


def test_it_says_that_no_other_browser_was_signed_in(client: Client, alice: Person) -> None:
    done = linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True)
    assert "No other browser was signed in." in report(client, alice, done.event)


def test_a_name_with_marks_of_html_is_said_as_it_is(client: Client, alice: Person) -> None:
    name = "<b>R&D</b>"
    Phone.objects.filter(pk=alice.phone.pk).update(name=name)
    event = linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True).event
    assert f"{name} is unlinked: its codes no longer work." in report(client, alice, event)
    second = give_phone(alice, name).phone  # by which this browser signed in, so that it ends too
    proof = Proof.now("authenticator", Strength.TWO_STEP, second.authenticators.get().factor)
    enter(client, alice, [*proved(alice, Strength.PASSWORD), proof])
    landed = client.post("/devices/lost/", {"phone": second.public_id}, follow=True)
    assert landed.redirect_chain[-1][0] == "/sign-in/"
    assert f"{name} is unlinked: its codes no longer work. Its secret is erased." in seen(landed)


def test_codes_of_an_unlinked_phone_open_nothing(client: Client, alice: Person) -> None:
    code = alice.code()
    linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True)
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    client.post("/sign-in/authenticator/", {"code": code})
    assert client.get("/devices/")["Location"].startswith("/sign-in/")


def test_the_last_strong_step_stays_while_two_step_is_on(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    page = client.get(unlink_url(alice)).content.decode()
    assert "Pixel 8 is your last strong step" in page
    assert "Unlink this phone</button>" not in page
    assert client.post(unlink_url(alice))["Location"] == unlink_url(alice)
    assert alice.phone.is_linked
    assert alice.kinds() == []
    assert client.get("/devices/").status_code == 200


def test_with_another_strong_step_it_may_go(client: Client, alice: Person) -> None:
    give_passkey(alice)
    enter(client, alice, Strength.TWO_STEP)
    assert "Unlink this phone</button>" in client.get(unlink_url(alice)).content.decode()
    client.post(unlink_url(alice))
    assert alice.kinds() == ["phone:unlinked"]
    assert alice.user.passkeys.exists()


def test_with_two_step_off_the_last_phone_may_go(client: Client, carol: Person) -> None:
    give_phone(carol)
    enter(client, carol, Strength.RECOVERED)
    client.post(unlink_url(carol))
    assert carol.kinds() == ["phone:unlinked"]
