"""What takes two members of staff, how much one may do in an hour, and staff's own second step."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Proof, Strength
from accounts.models import OneTimeLink, Role, User
from devices.models import Phone
from tests.accounts.helpers import seen, type_password
from tests.attacks.test_thief_and_owner import link_phone, prove_mailbox
from tests.links import open_link
from tests.people import Person, enter, give_passkey, make_person, protected

WHY = "She called us from the number we know."


def at_work(client: Client, person: Person) -> Client:
    """A member of staff at the staff pages."""
    return enter(client, person, Strength.TWO_STEP)


def unlink(person: Person) -> str:
    """The page that unlinks the first phone of somebody."""
    return f"/admin/accounts/{person.user.public_id}/phones/{person.phone.public_id}/unlink/"


def test_the_last_strong_factor_takes_two(
    new_client: Callable[..., Client], bob: Person, sue: Person, root: Person
) -> None:
    first, second = at_work(new_client(), sue), at_work(new_client(), root)
    path = unlink(bob)
    assert "a second colleague has to do the same" in seen(first.get(path))
    for _each in range(2):
        first.post(path, {"checked": "nobody", "reason": WHY})
        assert bob.user.phones.linked().exists()
    assert bob.kinds() == ["staff:asked"]
    assert {sent.to[0] for sent in mail.outbox} == {bob.address}
    second.post(path, {"checked": "nobody", "reason": WHY})
    assert not bob.user.phones.exists()
    assert bob.kinds() == ["staff:asked", "phone:unlinked_by_staff"]


def test_with_another_strong_factor_one_is_enough(client: Client, bob: Person, sue: Person) -> None:
    give_passkey(bob)
    at_work(client, sue).post(unlink(bob), {"checked": "nobody", "reason": WHY})
    assert not bob.user.phones.exists()


def test_one_member_of_staff_acts_on_so_many_accounts_an_hour(client: Client, sue: Person) -> None:
    at_work(client, sue)
    people = [make_person(f"person{n}") for n in range(settings.STAFF_ACTS_AN_HOUR + 1)]
    answers: list[Any] = [
        client.post(
            f"/admin/accounts/{each.user.public_id}/lock/", {"checked": "nobody", "reason": WHY}
        )
        for each in people
    ]
    assert {answer.status_code for answer in answers[:-1]} == {302}
    assert answers[-1].status_code == 429
    assert "Retry-After" in answers[-1]
    assert User.objects.filter(is_active=False).count() == settings.STAFF_ACTS_AN_HOUR


def test_freezing_takes_back_what_is_held_and_lets_nothing_more_be_added(
    client: Client, new_client: Callable[..., Client], alice: Person, sue: Person
) -> None:
    thief = enter(new_client(), alice, Strength.RECOVERED)
    added = link_phone(thief)
    path = f"/admin/accounts/{alice.user.public_id}/freeze/"
    at_work(client, sue).post(path, {"checked": "nobody", "reason": WHY})
    assert not Phone.objects.filter(pk=added.pk).exists()
    assert alice.reload().frozen_at
    assert thief.get("/security/").status_code == 302
    assert "account:frozen" in alice.kinds()


def test_staff_keep_two_step_on(client: Client, sue: Person) -> None:
    at_work(client, sue)
    answer = client.post("/security/two-step/off/")
    assert answer.status_code == 403
    assert "Staff keep two-step verification on" in seen(answer)
    assert sue.reload().has_two_step


def test_staff_bind_their_first_factor_by_the_link_and_nothing_else(
    client: Client, new_client: Callable[..., Client], rows: None
) -> None:
    new = make_person("newcomer", role=Role.RECOVERY_OFFICER)
    thief = new_client()
    type_password(thief, new)
    prove_mailbox(thief, new)
    for path in ("/devices/link/", "/devices/passkeys/add/"):
        answer = thief.post(path, {"name": "Mine"})
        assert answer.status_code == 403
        assert "Use your set-up link" in seen(answer)
    link = OneTimeLink.make(new.user, "set-up", settings.SET_UP_LINK_AGE)
    open_link(client, f"/set-up/link/#{link.draw()}")
    type_password(client, new)
    client.post("/set-up/")
    link_phone(client, "Work phone")


def test_a_phone_from_before_they_were_staff_turns_nothing_on(client: Client, rows: None) -> None:
    new = protected("newcomer", role=Role.RECOVERY_OFFICER)
    new.user.turn_two_step_off()
    factor = new.authenticator.factor
    password = Proof.now("password", Strength.PASSWORD)
    enter(client, new, [password, Proof.now("authenticator", Strength.TWO_STEP, factor)])
    assert client.post("/security/two-step/on/").status_code == 403
    assert not new.reload().has_two_step


def test_after_off_an_old_sheet_is_dead(client: Client, bob: Person) -> None:
    enter(client, bob, Strength.TWO_STEP)
    client.post("/security/two-step/off/")
    assert not bob.reload().has_two_step
    assert not bob.user.recovery_code_sets.live().exists()
