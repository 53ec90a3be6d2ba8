"""Managers of an organisation: they see their own people and nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import organisation_policy, organisations
from accounts.authentication.proofs import Strength
from accounts.models import Enrolment, Membership, Organisation, User
from tests.accounts.helpers import addresses, seen
from tests.attacks.tools import html_of
from tests.people import Person, enter, give_number, give_phone, make_person, protected
from tests.work import WHY, give_enrolment, make_organisation

Browsers = Callable[..., Client]
HOME = "/organisation/"


@pytest.fixture
def firm(rows: None) -> Organisation:
    return make_organisation("Example Ltd")


def manage(person: Person, firm: Organisation) -> None:
    """Make the person a manager, as if an administrator had, without a notice."""
    organisation_policy.join(person.user, firm)
    organisation_policy.set_manager(person.user, firm, is_manager=True)
    person.reload()


@pytest.fixture
def manager(bob: Person, firm: Organisation) -> Person:
    manage(bob, firm)
    return bob


@pytest.fixture
def office(client: Client, manager: Person) -> Client:
    """The browser of the manager."""
    return enter(client, manager, Strength.TWO_STEP)


def page(firm: Organisation, rest: str = "") -> str:
    return f"{HOME}{firm.public_id}/{rest}"


def join(firm: Organisation, *people: Person) -> None:
    for person in people:
        organisation_policy.join(person.user, firm)


def pages(firm: Organisation) -> list[str]:
    return [page(firm, rest) for rest in ("", "requests/", "invitations/", "invitations/list/")]


def test_a_manager_sees_who_belongs_to_the_organisation_and_who_is_ready(
    office: Client, firm: Organisation, alice: Person, carol: Person
) -> None:
    join(firm, alice, carol)
    answer = office.get(HOME, follow=True)
    assert answer.redirect_chain == [(page(firm), 302)]
    words = seen(answer)
    assert f"Alice {alice.address} Two-step verification is on. ready" in words
    off = "Two-step verification is off. No phone or passkey yet. not ready"
    assert f"Carol {carol.address} {off}" in words
    give_phone(carol)
    assert "off. A phone or passkey is set up." in seen(office.get(page(firm)))


def test_those_who_are_not_ready_stand_alone_if_asked_for(
    office: Client, firm: Organisation, alice: Person, carol: Person
) -> None:
    join(firm, alice, carol)
    words = seen(office.get(page(firm), {"state": "not-ready"}))
    assert carol.address in words
    assert alice.address not in words
    User.objects.filter(pk=carol.user.pk).update(two_step_since=timezone.now())
    assert "Everyone is ready." in seen(office.get(page(firm), {"state": "not-ready"}))


def test_requests_stand_above_the_longest_wait_first(
    office: Client, firm: Organisation, alice: Person, carol: Person
) -> None:
    for person, days in ((alice, 2), (carol, 5)):
        enrolment = give_enrolment(person, firm, state="asked")
        asked_at = timezone.now() - timedelta(days=days, minutes=1)
        Enrolment.objects.filter(pk=enrolment.pk).update(asked_at=asked_at)
    give_enrolment(make_person("elsewhere"), state="asked")
    words = seen(office.get(page(firm)))
    assert "2 people are waiting for a new code." in words
    assert "The oldest request has been waiting for 5 days." in words
    assert words.index(carol.address) < words.index(alice.address)
    assert "Asked for a new code 5 days ago." in words
    listed = seen(office.get(page(firm, "requests/")))
    assert listed.index(carol.address) < listed.index(alice.address)
    assert "elsewhere" not in listed


def test_who_left_is_no_longer_seen(office: Client, firm: Organisation, alice: Person) -> None:
    give_enrolment(alice, firm, state="asked")
    organisation_policy.leave(alice.user, firm)
    words = seen(office.get(page(firm))) + seen(office.get(page(firm, "requests/")))
    assert alice.address not in words
    assert "Nobody is waiting for a new code." in words


def test_a_manager_learns_of_no_phone_number_device_or_event(
    office: Client, firm: Organisation, alice: Person
) -> None:
    join(firm, alice)
    give_number(alice)
    give_phone(alice, "Very secret phone")
    text = office.get(page(firm)).text
    assert "Very secret phone" not in text
    for row in alice.user.phone_numbers.all():
        assert str(row.number)[-4:] not in text
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    assert second.address not in text
    assert str(alice.user.public_id) not in text
    assert alice.kinds() == []


def test_other_organisations_and_strangers_do_not_exist(
    office: Client, alice: Person, firm: Organisation
) -> None:
    other = make_organisation("Other Ltd")
    organisation_policy.join(alice.user, other)
    for path in pages(other):
        assert office.get(path).status_code == 404
        assert office.post(path, {"email": "x@example.org"}).status_code in (404, 405)
    assert (
        office.get(page(firm).replace(str(firm.public_id), str(alice.user.public_id))).status_code
        == 404
    )
    assert alice.address not in office.get(page(firm)).text


@pytest.mark.parametrize("who", ["member", "administrator", "manager_of_another"])
def test_for_everybody_else_the_pages_do_not_exist(
    new_client: Browsers, firm: Organisation, alice: Person, root: Person, who: str
) -> None:
    person = alice
    organisation_policy.join(alice.user, firm)
    if who == "administrator":
        person = root
    elif who == "manager_of_another":
        manage(alice, make_organisation("Other Ltd"))
    browser = enter(new_client(), person, Strength.TWO_STEP)
    assert [browser.get(path).status_code for path in pages(firm)] == [404] * 4
    assert browser.get(HOME).status_code == (302 if who == "manager_of_another" else 404)


def test_who_is_no_longer_a_manager_is_out_at_once(
    office: Client, manager: Person, firm: Organisation
) -> None:
    assert office.get(page(firm, "invitations/")).status_code == 200
    organisation_policy.set_manager(manager.user, firm, is_manager=False)
    answer = office.post(page(firm, "invitations/"), {"email": "new@example.org"})
    assert answer.status_code == 404
    assert not firm.invitations.exists()
    assert [office.get(path).status_code for path in [HOME, *pages(firm)]] == [404] * 5


def test_it_takes_a_fresh_strong_step(
    new_client: Browsers, manager: Person, firm: Organisation
) -> None:
    weak = enter(new_client(), manager, Strength.RECOVERED)
    with time_machine.travel(timezone.now() - settings.STEP_UP_AGE - timedelta(minutes=1)):
        stale = enter(new_client(), manager, Strength.TWO_STEP)
    for browser in (weak, stale):
        for path in [HOME, *pages(firm)]:
            assert browser.get(path)["Location"].startswith("/confirm/?next=%2Forganisation%2F")
        answer = browser.post(page(firm, "invitations/"), {"email": "new@example.org"})
        assert answer["Location"].startswith("/confirm/?next=")
    assert not firm.invitations.exists()


def test_without_two_step_verification_a_manager_is_led_to_it(
    client: Client, carol: Person, firm: Organisation
) -> None:
    manage(carol, firm)
    enter(client, carol, Strength.PASSWORD)
    for path in [HOME, *pages(firm)]:
        assert client.get(path)["Location"] == "/security/two-step/"
    assert "Turn on two-step verification to see your organisation." in seen(
        client.get(HOME, follow=True)
    )
    client.post(page(firm, "invitations/"), {"email": "new@example.org"})
    assert not firm.invitations.exists()


def test_who_manages_several_chooses(office: Client, manager: Person, firm: Organisation) -> None:
    second = make_organisation("Second Ltd")
    manage(manager, second)
    text = office.get(HOME).text
    for each in (firm, second):
        assert each.name in text
        assert page(each) in text


def test_only_managers_find_the_link(new_client: Browsers, manager: Person, alice: Person) -> None:
    link = f'href="{HOME}"'
    assert link in enter(new_client(), manager, Strength.TWO_STEP).get("/security/").text
    assert link not in enter(new_client(), alice, Strength.TWO_STEP).get("/security/").text


def test_a_page_costs_the_same_with_many_people(
    office: Client, firm: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def add(count: int, name: str) -> None:
        users = User.objects.bulk_create(
            User(email=f"{name}{n}@latchkey.example", email_key=f"{name}{n}@latchkey.example")
            for n in range(count)
        )
        Membership.objects.bulk_create(Membership(user=user, organisation=firm) for user in users)
        Enrolment.objects.bulk_create(
            Enrolment(
                user=user, organisation=firm, label="x", state="asked", asked_at=timezone.now()
            )
            for user in users
        )

    add(1, "first")
    statements = 7  # two of the session, whose it is, members, two of requests, who of them asks
    with django_assert_num_queries(statements):
        office.get(page(firm))
    add(60, "many")
    with django_assert_num_queries(statements):
        first = office.get(page(firm))
    numbers = [len(office.get(page(firm), {"page": n}).context["members"]) for n in (1, 2, 3, 4)]
    assert numbers == [20, 20, 20, 2]
    assert first.context["waiting"]["count"] == 61
    assert "All requests" in first.text


# --- Who becomes one ----------------------------------------------------------------------------


def change(firm: Organisation, person: Person, what: str) -> str:
    members = f"/admin/organisations/{firm.public_id}/members/"
    return f"{members}{person.user.public_id}/manager/{what}/"


def test_an_administrator_makes_a_member_a_manager_and_takes_it_back(
    client: Client, new_client: Browsers, root: Person, alice: Person, firm: Organisation
) -> None:
    organisation_policy.join(alice.user, firm)
    boss, office = enter(client, root, Strength.TWO_STEP), new_client()
    enter(office, alice, Strength.TWO_STEP)
    assert change(firm, alice, "give") in boss.get(f"/admin/organisations/{firm.public_id}/").text
    why = {"checked": "nobody", "reason": WHY}
    for _twice in range(2):  # the second changes nothing
        answer = boss.post(change(firm, alice, "give"), why)
        assert answer["Location"] == f"/admin/organisations/{firm.public_id}/"
    assert alice.reload().is_manager
    assert office.get(page(firm)).status_code == 200
    event = alice.user.events.get()
    assert (event.kind, event.actor_id) == ("organisation:manager_given", root.user.pk)
    assert event.details["organisation"] == "Example Ltd"
    assert WHY in event.details["reason"]
    told = {message.to[0]: message for message in mail.outbox}
    assert set(told) == addresses(alice.user) | addresses(root.user)
    assert len(mail.outbox) == len(told)
    assert "you now manage Example Ltd" in told[alice.address].subject
    assert WHY in html_of(told[alice.address])
    assert "you changed who manages an organisation" in told[root.address].subject
    assert f"made {alice.address} a manager of Example Ltd" in told[root.address].body
    boss.post(change(firm, alice, "take"), why)
    assert not alice.reload().is_manager
    assert office.get(page(firm)).status_code == 404
    assert alice.kinds()[-1] == "organisation:manager_taken"
    log = seen(boss.get("/admin/log/"))
    assert "Made a manager of Example Ltd by staff" in log
    assert "No longer a manager of Example Ltd" in log


def test_a_reason_is_asked_for_and_only_members_become_managers(
    client: Client, root: Person, alice: Person, firm: Organisation
) -> None:
    boss = enter(client, root, Strength.TWO_STEP)
    why = {"checked": "nobody", "reason": WHY}
    assert boss.post(change(firm, alice, "give"), why).status_code == 404
    organisation_policy.join(alice.user, firm)
    assert boss.post(change(firm, alice, "give"), {"reason": "short"}).status_code == 200
    assert boss.get(change(firm, alice, "toggle")).status_code == 404
    assert not alice.reload().is_manager
    assert alice.kinds() == []


def test_nobody_below_an_administrator_makes_managers_and_nobody_makes_themselves_one(
    new_client: Browsers, sue: Person, root: Person, alice: Person, firm: Organisation
) -> None:
    for person in (alice, root):
        organisation_policy.join(person.user, firm)
    why = {"checked": "nobody", "reason": WHY}
    desk = enter(new_client(), sue, Strength.TWO_STEP)
    assert desk.post(change(firm, alice, "give"), why).status_code == 403
    assert "/manager/" not in desk.get(f"/admin/organisations/{firm.public_id}/").text
    boss = enter(new_client(), root, Strength.TWO_STEP)
    assert boss.post(change(firm, root, "give"), why).status_code == 403
    assert not Membership.objects.filter(is_manager=True).exists()


def test_staff_who_lost_the_role_meanwhile_change_nothing(
    root: Person, alice: Person, firm: Organisation
) -> None:
    organisation_policy.join(alice.user, firm)
    User.objects.filter(pk=root.user.pk).update(role=0, is_staff=False)
    given: dict[str, Any] = {"user": alice.user, "organisation": firm, "reason": WHY}
    with pytest.raises(PermissionDenied):
        organisations.set_manager(actor=root.user, is_manager=True, **given)
    assert not alice.reload().is_manager


def test_a_manager_is_no_staff(client: Client, firm: Organisation) -> None:
    person = protected("both")
    manage(person, firm)
    enter(client, person, Strength.TWO_STEP)
    assert client.get(page(firm)).status_code == 200
    assert client.get("/admin/").status_code == 404


def test_somebody_who_left_is_removed_and_no_rule_holds_for_them(
    office: Client, new_client: Browsers, root: Person, alice: Person, firm: Organisation
) -> None:
    """Without this, who came by an invitation would belong to it for good."""
    firm.session_hours = 4
    firm.save()
    join(firm, alice)
    boss, why = enter(new_client(), root, Strength.TWO_STEP), {"checked": "nobody", "reason": WHY}
    assert change(firm, alice, "remove") in boss.get(f"/admin/organisations/{firm.public_id}/").text
    assert alice.address in seen(office.get(page(firm)))
    boss.post(change(firm, alice, "remove"), why)
    assert alice.address not in seen(office.get(page(firm)))
    assert alice.reload().session_hours is None
    told = [message for message in mail.outbox if alice.address in message.to]
    assert "you no longer belong to Example Ltd" in told[-1].subject
    assert WHY in html_of(told[-1])
    assert boss.post(change(firm, alice, "remove"), why).status_code == 404
    give_enrolment(alice, firm)
    answer = boss.post(change(firm, alice, "remove"), why, follow=True)
    assert "End their account with the organisation first" in answer.text
    assert Membership.objects.filter(user=alice.user, organisation=firm).exists()
